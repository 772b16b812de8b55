//! Which character separates the cells, and whether the quotes are in order.

use crate::domain::import::problem::ImportProblem;

const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
const SAMPLE: usize = 30;

/// The delimiter that splits the first lines into the same number of cells most often.
pub fn delimiter(text: &str) -> u8 {
    CANDIDATES.into_iter().rev().max_by_key(|delimiter| regularity(text, *delimiter)).unwrap_or(b',')
}

/// Lines with as many cells as the first, weighed before the number of cells; 0 if nothing is split.
fn regularity(text: &str, delimiter: u8) -> (usize, usize) {
    let mut reader =
        ::csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let widths: Vec<usize> = reader.records().take(SAMPLE).filter_map(Result::ok).map(|record| record.len()).collect();
    match widths.first() {
        Some(first) if *first > 1 => (widths.iter().filter(|width| *width == first).count(), *first),
        _ => (0, 0),
    }
}

/// Finds a quote that opens a cell and never closes: the reader would swallow the rest of the file in silence.
pub fn check_quotes(text: &str, delimiter: u8) -> Result<(), ImportProblem> {
    enum State {
        CellStart,
        Bare,
        Quoted { opened: (u64, u64) },
        QuoteInQuoted { opened: (u64, u64) },
    }
    let (mut line, mut column) = (1u64, 0u64);
    let mut state = State::CellStart;
    for c in text.chars() {
        column += 1;
        let ends_cell = c == char::from(delimiter) || c == '\n' || c == '\r';
        state = match state {
            State::CellStart if c == '"' => State::Quoted { opened: (line, column) },
            State::CellStart | State::Bare if ends_cell => State::CellStart,
            State::CellStart | State::Bare => State::Bare,
            State::Quoted { opened } if c == '"' => State::QuoteInQuoted { opened },
            State::Quoted { opened } => State::Quoted { opened },
            State::QuoteInQuoted { opened } if c == '"' => State::Quoted { opened },
            State::QuoteInQuoted { .. } if ends_cell => State::CellStart,
            State::QuoteInQuoted { .. } => State::Bare,
        };
        if c == '\n' {
            line += 1;
            column = 0;
        }
    }
    match state {
        State::Quoted { opened: (line, column) } => Err(ImportProblem::at(
            line,
            column,
            "a quote opens here and is never closed; expected a second quote at the end of the cell (a quote inside is written twice)",
        )),
        _ => Ok(()),
    }
}
