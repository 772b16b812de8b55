//! Blocks, texts and the theme as fields of a form: what the designer reads as somebody types, and what a plain form
//! sends. A number that cannot be read becomes 0, which the check of the document refuses beside its field.

use super::{Block, BlockKind, Document, FigureKind, TaskColumn, When, block::TaskFilter};
use crate::domain::{condition::Comparison, ids::UserId, report::spec::ListKind};

/// A field that is missing: a box that is not ticked, or a form that does not have it.
type Get<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A block as a form says it; fields that the form does not have stay as they are.
pub fn read_block(block: &Block, get: Get) -> Block {
    Block { id: block.id, kind: read_kind(&block.kind, get), when: read_when(block.when, get) }
}

fn read_kind(kind: &BlockKind, get: Get) -> BlockKind {
    let text = |name: &str, now: &String| get(name).map_or_else(|| now.clone(), plain);
    let line = |name: &str, now: &String| get(name).map_or_else(|| now.clone(), |text| one_line(&text));
    let number = |name: &str, now: u32| get(name).map_or(now, |text| text.trim().parse().unwrap_or(0));
    match kind {
        BlockKind::Heading { text: now, level } => {
            BlockKind::Heading { text: line("text", now), level: choice(get, "level", *level) }
        }
        BlockKind::Text { text: now } => BlockKind::Text { text: text("text", now) },
        BlockKind::Summary { limit } => BlockKind::Summary { limit: number("limit", *limit) },
        BlockKind::Notes { limit } => BlockKind::Notes { limit: number("limit", *limit) },
        BlockKind::KeyFigures { .. } => {
            BlockKind::KeyFigures { figures: chosen(FigureKind::ALL, FigureKind::as_str, get) }
        }
        BlockKind::Chart { chart, .. } => {
            BlockKind::Chart { chart: choice(get, "chart", *chart), has_title: get("has_title").is_some() }
        }
        BlockKind::TaskList { list, limit, filter, none } => BlockKind::TaskList {
            list: choice(get, "list", *list),
            limit: number("limit", *limit),
            filter: read_filter(filter, get),
            none: line("none", none),
        },
        BlockKind::Table { list, limit, filter, .. } => BlockKind::Table {
            list: choice(get, "list", *list),
            limit: number("limit", *limit),
            filter: read_filter(filter, get),
            columns: chosen(TaskColumn::ALL, TaskColumn::as_str, get),
        },
        BlockKind::Button { label, url } => BlockKind::Button { label: line("label", label), url: line("url", url) },
        BlockKind::Html { source } => BlockKind::Html { source: text("source", source) },
        BlockKind::Divider | BlockKind::Columns { .. } => kind.clone(),
    }
}

fn read_filter(now: &TaskFilter, get: Get) -> TaskFilter {
    let (person_id, person) =
        get("person").map_or_else(|| (now.person_id, now.person.clone()), |value| person_of(&value));
    TaskFilter {
        priority: get("priority").map_or(now.priority, |word| word.parse().ok()),
        person,
        person_id,
        label: name_of("label", &now.label, get),
        project: name_of("project", &now.project, get),
    }
}

/// Somebody whose tasks are chosen, as the value of a choice: an account with the name behind a space, or a name alone.
pub fn person_value(id: Option<UserId>, name: &str) -> String {
    id.map_or_else(|| name.to_owned(), |id| format!("{id} {name}"))
}

/// Reads a [`person_value`].
fn person_of(value: &str) -> (Option<UserId>, String) {
    let value = one_line(value.trim());
    let (id, name) = value.split_once(' ').unwrap_or((&value, ""));
    match id.parse::<UserId>() {
        Ok(id) => (Some(id), name.trim().to_owned()),
        Err(_) => (None, value),
    }
}

/// A name that tasks are chosen by.
fn name_of(field: &str, now: &str, get: Get) -> String {
    get(field).map_or_else(|| now.to_owned(), |text| one_line(text.trim()))
}

fn read_when(now: When, get: Get) -> When {
    let (list_now, figure_now, is_now, value_now) = match now {
        When::HasTasks { list } | When::HasNone { list } => (list, super::When::FIGURE, Comparison::AtLeast, 1),
        When::Figure { figure, is, value } => (ListKind::Overdue, figure, is, value),
        When::Always => (ListKind::Overdue, super::When::FIGURE, Comparison::AtLeast, 1),
    };
    let list = choice(get, "when_list", list_now);
    match get("when").as_deref() {
        None => now,
        Some("has_tasks") => When::HasTasks { list },
        Some("has_none") => When::HasNone { list },
        Some("figure") => When::Figure {
            figure: choice(get, "when_figure", figure_now),
            is: choice(get, "when_is", is_now),
            value: get("when_value").map_or(value_now, |text| text.trim().parse().unwrap_or(0)),
        },
        Some(_) => When::Always,
    }
}

/// Those that are ticked, by the number beside them; the order of `all` where numbers are the same.
fn chosen<T: Copy>(all: &[T], word: fn(T) -> &'static str, get: Get) -> Vec<T> {
    let ticked = all.iter().filter(|it| get(&format!("show_{}", word(**it))).is_some());
    let place =
        |it: &T| get(&format!("order_{}", word(*it))).and_then(|text| text.trim().parse().ok()).unwrap_or(99_u32);
    let mut found: Vec<_> = ticked.map(|it| (place(it), *it)).collect();
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, it)| it).collect()
}

fn choice<T: Copy + std::str::FromStr>(get: Get, name: &str, now: T) -> T {
    get(name).and_then(|word| word.parse().ok()).unwrap_or(now)
}

/// Texts, theme and source as a form says them; fields that the form does not have stay as they are.
pub fn read_document(document: &mut Document, get: Get) {
    let set = |field: &mut String, name: &str| {
        if let Some(text) = get(name) {
            *field = one_line(&text);
        }
    };
    set(&mut document.subject, "subject");
    set(&mut document.preheader, "preheader");
    set(&mut document.theme.accent, "accent");
    set(&mut document.theme.brand, "brand");
    let set = |field: &mut String, name: &str| {
        if let Some(text) = get(name) {
            *field = plain(text);
        }
    };
    set(&mut document.theme.signature, "signature");
    set(&mut document.theme.footer, "footer");
    if let super::Body::Html { source } | super::Body::Mjml { source } = &mut document.body {
        set(source, "source");
    }
    if let Some(text) = get("text") {
        document.text = get("has_text").map(|_| plain(text));
    }
    if let (Some(logo), Some(alt)) = (&mut document.theme.logo, get("logo_alt")) {
        logo.alt = one_line(&alt);
    }
}

/// Forms end lines with CR LF.
fn plain(text: String) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}

/// A field of one line never has several.
fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

impl When {
    /// The figure that is asked for where none was chosen yet.
    pub const FIGURE: crate::domain::condition::Figure = crate::domain::condition::Figure::Overdue;

    /// The word of the choice in a form.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::HasTasks { .. } => "has_tasks",
            Self::HasNone { .. } => "has_none",
            Self::Figure { .. } => "figure",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::{report::spec::ChartKind, task::Priority};

    fn read(kind: BlockKind, fields: &[(&str, &str)]) -> Block {
        let fields: BTreeMap<_, _> = fields.iter().copied().collect();
        let block = Block { id: 1, kind, when: When::Always };
        read_block(&block, &|name| fields.get(name).map(|value| (*value).to_owned()))
    }

    #[test]
    fn figures_are_shown_in_the_order_of_their_numbers() {
        let fields = [
            ("show_open", "on"),
            ("order_open", "2"),
            ("show_overdue", "on"),
            ("order_overdue", "1"),
            ("order_created", "3"),
        ];
        let read = read(BlockKind::KeyFigures { figures: Vec::new() }, &fields);
        assert_eq!(read.kind, BlockKind::KeyFigures { figures: vec![FigureKind::Overdue, FigureKind::Open] });
    }

    #[test]
    fn the_numbers_of_an_order_are_numbers_whatever_their_digits_are() {
        let ticked = ["status", "title", "days"];
        let order = |places: [&'static str; 3]| {
            let shown = ticked.map(|word| (format!("show_{word}"), "on".to_owned()));
            let numbers = ticked.iter().zip(places).map(|(word, place)| (format!("order_{word}"), place.to_owned()));
            let fields: BTreeMap<_, _> = shown.into_iter().chain(numbers).collect();
            chosen(TaskColumn::ALL, TaskColumn::as_str, &|name| fields.get(name).cloned())
        };
        let [status, title, days] = [TaskColumn::Status, TaskColumn::Title, TaskColumn::Days];
        assert_eq!(order(["10", "9", "2"]), [days, title, status]);
        assert_eq!(order([" 3 ", "02", "1"]), [days, title, status]);
        // One that is no number goes to the end.
        assert_eq!(order(["", "2", "1"]), [days, title, status]);
    }

    #[test]
    fn a_list_has_its_limit_its_filter_and_its_condition() {
        let kind = BlockKind::fresh().into_iter().find(|kind| kind.word() == "task_list").unwrap();
        let fields = [
            ("list", "blocked"),
            ("limit", "5"),
            ("priority", "high"),
            ("person", " Ana "),
            ("label", "Design"),
            ("project", "Website"),
            ("none", "Nothing\r\nis blocked."),
            ("when", "figure"),
            ("when_figure", "open"),
            ("when_is", "at_most"),
            ("when_value", "7"),
        ];
        let read = read(kind, &fields);
        let filter = TaskFilter {
            priority: Some(Priority::High),
            person: "Ana".into(),
            person_id: None,
            label: "Design".into(),
            project: "Website".into(),
        };
        let none = "Nothing  is blocked.".into();
        assert_eq!(read.kind, BlockKind::TaskList { list: ListKind::Blocked, limit: 5, filter, none });
        let figure = crate::domain::condition::Figure::Open;
        assert_eq!(read.when, When::Figure { figure, is: Comparison::AtMost, value: 7 });
    }

    #[test]
    fn a_person_is_chosen_by_their_account_or_by_a_name_and_let_go_with_both() {
        let list = |filter| BlockKind::TaskList { list: ListKind::Overdue, limit: 5, filter, none: String::new() };
        let person_in = |now: TaskFilter, value: &str| match read(list(now), &[("person", value)]).kind {
            BlockKind::TaskList { filter, .. } => (filter.person_id, filter.person),
            other => panic!("{other:?}"),
        };
        let id = UserId(uuid::Uuid::from_u128(7));
        let sam = || TaskFilter { person: "Sam Lee".into(), person_id: Some(id), ..TaskFilter::default() };
        let chosen = person_value(Some(id), "Sam Lee");
        assert_eq!(person_in(TaskFilter::default(), &chosen), (Some(id), "Sam Lee".into()));
        assert_eq!(person_in(sam(), &person_value(None, "Sam Lee")), (None, "Sam Lee".into()), "all of that name");
        assert_eq!(person_in(sam(), ""), (None, String::new()));
        assert_eq!(
            person_in(sam(), &person_value(Some(id), "")),
            (Some(id), String::new()),
            "the check says what is missing"
        );
        let kept = read(list(sam()), &[("limit", "7")]).kind;
        assert!(matches!(kept, BlockKind::TaskList { filter, .. } if filter == sam()), "where no form has it");
    }

    #[test]
    fn a_filter_stays_where_a_form_does_not_have_it_and_goes_where_all_are_chosen() {
        let filter = TaskFilter { label: "Design".into(), project: "Website".into(), ..TaskFilter::default() };
        let columns = vec![TaskColumn::Title];
        let kind = BlockKind::Table { list: ListKind::Overdue, limit: 5, filter: filter.clone(), columns };
        let filter_of = |block: Block| match block.kind {
            BlockKind::Table { filter, .. } => filter,
            other => panic!("{other:?}"),
        };
        assert_eq!(filter_of(read(kind.clone(), &[("limit", "7"), ("show_title", "on")])), filter);
        assert_eq!(filter_of(read(kind, &[("label", ""), ("project", "")])), TaskFilter::default());
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_the_check_and_a_word_that_is_none_changes_nothing() {
        assert_eq!(read(BlockKind::Notes { limit: 3 }, &[("limit", "many")]).kind, BlockKind::Notes { limit: 0 });
        let chart = BlockKind::Chart { chart: ChartKind::ByPerson, has_title: true };
        let read = read(chart, &[("chart", "pie"), ("has_title", "on")]);
        assert_eq!(read.kind, BlockKind::Chart { chart: ChartKind::ByPerson, has_title: true });
    }

    #[test]
    fn a_text_of_its_own_goes_with_its_box() {
        let mut document = Document::blank();
        let with = |fields: &'static [(&str, &str)]| {
            move |name: &str| fields.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        read_document(&mut document, &with(&[("text", "Hello\r\n"), ("has_text", "on"), ("subject", "a\nb")]));
        assert_eq!((document.text.as_deref(), document.subject.as_str()), (Some("Hello\n"), "a b"));
        read_document(&mut document, &with(&[("text", "Hello")]));
        assert_eq!(document.text, None);
    }
}
