//! Files on the task: chosen, dropped or pasted; without WebAssembly through the plain form.

use leptos::{html::Input, prelude::*};
use leptos_router::hooks::use_query_map;

use super::{
    api::RemoveFile,
    saving::{TaskState, save_state, saving},
};
use crate::{
    domain::file::{FILE_BYTES_MAX, FILES_MAX},
    tasks::parts::FileView,
    ui::{Icon, SessionEnd},
};

/// The code of an upload for which nobody was signed in.
const SIGNED_OUT: &str = "signed_out";

/// What is said of an upload that was refused; only known codes have words.
fn refusal_words(code: &str) -> Option<String> {
    Some(match code {
        "too_large" => format!("The file is larger than {} MB, so it was not stored.", FILE_BYTES_MAX / (1024 * 1024)),
        "too_many" => format!("The task has {FILES_MAX} files, which is the most. Remove one first."),
        "no_room" => "The files of this project take 1 GB, which is all its room. Remove some first.".to_owned(),
        "empty" => "The file is empty, so it was not stored.".to_owned(),
        "no_file" => "No file was chosen.".to_owned(),
        "interrupted" => "The upload was interrupted. Attach the file again.".to_owned(),
        SIGNED_OUT => "The file was not stored. Sign in to go on.".to_owned(),
        "offline" => "The server cannot be reached. The file is not stored.".to_owned(),
        "failed" => "The file could not be stored. Try again in a moment.".to_owned(),
        _ => return None,
    })
}

/// What the person sees of an upload.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a page that is awake sends files by itself"))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upload {
    Idle,
    /// Names of files on their way.
    Running(Vec<String>),
    /// How many.
    Stored(u32),
    /// Why, and how many were stored all the same.
    Refused(String, u32),
}

#[component]
pub fn Files(state: TaskState) -> impl IntoView {
    let remove = saving::<RemoveFile>(state);
    let files = state.part(|detail| detail.parts.files.clone());
    let can_edit = state.can_edit();
    let upload = RwSignal::new(Upload::Idle);
    Effect::new(move |_| {
        if matches!(upload.get(), Upload::Stored(_) | Upload::Refused(_, 1..)) {
            state.reload();
        }
    });
    let query = use_query_map();
    let refused = move || query.read().get("refused").as_deref().and_then(refusal_words);
    view! {
        <section class="task__section files" aria-labelledby="task-files">
            <h2 id="task-files">"Attachments"</h2>
            {move || refused().map(|words| view! { <p class="banner" data-tone="bad" role="alert">{words}</p> })}
            {move || (files.with(Vec::is_empty) && !can_edit).then(|| view! { <p class="muted small">"No files."</p> })}
            <ul class="file-list" role="list">
                <For each=move || files.get() key=|file| file.id let(file)>{row(file, can_edit, remove)}</For>
            </ul>
            {save_state(remove)}
            {can_edit.then(|| view! { <Attach state=state upload=upload /> })}
        </section>
    }
    .into_any()
}

fn row(file: FileView, can_edit: bool, remove: ServerAction<RemoveFile>) -> impl IntoView {
    let FileView { id, name, kind, size, pixels, author, at, has_thumbnail } = file;
    let href = format!("/attachments/{id}");
    let author = author.unwrap_or_else(|| "Somebody who left".into());
    let pixels = pixels.map(|(width, height)| format!(", {width} × {height}")).unwrap_or_default();
    let picture = match has_thumbnail {
        true => {
            view! { <img class="file__picture" src=format!("{href}/thumbnail") alt="" loading="lazy" /> }.into_any()
        }
        false => view! { <span class="file__picture"><Icon name="paperclip" /></span> }.into_any(),
    };
    view! {
        <li class="file">
            {picture}
            <div class="file__words">
                // The server answers, not the router.
                <a class="link" href=href rel="external" download=name.clone() dir="auto">{name.clone()}</a>
                <span class="muted small">{format!("{kind}, {size}{pixels}")}</span>
                <span class="muted small"><span dir="auto">{author}</span>", "<time datetime=at.at.to_rfc3339()>{at.words}</time></span>
            </div>
            {can_edit.then(|| view! {
                <ActionForm action=remove>
                    <input type="hidden" name="file" value=id.to_string() />
                    <button class="icon-btn" type="submit" aria-label=format!("Remove {name}") title="Remove"><Icon name="x" /></button>
                </ActionForm>
            })}
        </li>
    }
    .into_any()
}

#[component]
fn Attach(state: TaskState, upload: RwSignal<Upload>) -> impl IntoView {
    let task = state.detail.with_untracked(|detail| detail.card.id);
    let url = format!("/attachments/{task}");
    let field = NodeRef::<Input>::new();
    let end = use_context::<SessionEnd>();
    browser::listen(&url, upload, end);
    let choose = {
        let url = url.clone();
        move |_| browser::send_chosen(field, &url, upload, end)
    };
    let said = move || match upload.get() {
        Upload::Idle => None,
        Upload::Running(names) => Some(("saving", format!("Storing {}", names.join(", ")))),
        Upload::Stored(1) => Some(("saved", "Stored".to_owned())),
        Upload::Stored(many) => Some(("saved", format!("Stored {many} files"))),
        Upload::Refused(code, stored) => {
            let words = refusal_words(&code).unwrap_or_else(|| "The file was not stored.".into());
            let others = match stored {
                0 => String::new(),
                1 => " One other file was.".to_owned(),
                many => format!(" {many} other files were."),
            };
            Some(("failed", format!("{words}{others}")))
        }
    };
    view! {
        <form class="attach" method="post" action=url enctype="multipart/form-data">
            <label class="attach__drop">
                <Icon name="upload" />
                <span class="is-script">"Drop files here, paste a picture, or choose"</span>
                <span class="needs-no-script">"Choose files"</span>
                <span class="field__hint">{format!("Up to {} MB each", FILE_BYTES_MAX / (1024 * 1024))}</span>
                <input class="sr-only" type="file" name="file" multiple node_ref=field aria-label="Attach files" on:change=choose />
            </label>
            <button class="btn is-sm needs-no-script" type="submit">"Attach"</button>
            <output class="save-state" data-state=move || said().map(|(state, _)| state)>{move || said().map(|(_, words)| words)}</output>
        </form>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::RefCell;

    use leptos::{ev, html::Input, leptos_dom::helpers::window_event_listener, prelude::*, task::spawn_local};
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{DataTransfer, File, FileList, FormData, Headers, RequestInit, Response};

    use super::{SIGNED_OUT, Upload};
    use crate::accounts::api::check_session;
    use crate::error::AppError;
    use crate::ui::SessionEnd;

    /// Sends what was chosen in the field.
    pub fn send_chosen(field: NodeRef<Input>, url: &str, upload: RwSignal<Upload>, end: Option<SessionEnd>) {
        let Some(field) = field.get_untracked() else { return };
        if let Some(files) = field.files() {
            send(all(&files), url.to_owned(), upload, end);
        }
        field.set_value("");
    }

    /// Takes files that are dropped on the task or pasted, for as long as the caller stands in the page.
    pub fn listen(url: &str, upload: RwSignal<Upload>, end: Option<SessionEnd>) {
        let url = url.to_owned();
        Effect::new(move |_| {
            let over = window_event_listener(ev::dragover, move |event| {
                if event.data_transfer().is_some_and(|data| has_files(&data)) {
                    event.prevent_default();
                }
            });
            let to = url.clone();
            let drop = window_event_listener(ev::drop, move |event| {
                let Some(data) = event.data_transfer().filter(has_files) else { return };
                event.prevent_default();
                if let Some(files) = data.files() {
                    send(all(&files), to.clone(), upload, end);
                }
            });
            let to = url.clone();
            let paste = window_event_listener(ev::paste, move |event| {
                let Some(files) = event.clipboard_data().and_then(|data| data.files()) else { return };
                let files = all(&files);
                if !files.is_empty() {
                    event.prevent_default();
                    send(files, to.clone(), upload, end);
                }
            });
            on_cleanup(move || {
                over.remove();
                drop.remove();
                paste.remove();
            });
        });
    }

    fn has_files(data: &DataTransfer) -> bool {
        data.types().iter().any(|kind| kind.as_string().as_deref() == Some("Files"))
    }

    fn all(files: &FileList) -> Vec<File> {
        (0..files.length()).filter_map(|index| files.get(index)).collect()
    }

    thread_local! {
        /// What was given while other files of the same task were on their way, and for which task.
        static WAITING: RefCell<Vec<(String, Vec<File>)>> = const { RefCell::new(Vec::new()) };
    }

    /// Sends files to a task, behind those that are on their way. Where nobody is signed in, they are sent when somebody has
    /// signed in again; else none of them is.
    fn send(files: Vec<File>, url: String, upload: RwSignal<Upload>, end: Option<SessionEnd>) {
        if files.is_empty() {
            return;
        }
        if let Some(Upload::Running(names)) = upload.try_get_untracked() {
            upload.set(Upload::Running(names.into_iter().chain(files.iter().map(File::name)).collect()));
            WAITING.with_borrow_mut(|waiting| waiting.push((url, files)));
            return;
        }
        upload.set(Upload::Running(files.iter().map(File::name).collect()));
        spawn_local(async move {
            let (mut stored, mut refused) = (0, None);
            let mut next = Some(files);
            while let Some(files) = next {
                let has_no_session = |answer: &Answer| matches!(answer, Ok(Err(code)) if code == SIGNED_OUT);
                match SessionEnd::send(end, || files.len(), has_no_session, || post(&files, &url)).await {
                    Ok(Ok(many)) => stored += many,
                    Ok(Err(code)) => refused = Some(code),
                    Err(_) => refused = Some("offline".into()),
                }
                if refused.as_deref() == Some(SIGNED_OUT) {
                    // Whoever did not sign in again is not asked for each of the others.
                    WAITING.with_borrow_mut(|waiting| waiting.retain(|(to, _)| *to != url));
                    break;
                }
                next = WAITING.with_borrow_mut(|waiting| {
                    let at = waiting.iter().position(|(to, _)| *to == url)?;
                    Some(waiting.remove(at).1)
                });
            }
            // The task may be closed meanwhile; its files are stored nonetheless.
            upload.try_set(refused.map_or(Upload::Stored(stored), |code| Upload::Refused(code, stored)));
        });
    }

    /// How many were stored, or the code of why not.
    type Answer = Result<Result<u32, String>, JsValue>;

    async fn post(files: &[File], url: &str) -> Answer {
        // Asked first: a server that answers before it has read a large file closes the line, and nobody hears why.
        if matches!(check_session().await, Err(AppError::SignedOut)) {
            return Ok(Err(SIGNED_OUT.into()));
        }
        let form = FormData::new()?;
        for file in files {
            form.append_with_blob_and_filename("file", file, &file.name())?;
        }
        let headers = Headers::new()?;
        headers.set("Accept", "application/json")?;
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_body(form.as_ref());
        init.set_headers(headers.as_ref());
        let response: Response = JsFuture::from(window().fetch_with_str_and_init(url, &init)).await?.dyn_into()?;
        if response.status() == 401 {
            return Ok(Err(SIGNED_OUT.into()));
        }
        let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
        Ok(match (response.ok(), text.parse::<u32>()) {
            (true, Ok(stored)) => Ok(stored),
            _ => Err(text),
        })
    }
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    use leptos::{html::Input, prelude::*};

    use super::Upload;
    use crate::ui::SessionEnd;

    /// The server chooses no files.
    pub fn send_chosen(_field: NodeRef<Input>, _url: &str, _upload: RwSignal<Upload>, _end: Option<SessionEnd>) {}

    /// Nothing is dropped on the server.
    pub fn listen(_url: &str, _upload: RwSignal<Upload>, _end: Option<SessionEnd>) {}
}
