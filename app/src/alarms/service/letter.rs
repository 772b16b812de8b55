//! Writes the mail of an alarm: subject, text and HTML, in the look of the reports.

use std::{collections::HashMap, sync::OnceLock};

use chrono_tz::Tz;
use serde::Serialize;

use crate::{
    domain::{
        alarm::{AlarmKind, LISTED, headline, more_words, subject},
        ids::OccurrenceId,
        zone,
    },
    entities::alarm,
    error::AppResult,
    platform::{ctx::Ctx, fault, mailer::InlineImage, render::Templates},
};

/// Where people choose which alarms come by mail.
pub(super) const SETTINGS: &str = "/settings/alarms";
/// What the built-in mail says where it goes in the place of another.
const INSTEAD: &str =
    "The template that was chosen for such mails could not be filled in, so this is the built-in one.";

/// A written mail.
#[derive(Debug, Clone)]
pub struct Letter {
    pub subject: String,
    pub text: String,
    pub html: String,
    pub images: Vec<InlineImage>,
}

/// What the templates know.
#[derive(Serialize)]
struct Words {
    headline: String,
    lead: String,
    /// That it goes in the place of another; empty where it does not.
    note: &'static str,
    items: Vec<Item>,
    /// Alarms that are not listed.
    more: usize,
    action: &'static str,
    url: String,
    notifications_url: String,
    settings_url: String,
}

#[derive(Serialize)]
struct Item {
    label: &'static str,
    /// `red`, `orange` or `green`.
    look: &'static str,
    words: String,
    when: String,
}

/// The alarm that names a mail about all of these; none where there is none.
pub(super) fn named(alarms: &[alarm::Model]) -> Option<&alarm::Model> {
    let kinds: Vec<AlarmKind> = alarms.iter().map(|alarm| alarm.kind).collect();
    alarms.get(headline(&kinds))
}

/// Writes the built-in mail about these alarms, the oldest first; none where there is none. `numbers` are those of their
/// runs. `is_instead`: a template was to be used and could not.
///
/// # Errors
/// Only a fault of the templates.
pub fn write(
    ctx: &Ctx,
    alarms: &[alarm::Model],
    numbers: &HashMap<OccurrenceId, i32>,
    zone: Tz,
    is_instead: bool,
) -> AppResult<Option<Letter>> {
    let Some(named) = named(alarms) else { return Ok(None) };
    let base = &ctx.app.settings.base_url;
    let (action, path) = lead_to(named);
    let when = |alarm: &alarm::Model| {
        let at = zone::local(zone, alarm.at).format("%a %-d %b %Y, %H:%M").to_string();
        match alarm.occurrence_id.and_then(|run| numbers.get(&run)) {
            Some(number) => format!("{at} · run {number}"),
            None => at,
        }
    };
    let item = |alarm: &alarm::Model| Item {
        label: alarm.kind.label(),
        look: look(alarm.kind),
        words: alarm.words.clone(),
        when: when(alarm),
    };
    let words = Words {
        headline: named.words.clone(),
        lead: more_words(alarms.len() - 1),
        note: if is_instead { INSTEAD } else { "" },
        items: alarms.iter().take(LISTED).map(item).collect(),
        more: alarms.len().saturating_sub(LISTED),
        action,
        url: format!("{base}{path}"),
        notifications_url: format!("{base}/notifications"),
        settings_url: format!("{base}{SETTINGS}"),
    };
    let render = |name| templates()?.render(name, &words).map_err(|error| fault::internal("writing an alarm", error));
    let subject = subject(named.kind, &named.words, alarms.len() - 1);
    Ok(Some(Letter { subject, text: render(TEXT)?, html: render(HTML)?, images: Vec::new() }))
}

/// Where somebody can do something about it.
pub(super) fn lead_to(alarm: &alarm::Model) -> (&'static str, String) {
    match (alarm.kind, alarm.schedule_id, alarm.occurrence_id) {
        (AlarmKind::Paused, Some(job), _) => ("Open the job and resume it", format!("/jobs/{job}")),
        (AlarmKind::Uncertain, _, Some(run)) => ("Open the run and decide", format!("/jobs/runs/{run}")),
        (AlarmKind::Draft, _, Some(run)) => ("Read the draft and decide", format!("/reports/{run}")),
        (_, _, Some(run)) => ("Open the run", format!("/jobs/runs/{run}")),
        (_, Some(job), None) => ("Open the job", format!("/jobs/{job}")),
        (AlarmKind::Push, ..) => ("Open the Git archive", "/settings/git".to_owned()),
        _ => ("Open the jobs", "/jobs".to_owned()),
    }
}

fn look(kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::Failed | AlarmKind::Paused | AlarmKind::Account | AlarmKind::Push => "red",
        AlarmKind::Partly | AlarmKind::Uncertain | AlarmKind::Late | AlarmKind::Draft => "orange",
        AlarmKind::Solved => "green",
    }
}

const HTML: &str = "alarm/body.html.tera";
const TEXT: &str = "alarm/body.txt.tera";

fn templates() -> AppResult<&'static Templates> {
    static READ: OnceLock<Result<Templates, String>> = OnceLock::new();
    let read = READ.get_or_init(|| {
        Templates::new(&[
            (HTML, include_str!("../templates/body.html.tera")),
            (TEXT, include_str!("../templates/body.txt.tera")),
        ])
        .map_err(|error| error.to_string())
    });
    read.as_ref().map_err(|error| fault::internal("reading the templates of alarms", error))
}
