//! Which texts of a column are in a list.
//!
//! A text of up to twelve bytes is written into its view, so that a row costs one look into a table of views, without a
//! branch that depends on the row. A longer one is looked at only where its length and its first bytes are those of a
//! listed one.

use arrow::array::StringViewArray;
use arrow::array::builder::make_view;
use arrow::buffer::BooleanBuffer;

/// The longest text that is written into its view.
const MAX_INLINE: u32 = 12;

/// Texts to look for.
#[derive(Debug, Clone)]
pub struct Listed {
    short: Views,
    /// Longer texts in order, after their lengths and first bytes.
    long: Vec<(u64, Box<str>)>,
}

impl Listed {
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let (mut short, mut long) = (Vec::new(), Vec::new());
        for text in texts {
            let view = make_view(text.as_bytes(), 0, 0);
            if is_inline(view) { short.push(view) } else { long.push((start(view), Box::from(text))) }
        }
        long.sort_unstable();
        Self { short: Views::new(short), long }
    }

    /// Whether the text of each row is listed; what it says of a row without a text means nothing.
    #[must_use]
    pub fn find(&self, column: &StringViewArray) -> BooleanBuffer {
        let (views, short) = (column.views(), &self.short);
        if !self.long.is_empty() {
            return BooleanBuffer::collect_bool(views.len(), |row| {
                let view = views[row];
                if is_inline(view) { short.has(view) } else { self.has_long(view, || column.value(row)) }
            });
        }
        match short.reach {
            1 => BooleanBuffer::collect_bool(views.len(), |row| short.has_at_once(views[row])),
            _ => BooleanBuffer::collect_bool(views.len(), |row| short.has(views[row])),
        }
    }

    fn has_long<'a>(&self, view: u128, text: impl Fn() -> &'a str) -> bool {
        let wanted = start(view);
        let compared = |(start, listed): &(u64, Box<str>)| start.cmp(&wanted).then_with(|| listed.as_ref().cmp(text()));
        self.long.binary_search_by(compared).is_ok()
    }
}

/// A table of views, each at the place of its hash or shortly after it.
#[derive(Debug, Clone)]
struct Views {
    /// A power of two of places, of which few are taken.
    places: Vec<u128>,
    seed: u64,
    /// How many places a view can be at.
    reach: usize,
}

impl Views {
    /// No text has this view: it would be too long.
    const FREE: u128 = u128::MAX;
    const SEEDS: u64 = 32;

    /// The views by the first hash that tells them all apart, or by the one that comes closest.
    fn new(mut views: Vec<u128>) -> Self {
        views.sort_unstable();
        views.dedup();
        let size = (4 * views.len()).next_power_of_two();
        let mut best = Self::of(&views, size, 0);
        for seed in 1..Self::SEEDS {
            if best.reach == 1 {
                break;
            }
            let other = Self::of(&views, size, seed);
            if other.reach < best.reach {
                best = other;
            }
        }
        best
    }

    fn of(views: &[u128], size: usize, seed: u64) -> Self {
        let mut table = Self { places: vec![Self::FREE; size], seed, reach: 1 };
        for view in views {
            let (first, mut reach) = (table.place(*view), 1);
            while table.places[(first + reach - 1) & (size - 1)] != Self::FREE {
                reach += 1;
            }
            table.places[(first + reach - 1) & (size - 1)] = *view;
            table.reach = table.reach.max(reach);
        }
        table
    }

    #[expect(clippy::cast_possible_truncation, reason = "halves, and what the mask leaves")]
    fn place(&self, view: u128) -> usize {
        let low = view as u64 ^ self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0xa076_1d64_78bd_642f;
        let product = u128::from(low) * u128::from((view >> 64) as u64 ^ 0xd1b5_4a32_d192_ed03);
        (product as u64 ^ (product >> 64) as u64) as usize & (self.places.len() - 1)
    }

    fn has_at_once(&self, view: u128) -> bool {
        self.places[self.place(view)] == view
    }

    #[expect(clippy::needless_bitwise_bool, reason = "`||` would branch, on what differs from row to row")]
    fn has(&self, view: u128) -> bool {
        let (first, mask) = (self.place(view), self.places.len() - 1);
        (0..self.reach).fold(false, |found, step| found | (self.places[(first + step) & mask] == view))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the length is the lowest part of a view")]
fn is_inline(view: u128) -> bool {
    view as u32 <= MAX_INLINE
}

/// The length and the first four bytes.
#[expect(clippy::cast_possible_truncation, reason = "they are the lower half of a view")]
fn start(view: u128) -> u64 {
    view as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(listed: &[&str], column: &[&str]) -> Vec<bool> {
        let column = StringViewArray::from_iter_values(column);
        Listed::new(listed.iter().copied()).find(&column).iter().collect()
    }

    #[test]
    fn texts_of_every_length_are_found_and_no_others() {
        let texts: Vec<String> = (0..40).map(|length| "é-0123456789".chars().cycle().take(length).collect()).collect();
        let all: Vec<&str> = texts.iter().map(String::as_str).collect();
        for listed in 0..all.len() {
            let expected: Vec<bool> = (0..all.len()).map(|row| row == listed).collect();
            assert_eq!(found(&[all[listed]], &all), expected, "{}", all[listed]);
            assert_eq!(found(&[all[listed], "another text", "another text that is long"], &all), expected);
        }
        assert_eq!(found(&all, &all), vec![true; all.len()]);
        assert_eq!(found(&[], &all), vec![false; all.len()]);
    }

    #[test]
    fn texts_that_start_alike_are_told_apart() {
        let listed = ["Paris, Gare de Lyon", "Paris, Gare du Nord", "Paris"];
        let column = ["Paris", "Paris, Gare du Nord", "Paris, Gare de Lyon", "Paris, Gare de l'Est", "Paris, Gare", ""];
        assert_eq!(found(&listed, &column), [true, true, true, false, false, false]);
    }

    #[test]
    fn a_long_list_is_searched_as_a_short_one() {
        let numbers: Vec<String> = (0..20_000).map(|number| format!("{number:07}")).collect();
        let listed: Vec<&str> = numbers.iter().step_by(3).map(String::as_str).collect();
        let column: Vec<&str> = numbers.iter().map(String::as_str).collect();
        assert!(found(&listed, &column).iter().enumerate().all(|(number, found)| *found == (number % 3 == 0)));
    }
}
