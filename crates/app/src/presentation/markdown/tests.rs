use super::*;

fn compiled(text: &str) -> (String, Vec<String>) {
    let (filters, views, glossary) = (IndexMap::new(), IndexMap::new(), IndexMap::new());
    let names = NarrativeNames::new(&filters, &views, &glossary);
    let (tree, problems) = compile(text, &names);
    (serde_json::to_string(&tree).unwrap(), problems.into_iter().map(|problem| problem.message).collect())
}

#[test]
fn markdown_becomes_a_tree_without_markup() {
    let cases = [
        ("Plain", r#"[{"p":["Plain"]}]"#),
        ("**bold** and *soft*", r#"[{"p":[{"b":["bold"]}," and ",{"i":["soft"]}]}]"#),
        ("# Title\n\nText", r#"[{"h":["Title"]},{"p":["Text"]}]"#),
        ("- one\n- two", r#"[{"list":[["one"],["two"]],"ordered":false}]"#),
        ("1. one\n2. **two**", r#"[{"list":[["one"],[{"b":["two"]}]],"ordered":true}]"#),
        ("[site](https://example.org)", r#"[{"p":[{"link":["site"],"href":"https://example.org"}]}]"#),
        ("[story](#/story/a)", r##"[{"p":[{"link":["story"],"href":"#/story/a"}]}]"##),
        ("`code`", r#"[{"p":[{"code":"code"}]}]"#),
        ("a\nb", r#"[{"p":["a b"]}]"#),
        ("![alt](https://example.org/x.png)", r#"[{"p":["alt"]}]"#),
    ];
    for (markdown, expected) in cases {
        assert_eq!(compiled(markdown), (expected.to_owned(), vec![]), "{markdown}");
    }
}

#[test]
fn html_is_shown_as_text() {
    let (tree, _) = compiled("<script>alert(1)</script> and <b onclick=x>b</b>");
    assert!(tree.contains("<script>alert(1)</script>"), "{tree}");
    assert!(!tree.contains(r#""b":"#), "{tree}");
}

#[test]
fn links_lead_to_few_kinds_of_places() {
    for href in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/\\evil",
        "vbscript:x",
        "#x",
    ] {
        let (tree, problems) = compiled(&format!("[x]({href})"));
        assert!(!tree.contains("href"), "{href}: {tree}");
        assert_eq!(problems.len(), 1, "{href}");
    }
}

#[test]
fn deep_nesting_stays_shallow() {
    let (tree, _) = compiled(&format!("{}x{}", "*a **b ".repeat(500), "** *".repeat(500)));
    let depth = tree.chars().fold((0_i32, 0_i32), |(depth, most), character| match character {
        '[' => (depth + 1, most.max(depth + 1)),
        ']' => (depth - 1, most),
        _ => (depth, most),
    });
    assert!(depth.1 < 40, "{}", depth.1);
}

#[test]
fn what_is_wrong_over_and_over_is_told_a_few_times_and_soon() {
    for part in ["{{ x ", "{{ x }} ", "{{", "{{ a.b | c }}", "[x](glossary:a)", "[x](y) "] {
        let text = part.repeat(4_000_000 / part.len());
        let started = std::time::Instant::now();
        let (_, problems) = compiled(&text);
        assert!(started.elapsed() < std::time::Duration::from_secs(20), "{part}: {:?}", started.elapsed());
        assert_eq!(problems.len(), MAX_PROBLEMS, "{part}");
    }
}
