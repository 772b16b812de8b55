//! A time zone: typed or chosen from the list; on an empty form the browser's own is proposed.

use leptos::prelude::*;

use super::api::list_zones;
use crate::{
    error::AppError,
    ui::{Choice, Combobox, TextField, resource},
};

/// A field for an IANA time zone.
#[component]
pub fn ZoneField(
    #[prop(default = "zone")] name: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] error: Signal<Option<AppError>>,
) -> impl IntoView {
    let zones = resource(|| (), |()| list_zones());
    let field = NodeRef::<leptos::html::Input>::new();
    let is_open = value.is_empty();
    let value = if is_open { "UTC".to_owned() } else { value };
    Effect::new(move |_| {
        if let Some(input) = field.get().filter(|_| is_open) {
            propose(&input);
        }
    });
    view! {
        <TextField label="Time zone" name=name value=value hint="Like Europe/Ljubljana" error=error list="zones" node_ref=field autocomplete="off" />
        <Suspense>
            {move || Suspend::new(async move {
                let zones = zones.await.unwrap_or_default();
                let zones: Vec<Choice> = zones.into_iter().map(|zone| Choice::new(zone.clone(), zone)).collect();
                view! { <Combobox field=field id="zones" choices=zones /> }
            })}
        </Suspense>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
use browser::propose;

#[cfg(not(feature = "hydrate"))]
use server::propose;

#[cfg(feature = "hydrate")]
mod browser {
    use js_sys::{Array, Intl, Object, Reflect};

    /// Fills in the browser's zone, unless the person was faster.
    pub fn propose(input: &web_sys::HtmlInputElement) {
        let options = Intl::DateTimeFormat::new(&Array::new(), &Object::new()).resolved_options();
        let zone = Reflect::get(&options, &"timeZone".into()).ok().and_then(|zone| zone.as_string());
        if let Some(zone) = zone.filter(|_| input.value() == "UTC") {
            input.set_value(&zone);
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    /// Effects do not run on the server.
    pub fn propose<T>(_input: &T) {}
}
