//! What lists of tasks can be narrowed to: the people, labels and projects of whoever designs a template.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    domain::{
        ids::{ProjectId, UserId},
        template::{
            Document,
            block::{TaskNames, TaskPerson},
        },
    },
    entities::{label, project, user},
    error::AppResult,
    platform::ctx::Ctx,
    projects::service::{access, projects},
};

/// Most people, and most labels, that are offered: more than somebody goes through.
const NAMES_MAX: u64 = 500;
/// Most projects by which one of several namesakes is told apart.
const PROJECTS_SAID: usize = 3;

/// The names of some projects, of their labels and of their people. The projects come by name.
///
/// # Errors
/// Only those of the database.
pub async fn names(db: &impl ConnectionTrait, projects: &[project::Model]) -> AppResult<TaskNames> {
    let labels: Vec<String> = label::Entity::find()
        .select_only()
        .column(label::Column::Name)
        .distinct()
        .filter(label::Column::ProjectId.is_in(projects.iter().map(|project| project.id)))
        .order_by_asc(label::Column::Name)
        .limit(NAMES_MAX)
        .into_tuple()
        .all(db)
        .await?;
    let mut names: Vec<String> = projects.iter().map(|project| project.name.clone()).collect();
    names.dedup();
    Ok(TaskNames { people: people(db, projects).await?, labels, projects: names })
}

/// Lets go of the accounts in a document from elsewhere whose people are in no project of whoever brings it: its lists
/// then choose everybody of the name, as an id of another site is nobody here.
///
/// # Errors
/// [`AppError::SignedOut`](crate::error::AppError::SignedOut), and those of the database.
pub async fn forget_strangers(ctx: &Ctx, document: &mut Document) -> AppResult<()> {
    let mut filters = document.filters_mut();
    let named: Vec<UserId> = filters.iter().filter_map(|filter| filter.person_id).collect();
    if named.is_empty() {
        return Ok(());
    }
    let mine: Vec<ProjectId> = projects::list(ctx).await?.into_iter().map(|project| project.id).collect();
    let seats = access::seats(ctx.reader(), &named, &mine).await?;
    let known: BTreeSet<UserId> = seats.into_iter().map(|(person, _)| person).collect();
    for filter in &mut filters {
        filter.person_id = filter.person_id.filter(|id| known.contains(id));
    }
    Ok(())
}

async fn people(db: &impl ConnectionTrait, projects: &[project::Model]) -> AppResult<Vec<TaskPerson>> {
    let ids: Vec<ProjectId> = projects.iter().map(|project| project.id).collect();
    let rows: Vec<(UserId, String)> = user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::Name])
        .filter(user::Column::Id.in_subquery(access::people_of_any(&ids)))
        .order_by_asc(user::Column::Name)
        .order_by_asc(user::Column::Id)
        .limit(NAMES_MAX)
        .into_tuple()
        .all(db)
        .await?;
    let namesakes: Vec<UserId> = rows.iter().filter(|row| is_shared(&row.1, &rows)).map(|row| row.0).collect();
    let mut projects_of: BTreeMap<UserId, Vec<String>> = BTreeMap::new();
    if !namesakes.is_empty() {
        let seats = access::seats(db, &namesakes, &ids).await?;
        for project in projects {
            for id in namesakes.iter().filter(|id| seats.contains(&(**id, project.id))) {
                projects_of.entry(*id).or_default().push(project.name.clone());
            }
        }
    }
    Ok(told_apart(&rows, &projects_of))
}

/// Whether somebody else has the name, too.
fn is_shared(name: &str, rows: &[(UserId, String)]) -> bool {
    rows.iter().filter(|row| row.1 == name).count() > 1
}

/// Namesakes by their projects, and where these are the same, by the order of their accounts. Addresses are nobody's
/// business here.
fn told_apart(rows: &[(UserId, String)], projects_of: &BTreeMap<UserId, Vec<String>>) -> Vec<TaskPerson> {
    let place = |id: &UserId| {
        let projects = projects_of.get(id).map(Vec::as_slice).unwrap_or_default();
        let said = projects.iter().take(PROJECTS_SAID).cloned().collect::<Vec<_>>().join(", ");
        if projects.len() > PROJECTS_SAID { format!("{said}, …") } else { said }
    };
    let person = |(id, name): &(UserId, String)| {
        let apart = if is_shared(name, rows) {
            let own = place(id);
            let alike: Vec<&UserId> =
                rows.iter().filter(|row| row.1 == *name && place(&row.0) == own).map(|row| &row.0).collect();
            match alike.iter().position(|other| *other == id) {
                Some(at) if alike.len() > 1 => format!("{own}, account {} of {}", at + 1, alike.len()),
                _ => own,
            }
        } else {
            String::new()
        };
        TaskPerson { id: *id, name: name.clone(), apart }
    };
    rows.iter().map(person).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn namesakes_are_told_apart_by_their_projects_or_the_order_of_their_accounts() {
        let id = |number: u128| UserId(Uuid::from_u128(number));
        let rows: Vec<(UserId, String)> = [(1, "Ana"), (2, "Sam"), (3, "Sam"), (4, "Sam")]
            .map(|(number, name)| (id(number), name.to_owned()))
            .to_vec();
        let projects = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let of = BTreeMap::from([
            (id(2), projects(&["Ledger"])),
            (id(3), projects(&["Ledger"])),
            (id(4), projects(&["Ledger", "Shop", "Store", "Website"])),
        ]);
        let labels: Vec<String> = told_apart(&rows, &of).iter().map(TaskPerson::label).collect();
        assert_eq!(
            labels,
            ["Ana", "Sam (Ledger, account 1 of 2)", "Sam (Ledger, account 2 of 2)", "Sam (Ledger, Shop, Store, …)"]
        );
    }
}
