//! The labels of a project: `/board/T/labels`.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::api::{LABELS_A_PAGE, LabelItem, Labels, MakeLabel, load_labels};
use crate::{
    domain::{
        board_filter::encode,
        label::{HUES, hue_label},
    },
    ui::{
        Choice, Empty, ErrorPage, ErrorSummary, Icon, Page, SelectField, TextField, blocking_resource, pending,
        plain_error,
    },
};

#[component]
pub fn LabelsPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let query = query.read();
        let page: usize = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        (params.read().get("project").unwrap_or_default(), query.get("q").unwrap_or_default(), page.max(1))
    });
    let labels = blocking_resource(move || asked.get(), |(key, words, page)| load_labels(key, words, page));
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match labels.await {
                    Ok(labels) => {
                        let (_, words, at) = asked.get_untracked();
                        page(labels, words, at).into_any()
                    }
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(labels: Labels, words: String, at: usize) -> impl IntoView {
    let Labels { key, name, can_edit, total, found, labels } = labels;
    let board = format!("/board/{key}");
    let path = format!("{board}/labels");
    let everything = path.clone();
    let list = match (total, found) {
        (0, _) => view! { <Empty title="No labels yet" text="Labels say what a task is about. They stand on its card, and the board can be filtered and grouped by them." /> }.into_any(),
        (_, 0) => view! { <Empty title="No label has this name" text="Look for another word."><a class="btn" href=everything>"Show all labels"</a></Empty> }.into_any(),
        _ => table(labels, &key, can_edit).into_any(),
    };
    let pager = pages(&path, &words, at, found as usize);
    view! {
        <Page title="Labels" lead=name actions=move || view! { <a class="btn" href=board.clone()>"Back to the board"</a> }>
            {(total > 0).then(|| view! {
                <form class="search" role="search" method="get" action=path.clone()>
                    <Icon name="search" />
                    <input type="search" name="q" value=words.clone() placeholder="Find a label" aria-label="Find a label by its name" autocomplete="off" />
                </form>
            })}
            {list}
            {pager}
            {can_edit.then(|| view! { <AddForm project=key /> })}
        </Page>
    }
}

fn table(labels: Vec<LabelItem>, key: &str, can_edit: bool) -> impl IntoView + use<> {
    let rows: Vec<_> = labels.into_iter().map(|label| row(label, key, can_edit)).collect();
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Labels">
            <table class="table dl-cards">
                <caption class="sr-only">"Labels by name"</caption>
                <thead><tr><th scope="col">"Label"</th><th scope="col">"Colour"</th><th scope="col" class="num">"Tasks"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(label: LabelItem, key: &str, can_edit: bool) -> impl IntoView + use<> {
    let LabelItem { id, name, hue, tasks, .. } = label;
    let board = format!("/board/{key}?label={}", encode(&name));
    let title = match can_edit {
        true => {
            view! { <a class="link" href=format!("/board/{key}/labels/{id}") dir="auto">{name.clone()}</a> }.into_any()
        }
        false => view! { <span dir="auto">{name.clone()}</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{title}</th>
            <td data-label="Colour"><span class="label" data-hue=hue.to_string()>{hue_label(hue)}</span></td>
            <td class="num" data-label="Tasks"><a class="link" href=board aria-label=format!("{tasks} tasks with {name}")>{tasks}</a></td>
        </tr>
    }
}

fn pages(path: &str, words: &str, at: usize, found: usize) -> impl IntoView + use<> {
    let last = found.div_ceil(LABELS_A_PAGE);
    let link = |to: usize, rel: &'static str, text: &'static str| {
        let href = format!("{path}?q={}&page={to}", encode(words));
        view! { <a class="btn" rel=rel href=href>{text}</a> }
    };
    (last > 1).then(|| {
        view! {
            <nav class="cluster" aria-label="Pages of labels">
                {(at > 1).then(|| link(at - 1, "prev", "Previous"))}
                <span class="muted">{format!("Page {at} of {last}")}</span>
                {(at < last).then(|| link(at + 1, "next", "Next"))}
            </nav>
        }
    })
}

/// The colours as a form offers them.
pub fn hue_choices() -> Vec<Choice> {
    (1..=HUES).map(|hue| Choice::new(hue.to_string(), hue_label(hue))).collect()
}

#[component]
fn AddForm(project: String) -> impl IntoView {
    let error = plain_error::<MakeLabel>();
    let mut hues = vec![Choice::new("", "By its name")];
    hues.extend(hue_choices());
    view! {
        <section class="panel is-padded" aria-labelledby="new-label">
            <div class="panel__head"><h2 id="new-label">"New label"</h2></div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=MakeLabel::url()>
                <input type="hidden" name="project" value=project />
                <div class="form__row">
                    <TextField label="Name" name="name" required=true error=error />
                    <SelectField label="Colour" name="hue" choices=hues error=error />
                </div>
                <div class="form__actions"><button class="btn is-primary" type="submit">"Add label"</button></div>
            </form>
        </section>
    }
    .into_any()
}
