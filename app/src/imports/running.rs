//! A running import: its progress bar, looked at again and again.

use std::time::Duration;

use leptos::{prelude::*, server_fn::ServerFn};

use super::api::CancelImport;
use crate::domain::ids::ImportId;

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(500);

#[component]
pub fn Running(id: ImportId, done: usize, total: usize, looks: RwSignal<u32>) -> impl IntoView {
    Effect::new(move |_| set_timeout(move || looks.update(|looks| *looks += 1), PAUSE));
    let words = if total == 0 {
        "Reading the file".to_owned()
    } else {
        format!("{} of {} entries written", grouped(done), grouped(total))
    };
    let bar = if total == 0 {
        view! { <progress aria-label="Import"></progress> }.into_any()
    } else {
        view! { <progress aria-label="Import" max=total.to_string() value=done.to_string()></progress> }.into_any()
    };
    view! {
        // Without WebAssembly the page loads itself again.
        <noscript><meta http-equiv="refresh" content="1" /></noscript>
        <section class="panel is-padded" aria-busy="true">
            <div class="progress">{bar}<span class="progress__words">{words}</span></div>
            <p class="small">"Everything is stored at the end, at once. Until then nothing is on any board."</p>
            <form class="form__actions" method="post" action=CancelImport::url()>
                <input type="hidden" name="id" value=id.to_string() />
                <a class="btn needs-no-script" href=format!("/import/{id}") rel="external">"Refresh"</a>
                <button class="btn" type="submit">"Cancel the import"</button>
            </form>
        </section>
    }
    .into_any()
}

/// A number with its thousands apart.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
