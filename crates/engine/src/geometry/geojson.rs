//! GeoJSON geometries (RFC 7946) in and out; coordinates are written as the shortest number that is exactly theirs.

use std::fmt::Write;

use geo::{Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use serde_json::Value as Json;

use super::MAX_DEPTH;

/// The shape of a GeoJSON geometry; null is none.
pub(crate) fn read(json: &Json) -> Result<Option<Geometry>, String> {
    if json.is_null() { Ok(None) } else { geometry(json, 0).map(Some) }
}

fn geometry(json: &Json, depth: usize) -> Result<Geometry, String> {
    if depth > MAX_DEPTH {
        return Err("the collections are nested too deeply".to_owned());
    }
    let kind = json.get("type").and_then(Json::as_str).ok_or("expected a geometry with a `type`")?;
    if kind == "GeometryCollection" {
        let members = list(json.get("geometries"), |member| geometry(member, depth + 1))?;
        return Ok(Geometry::GeometryCollection(members.into()));
    }
    let coordinates = json.get("coordinates");
    Ok(match kind {
        "Point" => Point::from(position(coordinates.unwrap_or(&Json::Null))?).into(),
        "LineString" => LineString::new(list(coordinates, position)?).into(),
        "Polygon" => polygon(coordinates.unwrap_or(&Json::Null))?.into(),
        "MultiPoint" => MultiPoint::new(list(coordinates, |item| position(item).map(Point::from))?).into(),
        "MultiLineString" => {
            let lines = list(coordinates, |item| list(Some(item), position).map(LineString::new))?;
            MultiLineString::new(lines).into()
        }
        "MultiPolygon" => MultiPolygon::new(list(coordinates, polygon)?).into(),
        other => return Err(format!("`{other}` is no type of geometry")),
    })
}

fn list<T>(json: Option<&Json>, read: impl Fn(&Json) -> Result<T, String>) -> Result<Vec<T>, String> {
    json.and_then(Json::as_array).ok_or("expected a list of coordinates")?.iter().map(read).collect()
}

fn position(json: &Json) -> Result<Coord, String> {
    let number = |index: usize| json.get(index).and_then(Json::as_f64).filter(|number| number.is_finite());
    match (number(0), number(1)) {
        (Some(x), Some(y)) => Ok(Coord { x, y }),
        _ => Err("expected a position: [longitude, latitude]".to_owned()),
    }
}

fn polygon(json: &Json) -> Result<Polygon, String> {
    let mut rings = list(Some(json), |ring| list(Some(ring), position).map(LineString::new))?.into_iter();
    let exterior = rings.next().unwrap_or_else(LineString::empty);
    Ok(Polygon::new(exterior, rings.collect()))
}

/// The geometry as JSON text.
pub(crate) fn write(geometry: &Geometry) -> String {
    let mut out = String::new();
    write_geometry(&mut out, geometry);
    out
}

fn write_geometry(out: &mut String, geometry: &Geometry) {
    let mut plain = |kind: &str, write: &dyn Fn(&mut String)| {
        let _ = write!(out, "{{\"type\":\"{kind}\",\"coordinates\":");
        write(out);
        out.push('}');
    };
    match geometry {
        Geometry::Point(point) => plain("Point", &|out| write_position(out, point.0)),
        Geometry::Line(line) => plain("LineString", &|out| write_line(out, &LineString::from(*line))),
        Geometry::LineString(line) => plain("LineString", &|out| write_line(out, line)),
        Geometry::Polygon(polygon) => plain("Polygon", &|out| write_polygon(out, polygon)),
        Geometry::Rect(rect) => plain("Polygon", &|out| write_polygon(out, &rect.to_polygon())),
        Geometry::Triangle(triangle) => plain("Polygon", &|out| write_polygon(out, &triangle.to_polygon())),
        Geometry::MultiPoint(points) => {
            plain("MultiPoint", &|out| write_list(out, &points.0, |out, point| write_position(out, point.0)));
        }
        Geometry::MultiLineString(lines) => plain("MultiLineString", &|out| write_list(out, &lines.0, write_line)),
        Geometry::MultiPolygon(polygons) => plain("MultiPolygon", &|out| write_list(out, &polygons.0, write_polygon)),
        Geometry::GeometryCollection(members) => {
            out.push_str("{\"type\":\"GeometryCollection\",\"geometries\":");
            write_list(out, &members.0, write_geometry);
            out.push('}');
        }
    }
}

fn write_list<T>(out: &mut String, items: &[T], write: impl Fn(&mut String, &T)) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

fn write_position(out: &mut String, position: Coord) {
    let _ = write!(out, "[{:?},{:?}]", position.x, position.y);
}

fn write_line(out: &mut String, line: &LineString) {
    write_list(out, &line.0, |out, position| write_position(out, *position));
}

fn write_polygon(out: &mut String, polygon: &Polygon) {
    let rings: Vec<&LineString> = std::iter::once(polygon.exterior()).chain(polygon.interiors()).collect();
    write_list(out, &rings, |out, ring| write_line(out, ring));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn mistakes_say_what_is_expected() {
        for (shape, message) in [
            (json!({}), "`type`"),
            (json!({"type": "Circle", "coordinates": []}), "`Circle`"),
            (json!({"type": "Point", "coordinates": [1]}), "position"),
            (json!({"type": "Point", "coordinates": ["1", "2"]}), "position"),
            (json!({"type": "Polygon", "coordinates": [[1, 2]]}), "position"),
            (json!({"type": "Polygon", "coordinates": [1, 2]}), "list"),
            (json!({"type": "LineString"}), "list"),
            (json!("POINT (1 2)"), "`type`"),
        ] {
            assert!(read(&shape).unwrap_err().contains(message), "{shape}");
        }
        assert_eq!(read(&Json::Null), Ok(None));
        let mut deep = json!({"type": "Point", "coordinates": [1, 2]});
        for _ in 0..40 {
            deep = json!({"type": "GeometryCollection", "geometries": [deep]});
        }
        assert!(read(&deep).unwrap_err().contains("nested"));
    }

    #[test]
    fn heights_are_left_out_and_numbers_stay_exact() {
        let shape =
            json!({"type": "LineString", "coordinates": [[2.477_416_992_187_499_6, 1e-7, 30], [-0.1337, 5e20]]});
        let written = write(&read(&shape).unwrap().unwrap());
        assert_eq!(written, r#"{"type":"LineString","coordinates":[[2.4774169921874996,1e-7],[-0.1337,5e20]]}"#);
    }
}
