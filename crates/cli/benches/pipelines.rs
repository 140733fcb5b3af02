//! Pipelines over synthetic sales, timed within this process: `bench/pipelines.py` drives it and has the peers beside it.
//!
//! `pipelines generate FOLDER ROWS` writes the tables; `pipelines FOLDER` answers questions on its standard input, a
//! line of JSON each: `{"table": …, "steps": …}` runs through our steps, `{"table": …, "sql": …}` through the plain library.
#![expect(clippy::print_stdout, reason = "the driver reads it")]

use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use aracari_app::template::parse_steps;
use aracari_app::{CsvOptions, Source, SourceKind};
use aracari_engine::Catalog;
use aracari_engine::standalone::Standalone;
use aracari_sources::FileCatalog;
use datafusion::arrow::array::{
    ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use datafusion::arrow::compute::sum;
use datafusion::arrow::datatypes::Float64Type;
use datafusion::execution::config::SessionConfig;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::prelude::{ParquetReadOptions, SessionContext};
use serde_json::{Value as Json, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const MEMORY_BYTES: usize = 8 << 30;
const BATCH_ROWS: usize = 1 << 17;
const PRODUCTS: u64 = 1_000;
const COUNTRIES: u64 = 50;
const CUSTOMERS: u64 = 100_000;
const FIRST_DAY: i64 = 18_628; // 2021-01-01
const DAYS: u64 = 1_095;
const DAY_MICROSECONDS: i64 = 86_400_000_000;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["generate", folder, rows] => generate(Path::new(folder), rows.parse()?),
        [folder] => answer(Path::new(folder)),
        _ => bail!("expected `generate FOLDER ROWS` or `FOLDER`"),
    }
}

/// The same numbers in every run (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

fn generate(folder: &Path, rows: usize) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut numbers = Numbers(7);
    let mut left = rows;
    write(&folder.join(format!("sales-{rows}.parquet")), || {
        let count = left.min(BATCH_ROWS);
        left -= count;
        (count > 0).then(|| sales(count, &mut numbers)).flatten()
    })?;
    let mut products = Some(PRODUCTS);
    write(&folder.join("products.parquet"), || {
        let names =
            (0..products.take()?).map(|number| (format!("Product {number:04}"), format!("Category {}", number % 20)));
        let (names, categories): (Vec<_>, Vec<_>) = names.unzip();
        batch([
            ("product", Arc::new(StringArray::from(names)) as ArrayRef),
            ("category", Arc::new(StringArray::from(categories))),
        ])
    })
}

fn sales(rows: usize, numbers: &mut Numbers) -> Option<RecordBatch> {
    let mut text = |prefix: &str, limit: u64, width: usize| -> ArrayRef {
        let texts = (0..rows).map(|_| format!("{prefix} {:0width$}", numbers.below(limit)));
        Arc::new(StringArray::from_iter_values(texts))
    };
    let country = text("Country", COUNTRIES, 2);
    let product = text("Product", PRODUCTS, 4);
    let customer = text("Customer", CUSTOMERS, 6);
    let mut integer = |limit: u64| i64::try_from(numbers.below(limit)).unwrap_or_default();
    let dates = (0..rows).map(|_| (FIRST_DAY + integer(DAYS)) * DAY_MICROSECONDS).collect::<Vec<_>>();
    let quantity = (0..rows).map(|_| 1 + integer(20)).collect::<Vec<_>>();
    let amount =
        (0..rows).map(|_| f64::from(i32::try_from(integer(100_000)).unwrap_or_default()) / 100.0).collect::<Vec<_>>();
    batch([
        ("date", Arc::new(TimestampMicrosecondArray::from(dates)) as ArrayRef),
        ("country", country),
        ("product", product),
        ("customer", customer),
        ("quantity", Arc::new(Int64Array::from(quantity))),
        ("amount", Arc::new(Float64Array::from(amount))),
    ])
}

fn batch<const N: usize>(columns: [(&str, ArrayRef); N]) -> Option<RecordBatch> {
    RecordBatch::try_from_iter(columns).ok()
}

fn write(path: &Path, mut next: impl FnMut() -> Option<RecordBatch>) -> Result<()> {
    let first = next().context("a table has rows")?;
    let unfinished = path.with_extension("unfinished");
    let mut writer = ArrowWriter::try_new(std::fs::File::create(&unfinished)?, first.schema(), None)?;
    writer.write(&first)?;
    while let Some(batch) = next() {
        writer.write(&batch)?;
    }
    writer.close()?;
    Ok(std::fs::rename(unfinished, path)?)
}

fn answer(folder: &Path) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(8 << 20).enable_all().build()?;
    for line in std::io::stdin().lock().lines() {
        let question: Json = serde_json::from_str(&line?)?;
        let folder = folder.to_owned();
        let answering = runtime.spawn(async move {
            let table = question["table"].as_str().context("no table")?;
            match question["steps"].as_array() {
                Some(pipeline) => steps(&folder, table, pipeline).await,
                None => sql(&folder, table, question["sql"].as_str().context("neither steps nor SQL")?).await,
            }
        });
        let report = runtime.block_on(answering)?.unwrap_or_else(|error| json!({"error": format!("{error:#}")}));
        println!("{report}");
    }
    Ok(())
}

async fn steps(folder: &Path, table: &str, pipeline: &[Json]) -> Result<Json> {
    let mut written = vec![json!({"name": "domain", "domain": "sales"})];
    written.extend_from_slice(pipeline);
    let steps = parse_steps(written).map_err(|error| anyhow!("{error}"))?;
    let source = Source {
        id: "bench".into(),
        kind: SourceKind::Files { csv: CsvOptions::default() },
        folder: folder.canonicalize()?,
    };
    let clock = Clock::start()?;
    let catalog = FileCatalog::default();
    let mut standalone = Standalone::new(MEMORY_BYTES)?;
    standalone.add_table("sales", catalog.table(&source, &table.into()).await?);
    standalone.add_table("products", catalog.table(&source, &"products.parquet".into()).await?);
    let rows = standalone.run(&steps).await?;
    clock.report(&rows.batches)
}

/// As somebody who knows SQL writes it, with the library as it comes.
async fn sql(folder: &Path, table: &str, query: &str) -> Result<Json> {
    let clock = Clock::start()?;
    let context = SessionContext::new_with_config(SessionConfig::new());
    for (name, file) in [("sales", table), ("products", "products.parquet")] {
        let path = folder.join(file);
        context.register_parquet(name, path.to_str().context("path")?, ParquetReadOptions::default()).await?;
    }
    let batches = context.sql(query).await?.collect().await?;
    clock.report(&batches)
}

struct Clock {
    begun: Instant,
    processor: f64,
}

impl Clock {
    fn start() -> Result<Self> {
        Ok(Self { processor: processor_seconds()?, begun: Instant::now() })
    }

    /// The times, and what tells whether two engines found the same.
    fn report(&self, batches: &[RecordBatch]) -> Result<Json> {
        let (seconds, processor) = (self.begun.elapsed().as_secs_f64(), processor_seconds()? - self.processor);
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        let mut total = 0.0;
        for column in batches.iter().flat_map(RecordBatch::columns) {
            if let Some(numbers) = column.as_primitive_opt::<Float64Type>() {
                total += sum(numbers).unwrap_or(0.0);
            }
        }
        Ok(json!({"seconds": seconds, "processor": processor, "rows": rows, "total": total}))
    }
}

/// Time of all threads of this process, in ticks of 10 ms.
fn processor_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(") ").next().context("no times")?.split(' ').collect();
    Ok((fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) / 100.0)
}
