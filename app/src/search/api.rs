//! Server functions of the search.

use leptos::prelude::*;

use super::view::{Found, Hit};
use crate::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::service::find,
    crate::{domain::search::SearchFilter, platform::ctx::Ctx},
};

/// One page of a search; `query` is the page's own address.
#[server(prefix = "/rpc")]
pub async fn load_search(#[server(default)] query: String) -> AppResult<Found> {
    find::page(&Ctx::signed_in()?, SearchFilter::from_query(&query)).await
}

/// The best tasks for some words, at most twenty: what the command palette shows.
#[server(prefix = "/rpc")]
pub async fn search_tasks(#[server(default)] q: String, limit: u32) -> AppResult<Vec<Hit>> {
    find::best(&Ctx::signed_in()?, &q, limit).await
}
