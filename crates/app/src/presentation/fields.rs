//! Fields: the columns of a frame with their labels and formats.

use super::{FieldKind, Format, FormatStyle};
use crate::config::{self, Aggregate, By, Dimension, HigherIs, Measure, Text};
use crate::dataset::Dataset;
use crate::parts::Parts;
use crate::schema::ColumnType;

/// A field before its texts are put in a language.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FieldModel {
    pub(crate) id: String,
    pub(crate) label: Text,
    pub(crate) kind: FieldKind,
    pub(crate) format: Format,
    pub(crate) unit: Option<Text>,
    pub(crate) higher_is: Option<HigherIs>,
    pub(crate) by: Option<By>,
    pub(crate) additive: Option<bool>,
    pub(crate) description: Option<Text>,
}

/// The fields of a query in the order of its main frame's columns.
pub(crate) fn fields_of(parts: &Parts<'_>, dataset: &Dataset) -> Vec<FieldModel> {
    let dimensions = parts.dimensions.iter().map(|(_, dimension)| dimension_field(dimension, dataset));
    dimensions.chain(parts.measures.iter().map(|(_, measure)| measure_field(measure, dataset))).collect()
}

fn dimension_field(dimension: &Dimension, dataset: &Dataset) -> FieldModel {
    let column = dataset.columns.get(dimension.column());
    let details = match dimension {
        Dimension::Column(_) => None,
        Dimension::Details(details) => Some(details),
    };
    let by = dimension.by();
    let own_format = details.and_then(|details| details.format.as_ref()).map(Format::of);
    let column_format = || column.and_then(|column| column.format.as_ref()).map(Format::of);
    let kind = dataset.column_type(dimension.column()).unwrap_or(ColumnType::Unknown);
    let format = match by {
        Some(by) => own_format.unwrap_or_else(|| Format::of_calendar(by)),
        None => own_format.or_else(column_format).unwrap_or_else(|| Format::suggested(kind)),
    };
    let label = details
        .and_then(|details| details.label.clone())
        .or_else(|| column.and_then(|column| column.label.clone()))
        .unwrap_or_else(|| Text::Plain(readable(dimension.column())));
    FieldModel {
        id: dimension.id().to_owned(),
        label,
        kind: FieldKind::Dimension,
        format,
        unit: column.and_then(|column| column.unit.clone()),
        higher_is: None,
        by,
        additive: None,
        description: column.and_then(|column| column.description.clone()),
    }
}

fn measure_field(measure: &Measure, dataset: &Dataset) -> FieldModel {
    match measure {
        Measure::Metric(id) => {
            let settings = dataset.metrics.get(id).map(|metric| &metric.settings);
            let kind = settings.and_then(|metric| measured_type(metric.aggregate, metric.column.as_deref(), dataset));
            let format = settings.and_then(|metric| metric.format.as_ref());
            let aggregate = settings.and_then(|metric| metric.aggregate);
            FieldModel {
                id: id.clone(),
                label: settings.map_or_else(|| Text::Plain(readable(id)), |metric| metric.label.clone()),
                kind: FieldKind::Measure,
                format: measure_format(format, aggregate, kind),
                unit: settings.and_then(|metric| metric.unit.clone()).or_else(|| unit_of(format)),
                higher_is: settings.and_then(|metric| metric.higher_is),
                by: None,
                additive: Some(is_additive(aggregate)),
                description: settings.and_then(|metric| metric.description.clone()),
            }
        }
        Measure::Details(details) => {
            let kind = measured_type(Some(details.aggregate), details.column.as_deref(), dataset);
            FieldModel {
                id: details.id.clone(),
                label: details.label.clone(),
                kind: FieldKind::Measure,
                format: measure_format(details.format.as_ref(), Some(details.aggregate), kind),
                unit: details.unit.clone().or_else(|| unit_of(details.format.as_ref())),
                higher_is: details.higher_is,
                by: None,
                additive: Some(is_additive(Some(details.aggregate))),
                description: None,
            }
        }
    }
}

fn unit_of(format: Option<&config::Format>) -> Option<Text> {
    match format {
        Some(config::Format::Details(details)) => details.unit.clone(),
        _ => None,
    }
}

fn is_additive(aggregate: Option<Aggregate>) -> bool {
    matches!(aggregate, Some(Aggregate::Sum | Aggregate::Count))
}

fn measured_type(aggregate: Option<Aggregate>, column: Option<&str>, dataset: &Dataset) -> Option<ColumnType> {
    match aggregate? {
        Aggregate::Count | Aggregate::CountDistinct => Some(ColumnType::Integer),
        Aggregate::Avg => Some(ColumnType::Float),
        _ => dataset.column_type(column?),
    }
}

fn measure_format(written: Option<&config::Format>, aggregate: Option<Aggregate>, kind: Option<ColumnType>) -> Format {
    match (written, aggregate, kind) {
        (Some(format), _, _) => Format::of(format),
        (None, Some(Aggregate::Avg), _) => Format::new(FormatStyle::Decimal, Some(1)),
        (None, _, Some(kind)) => Format::suggested(kind),
        (None, _, None) => Format::new(FormatStyle::Decimal, None),
    }
}

/// `carrier_name` as a reader would write it: `Carrier name`.
fn readable(name: &str) -> String {
    let spaced = name.replace(['_', '-'], " ");
    let mut characters = spaced.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
