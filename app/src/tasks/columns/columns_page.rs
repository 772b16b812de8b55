//! All columns of a board: `/board/T/columns`.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::api::{AddColumn, ColumnItem, Columns, ShiftColumn, load_columns};
use crate::{
    domain::task::Status,
    ui::{
        Choice, ErrorPage, ErrorSummary, Icon, Page, SelectField, StatusMark, TextField, blocking_resource, pending,
        plain_error,
    },
};

#[component]
pub fn ColumnsPage() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.read().get("project").unwrap_or_default());
    let columns = blocking_resource(move || key.get(), load_columns);
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match columns.await {
                    Ok(columns) => page(columns).into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(columns: Columns) -> impl IntoView {
    let Columns { key, name, can_edit, columns } = columns;
    let board = format!("/board/{key}");
    let last = columns.len().saturating_sub(1);
    let rows: Vec<_> = columns.iter().enumerate().map(|(at, column)| row(column, &key, can_edit, at, last)).collect();
    view! {
        <Page title="Lists" lead=name actions=move || view! { <a class="btn" href=board.clone()>"Back to the board"</a> }>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Lists of the board">
                <table class="table dl-cards">
                    <caption class="sr-only">"Lists of the board, from the left"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"List"</th>
                            <th scope="col">"Status"</th>
                            <th scope="col" class="num">"Tasks"</th>
                            <th scope="col">"Limit"</th>
                            <th scope="col"><span class="sr-only">"Order"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {can_edit.then(|| view! { <AddForm project=key columns=columns /> })}
        </Page>
    }
}

fn row(column: &ColumnItem, key: &str, can_edit: bool, at: usize, last: usize) -> impl IntoView + use<> {
    let ColumnItem { id, name, status, limit, limit_is_hard, on_board, put_away, .. } = column.clone();
    let limit = match (limit, limit_is_hard) {
        (None, _) => "None".to_owned(),
        (Some(limit), false) => format!("{limit}, a warning"),
        (Some(limit), true) => format!("{limit}, refuses more"),
    };
    let tasks = match put_away {
        0 => on_board.to_string(),
        away => format!("{on_board} and {away} put away"),
    };
    let edit = format!("/board/{key}/columns/{id}");
    let way = |way: &'static str, icon: &'static str, words: String, is_at_end: bool| {
        view! {
            <form method="post" action=ShiftColumn::url()>
                <input type="hidden" name="column" value=id.to_string() />
                <input type="hidden" name="way" value=way />
                <button class="icon-btn" type="submit" disabled=is_at_end aria-label=words.clone() title=words><Icon name=icon /></button>
            </form>
        }
    };
    let title = match can_edit {
        true => view! { <a class="link" href=edit dir="auto">{name.clone()}</a> }.into_any(),
        false => view! { <span dir="auto">{name.clone()}</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{title}</th>
            <td data-label="Status"><span class="cluster"><StatusMark status=status />{status.label()}</span></td>
            <td class="num" data-label="Tasks">{tasks}</td>
            <td data-label="Limit">{limit}</td>
            <td class="actions">
                {can_edit.then(|| view! {
                    <div class="cluster">
                        {way("back", "arrow-left", format!("Move {name} to the left"), at == 0)}
                        {way("on", "arrow-right", format!("Move {name} to the right"), at == last)}
                    </div>
                })}
            </td>
        </tr>
    }
}

/// The statuses as a form offers them.
pub fn status_choices() -> Vec<Choice> {
    Status::ALL.iter().map(|status| Choice::new(status.as_str(), status.label())).collect()
}

#[component]
fn AddForm(project: String, columns: Vec<ColumnItem>) -> impl IntoView {
    let error = plain_error::<AddColumn>();
    // The menu of a list asks for a place beside it.
    let beside = use_query_map().with_untracked(|query| query.get("after").unwrap_or_default());
    let places: Vec<Choice> =
        columns.iter().map(|column| Choice::new(column.id.to_string(), format!("After {}", column.name))).collect();
    let chosen = if places.iter().any(|place| place.value == beside) {
        beside
    } else {
        places.last().map(|place| place.value.clone()).unwrap_or_default()
    };
    view! {
        <section class="panel is-padded" aria-labelledby="new-list">
            <div class="panel__head"><h2 id="new-list">"New list"</h2></div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=AddColumn::url()>
                <input type="hidden" name="project" value=project />
                <input type="hidden" name="side" value="after" />
                <div class="form__row">
                    <TextField label="Name" name="name" required=true error=error />
                    <SelectField label="Status of its tasks" name="status" choices=status_choices() value="todo" error=error />
                    <SelectField label="Place" name="beside" choices=places value=chosen error=error />
                </div>
                <div class="form__actions"><button class="btn is-primary" type="submit">"Add list"</button></div>
            </form>
        </section>
    }
    .into_any()
}
