"""Pipelines over synthetic sales: Aracari beside DuckDB, Polars, plain DataFusion and weaverbird, from the same Parquet files.

    pipelines.py BINARY FOLDER [--rows 1000000,10000000] [--runs 3] [--weaverbird] [--only NAME,…]

The engines take turns, so that a busy machine slows all of them; medians are shown. Every answer is compared with the others'
by its rows and the sum of its numbers.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import unittest.mock
from pathlib import Path

import duckdb
import polars as pl

COUNTRIES = [f"Country {number:02}" for number in range(50)]
SOME = COUNTRIES[:5]
WEAVERBIRD = ["weaverbird", "weaverbird, no accounting"]


def steps(**named):
    return [{"name": name.rstrip("_"), **step} for name, step in named.items()]


def total(column, name, on):
    return {"on": on, "aggregations": [{"aggfunction": "sum", "columns": [column], "newcolumns": [name]}]}


def summed(country):
    return f"""sum(amount) filter (where country = '{country}') as "{country}\""""


PIPELINES = {
    "filter + group": {
        "steps": steps(
            filter={"condition": {"and": [{"column": "country", "operator": "in", "value": SOME},
                                          {"column": "quantity", "operator": "ge", "value": 5}]}},
            aggregate=total("amount", "total", ["product"]),
        ),
        "sql": f"""select product, sum(amount) as total from sales
                   where country in ({", ".join(f"'{name}'" for name in SOME)}) and quantity >= 5 group by product order by product""",
        "polars": lambda sales, _: sales.filter(pl.col("country").is_in(SOME) & (pl.col("quantity") >= 5))
            .group_by("product").agg(total=pl.col("amount").sum()).sort("product"),
    },
    "formula + month + group": {
        "steps": steps(
            formula={"newColumn": "revenue", "formula": "quantity * amount"},
            dategranularity={"column": "date", "granularity": "month", "newColumn": "month"},
            aggregate=total("revenue", "revenue", ["month", "country"]),
        ),
        "sql": """select date_trunc('month', date) as month, country, sum(quantity * amount) as revenue from sales
                  group by 1, 2 order by 1, 2""",
        "polars": lambda sales, _: sales.group_by(pl.col("date").dt.truncate("1mo").alias("month"), "country")
            .agg(revenue=(pl.col("quantity") * pl.col("amount")).sum()).sort("month", "country"),
    },
    "pivot": {
        "steps": steps(pivot={"index": ["product"], "columnToPivot": "country", "valueColumn": "amount", "aggFunction": "sum"}),
        "duckdb": "pivot sales on country using sum(amount) group by product order by product",
        "datafusion": f"select product, {', '.join(map(summed, COUNTRIES))} from sales group by product order by product",
        "polars": lambda sales, _: sales.group_by("product", "country").agg(pl.col("amount").sum()).collect()
            .pivot(on="country", index="product", values="amount", aggregate_function="sum").sort("product").lazy(),
    },
    "top 3 per group": {
        "steps": steps(top={"groups": ["product"], "rankOn": "amount", "sort": "desc", "limit": 3}),
        "sql": """select date, country, product, customer, quantity, amount from (
                    select *, row_number() over (partition by product order by amount desc) as place from sales)
                  where place <= 3 order by product, amount desc""",
        "polars": lambda sales, _: sales.sort("amount", descending=True).group_by("product", maintain_order=True).head(3)
            .sort("product", "amount", descending=[False, True]),
    },
    "join + group": {
        "steps": steps(
            join={"type": "left", "rightPipeline": "products", "on": [["product", "product"]]},
            aggregate=total("amount", "total", ["category", "country"]),
        ),
        "sql": """select category, country, sum(amount) as total from sales left join products using (product)
                  group by 1, 2 order by 1, 2""",
        "polars": lambda sales, products: sales.join(products, on="product", how="left").group_by("category", "country")
            .agg(total=pl.col("amount").sum()).sort("category", "country"),
    },
    "evolution": {
        "steps": steps(
            aggregate=total("amount", "total", ["date", "country"]),
            evolution={"dateCol": "date", "valueCol": "total", "evolutionType": "vsLastYear", "evolutionFormat": "pct",
                       "indexColumns": ["country"], "newColumn": "change"},
        ),
        "sql": """with days as (select date, country, sum(amount) as total from sales group by 1, 2)
                  select now.date, now.country, now.total, (now.total - old.total) / nullif(abs(old.total), 0) as change
                  from days now left join days old on old.country = now.country and old.date + interval '1 year' = now.date
                  order by 1, 2""",
        "polars": lambda sales, _: (lambda days: days.join(
                days.select(pl.col("date").dt.offset_by("1y"), "country", old="total"), on=["date", "country"], how="left")
            .select("date", "country", "total", change=(pl.col("total") - pl.col("old")) / pl.col("old").abs())
            .sort("date", "country"))(sales.group_by("date", "country").agg(total=pl.col("amount").sum())),
    },
    "cumulated sum": {
        "steps": steps(cumsum={"toCumSum": [["amount", "running"]], "referenceColumn": "date", "groupby": ["country"]}),
        "sql": """select *, sum(amount) over (partition by country order by date rows unbounded preceding) as running
                  from sales order by date""",
        "polars": lambda sales, _: sales.sort("date").with_columns(running=pl.col("amount").cum_sum().over("country")),
        "unstable": True,
    },
    "rollup": {
        "steps": steps(rollup={"hierarchy": ["country", "product"],
                               "aggregations": [{"aggfunction": "sum", "columns": ["amount"], "newcolumns": ["total"]}]}),
        "sql": """select product, country, coalesce(product, country) as label, sum(amount) as total
                  from sales group by grouping sets ((country), (country, product)) order by country, product nulls first""",
        "polars": lambda sales, _: (lambda fine: pl.concat([
                fine.group_by("country").agg(pl.col("total").sum()).select(pl.lit(None, pl.String).alias("product"), "country", label="country", total="total"),
                fine.select("product", "country", label="product", total="total")]))(
            sales.group_by("country", "product").agg(total=pl.col("amount").sum())).sort("country", "product"),
    },
    "waterfall": {
        "steps": steps(
            dateextract={"column": "date", "dateInfo": ["year"], "newColumns": ["year"]},
            waterfall={"valueColumn": "amount", "milestonesColumn": "year", "start": 2021, "end": 2022, "labelsColumn": "country",
                       "sortBy": "value", "order": "desc"},
        ),
        "sql": """with parts as (select country, sum(amount) filter (where extract(year from date) = 2021) as before,
                                        sum(amount) filter (where extract(year from date) = 2022) as after
                                 from sales where extract(year from date) in (2021, 2022) group by country)
                  select label, kind, value from (
                    select '2021' as label, 'start' as kind, sum(before) as value, 0 as place from parts
                    union all select country, 'part', after - before, 1 from parts
                    union all select '2022', 'end', sum(after), 2 from parts) order by place, value desc""",
        "polars": lambda sales, _: (lambda parts: pl.concat([
                parts.select(label=pl.lit("2021"), kind=pl.lit("start"), value=pl.col("before").sum()),
                parts.select(label="country", kind=pl.lit("part"), value=pl.col("after") - pl.col("before")).sort("value", descending=True),
                parts.select(label=pl.lit("2022"), kind=pl.lit("end"), value=pl.col("after").sum())]))(
            sales.with_columns(year=pl.col("date").dt.year()).filter(pl.col("year").is_in([2021, 2022])).group_by("country")
            .agg(before=pl.col("amount").filter(pl.col("year") == 2021).sum(), after=pl.col("amount").filter(pl.col("year") == 2022).sum())),
    },
}


def timed(work):
    """Runs `work`, which gives columns of numbers as Arrow."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    begun = time.perf_counter()
    table = work()
    seconds = time.perf_counter() - begun
    now = resource.getrusage(resource.RUSAGE_SELF)
    processor = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    frame = pl.DataFrame(table) if not isinstance(table, pl.DataFrame) else table
    sums = [frame[name].sum() for name, kind in frame.schema.items() if kind.is_float()]
    return {"seconds": seconds, "processor": processor, "rows": frame.height, "total": sum(sums)}


class Binary:
    """Our steps, and plain DataFusion, in one process that answers questions."""

    def __init__(self, binary, folder):
        self.process = subprocess.Popen([binary, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"error": "the program ended"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer


def run(engine, pipeline, table, folder, binary):
    if engine == "aracari":
        return binary.ask({"table": table, "steps": pipeline["steps"]})
    if engine == "datafusion":
        return binary.ask({"table": table, "sql": pipeline.get("datafusion") or pipeline["sql"]})
    if engine == "duckdb":
        with duckdb.connect() as database:
            for name, file in [("sales", table), ("products", "products.parquet")]:
                database.execute(f"create view {name} as from '{folder / file}'")
            return timed(lambda: database.sql(pipeline.get("duckdb") or pipeline["sql"]).to_arrow_table())
    if engine == "polars":
        return timed(lambda: pipeline["polars"](pl.scan_parquet(folder / table), pl.scan_parquet(folder / "products.parquet")).collect())
    return weaverbird(pipeline, table, folder, accounting=engine == "weaverbird")


def weaverbird(pipeline, table, folder, accounting):
    import pandas
    from weaverbird.backends.pandas_executor.pipeline_executor import execute_pipeline
    from weaverbird.pipeline import Pipeline

    files = {"sales": folder / table, "products": folder / "products.parquet"}
    parsed = Pipeline(steps=[{"name": "domain", "domain": "sales"}, *pipeline["steps"]])

    def work():
        frame, _report = execute_pipeline(parsed, domain_retriever=lambda name: pandas.read_parquet(files[name]))
        numbers = {str(name): frame[name].to_numpy() for name in frame.columns if frame[name].dtype.kind == "f"}
        return pl.DataFrame(numbers, nan_to_null=True)

    if accounting:
        return timed(work)
    # It measures the memory of the table after each step.
    with unittest.mock.patch.object(pandas.DataFrame, "memory_usage", lambda *_, **__: pandas.Series([0])):
        return timed(work)


def same(one, other):
    return one["rows"] == other["rows"] and abs(one["total"] - other["total"]) <= 1e-6 * max(1.0, abs(one["total"]))


def measure(name, rows, arguments, binary):
    pipeline, table = PIPELINES[name], f"sales-{rows}.parquet"
    engines = ["aracari", "duckdb", "polars", "datafusion"]
    if arguments.weaverbird and rows <= 1_000_000 and importlib.util.find_spec("weaverbird"):
        engines += WEAVERBIRD
    runs = {engine: [] for engine in engines}
    for number in range(arguments.runs):
        for engine in engines:
            if engine in WEAVERBIRD and number > 0:
                continue
            try:
                runs[engine].append(run(engine, pipeline, table, arguments.folder, binary))
            except Exception as error:  # a peer that fails leaves a gap, not an end
                if number == 0:
                    print(f"{name}, {rows} rows: {engine}: {str(error)[:300]}", file=sys.stderr)
    medians = {engine: {key: statistics.median(one[key] for one in found) for key in ("seconds", "processor", "rows", "total")}
               for engine, found in runs.items() if found}
    for engine, found in medians.items():
        if not pipeline.get("unstable") and not same(found, medians.get("duckdb", found)):
            print(f"{name}, {rows} rows: {engine} answers otherwise: {found} instead of {medians['duckdb']}", file=sys.stderr)
    return medians


def show(title, results):
    engines = ["aracari", "duckdb", "polars", "datafusion", *WEAVERBIRD]
    print(f"\n{title}\n\n| pipeline | {' | '.join(engines)} | aracari / best | … of processor time |")
    print("|---" * (len(engines) + 3) + "|")
    for name, medians in results.items():
        cells = [f"{medians[engine]['seconds']:.3f}" if engine in medians else "–" for engine in engines]
        peers = [medians[engine] for engine in engines[1:4] if engine in medians]
        own, ratios = medians.get("aracari"), ["–", "–"]
        if own and peers:
            ratios = [f"{own[key] / min(peer[key] for peer in peers):.2f}" for key in ("seconds", "processor")]
        print(f"| {name} | {' | '.join(cells + ratios)} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", default="1000000,10000000")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--weaverbird", action="store_true", help="time it too, once, up to a million rows, with its accounting of memory and without")
    parser.add_argument("--only", default=",".join(PIPELINES))
    arguments = parser.parse_args()
    binary = Binary(arguments.binary, arguments.folder)
    before = os.getloadavg()[0]
    for rows in map(int, arguments.rows.split(",")):
        if not (arguments.folder / f"sales-{rows}.parquet").exists():
            subprocess.run([arguments.binary, "generate", str(arguments.folder), str(rows)], check=True)
        show(f"{rows:,} rows, seconds", {name: measure(name, rows, arguments, binary) for name in arguments.only.split(",")})
    versions = f"duckdb {duckdb.__version__}, polars {pl.__version__}"
    if importlib.util.find_spec("weaverbird"):
        versions += f", weaverbird {importlib.metadata.version('weaverbird')}"
    print(f"\n{os.cpu_count()} cores, load before {before:.1f}, after {os.getloadavg()[0]:.1f}; {versions}; medians of {arguments.runs} runs")


if __name__ == "__main__":
    main()
