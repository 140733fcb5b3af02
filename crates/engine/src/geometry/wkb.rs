//! Well-known binary, as the Simple Features standard of the OGC has it, with PostGIS' flags understood.
//!
//! Written by whoever wrote the file, so nothing in it is believed: a count is never more than what the bytes can hold.

use geo::{Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use geozero::{CoordDimensions, ToWkb};

use super::MAX_DEPTH;

pub(super) fn write(geometry: &Geometry) -> Result<Vec<u8>, String> {
    geometry.to_wkb(CoordDimensions::xy()).map_err(|error| error.to_string())
}

/// The shape; heights and measures are left out.
pub(super) fn read(bytes: &[u8]) -> Result<Geometry, String> {
    let mut reader = Reader { rest: bytes };
    reader.geometry(0)
}

/// Puts a shape behind others, so that its end can be told.
pub(crate) fn gather(gathered: &mut Vec<u8>, shape: &[u8]) {
    gathered.extend_from_slice(&(shape.len() as u64).to_le_bytes());
    gathered.extend_from_slice(shape);
}

/// The shapes that were gathered.
pub(super) fn gathered(mut bytes: &[u8]) -> Result<Vec<Geometry>, String> {
    let mut shapes = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (shape, rest) = rest.split_at_checked(length).ok_or("it ends too early")?;
        shapes.push(read(shape)?);
        bytes = rest;
    }
    Ok(shapes)
}

struct Reader<'a> {
    rest: &'a [u8],
}

/// How the numbers of one shape are written.
#[derive(Clone, Copy)]
struct Layout {
    little: bool,
    /// Numbers of a position.
    dimensions: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or("it ends too early")?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn integer(&mut self, little: bool) -> Result<u32, String> {
        let bytes = self.take()?;
        Ok(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    /// How many items follow, each of at least so many bytes.
    fn count(&mut self, layout: Layout, bytes_each: usize) -> Result<usize, String> {
        let count = self.integer(layout.little)? as usize;
        if count > self.rest.len() / bytes_each {
            return Err("it ends too early".to_owned());
        }
        Ok(count)
    }

    fn position(&mut self, layout: Layout) -> Result<Coord, String> {
        let mut number = || {
            let bytes = self.take()?;
            Ok::<f64, String>(if layout.little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
        };
        let position = Coord { x: number()?, y: number()? };
        for _ in 2..layout.dimensions {
            number()?;
        }
        Ok(position)
    }

    fn finite(&mut self, layout: Layout) -> Result<Coord, String> {
        let position = self.position(layout)?;
        if position.x.is_finite() && position.y.is_finite() {
            Ok(position)
        } else {
            Err("a position is no number".to_owned())
        }
    }

    fn line(&mut self, layout: Layout) -> Result<LineString, String> {
        let count = self.count(layout, 8 * layout.dimensions)?;
        (0..count).map(|_| self.finite(layout)).collect::<Result<Vec<_>, _>>().map(LineString::new)
    }

    fn polygon(&mut self, layout: Layout) -> Result<Polygon, String> {
        let count = self.count(layout, 4)?;
        let mut rings = (0..count).map(|_| self.line(layout)).collect::<Result<Vec<_>, _>>()?.into_iter();
        let exterior = rings.next().unwrap_or_else(LineString::empty);
        Ok(Polygon::new(exterior, rings.collect()))
    }

    fn members(&mut self, layout: Layout, depth: usize) -> Result<Vec<Geometry>, String> {
        let count = self.count(layout, 5)?;
        (0..count).map(|_| self.geometry(depth + 1)).collect()
    }

    fn geometry(&mut self, depth: usize) -> Result<Geometry, String> {
        if depth > MAX_DEPTH {
            return Err("it is nested too deeply".to_owned());
        }
        let [order] = self.take()?;
        let little = match order {
            0 => false,
            1 => true,
            other => return Err(format!("it begins with {other}, where 0 or 1 is expected")),
        };
        let code = self.integer(little)?;
        if code & 0x2000_0000 != 0 {
            self.integer(little)?;
        }
        let (kind, standard) = ((code & 0xffff) % 1000, (code & 0xffff) / 1000);
        let flags = usize::from(code & 0x8000_0000 != 0) + usize::from(code & 0x4000_0000 != 0);
        let dimensions = 2 + flags + [0, 1, 1, 2].get(standard as usize).copied().unwrap_or(0);
        let layout = Layout { little, dimensions };
        let foreign = |member: Geometry| format!("a collection of one kind holds another kind: {}", kind_of(&member));
        Ok(match kind {
            1 => {
                let position = self.position(layout)?;
                if position.x.is_nan() && position.y.is_nan() {
                    return Ok(MultiPoint::empty().into());
                }
                Point::from(position).into()
            }
            2 => self.line(layout)?.into(),
            3 => self.polygon(layout)?.into(),
            4 => {
                let members = self.members(layout, depth)?.into_iter().map(|member| match member {
                    Geometry::Point(point) => Ok(point),
                    other => Err(foreign(other)),
                });
                MultiPoint::new(members.collect::<Result<_, _>>()?).into()
            }
            5 => {
                let members = self.members(layout, depth)?.into_iter().map(|member| match member {
                    Geometry::LineString(line) => Ok(line),
                    other => Err(foreign(other)),
                });
                MultiLineString::new(members.collect::<Result<_, _>>()?).into()
            }
            6 => {
                let members = self.members(layout, depth)?.into_iter().map(|member| match member {
                    Geometry::Polygon(polygon) => Ok(polygon),
                    other => Err(foreign(other)),
                });
                MultiPolygon::new(members.collect::<Result<_, _>>()?).into()
            }
            7 => Geometry::GeometryCollection(self.members(layout, depth)?.into()),
            other => return Err(format!("shapes of kind {other} are not known")),
        })
    }
}

fn kind_of(geometry: &Geometry) -> &'static str {
    match geometry {
        Geometry::Point(_) => "a point",
        Geometry::LineString(_) | Geometry::Line(_) => "a line",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "a polygon",
        _ => "a collection",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::geojson;
    use serde_json::json;

    #[test]
    fn every_kind_comes_back_as_it_was() {
        let ring = json!([[0.1, 0.2], [4.0, 0.0], [4.0, 4.0], [0.1, 0.2]]);
        for shape in [
            json!({"type": "Point", "coordinates": [1.766_052_246_093_749_8, -48.625_647_408_828_51]}),
            json!({"type": "LineString", "coordinates": [[0.0, 1.0], [2.0, 3.0]]}),
            json!({"type": "Polygon", "coordinates": [ring, [[1.0, 0.5], [2.0, 0.5], [2.0, 1.0], [1.0, 0.5]]]}),
            json!({"type": "MultiPoint", "coordinates": [[0.0, 1.0], [2.0, 3.0]]}),
            json!({"type": "MultiLineString", "coordinates": [[[0.0, 1.0], [2.0, 3.0]]]}),
            json!({"type": "MultiPolygon", "coordinates": [[ring]]}),
            json!({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1.0, 2.0]}]}),
        ] {
            let geometry = geojson::read(&shape).unwrap().unwrap();
            let again = read(&write(&geometry).unwrap()).unwrap();
            let written: serde_json::Value = serde_json::from_str(&geojson::write(&again)).unwrap();
            assert_eq!(written, shape);
        }
    }

    #[test]
    fn other_layouts_are_understood() {
        let number = |value: f64| value.to_be_bytes();
        let mut high = vec![0];
        high.extend(1001_u32.to_be_bytes());
        high.extend([number(1.0), number(2.0), number(9.0)].concat());
        assert_eq!(read(&high).unwrap(), Point::new(1.0, 2.0).into());
        let mut flagged = vec![1];
        flagged.extend((0xa000_0000_u32 | 1).to_le_bytes());
        flagged.extend(4326_u32.to_le_bytes());
        flagged.extend([1.0_f64.to_le_bytes(), 2.0_f64.to_le_bytes(), 9.0_f64.to_le_bytes()].concat());
        assert_eq!(read(&flagged).unwrap(), Point::new(1.0, 2.0).into());
    }

    #[test]
    fn bytes_that_are_no_shape_are_refused_whatever_they_claim() {
        let shape =
            json!({"type": "MultiPolygon", "coordinates": [[[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]]]});
        let good = write(&geojson::read(&shape).unwrap().unwrap()).unwrap();
        for end in 0..good.len() {
            assert!(read(&good[..end]).is_err());
        }
        for position in 0..good.len() {
            for value in [0, 7, 0xff] {
                let mut bent = good.clone();
                bent[position] = value;
                let _ = read(&bent);
            }
        }
        let deep = [1, 7, 0, 0, 0, 1, 0, 0, 0].repeat(100_000);
        assert!(read(&deep).unwrap_err().contains("nested"));
    }
}
