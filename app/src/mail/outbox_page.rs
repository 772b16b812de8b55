//! The mail that the built-in account caught: a list that can be searched.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::{use_location, use_query_map};

use super::{
    outbox_api::{ChangeOutbox, list_outbox},
    outbox_tools::{BulkForm, OutboxTools},
    outbox_view::{OutboxItem, OutboxList},
};
use crate::{
    domain::{
        file::size_words,
        outbox::{OutboxQuery, Shown},
    },
    error::{AppError, Checks},
    ui::{Choice, Empty, ErrorPage, Icon, Page, SelectField, TextField, pending, plain_error, resource},
};

const PATH: &str = "/outbox";

#[component]
pub fn OutboxPage() -> impl IntoView {
    let (search, query) = (use_location().search, use_query_map());
    let asked = Memo::new(move |_| (search.get(), query.read().get("clear").unwrap_or_default()));
    let list = resource(move || asked.get(), |(query, clear)| list_outbox(query, clear));
    view! {
        <Page title="Outbox" lead="Mail that was caught on this site instead of being sent.">
            <Transition set_pending=pending()>
                {move || Suspend::new(async move {
                    match list.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(list) => shown(list),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

fn shown(list: OutboxList) -> AnyView {
    let OutboxList { items, query, older, all, unread, found, desk } = list;
    if all == 0 {
        return view! {
            <Empty title="No mail yet" text="Reports appear here while the default mail account is the outbox. To send them for real, add an SMTP account under Settings." />
        }
        .into_any();
    }
    let is_admin = desk.is_some();
    let refused = plain_error::<ChangeOutbox>();
    let rows = if items.is_empty() {
        view! {
            <Empty title="No such mail here" text="No caught message has all that you ask for.">
                <a class="btn" href=PATH>"Show all"</a>
            </Empty>
        }
        .into_any()
    } else {
        let rows: Vec<_> = items.into_iter().map(|item| row(item, is_admin)).collect();
        view! {
            <div class="panel"><ul class="rows" class:has-boxes=is_admin role="list">{rows}</ul></div>
            {is_admin.then(|| view! { <BulkForm /> })}
        }
        .into_any()
    };
    view! {
        <SearchForm query=query.clone() />
        <p class="muted small" role="status">{counted(all, unread, query.is_narrowed().then_some(found))}</p>
        {move || refused.get().map(|error| view! { <p class="banner" data-tone="bad" role="alert">{refusal(&error)}</p> })}
        {rows}
        {older.map(|older| view! {
            <nav class="pager" aria-label="Pages">
                <span></span>
                <a class="btn" rel="next" href=format!("{PATH}{}", query.after(older).to_query())>"Older mail"</a>
            </nav>
        })}
        {desk.map(|desk| view! { <OutboxTools desk=desk /> })}
    }
    .into_any()
}

fn refusal(error: &AppError) -> String {
    match error {
        AppError::Invalid(_) => "Nothing was changed. Select one or more messages first.".to_owned(),
        other => format!("Nothing was changed. {}", other.words()),
    }
}

fn counted(all: u64, unread: u64, found: Option<u64>) -> String {
    let messages = |count: u64| if count == 1 { "1 message".to_owned() } else { format!("{count} messages") };
    match found {
        Some(found) => format!("{found} of {} found, {unread} unread in all", messages(all)),
        None => format!("{}, {unread} unread", messages(all)),
    }
}

#[component]
fn SearchForm(query: OutboxQuery) -> impl IntoView {
    let is_narrowed = query.is_narrowed();
    let error = bad_days(&query);
    let error = Signal::derive(move || error.clone());
    let choices = Shown::ALL.iter().map(|shown| Choice::new(shown.as_str(), shown.label())).collect::<Vec<_>>();
    let OutboxQuery { text, since, until, shown, before: _ } = query;
    view! {
        <form class="notes-filter" role="search" aria-label="Caught mail" method="get" action=PATH>
            <TextField label="Find" name="q" kind="search" hint="Words, or from: to: subject: has:attachment" value=text autocomplete="off" />
            <TextField label="From day" name="since" kind="date" value=since error=error />
            <TextField label="To day" name="until" kind="date" value=until error=error />
            <SelectField label="Show" name="show" choices=choices value=shown.as_str() />
            <button class="btn" type="submit"><Icon name="search" />"Search"</button>
            {is_narrowed.then(|| view! { <a class="link" href=PATH>"Show all"</a> })}
        </form>
    }
    .into_any()
}

/// What is wrong with the days, beside their fields; the list leaves them out.
fn bad_days(query: &OutboxQuery) -> Option<AppError> {
    let mut checks = Checks::default();
    for (field, text) in [("since", &query.since), ("until", &query.until)] {
        if let Err(problem) = OutboxQuery::day(text) {
            checks.add(field, problem);
        }
    }
    let typed = [("since", query.since.as_str()), ("until", query.until.as_str())];
    checks.done().err().map(|error| error.with_typed(&typed))
}

fn row(item: OutboxItem, has_box: bool) -> impl IntoView {
    let OutboxItem { id, from, to, subject, size, attachments, is_read, caught } = item;
    let select = format!("Select {subject}");
    let files = match attachments {
        0 => String::new(),
        1 => ", 1 file".to_owned(),
        many => format!(", {many} files"),
    };
    let about = format!("To {to} from {from}, {}{files}", size_words(size));
    view! {
        <li>
            {has_box.then(|| view! { <input type="checkbox" name="ids[]" form="bulk" value=id.to_string() aria-label=select /> })}
            <a href=format!("{PATH}/{id}")>
                <span class="rows__top">
                    <strong dir="auto">{subject}</strong>
                    <time class="muted" datetime=caught.machine>{caught.words}</time>
                </span>
                <span class="muted">
                    {(!is_read).then(|| view! { <span class="badge" data-tone="accent">"Unread"</span>" " })}
                    {about}
                </span>
            </a>
        </li>
    }
    .into_any()
}

/// The address of the form that changes selected messages.
pub(super) fn change_url() -> &'static str {
    ChangeOutbox::url()
}
