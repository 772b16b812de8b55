//! The code editor: fetched when a source is opened, mounted beside the plain field, which stays where it does not come.

use std::cell::RefCell;

use js_sys::{Function, Object, Promise, Reflect};
use leptos::{html::Div, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

use crate::{
    domain::template::Body,
    templates::designer::{desk::Desk, source::source_of, variables::filter_names},
};

/// What the script of `scripts/editor` leaves in the page.
const GLOBAL: &str = "autoreportEditor";

thread_local! {
    static EDITOR: RefCell<Option<Mounted>> = const { RefCell::new(None) };
}

struct Mounted {
    handle: JsValue,
    /// Called by the editor for as long as it stands.
    _on_change: Closure<dyn FnMut(String)>,
}

impl Mounted {
    fn call(&self, name: &str, arguments: &[JsValue]) {
        drop(self.ask(name, arguments));
    }

    fn ask(&self, name: &str, arguments: &[JsValue]) -> Option<JsValue> {
        let list: js_sys::Array = arguments.iter().collect();
        let function = Reflect::get(&self.handle, &name.into()).ok()?.dyn_into::<Function>().ok()?;
        function.apply(&self.handle, &list).ok()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.call("destroy", &[]);
    }
}

fn with(call: impl FnOnce(&Mounted)) {
    EDITOR.with(|editor| {
        if let Some(editor) = editor.borrow().as_ref() {
            call(editor);
        }
    });
}

/// Puts the caret of the code editor to a place; false where there is none.
pub fn go_to(line: u32, column: u32) -> bool {
    let is_there = EDITOR.with(|editor| editor.borrow().is_some());
    with(|editor| editor.call("goTo", &[line.into(), column.into()]));
    is_there
}

/// Writes a text where the caret of the code editor is; false where there is none.
pub fn insert_text(text: &str) -> bool {
    let is_there = EDITOR.with(|editor| editor.borrow().is_some());
    with(|editor| editor.call("insert", &[text.into()]));
    is_there
}

/// The text before the caret of the code editor; none where there is none.
pub fn text_before() -> Option<String> {
    EDITOR.with(|editor| editor.borrow().as_ref()?.ask("before", &[])?.as_string())
}

/// Mounts the editor into an element for as long as the caller stands in the page.
pub fn mount_editor(node: NodeRef<Div>, desk: Desk, is_ready: RwSignal<bool>) {
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        let element: HtmlElement = (*element).clone();
        spawn_local(async move {
            // Without it the plain field is there.
            let Ok(api) = load().await else { return };
            if element.is_connected() && mount(&api, &element, desk).is_some() {
                is_ready.try_set(true);
            }
        });
        on_cleanup(|| EDITOR.with(|editor| drop(editor.borrow_mut().take())));
    });
    // What was undone, restored or taken from somebody else.
    Effect::new(move |_| {
        is_ready.track();
        let source = desk.draft.with(|draft| source_of(&draft.document).to_owned());
        with(|editor| editor.call("setDoc", &[source.into()]));
    });
    Effect::new(move |_| {
        is_ready.track();
        let faults = desk.shown.marks();
        with(|editor| editor.call("setFaults", &[faults.into()]));
    });
    Effect::new(move |_| {
        is_ready.track();
        let known = known(desk);
        with(|editor| editor.call("setKnown", &[known.into()]));
    });
}

fn known(desk: Desk) -> String {
    let variables = desk.shown.known_tracked();
    serde_json::json!({ "variables": variables, "filters": filter_names() }).to_string()
}

/// The script's doors; it is fetched once. A script that the page itself puts in is trusted by its policy.
async fn load() -> Result<JsValue, JsValue> {
    let window = window();
    let found = Reflect::get(&window, &GLOBAL.into())?;
    if found.is_object() {
        return Ok(found);
    }
    let address = document().query_selector("meta[name=editor]")?.and_then(|meta| meta.get_attribute("content"));
    let address = address.ok_or_else(|| JsValue::from_str("no editor was built"))?;
    let script = document().create_element("script")?;
    script.set_attribute("src", &address)?;
    let loaded = Promise::new(&mut |done, failed| {
        drop(script.add_event_listener_with_callback("load", &done));
        drop(script.add_event_listener_with_callback("error", &failed));
    });
    document().head().ok_or_else(|| JsValue::from_str("no head"))?.append_child(&script)?;
    JsFuture::from(loaded).await?;
    Reflect::get(&window, &GLOBAL.into())
}

fn mount(api: &JsValue, element: &HtmlElement, desk: Desk) -> Option<()> {
    let on_change = Closure::<dyn FnMut(String)>::new(move |text: String| {
        desk.change(Some("source".into()), |draft| {
            if let Body::Html { source } | Body::Mjml { source } = &mut draft.document.body {
                *source = text;
            }
        });
    });
    let options = Object::new();
    let set = |name: &str, value: &JsValue| Reflect::set(&options, &name.into(), value).ok();
    let source = desk.draft.try_with_untracked(|draft| source_of(&draft.document).to_owned())?;
    set("doc", &source.into())?;
    set("nonce", &nonce().into())?;
    set("label", &"Source".into())?;
    set("describedBy", &"source-hint source-files".into())?;
    set("known", &untrack(|| known(desk)).into())?;
    set("onChange", on_change.as_ref())?;
    let function: Function = Reflect::get(api, &"mount".into()).ok()?.dyn_into().ok()?;
    let handle = function.call2(api, element, &options).ok()?;
    EDITOR.with(|editor| *editor.borrow_mut() = Some(Mounted { handle, _on_change: on_change }));
    Some(())
}

/// The page's nonce: scripts keep it where styles cannot read it.
fn nonce() -> String {
    let script = document().query_selector("script[nonce]").ok().flatten();
    let nonce = script.and_then(|script| Reflect::get(&script, &"nonce".into()).ok());
    nonce.and_then(|nonce| nonce.as_string()).unwrap_or_default()
}
