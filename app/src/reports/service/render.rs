//! Writes the mail of a report from its snapshot: subject, HTML, text, pictures.

use std::sync::OnceLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use uuid::Uuid;

use super::{
    charts::chart,
    wording::{Picture, Wording},
};
use crate::{
    domain::report::{Snapshot, spec::ChartKind},
    error::AppResult,
    platform::{ctx::Ctx, fault, plot::Frame, render::Templates},
};

/// Content-ID, and file name in the archive, of the chart of days.
pub const FLOW_PICTURE: &str = "created-completed";
/// Content-ID, and file name in the archive, of the chart of statuses.
pub const STATUS_PICTURE: &str = "work-by-status";

pub use crate::domain::template::context::Address;

/// A written report, without its pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub subject: String,
    pub html: String,
    pub text: String,
}

/// A picture that the HTML shows by `cid:{name}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    pub name: String,
    pub png: Vec<u8>,
}

/// Writes subject, HTML and text: quick, so it may be done for each recipient.
///
/// # Errors
/// Only a fault of the templates.
pub fn write(snapshot: &Snapshot, address: &Address) -> AppResult<Written> {
    write_around(snapshot, &pictures(snapshot), address)
}

fn write_around(snapshot: &Snapshot, pictures: &[Picture], address: &Address) -> AppResult<Written> {
    let words = Wording::of(snapshot, pictures, address);
    let subject = render(SUBJECT, &words)?.trim().to_owned();
    Ok(Written { subject, html: render(HTML, &words)?, text: render(TEXT, &words)? })
}

fn render(name: &str, data: &impl Serialize) -> AppResult<String> {
    templates()?.render(name, data).map_err(|error| fault::internal("writing a report", error))
}

/// Writes a report for several readers, in their order: what is the same for them only once.
///
/// # Errors
/// As [`write`].
pub async fn write_each(_ctx: &Ctx, snapshot: &Snapshot, addresses: &[Address]) -> AppResult<Vec<Written>> {
    let mut written = Vec::with_capacity(addresses.len());
    let pictures = pictures(snapshot);
    let mut last: Option<Pattern> = None;
    for address in addresses {
        let one = match &address.stop_url {
            None => write_around(snapshot, &pictures, address)?,
            Some(link) => {
                let pattern = match last.take().filter(|pattern| pattern.fits(address)) {
                    Some(pattern) => pattern,
                    None => Pattern::of(snapshot, &pictures, address)?,
                };
                let one = pattern.with(link)?;
                last = Some(pattern);
                one
            }
        };
        written.push(one);
        // Many readers take a while; others have work, too.
        tokio::task::yield_now().await;
    }
    Ok(written)
}

/// A mail whose readers differ in nothing but the link that stops it, with a word in the place of that link.
struct Pattern {
    address: Address,
    word: String,
    written: Written,
}

impl Pattern {
    fn of(snapshot: &Snapshot, pictures: &[Picture], address: &Address) -> AppResult<Self> {
        // Of letters and digits, which are the same in HTML; nobody can have typed it before.
        let word = format!("stop{}", Uuid::now_v7().simple());
        let address = Address { stop_url: Some(word.clone()), ..address.clone() };
        let written = write_around(snapshot, pictures, &address)?;
        Ok(Self { address, word, written })
    }

    fn fits(&self, address: &Address) -> bool {
        self.address == Address { stop_url: self.address.stop_url.clone(), ..address.clone() }
    }

    fn with(&self, link: &str) -> AppResult<Written> {
        let Written { subject, html, text } = &self.written;
        let in_html = render(LINK, &Link { link })?;
        Ok(Written {
            subject: subject.clone(),
            html: html.replace(&self.word, &in_html),
            text: text.replace(&self.word, link),
        })
    }
}

/// What [`LINK`] inserts.
#[derive(Serialize)]
struct Link<'a> {
    link: &'a str,
}

/// Draws the pictures that the HTML shows: the same for every recipient. Takes some milliseconds of
/// a core, off the runtime.
///
/// # Errors
/// Only a fault of the drawing.
pub async fn draw(snapshot: &Snapshot) -> AppResult<Vec<Image>> {
    let drawings = pictures(snapshot).into_iter().map(|picture| {
        tokio::task::spawn_blocking(move || {
            picture.drawing.png().map(|png| Image { name: picture.name.to_owned(), png })
        })
    });
    let mut images = Vec::new();
    for drawn in futures::future::join_all(drawings).await {
        let image = drawn.map_err(|error| fault::internal("drawing a chart", error))?;
        images.push(image.map_err(|error| fault::internal("drawing a chart", error))?);
    }
    Ok(images)
}

/// The charts of the weekly mail, with their names and headings.
const PICTURES: [(ChartKind, &str, &str); 2] = [
    (ChartKind::CreatedCompleted, FLOW_PICTURE, "Created and completed per day"),
    (ChartKind::ByStatus, STATUS_PICTURE, "Open work by status"),
];

fn pictures(snapshot: &Snapshot) -> Vec<Picture> {
    let picture = |(kind, name, heading)| Picture { name, heading, drawing: chart(kind, snapshot, Frame::MAIL) };
    PICTURES.into_iter().map(picture).collect()
}

/// HTML with its pictures written into it, for a frame that fetches nothing.
pub fn framed(html: &str, images: &[Image]) -> String {
    images.iter().fold(html.to_owned(), |html, image| with_picture(&html, &image.name, &image.png))
}

/// HTML with one of its pictures, named by its Content-ID, written into it.
pub fn with_picture(html: &str, cid: &str, png: &[u8]) -> String {
    let data = format!("data:image/png;base64,{}", STANDARD.encode(png));
    // Either quotes: somebody's own HTML may have both.
    html.replace(&format!("\"cid:{cid}\""), &format!("\"{data}\""))
        .replace(&format!("'cid:{cid}'"), &format!("'{data}'"))
}

const SUBJECT: &str = "weekly/subject.txt.tera";
const HTML: &str = "weekly/body.html.tera";
const TEXT: &str = "weekly/body.txt.tera";
/// A link as it stands in HTML.
const LINK: &str = "weekly/link.html.tera";

fn templates() -> AppResult<&'static Templates> {
    static READ: OnceLock<Result<Templates, String>> = OnceLock::new();
    let read = READ.get_or_init(|| {
        Templates::new(&[
            (SUBJECT, include_str!("../templates/weekly/subject.txt.tera")),
            (HTML, include_str!("../templates/weekly/body.html.tera")),
            (TEXT, include_str!("../templates/weekly/body.txt.tera")),
            (LINK, "{{ link }}"),
        ])
        .map_err(|error| error.to_string())
    });
    read.as_ref().map_err(|error| fault::internal("reading the report's templates", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_written_into_the_html_in_either_quotes_and_another_one_is_left() {
        let images = [Image { name: "flow".to_owned(), png: b"png".to_vec() }];
        let html = framed(r#"<img src="cid:flow"><img src='cid:flow'><img src="cid:flow-2">"#, &images);
        let data = "data:image/png;base64,cG5n";
        assert_eq!(html, format!(r#"<img src="{data}"><img src='{data}'><img src="cid:flow-2">"#));
    }
}
