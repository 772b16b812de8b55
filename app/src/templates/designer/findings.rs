//! What is wrong and what is good: the fault where a draft cannot be filled in, and the findings of the linter. A click
//! leads to the block or the line.

use leptos::prelude::*;

use super::{
    desk::{Desk, Tab},
    hands, places,
};
use crate::{
    domain::template::{
        lint::{Finding, Level},
        place::BlockPlace,
        render::Part,
    },
    templates::view::{Fault, Preview},
    ui::Icon,
};

/// The fault, with its place and what was meant.
pub fn fault(desk: Desk) -> AnyView {
    // What is held back is said at the head of the page, with the way out.
    let fault = Memo::new(move |_| {
        let shown = |now: &Preview| if now.is_held { None } else { now.fault.clone() };
        desk.shown.now.with(|now| now.as_ref().and_then(shown))
    });
    (move || {
        fault.get().map(|fault| {
            let words = fault.words.clone();
            let stays = desk.shown.good.with(Option::is_some).then_some(" The last good preview stays below.");
            view! {
                <div class="banner" data-tone="bad" id="fault">
                    <Icon name="circle-x" />
                    <p>{words}{stays}</p>
                    {goal(&fault).map(|goal| view! { <button class="btn is-sm is-script" type="button" on:click=move |_| go(desk, goal)>"Show the place"</button> })}
                </div>
            }
        })
    })
    .into_any()
}

/// Where something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    Block(u32),
    /// Of the mail as a whole.
    Field(&'static str),
    Line(u32, u32),
}

fn goal(fault: &Fault) -> Option<Goal> {
    if let Some(block) = fault.block {
        return Some(Goal::Block(block));
    }
    match fault.part? {
        Part::Subject => Some(Goal::Field("subject")),
        Part::Preheader => Some(Goal::Field("preheader")),
        Part::Text => Some(Goal::Field("text")),
        Part::Html => Some(Goal::Line(fault.line?, fault.column.unwrap_or(1))),
    }
}

fn go(desk: Desk, goal: Goal) {
    match goal {
        Goal::Block(id) => {
            places::reveal(desk, &BlockPlace::whole(id).to_string());
        }
        Goal::Field(name) => {
            places::reveal(desk, name);
        }
        Goal::Line(line, column) => {
            desk.tab.set(Tab::Edit);
            if !hands::go_to(line, column) {
                hands::focus("mail-source");
            }
        }
    }
}

/// The findings, the gravest first.
pub fn list(desk: Desk) -> AnyView {
    let findings = Memo::new(move |_| {
        let mut findings = desk.shown.now.with(|now| now.as_ref().map(|now| now.findings.clone()).unwrap_or_default());
        findings.sort_by_key(|finding| finding.level);
        findings
    });
    let is_source = Memo::new(move |_| desk.draft.with(|draft| draft.document.blocks().is_none()));
    let rows = move || findings.get().into_iter().map(|finding| row(desk, finding, is_source.get())).collect_view();
    view! {
        <section class="stack is-tight" aria-labelledby="findings-title">
            <h3 class="section-title" id="findings-title">"Checks"</h3>
            <p class="small muted" id="findings-count">{move || findings.with(|findings| count(findings))}</p>
            <ul class="findings" role="list">{rows}</ul>
        </section>
    }
    .into_any()
}

/// "1 error, 2 warnings, 6 checks passed"; a draft that cannot be filled in has none of them.
pub fn count(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "Not made: the draft cannot be filled in yet".to_owned();
    }
    let many = |level: Level| findings.iter().filter(|finding| finding.level == level).count();
    let words = |count: usize, one: &str| match count {
        0 => format!("no {one}s"),
        1 => format!("1 {one}"),
        many => format!("{many} {one}s"),
    };
    format!(
        "{}, {}, {} passed",
        words(many(Level::Error), "error"),
        words(many(Level::Warning), "warning"),
        words(many(Level::Good), "check")
    )
}

fn row(desk: Desk, finding: Finding, is_source: bool) -> AnyView {
    let (tone, icon, word) = match finding.level {
        Level::Error => ("bad", "circle-x", "Error"),
        Level::Warning => ("warn", "triangle-alert", "Warning"),
        Level::Good => ("good", "circle-check", "Good"),
    };
    let goal = match (finding.block, finding.line) {
        (Some(block), _) => Some(Goal::Block(block)),
        (None, Some(line)) if is_source => Some(Goal::Line(line, 1)),
        _ => None,
    };
    let words = format!("{}: {}", finding.rule.label(), finding.words);
    let label = format!("Show the place: {}", finding.rule.label());
    view! {
        <li>
            <span class="state is-text" data-tone=tone><Icon name=icon /><span class="sr-only">{word}": "</span><span>{words}</span></span>
            {goal.map(|goal| view! { <button class="btn is-sm is-ghost is-script" type="button" aria-label=label on:click=move |_| go(desk, goal)>"Show the place"</button> })}
        </li>
    }
    .into_any()
}

/// Marks of the code editor: line, column, words, severity.
pub fn marks(preview: &Preview) -> Vec<serde_json::Value> {
    let mark = |line: u32, column: u32, words: &str, severity: &str| serde_json::json!({ "line": line, "column": column, "words": words, "severity": severity });
    let fault = preview.fault.iter().filter(|fault| fault.part == Some(Part::Html));
    let faults = fault.filter_map(|fault| Some(mark(fault.line?, fault.column.unwrap_or(1), &fault.words, "error")));
    let found = preview.findings.iter().filter_map(|finding| {
        let severity = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Good => return None,
        };
        Some(mark(finding.line?, 1, &finding.words, severity))
    });
    faults.chain(found).collect()
}
