//! Settings → No mail: the addresses to which nothing is sent, and why.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::suppressions_api::{AddSuppression, RemoveSuppression, SuppressionItem, SuppressionList, list_suppressions};
use crate::{
    domain::{board_filter::encode, suppression::SuppressionReason},
    ui::{Empty, ErrorPage, ErrorSummary, Icon, SettingsPage, TextField, pending, plain_error, resource},
};

const PATH: &str = "/settings/suppressions";

#[component]
pub fn SuppressionsPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let query = query.read();
        (query.get("q").unwrap_or_default(), query.get("before"))
    });
    let list = resource(move || asked.get(), |(words, before)| list_suppressions(words, before));
    view! {
        <SettingsPage
            title="No mail"
            lead="Addresses to which nothing is sent: their owners stopped it, a mail server does not know them, or somebody put them here."
        >
            <p class="small">"A message came back? "<a class="link" href="/jobs/bounces">"Upload the bounce"</a>"."</p>
            <Transition set_pending=pending()>
                {move || Suspend::new(async move {
                    match list.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(list) => {
                            let (words, _) = asked.get_untracked();
                            view! { {shown(list, words)}<AddForm /> }.into_any()
                        }
                    }
                })}
            </Transition>
        </SettingsPage>
    }
    .into_any()
}

fn shown(list: SuppressionList, words: String) -> AnyView {
    let SuppressionList { items, older } = list;
    if items.is_empty() && words.is_empty() {
        return view! { <Empty title="Everybody gets mail" text="An address comes here by itself when its owner stops the mails, or when a mail server says that it does not exist." /> }
            .into_any();
    }
    let search = view! {
        <form class="search" role="search" method="get" action=PATH>
            <Icon name="search" />
            <input type="search" name="q" value=words.clone() placeholder="Find an address" aria-label="Find an address" autocomplete="off" />
        </form>
    };
    if items.is_empty() {
        return view! {
            {search}
            <Empty title="No such address here" text="Mail goes to every address that holds these words."><a class="btn" href=PATH>"Show all"</a></Empty>
        }
        .into_any();
    }
    view! {
        {search}
        <div class="table-wrap" tabindex="0" role="region" aria-label="Addresses that get no mail">
            <table class="table dl-cards">
                <caption class="sr-only">"Addresses that get no mail, the newest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Address"</th>
                        <th scope="col">"Why"</th>
                        <th scope="col">"Since"</th>
                        <th scope="col"><span class="sr-only">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{items.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
        {older.map(|older| view! {
            <nav class="pager" aria-label="Pages">
                <span></span>
                <a class="btn" rel="next" href=format!("{PATH}?q={}&before={older}", encode(&words))>"Older entries"</a>
            </nav>
        })}
    }
    .into_any()
}

fn row(item: SuppressionItem) -> impl IntoView {
    let SuppressionItem { id, address, reason, job, run, words, since } = item;
    let icon = match reason {
        SuppressionReason::Unsubscribed => "mail-x",
        SuppressionReason::Bounced => "circle-x",
        SuppressionReason::ByHand => "ban",
    };
    let about = match job {
        Some(job) => format!("The mails of {job}"),
        None => "All mails".to_owned(),
    };
    let label = format!("Remove, and let mail go to {address} again");
    view! {
        <tr>
            <th scope="row"><span>{address}<br /><span class="muted" dir="auto">{about}</span></span></th>
            <td data-label="Why">
                <span>
                    <span class="state" data-tone="off"><Icon name=icon />{reason.label()}</span>
                    {(!words.is_empty()).then(|| view! { <br /><span class="muted" dir="auto">{words}</span> })}
                    {run.map(|run| view! { <br /><a class="link" href=format!("/jobs/runs/{run}")>"The run"</a> })}
                </span>
            </td>
            <td data-label="Since"><time datetime=since.machine>{since.words}</time></td>
            <td class="actions">
                <form method="post" action=RemoveSuppression::url()>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="btn is-sm" type="submit" aria-label=label>"Remove"</button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn AddForm() -> impl IntoView {
    let error = plain_error::<AddSuppression>();
    view! {
        <section class="panel is-padded" aria-labelledby="add-head">
            <div class="panel__head"><h2 id="add-head">"Add an address"</h2></div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=AddSuppression::url()>
                <TextField label="Address" name="address" kind="email" error=error autocomplete="off" />
                <TextField label="Note" name="words" hint="Why, for those who wonder. May be empty." error=error autocomplete="off" />
                <div class="form__actions"><button class="btn is-primary" type="submit"><Icon name="plus" />"Add"</button></div>
            </form>
        </section>
    }
    .into_any()
}
