"""Aggregates the demo's flights for the gallery; needs duckdb. Run from this folder: python3 make-data.py"""
import json
import os
import duckdb

here = os.path.dirname(os.path.abspath(__file__))
data = os.path.join(here, "../../../../examples/flights/data")
db = duckdb.connect()
db.execute(f"""
create view flights as
select f.*, make_date(year::int, month::int, day::int) as date, a.name as carrier_name, p.name as dest_name, p.lat, p.lon,
       case when dep_time is null then null when dep_delay <= 15 then 1 else 0 end as on_time,
       (dep_time is null)::int as cancelled
from '{data}/flights.parquet' f
left join '{data}/airlines.csv' a using (carrier)
left join '{data}/airports.csv' p on p.faa = f.dest
""")

epoch = "epoch_ms({}::timestamp)"
queries = {
    "by_month": "select " + epoch.format("date_trunc('month', date)") + " as date, count(*) as flights, avg(on_time) as on_time, avg(dep_delay) as delay from flights group by 1 order by 1",
    "by_day": "select " + epoch.format("date") + " as date, count(*) as flights, avg(dep_delay) as delay from flights group by 1 order by 1",
    "by_month_origin": "select " + epoch.format("date_trunc('month', date)") + " as date, origin, count(*) as flights, avg(on_time) as on_time from flights group by 1, 2 order by 1, 2",
    "by_month_carrier": "select " + epoch.format("date_trunc('month', date)") + " as date, carrier_name as carrier, avg(dep_delay) as delay from flights group by 1, 2 order by 1, 2",
    "by_carrier": "select carrier_name as carrier, count(*) as flights, avg(on_time) as on_time, avg(dep_delay) as delay from flights group by 1 order by 2 desc",
    "by_carrier_origin": "select carrier_name as carrier, origin, count(*) as flights from flights group by 1, 2 order by 1, 2",
    "by_origin": "select origin, count(*) as flights, avg(on_time) as on_time, avg(dep_delay) as delay from flights group by 1 order by 1",
    "by_hour_weekday": "select hour, isodow(date) as weekday, avg(dep_delay) as delay from flights where dep_delay is not null group by 1, 2 order by 1, 2",
    "by_weekday": "select isodow(date) as weekday, count(*) as flights from flights group by 1 order by 1",
    "by_dest": "select dest_name as place, any_value(lat) as lat, any_value(lon) as lon, count(*) as flights, avg(arr_delay) as delay from flights where dest_name is not null group by 1 order by 4 desc",
    "raw": "select " + epoch.format("date") + " as date, carrier_name as carrier, flight, origin, dest_name as place, dep_delay, distance from flights order by time_hour, carrier, flight limit 500",
}
out = {}
for name, query in queries.items():
    cursor = db.execute(query)
    names = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    columns = []
    for index, column in enumerate(names):
        values = [row[index] for row in rows]
        kind = "date" if column == "date" else "text" if any(isinstance(value, str) for value in values) else "number"
        columns.append({"name": column, "type": kind, "values": [round(v, 6) if isinstance(v, float) else v for v in values]})
    out[name] = {"columns": columns, "rows": len(rows), "truncated": False}
with open(os.path.join(here, "data.json"), "w") as file:
    json.dump(out, file, separators=(",", ":"))
    file.write("\n")
