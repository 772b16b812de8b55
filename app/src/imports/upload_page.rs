//! The page on which a file is chosen, with the imports so far.

use leptos::prelude::*;

use super::api::{ImportItem, list_imports};
use crate::{
    domain::import::{MAX_FILE_BYTES, run::ImportState},
    ui::{FileForm, Page, coming, resource},
};

#[component]
pub fn UploadPage() -> impl IntoView {
    let imports = resource(|| (), |()| list_imports());
    view! {
        <Page title="Import a board" lead="Bring a project of another AutoReport, a Trello board or a table of tasks. You see what it would bring before anything is stored.">
            <section class="panel is-padded">
                <FileForm
                    action="/import/upload"
                    hint=format!("An export from AutoReport or Trello (JSON) or a table (CSV), up to {} MB.", MAX_FILE_BYTES / (1024 * 1024))
                    accept=".json,.csv,.tsv,.txt,application/json,text/csv"
                    button="Upload and preview"
                    refused=refused
                    is_main=true
                />
            </section>
            <Help />
            <Transition set_pending=coming()>
                {move || Suspend::new(async move {
                    let imports = imports.await.unwrap_or_default();
                    (!imports.is_empty()).then(|| view! { <Earlier imports=imports /> })
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

/// Why an upload was refused; only known codes have words.
fn refused(code: &str) -> Option<String> {
    let words = match code {
        "too_large" => format!(
            "The file is larger than {} MB, so it was not read. Split it into parts, or export fewer cards.",
            MAX_FILE_BYTES / (1024 * 1024)
        ),
        "no_file" => "No file was chosen. Choose one and upload it.".to_owned(),
        "empty" => "The file is empty. Export it again.".to_owned(),
        "interrupted" => "The upload was interrupted before the file was complete. Upload it again.".to_owned(),
        "failed" => "The file could not be stored. Try again in a moment.".to_owned(),
        _ => return None,
    };
    Some(words)
}

#[component]
fn Help() -> impl IntoView {
    view! {
        <section class="panel is-padded">
            <div class="panel__head"><h2>"Where the file comes from"</h2></div>
            <dl class="facts">
                <div>
                    <dt>"AutoReport"</dt>
                    <dd>"Open the project’s page and choose “Export as JSON”. Lists with their limits, tasks with all that is in them, labels, people, rules and the whole history come along; the files of attachments do not."</dd>
                </div>
                <div>
                    <dt>"Trello"</dt>
                    <dd>"Open the board’s menu, choose “Print, export and share”, then “Export as JSON”, and save the page. Lists, cards, labels, checklists, comments and the history of moves come along, with their dates and people."</dd>
                </div>
                <div>
                    <dt>"Table"</dt>
                    <dd>"Any spreadsheet saved as “CSV UTF-8”: the first line names the columns, each further line is a task. Comma, semicolon and tab are recognised; you say what each column means."</dd>
                </div>
            </dl>
        </section>
    }
    .into_any()
}

#[component]
fn Earlier(imports: Vec<ImportItem>) -> impl IntoView {
    let rows = imports
        .into_iter()
        .map(|import| {
            let (words, tone) = state_words(import.state);
            view! {
                <tr>
                    <th scope="row"><a class="link" href=format!("/import/{}", import.id) dir="auto">{import.file_name}</a></th>
                    <td data-label="State"><span class="state" data-tone=tone>{words}</span></td>
                    <td data-label="Uploaded">
                        <time datetime=import.at.to_rfc3339()>{import.at.format("%-d %b %Y, %H:%M UTC").to_string()}</time>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="stack is-tight">
            <h2>"Your imports"</h2>
            <div class="table-wrap">
                <table class="table dl-cards">
                    <thead><tr><th scope="col">"File"</th><th scope="col">"State"</th><th scope="col">"Uploaded"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn state_words(state: ImportState) -> (&'static str, &'static str) {
    match state {
        ImportState::Uploaded => ("Waits for you", "warn"),
        ImportState::Running => ("Running", "busy"),
        ImportState::Done => ("Imported", "good"),
        ImportState::Failed => ("Not readable", "bad"),
        ImportState::Cancelled => ("Cancelled", "off"),
    }
}
