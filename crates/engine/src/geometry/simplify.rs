//! Lines with fewer points that still do not cross: Douglas–Peucker, where a stretch is only made straight when the new
//! segment touches no other segment of the shape.
//!
//! This is the topology-preserving simplification of the JTS and GEOS libraries
//! (<https://locationtech.github.io/jts/javadoc/org/locationtech/jts/simplify/TopologyPreservingSimplifier.html>): rings
//! keep at least three corners, and the point where a ring starts may go too.

use std::collections::VecDeque;

use geo::algorithm::line_measures::{Distance, Euclidean};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{BoundingRect, Coord, Geometry, Line, LineString, Point, Polygon, Rect};

use super::effort::Means;
use super::grid::Grid;
use crate::error::EngineError;

/// What it takes to see whether two segments cross, in looks; most are not looked at once one crosses.
const CROSSING: usize = 4;

/// The shape with points left out that are no further than `tolerance` from it.
pub(crate) fn simplify(geometry: &Geometry, tolerance: f64, means: &Means) -> Result<Geometry, EngineError> {
    let mut lines = Vec::new();
    collect(geometry, &mut lines);
    let Some(bounds) = geometry.bounding_rect() else { return Ok(geometry.clone()) };
    let mut simplified = Simplifier::new(&lines, bounds, tolerance, means)?.run()?;
    Ok(rebuilt(geometry, &mut simplified))
}

/// A line of the shape, and whether it is a ring of a polygon.
type Tagged<'a> = (&'a LineString, bool);

fn collect<'a>(geometry: &'a Geometry, lines: &mut Vec<Tagged<'a>>) {
    let mut polygon = |polygon: &'a Polygon| {
        lines.push((polygon.exterior(), true));
        lines.extend(polygon.interiors().iter().map(|ring| (ring, true)));
    };
    match geometry {
        Geometry::LineString(line) => lines.push((line, false)),
        Geometry::MultiLineString(all) => lines.extend(all.iter().map(|line| (line, false))),
        Geometry::Polygon(one) => polygon(one),
        Geometry::MultiPolygon(all) => all.iter().for_each(polygon),
        Geometry::GeometryCollection(members) => members.iter().for_each(|member| collect(member, lines)),
        _ => {}
    }
}

fn rebuilt(geometry: &Geometry, lines: &mut VecDeque<LineString>) -> Geometry {
    let polygon = |old: &Polygon, lines: &mut VecDeque<LineString>| {
        let mut next = || lines.pop_front().unwrap_or_else(LineString::empty);
        let exterior = next();
        Polygon::new(exterior, old.interiors().iter().map(|_| next()).collect())
    };
    match geometry {
        Geometry::LineString(_) => Geometry::from(lines.pop_front().unwrap_or_else(LineString::empty)),
        Geometry::MultiLineString(all) => Geometry::MultiLineString(lines.drain(..all.0.len()).collect()),
        Geometry::Polygon(old) => polygon(old, lines).into(),
        Geometry::MultiPolygon(all) => Geometry::MultiPolygon(all.iter().map(|old| polygon(old, lines)).collect()),
        Geometry::GeometryCollection(members) => {
            Geometry::GeometryCollection(members.iter().map(|member| rebuilt(member, lines)).collect::<Vec<_>>().into())
        }
        other => other.clone(),
    }
}

/// A segment of the input, by its line and its place in it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Segment {
    line: usize,
    index: usize,
    way: Way,
}

/// Both ends of a segment; compared bit by bit.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Way(Coord, Coord);

impl Way {
    fn line(self) -> Line {
        Line::new(self.0, self.1)
    }

    fn bounds(self) -> Rect {
        Rect::new(self.0, self.1)
    }
}

struct Simplifier<'a> {
    lines: &'a [Tagged<'a>],
    tolerance: f64,
    /// Segments that are not made straight yet.
    input: Grid<'a, Segment>,
    /// Segments that were made.
    output: Grid<'a, Way>,
    means: &'a Means<'a>,
}

impl<'a> Simplifier<'a> {
    fn new(lines: &'a [Tagged<'a>], bounds: Rect, tolerance: f64, means: &'a Means<'a>) -> Result<Self, EngineError> {
        let segments: usize = lines.iter().map(|(line, _)| line.0.len()).sum();
        let mut input = Grid::new(bounds, segments, means, CROSSING);
        for (number, (line, _)) in lines.iter().enumerate() {
            for (index, segment) in line.lines().enumerate() {
                let way = Way(segment.start, segment.end);
                input.insert(way.bounds(), Segment { line: number, index, way })?;
            }
        }
        Ok(Self { lines, tolerance, input, output: Grid::new(bounds, segments, means, CROSSING), means })
    }

    fn run(mut self) -> Result<VecDeque<LineString>, EngineError> {
        (0..self.lines.len()).map(|number| self.simplified(number)).collect()
    }

    fn simplified(&mut self, number: usize) -> Result<LineString, EngineError> {
        let (line, is_ring) = self.lines[number];
        if line.0.len() < 2 {
            return Ok(line.clone());
        }
        let minimum = if line.is_closed() { 4 } else { 2 };
        let mut kept: Vec<Coord> = Vec::new();
        // Stretches still to do, the first one last, each with how often it was halved.
        let mut stretches = vec![(0, line.0.len() - 1, 1)];
        while let Some((start, end, depth)) = stretches.pop() {
            let points = &line.0;
            let way = Way(points[start], points[end]);
            self.means.spend(end - start)?;
            let (furthest, distance) = furthest(points, start, end);
            let single = start + 1 == end;
            let enough = kept.len() >= minimum || depth + 1 >= minimum;
            if single || (enough && distance <= self.tolerance && self.is_free(number, start, end, way)?) {
                if kept.is_empty() {
                    kept.push(way.0);
                }
                kept.push(way.1);
                if !single {
                    self.replace(number, start, end, way)?;
                }
                continue;
            }
            stretches.push((furthest, end, depth + 1));
            stretches.push((start, furthest, depth + 1));
        }
        if is_ring && kept.len() > minimum {
            self.drop_start(&mut kept)?;
        }
        Ok(LineString::new(kept))
    }

    /// Takes the point away at which a ring starts, where the ring passes it closely enough.
    fn drop_start(&mut self, ring: &mut Vec<Coord>) -> Result<(), EngineError> {
        let (before, start, after) = (ring[ring.len() - 2], ring[0], ring[1]);
        let way = Way(before, after);
        let near = Euclidean.distance(&Point::from(start), &way.line()) <= self.tolerance;
        if near && (is_collinear(way, start) || !self.crosses(way, |_| false)?) {
            ring.pop();
            ring[0] = before;
            self.output.insert(way.bounds(), way)?;
        }
        Ok(())
    }

    fn replace(&mut self, number: usize, start: usize, end: usize, way: Way) -> Result<(), EngineError> {
        let points = &self.lines[number].0.0;
        for index in start..end {
            let old = Way(points[index], points[index + 1]);
            self.input.remove(old.bounds(), Segment { line: number, index, way: old })?;
        }
        self.output.insert(way.bounds(), way)
    }

    fn is_free(&self, number: usize, start: usize, end: usize, way: Way) -> Result<bool, EngineError> {
        Ok(!self.crosses(way, |segment| segment.line == number && (start..end).contains(&segment.index))?)
    }

    /// True when a segment touches another one elsewhere than where both end, or is one already.
    fn crosses(&self, way: Way, own: impl Fn(Segment) -> bool) -> Result<bool, EngineError> {
        Ok(self.output.near(way.bounds())?.any(|other| touches(other, way))
            || self.input.near(way.bounds())?.any(|segment| touches(segment.way, way) && !own(segment)))
    }
}

fn is_collinear(way: Way, position: Coord) -> bool {
    use geo::algorithm::kernels::{Kernel, Orientation, RobustKernel};
    RobustKernel::orient2d(way.0, way.1, position) == Orientation::Collinear
}

/// The point between two others that is furthest from the segment between them.
fn furthest(points: &[Coord], start: usize, end: usize) -> (usize, f64) {
    let segment = Line::new(points[start], points[end]);
    // Of positions so small or large that there is no distance between them, the next one.
    let mut found = (start + 1, -1.0);
    for (index, point) in points.iter().enumerate().take(end).skip(start + 1) {
        let distance = Euclidean.distance(&Point::from(*point), &segment);
        if distance > found.1 {
            found = (index, distance);
        }
    }
    found
}

fn touches(one: Way, other: Way) -> bool {
    if one == other || one == Way(other.1, other.0) {
        return true;
    }
    let ends = |way: Way, position: Coord| way.0 == position || way.1 == position;
    let inner = |position: Coord| !ends(one, position) || !ends(other, position);
    match line_intersection(one.line(), other.line()) {
        None => false,
        Some(LineIntersection::SinglePoint { intersection, is_proper }) => is_proper || inner(intersection),
        Some(LineIntersection::Collinear { intersection }) => inner(intersection.start) || inner(intersection.end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Effort;
    use crate::geometry::geojson;
    use serde_json::{Value, json};

    fn simplified(shape: &Value, tolerance: f64) -> Value {
        let geometry = geojson::read(shape).unwrap().unwrap();
        serde_json::from_str(&geojson::write(
            &simplify(&geometry, tolerance, &Means::new(&Effort::default(), None)).unwrap(),
        ))
        .unwrap()
    }

    #[test]
    fn points_that_hardly_matter_are_left_out() {
        let line =
            json!({"type": "LineString", "coordinates": [[0.0, 0.0], [1.0, 0.1], [2.0, 0.0], [3.0, 2.0], [4.0, 0.0]]});
        let expected = json!({"type": "LineString", "coordinates": [[0.0, 0.0], [2.0, 0.0], [3.0, 2.0], [4.0, 0.0]]});
        assert_eq!(simplified(&line, 0.2), expected);
        assert_eq!(simplified(&line, 0.0), line);
        assert_eq!(simplified(&line, 9.0)["coordinates"], json!([[0.0, 0.0], [4.0, 0.0]]));
    }

    #[test]
    fn rings_keep_three_corners_and_may_lose_their_start() {
        let square =
            json!({"type": "Polygon", "coordinates": [[[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]]]});
        let corners = simplified(&square, 100.0)["coordinates"][0].as_array().unwrap().len();
        assert_eq!(corners, 4);
        let start = json!({"type": "Polygon", "coordinates": [[[2.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0], [2.0, 0.0]]]});
        let expected = json!([[[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]]]);
        assert_eq!(simplified(&start, 0.5)["coordinates"], expected);
    }

    #[test]
    fn a_hole_stays_inside() {
        let exterior = json!([[0.0, 0.0], [5.0, -2.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0], [0.0, 0.0]]);
        let hole = json!([[4.0, -1.0], [6.0, -1.0], [5.0, 1.0], [4.0, -1.0]]);
        let shape = json!({"type": "Polygon", "coordinates": [exterior, hole]});
        assert_eq!(simplified(&shape, 3.0)["coordinates"][0], exterior);
        let without = json!({"type": "Polygon", "coordinates": [exterior]});
        assert_ne!(simplified(&without, 3.0)["coordinates"][0], exterior);
    }

    #[test]
    fn points_and_empty_shapes_stay() {
        for shape in [
            json!({"type": "Point", "coordinates": [1.0, 2.0]}),
            json!({"type": "MultiPolygon", "coordinates": []}),
            json!({"type": "GeometryCollection", "geometries": [
                {"type": "Point", "coordinates": [1.0, 2.0]},
                {"type": "LineString", "coordinates": [[0.0, 0.0], [1.0, 1.0]]}]}),
        ] {
            assert_eq!(simplified(&shape, 1.0), shape);
        }
    }

    #[test]
    fn a_long_line_does_not_exhaust_the_stack() {
        let points: Vec<_> = (0..4_000).map(|x| json!([f64::from(x), f64::from(x % 2)])).collect();
        let line = json!({"type": "LineString", "coordinates": points});
        assert_eq!(simplified(&line, 0.1)["coordinates"].as_array().unwrap().len(), 4_000);
        assert!(simplified(&line, 2.0)["coordinates"].as_array().unwrap().len() < 20);
    }

    /// A line that runs across all that came before, each point far from the last.
    fn scribble(points: u32) -> Geometry {
        let at = |number: u32| {
            let turn = f64::from(number) * 2.4;
            Coord { x: turn.cos() * (1.0 + f64::from(number) / 1e5), y: turn.sin() }
        };
        LineString::new((0..points).map(at).collect()).into()
    }

    #[test]
    fn a_line_that_crosses_itself_everywhere_is_refused_in_time() {
        let begun = std::time::Instant::now();
        let refused = simplify(&scribble(100_000), 0.5, &Means::new(&Effort::default(), None)).map(drop);
        assert!(refused.unwrap_err().to_string().contains("cross themselves"));
        assert!(begun.elapsed() < std::time::Duration::from_mins(2), "{:?}", begun.elapsed());
        assert!(simplify(&scribble(300), 0.5, &Means::new(&Effort::default(), None)).is_ok());
    }

    #[test]
    fn a_coast_of_many_points_can_be_simplified() {
        let at = |number: i32| {
            let turn = f64::from(number) / 200_000.0 * std::f64::consts::TAU;
            let radius = 10.0 + (turn * 900.0).sin() / 50.0;
            Coord { x: turn.cos() * radius, y: turn.sin() * radius }
        };
        let mut ring: Vec<Coord> = (0..200_000).map(at).collect();
        ring.push(ring[0]);
        let coast = Polygon::new(LineString::new(ring), Vec::new()).into();
        let Geometry::Polygon(simple) = simplify(&coast, 0.01, &Means::new(&Effort::default(), None)).unwrap() else {
            panic!()
        };
        assert!((100..20_000).contains(&simple.exterior().0.len()));
    }

    #[test]
    fn positions_without_a_distance_between_them_come_to_an_end() {
        for side in [1e-320, 1e-300, 1e200, 1e308] {
            let ring = [[0.0, 0.0], [side, 0.0], [side, side], [0.0, side], [0.0, 0.0]];
            let square = json!({"type": "Polygon", "coordinates": [ring]});
            assert_eq!(simplified(&square, 0.0)["coordinates"][0].as_array().unwrap().len(), 5, "{side}");
        }
    }
}
