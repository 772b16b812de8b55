//! One column with its forms: `/board/T/columns/…`.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::{
    api::{ColumnItem, Columns, RemoveColumn, SaveColumn, load_columns},
    columns_page::status_choices,
};
use crate::{
    domain::column::LIMIT_MAX,
    error::{AppError, AppResult},
    ui::{
        Choice, ErrorPage, ErrorSummary, Page, SelectField, TextField, base_version, blocking_resource, pending,
        plain_error,
    },
};

#[component]
pub fn ColumnPage() -> impl IntoView {
    let params = use_params_map();
    let place = Memo::new(move |_| {
        let params = params.read();
        (params.get("project").unwrap_or_default(), params.get("column").unwrap_or_default())
    });
    let column = blocking_resource(move || place.get(), |(key, id)| load(key, id));
    view! {
        <Transition set_pending=pending()>
            {move || Suspend::new(async move {
                match column.await {
                    Ok((columns, column)) => page(columns, column).into_any(),
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

async fn load(key: String, id: String) -> AppResult<(Columns, ColumnItem)> {
    let columns = load_columns(key).await?;
    if !columns.can_edit {
        return Err(AppError::Forbidden);
    }
    let column = columns.columns.iter().find(|column| column.id.to_string() == id).cloned();
    column.map(|column| (columns, column)).ok_or(AppError::NotFound)
}

fn page(columns: Columns, column: ColumnItem) -> impl IntoView {
    let board = format!("/board/{}", columns.key);
    let all = format!("{board}/columns");
    view! {
        <Page title=format!("List {}", column.name) lead=columns.name.clone() actions=move || view! {
            <a class="btn" href=all.clone()>"All lists"</a>
            <a class="btn" href=board.clone()>"Back to the board"</a>
        }>
            <Settings column=column.clone() />
            <Removal columns=columns column=column />
        </Page>
    }
}

#[component]
fn Settings(column: ColumnItem) -> impl IntoView {
    let error = plain_error::<SaveColumn>();
    let limit = column.limit.map(|limit| limit.to_string()).unwrap_or_default();
    let typed = error.with_untracked(|error| error.as_ref().and_then(|error| error.typed("hard")));
    let is_hard = typed.map_or(column.limit_is_hard, |typed| !typed.is_empty());
    let hint = format!("From 1 to {LIMIT_MAX}; leave it empty for no limit");
    view! {
        <section class="panel is-padded" aria-labelledby="settings-title">
            <div class="panel__head"><h2 id="settings-title">"Settings"</h2></div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=SaveColumn::url()>
                <input type="hidden" name="column" value=column.id.to_string() />
                <input type="hidden" name="version" value=base_version(error, column.version) />
                <div class="form__row">
                    <TextField label="Name" name="name" value=column.name required=true error=error />
                    <SelectField
                        label="Status of its tasks" name="status" choices=status_choices() value=column.status.as_str() error=error
                        hint="Another status changes all tasks in the list: in Completed they are finished, elsewhere open"
                    />
                </div>
                <TextField label="Most tasks" name="limit" value=limit hint=hint error=error />
                <label class="choice">
                    <input type="checkbox" name="hard" value="true" checked=is_hard />
                    <span>"Refuse more tasks than that"<small>"Without this, the list says that it has too many and takes them."</small></span>
                </label>
                <div class="form__actions"><button class="btn is-primary" type="submit">"Save"</button></div>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Removal(columns: Columns, column: ColumnItem) -> impl IntoView {
    let error = plain_error::<RemoveColumn>();
    let others: Vec<&ColumnItem> = columns.columns.iter().filter(|other| other.id != column.id).collect();
    // Where nothing becomes finished or open by it, if there is such a list.
    let heir = others.iter().find(|other| other.status == column.status).or(others.first()).map(|other| other.id);
    let choices: Vec<Choice> =
        others.iter().map(|other| Choice::new(other.id.to_string(), other.name.clone())).collect();
    let inside = match heir {
        None => {
            view! { <p class="muted">"This is the only list of the board. A board keeps at least one."</p> }.into_any()
        }
        Some(heir) => view! {
            <p>{words(column.on_board, column.put_away)}</p>
            <form class="form" method="post" action=RemoveColumn::url()>
                <input type="hidden" name="column" value=column.id.to_string() />
                <SelectField label="Its tasks go to" name="heir" choices=choices value=heir.to_string() error=error />
                <div class="form__actions"><button class="btn is-danger" type="submit">"Delete the list"</button></div>
            </form>
        }
        .into_any(),
    };
    view! {
        <section class="panel is-padded" aria-labelledby="removal-title" id="delete">
            <div class="panel__head"><h2 id="removal-title">"Delete"</h2></div>
            <ErrorSummary error=error />
            {inside}
        </section>
    }
    .into_any()
}

fn words(on_board: u32, put_away: u32) -> String {
    let tasks = |many: u32| if many == 1 { "1 task".to_owned() } else { format!("{many} tasks") };
    match (on_board, put_away) {
        (0, 0) => "The list has no tasks.".into(),
        (on_board, 0) => format!("The list has {}. No task is deleted.", tasks(on_board)),
        (on_board, away) => {
            format!(
                "The list has {}, and {} in the archive or the trash. No task is deleted.",
                tasks(on_board),
                tasks(away)
            )
        }
    }
}
