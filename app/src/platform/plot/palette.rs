//! A picture in at most 256 colours: charts have few, and the shades at the edges of words and lines are told apart by
//! nobody.

use std::collections::{BTreeMap, HashMap};

/// Colours of a palette.
const MOST: usize = 256;

type Colour = [u8; 3];

/// Pixels as places in a palette.
pub struct Indexed {
    /// Red, green and blue of each colour.
    pub palette: Vec<u8>,
    pub pixels: Vec<u8>,
}

impl Indexed {
    /// The same for the same pixels. Where there are too many colours, those that are nearly alike become the most
    /// frequent of them, so that the inks themselves stay what they are.
    pub fn of(pixels: impl Iterator<Item = Colour> + Clone) -> Self {
        let mut counts: HashMap<Colour, u64> = HashMap::new();
        for (colour, length) in Runs(pixels.clone().peekable()) {
            *counts.entry(colour).or_default() += length as u64;
        }
        let mut colours: Vec<(Colour, u64)> = counts.into_iter().collect();
        colours.sort_by_key(|(colour, count)| (std::cmp::Reverse(*count), *colour));
        let colours: Vec<Colour> = colours.into_iter().map(|(colour, _)| colour).collect();
        let (chosen, place) =
            (0..8).map(|bits| choose(&colours, bits)).find(|(chosen, _)| chosen.len() <= MOST).unwrap_or_default();
        let mut indexed = Vec::new();
        for (colour, length) in Runs(pixels.peekable()) {
            let index = place.get(&colour).copied().unwrap_or_default();
            indexed.resize(indexed.len() + length, index);
        }
        Self { palette: chosen.concat(), pixels: indexed }
    }
}

/// The first of the colours that are the same without their last bits, and the place of every colour.
fn choose(colours: &[Colour], bits: u32) -> (Vec<Colour>, HashMap<Colour, u8>) {
    let mut groups: BTreeMap<Colour, usize> = BTreeMap::new();
    let mut chosen: Vec<Colour> = Vec::new();
    let mut place = HashMap::new();
    for colour in colours {
        let group = *groups.entry(colour.map(|part| part >> bits)).or_insert_with(|| {
            chosen.push(*colour);
            chosen.len() - 1
        });
        place.insert(*colour, u8::try_from(group).unwrap_or_default());
    }
    (chosen, place)
}

/// Pixels of one colour after each other.
struct Runs<I: Iterator<Item = Colour>>(std::iter::Peekable<I>);

impl<I: Iterator<Item = Colour>> Iterator for Runs<I> {
    type Item = (Colour, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let colour = self.0.next()?;
        let mut length = 1;
        while self.0.next_if_eq(&colour).is_some() {
            length += 1;
        }
        Some((colour, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_colours_stay_what_they_are_and_the_most_frequent_comes_first() {
        let pixels = [[255, 255, 255], [10, 101, 104], [255, 255, 255]];
        let picture = Indexed::of(pixels.into_iter());
        assert_eq!(picture.palette, [255, 255, 255, 10, 101, 104]);
        assert_eq!(picture.pixels, [0, 1, 0]);
    }

    #[test]
    fn many_colours_become_a_palette_that_keeps_the_frequent_ones() {
        let shades = (0..=255_u8).flat_map(|red| (0..=255_u8).step_by(5).map(move |green| [red, green, 7]));
        let frequent = std::iter::repeat_n([148, 61, 8], 5_000);
        let pixels = shades.chain(frequent);
        let picture = Indexed::of(pixels.clone());
        assert!(picture.palette.len() <= MOST * 3);
        assert_eq!(picture.palette[..3], [148, 61, 8]);
        assert_eq!(picture.pixels.len(), pixels.count());
        assert!(picture.pixels.iter().all(|index| usize::from(*index) < picture.palette.len() / 3));
    }
}
