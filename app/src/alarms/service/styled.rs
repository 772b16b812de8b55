//! The mail of an alarm about a run, written with the template that an administrator has chosen. An alarm must arrive
//! whatever has become of that template: where nothing comes of it, the mail that comes with the program goes instead.

use base64::{Engine, engine::general_purpose::STANDARD};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::OnConflict,
};

use super::letter::{self, Letter};
use crate::{
    domain::{
        alarm::{AlarmKind, more_words},
        ids::TemplateId,
        period::{Period, day_of},
        report::{ReportProject, Snapshot},
        template::{
            Document, TemplateCategory,
            compile::{self, LOGO_CID},
            context::{Address, Reader, RunWords, context, with_run},
            render::RenderOutcome,
        },
    },
    entities::{alarm, occurrence, project, schedule, setting, template, template_version},
    error::{AppError, AppResult, Problem},
    platform::{ctx::Ctx, fault, mailer::InlineImage},
    reports::service::{quarantine, snapshot},
};

/// Name of the setting: the id of a template.
const NAME: &str = "alarm_template";

/// What came of the template.
#[derive(Debug)]
pub enum Styled {
    /// None was chosen, or it is not for an alarm of this kind.
    BuiltIn,
    /// It is gone, faulty, or held back.
    Unusable,
    Written(Letter),
}

/// The template that was chosen; none for the built-in mail.
///
/// # Errors
/// Only those of the database.
pub async fn chosen(db: &impl ConnectionTrait) -> AppResult<Option<TemplateId>> {
    let row = setting::Entity::find_by_id(NAME).one(db).await?;
    Ok(row.and_then(|row| row.value.parse().ok()))
}

/// Id and name of the templates to choose from: those of the category that are published. What was chosen before is among
/// them, also where it has become another.
///
/// # Errors
/// Only those of the database.
pub async fn choices(db: &impl ConnectionTrait) -> AppResult<Vec<(String, String)>> {
    let rows = template::Entity::find()
        .filter(template::Column::DeletedAt.is_null())
        .filter(template::Column::Published.is_not_null())
        .filter(template::Column::Category.eq(TemplateCategory::Alarm))
        .order_by_asc(template::Column::Name)
        .all(db)
        .await?;
    let mut choices: Vec<_> = rows.into_iter().map(|row| (row.id, row.name)).collect();
    if let Some(id) = chosen(db).await?
        && !choices.iter().any(|(known, _)| *known == id)
    {
        let row = template::Entity::find_by_id(id).one(db).await?.filter(|row| row.deleted_at.is_none());
        choices.push((id, row.map_or_else(|| "A template that is gone".to_owned(), |row| row.name)));
    }
    Ok(choices.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}

/// An administrator chooses what mails of alarms are written with; empty for the built-in mail.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but an administrator, [`AppError::Invalid`] with `template` for one that is not
/// among the choices.
pub async fn choose(ctx: &Ctx, id: &str) -> AppResult<()> {
    ctx.admin()?;
    let tx = ctx.begin().await?;
    if id.is_empty() {
        setting::Entity::delete_by_id(NAME).exec(&*tx).await?;
        return Ok(tx.commit().await?);
    }
    if !choices(&*tx).await?.iter().any(|(known, _)| known == id) {
        return Err(AppError::field("template", Problem::UnknownChoice));
    }
    let row = setting::ActiveModel { name: Set(NAME.to_owned()), value: Set(id.to_owned()) };
    let replace = OnConflict::column(setting::Column::Name).update_column(setting::Column::Value).to_owned();
    setting::Entity::insert(row).on_conflict(replace).exec_without_returning(&*tx).await?;
    Ok(tx.commit().await?)
}

/// Whether an alarm is one that the template speaks of: a run that did not do what it should. The others ask for something
/// else, or tell good news.
const fn is_about_a_run(kind: AlarmKind) -> bool {
    match kind {
        AlarmKind::Failed | AlarmKind::Partly | AlarmKind::Uncertain | AlarmKind::Late | AlarmKind::Paused => true,
        AlarmKind::Account | AlarmKind::Push | AlarmKind::Draft | AlarmKind::Solved => false,
    }
}

/// Writes a mail about these alarms with the chosen template, in the child process that fills in what people wrote.
///
/// # Errors
/// Those of the database and of the child process.
pub async fn write(ctx: &Ctx, alarms: &[alarm::Model], reader: Reader) -> AppResult<Styled> {
    let Some(named) = letter::named(alarms).filter(|alarm| is_about_a_run(alarm.kind)) else {
        return Ok(Styled::BuiltIn);
    };
    let Some(run) = named.occurrence_id else { return Ok(Styled::BuiltIn) };
    let Some(id) = chosen(ctx.reader()).await? else { return Ok(Styled::BuiltIn) };
    let Some(document) = published(ctx, id).await? else { return Ok(Styled::Unusable) };
    let row = occurrence::Entity::find_by_id(run).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let job = schedule::Entity::find_by_id(row.schedule_id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let project = project::Entity::find_by_id(row.project_id).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
    let base = &ctx.app.settings.base_url;
    let address = Address {
        base_url: base.clone(),
        occurrence: run,
        number: row.number,
        job: job.name,
        stop_url: Some(format!("{base}{}", letter::SETTINGS)),
        attachments_note: None,
        comment: None,
    };
    let (_, path) = letter::lead_to(named);
    let words = RunWords {
        state: named.kind.label().to_owned(),
        reason: [named.words.clone(), more_words(alarms.len() - 1)].join(" ").trim_end().to_owned(),
        url: format!("{base}{path}"),
    };
    let frozen = snapshot::stored(ctx.reader(), run).await?;
    let facts = facts(frozen.as_deref(), &row, &project);
    let data = with_run(context(&facts, &address, &reader, &[]), &words);
    let source = compile::compile(&document);
    let job = source.job(vec![data]);
    match quarantine::render(ctx, &format!("template:{id}"), &job).await? {
        RenderOutcome::Rendered(mut mails) => Ok(match mails.pop() {
            Some(mail) => {
                let images = logo(&document, &mail.html);
                Styled::Written(Letter {
                    subject: mail.subject,
                    text: mail.text.unwrap_or_default(),
                    html: mail.html,
                    images,
                })
            }
            None => Styled::Unusable,
        }),
        outcome => {
            let words = outcome.complaints(|fault| source.sentence(fault)).join(" ");
            tracing::warn!(%id, "an alarm is not written with its template: {words}");
            Ok(Styled::Unusable)
        }
    }
}

/// The version that is published now.
async fn published(ctx: &Ctx, id: TemplateId) -> AppResult<Option<Document>> {
    let row = template::Entity::find_by_id(id).one(ctx.reader()).await?.filter(|row| row.deleted_at.is_none());
    let Some(number) = row.and_then(|row| row.published) else { return Ok(None) };
    let version = template_version::Entity::find_by_id((id, number)).one(ctx.reader()).await?;
    let read = |row: template_version::Model| {
        serde_json::from_str(&row.document).map_err(|error| fault::internal("reading a stored template", error))
    };
    version.map(read).transpose()
}

/// What the run froze, where it came so far; of several projects nothing, as the reader may not see all of them.
fn facts(json: Option<&str>, run: &occurrence::Model, project: &project::Model) -> Snapshot {
    let frozen = json.and_then(|json| Snapshot::from_json(json).ok());
    frozen.filter(|frozen| frozen.projects.len() < 2).unwrap_or_else(|| {
        let day = day_of(run.scheduled_at, &snapshot::zone_of(project));
        let known = ReportProject {
            id: project.id,
            key: project.key.clone(),
            name: project.name.clone(),
            zone: project.zone.clone(),
        };
        Snapshot::empty(known, Period { first: day, last: day }, run.scheduled_at)
    })
}

/// The logo of a template, where the mail shows it. Charts are not drawn: an alarm is not about figures.
fn logo(document: &Document, html: &str) -> Vec<InlineImage> {
    let shown = document.theme.logo.as_ref().filter(|_| html.contains(&format!("cid:{LOGO_CID}")));
    let png = shown.and_then(|logo| STANDARD.decode(&logo.png).ok());
    png.map(|png| InlineImage { cid: LOGO_CID.to_owned(), png }).into_iter().collect()
}
