//! One shape out of many.
//!
//! Areas are united by a library that computes on a fine grid of integers. Its answer is brought back to the exact
//! coordinates: a corner is a corner of the input or where two of its edges cross, and every corner of the input that
//! lies on the outline is a corner of it, as other tools have it. Lines are cut where they meet and end where an area
//! begins; points are left out where a line or an area covers them.

use std::cmp::Ordering;
use std::collections::HashSet;

use geo::algorithm::line_measures::{Distance, Euclidean};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::orient::{Direction, Orient};
use geo::{
    BooleanOps, BoundingRect, Coord, CoordsIter, Geometry, Intersects, Line, LineString, MultiLineString, MultiPoint,
    MultiPolygon, Point, Polygon, Rect, unary_union,
};

use super::effort::Means;
use super::grid::{Grid, wider};
use crate::error::EngineError;

/// How far a computed corner may be from its exact place, as a share of the whole: the library's grid has 2^29 steps.
const REACH: f64 = 1.0 / (1 << 27) as f64;

/// What it takes to measure how far a point is from a segment, in looks; the library's work on a pair is as much.
const DISTANCE: usize = 4;

/// What it takes to find where two segments meet and to cut them there, in looks.
const MEETING: usize = 32;

/// What a corner of the input takes in the library and in the answer, in bytes.
const CORNER: usize = 512;

/// The same of a place where one segment cuts another.
const CUT: usize = 1024;

/// The same of a piece of a line, without its corners, and of each of them.
const PIECE: usize = 128;
const PIECE_CORNER: usize = 64;

/// All that these shapes cover, in whatever order they come; `None` where there is nothing.
pub(crate) fn union(shapes: Vec<Geometry>, means: &Means) -> Result<Option<Geometry>, EngineError> {
    let mut parts = Parts::default();
    for shape in shapes {
        parts.add(shape);
    }
    parts.points.sort_by(|one, other| compare([one.0], [other.0]));
    parts.lines.sort_by(|one, other| compare(one.0.iter().copied(), other.0.iter().copied()));
    let area = united_area(parts.polygons, means)?;
    let lines = united_lines(parts.lines, &area, means)?;
    means.spend(
        parts
            .points
            .len()
            .saturating_mul(area.coords_count() + lines.iter().map(LineString::coords_count).sum::<usize>()),
    )?;
    let covered = |point: &Point| area.intersects(point) || lines.iter().any(|line| line.intersects(point));
    let mut seen = HashSet::new();
    let points: Vec<Point> =
        parts.points.into_iter().filter(|point| seen.insert(bits(point.0)) && !covered(point)).collect();
    Ok(assembled(points, lines, area))
}

fn compare(one: impl IntoIterator<Item = Coord>, other: impl IntoIterator<Item = Coord>) -> Ordering {
    let places = |coordinates: Coord| (coordinates.x, coordinates.y);
    one.into_iter().map(places).partial_cmp(other.into_iter().map(places)).unwrap_or(Ordering::Equal)
}

#[derive(Default)]
struct Parts {
    points: Vec<Point>,
    lines: Vec<LineString>,
    polygons: Vec<Polygon>,
}

impl Parts {
    fn add(&mut self, shape: Geometry) {
        match shape {
            Geometry::Point(point) => self.points.push(point),
            Geometry::MultiPoint(points) => self.points.extend(points),
            Geometry::Line(line) => self.lines.push(line.into()),
            Geometry::LineString(line) => self.lines.push(line),
            Geometry::MultiLineString(lines) => self.lines.extend(lines),
            Geometry::Polygon(polygon) => self.polygons.push(polygon),
            Geometry::MultiPolygon(polygons) => self.polygons.extend(polygons),
            Geometry::Rect(rect) => self.polygons.push(rect.to_polygon()),
            Geometry::Triangle(triangle) => self.polygons.push(triangle.to_polygon()),
            Geometry::GeometryCollection(members) => members.into_iter().for_each(|member| self.add(member)),
        }
    }
}

fn assembled(mut points: Vec<Point>, mut lines: Vec<LineString>, area: MultiPolygon) -> Option<Geometry> {
    let mut polygons = area.0;
    Some(match (points.len(), lines.len(), polygons.len()) {
        (0, 0, 0) => return None,
        (1, 0, 0) => points.remove(0).into(),
        (0, 1, 0) => lines.remove(0).into(),
        (0, 0, 1) => polygons.remove(0).into(),
        (_, 0, 0) => MultiPoint::new(points).into(),
        (0, _, 0) => MultiLineString::new(lines).into(),
        (0, 0, _) => MultiPolygon::new(polygons).into(),
        _ => {
            let members = points.into_iter().map(Geometry::from).chain(lines.into_iter().map(Geometry::from));
            Geometry::GeometryCollection(
                members.chain(polygons.into_iter().map(Geometry::from)).collect::<Vec<_>>().into(),
            )
        }
    })
}

fn united_area(mut polygons: Vec<Polygon>, means: &Means) -> Result<MultiPolygon, EngineError> {
    polygons.retain(|polygon| polygon.exterior().0.len() > 3);
    if polygons.len() < 2 {
        return Ok(MultiPolygon::new(polygons));
    }
    // Rings of one direction: the library counts how often each place is surrounded.
    let oriented: Vec<Polygon> = polygons.iter().map(|polygon| polygon.orient(Direction::Default)).collect();
    let owned = oriented.iter().enumerate();
    let exact = Exact::new(owned.flat_map(|(owner, polygon)| rings(polygon).map(move |ring| (owner, ring))), means)?;
    let crossed = exact.foresee()?;
    // A polygon that crosses itself has no one direction: what it surrounds once or thrice are areas of their own.
    let simple = oriented.into_iter().enumerate().flat_map(|(owner, polygon)| {
        if !crossed.contains(&owner) {
            return vec![polygon];
        }
        let parts = polygon.union(&MultiPolygon::new(Vec::new()));
        parts.into_iter().map(|part| part.orient(Direction::Default)).collect()
    });
    let united = unary_union(&simple.collect::<Vec<_>>());
    let polygon = |polygon: Polygon| {
        let (exterior, interiors) = polygon.into_inner();
        let holes = interiors.iter().map(|ring| exact.ring(ring)).collect::<Result<_, _>>()?;
        Ok(Polygon::new(exact.ring(&exterior)?, holes))
    };
    united.into_iter().map(polygon).collect()
}

fn rings(polygon: &Polygon) -> impl Iterator<Item = &LineString> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

/// The coordinates of the input, to find what a computed coordinate stands for.
struct Exact<'a> {
    corners: Grid<'a, Coord>,
    /// The segments, each with the number of what it belongs to.
    segments: Grid<'a, (Line, usize)>,
    reach: f64,
    means: &'a Means<'a>,
}

impl<'a> Exact<'a> {
    fn new<'l>(
        lines: impl Iterator<Item = (usize, &'l LineString)>,
        means: &'a Means<'a>,
    ) -> Result<Self, EngineError> {
        let lines: Vec<(usize, &LineString)> = lines.collect();
        let bounds = lines.iter().filter_map(|(_, line)| line.bounding_rect()).reduce(around);
        let bounds = bounds.unwrap_or_else(|| Rect::new(Coord::zero(), Coord::zero()));
        let count = lines.iter().map(|(_, line)| line.0.len()).sum();
        let mut exact = Self {
            corners: Grid::new(bounds, count, means, 1),
            segments: Grid::new(bounds, count, means, DISTANCE),
            reach: bounds.width().max(bounds.height()) * REACH,
            means,
        };
        for (owner, line) in lines {
            for corner in &line.0 {
                exact.corners.insert(Rect::new(*corner, *corner), *corner)?;
            }
            means.hold(line.0.len() * CORNER)?;
            for segment in line.lines() {
                exact.segments.insert(segment.bounding_rect(), (segment, owner))?;
            }
        }
        Ok(exact)
    }

    /// Spends and holds what the library will on these segments: it cuts each where another one crosses it. What crosses
    /// itself comes out.
    fn foresee(&self) -> Result<HashSet<usize>, EngineError> {
        let mut crossed = HashSet::new();
        self.segments.pairs(
            |(segment, _)| segment.bounding_rect(),
            |(one, owner), (other, other_owner)| {
                if !is_cut(one, other) {
                    return Ok(());
                }
                if owner == other_owner {
                    crossed.insert(owner);
                }
                self.means.hold(CUT)
            },
        )?;
        Ok(crossed)
    }

    fn ring(&self, ring: &LineString) -> Result<LineString, EngineError> {
        let mut exact = self.line(ring)?;
        exact.close();
        Ok(exact)
    }

    fn line(&self, line: &LineString) -> Result<LineString, EngineError> {
        let mut exact: Vec<Coord> = Vec::with_capacity(line.0.len());
        for corner in &line.0 {
            let corner = self.corner(*corner)?;
            let Some(last) = exact.last().copied() else {
                exact.push(corner);
                continue;
            };
            if last != corner {
                exact.extend(self.between(last, corner)?);
                exact.push(corner);
            }
        }
        Ok(LineString::new(exact))
    }

    /// The corner of the input, or the crossing of two of its segments, that a computed corner stands for.
    fn corner(&self, computed: Coord) -> Result<Coord, EngineError> {
        let near = wider(Rect::new(computed, computed), self.reach);
        let distance = |other: Coord| Euclidean.distance(computed, other);
        let corner = self.corners.near(near)?.min_by(|one, other| distance(*one).total_cmp(&distance(*other)));
        if let Some(corner) = corner
            && distance(corner) <= self.reach
        {
            return Ok(corner);
        }
        let point = Point::from(computed);
        let mut segments: Vec<Line> = Vec::new();
        for (segment, _) in self.segments.near(near)? {
            if Euclidean.distance(&point, &segment) <= self.reach && !segments.contains(&segment) {
                segments.push(segment);
            }
        }
        self.means.spend(segments.len() * segments.len())?;
        let crossings = segments.iter().enumerate().flat_map(|(index, one)| {
            segments[index + 1..].iter().filter_map(|other| match line_intersection(*one, *other) {
                Some(LineIntersection::SinglePoint { intersection, .. }) => Some(intersection),
                _ => None,
            })
        });
        Ok(crossings.min_by(|one, other| distance(*one).total_cmp(&distance(*other))).unwrap_or(computed))
    }

    /// The corners of the input that lie on the way from one corner to the next, in their order.
    fn between(&self, start: Coord, end: Coord) -> Result<Vec<Coord>, EngineError> {
        let segment = Line::new(start, end);
        let (way, length) = (end - start, Euclidean.distance(start, end));
        let along = |corner: Coord| ((corner - start).x * way.x + (corner - start).y * way.y) / length;
        let mut found: Vec<Coord> = Vec::new();
        for corner in self.corners.near(wider(segment.bounding_rect(), self.reach))? {
            let on_the_way = along(corner) > 0.0 && along(corner) < length && corner != start && corner != end;
            if on_the_way
                && Euclidean.distance(&Point::from(corner), &segment) <= self.reach
                && !found.contains(&corner)
            {
                found.push(corner);
            }
        }
        found.sort_by(|one, other| along(*one).total_cmp(&along(*other)));
        Ok(found)
    }
}

/// True where two segments meet at more than their ends.
fn is_cut(one: Line, other: Line) -> bool {
    let is_end = |line: Line, place: Coord| line.start == place || line.end == place;
    match line_intersection(one, other) {
        None => false,
        Some(LineIntersection::SinglePoint { intersection, is_proper }) => {
            is_proper || !is_end(one, intersection) || !is_end(other, intersection)
        }
        Some(LineIntersection::Collinear { .. }) => !(is_end(other, one.start) && is_end(other, one.end)),
    }
}

fn around(one: Rect, other: Rect) -> Rect {
    let least = |a: Coord, b: Coord| Coord { x: a.x.min(b.x), y: a.y.min(b.y) };
    let most = |a: Coord, b: Coord| Coord { x: a.x.max(b.x), y: a.y.max(b.y) };
    Rect::new(least(one.min(), other.min()), most(one.max(), other.max()))
}

fn united_lines(
    mut lines: Vec<LineString>,
    area: &MultiPolygon,
    means: &Means,
) -> Result<Vec<LineString>, EngineError> {
    lines.retain(|line| line.0.len() > 1);
    let pieces = cut(&lines, means)?;
    let bounds = area.bounding_rect();
    let beside = |line: &LineString| match (line.bounding_rect(), bounds) {
        (Some(line), Some(area)) => !line.intersects(&area),
        _ => true,
    };
    let (mut free, touching): (Vec<_>, Vec<_>) = pieces.into_iter().partition(beside);
    if touching.is_empty() {
        return Ok(free);
    }
    let touching = MultiLineString::new(touching);
    let exact = Exact::new(touching.iter().chain(area.iter().flat_map(rings)).enumerate(), means)?;
    exact.foresee()?;
    for line in &area.clip(&touching, true) {
        free.push(exact.line(line)?);
    }
    free.retain(|line| line.0.len() > 1);
    Ok(free)
}

/// The pieces of lines between the places where they meet others or themselves; a piece that several have comes once.
fn cut(lines: &[LineString], means: &Means) -> Result<Vec<LineString>, EngineError> {
    let Some(bounds) = lines.iter().filter_map(BoundingRect::bounding_rect).reduce(around) else {
        return Ok(Vec::new());
    };
    let count = lines.iter().map(|line| line.0.len()).sum();
    let mut segments: Grid<(usize, usize)> = Grid::new(bounds, count, means, MEETING);
    for (number, line) in lines.iter().enumerate() {
        for (index, segment) in line.lines().enumerate() {
            segments.insert(segment.bounding_rect(), (number, index))?;
        }
    }
    let segment = |(number, index): (usize, usize)| Line::new(lines[number].0[index], lines[number].0[index + 1]);
    let mut pieces = Vec::new();
    let mut seen = HashSet::new();
    for (number, line) in lines.iter().enumerate() {
        let mut piece = vec![line.0[0]];
        for (index, own) in line.lines().enumerate() {
            let mut cuts: Vec<Coord> = Vec::new();
            for other in segments.near(own.bounding_rect())? {
                if other != (number, index) {
                    cuts.extend(meetings(own, segment(other), joined(line, number, index, other)));
                }
            }
            cuts.sort_by(|one, other| {
                Euclidean.distance(own.start, *one).total_cmp(&Euclidean.distance(own.start, *other))
            });
            for place in cuts {
                if piece.last() != Some(&place) {
                    piece.push(place);
                }
                if piece.len() > 1 {
                    finish(std::mem::replace(&mut piece, vec![place]), &mut seen, &mut pieces, means)?;
                }
            }
            if piece.last() != Some(&own.end) {
                piece.push(own.end);
            }
        }
        if piece.len() > 1 {
            finish(piece, &mut seen, &mut pieces, means)?;
        }
    }
    Ok(pieces)
}

/// The point that two segments of one line share because they follow each other.
fn joined(line: &LineString, number: usize, index: usize, other: (usize, usize)) -> Option<Coord> {
    let last = line.0.len().saturating_sub(2);
    if other.0 != number {
        None
    } else if other.1 == index + 1 || (line.is_closed() && index == last && other.1 == 0) {
        Some(line.0[index + 1])
    } else if other.1 + 1 == index || (line.is_closed() && index == 0 && other.1 == last) {
        Some(line.0[index])
    } else {
        None
    }
}

fn meetings(own: Line, other: Line, joined: Option<Coord>) -> Vec<Coord> {
    let mut places = match line_intersection(own, other) {
        None => Vec::new(),
        Some(LineIntersection::SinglePoint { intersection, .. }) => vec![intersection],
        Some(LineIntersection::Collinear { intersection }) => vec![intersection.start, intersection.end],
    };
    places.retain(|place| Some(*place) != joined);
    places
}

fn finish(
    piece: Vec<Coord>,
    seen: &mut HashSet<Vec<(u64, u64)>>,
    pieces: &mut Vec<LineString>,
    means: &Means,
) -> Result<(), EngineError> {
    means.hold(PIECE + piece.len() * PIECE_CORNER)?;
    let there: Vec<_> = piece.iter().map(|corner| bits(*corner)).collect();
    let back: Vec<_> = there.iter().rev().copied().collect();
    if seen.insert(there.min(back)) {
        pieces.push(LineString::new(piece));
    }
    Ok(())
}

fn bits(position: Coord) -> (u64, u64) {
    // Zero has two signs.
    ((position.x + 0.0).to_bits(), (position.y + 0.0).to_bits())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Effort;
    use crate::geometry::geojson;
    use serde_json::{Value, json};

    fn united(shapes: &Value) -> Value {
        let shapes = shapes.as_array().unwrap().iter().filter_map(|shape| geojson::read(shape).unwrap()).collect();
        union(shapes, &Means::new(&Effort::default(), None))
            .unwrap()
            .map_or(Value::Null, |shape| serde_json::from_str(&geojson::write(&shape)).unwrap())
    }

    fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Value {
        let (right, top) = (x + width, y + height);
        json!({"type": "Polygon", "coordinates": [[[x, y], [right, y], [right, top], [x, top], [x, y]]]})
    }

    /// The corners of a ring in their order, beginning with the least.
    fn corners(ring: &Value) -> Vec<(f64, f64)> {
        let mut corners: Vec<(f64, f64)> =
            ring.as_array().unwrap().iter().map(|at| (at[0].as_f64().unwrap(), at[1].as_f64().unwrap())).collect();
        corners.pop();
        let least =
            (0..corners.len()).min_by(|one, other| corners[*one].partial_cmp(&corners[*other]).unwrap()).unwrap();
        corners.rotate_left(least);
        corners
    }

    #[test]
    fn areas_become_one_with_exact_corners() {
        let shape = united(&json!([rectangle(0.1, 0.1, 2.0, 2.0), rectangle(1.3, 1.7, 3.0, 3.0)]));
        assert_eq!(shape["type"], "Polygon");
        let expected = [(0.1, 0.1), (2.1, 0.1), (2.1, 1.7), (4.3, 1.7), (4.3, 4.7), (1.3, 4.7), (1.3, 2.1), (0.1, 2.1)];
        assert_eq!(corners(&shape["coordinates"][0]), expected);
    }

    #[test]
    fn corners_on_a_common_side_stay() {
        let shape = united(&json!([rectangle(0.0, 0.0, 1.0, 1.0), rectangle(1.0, 0.0, 1.0, 1.0)]));
        let expected = [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0), (0.0, 1.0)];
        assert_eq!(corners(&shape["coordinates"][0]), expected);
    }

    #[test]
    fn areas_apart_stay_apart_and_rings_around_nothing_are_holes() {
        let apart = united(&json!([rectangle(0.0, 0.0, 1.0, 1.0), rectangle(5.0, 0.0, 1.0, 1.0), null]));
        assert_eq!((&apart["type"], apart["coordinates"].as_array().unwrap().len()), (&json!("MultiPolygon"), 2));
        let frame = united(&json!([
            rectangle(0.0, 0.0, 3.0, 1.0),
            rectangle(0.0, 2.0, 3.0, 1.0),
            rectangle(0.0, 0.0, 1.0, 3.0),
            rectangle(2.0, 0.0, 1.0, 3.0)
        ]));
        assert_eq!((&frame["type"], frame["coordinates"].as_array().unwrap().len()), (&json!("Polygon"), 2));
    }

    #[test]
    fn a_polygon_that_crosses_itself_is_what_it_surrounds() {
        let bow =
            json!({"type": "Polygon", "coordinates": [[[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0], [0.0, 0.0]]]});
        let area = |shapes: Value| {
            let shapes = shapes.as_array().unwrap().iter().filter_map(|shape| geojson::read(shape).unwrap()).collect();
            geo::Area::unsigned_area(&union(shapes, &Means::new(&Effort::default(), None)).unwrap().unwrap())
        };
        assert!((area(json!([bow, rectangle(10.0, 0.0, 1.0, 1.0)])) - 3.0).abs() < 1e-6);
        assert!((area(json!([bow, rectangle(-1.0, -1.0, 4.0, 4.0)])) - 16.0).abs() < 1e-6);
    }

    #[test]
    fn one_shape_stays_as_it_is() {
        let clockwise = json!({"type": "Polygon", "coordinates": [[[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]]});
        assert_eq!(united(&json!([clockwise])), clockwise);
        assert_eq!(united(&json!([])), Value::Null);
    }

    #[test]
    fn lines_are_cut_where_they_meet() {
        let cross = united(&json!([
            {"type": "LineString", "coordinates": [[0.0, 0.0], [2.0, 2.0]]},
            {"type": "LineString", "coordinates": [[0.0, 2.0], [2.0, 0.0]]},
            {"type": "LineString", "coordinates": [[2.0, 2.0], [1.0, 1.0]]}]));
        let pieces = json!([
            [[0.0, 0.0], [1.0, 1.0]],
            [[1.0, 1.0], [2.0, 2.0]],
            [[0.0, 2.0], [1.0, 1.0]],
            [[1.0, 1.0], [2.0, 0.0]]
        ]);
        assert_eq!(cross, json!({"type": "MultiLineString", "coordinates": pieces}));
        let closed = json!({"type": "LineString", "coordinates": [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]});
        assert_eq!(united(&json!([closed])), closed);
    }

    #[test]
    fn the_order_of_the_shapes_changes_nothing() {
        let shapes = [
            json!({"type": "Point", "coordinates": [3.0, 0.0]}),
            json!({"type": "LineString", "coordinates": [[0.0, 2.0], [2.0, 0.0]]}),
            json!({"type": "MultiPoint", "coordinates": [[7.0, 1.0], [3.0, -1.0]]}),
            rectangle(5.0, 5.0, 2.0, 2.0),
            json!({"type": "LineString", "coordinates": [[0.0, 0.0], [2.0, 2.0]]}),
            rectangle(6.0, 5.0, 2.0, 1.0),
        ];
        let turned: Vec<Value> = shapes.iter().rev().cloned().collect();
        assert_eq!(united(&json!(shapes)), united(&json!(turned)));
    }

    #[test]
    fn what_an_area_covers_is_not_there_twice() {
        let shape = united(&json!([
            rectangle(0.0, 0.0, 2.0, 2.0),
            {"type": "LineString", "coordinates": [[1.0, 1.0], [4.0, 1.0]]},
            {"type": "MultiPoint", "coordinates": [[1.0, 0.5], [3.0, 1.0], [9.0, 9.0], [9.0, 9.0]]}]));
        let members = shape["geometries"].as_array().unwrap();
        assert_eq!(members[0], json!({"type": "Point", "coordinates": [9.0, 9.0]}));
        assert_eq!(members[1], json!({"type": "LineString", "coordinates": [[2.0, 1.0], [4.0, 1.0]]}));
        assert_eq!((members.len(), &members[2]["type"]), (3, &json!("Polygon")));
    }

    /// A polygon whose sides run from one end of it to the other.
    fn star(corners: u32) -> Geometry {
        let at = |number: u32| {
            let turn = f64::from(number) * 2.4;
            Coord { x: turn.cos() * (1.0 + f64::from(number) / 1e5), y: turn.sin() }
        };
        Polygon::new(LineString::new((0..corners).map(at).collect()), Vec::new()).into()
    }

    #[test]
    fn shapes_that_cross_themselves_everywhere_are_refused_in_time() {
        let begun = std::time::Instant::now();
        for (corners, fits) in [(100, true), (250, true), (3_000, false), (100_000, false)] {
            let area = union(vec![star(corners), star(corners + 1)], &Means::new(&Effort::default(), None));
            assert_eq!(area.is_ok(), fits, "{corners}");
            let Geometry::Polygon(polygon) = star(corners) else { unreachable!() };
            let line = union(vec![polygon.exterior().clone().into()], &Means::new(&Effort::default(), None));
            assert_eq!(line.is_ok(), fits, "{corners}");
        }
        assert!(begun.elapsed() < std::time::Duration::from_mins(2), "{:?}", begun.elapsed());
        let effort = Effort::default();
        let means = Means::new(&effort, None);
        let many = (0..1_000).try_for_each(|_| union(vec![star(150), star(151)], &means).map(drop));
        assert!(many.unwrap_err().to_string().contains("fewer points"));
    }

    /// A polygon with long thin teeth, upright or lying.
    fn comb(teeth: u32, upright: bool) -> Geometry {
        let reach = f64::from(2 * teeth);
        let mut corners = vec![(-1.0, -1.0)];
        for tooth in 0..teeth {
            let start = f64::from(2 * tooth);
            corners.extend([(start, -1.0), (start, reach), (start + 1.0, reach), (start + 1.0, -1.0)]);
        }
        corners.extend([(reach, -1.0), (reach, -2.0), (-1.0, -2.0)]);
        let place = |(x, y): (f64, f64)| if upright { Coord { x, y } } else { Coord { x: y, y: x } };
        Polygon::new(LineString::new(corners.into_iter().map(place).collect()), Vec::new()).into()
    }

    #[test]
    fn memory_for_every_crossing_is_there_before_it_is_taken() {
        use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryPool};
        let pool: std::sync::Arc<dyn MemoryPool> = std::sync::Arc::new(GreedyMemoryPool::new(64 << 20));
        let memory = crate::memory::QueryMemory::new(std::sync::Arc::clone(&pool));
        let effort = Effort::default();
        for (teeth, fits) in [(50, true), (400, false)] {
            let means = Means::new(&effort, Some(&memory));
            let united = union(vec![comb(teeth, true), comb(teeth, false)], &means);
            match united {
                Ok(_) => assert!(fits, "{teeth}"),
                Err(error) => assert!(!fits && matches!(error, EngineError::MemoryLimit { .. }), "{teeth}: {error}"),
            }
        }
        assert_eq!(pool.reserved(), 0);
    }
}
