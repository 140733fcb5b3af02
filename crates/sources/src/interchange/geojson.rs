//! GeoJSON feature collections: a row for each feature, with its properties and its `geometry` as columns.

use aracari_app::steps::simplify::GEOMETRY;
use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};

use super::document::value;
use super::read::TableError;
use super::taken::Taken;
use super::write::write_json;

/// A feature as a record, and its geometry; an `id` that is a text is a column too.
pub(super) fn record(
    row: usize,
    feature: &RawValue,
    taken: &mut Taken<'_>,
) -> Result<(Map<String, Json>, Json), TableError> {
    let shape = |message: &str| TableError::Shape(message.to_owned());
    let is_no_feature = || TableError::Shape(format!("feature {} is no `Feature`", row + 1));
    let Json::Object(mut feature) = value(row, feature, taken)? else { return Err(is_no_feature()) };
    let mut record = match feature.shift_remove("properties") {
        Some(Json::Object(properties)) => properties,
        Some(Json::Null) | None => Map::new(),
        Some(_) => return Err(shape("expected the `properties` of every feature to be an object")),
    };
    if feature.get("type").and_then(Json::as_str) != Some("Feature") {
        return Err(is_no_feature());
    }
    if let (Some(id @ Json::String(_)), false) = (feature.shift_remove("id"), record.contains_key("id")) {
        record.insert("id".to_owned(), id);
    }
    if record.contains_key(GEOMETRY) {
        return Err(shape("a feature has a property `geometry` beside its geometry; rename the property"));
    }
    Ok((record, feature.shift_remove(GEOMETRY).unwrap_or_default()))
}

/// The rows as a feature collection; without a column `geometry` its features have no place.
#[must_use]
pub fn write_geojson(schema: &Schema, batches: &[RecordBatch]) -> Json {
    let mut table = write_json(schema, batches);
    let records = table.get_mut("data").map(Json::take);
    let features: Vec<Json> = records
        .as_ref()
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .map(|record| {
            let mut properties = record.as_object().cloned().unwrap_or_default();
            let geometry = properties.shift_remove(GEOMETRY).unwrap_or_default();
            json!({"type": "Feature", "properties": properties, "geometry": geometry})
        })
        .collect();
    json!({"type": "FeatureCollection", "features": features})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interchange::read_json;

    fn place(name: &str, geometry: &Json) -> Json {
        json!({"type": "Feature", "properties": {"name": name, "size": 3}, "geometry": geometry})
    }

    #[test]
    fn features_come_back_as_they_were() {
        let point = json!({"type": "Point", "coordinates": [2.352_221_900_000_017_7, 48.856_614]});
        let document =
            json!({"type": "FeatureCollection", "features": [place("Paris", &point), place("?", &Json::Null)]});
        let batch = read_json(&document).unwrap();
        let names: Vec<_> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(names, ["name", "size", "geometry"]);
        assert!(aracari_engine::geometry::is_geometry(batch.schema().field(2)));
        assert_eq!(write_geojson(&batch.schema(), std::slice::from_ref(&batch)), document);

        let table = write_json(&batch.schema(), &[batch]);
        assert_eq!(table["schema"]["fields"][2], json!({"name": "geometry", "type": "geojson"}));
        let again = read_json(&table).unwrap();
        assert_eq!(write_geojson(&again.schema(), std::slice::from_ref(&again)), document);
    }

    #[test]
    fn a_collection_may_be_the_data_of_a_table_and_ids_are_a_column() {
        let mut feature = place("Paris", &Json::Null);
        feature["id"] = json!("75");
        let document = json!({"schema": "geojson", "data": {"type": "FeatureCollection", "features": [feature]}});
        let batch = read_json(&document).unwrap();
        assert_eq!(write_json(&batch.schema(), &[batch])["data"][0]["id"], "75");
        let empty = read_json(&json!({"type": "FeatureCollection", "features": []})).unwrap();
        assert_eq!((empty.num_columns(), empty.num_rows()), (1, 0));
    }

    #[test]
    fn a_feature_without_a_shape_or_a_property_has_none() {
        let mut features = [place("a", &Json::Null), place("b", &json!({"type": "Point", "coordinates": [1, 2]}))];
        features[0]["properties"] = Json::Null;
        features[1].as_object_mut().unwrap().remove("geometry");
        let batch = read_json(&json!({"type": "FeatureCollection", "features": features})).unwrap();
        let rows = write_json(&batch.schema(), &[batch])["data"].clone();
        assert_eq!(
            rows,
            json!([{"name": null, "size": null, "geometry": null}, {"name": "b", "size": 3, "geometry": null}])
        );
    }

    #[test]
    fn mistakes_say_where_they_are() {
        for (features, message) in [
            (json!(3), "`features`"),
            (json!([{"type": "Thing"}]), "feature 1"),
            (json!([{"type": "Feature", "properties": 3}]), "`properties`"),
            (
                json!([place("a", &Json::Null), place("b", &json!({"type": "Circle"}))]),
                "row 2, column `geometry`: `Circle`",
            ),
        ] {
            let document = json!({"type": "FeatureCollection", "features": features});
            let error = read_json(&document).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
