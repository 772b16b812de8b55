//! A conversation with a mail server, line by line.

use leptos::prelude::*;

use crate::domain::transcript::{Line, Speaker};

/// The lines of a conversation; nothing where nobody said anything.
pub fn conversation(lines: Vec<Line>) -> Option<AnyView> {
    let shown = |lines: Vec<Line>| {
        view! {
            <pre class="log is-wrapped" role="log" aria-label="Conversation with the server" tabindex="0">
                {lines.into_iter().map(line).collect_view()}
            </pre>
        }
        .into_any()
    };
    (!lines.is_empty()).then(|| shown(lines))
}

fn line(line: Line) -> impl IntoView {
    let mark = match line.speaker {
        Speaker::Client => "→ ",
        Speaker::Server => "← ",
        Speaker::Note => "· ",
    };
    let level = match line.speaker {
        Speaker::Server if line.words.starts_with(['4', '5']) => Some("error"),
        Speaker::Server if line.words.starts_with(['2', '3']) => Some("good"),
        _ => None,
    };
    view! { <span data-level=level>{format!("{mark}{}\n", line.words)}</span> }
}
