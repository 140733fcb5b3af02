//! Rules bound to readers: every doubt is decided against the reader.

use std::collections::BTreeMap;

use aracari_app::{BoundRule, Reader, Value};

use crate::support::app;

fn reader(groups: &[&str], countries: Option<Value>) -> Reader {
    Reader {
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        attributes: countries.map(|value| BTreeMap::from([("countries".to_owned(), value)])).unwrap_or_default(),
    }
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

#[test]
fn rules_bind_to_what_a_reader_may_see() {
    let app = app();
    let permissions = &app.datasets["sales"].permissions;
    let list = |items: &[Value]| Some(Value::List(items.to_vec()));
    let nothing = [
        reader(&[], None),
        reader(&["other"], list(&[text("FR")])),
        reader(&["managers"], None),
        reader(&["managers"], Some(Value::Null)),
        reader(&["managers"], list(&[])),
        reader(&["managers"], list(&[Value::Null])),
        reader(&["managers"], Some(Value::All)),
        reader(&["managers"], list(&[text("FR"), Value::All])),
    ];
    for reader in nothing {
        assert_eq!(permissions.bind_rows(&reader), BoundRule::NoRows, "{reader:?}");
    }
    for everything in [reader(&["direction"], None), reader(&["managers", "direction"], list(&[text("FR")]))] {
        assert_eq!(permissions.bind_rows(&everything), BoundRule::AllRows, "{everything:?}");
    }
    for countries in [list(&[text("FR"), Value::Null]), Some(text("FR"))] {
        let BoundRule::Where(condition) = permissions.bind_rows(&reader(&["managers"], countries)) else { panic!() };
        let expected = serde_json::json!({"column": "country", "operator": "in", "value": ["FR"]});
        assert_eq!(serde_json::to_value(&condition).unwrap(), expected);
    }
}

#[test]
fn an_attribute_is_data_whatever_it_holds() {
    let app = app();
    let hostile = "FR\"}} or {{ user.attributes.x }} ' or 1=1 --";
    let bound = app.datasets["sales"].permissions.bind_rows(&reader(&["managers"], Some(text(hostile))));
    let BoundRule::Where(condition) = bound else { panic!("{bound:?}") };
    assert_eq!(serde_json::to_value(&condition).unwrap()["value"][0], hostile);
}

#[test]
fn columns_are_hidden_from_those_outside_of_their_groups() {
    let app = app();
    let permissions = &app.datasets["sales"].permissions;
    assert_eq!(permissions.hidden_columns(&reader(&["managers"], None)), vec!["salary"]);
    assert!(permissions.hidden_columns(&reader(&["direction"], None)).is_empty());
}

#[test]
fn privileges_come_from_groups() {
    let app = app();
    assert_eq!(app.privilege(&[], false), Some(aracari_app::Privilege::Viewer));
    assert_eq!(app.privilege(&[], true), Some(aracari_app::Privilege::Admin));
    let rules = "access: [{ groups: [a], privilege: viewer }, { groups: [b], privilege: contributor }]";
    let ruled = crate::support::load_with("app.yaml", "access: everyone", rules).app.unwrap();
    let groups = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(ruled.privilege(&groups(&["x"]), false), None);
    assert_eq!(ruled.privilege(&groups(&["a", "b"]), false), Some(aracari_app::Privilege::Contributor));
}
