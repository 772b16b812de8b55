//! What the person was told: `/notifications`, the unread first if so chosen.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    api::{AlarmView, Inbox, MarkAllNotificationsRead, MarkNotificationRead, NotificationView, load_notifications},
    bell::Unread,
};
use crate::{
    domain::{alarm::AlarmKind, notification::NotificationKind},
    ui::{Empty, ErrorPage, Icon, Page, blocking_resource, pending},
};

#[component]
pub fn NotificationsPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let query = query.read();
        let before = query.get("before").and_then(|text| text.parse().ok());
        (query.get("show").as_deref() == Some("unread"), before)
    });
    let (one, all) = (ServerAction::<MarkNotificationRead>::new(), ServerAction::<MarkAllNotificationsRead>::new());
    let inbox = blocking_resource(
        move || (asked.get(), one.version().get(), all.version().get()),
        |((unread_only, before), _, _)| load_notifications(unread_only, before),
    );
    let unread = use_context::<Unread>();
    Effect::new(move |_| {
        if one.version().get() + all.version().get() > 0
            && let Some(unread) = unread
        {
            unread.refresh();
        }
    });
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match inbox.await {
                    Ok(inbox) => content(inbox, one, all).into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn content(
    inbox: Inbox,
    one: ServerAction<MarkNotificationRead>,
    all: ServerAction<MarkAllNotificationsRead>,
) -> impl IntoView {
    let Inbox { entries, unread, unread_only, older } = inbox;
    let lead = match unread {
        0 => "Everything is read.".to_owned(),
        1 => "1 is unread.".to_owned(),
        many => format!("{many} are unread."),
    };
    let tab = |is_current: bool| is_current.then_some("page");
    let show = if unread_only { "show=unread&" } else { "" };
    let older = older
        .map(|at| format!("/notifications?{show}before={}", at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)));
    let list = if entries.is_empty() {
        let title = if unread_only { "Nothing is unread" } else { "No notifications yet" };
        view! { <Empty title=title text="You are told when somebody mentions you, gives you a task, changes a task that you watch, or when a job of yours needs you." /> }.into_any()
    } else {
        view! { <ol class="panel notes-list" role="list">{entries.into_iter().map(|entry| row(entry, one)).collect_view()}</ol> }.into_any()
    };
    view! {
        <Page title="Notifications" lead=lead actions=move || (unread > 0).then(|| view! {
            <ActionForm action=all><button class="btn" type="submit"><Icon name="check-check" />"Mark all as read"</button></ActionForm>
        })>
            <nav class="tabs" aria-label="Which notifications">
                <a href="/notifications" aria-current=tab(!unread_only)>"All"</a>
                <a href="/notifications?show=unread" aria-current=tab(unread_only)>"Unread"</a>
            </nav>
            {list}
            {older.map(|href| view! { <nav class="pager" aria-label="Pages"><span></span><a class="btn" rel="next" href=href>"Older"</a></nav> })}
        </Page>
    }
}

fn row(entry: NotificationView, one: ServerAction<MarkNotificationRead>) -> impl IntoView {
    let NotificationView { id, kind, who, words, task, alarm, is_gone, at, when, is_read } = entry;
    let icon = match kind {
        NotificationKind::Mentioned => "message-square",
        NotificationKind::Assigned => "user-plus",
        NotificationKind::Watched => "eye",
        NotificationKind::Rule => "zap",
        NotificationKind::Alarm => match alarm.as_ref().map(|alarm| alarm.kind) {
            Some(AlarmKind::Late) => "timer",
            Some(AlarmKind::Paused) => "pause",
            Some(AlarmKind::Draft) => "file-text",
            _ => "triangle-alert",
        },
    };
    let label = match (&task, &alarm) {
        (Some(task), _) => format!("Mark as read: {}", task.title),
        (None, Some(_)) => format!("Mark as read: {words}"),
        (None, None) => "Mark as read".to_owned(),
    };
    let is_alarm = kind == NotificationKind::Alarm;
    let read = move |_| {
        if !is_read {
            one.dispatch(MarkNotificationRead { id });
        }
    };
    let about = match task {
        Some(task) => {
            let href = format!("/tasks/{}", task.reference);
            view! { <a class="link" href=href on:click=read><span class="num">{task.reference}</span>" "<bdi>{task.title}</bdi></a> }.into_any()
        }
        None if is_gone && is_alarm => {
            view! { <span class="muted">"A job that you cannot see any more"</span> }.into_any()
        }
        None if is_gone => view! { <span class="muted">"A task that you cannot see any more"</span> }.into_any(),
        None => match alarm {
            Some(alarm) => {
                let AlarmView { kind, href, label, more } = alarm;
                let more = (more > 0).then(|| format!(" and {more} more before"));
                view! { <span class="badge">{kind.label()}</span>" "<a class="link" href=href on:click=read>{label}</a><span class="muted">{more}</span> }.into_any()
            }
            None => ().into_any(),
        },
    };
    // An alarm says itself whom it is about.
    let who = (!is_alarm).then(|| view! { <strong>{who.unwrap_or_else(|| "AutoReport".into())}</strong>" " });
    view! {
        <li class="note-row" data-unread=(!is_read).then_some("")>
            <Icon name=icon />
            <div class="note-row__words">
                <p>{about}</p>
                <p class="small" dir="auto">
                    {(!is_read).then(|| view! { <span class="sr-only">"Unread: "</span> })}
                    {who}{words}
                </p>
                <time class="muted small" datetime=at.to_rfc3339()>{when}</time>
            </div>
            {(!is_read).then(|| view! {
                <ActionForm action=one>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="icon-btn" type="submit" aria-label=label title="Mark as read"><Icon name="check" /></button>
                </ActionForm>
            })}
        </li>
    }
}
