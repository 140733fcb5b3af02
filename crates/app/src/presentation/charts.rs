//! Charts as a client draws them.

use super::fields::{FieldModel, fields_of};
use super::texts::Texts;
use super::{Chart, ChartOptions, Encoding, Field, TrendOption};
use crate::app::App;
use crate::config::{self, By};
use crate::parts::{self, Role};

/// A leaderboard's rows where the author names no number.
pub(crate) const LEADERBOARD_ROWS: u64 = 10;
/// The same on a tile.
pub(crate) const TILE_LEADERBOARD_ROWS: u64 = 5;

pub(super) fn chart(app: &App, texts: &Texts<'_>, chart: &config::Chart, in_tile: bool) -> Chart {
    let parts = parts::of_chart(chart);
    let fields = app.datasets.get(&parts.query.dataset).map(|dataset| fields_of(&parts, dataset)).unwrap_or_default();
    Chart {
        kind: parts.kind,
        fields: fields.into_iter().map(|model| field(model, texts)).collect(),
        encoding: parts
            .roles
            .iter()
            .map(|(role, fields)| {
                let encoding = match fields {
                    Role::One(id) => Encoding::One(id.clone()),
                    Role::Many(ids) => Encoding::Many(ids.clone()),
                };
                (*role, encoding)
            })
            .collect(),
        options: options(chart, &parts, texts, in_tile),
    }
}

fn field(model: FieldModel, texts: &Texts<'_>) -> Field {
    Field {
        id: model.id,
        label: texts.plain(&model.label),
        kind: model.kind,
        format: model.format,
        unit: texts.optional(model.unit.as_ref()),
        higher_is: model.higher_is,
        by: model.by,
        additive: model.additive,
        description: texts.optional(model.description.as_ref()),
    }
}

fn options(chart: &config::Chart, parts: &parts::Parts<'_>, texts: &Texts<'_>, in_tile: bool) -> ChartOptions {
    let mut options =
        ChartOptions { limit: parts.query.limit, sort: parts.query.sort.clone(), ..ChartOptions::default() };
    match chart {
        config::Chart::Kpi(kpi) => {
            options.target = kpi.target;
            options.compare = kpi.compare;
            options.compare_label = texts.optional(kpi.compare_label.as_ref());
            options.trend = kpi
                .trend
                .as_ref()
                .map(|trend| TrendOption { field: trend.date.id().to_owned(), by: trend.date.by().unwrap_or(By::Day) });
        }
        config::Chart::Bar(bar) => {
            options.orientation = bar.orientation;
            options.stack = bar.stack;
            options.target = bar.target;
            options.highlight.clone_from(&bar.highlight);
        }
        config::Chart::Line(line) => options.target = line.target,
        config::Chart::Area(area) => {
            options.stack = area.stack;
            options.target = area.target;
        }
        config::Chart::Donut(donut) => options.others_after = donut.others_after,
        config::Chart::Leaderboard(board) => {
            options.target = board.target;
            options.limit = Some(limit_of(chart, in_tile));
        }
        config::Chart::BarLine(_)
        | config::Chart::Heatmap(_)
        | config::Chart::Table(_)
        | config::Chart::PointMap(_) => {}
    }
    options
}

/// The most rows of a chart's main frame.
pub(crate) fn limit_of(chart: &config::Chart, in_tile: bool) -> u64 {
    let written = parts::of_chart(chart).query.limit;
    let usual = match chart {
        config::Chart::Kpi(_) => 1,
        config::Chart::Leaderboard(_) if in_tile => TILE_LEADERBOARD_ROWS,
        config::Chart::Leaderboard(_) => LEADERBOARD_ROWS,
        config::Chart::Table(_) => 1_000,
        _ => 10_000,
    };
    written.unwrap_or(usual)
}
