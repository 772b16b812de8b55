//! What is wrong and what is good: the fault where a draft cannot be filled in, and the findings of the linter. A link
//! leads to the text that somebody wrote, with the caret at the place; in a source a button does.

use leptos::prelude::*;

use super::{
    desk::{Desk, Tab},
    hands, places,
};
use crate::{
    domain::template::{
        BlockKind,
        lint::{Finding, Level, Rule},
        place::{BlockPlace, TextPlace},
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
                    {goal(&fault).map(|goal| way(desk, goal, "btn is-sm", None))}
                </div>
            }
        })
    })
    .into_any()
}

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Goal {
    /// A block, or a field, by the name of its place.
    Named(String),
    /// A character of a field.
    Text(TextPlace),
    /// A place of the source of a whole mail.
    Line(u32, u32),
}

fn goal(fault: &Fault) -> Option<Goal> {
    let at = fault.at.clone().map(Goal::of_text);
    at.or_else(|| fault.block.map(|block| Goal::Named(BlockPlace::whole(block).to_string())))
}

impl Goal {
    fn of_text(at: TextPlace) -> Self {
        if at.field == "source" { Self::Line(at.line, at.column) } else { Self::Text(at) }
    }

    fn of_finding(desk: Desk, finding: &Finding, is_source: bool) -> Option<Self> {
        if let Some(at) = &finding.at {
            return Some(Self::of_text(at.clone()));
        }
        match (finding.block, finding.line) {
            (Some(id), _) => {
                let field = desk.block(id).and_then(|block| text_of(&block.kind, finding.rule));
                let place = field.map_or(BlockPlace::whole(id), |field| BlockPlace::of(id, field));
                Some(Self::Named(place.to_string()))
            }
            (None, Some(line)) if is_source => Some(Self::Line(line, 1)),
            _ => None,
        }
    }
}

/// The field of a block in which somebody wrote what a rule is broken by; none where they only chose.
fn text_of(kind: &BlockKind, rule: Rule) -> Option<&'static str> {
    match kind {
        BlockKind::Heading { .. } | BlockKind::Text { .. } => Some("text"),
        BlockKind::Html { .. } => Some("source"),
        BlockKind::Button { .. } if rule == Rule::Links => Some("url"),
        BlockKind::Button { .. } => Some("label"),
        _ => None,
    }
}

/// The way to a place. A page that is not awake has it, too: the address opens the block. The hands of the page put the
/// caret to the line and column that the link carries.
fn way(desk: Desk, goal: Goal, class: &'static str, label: Option<String>) -> AnyView {
    let (name, at) = match goal {
        Goal::Line(line, column) => {
            let go = move |_| {
                desk.tab.set(Tab::Edit);
                if !hands::go_to(line, column) {
                    hands::focus("mail-source");
                }
            };
            return view! { <button class=format!("{class} is-script") type="button" aria-label=label on:click=go>"Show the place"</button> }
            .into_any();
        }
        Goal::Named(name) => (name, None),
        Goal::Text(TextPlace { field, line, column }) => (field, Some((line, column))),
    };
    let href = address(&name);
    let (line, column) = (at.map(|(line, _)| line.to_string()), at.map(|(_, column)| column.to_string()));
    view! {
        <a class=class href=href aria-label=label data-place=name data-line=line data-column=column>"Show the place"</a>
    }
    .into_any()
}

/// Where a place is in a page that is not awake.
fn address(name: &str) -> String {
    match BlockPlace::read(name) {
        Some(place) => format!("?block={}#{name}", place.block),
        None => format!("#{}", places::id_in_mail(name).unwrap_or_default()),
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
    let goal = Goal::of_finding(desk, &finding, is_source);
    let words = format!("{}: {}", finding.rule.label(), finding.words);
    let label = format!("Show the place: {}", finding.rule.label());
    view! {
        <li>
            <span class="state is-text" data-tone=tone><Icon name=icon /><span class="sr-only">{word}": "</span><span>{words}</span></span>
            {goal.map(|goal| way(desk, goal, "btn is-sm is-ghost", Some(label)))}
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
        let column = finding.at.as_ref().map_or(1, |at| at.column);
        Some(mark(finding.line?, column, &finding.words, severity))
    });
    faults.chain(found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_text_has_an_address_and_one_in_a_source_a_line() {
        assert_eq!(address("block-7-text"), "?block=7#block-7-text");
        assert_eq!(address("block-7"), "?block=7#block-7");
        assert_eq!(address("signature"), "#mail-signature");
        let at = |field: &str| TextPlace { field: field.into(), line: 2, column: 5 };
        assert_eq!(Goal::of_text(at("source")), Goal::Line(2, 5));
        assert_eq!(Goal::of_text(at("block-7-source")), Goal::Text(at("block-7-source")));
    }

    #[test]
    fn a_fault_leads_to_the_text_where_somebody_wrote_one_and_else_to_the_block() {
        let at = TextPlace { field: "block-3-url".into(), line: 1, column: 2 };
        let fault = |at: Option<TextPlace>, block| Fault { at, block, ..Fault::default() };
        assert_eq!(goal(&fault(Some(at.clone()), Some(3))), Some(Goal::Text(at)));
        assert_eq!(goal(&fault(None, Some(3))), Some(Goal::Named("block-3".into())));
        assert_eq!(goal(&fault(None, None)), None);
        assert_eq!(text_of(&BlockKind::Button { label: String::new(), url: String::new() }, Rule::Links), Some("url"));
        assert_eq!(text_of(&BlockKind::Divider, Rule::Contrast), None);
    }
}
