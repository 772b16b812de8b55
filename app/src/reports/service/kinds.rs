//! Which jobs make reports.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, sea_query::SelectStatement};

use crate::{domain::job::JobKind, entities::schedule};

/// The ids of the jobs whose runs are reports, for `in_subquery`. What is for its reader alone is none.
pub fn jobs_with_reports() -> SelectStatement {
    let kinds = JobKind::ALL.iter().copied().filter(|kind| kind.makes_report());
    schedule::Entity::find()
        .select_only()
        .column(schedule::Column::Id)
        .filter(schedule::Column::Kind.is_in(kinds))
        .into_query()
}
