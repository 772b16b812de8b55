//! Sends a chosen picture to be drawn anew, and puts what comes back into the draft.

use leptos::{html::Input, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FormData, Headers, RequestInit, Response};

use crate::{
    domain::template::theme::{LOGO_MAX, Logo},
    templates::{
        designer::{desk::Desk, logo::Upload},
        logo_words::refusal_words,
    },
    ui::SessionEnd,
};

/// The code of a picture for which nobody was signed in.
const SIGNED_OUT: &str = "signed_out";

/// A picture was chosen in the field. Where nobody is signed in, it is sent when somebody has signed in again.
pub fn choose_logo(desk: Desk, field: NodeRef<Input>, upload: RwSignal<Upload>, end: Option<SessionEnd>) {
    let Some(field) = field.get_untracked() else { return };
    let Some(file) = field.files().and_then(|files| files.get(0)) else { return };
    field.set_value("");
    // What is far too large need not travel.
    if file.size() > LOGO_MAX as f64 {
        upload.set(refused("too_large"));
        return;
    }
    upload.set(Upload::Running);
    spawn_local(async move {
        let url = format!("/templates/{}/logo", desk.id);
        let has_no_session =
            |answer: &Result<Result<Logo, String>, JsValue>| matches!(answer, Ok(Err(code)) if code == SIGNED_OUT);
        let answer = SessionEnd::send(end, || 1, has_no_session, || post(&file, &url)).await;
        let outcome = match answer {
            Ok(Ok(logo)) => {
                let mut logo = Some(logo);
                desk.change(None, |draft| {
                    let alt = draft.document.theme.logo.as_ref().map(|before| before.alt.clone());
                    let brand = draft.name.clone();
                    draft.document.theme.logo = logo.take().map(|logo| Logo { alt: alt.unwrap_or(brand), ..logo });
                });
                desk.redraw();
                Upload::Idle
            }
            Ok(Err(code)) => refused(&code),
            Err(_) => refused("offline"),
        };
        upload.try_set(outcome);
    });
}

fn refused(code: &str) -> Upload {
    Upload::Refused(refusal_words(code).unwrap_or("The picture was not taken. Try again in a moment."))
}

async fn post(file: &File, url: &str) -> Result<Result<Logo, String>, JsValue> {
    let form = FormData::new()?;
    form.append_with_blob_and_filename("file", file, &file.name())?;
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
    Ok(if response.ok() { serde_json::from_slice(text.as_bytes()).map_err(|_| String::new()) } else { Err(text) })
}
