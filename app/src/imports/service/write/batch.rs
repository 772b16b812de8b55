//! Inserting many rows: in statements as large as both databases allow, counted, and stopped on request.

use sea_orm::{ActiveModelTrait, EntityTrait, Iterable};

use crate::{
    imports::service::{progress::Progress, start::Stopped},
    platform::db::WriteTx,
};

/// Values in one statement. SQLite allows 32,766 and PostgreSQL 65,535; a third of the smaller lets progress be seen.
const MOST_VALUES: usize = 10_000;

/// Inserts into one transaction, counting on one counter.
pub struct Batch<'a> {
    pub tx: &'a WriteTx,
    pub progress: &'a Progress,
}

impl Batch<'_> {
    /// Inserts all rows.
    ///
    /// # Errors
    /// Those of the database, and the wish to stop.
    pub async fn insert<A>(&self, rows: Vec<A>) -> Result<(), Stopped>
    where
        A: ActiveModelTrait + Send,
    {
        let size = (MOST_VALUES / <A::Entity as EntityTrait>::Column::iter().count()).max(1);
        let mut rows = rows.into_iter();
        loop {
            if self.progress.is_cancelled() {
                return Err(Stopped::Cancelled);
            }
            let chunk: Vec<A> = rows.by_ref().take(size).collect();
            let count = chunk.len();
            if count == 0 {
                return Ok(());
            }
            A::Entity::insert_many(chunk).exec_without_returning(&**self.tx).await?;
            self.progress.advance(count);
        }
    }
}
