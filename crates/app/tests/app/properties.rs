//! Whatever a file holds, loading ends with findings, never with a panic.

use proptest::prelude::*;

use crate::support::{files, folder, load};

fn load_one(name: &str, bytes: &[u8]) {
    let folder = folder(&files());
    let target = folder.path().join(name);
    std::fs::create_dir_all(target.parent().unwrap()).unwrap();
    std::fs::write(target, bytes).unwrap();
    let loaded = load(folder.path());
    for diagnostic in &loaded.diagnostics {
        assert!(!diagnostic.message.is_empty());
    }
}

/// Lines as authors write them, with mistakes.
fn yaml() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "( ){0,6}(id|title|steps|where|chart|type|dataset|values|x|y|name|permissions|rows|metrics|column): ?[-\\[\\]{}a-z0-9\"'#&*!|>%@,:. ]{0,20}",
        "( ){0,6}- [-\\[\\]{}a-z0-9\"'&*!|>:,. ]{0,20}",
        "( ){0,4}[a-z_]{1,12}:",
        "\\PC{0,20}",
    ];
    prop::collection::vec(line, 0..20).prop_map(|lines| lines.join("\n"))
}

/// A working file with a piece cut out and another put in.
fn changed() -> impl Strategy<Value = (usize, String)> {
    (0..files().len(), any::<prop::sample::Index>(), 0_usize..40, "[-\\[\\]{}a-z0-9\"'&*!|>:,. \n]{0,12}").prop_map(
        |(file, at, cut, more)| {
            let text = files()[file].1.clone();
            let characters: Vec<char> = text.chars().collect();
            let start = at.index(characters.len());
            let end = (start + cut).min(characters.len());
            let changed: String = characters[..start]
                .iter()
                .copied()
                .chain(more.chars())
                .chain(characters[end..].iter().copied())
                .collect();
            (file, changed)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        load_one("more.yaml", &bytes);
        load_one("stories/more.yaml", &bytes);
    }

    #[test]
    fn lines_never_panic(text in yaml(), name in prop::sample::select(vec!["more.yaml", "stories/m.yaml", "datasets/m.yaml", "dashboards/m.yaml"])) {
        load_one(name, text.as_bytes());
    }

    #[test]
    fn changed_files_never_panic((file, text) in changed()) {
        load_one(files()[file].0, text.as_bytes());
    }
}
