//! The schemas beside the examples are those that the binary prints.

use aracari_testkit::process::run;

use crate::support::{binary, repository};

#[test]
fn the_schemas_of_the_examples_are_current() {
    for kind in ["app", "dataset", "filter", "view", "chapter", "story", "dashboard"] {
        let kept = std::fs::read_to_string(repository(&format!("examples/schemas/{kind}.json"))).unwrap();
        let printed = run(binary(), &["schema", kind]).unwrap();
        assert!(kept == printed, "examples/schemas/{kind}.json is old: write it again with `make schemas`");
    }
}

#[test]
fn the_example_has_no_mistakes() {
    let printed = run(binary(), &["check", &repository("examples/flights").to_string_lossy()]).unwrap();
    assert!(printed.contains("no mistakes"), "{printed}");
}
