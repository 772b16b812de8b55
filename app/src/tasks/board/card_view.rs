//! One card.

use leptos::prelude::*;

use super::{
    presence::open_here,
    state::{BoardState, CardState},
    title_edit,
    tools::Field,
};
use crate::{
    domain::{due, task::Priority},
    tasks::view::{Card, blocked_words, blocks_words},
    ui::{
        Avatar, Glyph, PriorityMark,
        keys::{self, Action},
    },
};

/// Labels and people beyond these are counted.
const MOST: usize = 3;

#[component]
pub fn CardView(card: CardState, board: BoardState) -> impl IntoView {
    let CardState { id, data } = card.clone();
    let clock = board.clock.clone();
    let chip = {
        let data = data.clone();
        move || data.with(|card| due::chip(card.due, card.finish, clock.get()))
    };
    let strip = {
        let chip = chip.clone();
        move || chip().map(|chip| chip.key.as_str())
    };
    let live = board.live;
    let (lifted, slow, selected) = (board.lifted.clone(), board.sender.slow.clone(), board.tools.selected.clone());
    let (waits, waiting) = (board.sender.waiting_cards.clone(), board.sender.waiting_cards.clone());
    let saving = slow.clone();
    let title = title(&card, &board);
    let top = {
        let data = data.clone();
        move || data.with(labels)
    };
    let inside = move || {
        let card = data.get();
        let chip = chip();
        let reference = card.reference(&board.key);
        let actions = format!("/tasks/{reference}/actions");
        let pick = board.can_edit.then_some(actions.as_str());
        let priority = view! { <PriorityMark priority=card.priority /><span class="sr-only">{priority_words(card.priority)}</span> };
        view! {
            <a class="icon-btn card__menu" role="button" aria-haspopup="menu" href=actions.clone() aria-label=format!("Actions for {}", card.title)>
                <Glyph name="ellipsis" />
            </a>
            <div class="card__foot">
                <div class="card__meta">
                    {picks(Field::Priority, pick, priority)}
                    <span class="num">{reference}</span>
                    {chip.map(|chip| picks(Field::Due, pick, due_chip(&card, chip)))}
                    {counters(&card)}
                </div>
                {people(&card).map(|people| picks(Field::People, pick, people))}
            </div>
        }
    };
    view! {
        <li
            class="card"
            class:is-lifted=move || lifted.with(|lifted| lifted.is_some_and(|(card, _)| card == id))
            class:is-selected=move || selected.with(|selected| selected.contains(&id))
            class:is-saving=move || slow.get() == Some(id)
            class:is-waiting=move || waits.with(|waits| waits.contains(&id))
            data-id=id.to_string()
            data-due=strip
        >
            {top}
            {title}
            {inside}
            {move || (saving.get() == Some(id)).then(|| view! { <span class="sr-only">"Saving"</span> })}
            {move || waiting.with(|waiting| waiting.contains(&id)).then(|| view! { <span class="sr-only">"Not sent yet"</span> })}
            {open_here(live, id)}
        </li>
    }
    .into_any()
}

/// The link that the whole card is, or the field while the title is edited in place. What is typed
/// stays when the card changes meanwhile.
fn title(card: &CardState, board: &BoardState) -> impl IntoView + use<> {
    let (card, board, id) = (card.clone(), board.clone(), card.id);
    let editing = board.tools.editing.clone();
    let is_editing = Memo::new(move |_| editing.get() == Some(id));
    // The two keys of which all other ways to move follow; the list under `?` has the others.
    let shortcuts = board
        .can_edit
        .then(|| [Action::Lift, Action::Move].into_iter().filter_map(keys::aria_here).collect::<Vec<_>>().join(" "));
    move || match is_editing.get() {
        true => title_edit::field(&card, &board),
        false => {
            let (title, number) = card.data.with(|card| (card.title.clone(), card.number));
            let (href, hint) = (format!("/board/{}/tasks/{number}{}", board.key, board.query), title.clone());
            let keys = shortcuts.clone();
            view! { <a class="card__title" dir="auto" href=href title=hint aria-keyshortcuts=keys>{title}</a> }
                .into_any()
        }
    }
}

/// A part of the card that opens its picker; a link to the plain forms without WebAssembly. Pointers
/// reach it, the keyboard has keys of its own for it.
fn picks(field: Field, actions: Option<&str>, part: impl IntoView + 'static) -> AnyView {
    match actions {
        Some(actions) => view! {
            <a class="card__pick" role="button" tabindex="-1" data-pick=field.as_str() aria-haspopup="dialog" href=actions.to_owned()>{part}</a>
        }
        .into_any(),
        None => part.into_any(),
    }
}

const fn priority_words(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "Low priority",
        Priority::Medium => "Medium priority",
        Priority::High => "High priority",
        Priority::Urgent => "Urgent",
    }
}

fn labels(card: &Card) -> Option<impl IntoView + use<>> {
    let more = card.labels.len().saturating_sub(MOST);
    let shown: Vec<_> = card.labels.iter().take(MOST).cloned().collect();
    (!shown.is_empty()).then(|| view! {
        <div class="card__labels">
            {shown.into_iter().map(|label| view! { <span class="label" data-hue=label.hue.to_string() dir="auto">{label.name}</span> }).collect_view()}
            {(more > 0).then(|| view! { <span class="label is-more">{format!("+{more}")}<span class="sr-only">" labels"</span></span> })}
        </div>
    })
}

fn due_chip(card: &Card, chip: due::DueChip) -> impl IntoView + use<> {
    let machine = card.due.map(due::Due::machine);
    let title = card.due.map(|due| format!("Due {}", due.long()));
    let label = if chip.key == due::DueKey::Done { "" } else { "Due" };
    view! {
        <time class="chip" data-due=chip.key.as_str() datetime=machine title=title>
            <Glyph name=chip.key.icon() label=label /><bdi>{chip.words}</bdi>
        </time>
    }
}

fn counters(card: &Card) -> impl IntoView + use<> {
    let (ticked, items) = card.checklist;
    let (comments, files, blocked, blocks) = (card.comments, card.files, card.blocked_by, card.blocks);
    let is_open = matches!(card.finish, due::Finish::Open);
    (
        (blocked > 0 && is_open).then(|| view! {
            <span class="meta is-blocked"><Glyph name="ban" /><bdi>{blocked_words(blocked)}</bdi></span>
        }),
        // What is completed holds nobody up.
        (blocks > 0 && is_open).then(|| view! {
            <span class="meta"><Glyph name="hand" /><bdi>{blocks_words(blocks)}</bdi></span>
        }),
        (items > 0).then(|| view! {
            <span class="meta"><Glyph name="list-checks" label="Checklist" /><bdi>{format!("{ticked}/{items}")}</bdi></span>
        }),
        (comments > 0).then(|| view! {
            <span class="meta"><Glyph name="message-square" label="Comments" />{comments}</span>
        }),
        (files > 0).then(|| view! {
            <span class="meta"><Glyph name="paperclip" label="Files" />{files}</span>
        }),
    )
}

fn people(card: &Card) -> Option<impl IntoView + use<>> {
    let more = card.people.len().saturating_sub(MOST);
    let shown: Vec<_> = card.people.iter().take(MOST).cloned().collect();
    (!shown.is_empty()).then(|| view! {
        <span class="avatars">
            {shown.into_iter().map(|name| view! { <Avatar name=name /> }).collect_view()}
            {(more > 0).then(|| view! { <span class="avatar is-more">{format!("+{more}")}<span class="sr-only">" people"</span></span> })}
        </span>
    })
}
