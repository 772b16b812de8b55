//! Fills in a document for its readers: compiled and drawn once, rendered in a child process.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::{
    domain::{
        report::{
            Snapshot,
            spec::{ChartKind, Section},
        },
        template::{
            Document,
            compile::{self, LOGO_CID, Source},
            context::{Address, Breadth, Picture, Reader, add_narrowed, cid, context},
            of_sections::possible_of,
            render::RenderOutcome,
        },
    },
    error::AppResult,
    platform::{ctx::Ctx, fault, plot::Frame},
    reports::service::{charts, quarantine, render::Image},
};

/// A document with the pictures of a report: fills in the mails of all its readers.
#[derive(Debug)]
pub struct Writer {
    /// Counts the stops of the template; none for what nobody wrote.
    key: Option<String>,
    source: Source,
    /// What the document may show.
    sections: Vec<Section>,
    /// What the mails carry.
    images: Vec<Image>,
    pictures: Vec<Picture>,
}

impl Writer {
    /// Compiles a document and draws the charts that it shows. `key` names its template: `template:ID`. Without one its
    /// stops are not counted: what comes with the program is never held back, because nobody could change it.
    ///
    /// # Errors
    /// Only a fault of the drawing.
    pub async fn new(key: Option<String>, document: &Document, snapshot: &Snapshot) -> AppResult<Self> {
        let source = compile::compile(document);
        let mut images = Vec::new();
        let mut pictures = Vec::new();
        for (picture, png) in draw(compile::drawn(document).into_iter(), snapshot).await? {
            images.push(Image { name: picture.cid.clone(), png });
            pictures.push(picture);
        }
        if let Some(logo) = compile::logo(document)
            && let Ok(png) = STANDARD.decode(&logo.png)
        {
            images.push(Image { name: LOGO_CID.to_owned(), png });
        }
        Ok(Self { key, source, sections: possible_of(document), images, pictures })
    }

    /// The data of a report for one reader.
    pub fn context(&self, snapshot: &Snapshot, address: &Address, reader: &Reader) -> Value {
        let mut data = context(snapshot, address, reader, &self.pictures);
        add_narrowed(&mut data, snapshot, &self.sections, &address.base_url);
        data
    }

    /// The charts that were drawn.
    pub fn pictures(&self) -> &[Picture] {
        &self.pictures
    }

    /// The images of all mails, by their Content-IDs.
    pub fn images(&self) -> &[Image] {
        &self.images
    }

    /// The source that was filled in; a fault at one of its lines names the block.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Fills in the mails of some readers, in their order. What is wrong with the template is an outcome.
    ///
    /// # Errors
    /// Those of the child process and of the database.
    pub async fn write(&self, ctx: &Ctx, contexts: Vec<Value>) -> AppResult<RenderOutcome> {
        let job = self.source.job(contexts);
        match &self.key {
            Some(key) => quarantine::render(ctx, key, &job).await,
            None => ctx.app.cage.render(&job).await,
        }
    }
}

/// Draws charts beside each other: each takes some milliseconds of a core, off the runtime.
async fn draw(
    charts: impl Iterator<Item = (ChartKind, Breadth)>,
    snapshot: &Snapshot,
) -> AppResult<Vec<(Picture, Vec<u8>)>> {
    let drawings = charts.map(|(chart, breadth)| {
        let frame = match breadth {
            Breadth::Whole => Frame::MAIL,
            Breadth::Column => Frame::COLUMN,
        };
        let drawing = charts::chart(chart, snapshot, frame);
        let picture = Picture {
            chart,
            breadth,
            cid: cid(chart, breadth),
            width: drawing.width,
            height: drawing.height,
            alt: format!("{}. {}", drawing.title, drawing.description),
            title: drawing.title.clone(),
        };
        tokio::task::spawn_blocking(move || drawing.png().map(|png| (picture, png)))
    });
    let mut drawn = Vec::new();
    for drawing in futures::future::join_all(drawings.collect::<Vec<_>>()).await {
        let drawing = drawing.map_err(|error| fault::internal("drawing a chart", error))?;
        drawn.push(drawing.map_err(|error| fault::internal("drawing a chart", error))?);
    }
    Ok(drawn)
}
