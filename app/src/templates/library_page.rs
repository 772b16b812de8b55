//! `/templates`: the library, by category, with what narrows it in its address.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::{
    api::{CreateTemplate, RemoveTemplate, TakeBackTemplate, list_templates},
    removal,
    upload_form::UploadForm,
    view::{TemplateItem, TemplateList, TemplateQuery},
};
use crate::{
    domain::{ids::TemplateId, template::TemplateCategory},
    error::AppError,
    ui::{Choice, Empty, ErrorPage, Icon, Page, SelectField, TextField, blocking_resource, pending, plain_error},
};

const PATH: &str = "/templates";

#[component]
pub fn TemplatesPage() -> impl IntoView {
    let query = use_query_map();
    let text = move |name: &str| query.read().get(name).unwrap_or_default();
    let asked = Memo::new(move |_| (text("q"), text("category")));
    let list = blocking_resource(move || asked.get(), |(q, category)| list_templates(q, category));
    view! {
        <Page title="Templates" lead="How mails look: built of blocks, with your own data beside you while you work." wide=true>
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

fn shown(list: TemplateList) -> AnyView {
    let TemplateList { items, query, all } = list;
    let refused = plain_error::<CreateTemplate>();
    let kept = plain_error::<RemoveTemplate>();
    let removed = use_query_map().read_untracked().get("removed").map(|id| gone(&id));
    let body = if all == 0 {
        view! {
            <Empty title="No templates yet" text="Begin with one of the gallery below. Until then reports look as they come with the program." />
        }
        .into_any()
    } else if items.is_empty() {
        view! {
            <Empty title="No templates match" text="No template of this category has these words in its name.">
                <a class="btn" href=PATH>"Show all templates"</a>
            </Empty>
        }
        .into_any()
    } else {
        by_category(items)
    };
    view! {
        {removed}
        {move || kept.get().map(|error| view! { <p class="banner" data-tone="bad" role="alert">{why_kept(&error)}</p> })}
        {move || refused.get().map(|error| view! { <p class="banner" data-tone="bad" role="alert">{error.words()}</p> })}
        {(all > 0).then(|| filter_form(query))}
        {body}
        {gallery()}
        <UploadForm />
    }
    .into_any()
}

/// That a template was deleted, and the way back.
fn gone(id: &str) -> AnyView {
    let back = id.parse::<TemplateId>().ok().map(|id| {
        view! {
            <form method="post" action=TakeBackTemplate::url()>
                <input type="hidden" name="id" value=id.to_string() />
                <button class="btn is-sm" type="submit">"Take it back"</button>
            </form>
        }
    });
    view! {
        <div class="banner" data-tone="good" role="status"><p>"The template is deleted. Its versions stay in the archive."</p>{back}</div>
    }
    .into_any()
}

fn why_kept(error: &AppError) -> String {
    match error {
        AppError::Invalid(_) => "A job has begun to use this template meanwhile; it stays.".to_owned(),
        other => other.words(),
    }
}

fn filter_form(query: TemplateQuery) -> AnyView {
    let is_narrowed = query != TemplateQuery::default();
    let categories = TemplateCategory::ALL.iter().map(|category| Choice::new(category.as_str(), category.label()));
    let choices: Vec<_> = std::iter::once(Choice::new("", "All categories")).chain(categories).collect();
    let category = query.category.map(|category| category.as_str().to_owned()).unwrap_or_default();
    view! {
        <form class="notes-filter" role="search" aria-label="Templates" method="get" action=PATH>
            <TextField label="Name" name="q" kind="search" value=query.words autocomplete="off" />
            <SelectField label="Category" name="category" choices=choices value=category />
            <button class="btn" type="submit"><Icon name="search" />"Search"</button>
            {is_narrowed.then(|| view! { <a class="link" href=PATH>"Show all"</a> })}
        </form>
    }
    .into_any()
}

fn by_category(items: Vec<TemplateItem>) -> AnyView {
    let mut groups: Vec<(TemplateCategory, Vec<TemplateItem>)> = Vec::new();
    for item in items {
        match groups.last_mut() {
            Some((category, items)) if *category == item.category => items.push(item),
            _ => groups.push((item.category, vec![item])),
        }
    }
    let group = |(category, items): (TemplateCategory, Vec<TemplateItem>)| {
        view! {
            <section class="stack is-tight">
                <h2 class="section-title">{category.label()}</h2>
                <ul class="shelf" role="list">{items.into_iter().map(card).collect_view()}</ul>
            </section>
        }
        .into_any()
    };
    groups.into_iter().map(group).collect_view().into_any()
}

/// A template with its picture: the real mail, small, in a frame that nothing can leave.
fn card(item: TemplateItem) -> AnyView {
    let href = format!("{PATH}/{}", item.id);
    let picture = format!("{PATH}/{}/picture", item.id);
    let state = match (item.published, item.has_changes) {
        (None, _) => "Draft".to_owned(),
        (Some(number), false) => format!("Version {number}"),
        (Some(number), true) => format!("Version {number}, with changes"),
    };
    let jobs = match item.jobs.count() {
        0 => String::new(),
        1 => " · 1 job".to_owned(),
        many => format!(" · {many} jobs"),
    };
    let is_held = item.held.draft || item.held.published;
    let changed = item.changed;
    let copy = item.id.to_string();
    let (copy_label, file_label) = (format!("Duplicate {}", item.name), format!("Export {}", item.name));
    let file = format!("{PATH}/{}/file", item.id);
    let delete_label = format!("Delete {}", item.name);
    let removal = item.can_edit.then(|| {
        view! {
            <details class="shelf__more">
                <summary class="btn is-sm is-ghost" aria-label=delete_label>"Delete"</summary>
                <div class="stack is-tight small">{removal::form(item.id, &item.jobs)}</div>
            </details>
        }
    });
    view! {
        <li class="panel shelf__item">
            <div class="shelf__picture" aria-hidden="true">
                <iframe src=picture sandbox="" {..leptos::attr::custom::custom_attribute("scrolling", "no")} {..leptos::attr::loading("lazy")} tabindex="-1" title="Picture"></iframe>
            </div>
            <h3 class="shelf__name"><a href=href dir="auto">{item.name}</a></h3>
            <p class="muted small">{state}{jobs}</p>
            {is_held.then(|| view! { <p><span class="badge" data-tone="bad">"Held back"</span></p> })}
            <p class="muted small">"Changed "<time datetime=changed.machine>{changed.words}</time>" · "{item.owner}</p>
            <div class="shelf__actions">
                <form method="post" action=CreateTemplate::url()>
                    <input type="hidden" name="from" value=copy />
                    <button class="btn is-sm" type="submit" aria-label=copy_label>"Duplicate"</button>
                </form>
                <a class="btn is-sm" href=file rel="external" download aria-label=file_label>"Export"</a>
            </div>
            {removal}
        </li>
    }
    .into_any()
}

/// What comes with the program; each becomes a template of one's own.
fn gallery() -> AnyView {
    let entry = |word: &'static str, name: &'static str, about: &'static str| {
        let label = format!("Use {name}");
        view! {
            <li class="panel shelf__item">
                <div class="shelf__picture" aria-hidden="true">
                    <iframe src=format!("{PATH}/gallery/{word}/picture") sandbox="" {..leptos::attr::custom::custom_attribute("scrolling", "no")} {..leptos::attr::loading("lazy")} tabindex="-1" title="Picture"></iframe>
                </div>
                <h3 class="shelf__name">{name}</h3>
                <p class="muted small">{about}</p>
                <form method="post" action=CreateTemplate::url()>
                    <input type="hidden" name="from" value=word />
                    <button class="btn is-sm" type="submit" aria-label=label>"Use"</button>
                </form>
            </li>
        }
        .into_any()
    };
    let entries: Vec<_> =
        crate::domain::template::gallery::ENTRIES.iter().map(|it| entry(it.word, it.name, it.about)).collect();
    let language = |(word, label): (&'static str, &'static str)| {
        view! { <button class="btn is-sm" type="submit" name="from" value=word aria-label=format!("Begin in {label}")>{label}</button> }
            .into_any()
    };
    let languages = Vec::from(crate::domain::template::gallery::LANGUAGES.map(language));
    view! {
        <section class="stack is-tight">
            <h2 class="section-title">"Gallery"</h2>
            <p class="muted">"Templates to begin with. They stay as they are; you get one of your own."</p>
            <ul class="shelf" role="list">
                {entries}
                <li class="panel shelf__item is-blank">
                    <h3 class="shelf__name">"Blank"</h3>
                    <p class="muted small">"An empty mail with its head and its foot."</p>
                    <form method="post" action=CreateTemplate::url()>
                        <input type="hidden" name="from" value="blank" />
                        <button class="btn is-sm" type="submit" aria-label="Use Blank">"Use"</button>
                    </form>
                </li>
                <li class="panel shelf__item is-blank">
                    <h3 class="shelf__name">"Your own source"</h3>
                    <p class="muted small">"A mail that you write by hand, with something to begin from."</p>
                    <form class="cluster" method="post" action=CreateTemplate::url()>{languages}</form>
                </li>
            </ul>
        </section>
    }
    .into_any()
}
