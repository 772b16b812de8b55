//! Writes the mail of a report from its snapshot: subject, HTML, text, pictures.

use std::sync::OnceLock;

use super::{
    charts::chart,
    wording::{Picture, Wording},
};
use crate::{
    domain::{
        ids::OccurrenceId,
        report::{Snapshot, spec::ChartKind},
    },
    error::AppResult,
    platform::{ctx::Ctx, fault, plot::Frame, render::Templates},
};

/// Content-ID, and file name in the archive, of the chart of days.
pub const FLOW_PICTURE: &str = "created-completed";
/// Content-ID, and file name in the archive, of the chart of statuses.
pub const STATUS_PICTURE: &str = "work-by-status";

/// Where the links of a message lead, and what its foot says.
#[derive(Clone, Debug)]
pub struct Address {
    /// Without a slash at the end.
    pub base_url: String,
    pub occurrence: OccurrenceId,
    /// Name of the job that sends it.
    pub job: String,
    /// Where this recipient ends the mails; none in the archive and where there is no such page.
    pub stop_url: Option<String>,
    /// What is said of files that are too big to travel with the message.
    pub attachments_note: Option<String>,
}

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
    pub name: &'static str,
    pub png: Vec<u8>,
}

/// Writes subject, HTML and text: quick, so it may be done for each recipient.
///
/// # Errors
/// Only a fault of the templates.
pub fn write(snapshot: &Snapshot, address: &Address) -> AppResult<Written> {
    let words = Wording::of(snapshot, &pictures(snapshot), address);
    let render = |name| templates()?.render(name, &words).map_err(|error| fault::internal("writing a report", error));
    Ok(Written { subject: render(SUBJECT)?.trim().to_owned(), html: render(HTML)?, text: render(TEXT)? })
}

/// Writes a report for several readers, in their order.
///
/// # Errors
/// As [`write`].
pub async fn write_each(_ctx: &Ctx, snapshot: &Snapshot, addresses: &[Address]) -> AppResult<Vec<Written>> {
    let mut written = Vec::with_capacity(addresses.len());
    for address in addresses {
        written.push(write(snapshot, address)?);
        // Many readers take a while; others have work, too.
        tokio::task::yield_now().await;
    }
    Ok(written)
}

/// Draws the pictures that the HTML shows: the same for every recipient. Takes some milliseconds of
/// a core, off the runtime.
///
/// # Errors
/// Only a fault of the drawing.
pub async fn draw(snapshot: &Snapshot) -> AppResult<Vec<Image>> {
    let drawings = pictures(snapshot).into_iter().map(|picture| {
        tokio::task::spawn_blocking(move || picture.drawing.png().map(|png| Image { name: picture.name, png }))
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

const SUBJECT: &str = "weekly/subject.txt.tera";
const HTML: &str = "weekly/body.html.tera";
const TEXT: &str = "weekly/body.txt.tera";

fn templates() -> AppResult<&'static Templates> {
    static READ: OnceLock<Result<Templates, String>> = OnceLock::new();
    let read = READ.get_or_init(|| {
        Templates::new(&[
            (SUBJECT, include_str!("../templates/weekly/subject.txt.tera")),
            (HTML, include_str!("../templates/weekly/body.html.tera")),
            (TEXT, include_str!("../templates/weekly/body.txt.tera")),
        ])
        .map_err(|error| error.to_string())
    });
    read.as_ref().map_err(|error| fault::internal("reading the report's templates", error))
}
