//! Checklists: ticked, ordered by hand or by keys, changed, made into tasks.

use leptos::{
    html::{Details, Ul},
    prelude::*,
    server_fn::ServerFn,
};

use super::{
    api::{ConvertItem, PlaceItem, RemoveList, RenameItem, RenameList},
    conflict::Conflicting,
    draft::{close, draft, entries, gone, is_writing_in},
    new_texts::NewTexts,
    row_menu::RowMenu,
    saving::{TaskState, save_state, saving},
    submit::submit_form_of,
};
use crate::{
    domain::ids::ChecklistItemId,
    tasks::{
        api::{AddItem, RemoveItem, TickItem, add_item},
        view::ChecklistItem,
    },
    ui::{
        Icon,
        keys::{self, Action},
    },
};

/// What can be done with items: one action of each kind for all of them.
#[derive(Clone, Copy)]
struct Acts {
    can_edit: bool,
    tick: ServerAction<TickItem>,
    rename: ServerAction<RenameItem>,
    place: ServerAction<PlaceItem>,
    convert: ServerAction<ConvertItem>,
    remove: ServerAction<RemoveItem>,
    rename_list: ServerAction<RenameList>,
    remove_list: ServerAction<RemoveList>,
}

/// One line as it is drawn. It is the same line whatever is changed in it, so that nothing that is typed there is lost.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Line {
    /// The heading of a list.
    Heading(String),
    Item(ChecklistItemId),
}

#[component]
pub fn Checklist(state: TaskState) -> impl IntoView {
    let acts = Acts {
        can_edit: state.can_edit(),
        tick: saving(state),
        rename: saving(state),
        place: saving(state),
        convert: saving(state),
        remove: saving(state),
        rename_list: saving(state),
        remove_list: saving(state),
    };
    let items = state.part(|detail| detail.checklist.clone());
    let progress = move || {
        let (ticked, all) = items.with(|items| (items.iter().filter(|item| item.is_done).count(), items.len()));
        (all > 0).then(|| {
            view! {
                <span class="num small">{format!("{ticked} of {all}")}</span>
                <progress max=all.to_string() value=ticked.to_string() aria-label="Checklist"></progress>
            }
        })
    };
    let lines = entries(
        move || items.with(|items| lines(items)),
        |line| match line {
            Line::Heading(_) => false,
            Line::Item(id) => is_writing_in(id),
        },
    );
    let node = NodeRef::<Ul>::new();
    drag::attach(node, acts.place);
    view! {
        <section class="task__section" aria-labelledby="task-checklist">
            <div class="task__section-head"><h2 id="task-checklist">"Checklist"</h2>{progress}</div>
            <ul class="checklist" role="list" node_ref=node>
                <For each=move || lines.get() key=Line::clone let(line)>
                    {match line {
                        Line::Heading(heading) => list_head(state, heading, acts).into_any(),
                        Line::Item(id) => row(id, items, acts).into_any(),
                    }}
                </For>
            </ul>
            {save_state(acts.tick)}
            {save_state(acts.place)}
            {save_state(acts.rename)}
            {save_state(acts.remove)}
            {save_state(acts.rename_list)}
            {save_state(acts.remove_list)}
            <Conflicting state=state action=acts.rename name="text" also=&["item", "was"] />
            {converted(acts.convert)}
            {acts.can_edit.then(|| view! { <AddItemForm state=state /><AddListForm state=state /> })}
        </section>
    }
    .into_any()
}

/// The items with the heading of each list before its first one. The task's own list needs none while it is the first.
fn lines(items: &[ChecklistItem]) -> Vec<Line> {
    let mut last = "";
    let mut lines = Vec::with_capacity(items.len());
    for item in items {
        if item.list != last {
            lines.push(Line::Heading(item.list.clone()));
            last = &item.list;
        }
        lines.push(Line::Item(item.id));
    }
    lines
}

/// Names the task that an item became.
fn converted(action: ServerAction<ConvertItem>) -> impl IntoView {
    let value = action.value();
    move || {
        value.get().map(|made| match made {
            Ok(reference) => {
                view! { <p class="save-state" data-state="saved" role="status">"Now a task of its own: "<a class="link" href=format!("/tasks/{reference}")>{reference.clone()}</a></p> }.into_any()
            }
            Err(error) => view! { <p class="save-state" data-state="failed" role="alert">{format!("Not made a task. {}", error.words())}</p> }.into_any(),
        })
    }
}

fn list_head(state: TaskState, heading: String, acts: Acts) -> impl IntoView {
    let name = if heading.is_empty() { "Checklist".to_owned() } else { heading.clone() };
    let heading = StoredValue::new(heading);
    let label = format!("Change the list {name}");
    let menu = acts.can_edit.then(|| view! {
        <RowMenu label=label>
            <ActionForm action=acts.rename_list attr:class="prop__row">
                {state.hidden_id()}
                <input type="hidden" name="from" value=heading.get_value() />
                <input class="input" name="to" value=heading.get_value() aria-label="Heading of the list" maxlength="100" dir="auto" />
                <button class="btn is-sm" type="submit">"Rename"</button>
            </ActionForm>
            <ActionForm action=acts.remove_list>
                {state.hidden_id()}
                <input type="hidden" name="list" value=heading.get_value() />
                <button class="btn is-sm is-danger-quiet" type="submit"><Icon name="trash-2" />"Remove the list and its items"</button>
            </ActionForm>
        </RowMenu>
    });
    view! { <li class="checklist__list"><span dir="auto">{name}</span>{menu}</li> }.into_any()
}

fn row(id: ChecklistItemId, items: Memo<Vec<ChecklistItem>>, acts: Acts) -> impl IntoView {
    let item = Memo::new(move |_| items.with(|items| items.iter().find(|item| item.id == id).cloned()));
    // One that is deleted while somebody writes in it keeps its text.
    let text = Memo::new(move |before: Option<&Option<String>>| {
        item.with(|item| item.as_ref().map(|item| item.text.clone())).or_else(|| before.cloned().flatten())
    });
    let is_done = Memo::new(move |_| item.with(|item| item.as_ref().is_some_and(|item| item.is_done)));
    let shown = move || text.get().unwrap_or_default();
    let mark = move || view! { <span class="tick__box">{move || is_done.get().then(|| view! { <Icon name="check" /> })}</span> };
    let words = move || view! { <span class="tick__words" dir="auto">{shown}</span> };
    if !acts.can_edit {
        let state = move || if is_done.get() { "Done: " } else { "Open: " };
        return view! { <li><span class="tick" data-done=move || is_done.get().then_some("")>{mark()}<span class="sr-only">{state}</span>{words()}</span></li> }.into_any();
    }
    view! {
        <li data-item=id.to_string() data-entry=id.to_string()>
            {handle(id, text, acts.place)}
            <ActionForm action=acts.tick attr:class="checklist__tick">
                <input type="hidden" name="item" value=id.to_string() />
                <input type="hidden" name="is_done" value=move || (!is_done.get()).to_string() />
                <button class="tick" type="submit" role="checkbox" aria-checked=move || is_done.get().to_string() data-done=move || is_done.get().then_some("")>{mark()}{words()}</button>
            </ActionForm>
            {menu(id, text, acts)}
            {gone(move || item.with(Option::is_none))}
        </li>
    }
    .into_any()
}

/// The handle is dragged by the pointer; with the focus on it the arrow keys move the item.
fn handle(id: ChecklistItemId, text: Memo<Option<String>>, place: ServerAction<PlaceItem>) -> impl IntoView {
    let shortcuts = [Action::ItemUp, Action::ItemDown].into_iter().filter_map(keys::aria).collect::<Vec<_>>().join(" ");
    let label = move || format!("Move “{}”: up and down arrows", text.get().unwrap_or_default());
    let keys = move |event: leptos::ev::KeyboardEvent| {
        let to = match drag::pressed(&event) {
            Some(Action::ItemUp) => "up",
            Some(Action::ItemDown) => "down",
            _ => return,
        };
        event.prevent_default();
        place.dispatch(PlaceItem { item: id, place: to.into() });
        drag::keep_focus(&id.to_string());
    };
    view! {
        <button class="icon-btn checklist__handle is-script" type="button" aria-label=label title="Drag, or press the arrow keys" aria-keyshortcuts=shortcuts on:keydown=keys>
            <Icon name="grip-vertical" />
        </button>
    }
}

fn menu(id: ChecklistItemId, text: Memo<Option<String>>, acts: Acts) -> impl IntoView {
    let node = NodeRef::<Details>::new();
    let begins_with = draft(text, node, String::as_str);
    let typed = move || begins_with.get().unwrap_or_default();
    let label = Signal::derive(move || format!("Change “{}”", text.get().unwrap_or_default()));
    view! {
        <RowMenu label=label node=node>
            <ActionForm action=acts.rename attr:class="prop__row">
                <input type="hidden" name="item" value=id.to_string() />
                <input type="hidden" name="was" value=typed />
                <input class="input" name="text" value=begins_with.get_untracked() prop:value=typed aria-label="Text of the item" maxlength="500" dir="auto" required />
                <button class="btn is-sm" type="submit">"Save"</button>
            </ActionForm>
            <div class="cluster">
                <ActionForm action=acts.place attr:class="cluster">
                    <input type="hidden" name="item" value=id.to_string() />
                    <button class="btn is-sm" type="submit" name="place" value="up"><Icon name="arrow-up" />"Up"</button>
                    <button class="btn is-sm" type="submit" name="place" value="down"><Icon name="arrow-down" />"Down"</button>
                </ActionForm>
                <ActionForm action=acts.convert>
                    <input type="hidden" name="item" value=id.to_string() />
                    <button class="btn is-sm" type="submit" on:click=move |_| close(node)><Icon name="external-link" />"Make it a task"</button>
                </ActionForm>
                <ActionForm action=acts.remove>
                    <input type="hidden" name="item" value=id.to_string() />
                    <button class="btn is-sm is-danger-quiet" type="submit" on:click=move |_| close(node)><Icon name="trash-2" />"Remove"</button>
                </ActionForm>
            </div>
        </RowMenu>
    }
    .into_any()
}

#[component]
fn AddItemForm(state: TaskState) -> impl IntoView {
    let texts = NewTexts::new(state, "item", None, |task, text, op| add_item(task, text, None, Some(op)));
    view! {
        <form class="prop" method="post" action=AddItem::url() on:submit=move |event| { event.prevent_default(); texts.send(); }>
            {state.hidden_id()}
            <div class="prop__row">
                <textarea class="input checklist__new" name="text" rows="1" aria-label="New checklist item; several lines make several items" placeholder="Add an item" autocomplete="off" dir="auto" required
                    prop:value=move || texts.text.get() on:input=move |event| texts.text.set(event_target_value(&event))
                    on:keydown=move |event| if event.key() == "Enter" && !event.shift_key() && !event.is_composing() { event.prevent_default(); submit_form_of(&event); }
                ></textarea>
                <button class="btn is-sm" type="submit">"Add"</button>
            </div>
            {texts.said()}
        </form>
    }
    .into_any()
}

/// Another list begins with its first items.
#[component]
fn AddListForm(state: TaskState) -> impl IntoView {
    let action = saving::<AddItem>(state);
    view! {
        <details class="edit">
            <summary class="linklike small">"Add another list"</summary>
            <ActionForm action=action attr:class="form">
                {state.hidden_id()}
                <input class="input" name="list" aria-label="Heading of the new list" placeholder="Heading" maxlength="100" dir="auto" required />
                <textarea class="input" name="text" rows="3" aria-label="Items of the new list, one a line" placeholder="Items, one a line" dir="auto" required></textarea>
                <div class="form__actions"><button class="btn is-sm" type="submit">"Add the list"</button>{save_state(action)}</div>
            </ActionForm>
        </details>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod drag {
    use leptos::{html::Ul, prelude::*};
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{Element, HtmlElement, PointerEvent};

    use super::PlaceItem;
    use crate::ui::keys::{self, Action, Place};

    /// What a key does on a handle.
    pub fn pressed(event: &web_sys::KeyboardEvent) -> Option<Action> {
        keys::pressed(event, Place::Checklist, true)
    }

    /// Lets the handles of a list be dragged. While one is, only classes of the page change; the server
    /// hears of it once, at the end.
    pub fn attach(node: NodeRef<Ul>, place: ServerAction<PlaceItem>) {
        Effect::new(move |_| {
            let Some(list) = node.get() else { return };
            let list: HtmlElement = (*list).clone();
            let root = list.clone();
            let down = Closure::<dyn FnMut(PointerEvent)>::new(move |event: PointerEvent| {
                let Some(handle) =
                    target(&event).and_then(|target| target.closest(".checklist__handle").ok().flatten())
                else {
                    return;
                };
                let Some(row) = handle.closest("li").ok().flatten() else { return };
                event.prevent_default();
                drop(handle.set_pointer_capture(event.pointer_id()));
                follow(&root, &handle, &row, place);
            });
            drop(list.add_event_listener_with_callback("pointerdown", down.as_ref().unchecked_ref()));
            // Lives as long as the list in the page.
            StoredValue::new_local(down);
        });
    }

    fn target(event: &PointerEvent) -> Option<Element> {
        event.target()?.dyn_into().ok()
    }

    /// Where the dragged row would go: before or behind another one.
    fn slot(list: &HtmlElement, row: &Element, y: f64) -> Option<(Element, &'static str)> {
        let rows = list.query_selector_all("li[data-item]").ok()?;
        let mut last = None;
        for index in 0..rows.length() {
            let other: Element = rows.get(index)?.dyn_into().ok()?;
            if other == *row {
                continue;
            }
            let area = other.get_bounding_client_rect();
            if y < area.top() + area.height() / 2.0 {
                return Some((other, "before"));
            }
            last = Some(other);
        }
        last.map(|other| (other, "after"))
    }

    fn unmark(list: &HtmlElement) {
        let Ok(marked) = list.query_selector_all("[data-slot], .is-dragged") else { return };
        for index in 0..marked.length() {
            if let Some(element) = marked.get(index).and_then(|node| node.dyn_into::<Element>().ok()) {
                drop(element.remove_attribute("data-slot"));
                drop(element.class_list().remove_1("is-dragged"));
            }
        }
    }

    fn follow(list: &HtmlElement, handle: &Element, row: &Element, place: ServerAction<PlaceItem>) {
        let (marks, dragged) = (list.clone(), row.clone());
        let moved = Closure::<dyn FnMut(PointerEvent)>::new(move |event: PointerEvent| {
            unmark(&marks);
            drop(dragged.class_list().add_1("is-dragged"));
            if let Some((other, side)) = slot(&marks, &dragged, f64::from(event.client_y())) {
                drop(other.set_attribute("data-slot", side));
            }
        });
        let moved = moved.into_js_value();
        let listener: js_sys::Function = moved.unchecked_into();
        drop(handle.add_event_listener_with_callback("pointermove", &listener));
        let (list, row, source) = (list.clone(), row.clone(), handle.clone());
        let end = Closure::<dyn FnMut(PointerEvent)>::new(move |event: PointerEvent| {
            drop(source.remove_event_listener_with_callback("pointermove", &listener));
            let was_moved = row.class_list().contains("is-dragged");
            unmark(&list);
            if event.type_() == "pointercancel" || !was_moved {
                return;
            }
            let to = slot(&list, &row, f64::from(event.client_y()));
            let item = row.get_attribute("data-item").and_then(|id| id.parse().ok());
            if let (Some(item), Some((other, side))) = (item, to)
                && let Some(other) = other.get_attribute("data-item")
            {
                place.dispatch(PlaceItem { item, place: format!("{side} {other}") });
            }
        });
        let end = end.into_js_value();
        // A pointer that ends in any other way leaves everything as it was.
        let options = web_sys::AddEventListenerOptions::new();
        options.set_once(true);
        for kind in ["pointerup", "pointercancel"] {
            drop(handle.add_event_listener_with_callback_and_add_event_listener_options(
                kind,
                end.unchecked_ref(),
                &options,
            ));
        }
    }

    /// After the list was drawn anew: the focus stays on the handle of the item.
    pub fn keep_focus(item: &str) {
        let selector = format!("li[data-item=\"{item}\"] .checklist__handle");
        for wait in [150, 500, 1_200] {
            let selector = selector.clone();
            set_timeout(
                move || {
                    let is_lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
                    let handle = document().query_selector(&selector).ok().flatten();
                    if let Some(handle) = handle.and_then(|handle| handle.dyn_into::<HtmlElement>().ok())
                        && is_lost
                    {
                        drop(handle.focus());
                    }
                },
                std::time::Duration::from_millis(wait),
            );
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod drag {
    use leptos::{html::Ul, prelude::*};

    use super::PlaceItem;
    use crate::ui::keys::Action;

    /// The server hears no keys.
    pub fn pressed<T>(_event: &T) -> Option<Action> {
        None
    }

    /// The server drags nothing.
    pub fn attach(_node: NodeRef<Ul>, _place: ServerAction<PlaceItem>) {}

    /// The server has no focus.
    pub fn keep_focus(_item: &str) {}
}
