//! The demo app of the repository compiles, whatever its data.

use std::path::Path;

use aracari_app::schema::{ColumnType, TableSchema};
use aracari_app::{App, PageRef, QueryRequest, Reader, Relation, Source, SourceSchemas};
use serde_json::Map;

use crate::support::schema;

struct Flights;

impl SourceSchemas for Flights {
    fn columns(&self, _: &Source, relation: &Relation) -> Result<TableSchema, String> {
        use ColumnType::{Date, Float, Integer, Text};
        let Relation::Table(table) = relation else { return Err("no queries here".to_owned()) };
        match table.as_str() {
            "data/flights.parquet" => Ok(schema(&[
                ("year", Integer),
                ("month", Integer),
                ("day", Integer),
                ("dep_time", Integer),
                ("sched_dep_time", Integer),
                ("dep_delay", Float),
                ("arr_time", Integer),
                ("sched_arr_time", Integer),
                ("arr_delay", Float),
                ("carrier", Text),
                ("flight", Integer),
                ("tailnum", Text),
                ("origin", Text),
                ("dest", Text),
                ("air_time", Float),
                ("distance", Float),
                ("hour", Integer),
                ("minute", Integer),
                ("time_hour", Date),
            ])),
            "data/airlines.csv" => Ok(schema(&[("carrier", Text), ("name", Text)])),
            "data/airports.csv" => Ok(schema(&[
                ("faa", Text),
                ("name", Text),
                ("lat", Float),
                ("lon", Float),
                ("alt", Integer),
                ("tz", Integer),
                ("dst", Text),
                ("tzone", Text),
            ])),
            "data/weather.csv" => Ok(schema(&[
                ("origin", Text),
                ("year", Integer),
                ("month", Integer),
                ("day", Integer),
                ("hour", Integer),
                ("temp", Float),
                ("dewp", Float),
                ("humid", Float),
                ("wind_dir", Float),
                ("wind_speed", Float),
                ("wind_gust", Float),
                ("precip", Float),
                ("pressure", Float),
                ("visib", Float),
                ("time_hour", Date),
            ])),
            _ => Err("there is no such file".to_owned()),
        }
    }
}

#[test]
fn the_demo_compiles_and_every_block_resolves() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/flights");
    let loaded = App::load(&folder, &Flights);
    assert!(loaded.diagnostics.is_empty(), "{}", crate::support::lines(&loaded));
    let app = loaded.app.unwrap();
    let (nothing, reader) = (Map::new(), Reader::default());
    let mut blocks = 0;
    for page in app.pages() {
        for block in app.blocks(&page).unwrap() {
            let request = QueryRequest { page: &page, block, filters: &nothing, view: &nothing, reader: &reader };
            let resolved = app.resolve(&request);
            assert!(resolved.is_ok(), "{page:?} {block}: {resolved:?}");
            blocks += 1;
        }
    }
    assert!(blocks > 30, "{blocks}");
    assert!(app.pages().contains(&PageRef::Home {}));
}
