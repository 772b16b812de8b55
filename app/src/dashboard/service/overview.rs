//! A project at a glance, over a period that ends now.

use super::{charts, mine, next_jobs};
use crate::{
    dashboard::view::{Dashboard, Figure, RANGES},
    domain::{
        metrics::{Course, DayCount, Figures, StatusCount, Tone},
        period::{Period, day_of},
    },
    error::AppResult,
    platform::{ctx::Ctx, plot::sparkline},
    projects::service::access::Viewing,
    reports::service::snapshot,
};

/// The dashboard over `days` days up to today; any number but those of [`RANGES`] counts as the first.
///
/// # Errors
/// Only those of the database.
pub async fn read(ctx: &Ctx, viewing: &Viewing, days: Option<u32>) -> AppResult<Dashboard> {
    let project = viewing.project();
    let days = days.filter(|days| RANGES.contains(days)).unwrap_or(RANGES[0]);
    let zone = snapshot::zone_of(project);
    let period = Period::ending(day_of(ctx.now, &zone), days);
    let tasks = snapshot::tasks(ctx.reader(), project.id).await?;
    let history = snapshot::history(ctx.reader(), &tasks, project.id, &zone).await?;
    let lives = history.at(ctx.now);
    let figures = Figures::of(&history, period, ctx.now, &zone);
    let course = Course::of(&history, period, ctx.now, &zone);
    Ok(Dashboard {
        project_key: project.key.clone(),
        project_name: project.name.clone(),
        days,
        lead: format!("{}, {}, against the {days} days before", project.name, period.short_words()),
        figures: key_figures(&figures, &course, &project.key, days),
        flow: charts::flow(&DayCount::of(&lives, period, &zone), period),
        statuses: charts::statuses(&StatusCount::of_open(&lives)),
        next_jobs: next_jobs::next(ctx).await?,
        mine: mine::due_this_week(ctx).await?,
    })
}

fn key_figures(figures: &Figures, course: &Course, key: &str, days: u32) -> Vec<Figure> {
    let board = format!("/board/{key}");
    let figure = |label: String, value: String, change: String, tone: Tone, href: String, way: &[Option<u32>]| Figure {
        label,
        value,
        change,
        tone,
        href,
        spark: sparkline(way).ornament(),
    };
    let known = |way: &[u32]| way.iter().copied().map(Some).collect::<Vec<_>>();
    let Figures { completed, open, overdue, cycle_days: cycle, created: _ } = figures;
    vec![
        figure(
            "Open tasks".into(),
            open.now.to_string(),
            open.words(),
            open.tone_of_fewer(),
            board.clone(),
            &known(&course.open),
        ),
        figure(
            "Overdue".into(),
            overdue.now.to_string(),
            overdue.words(),
            overdue.tone_of_fewer(),
            format!("{board}?due=overdue"),
            &known(&course.overdue),
        ),
        figure(
            format!("Completed in {days} days"),
            completed.now.to_string(),
            completed.words(),
            completed.tone_of_more(),
            board.clone(),
            &known(&course.completed),
        ),
        figure("Median cycle time".into(), cycle.value_words(), cycle.words(), cycle.tone(), board, &course.cycle_days),
    ]
}
