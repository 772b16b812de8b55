//! Writes the mail of a report from its snapshot: subject, HTML, text, pictures.

use std::sync::OnceLock;

use super::{
    charts::chart,
    wording::{Picture, Wording},
};
use crate::{
    domain::report::{Snapshot, spec::ChartKind},
    error::AppResult,
    platform::{
        fault,
        plot::Frame,
        render::Templates,
    },
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

fn pictures(snapshot: &Snapshot) -> Vec<Picture> {
    vec![
        Picture {
            name: FLOW_PICTURE,
            heading: "Created and completed per day",
            drawing: chart(ChartKind::CreatedCompleted, snapshot, Frame::MAIL),
        },
        Picture {
            name: STATUS_PICTURE,
            heading: "Open work by status",
            drawing: chart(ChartKind::ByStatus, snapshot, Frame::MAIL),
        },
    ]
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
