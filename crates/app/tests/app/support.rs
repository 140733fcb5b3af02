//! A small app in a folder of its own, and sources that need no files.

use std::fs;
use std::path::Path;

use aracari_app::schema::{ColumnType, TableSchema};
use aracari_app::{App, Loaded, Relation, Source, SourceSchemas};
use tempfile::TempDir;

/// Tables by name.
pub(crate) struct Tables;

pub(crate) fn schema(columns: &[(&str, ColumnType)]) -> TableSchema {
    TableSchema::new(columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)))
}

impl SourceSchemas for Tables {
    fn columns(&self, _: &Source, relation: &Relation) -> Result<TableSchema, String> {
        let Relation::Table(table) = relation else { return Err("no queries here".to_owned()) };
        match table.as_str() {
            "data/sales.csv" => Ok(schema(&[
                ("day", ColumnType::Date),
                ("country", ColumnType::Text),
                ("shop", ColumnType::Text),
                ("amount", ColumnType::Float),
                ("pieces", ColumnType::Integer),
                ("salary", ColumnType::Float),
            ])),
            _ => Err("there is no such file".to_owned()),
        }
    }
}

pub(crate) const APP: &str = "\
id: sales
title: { en: Sales, fr: Ventes }
locales: [en, fr]
access: everyone
sources: [{ id: files, type: files }]
chapters: [{ id: first, title: { en: First, fr: Premier } }]
home:
  title: Home
  filters: [period, country]
  sections:
    - id: top
      title: Top
      tiles:
        - id: revenue
          title: Revenue
          chart: { type: kpi, dataset: sales, value: revenue, trend: { date: { column: day, by: month } }, compare: previous-period }
        - id: best
          title: Best
          chart: { type: leaderboard, dataset: sales, group: shop, value: revenue, having: { column: orders, operator: ge, value: 3 } }
";

pub(crate) const SALES: &str = "\
label: Sales
source: files
table: data/sales.csv
steps:
  - { name: formula, newColumn: price, formula: amount / pieces }
columns:
  country: { label: { en: Country, fr: Pays } }
metrics:
  revenue: { label: { en: Revenue, fr: Recette }, aggregate: sum, column: amount, format: compact, unit: EUR, higher_is: better }
  orders: { label: Orders, aggregate: count }
  basket: { label: Basket, formula: revenue / orders, format: decimal2 }
  big: { label: Big orders, aggregate: count, where: { column: amount, operator: gt, value: 100 } }
permissions:
  rows:
    - { groups: [managers], where: { column: country, operator: in, value: \"{{ user.attributes.countries }}\" } }
    - { groups: [direction] }
  columns: [{ columns: [salary], groups: [direction] }]
";

pub(crate) const FILTERS: &str = "\
filters:
  - id: period
    type: date-range
    label: Period
    column: day
    presets: [{ id: q1, label: Q1, start: 2013-01-01, end: 2013-03-31 }]
    default: q1
  - id: country
    type: multi-select
    label: { en: Country, fr: Pays }
    column: country
    values: { dataset: sales, column: country }
  - { id: shop, type: select, label: Shop, column: shop, values: { dataset: sales, column: shop }, depends_on: [country] }
views:
  - { id: region, label: Region, column: country, values: { dataset: sales, column: country }, all_label: { en: Everywhere, fr: Partout } }
";

pub(crate) const STORY: &str = "\
chapter: first
title: Story
filters: [period]
narrative:
  en: \"**{{ best.shop }}** sold {{ best.revenue | integer }}, see [revenue](glossary:revenue); target {{ target | percent }}.\"
values:
  best: { dataset: sales, group: [shop], values: [revenue], sort: [-revenue] }
vars: { target: 0.8 }
chart: { type: bar, dataset: sales, x: { column: day, by: month }, y: [basket], series: country }
";

pub(crate) const GLOSSARY: &str = "\
glossary:
  - { id: revenue, term: { en: Revenue, fr: Recette }, definition: \"Money *in*.\", synonyms: [turnover] }
";

/// The files of the small app.
pub(crate) fn files() -> Vec<(&'static str, String)> {
    vec![
        ("app.yaml", APP.to_owned()),
        ("datasets/sales.yaml", SALES.to_owned()),
        ("filters.yaml", FILTERS.to_owned()),
        ("stories/story.yaml", STORY.to_owned()),
        ("glossary.yaml", GLOSSARY.to_owned()),
    ]
}

pub(crate) fn folder(files: &[(&str, String)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let target = folder.path().join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, text).unwrap();
    }
    folder
}

pub(crate) fn load(folder: &Path) -> Loaded {
    App::load(folder, &Tables)
}

/// The small app with `from` replaced by `to` in one of its files.
pub(crate) fn load_with(path: &str, from: &str, to: &str) -> Loaded {
    let changed: Vec<_> = files()
        .into_iter()
        .map(|(name, text)| {
            if name == path {
                assert!(text.contains(from), "`{from}` is not in `{path}`");
                (name, text.replacen(from, to, 1))
            } else {
                (name, text)
            }
        })
        .collect();
    let folder = folder(&changed);
    load(folder.path())
}

/// The findings as lines.
pub(crate) fn lines(loaded: &Loaded) -> String {
    loaded.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The small app, loaded.
pub(crate) fn app() -> std::sync::Arc<App> {
    let folder = folder(&files());
    let loaded = load(folder.path());
    assert!(loaded.app.is_some(), "{}", lines(&loaded));
    loaded.app.unwrap()
}
