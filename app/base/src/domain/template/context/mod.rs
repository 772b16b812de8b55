//! The data that a template is filled in with: plain values, one object for each reader, exactly what
//! [`VARIABLES`](super::variables::VARIABLES) lists.

mod sample;
mod task;

use serde_json::{Map, Value, json};

pub use sample::{failed_run as sample_run, reader as sample_reader, sample, sample_with, snapshot as sample_snapshot};

use crate::domain::{
    calendar_words::{self, Months},
    ids::OccurrenceId,
    metrics::{Chance, Compared, Figures, Share, Shares, Tone, isolated, parts_total},
    period::Period,
    report::{
        NoteLine, Snapshot,
        spec::{ChartKind, ListKind, Section},
    },
    task::{Priority, Status},
    tongue::Tongue,
};

/// Most tasks of a list, and most rows of everything else: what is further down no mail shows, but in lists that are
/// narrowed ([`add_narrowed`]).
pub const ROWS: usize = 200;

/// Whom a mail greets that is for nobody in particular.
const EVERYONE: &str = "everyone";

/// Where the links of a message lead, and what its foot says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Without a slash at the end.
    pub base_url: String,
    pub occurrence: OccurrenceId,
    /// Which run of its job it is, from 1; before there is one, which it would be.
    pub number: i32,
    /// Name of the job that sends it.
    pub job: String,
    /// Where this recipient ends the mails; none in the archive and where there is no such page.
    pub stop_url: Option<String>,
    /// What is said of files that are too big to travel with the message.
    pub attachments_note: Option<String>,
    /// What the owner of the report says at its head, in Markdown.
    pub comment: Option<String>,
}

/// Who reads the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reader {
    /// Empty where only the address is known, or where it is for whoever reads it.
    pub name: String,
    pub email: String,
    /// IANA zone; that of the project where the reader's is not known.
    pub zone: String,
    /// Language tag, of dates and numbers: words of the program stay English. "en" where it is not known.
    pub language: String,
}

/// A chart that was drawn for the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub chart: ChartKind,
    /// How wide the place is that it was drawn for.
    pub breadth: Breadth,
    /// The HTML shows it as `cid:{cid}`.
    pub cid: String,
    /// In pixels as shown.
    pub width: u32,
    pub height: u32,
    /// The sentence that the chart tells.
    pub title: String,
    /// What somebody who does not see it reads.
    pub alt: String,
}

/// How wide the place of a chart is. What is drawn for the one shrinks in the other until nobody can read its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breadth {
    /// The whole width of a mail.
    Whole,
    /// One of two columns.
    Column,
}

/// The Content-ID of a chart, and its file name in the archive.
pub fn cid(chart: ChartKind, breadth: Breadth) -> String {
    let name = chart.as_str().replace('_', "-");
    match breadth {
        Breadth::Whole => name,
        Breadth::Column => format!("{name}-narrow"),
    }
}

/// What became of the run that a message is about; of a report that is being sent, nothing bad yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunWords {
    /// "Failed".
    pub state: String,
    /// Why, in a sentence; empty where nothing went wrong.
    pub reason: String,
    pub url: String,
}

/// The data of a report for one reader.
pub fn context(snapshot: &Snapshot, address: &Address, reader: &Reader, pictures: &[Picture]) -> Value {
    let base = &address.base_url;
    let report_url = format!("{base}/reports/{}", address.occurrence);
    let chances = snapshot.cycle.chances();
    let tongue = Tongue::of(&reader.language);
    json!({
        "app": { "name": "AutoReport", "url": base },
        "report": {
            "title": snapshot.title,
            "finding": snapshot.finding.words(),
            "subject": snapshot.subject_of(&calendar_words::period(&snapshot.period, Months::Long, tongue)),
            "preview": snapshot.preview(),
            "sentences": sentences(snapshot),
            "scope": snapshot.scope,
            "comment": address.comment.as_deref().unwrap_or_default(),
            "is_empty": snapshot.facts().is_empty,
            "as_of": snapshot.as_of,
            "url": report_url,
            "attachments_note": address.attachments_note,
        },
        "project": project(snapshot, base),
        "projects": snapshot.projects.iter().take(ROWS).map(|project| json!({
            "key": project.key,
            "name": project.name,
            "board_url": format!("{base}/board/{}", project.key),
        })).collect::<Vec<_>>(),
        "period": period(snapshot, tongue),
        "schedule": { "name": address.job },
        "run": { "number": address.number, "state": "Sending", "reason": "", "url": report_url },
        "recipient": recipient(snapshot, address, reader),
        "figures": figures(&snapshot.figures, tongue),
        "metrics": metrics(snapshot),
        "charts": charts(pictures),
        "counts": by_list(|list| json!(list.of(snapshot).len())),
        "tasks": by_list(|list| {
            list.of(snapshot).iter().take(ROWS).map(|line| task::value(line, list, &chances, base)).collect()
        }),
        "people": shares(&snapshot.people),
        "labels": shares(&snapshot.labels),
        "priorities": priorities(snapshot),
        "statuses": snapshot.statuses.iter().map(|entry| json!({
            "name": entry.status.label(),
            "open": entry.count,
        })).collect::<Vec<_>>(),
        "days": snapshot.days.iter().map(|day| json!({
            "date": day.date,
            "created": day.created,
            "completed": day.completed,
        })).collect::<Vec<_>>(),
        "notes": snapshot.notes.iter().take(ROWS).map(|line| note(line, base)).collect::<Vec<_>>(),
    })
}

/// Adds the tasks that a narrowed one of these sections shows and that stand further down than [`ROWS`]: as many more of
/// each list at most. Without them a mail would say that there are none, where the files of the report have them.
pub fn add_narrowed(context: &mut Value, snapshot: &Snapshot, sections: &[Section], base_url: &str) {
    let chances = snapshot.cycle.chances();
    for list in ListKind::ALL {
        let is_of_list = |section: &&Section| matches!(section, Section::Tasks { list: own, .. } if own == list);
        let narrowed: Vec<&Section> =
            sections.iter().filter(|section| section.is_narrowed()).filter(is_of_list).collect();
        let further = list.of(snapshot).iter().skip(ROWS);
        let further = further.filter(|line| narrowed.iter().any(|section| section.shows(line))).take(ROWS);
        if let Some(tasks) = context["tasks"][list.as_str()].as_array_mut() {
            tasks.extend(further.map(|line| task::value(line, *list, &chances, base_url)));
        }
    }
}

/// The same, about a run that has ended.
#[must_use]
pub fn with_run(mut context: Value, run: &RunWords) -> Value {
    let RunWords { state, reason, url } = run;
    let number = context["run"]["number"].take();
    context["run"] = json!({ "number": number, "state": state, "reason": reason, "url": url });
    context
}

fn sentences(snapshot: &Snapshot) -> Vec<String> {
    // Reports from before sentences have their finding.
    if snapshot.summary.is_empty() { vec![snapshot.finding.words()] } else { snapshot.summary.clone() }
}

fn project(snapshot: &Snapshot, base: &str) -> Value {
    let project = &snapshot.project;
    json!({
        "key": project.key,
        "name": project.name,
        "zone": project.zone,
        "board_url": format!("{base}/board/{}", project.key),
    })
}

fn period(snapshot: &Snapshot, tongue: Tongue) -> Value {
    let (period, before) = (snapshot.period, snapshot.period.previous());
    let words = |period: &Period, months| calendar_words::period(period, months, tongue);
    json!({
        "first": period.first,
        "last": period.last,
        "days": period.days(),
        "words": words(&period, Months::Long),
        "short_words": words(&period, Months::Short),
        "previous": { "first": before.first, "last": before.last, "words": words(&before, Months::Long) },
        "comparison": format!("compared with {}", words(&before, Months::Short)),
    })
}

fn recipient(snapshot: &Snapshot, address: &Address, reader: &Reader) -> Value {
    let or = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
    json!({
        // The copy in the archive is for whoever opens it: a greeting must not end in the middle, nor name one reader.
        "name": or(&or(&reader.name, &reader.email), EVERYONE),
        "email": reader.email,
        "zone": or(&reader.zone, &snapshot.project.zone),
        "language": or(&reader.language, "en"),
        "stop_url": address.stop_url,
    })
}

fn figures(figures: &Figures, tongue: Tongue) -> Value {
    let Figures { created, completed, open, overdue, cycle_days } = figures;
    let count = |label: &str, figure: &Compared<u32>, tone: Tone| {
        let (now, before) = (figure.now, figure.before);
        figure_value(label, &tongue.number(f64::from(now), 0), &figure.words(), tone, json!(now), json!(before))
    };
    json!({
        // Neither good nor bad in itself.
        "created": count("Created", created, Tone::Neutral),
        "completed": count("Completed", completed, completed.tone_of_more()),
        "open": count("Open", open, open.tone_of_fewer()),
        "overdue": count("Overdue", overdue, overdue.tone_of_fewer()),
        "cycle_days": figure_value(
            "Cycle time",
            &cycle_days.now.map_or_else(|| cycle_days.value_words(), |days| tongue.days(days)),
            &cycle_days.words(),
            cycle_days.tone(),
            json!(cycle_days.now),
            json!(cycle_days.before),
        ),
    })
}

fn figure_value(label: &str, value: &str, change: &str, tone: Tone, now: Value, before: Value) -> Value {
    let color = match tone {
        Tone::Good => "#047239",
        Tone::Bad => "#b7322d",
        Tone::Neutral => "#5b676d",
    };
    json!({
        "label": label,
        "value": value,
        "change": change,
        "tone": tone.as_str(),
        "color": color,
        "now": now,
        "before": before,
    })
}

fn metrics(snapshot: &Snapshot) -> Value {
    let weekly = f64::from(snapshot.figures.completed.now) * 7.0 / f64::from(snapshot.period.days());
    let (cycle, forecast) = (&snapshot.cycle, &snapshot.forecast);
    let in_progress = [Status::Progress, Status::Pending];
    let wip: u32 = snapshot
        .statuses
        .iter()
        .filter(|entry| in_progress.contains(&entry.status))
        .map(|entry| entry.count)
        .fold(0, u32::saturating_add);
    let chances = |chances: &Option<Vec<Chance>>| -> Vec<Value> {
        let all = chances.iter().flatten();
        all.map(|chance| json!({ "percent": chance.percent, "value": chance.value })).collect()
    };
    json!({
        "completion_rate": snapshot.figures.completion_rate().now.map(|percent| f64::from(percent) / 100.0),
        "throughput": (weekly * 10.0).round() / 10.0,
        "wip": wip,
        "cycle": {
            "p50": cycle.p50,
            "p85": cycle.p85,
            "p95": cycle.p95,
            "tasks": cycle.count(),
            "expectation": cycle.expectation().unwrap_or_default(),
        },
        "lead": { "p50": cycle.lead.p50, "p85": cycle.lead.p85, "p95": cycle.lead.p95 },
        "forecast": {
            "open": forecast.open,
            "history_days": forecast.history_days,
            "days": chances(&forecast.days),
            "items": chances(&forecast.items),
        },
    })
}

fn charts(pictures: &[Picture]) -> Value {
    let value = |chart: ChartKind| {
        let drawn = |breadth| pictures.iter().find(|picture| picture.chart == chart && picture.breadth == breadth);
        let (whole, narrow) = (drawn(Breadth::Whole), drawn(Breadth::Column));
        let Picture { chart: _, breadth: _, cid, width, height, title, alt } = whole.or(narrow)?;
        let narrow =
            narrow.map(|Picture { cid, width, height, .. }| json!({ "cid": cid, "width": width, "height": height }));
        Some(json!({ "cid": cid, "width": width, "height": height, "title": title, "alt": alt, "narrow": narrow }))
    };
    let all = ChartKind::ALL.iter().map(|chart| (chart.to_string(), value(*chart).unwrap_or_default()));
    Value::Object(all.collect::<Map<_, _>>())
}

fn by_list(value: impl Fn(ListKind) -> Value) -> Value {
    Value::Object(ListKind::ALL.iter().map(|list| (list.to_string(), value(*list))).collect::<Map<_, _>>())
}

/// People or labels, those with the most work first.
fn shares(shares: &Shares) -> Value {
    let row = |(share, open, completed): (&Share, [u32; 4], u64)| json!({ "name": share.name, "open": parts_total(open), "completed": completed });
    shares.rows().take(ROWS).map(row).collect()
}

fn priorities(snapshot: &Snapshot) -> Value {
    let counts = snapshot.priorities.open.iter().zip(snapshot.priorities.completed);
    let rows = Priority::ALL.iter().zip(counts);
    rows.rev()
        .map(|(priority, (open, completed))| json!({ "name": priority.label(), "open": open, "completed": completed }))
        .collect()
}

fn note(line: &NoteLine, base: &str) -> Value {
    let parts = [("Issue", &line.issue), ("Progress", &line.progress), ("Resolution", &line.resolution)];
    let said: Vec<_> = parts.iter().filter_map(|(kind, text)| Some((*kind, text.as_deref()?))).collect();
    let text = match said.as_slice() {
        [(_, text)] => (*text).to_owned(),
        several => several.iter().map(|(kind, text)| format!("{kind}: {text}")).collect::<Vec<_>>().join("\n\n"),
    };
    json!({
        "reference": line.reference,
        "title": isolated(&line.title),
        "url": format!("{base}/tasks/{}", line.reference),
        "date": line.day,
        "author": line.author.as_deref().map_or_else(|| "Somebody who has left".to_owned(), isolated),
        "kind": said.iter().map(|(kind, _)| *kind).collect::<Vec<_>>().join(", "),
        "text": text,
    })
}

#[cfg(test)]
mod tests;
