//! What the kinds of charts have in common: a query, dimensions, measures, and the role of each.

use std::borrow::Cow;

use crate::config::{By, Chart, Dimension, Measure, QueryPart, ValueQuery};

/// A chart taken apart.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) kind: &'static str,
    pub(crate) query: &'a QueryPart,
    /// With the path to each in the file.
    pub(crate) dimensions: Vec<(Vec<String>, Cow<'a, Dimension>)>,
    pub(crate) measures: Vec<(Vec<String>, &'a Measure)>,
    pub(crate) roles: Vec<(&'static str, Role)>,
    /// Columns shown row by row, without grouping.
    pub(crate) raw_rows: Option<&'a [String]>,
}

/// What fields a role holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Role {
    One(String),
    Many(Vec<String>),
}

impl Dimension {
    pub(crate) fn column(&self) -> &str {
        match self {
            Self::Column(column) => column,
            Self::Details(details) => &details.column,
        }
    }

    /// The field's id.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Column(column) => column,
            Self::Details(details) => details.id.as_deref().unwrap_or(&details.column),
        }
    }

    pub(crate) fn by(&self) -> Option<By> {
        match self {
            Self::Column(_) => None,
            Self::Details(details) => details.by,
        }
    }
}

impl Measure {
    /// The field's id.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Metric(id) => id,
            Self::Details(details) => &details.id,
        }
    }
}

struct Builder<'a>(Parts<'a>);

impl<'a> Builder<'a> {
    fn new(kind: &'static str, query: &'a QueryPart) -> Self {
        Self(Parts { kind, query, dimensions: Vec::new(), measures: Vec::new(), roles: Vec::new(), raw_rows: None })
    }

    fn dimension(mut self, role: &'static str, dimension: impl Into<Option<&'a Dimension>>) -> Self {
        if let Some(dimension) = dimension.into() {
            self.0.dimensions.push((vec![role.to_owned()], Cow::Borrowed(dimension)));
            self.0.roles.push((role, Role::One(dimension.id().to_owned())));
        }
        self
    }

    fn dimensions(mut self, role: &'static str, dimensions: &'a [Dimension]) -> Self {
        for (index, dimension) in dimensions.iter().enumerate() {
            self.0.dimensions.push((vec![role.to_owned(), index.to_string()], Cow::Borrowed(dimension)));
        }
        self.0.roles.push((role, Role::Many(dimensions.iter().map(|dimension| dimension.id().to_owned()).collect())));
        self
    }

    fn column(mut self, role: &'static str, column: &str) -> Self {
        self.0.dimensions.push((vec![role.to_owned()], Cow::Owned(Dimension::Column(column.to_owned()))));
        self.0.roles.push((role, Role::One(column.to_owned())));
        self
    }

    fn measure(mut self, role: &'static str, measure: impl Into<Option<&'a Measure>>) -> Self {
        if let Some(measure) = measure.into() {
            // Two roles of a map may show the same metric.
            if !self.0.measures.iter().any(|(_, known)| *known == measure) {
                self.0.measures.push((vec![role.to_owned()], measure));
            }
            self.0.roles.push((role, Role::One(measure.id().to_owned())));
        }
        self
    }

    fn measures(mut self, role: &'static str, measures: &'a [Measure]) -> Self {
        for (index, measure) in measures.iter().enumerate() {
            self.0.measures.push((vec![role.to_owned(), index.to_string()], measure));
        }
        self.0.roles.push((role, Role::Many(measures.iter().map(|measure| measure.id().to_owned()).collect())));
        self
    }
}

/// Takes a chart apart.
pub(crate) fn of_chart(chart: &Chart) -> Parts<'_> {
    match chart {
        Chart::Kpi(kpi) => Builder::new("kpi", &kpi.query).measure("value", &kpi.value).0,
        Chart::Bar(bar) => {
            Builder::new("bar", &bar.query)
                .dimension("x", &bar.x)
                .dimension("series", bar.series.as_ref())
                .measures("y", &bar.y)
                .0
        }
        Chart::Line(line) => {
            let builder = Builder::new("line", &line.query).dimension("x", &line.x);
            builder.dimension("series", line.series.as_ref()).measures("y", &line.y).0
        }
        Chart::Area(area) => {
            let builder = Builder::new("area", &area.query).dimension("x", &area.x);
            builder.dimension("series", area.series.as_ref()).measures("y", &area.y).0
        }
        Chart::BarLine(chart) => {
            let builder = Builder::new("bar-line", &chart.query).dimension("x", &chart.x);
            builder.measures("bars", &chart.bars).measures("lines", &chart.lines).0
        }
        Chart::Donut(donut) => {
            Builder::new("donut", &donut.query).dimension("group", &donut.group).measure("value", &donut.value).0
        }
        Chart::Leaderboard(board) => {
            Builder::new("leaderboard", &board.query).dimension("group", &board.group).measure("value", &board.value).0
        }
        Chart::Heatmap(map) => {
            let builder = Builder::new("heatmap", &map.query).dimension("x", &map.x).dimension("y", &map.y);
            builder.measure("value", &map.value).0
        }
        Chart::Table(table) => {
            let mut builder = Builder::new("table", &table.query);
            if let Some(rows) = &table.rows {
                for (index, column) in rows.iter().enumerate() {
                    let path = vec!["rows".to_owned(), index.to_string()];
                    builder.0.dimensions.push((path, Cow::Owned(Dimension::Column(column.clone()))));
                }
                builder.0.roles.push(("dimensions", Role::Many(rows.clone())));
                builder.0.raw_rows = Some(rows);
                return builder.0;
            }
            builder.dimensions("dimensions", &table.dimensions).measures("values", &table.values).0
        }
        Chart::PointMap(map) => {
            let builder = Builder::new("point-map", &map.query)
                .column("latitude", &map.latitude)
                .column("longitude", &map.longitude);
            let builder = builder.dimension("label", &map.label);
            let builder = if map.group.is_empty() { builder } else { builder.dimensions("group", &map.group) };
            builder.measure("size", &map.size).measure("color", map.color.as_ref()).0
        }
    }
}

/// Takes a named value of a narrative apart.
pub(crate) fn of_values(values: &ValueQuery) -> Parts<'_> {
    Builder::new("values", &values.query).dimensions("group", &values.group).measures("values", &values.values).0
}
