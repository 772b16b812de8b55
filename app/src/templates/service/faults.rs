//! Why nothing came out of a draft, with its place in the document.

use crate::{
    domain::template::{
        compile::{Place, Source},
        render::{Part, RenderOutcome, TemplateFault},
    },
    templates::view::Fault,
};

/// Why nothing came out; none where something did.
pub(super) fn of(source: &Source, outcome: &RenderOutcome) -> Option<Fault> {
    let words = outcome.complaints(|fault| source.sentence(fault)).into_iter().next()?;
    match outcome {
        RenderOutcome::Faulty(faults) => faults.first().map(|first| faulty(source, first, words)),
        RenderOutcome::Stopped(_) => Some(stopped(source, words)),
        RenderOutcome::Rendered(_) | RenderOutcome::Quarantined => Some(Fault { words, ..Fault::default() }),
    }
}

fn faulty(source: &Source, first: &TemplateFault, words: String) -> Fault {
    let place = source.place(first);
    Fault {
        words,
        block: block(place),
        part: Some(part(place, first.part)),
        line: Some(first.line),
        column: Some(first.column),
        at: source.text_place(first.part, first.line, first.column),
    }
}

/// What had to be stopped says itself nowhere: the place is that of the loop that is to be looked at first.
fn stopped(source: &Source, words: String) -> Fault {
    let Some(found) = source.longest_loop() else { return Fault { words, ..Fault::default() } };
    let first = match found.place {
        Some(_) => String::new(),
        None => format!(" The one in line {} of the {} comes first.", found.line, found.part.words()),
    };
    Fault {
        words: format!("{words}{first}"),
        block: block(found.place),
        part: Some(part(found.place, found.part)),
        line: Some(found.line),
        column: Some(found.column),
        at: source.text_place(found.part, found.line, found.column),
    }
}

fn block(place: Option<Place>) -> Option<u32> {
    match place {
        Some(Place::Block(id)) => Some(id),
        _ => None,
    }
}

fn part(place: Option<Place>, own: Part) -> Part {
    match place {
        Some(Place::Subject) => Part::Subject,
        Some(Place::Preheader) => Part::Preheader,
        _ => own,
    }
}
