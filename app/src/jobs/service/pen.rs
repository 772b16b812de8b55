//! What the messages of a run are written with: the mail that comes with the program, a published version of a template,
//! or a document that is made of the sections of the job.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::report;
use crate::{
    domain::{
        ids::{TemplateId, UserId},
        recipient::Addressee,
        report::{
            Snapshot,
            spec::{ReportSpec, Section},
        },
        template::{
            Document,
            context::{Address, Reader},
            of_sections::{of_sections, sections_of},
            render::{RenderOutcome, Rendered},
        },
    },
    entities::{schedule, user},
    error::{AppError, AppResult},
    platform::ctx::Ctx,
    reports::service::render::{self, Image, Written},
    templates::service::{held, versions, writing::Writer},
};

/// Messages that a child process fills in at a time: it has two seconds for all of them.
const AT_ONCE: usize = 8;

/// A version of a template.
pub type Version = (TemplateId, i32);

/// What a run is written with.
#[derive(Clone, Debug)]
pub enum Style {
    /// The weekly mail that comes with the program.
    BuiltIn,
    /// `key` counts how often its template had to be stopped; none for what is made of sections, in which people wrote
    /// nothing but words.
    Document { key: Option<String>, document: Box<Document> },
}

/// Why nothing was written.
#[derive(Clone, Debug)]
pub enum Unwritten {
    /// The template cannot be filled in; trying again does not help.
    Template(String),
    Error(AppError),
}

impl From<AppError> for Unwritten {
    fn from(error: AppError) -> Self {
        Self::Error(error)
    }
}

impl From<DbErr> for Unwritten {
    fn from(error: DbErr) -> Self {
        Self::Error(error.into())
    }
}

/// The version of the template of a job that a run which freezes now is written with; none without a template. Where the
/// template has none, why.
///
/// # Errors
/// Only those of the database, and a fault where the options of the job cannot be read.
pub async fn version_now(ctx: &Ctx, job: &schedule::Model) -> AppResult<Result<Option<Version>, String>> {
    let Some(id) = report::spec(job)?.template else { return Ok(Ok(None)) };
    Ok(versions::for_reports(ctx, id).await?.map(|number| Some((id, number))))
}

impl Style {
    /// What a run of a job is written with that has this version of a template.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a version that is gone, a fault where it, or the options of the job, cannot be read.
    pub async fn of(ctx: &Ctx, job: &schedule::Model, version: Option<Version>) -> AppResult<Self> {
        if let Some((id, number)) = version {
            let document = Box::new(versions::kept(ctx, id, number).await?);
            return Ok(Self::Document { key: Some(held::key(id)), document });
        }
        let sections = report::spec(job)?.sections;
        if sections == ReportSpec::default().sections {
            return Ok(Self::BuiltIn);
        }
        Ok(Self::Document { key: None, document: Box::new(of_sections(&sections)) })
    }

    /// What the files of a report show: what its template does of these facts, or the sections of the job.
    ///
    /// # Errors
    /// A fault where the options of the job cannot be read.
    pub fn sections(&self, job: &schedule::Model, snapshot: &Snapshot) -> AppResult<Vec<Section>> {
        match self {
            Self::Document { key: Some(_), document } => Ok(sections_of(document, snapshot)),
            Self::Document { key: None, .. } | Self::BuiltIn => Ok(report::spec(job)?.sections),
        }
    }

    /// As [`Style::of`], with what a run would be written with that froze now.
    ///
    /// # Errors
    /// As [`Style::of`]; what is wrong with the template is [`Unwritten::Template`].
    pub async fn now(ctx: &Ctx, job: &schedule::Model) -> Result<Self, Unwritten> {
        let version = version_now(ctx, job).await?.map_err(Unwritten::Template)?;
        Ok(Self::of(ctx, job, version).await?)
    }
}

/// Writes the messages of a report, or of a part of it.
#[derive(Debug)]
pub struct Pen {
    /// None: the built-in mail.
    writer: Option<Writer>,
    /// Whether all words are the program's. They are English, and so are dates and numbers among them.
    is_english: bool,
    images: Vec<Image>,
}

impl Pen {
    /// Draws what the messages show. The comment stands at their head; the note, of files that do not fit, at their foot.
    ///
    /// # Errors
    /// Only a fault of the drawing.
    pub async fn new(style: &Style, snapshot: &Snapshot, comment: Option<&str>, note: Option<&str>) -> AppResult<Self> {
        match style {
            Style::BuiltIn => Ok(Self { writer: None, is_english: true, images: render::draw(snapshot).await? }),
            Style::Document { key, document } => {
                let writer = Writer::new(key.clone(), &document.around(comment, note.is_some()), snapshot).await?;
                Ok(Self { images: writer.images().to_vec(), is_english: key.is_none(), writer: Some(writer) })
            }
        }
    }

    /// The pictures of all messages.
    pub fn images(&self) -> &[Image] {
        &self.images
    }

    /// How many messages are to be written at a time.
    pub fn at_once(&self) -> usize {
        if self.writer.is_some() { AT_ONCE } else { usize::MAX }
    }

    /// Writes the messages of some readers, in their order: all of them or none.
    ///
    /// # Errors
    /// [`Unwritten::Template`] with what is wrong with the template, else faults of the program.
    pub async fn write(
        &self,
        ctx: &Ctx,
        snapshot: &Snapshot,
        readers: &[(Address, Reader)],
    ) -> Result<Vec<Written>, Unwritten> {
        let Some(writer) = &self.writer else {
            let addresses: Vec<Address> = readers.iter().map(|(address, _)| address.clone()).collect();
            return Ok(render::write_each(ctx, snapshot, &addresses).await?);
        };
        let context = |(address, reader): &(Address, Reader)| match self.is_english {
            true => writer.context(snapshot, address, &Reader { language: String::new(), ..reader.clone() }),
            false => writer.context(snapshot, address, reader),
        };
        let contexts = readers.iter().map(context).collect();
        match writer.write(ctx, contexts).await? {
            RenderOutcome::Rendered(mails) if mails.len() == readers.len() => {
                Ok(mails.into_iter().map(written).collect())
            }
            outcome => Err(Unwritten::Template(complaint(writer, &outcome))),
        }
    }

    /// Writes one message.
    ///
    /// # Errors
    /// As [`Pen::write`].
    pub async fn write_one(
        &self,
        ctx: &Ctx,
        snapshot: &Snapshot,
        address: Address,
        reader: Reader,
    ) -> Result<Written, Unwritten> {
        let mut mails = self.write(ctx, snapshot, &[(address, reader)]).await?;
        mails.pop().ok_or(Unwritten::Error(AppError::NotFound))
    }
}

fn written(mail: Rendered) -> Written {
    let Rendered { subject, html, text } = mail;
    Written { subject, html, text: text.unwrap_or_default() }
}

fn complaint(writer: &Writer, outcome: &RenderOutcome) -> String {
    let words = outcome.complaints(|fault| writer.source().sentence(fault)).join(" ");
    format!("The template cannot be filled in. {words}").trim_end().to_owned()
}

/// What templates know of the people of a list: whoever has an account reads dates in their zone and language.
///
/// # Errors
/// Only those of the database.
pub async fn readers(ctx: &Ctx, people: &[Addressee]) -> AppResult<Vec<Reader>> {
    let ids: Vec<UserId> = people.iter().filter_map(|person| person.user).collect();
    let accounts = user::Entity::find().filter(user::Column::Id.is_in(ids)).all(ctx.reader()).await?;
    let accounts: HashMap<UserId, user::Model> = accounts.into_iter().map(|account| (account.id, account)).collect();
    let reader = |person: &Addressee| {
        let account = person.user.and_then(|id| accounts.get(&id));
        Reader {
            name: person.name.clone(),
            email: person.address.to_string(),
            zone: account.map(|account| account.zone.clone()).unwrap_or_default(),
            language: account.map(|account| account.language.to_string()).unwrap_or_default(),
        }
    };
    Ok(people.iter().map(reader).collect())
}
