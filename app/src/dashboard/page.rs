//! `/`: the dashboard of the project that the person works in.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    api::read_dashboard,
    panels::{KeyFigures, MyTasks, NextJobs},
    view::{Dashboard, RANGES},
};
use crate::ui::{ChartFigure, Empty, ErrorPage, Notice, Page, coming, resource};

#[component]
pub fn DashboardPage() -> impl IntoView {
    let query = use_query_map();
    let days = Memo::new(move |_| query.read().get("days").and_then(|days| days.parse::<u32>().ok()));
    let dashboard = resource(move || days.get(), read_dashboard);
    view! {
        <Title text="Dashboard" />
        <Transition set_pending=coming()>
            {move || Suspend::new(async move {
                match dashboard.await {
                    Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                    Ok(None) => view! { <Beginning /> }.into_any(),
                    Ok(Some(dashboard)) => view! { <Overview dashboard=dashboard /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// Before the first project.
#[component]
fn Beginning() -> impl IntoView {
    view! {
        <Page title="Dashboard">
            <Empty title="No project yet" text="A project has a board, its history and its reports. Bring the board you have, or begin with an empty one.">
                <div class="cluster">
                    <a class="btn is-primary" href="/import">"Import a board"</a>
                    <a class="btn" href="/projects/new">"New project"</a>
                </div>
            </Empty>
        </Page>
    }
    .into_any()
}

#[component]
fn Overview(dashboard: Dashboard) -> impl IntoView {
    let chosen = dashboard.days;
    let range = move |days: u32| {
        view! { <a href=format!("/?days={days}") aria-current=(days == chosen).then_some("page")>{format!("{days} days")}</a> }
    };
    view! {
        <div class="dash">
            <div class="page__head">
                <div><h1 tabindex="-1">"Dashboard"</h1><p class="page__lead">{dashboard.lead}</p></div>
                <nav class="tabs is-range" aria-label="Period">{RANGES.into_iter().map(range).collect_view()}</nav>
            </div>
            <Notice />
            <KeyFigures figures=dashboard.figures />
            <div class="grid2">
                <ChartFigure chart=dashboard.flow />
                <ChartFigure chart=dashboard.statuses />
            </div>
            <div class="grid2">
                <NextJobs jobs=dashboard.next_jobs />
                <MyTasks tasks=dashboard.mine />
            </div>
        </div>
    }
    .into_any()
}
