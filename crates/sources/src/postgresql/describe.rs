//! The columns of a table or query of PostgreSQL, and the expressions that bring them to the engine's types.

use std::collections::HashSet;

use aracari_app::Relation;
use aracari_app::schema::ColumnType;
use aracari_engine::sql::SqlColumn;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::Failure;
use crate::database::{Description, ansi_quoted, parse_name, usable};

pub(super) async fn describe(client: &Client, relation: &Relation, schema: &str) -> Result<Description, Failure> {
    match relation {
        Relation::Table(name) => table(client, name, schema).await,
        Relation::Query(query) => self::query(client, query).await,
    }
}

async fn table(client: &Client, name: &str, schema: &str) -> Result<Description, Failure> {
    let mut parts = parse_name(name, 2).map_err(Failure::Other)?;
    if parts.len() == 1 {
        parts.insert(0, schema.to_owned());
    }
    let from = parts.iter().map(|part| ansi_quoted(part)).collect::<Vec<_>>().join(".");
    let facts = client
        .query_opt(
            "SELECT c.relkind IN ('r', 'm') AND NOT c.relhassubclass, current_setting('server_encoding'), \
             ARRAY(SELECT a.attname::text FROM pg_attribute a JOIN pg_collation l ON l.oid = a.attcollation \
             WHERE a.attrelid = c.oid AND NOT l.collisdeterministic) \
             FROM pg_class c WHERE c.oid = to_regclass($1::text)",
            &[&from],
        )
        .await?;
    let Some(facts) = facts else {
        return Err(Failure::Other(format!("there is no table {}, or this user may not see it", parts.join("."))));
    };
    check_encoding(facts.get(1))?;
    let loose: HashSet<String> = facts.get::<_, Vec<String>>(2).into_iter().collect();
    let columns = columns(client, &from, |name| loose.contains(name)).await?;
    let position = facts.get::<_, bool>(0).then(|| "ctid".to_owned());
    Ok(Description { from, columns, position })
}

async fn query(client: &Client, query: &str) -> Result<Description, Failure> {
    // By itself it has to be one statement; only then it can stand between parentheses.
    let alone = client.prepare(query).await?;
    if !alone.params().is_empty() {
        return Err(Failure::Other("a query has no parameters".to_owned()));
    }
    if alone.columns().is_empty() {
        return Err(Failure::Other("expected a query that gives rows, such as SELECT".to_owned()));
    }
    let encoding = client.query_one("SELECT current_setting('server_encoding')", &[]).await?;
    check_encoding(encoding.get(0))?;
    let from = format!("({query}\n) AS query");
    let columns = columns(client, &from, |_| true).await?;
    Ok(Description { from, columns, position: None })
}

fn check_encoding(encoding: &str) -> Result<(), Failure> {
    if encoding == "UTF8" {
        return Ok(());
    }
    Err(Failure::Other(format!("the database's encoding is {encoding}; only UTF8 is read")))
}

/// The columns that can be read; `loose` tells those in which different texts may count as equal.
async fn columns(client: &Client, from: &str, loose: impl Fn(&str) -> bool) -> Result<Vec<SqlColumn>, Failure> {
    let none = client.prepare(&format!("SELECT * FROM {from} LIMIT 0")).await?;
    // Whether the user may read it is decided when it runs.
    client.query(&none, &[]).await?;
    let columns = none.columns().iter().filter_map(|column| {
        let name = column.name().to_owned();
        let plain = ansi_quoted(&name);
        let (kind, expression) = match *column.type_() {
            Type::BOOL => (ColumnType::Boolean, plain),
            Type::INT2 | Type::INT4 | Type::INT8 => (ColumnType::Integer, plain),
            Type::OID => (ColumnType::Integer, format!("{plain}::int8")),
            Type::FLOAT8 => (ColumnType::Float, plain),
            Type::FLOAT4 | Type::NUMERIC => (ColumnType::Float, format!("{plain}::float8")),
            // In a session whose zone is UTC the three compare and compute as one.
            Type::TIMESTAMP | Type::TIMESTAMPTZ | Type::DATE => (ColumnType::Date, plain),
            Type::TEXT | Type::VARCHAR if !loose(&name) => (ColumnType::Text, plain),
            Type::TEXT | Type::VARCHAR => (ColumnType::Text, format!("({plain} COLLATE \"C\")")),
            Type::BYTEA => return None,
            _ => (ColumnType::Text, format!("({plain}::text COLLATE \"C\")")),
        };
        Some(SqlColumn { name, kind, expression })
    });
    usable(columns.collect()).map_err(Failure::Other)
}
