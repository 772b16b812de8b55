//! The report of a run as it is written.

use std::collections::BTreeMap;

use sea_orm::{ActiveValue::Set, EntityTrait, QuerySelect};
use uuid::Uuid;

use crate::{
    domain::{
        ids::{ArtifactId, ScheduleId, TemplateId},
        report::Snapshot,
        template::context::Reader,
    },
    entities::{artifact, occurrence, schedule},
    error::AppError,
    jobs::service::{
        drafts,
        pen::{Pen, Style, Unwritten},
        report,
        sending::Hold,
    },
    platform::ctx::Ctx,
    reports::service::{
        archive,
        files::{Attached, File, LIMIT, MAIL},
        render::{Address, Written},
        snapshot,
    },
};

/// Name of the mail's HTML among the files of a run.
pub const HTML: &str = MAIL;
/// Name of its text.
pub const TEXT: &str = "report.txt";

/// The frozen data of a run and what is rendered from them: always the same bytes.
pub(super) struct Report {
    pub job: schedule::Model,
    /// Which run of the job it is.
    pub number: i32,
    pub json: String,
    pub frozen: Snapshot,
    /// What its owner says at the head of it.
    pub comment: Option<String>,
    pub style: Style,
    pub pen: Pen,
    pub written: Written,
    /// All of its files, also those that are too big for a message.
    pub attachments: Vec<File>,
    pub attached: Attached,
}

impl Report {
    /// Reads the frozen data and writes the mail that is kept of them.
    ///
    /// # Errors
    /// [`Unwritten::Template`] where the template cannot be filled in, those of the database and of the drawing.
    pub async fn load(ctx: &Ctx, schedule: ScheduleId, hold: Hold) -> Result<Report, Unwritten> {
        let job = schedule::Entity::find_by_id(schedule).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
        use occurrence::Column::{Number, ReportSpec, TemplateId as Template, TemplateVersion};
        let query = occurrence::Entity::find_by_id(hold.run).select_only();
        let query = query.columns([Number, ReportSpec, Template, TemplateVersion]);
        let found: Option<(i32, Option<String>, Option<TemplateId>, Option<i32>)> =
            query.into_tuple().one(ctx.reader()).await?;
        let (number, spec, template, version) = found.ok_or(AppError::NotFound)?;
        let json = snapshot::stored(ctx.reader(), hold.run).await?.ok_or(AppError::NotFound)?;
        let job = report::as_frozen(job, spec);
        let frozen = snapshot::from_json(&json)?;
        let comment = drafts::comment(ctx.reader(), hold.run).await?;
        let style = Style::of(ctx, &job, template.zip(version)).await?;
        let attachments = report::files(ctx, &job, &style, (&frozen, json.as_str()), comment.as_deref()).await?;
        let attached = Attached::of(&attachments, LIMIT);
        let pen = Pen::new(&style, &frozen, comment.as_deref(), attached.note.as_deref()).await?;
        let address = Address {
            attachments_note: attached.note.clone(),
            comment: comment.clone(),
            ..archive::address(ctx, hold.run, number, &job.name)
        };
        let written = pen.write_one(ctx, &frozen, address, Reader::default()).await?;
        Ok(Report { job, number, json, frozen, comment, style, pen, written, attachments, attached })
    }

    /// The files that are kept of it.
    pub fn files(&self, hold: Hold) -> Vec<artifact::ActiveModel> {
        let mut files = BTreeMap::from([
            (HTML.to_owned(), ("text/html; charset=utf-8", self.written.html.clone().into_bytes())),
            (TEXT.to_owned(), ("text/plain; charset=utf-8", self.written.text.clone().into_bytes())),
        ]);
        let images = self.pen.images().iter();
        files.extend(images.map(|image| (format!("{}.png", image.name), ("image/png", image.png.clone()))));
        for File { name, content_type, bytes } in &self.attachments {
            files.insert(name.clone(), (content_type.as_str(), bytes.clone()));
        }
        let row = |(name, (content_type, bytes)): (String, (&str, Vec<u8>))| artifact::ActiveModel {
            id: Set(ArtifactId(Uuid::now_v7())),
            occurrence_id: Set(hold.run),
            name: Set(name),
            content_type: Set(content_type.to_owned()),
            bytes: Set(bytes),
        };
        files.into_iter().map(row).collect()
    }
}
