//! Words that fit: names shortened, sentences broken, labels kept apart. Widths are estimates on the safe side, because
//! what draws the words in the end is the browser or resvg.

use crate::domain::metrics::isolated;

/// The estimated width of a text in tenths of a pixel.
pub fn width(text: &str, size: i32) -> i32 {
    text.chars().map(|c| share(c) * size / 10).sum()
}

/// The width of a character in hundredths of the size of the font; of marks that have none, 0.
fn share(c: char) -> i32 {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' | 't' | 'f' | 'r' => 36,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 95,
        'A'..='Z' => 72,
        ' '..='\u{7f}' => 62,
        // Combining marks, joiners, and the marks of direction.
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{80}'..='\u{10ff}' => 72,
        _ => 105,
    }
}

/// At most so many pixels of a name, with a sign where something is missing. A name that is written from the right
/// keeps its direction among words that are not.
pub fn fitting(name: &str, size: i32, pixels: i32) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let name = name.trim();
    if width(name, size) <= pixels * 10 {
        return isolated(name);
    }
    let room = pixels * 10 - width("…", size);
    let mut used = 0;
    let mut kept: String = name
        .chars()
        .take_while(|c| {
            used += share(*c) * size / 10;
            used <= room
        })
        .collect();
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    isolated(&kept)
}

/// The lines of a sentence that are at most so many pixels wide.
pub fn lines(sentence: &str, size: i32, pixels: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line, size) + width(word, size) + width(" ", size) <= pixels * 10 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Moves labels that would touch away from each other: in their order, none above `top` or below `bottom` as long as
/// there is room.
pub fn keep_apart(places: &mut [i32], least: i32, top: i32, bottom: i32) {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|index| places[*index]);
    let mut above = top - least;
    for index in &order {
        places[*index] = places[*index].max(above + least);
        above = places[*index];
    }
    let mut below = bottom + least;
    for index in order.iter().rev() {
        places[*index] = places[*index].min(below - least);
        below = places[*index];
    }
}

/// A count on an axis: "950", "20k", "3M".
pub fn short(count: u64) -> String {
    let (whole, part, unit) = match count {
        ..1_000 => return count.to_string(),
        1_000..1_000_000 => (count / 1_000, count % 1_000 / 100, "k"),
        1_000_000..1_000_000_000 => (count / 1_000_000, count % 1_000_000 / 100_000, "M"),
        _ => (count / 1_000_000_000, count % 1_000_000_000 / 100_000_000, "G"),
    };
    if part == 0 || whole > 9 { format!("{whole}{unit}") } else { format!("{whole}.{part}{unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_with_a_sign_and_a_short_one_stays() {
        assert_eq!(fitting("Mina Kos", 14, 120), "Mina Kos");
        let cut = fitting("Wolfeschlegelsteinhausenbergerdorff the Elder", 14, 120);
        assert!(cut.ends_with('…') && width(&cut, 14) <= 1_200, "{cut}");
        assert_eq!(fitting("a\u{7}b\nc", 14, 120), "abc");
    }

    #[test]
    fn a_name_from_the_right_keeps_its_direction() {
        let cut = fitting("אברהם בן שלמה הכהן מירושלים", 14, 90);
        assert!(cut.starts_with('\u{2068}') && cut.ends_with("…\u{2069}"), "{cut}");
    }

    #[test]
    fn labels_keep_apart_and_stay_inside() {
        let mut places = [50, 52, 49, 200];
        keep_apart(&mut places, 10, 0, 60);
        assert_eq!(places, [40, 50, 30, 60]);
        let mut free = [10, 40];
        keep_apart(&mut free, 10, 0, 60);
        assert_eq!(free, [10, 40]);
    }

    #[test]
    fn a_sentence_is_broken_between_words() {
        let lines = lines("No task was finished, so there is no forecast", 12, 150);
        assert!(lines.len() > 1 && lines.iter().all(|line| width(line, 12) <= 1_500), "{lines:?}");
    }

    #[test]
    fn counts_on_an_axis_are_short() {
        assert_eq!([0, 999, 1_000, 1_500, 20_000, 4_000_000_000].map(short), ["0", "999", "1k", "1.5k", "20k", "4G"]);
    }
}
