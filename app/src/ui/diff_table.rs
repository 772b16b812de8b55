//! Two texts line by line, as a table that says in words what its colours say.

use leptos::prelude::*;

use crate::domain::line_diff::{DiffLine, LineChange};

/// The lines of a comparison; `label` names the part of the page, which scrolls by itself.
pub fn diff_table(label: &'static str, lines: Vec<DiffLine>) -> AnyView {
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=label>
            <table class="diff">
                <thead><tr><th scope="col" class="num">"Before"</th><th scope="col" class="num">"After"</th><th scope="col">"Change"</th><th scope="col">"Line"</th></tr></thead>
                <tbody>{lines.into_iter().map(line).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn line(line: DiffLine) -> AnyView {
    let DiffLine { change, text, before, after } = line;
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let (word, text) = match change {
        LineChange::Skipped => {
            return view! { <tr data-change=change.as_str()><td colspan="4">{text}</td></tr> }.into_any();
        }
        LineChange::Added => ("added", view! { <ins dir="auto">{text}</ins> }.into_any()),
        LineChange::Removed => ("removed", view! { <del dir="auto">{text}</del> }.into_any()),
        LineChange::Same => ("", view! { <span dir="auto">{text}</span> }.into_any()),
    };
    view! {
        <tr data-change=change.as_str()>
            <td class="num">{number(before)}</td>
            <td class="num">{number(after)}</td>
            <td>{word}</td>
            <td class="diff__text">{text}</td>
        </tr>
    }
    .into_any()
}
