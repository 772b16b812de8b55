//! What a file would bring, in numbers and examples.

use leptos::prelude::*;

use super::api::Review;
use crate::domain::thousands::grouped;

/// The facts about a file.
#[component]
pub fn Facts(review: Review) -> impl IntoView {
    let labels = if review.labels.is_empty() { "none".to_owned() } else { review.labels.join(", ") };
    let cards = match review.archived {
        0 => grouped(review.cards),
        archived => format!("{}, {} of them archived", grouped(review.cards), grouped(archived)),
    };
    view! {
        <section class="panel is-padded">
            <div class="panel__head"><h2>"What is in the file"</h2></div>
            <dl class="facts">
                <div><dt>"Cards"</dt><dd>{cards}</dd></div>
                <div><dt>"For example"</dt><dd>{review.sample_titles.into_iter().map(|title| view! { <div dir="auto">{title}</div> }).collect_view()}</dd></div>
                <div><dt>"History"</dt><dd>{review.history}</dd></div>
                <div><dt>"Labels"</dt><dd dir="auto">{labels}</dd></div>
                <div><dt>"Comments"</dt><dd class="num">{grouped(review.comments)}</dd></div>
                {(review.notes > 0).then(|| view! { <div><dt>"Work notes"</dt><dd class="num">{grouped(review.notes)}</dd></div> })}
                <div><dt>"Checklist items"</dt><dd class="num">{grouped(review.checklist_items)}</dd></div>
            </dl>
            <Warnings warnings=review.warnings />
        </section>
    }
    .into_any()
}

/// What was left out or inferred.
#[component]
fn Warnings(warnings: Vec<String>) -> impl IntoView {
    (!warnings.is_empty()).then(|| {
        view! {
            <div class="banner" data-tone="warn">
                <div>
                    <strong>"Good to know"</strong>
                    <ul>{warnings.into_iter().map(|warning| view! { <li dir="auto">{warning}</li> }).collect_view()}</ul>
                </div>
            </div>
        }
    })
}
