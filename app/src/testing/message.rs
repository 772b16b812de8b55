//! The messages of a run with their bytes.

use std::{collections::HashMap, ops::Deref};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::TestApp;
use crate::{
    domain::ids::{DeliveryId, OccurrenceId},
    entities::{delivery, delivery_content},
};

/// A delivery with its message; empty where that was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub row: delivery::Model,
    pub mime: Vec<u8>,
}

impl Deref for Message {
    type Target = delivery::Model;

    fn deref(&self) -> &Self::Target {
        &self.row
    }
}

/// The messages of a run, in the order of its list.
pub async fn messages(app: &TestApp, run: OccurrenceId) -> Vec<Message> {
    let query = delivery::Entity::find().filter(delivery::Column::OccurrenceId.eq(run));
    let rows = query.order_by_asc(delivery::Column::Position).all(app.reader()).await.expect("the rows are read");
    let of_run = delivery_content::Column::DeliveryId.is_in(rows.iter().map(|row| row.id));
    let contents = delivery_content::Entity::find().filter(of_run).all(app.reader()).await.expect("the bytes are read");
    let mut contents: HashMap<DeliveryId, Vec<u8>> =
        contents.into_iter().map(|row| (row.delivery_id, row.mime)).collect();
    rows.into_iter().map(|row| Message { mime: contents.remove(&row.id).unwrap_or_default(), row }).collect()
}
