//! Items by where they are: a grid of cells, each with the items whose bounds touch it.

use std::collections::HashMap;

use geo::{Coord, Rect};

use super::effort::Means;
use crate::error::EngineError;

/// The most cells a side.
const MAX_SIDE: f64 = 256.0;

/// What an item in a cell takes, in looks: it takes memory too.
const INSERTION: usize = 256;

/// What a cell takes itself, in bytes. An item takes up to twice its size in the list of a cell, which grows by doubling.
const CELL: usize = 256;

pub(super) struct Grid<'a, T> {
    bounds: Rect,
    side: f64,
    cells: HashMap<(u16, u16), Vec<T>>,
    means: &'a Means<'a>,
    /// What whoever asks does with an item, in looks.
    weight: usize,
}

impl<'a, T: Copy + PartialEq> Grid<'a, T> {
    /// A grid over these bounds for about so many items; what is done with each of them takes so many looks.
    pub(super) fn new(bounds: Rect, items: usize, means: &'a Means<'a>, weight: usize) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "only a number of cells")]
        let side = (items as f64).sqrt().clamp(1.0, MAX_SIDE).floor();
        Self { bounds, side, cells: HashMap::new(), means, weight }
    }

    /// The cell of a position; positions beyond the bounds are in a cell of the border.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the sides of the grid")]
    fn cell(&self, position: Coord) -> (u16, u16) {
        let along = |value: f64, start: f64, length: f64| {
            let share = if length > 0.0 { (value - start) / length } else { 0.0 };
            (share * self.side).clamp(0.0, self.side - 1.0) as u16
        };
        let start = self.bounds.min();
        (along(position.x, start.x, self.bounds.width()), along(position.y, start.y, self.bounds.height()))
    }

    fn cells(&self, bounds: Rect) -> impl Iterator<Item = (u16, u16)> + use<T> {
        let (first, last) = (self.cell(bounds.min()), self.cell(bounds.max()));
        (first.0..=last.0).flat_map(move |x| (first.1..=last.1).map(move |y| (x, y)))
    }

    fn cells_in(&self, bounds: Rect) -> usize {
        let (first, last) = (self.cell(bounds.min()), self.cell(bounds.max()));
        let across = |first: u16, last: u16| usize::from(last) - usize::from(first) + 1;
        across(first.0, last.0) * across(first.1, last.1)
    }

    pub(super) fn insert(&mut self, bounds: Rect, item: T) -> Result<(), EngineError> {
        let cells = self.cells_in(bounds);
        self.means.spend(cells * INSERTION)?;
        self.means.hold(cells * 2 * size_of::<T>())?;
        for cell in self.cells(bounds) {
            let items = self.cells.entry(cell).or_default();
            if items.is_empty() {
                self.means.hold(CELL)?;
            }
            items.push(item);
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, bounds: Rect, item: T) -> Result<(), EngineError> {
        self.look(bounds)?;
        for cell in self.cells(bounds) {
            if let Some(items) = self.cells.get_mut(&cell) {
                items.retain(|known| *known != item);
            }
        }
        Ok(())
    }

    /// Spends what a look at the items near these bounds takes.
    pub(super) fn look(&self, bounds: Rect) -> Result<(), EngineError> {
        self.means.spend(self.cells_in(bounds))?;
        let cells = self.cells(bounds).filter_map(|cell| self.cells.get(&cell));
        self.means.spend(cells.map(Vec::len).sum::<usize>() * self.weight)
    }

    /// Each two items whose bounds touch, once.
    pub(super) fn pairs(
        &self,
        bounds_of: impl Fn(T) -> Rect,
        mut each: impl FnMut(T, T) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        for (cell, items) in &self.cells {
            for (place, one) in items.iter().enumerate() {
                self.means.spend((items.len() - place) * self.weight)?;
                let own = bounds_of(*one);
                for other in &items[place + 1..] {
                    // Of the cells that both are in, one has the corner where what they share begins.
                    let bounds = bounds_of(*other);
                    let start = Coord { x: own.min().x.max(bounds.min().x), y: own.min().y.max(bounds.min().y) };
                    let end = Coord { x: own.max().x.min(bounds.max().x), y: own.max().y.min(bounds.max().y) };
                    if start.x <= end.x && start.y <= end.y && self.cell(start) == *cell {
                        each(*one, *other)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The items that may touch these bounds, some of them several times.
    pub(super) fn near(&self, bounds: Rect) -> Result<impl Iterator<Item = T>, EngineError> {
        self.look(bounds)?;
        Ok(self.cells(bounds).filter_map(|cell| self.cells.get(&cell)).flatten().copied())
    }
}

/// Bounds that reach so much further on every side.
pub(super) fn wider(bounds: Rect, reach: f64) -> Rect {
    let margin = Coord { x: reach, y: reach };
    Rect::new(bounds.min() - margin, bounds.max() + margin)
}
