//! Case 42 of the attack list: configuration files from strangers are refused in bounded time and memory.

use std::fmt::Write;
use std::fs::{self, File};
use std::time::{Duration, Instant};

use crate::support::{APP, files, folder, lines, load};

/// The findings for the small app with one more file of these bytes.
fn findings(name: &str, bytes: &[u8]) -> String {
    let folder = folder(&files());
    fs::write(folder.path().join(name), bytes).unwrap();
    let started = Instant::now();
    let loaded = load(folder.path());
    assert!(started.elapsed() < Duration::from_secs(10), "{name} took {:?}", started.elapsed());
    assert!(loaded.app.is_none(), "{name} was accepted");
    lines(&loaded)
}

#[test]
fn case_42_an_anchor_bomb_is_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let alias = format!("*a{}", level - 1);
        writeln!(bomb, "a{level}: &a{level} [{}]", vec![alias; 9].join(", ")).unwrap();
    }
    let found = findings("bomb.yaml", bomb.as_bytes());
    assert!(found.contains("bomb.yaml:1:5: error: anchors (`&name`) are not accepted"), "{found}");
    assert!(found.contains("aliases (`*name`) are not accepted"), "{found}");
}

#[test]
fn case_42_an_include_key_is_an_unknown_key() {
    let found = findings("more.yaml", b"include: ../../etc/passwd\n");
    assert!(found.contains("more.yaml:1:1: error: the key `include` is unknown here"), "{found}");
    let tagged = findings("more.yaml", b"title: !include ../secrets.yaml\n");
    assert!(tagged.contains("tags (`!name`) are not accepted"), "{tagged}");
}

#[cfg(unix)]
#[test]
fn case_42_a_symbolic_link_out_of_the_folder_is_refused() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.yaml"), "id: stolen").unwrap();
    let folder = folder(&files());
    std::os::unix::fs::symlink(outside.path().join("secret.yaml"), folder.path().join("link.yaml")).unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("folder")).unwrap();
    let loaded = load(folder.path());
    let found = lines(&loaded);
    assert!(loaded.app.is_none());
    assert!(found.contains("link.yaml:0:0: error: this symbolic link leads out of the app's folder"), "{found}");
    assert!(found.contains("folder:0:0: error: this symbolic link leads out of the app's folder"), "{found}");
    assert!(!found.contains("stolen"), "{found}");
}

#[test]
fn case_42_a_table_outside_of_the_folder_is_refused() {
    for table in ["../secret.csv", "/etc/passwd", "data/../../x.csv", "data\\\\..\\\\x.csv"] {
        let text = format!("source: files\ntable: \"{table}\"\npermissions: {{ rows: everyone }}\n");
        let folder = folder(&files());
        fs::write(folder.path().join("datasets/other.yaml"), text).unwrap();
        let found = lines(&load(folder.path()));
        assert!(found.contains("is not a path inside the app's folder"), "{table}: {found}");
    }
}

#[test]
fn case_42_a_file_of_100_mb_is_refused_unread() {
    let folder = folder(&files());
    File::create(folder.path().join("big.yaml")).unwrap().set_len(100 * 1024 * 1024).unwrap();
    let started = Instant::now();
    let loaded = load(folder.path());
    assert!(started.elapsed() < Duration::from_secs(5));
    let found = lines(&loaded);
    assert!(found.contains("big.yaml:0:0: error: a configuration file holds at most 4 MB, this one 100 MB"), "{found}");
}

#[test]
fn braces_without_end_and_names_without_end_are_refused_soon_and_briefly() {
    let braces = "{{ x ".repeat(700_000);
    let name = "x".repeat(3_000_000);
    let filter = |condition: &str| {
        let step = format!("{{ name: filter, condition: {condition} }}");
        format!("id: y\ndataset: sales\nsteps: [{step}]\npermissions: {{ rows: everyone }}\n")
    };
    let story = |text: &str| {
        format!(
            "title: T\nchapter: first\nnarrative: \"{text}\"\nchart: {{ type: kpi, dataset: sales, value: revenue }}\n"
        )
    };
    for (path, text) in [
        ("stories/other.yaml", story(&braces)),
        ("stories/other.yaml", story(&format!("{{{{ {name} }}}}"))),
        ("stories/other.yaml", story(&format!("[a](glossary:{name})"))),
        ("stories/other.yaml", format!("title: T\nchapter: {name}\n")),
        ("datasets/other.yaml", filter(&format!("{{ column: shop, value: \"{braces}\" }}"))),
        ("datasets/other.yaml", filter(&format!("{{ column: shop, value: \"{{{{ {name} }}}}\" }}"))),
        ("datasets/other.yaml", filter(&format!("{{ column: shop, value: \"{{{{ filters.{name} }}}}\" }}"))),
        ("datasets/other.yaml", filter(&format!("{{ column: {name}, value: a }}"))),
        ("datasets/other.yaml", filter(&format!("{{ column: amount, value: {name} }}"))),
        ("datasets/other.yaml", filter(&format!("{{ column: shop, operator: {name}, value: a }}"))),
        ("datasets/other.yaml", filter(&format!("{{ column: shop, {name}: a }}"))),
        (
            "datasets/other.yaml",
            filter("{ column: shop, value: a }").replace("dataset: sales", &format!("dataset: {name}")),
        ),
        ("more.yaml", format!("{name}: 1\n")),
        ("more.yaml", format!("a: 1\n{name}: 1\n{name}: 1\n")),
        ("more.yaml", format!("title: 0{}\n", "1".repeat(3_000_000))),
    ] {
        let found = findings(path, text.as_bytes());
        assert!(found.contains(path), "{}", &found[..found.len().min(500)]);
        assert!(found.len() < 6_000, "{} characters: {}…", found.len(), found.chars().take(500).collect::<String>());
    }
}

#[test]
fn many_mistakes_in_one_long_line_are_told_soon() {
    let term = format!("{{ id: {} }},", "a".repeat(30));
    let found = findings("wide.yaml", format!("glossary: [{}]", term.repeat(90_000)).as_bytes());
    let expected = "wide.yaml:1:12: error: the key `term` is missing";
    assert!(found.contains(expected), "{}", found.chars().take(500).collect::<String>());
}

#[test]
fn case_42_a_file_that_is_not_utf8_is_refused() {
    let found = findings("latin.yaml", b"title: D\xe9parts\n");
    assert!(found.contains("latin.yaml:0:0: error: the file is not UTF-8 (line 1)"), "{found}");
}

#[cfg(unix)]
#[test]
fn a_folder_whose_path_is_not_utf8_is_refused() {
    use std::os::unix::ffi::OsStrExt;

    let outside = folder(&[]);
    for below in [b"app\xff".as_slice(), b"\xff/app"] {
        let inside = outside.path().join(std::ffi::OsStr::from_bytes(below));
        for (path, text) in files() {
            let target = inside.join(path);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::write(target, text).unwrap();
        }
        let loaded = load(&inside);
        assert!(loaded.app.is_none());
        assert!(lines(&loaded).contains("the path of the app's folder is not UTF-8"), "{}", lines(&loaded));
    }
}

#[test]
fn case_42_deep_nesting_is_refused() {
    for (name, text) in [("flow", "[".repeat(100_000)), ("maps", "{a: ".repeat(50_000)), ("dashes", "- ".repeat(5_000))]
    {
        let found = findings("deep.yaml", text.as_bytes());
        assert!(found.contains("deep.yaml:1:"), "{name}: {found}");
    }
}

#[test]
fn case_42_a_template_is_never_read_twice() {
    // What a variable holds is a value: braces in it stay braces.
    let found = findings("twice.yaml", b"datasets: [{ id: x, dataset: sales, permissions: { rows: everyone }, steps: [{ name: text, newColumn: a, text: \"{{ {{ user.attributes.a }} }}\" }] }]\n");
    assert!(found.contains("is not a variable"), "{found}");
}

#[test]
fn too_many_values_in_one_file_are_refused() {
    let found = findings("wide.yaml", format!("glossary: [{}]", "1,".repeat(300_000)).as_bytes());
    assert!(found.contains("more than 200000 values in one file"), "{found}");
}

#[test]
fn several_documents_and_duplicate_keys_are_refused() {
    let documents = findings("two.yaml", b"theme: {}\n---\naccess: everyone\n");
    assert!(documents.contains("a file holds one document, this one holds several"), "{documents}");
    let doubled = findings("double.yaml", b"theme:\n  accent: \"#112233\"\n  accent: \"#445566\"\n");
    assert!(doubled.contains("double.yaml:3:3: error: the key `accent` stands twice in this map"), "{doubled}");
}

#[test]
fn hidden_files_and_data_are_left_alone() {
    let folder = folder(&files());
    fs::create_dir_all(folder.path().join(".git")).unwrap();
    fs::create_dir_all(folder.path().join("data")).unwrap();
    fs::write(folder.path().join(".git/config.yaml"), "nonsense: 1").unwrap();
    fs::write(folder.path().join("data/records.yaml"), "nonsense: 1").unwrap();
    fs::write(folder.path().join(".hidden.yaml"), APP).unwrap();
    let loaded = load(folder.path());
    assert!(loaded.app.is_some(), "{}", lines(&loaded));
}
