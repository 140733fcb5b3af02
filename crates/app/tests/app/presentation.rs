//! What a client receives: one language, no source, no rule.

use aracari_app::{Privilege, Reader};

use crate::support::app;

#[test]
fn a_presentation_is_in_one_language() {
    let app = app();
    let french = serde_json::to_value(app.presentation("fr-CA", &Reader::default(), Privilege::Viewer)).unwrap();
    assert_eq!(french["locale"], "fr");
    assert_eq!(french["title"], "Ventes");
    assert_eq!(french["views"][0]["all_label"], "Partout");
    assert_eq!(french["glossary"][0]["term"], "Recette");
    let unknown = serde_json::to_value(app.presentation("xx", &Reader::default(), Privilege::Viewer)).unwrap();
    assert_eq!(unknown["locale"], "en");
    let story = &unknown["stories"]["story"];
    insta::assert_snapshot!(serde_json::to_string_pretty(&story["narrative"]).unwrap(), @r##"
    [
      {
        "p": [
          {
            "b": [
              {
                "value": "best.shop",
                "format": {
                  "style": "text"
                }
              }
            ]
          },
          " sold ",
          {
            "value": "best.revenue",
            "format": {
              "style": "decimal",
              "decimals": 0
            }
          },
          ", see ",
          {
            "term": "revenue",
            "c": [
              "revenue"
            ]
          },
          "; target ",
          {
            "value": "vars.target",
            "format": {
              "style": "percent",
              "decimals": 0
            }
          },
          "."
        ]
      }
    ]
    "##);
    insta::assert_snapshot!(serde_json::to_string_pretty(&story["chart"]).unwrap(), @r##"
    {
      "type": "bar",
      "fields": [
        {
          "id": "day",
          "label": "Day",
          "kind": "dimension",
          "format": {
            "style": "month"
          },
          "by": "month"
        },
        {
          "id": "country",
          "label": "Country",
          "kind": "dimension",
          "format": {
            "style": "text"
          }
        },
        {
          "id": "basket",
          "label": "Basket",
          "kind": "measure",
          "format": {
            "style": "decimal",
            "decimals": 2
          },
          "additive": false
        }
      ],
      "encoding": {
        "x": "day",
        "series": "country",
        "y": [
          "basket"
        ]
      },
      "options": {}
    }
    "##);
    insta::assert_snapshot!(serde_json::to_string(&unknown["filters"]).unwrap(), @r##"{"period":{"id":"period","type":"date-range","label":"Period","presets":[{"id":"q1","label":"Q1","start":"2013-01-01","end":"2013-03-31"}],"default":{"preset":"q1"},"has_values":false,"depends_on":[]},"country":{"id":"country","type":"multi-select","label":"Country","default":null,"has_values":true,"depends_on":[]},"shop":{"id":"shop","type":"select","label":"Shop","default":null,"has_values":true,"depends_on":["country"]}}"##);
}

#[test]
fn a_presentation_tells_nothing_of_sources_and_rules() {
    let app = app();
    let text = serde_json::to_string(&app.presentation("en", &Reader::default(), Privilege::Admin)).unwrap();
    for secret in
        ["sales.csv", "files\"", "managers", "direction", "salary", "countries", "{{", "permissions", "formula"]
    {
        assert!(!text.contains(secret), "`{secret}` is in {text}");
    }
}
