//! One label with its forms: `/board/T/labels/…`.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::{
    api::{DeleteLabel, LabelDetail, MergeLabel, SaveLabel, load_label},
    labels_page::hue_choices,
};
use crate::ui::{
    Choice, ErrorPage, ErrorSummary, Page, SelectField, TextField, base_version, blocking_resource, pending,
    plain_error,
};

#[component]
pub fn LabelPage() -> impl IntoView {
    let params = use_params_map();
    let place = Memo::new(move |_| {
        let params = params.read();
        (params.get("project").unwrap_or_default(), params.get("label").unwrap_or_default())
    });
    let label = blocking_resource(move || place.get(), |(key, id)| load_label(key, id));
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match label.await {
                    Ok(detail) => page(detail).into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(detail: LabelDetail) -> impl IntoView {
    let all = format!("/board/{}/labels", detail.key);
    view! {
        <Page title=format!("Label {}", detail.label.name) lead=detail.name.clone() actions=move || view! { <a class="btn" href=all.clone()>"All labels"</a> }>
            <Settings detail=detail.clone() />
            {(!detail.others.is_empty()).then(|| view! { <Merging detail=detail.clone() /> })}
            <Removal detail=detail />
        </Page>
    }
}

fn whose(detail: &LabelDetail) -> impl IntoView + use<> {
    view! {
        <input type="hidden" name="project" value=detail.key.clone() />
        <input type="hidden" name="label" value=detail.label.id.to_string() />
    }
}

#[component]
fn Settings(detail: LabelDetail) -> impl IntoView {
    let error = plain_error::<SaveLabel>();
    view! {
        <section class="panel is-padded" aria-labelledby="settings-title">
            <div class="panel__head"><h2 id="settings-title">"Name and colour"</h2></div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=SaveLabel::url()>
                {whose(&detail)}
                <input type="hidden" name="version" value=base_version(error, detail.label.version) />
                <div class="form__row">
                    <TextField label="Name" name="name" value=detail.label.name.clone() required=true error=error />
                    <SelectField label="Colour" name="hue" choices=hue_choices() value=detail.label.hue.to_string() error=error />
                </div>
                <div class="form__actions"><button class="btn is-primary" type="submit">"Save"</button></div>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Merging(detail: LabelDetail) -> impl IntoView {
    let error = plain_error::<MergeLabel>();
    let others: Vec<Choice> =
        detail.others.iter().map(|(id, name)| Choice::new(id.to_string(), name.clone())).collect();
    view! {
        <section class="panel is-padded" aria-labelledby="merge-title">
            <div class="panel__head"><h2 id="merge-title">"Merge"</h2></div>
            <ErrorSummary error=error />
            <p>{counted(detail.label.tasks, ["gets", "get"], "another label instead, and this one is gone.")}</p>
            <form class="form" method="post" action=MergeLabel::url()>
                {whose(&detail)}
                <SelectField label="Merge into" name="into" choices=others error=error />
                <div class="form__actions"><button class="btn" type="submit">"Merge"</button></div>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Removal(detail: LabelDetail) -> impl IntoView {
    let error = plain_error::<DeleteLabel>();
    view! {
        <section class="panel is-padded" aria-labelledby="removal-title">
            <div class="panel__head"><h2 id="removal-title">"Delete"</h2></div>
            <ErrorSummary error=error />
            <p>{counted(detail.label.tasks, ["loses", "lose"], "this label. No task is deleted.")}</p>
            <form method="post" action=DeleteLabel::url()>
                {whose(&detail)}
                <button class="btn is-danger" type="submit">"Delete the label"</button>
            </form>
        </section>
    }
    .into_any()
}

fn counted(many: u64, verb: [&str; 2], rest: &str) -> String {
    match many {
        0 => "No task has this label.".into(),
        1 => format!("1 task {} {rest}", verb[0]),
        many => format!("{many} tasks {} {rest}", verb[1]),
    }
}
