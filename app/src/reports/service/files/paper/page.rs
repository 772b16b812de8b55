//! A report as one page for a browser: the parts and words of paper, with the pictures written into it. It fetches nothing
//! and runs nothing, and tells the browser so, because such a file is opened without a server that could.

use std::slice::Iter;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{Cell, Chip, Column, Document, Note, NoteWords, Part, Tasks};
use crate::{
    error::AppResult,
    platform::{fault, markup::escape, plot::Drawing},
    reports::service::{files::Source, wording::FigureWords},
};

const STYLE: &str = include_str!("../../../templates/page.css");
/// What the page may do: show itself with its own styles and the pictures in it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// A chart in the page.
struct Picture {
    png: Vec<u8>,
    width: u32,
    height: u32,
}

/// The whole page. Charts are drawn off the runtime.
///
/// # Errors
/// Only a fault of the drawing.
pub async fn write(source: Source<'_>) -> AppResult<Vec<u8>> {
    let (document, drawings) = Document::of(source);
    let draw =
        |drawing: &Drawing| drawing.png().map(|png| Picture { png, width: drawing.width, height: drawing.height });
    let drawn = tokio::task::spawn_blocking(move || drawings.iter().map(draw).collect::<Result<Vec<Picture>, _>>());
    let drawn = drawn.await.map_err(|error| fault::internal("drawing a chart", error))?;
    let pictures = drawn.map_err(|error| fault::internal("drawing a chart", error))?;
    Ok(html(&document, &pictures).into_bytes())
}

fn html(document: &Document, pictures: &[Picture]) -> String {
    let Document { title, author, language, kind, finding, projects, scope, period, made, parts } = document;
    let mut pictures = pictures.iter();
    let sections: String = parts.iter().map(|part| section(part, &mut pictures)).collect();
    let scope = if scope.is_empty() { String::new() } else { paragraph("quiet", scope) };
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"author\" content=\"{author}\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<main>\n{}<h1>{}</h1>\n{}{scope}{sections}<footer>{}</footer>\n</main>\n</body>\n</html>\n",
        escape(title),
        paragraph("quiet", kind),
        escape(finding),
        paragraph("quiet", &format!("{projects}, {period}")),
        paragraph("small", made),
    )
}

fn section(part: &Part, pictures: &mut Iter<'_, Picture>) -> String {
    match part {
        Part::Words { heading, paragraphs } => {
            under(heading, &paragraphs.iter().map(|words| format!("<p>{}</p>\n", escape(words))).collect::<String>())
        }
        Part::Figures { figures } => {
            let figures: String = figures.iter().map(figure).collect();
            under("Key figures", &format!("<dl class=\"figures\">\n{figures}</dl>\n"))
        }
        // Drawn in the order of the parts.
        Part::Chart { heading, finding, file: _, alt } => pictures.next().map_or_else(String::new, |picture| {
            let Picture { png, width, height } = picture;
            let (data, alt) = (STANDARD.encode(png), escape(alt));
            let image = format!(
                "<img src=\"data:image/png;base64,{data}\" width=\"{width}\" height=\"{height}\" alt=\"{alt}\">\n"
            );
            under(heading, &(paragraph("quiet", finding) + &image))
        }),
        Part::Tasks(tasks) => table(tasks),
        Part::Notes { notes, more } => {
            let notes: String = notes.iter().map(note).collect();
            under("Work notes", &(notes + &rest(more.as_deref())))
        }
    }
}

/// A part with its heading. `inside` is HTML.
fn under(heading: &str, inside: &str) -> String {
    format!("<section>\n<h2>{}</h2>\n{inside}</section>\n", escape(heading))
}

fn paragraph(class: &str, words: &str) -> String {
    format!("<p class=\"{class}\">{}</p>\n", escape(words))
}

/// The sentence below what was cut.
fn rest(more: Option<&str>) -> String {
    more.map(|words| paragraph("quiet", words)).unwrap_or_default()
}

fn figure(of: &FigureWords) -> String {
    let FigureWords { label, value, change, tone } = of;
    let (value, change) = (escape(value), escape(change));
    format!("<div><dt>{label}</dt><dd>{value}<span class=\"{tone}\">{change}</span></dd></div>\n")
}

fn table(tasks: &Tasks) -> String {
    let Tasks { heading, count, none, columns, rows, more } = tasks;
    if rows.is_empty() {
        return under(heading, &paragraph("quiet", none));
    }
    let class = |column: &Column| if column.is_number { " class=\"number\"" } else { "" };
    let head = |column: &Column| format!("<th scope=\"col\"{}>{}</th>", class(column), escape(column.name));
    let heads: String = columns.iter().map(head).collect();
    let row = |cells: &Vec<Cell>| {
        let cells = cells.iter().zip(columns);
        let cells: String = cells.map(|(of, column)| format!("<td{}>{}</td>", class(column), cell(of))).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let rows: String = rows.iter().map(row).collect();
    let heading = format!("{heading} ({count})");
    // A wide table is moved within itself, also with the keyboard.
    let label = escape(&heading);
    let table = format!(
        "<div class=\"wide\" role=\"region\" aria-label=\"{label}\" tabindex=\"0\">\n<table>\n\
         <thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
    );
    under(&heading, &(table + &rest(more.as_deref())))
}

fn cell(of: &Cell) -> String {
    match of {
        Cell::Words(words) => escape(words),
        Cell::Link { words, url } => format!("<a href=\"{}\">{}</a>", escape(url), escape(words)),
        Cell::Chip { chip: Chip { words, look } } => format!("<span class=\"chip {look}\">{}</span>", escape(words)),
        Cell::Empty => String::new(),
    }
}

fn note(of: &Note) -> String {
    let Note { about, when, lines } = of;
    let lines: String = lines.iter().map(note_words).collect();
    format!("<h3>{}</h3>\n{}{lines}", cell(about), paragraph("small", when))
}

fn note_words(of: &NoteWords) -> String {
    let NoteWords { kind, paragraphs } = of;
    let paragraph = |(at, words): (usize, &String)| {
        let kind = if at == 0 { format!("<strong>{kind}:</strong> ") } else { String::new() };
        format!("<p>{kind}{}</p>\n", escape(words))
    };
    paragraphs.iter().enumerate().map(paragraph).collect()
}
