//! The cache and work in common.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use aracari_app::Reader;
use aracari_engine::EngineSettings;
use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use indexmap::IndexMap;
use serde_json::json;

use crate::limits::{Endless, endless_engine};
use crate::memory::{MemoryCatalog, block_on, columns, dataset, engine, everyone, memory, secured, table};

fn numbers(values: &[i64]) -> RecordBatch {
    let array: ArrayRef = Arc::new(Int64Array::from(values.to_vec()));
    RecordBatch::try_from_iter([("n", array)]).unwrap()
}

#[test]
fn an_answer_is_computed_once_until_its_data_changes() {
    let catalog = MemoryCatalog::with("t", &numbers(&[1, 2]));
    let engine = engine(Arc::clone(&catalog));
    let datasets = IndexMap::from([dataset("d", table("t"), json!([]), everyone())]);
    let query = || secured(&datasets, "d", json!([]), &Reader::default());
    let ask = || block_on(engine.run(query())).unwrap();

    let (first, cached) = ask();
    assert!(!cached);
    let (second, cached) = ask();
    assert!(cached);
    assert!(Arc::ptr_eq(&first, &second));

    catalog.put("t", memory(&numbers(&[3])));
    let (third, cached) = ask();
    assert!(!cached, "another version of the table is another answer");
    assert_eq!(columns(&third), json!({"n": [3]}));
    assert_eq!(engine.statistics().executions, 2);
}

#[test]
fn many_charts_of_one_dataset_open_its_table_once() {
    let catalog = MemoryCatalog::with("t", &numbers(&[1, 2, 3]));
    let engine = engine(Arc::clone(&catalog));
    let datasets = IndexMap::from([dataset("d", table("t"), json!([]), everyone())]);
    for limit in 0..5 {
        let question = json!([{"name": "filter", "condition": {"column": "n", "operator": "gt", "value": limit}}]);
        block_on(engine.run(secured(&datasets, "d", question, &Reader::default()))).unwrap();
    }
    assert_eq!(catalog.opened.load(Ordering::SeqCst), 1);
    assert!(engine.statistics().prepared_memory_bytes > 0);
}

#[test]
fn equal_questions_run_once_also_when_the_first_to_ask_leaves() {
    let (engine, endless, query) = endless_engine(EngineSettings::default());
    let engine = Arc::new(engine);
    block_on(async {
        let ask = || {
            let (engine, query) = (Arc::clone(&engine), query.clone());
            tokio::spawn(async move { engine.run(query).await })
        };
        let first = ask();
        endless.wait_until_running().await;
        let others: Vec<_> = (0..5).map(|_| ask()).collect();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        endless.finish();
        for other in others {
            let (answer, _) = other.await.unwrap().unwrap();
            assert_eq!(answer.rows, 1);
        }
    });
    assert_eq!(engine.statistics().executions, 1);
    assert_eq!(endless.started(), 1);
}

#[test]
fn who_waits_for_rows_leaves_the_place_to_those_who_need_others() {
    // One share has half of the places: one question prepares the endless rows, and one waits for them.
    let (engine, endless, first) = endless_engine(EngineSettings { concurrency: 4, ..EngineSettings::default() });
    let engine = Arc::new(engine);
    let datasets = IndexMap::from([
        dataset("d", table("endless"), json!([]), everyone()),
        dataset("few", table("few"), json!([]), everyone()),
    ]);
    let groups = json!([{"name": "uniquegroups", "on": ["n"]}]);
    block_on(async {
        let ask = |query| {
            let engine = Arc::clone(&engine);
            tokio::spawn(async move { engine.run(query).await })
        };
        let endless_ones = [ask(first.clone()), ask(secured(&datasets, "d", groups.clone(), &Reader::default()))];
        endless.wait_until_running().await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let few = ask(secured(&datasets, "few", groups, &Reader::default()));
        let (answer, _) = tokio::time::timeout(std::time::Duration::from_secs(5), few).await.unwrap().unwrap().unwrap();
        assert_eq!(answer.rows, 3);
        endless.finish();
        for asked in endless_ones {
            asked.await.unwrap().unwrap();
        }
    });
    assert_eq!(endless.started(), 1);
}

#[test]
fn work_stops_when_everybody_has_left() {
    let (engine, endless, query) = endless_engine(EngineSettings::default());
    block_on(async {
        let asked = tokio::time::timeout(std::time::Duration::from_millis(100), engine.run(query.clone())).await;
        assert!(asked.is_err(), "the table has no end");
        endless.wait_until_stopped().await;
    });
    assert_eq!(engine.statistics().running_memory_bytes, 0);
    let _: &Endless = &endless;
}
