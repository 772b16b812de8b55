//! The log of a run, as it comes: filtered, searched, followed, kept as a file. Without WebAssembly it is the log as it
//! is now.

use leptos::{ev, html::Pre, prelude::*};
use uuid::Uuid;

use super::view::{LogLine, LogPage};
use crate::{
    domain::{ids::OccurrenceId, job::LogLevel, occurrence::OccurrenceState},
    ui::Icon,
};

/// Lines in the page; older ones come by request.
const MOST: usize = 1_000;

/// Which lines are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shows {
    All,
    /// And errors.
    Warnings,
    Errors,
}

impl Shows {
    fn fits(self, level: LogLevel) -> bool {
        match self {
            Self::All => true,
            Self::Warnings => level != LogLevel::Info,
            Self::Errors => level == LogLevel::Error,
        }
    }
}

/// How the page stands with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// All is well, or nothing more is expected.
    Quiet,
    /// The stream broke off or was refused.
    Down,
}

/// The lines of a log, and what is said about them.
#[derive(Clone, Copy)]
struct Log {
    lines: RwSignal<Vec<LogLine>>,
    older: RwSignal<Option<Uuid>>,
    link: RwSignal<Link>,
    /// Said aloud: only how the run ends.
    said: RwSignal<&'static str>,
}

/// The panel. While the run is open it hears of new lines, and calls `on_news` for what else has changed.
#[component]
pub fn LogPanel(run: OccurrenceId, page: LogPage, is_open: bool, on_news: Callback<()>) -> impl IntoView {
    let LogPage { lines, older, is_latest } = page;
    let is_live = is_open && is_latest;
    let log = Log {
        lines: RwSignal::new(lines),
        older: RwSignal::new(older),
        link: RwSignal::new(Link::Quiet),
        said: RwSignal::new(""),
    };
    let (shows, find) = (RwSignal::new(Shows::All), RwSignal::new(String::new()));
    let (wraps, follows) = (RwSignal::new(true), RwSignal::new(is_live));
    let node = NodeRef::<Pre>::new();
    Effect::new(move |_| {
        if is_live {
            listen(run, log, on_news);
        }
    });
    Effect::new(move |_| {
        log.lines.track();
        if follows.get() {
            to_end(node);
        }
    });
    let on_scroll = move |_: ev::Event| {
        // Who scrolls up reads: the end does not pull them away.
        if follows.get_untracked() && !is_at_end(node) {
            follows.set(false);
        }
    };
    let here = format!("/jobs/runs/{run}");
    let refresh = here.clone();
    view! {
        <section class="panel is-padded" aria-labelledby="log-head" id="log">
            <div class="panel__head">
                <h2 id="log-head">"Log"</h2>
                <a class="btn is-sm" href=format!("{here}/log.txt") download="" rel="external"><Icon name="download" />"Download"</a>
            </div>
            <div class="log-bar cluster is-script">
                <div class="cluster" role="group" aria-label="Lines shown">
                    {chip(shows, Shows::All, "All")}
                    {chip(shows, Shows::Warnings, "Warnings")}
                    {chip(shows, Shows::Errors, "Errors")}
                </div>
                <div class="search">
                    <Icon name="search" />
                    <input type="search" placeholder="Find in the log" aria-label="Find in the log" autocomplete="off" prop:value=move || find.get() on:input=move |event| find.set(event_target_value(&event)) />
                </div>
                {toggle(wraps, "wrap-text", "Wrap")}
                {is_live.then(|| toggle(follows, "arrow-down-to-line", "Follow"))}
                {counted(log.lines, shows, find)}
            </div>
            {move || (log.link.get() == Link::Down).then(|| view! {
                <div class="banner" data-tone="warn" role="status">
                    <Icon name="wifi-off" />
                    <div><p>"New lines do not come by themselves for now."</p></div>
                    <a class="btn is-sm" href=refresh.clone() rel="external">"Refresh"</a>
                </div>
            })}
            {move || log.older.get().map(|line| {
                let href = format!("/jobs/runs/{run}?line={line}#log");
                view! { <p><a class="btn is-sm" href=href rel="external">"Older lines"</a></p> }
            })}
            {no_match(log.lines, shows, find, node)}
            <pre
                class="log"
                hidden=move || fitting(log.lines, shows, find) == (0, true)
                class:is-wrapped=move || wraps.get()
                role="log"
                aria-live=move || if is_live && !follows.get() { "polite" } else { "off" }
                aria-label="Log of the run"
                tabindex="0"
                node_ref=node
                on:scroll=on_scroll
            >
                <For each=move || log.lines.get() key=|line| line.id let(line)>{shown(line, shows, find)}</For>
            </pre>
            {(!is_latest).then(|| view! { <p><a class="btn is-sm" href=format!("{here}#log") rel="external">"Latest lines"</a></p> })}
            <p class="sr-only" role="status">{move || log.said.get()}</p>
        </section>
    }
    .into_any()
}

fn chip(shows: RwSignal<Shows>, which: Shows, words: &'static str) -> AnyView {
    view! {
        <button class="filter" type="button" aria-pressed=move || (shows.get() == which).to_string() on:click=move |_| shows.set(which)>{words}</button>
    }
    .into_any()
}

fn toggle(on: RwSignal<bool>, icon: &'static str, words: &'static str) -> AnyView {
    view! {
        <button class="filter" type="button" aria-pressed=move || on.get().to_string() on:click=move |_| on.update(|on| *on = !*on)><Icon name=icon />{words}</button>
    }
    .into_any()
}

fn fits(line: &LogLine, shows: Shows, find: &str) -> bool {
    shows.fits(line.level) && (find.is_empty() || line.words.to_lowercase().contains(&find.trim().to_lowercase()))
}

/// How many lines fit, and whether they are asked for that fit.
fn fitting(lines: RwSignal<Vec<LogLine>>, shows: RwSignal<Shows>, find: RwSignal<String>) -> (usize, bool) {
    let (shows, find) = (shows.get(), find.get());
    let shown = lines.with(|lines| lines.iter().filter(|line| fits(line, shows, &find)).count());
    (shown, shows != Shows::All || !find.is_empty())
}

/// In the place of the lines, where none of them fits.
fn no_match(
    lines: RwSignal<Vec<LogLine>>,
    shows: RwSignal<Shows>,
    find: RwSignal<String>,
    log: NodeRef<Pre>,
) -> AnyView {
    let all = move |_| {
        shows.set(Shows::All);
        find.set(String::new());
        // The button goes with its words.
        focus_on(log);
    };
    let words = move || {
        (fitting(lines, shows, find) == (0, true)).then(|| {
            view! { <p class="cluster"><span>"No line fits."</span><button class="btn is-sm" type="button" on:click=all>"Show all lines"</button></p> }
        })
    };
    words.into_any()
}

/// How many lines fit, where not all are shown.
fn counted(lines: RwSignal<Vec<LogLine>>, shows: RwSignal<Shows>, find: RwSignal<String>) -> AnyView {
    let words = move || match fitting(lines, shows, find) {
        (_, false) => String::new(),
        (shown, true) => format!("{shown} of {} lines", lines.with(Vec::len)),
    };
    view! { <span class="muted small" role="status">{words}</span> }.into_any()
}

fn shown(line: LogLine, shows: RwSignal<Shows>, find: RwSignal<String>) -> AnyView {
    let (icon, level) = match line.level {
        LogLevel::Info => ("info", "info"),
        LogLevel::Warning => ("triangle-alert", "warn"),
        LogLevel::Error => ("circle-x", "error"),
    };
    let (time, word, words) = (line.time.clone(), line.level.label(), line.words.clone());
    let is_hidden = move || !fits(&line, shows.get(), &find.get());
    view! {
        <span class="log__line" data-level=level hidden=is_hidden><span class="time">{time}</span>" "<Icon name=icon />" "{word}" "<bdi>{words}</bdi>"\n"</span>
    }
    .into_any()
}

/// What is said when a run ends.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server hears of no end"))]
fn ending(state: OccurrenceState) -> Option<&'static str> {
    use OccurrenceState::*;
    match state {
        Done => Some("The run has finished."),
        Partly => Some("The run has finished; not everybody got the report."),
        Failed => Some("The run has failed."),
        Cancelled => Some("The run was cancelled."),
        Skipped => Some("The run was skipped."),
        Planned | Claimed | Building | Frozen | Sending => None,
    }
}

impl Log {
    /// Adds lines that are not there yet, and lets go of the oldest where there are too many.
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server hears of no lines"))]
    fn add(self, new: Vec<LogLine>) {
        let cut = self.lines.try_update(|lines| {
            merge(lines, new);
            let_go(lines)
        });
        if let Some(Some(first)) = cut {
            self.older.set(Some(first));
        }
    }
}

/// Lets go of the oldest lines where there are too many, and names the first that stays: those before it come by request.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server hears of no lines"))]
fn let_go(lines: &mut Vec<LogLine>) -> Option<Uuid> {
    let over = lines.len().saturating_sub(MOST);
    lines.drain(..over);
    lines.first().filter(|_| over > 0).map(|line| line.id)
}

/// Puts lines in their places; one that is there already stays as it is.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server hears of no lines"))]
fn merge(lines: &mut Vec<LogLine>, new: Vec<LogLine>) {
    for line in new {
        if let Err(place) = lines.binary_search_by(|known| known.id.cmp(&line.id)) {
            lines.insert(place, line);
        }
    }
}

#[cfg(feature = "hydrate")]
use browser::{focus_on, is_at_end, listen, to_end};

#[cfg(not(feature = "hydrate"))]
use server::{focus_on, is_at_end, listen, to_end};

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{html::Pre, prelude::*};
    use web_sys::{Event, EventSource, MessageEvent};

    use super::{Link, Log, ending};
    use crate::{
        domain::{ids::OccurrenceId, occurrence::OccurrenceState},
        jobs::view::LogLine,
        ui::listeners::{Hears, Listeners},
    };

    /// How near to the end still is the end, in pixels.
    const NEAR: i32 = 24;

    /// Hears of a run as long as the caller stands in the page. Called in an effect.
    pub fn listen(run: OccurrenceId, log: Log, on_news: Callback<()>) {
        let after = log.lines.with_untracked(|lines| lines.last().map(|line| format!("?after={}", line.id)));
        let Ok(stream) = EventSource::new(&format!("/live/runs/{run}{}", after.unwrap_or_default())) else { return };
        let mut listeners = Listeners::default();
        listeners.on(&stream, "lines", Hears::Bubbling, move |event: MessageEvent| {
            let lines =
                event.data().as_string().and_then(|json| serde_json::from_slice::<Vec<LogLine>>(json.as_bytes()).ok());
            if let Some(lines) = lines {
                log.add(lines);
                on_news.run(());
            }
        });
        listeners.on(&stream, "state", Hears::Bubbling, move |event: MessageEvent| {
            let state = event.data().as_string().and_then(|word| word.parse::<OccurrenceState>().ok());
            if let Some(words) = state.and_then(ending) {
                log.said.set(words);
            }
            on_news.run(());
        });
        let ended = stream.clone();
        listeners.on(&stream, "ended", Hears::Bubbling, move |event: MessageEvent| {
            ended.close();
            let is_over = event.data().as_string().as_deref() == Some("over");
            log.link.set(if is_over { Link::Quiet } else { Link::Down });
        });
        listeners.on(&stream, "open", Hears::Bubbling, move |_: Event| log.link.set(Link::Quiet));
        let broken = stream.clone();
        listeners.on(&stream, "error", Hears::Bubbling, move |_: Event| {
            // One that broke off comes back by itself; one that was refused does not.
            if broken.ready_state() == EventSource::CLOSED {
                log.link.set(Link::Down);
            }
        });
        let held = StoredValue::new_local(Some((stream, listeners)));
        on_cleanup(move || {
            if let Some((stream, _listeners)) = held.try_update_value(Option::take).flatten() {
                stream.close();
            }
        });
    }

    /// Shows the last line, when it is there.
    pub fn to_end(node: NodeRef<Pre>) {
        request_animation_frame(move || {
            if let Some(node) = node.try_get_untracked().flatten() {
                node.set_scroll_top(node.scroll_height());
            }
        });
    }

    /// Gives the log the focus, once it is shown.
    pub fn focus_on(node: NodeRef<Pre>) {
        request_animation_frame(move || {
            if let Some(node) = node.try_get_untracked().flatten() {
                drop(node.focus());
            }
        });
    }

    /// Whether the last line is seen.
    pub fn is_at_end(node: NodeRef<Pre>) -> bool {
        node.get_untracked().is_none_or(|node| node.scroll_height() - node.scroll_top() - node.client_height() <= NEAR)
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::{html::Pre, prelude::*};

    use super::Log;
    use crate::domain::ids::OccurrenceId;

    /// Effects do not run on the server.
    pub fn listen(_run: OccurrenceId, _log: Log, _on_news: Callback<()>) {}

    /// Nothing scrolls on the server.
    pub fn to_end(_node: NodeRef<Pre>) {}

    /// Nothing has the focus on the server.
    pub fn focus_on(_node: NodeRef<Pre>) {}

    /// Nothing scrolls on the server.
    pub fn is_at_end(_node: NodeRef<Pre>) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u128, level: LogLevel, words: &str) -> LogLine {
        LogLine { id: Uuid::from_u128(number), time: "10:00:00.000".into(), level, words: words.into() }
    }

    #[test]
    fn lines_stand_in_their_order_and_once_however_often_they_come() {
        let mut lines = vec![line(1, LogLevel::Info, "one"), line(4, LogLevel::Info, "four")];
        merge(
            &mut lines,
            vec![line(1, LogLevel::Info, "again"), line(3, LogLevel::Info, "three"), line(5, LogLevel::Info, "five")],
        );
        let words: Vec<_> = lines.iter().map(|line| line.words.as_str()).collect();
        assert_eq!(words, ["one", "three", "four", "five"]);
    }

    #[test]
    fn a_thousand_lines_stay_in_the_page_and_the_older_ones_are_named() {
        let mut lines: Vec<LogLine> = (1..=1_000).map(|number| line(number, LogLevel::Info, "one")).collect();
        assert_eq!((let_go(&mut lines), lines.len()), (None, 1_000));
        merge(&mut lines, (1_001..=1_003).map(|number| line(number, LogLevel::Info, "more")).collect());
        assert_eq!(let_go(&mut lines), Some(Uuid::from_u128(4)));
        assert_eq!((lines.len(), lines.last().map(|line| line.id)), (1_000, Some(Uuid::from_u128(1_003))));
    }

    #[test]
    fn a_line_is_found_by_its_words_and_its_level() {
        let refused = line(1, LogLevel::Warning, "Max: 451 Try later");
        assert!(fits(&refused, Shows::All, "try LATER ") && fits(&refused, Shows::Warnings, ""));
        assert!(!fits(&refused, Shows::Errors, "") && !fits(&refused, Shows::All, "550"));
    }
}
