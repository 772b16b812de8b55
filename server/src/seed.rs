//! Demonstration data: one named cast, a project with six weeks of lively history that ends on a board in full work.

mod cast;
pub mod copies;
mod named;
mod past;
mod titles;

use app::{
    domain::{
        ids::{ProjectId, UserId},
        import::plan::{ColumnState, ImportPlan, PlannedColumn, PlannedLabel, PlannedPart, PlannedPerson},
        project::{MemberRole, parse_task_ref},
        task::Status,
    },
    entities::{board_column, member, project, user},
    error::AppResult,
    imports::service::demo,
    platform::ctx::Ctx,
    projects::service::projects::NewProject,
};
use rand::{SeedableRng, rngs::StdRng};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

use past::{Board, History};

/// Key of the demonstration project, where it is free.
const KEY: &str = "T";
const ZONE: &str = "Europe/Ljubljana";
/// More tasks than these are copies: telling the story of each would take minutes.
const TOLD_MOST: usize = 10_000;
/// The same demonstration each time.
const SEED: u64 = 20_261_123;

/// What was made, for the person at the command line.
pub struct Seeded {
    pub project_key: String,
    pub tasks: usize,
    /// Address and password of a member of the cast; none where the cast was there before.
    pub sign_in: Option<(String, String)>,
}

/// Makes the cast, where it is missing, and a project with `tasks` tasks on its board and an archive behind it.
/// Administrators who are there already own the project too.
pub async fn seed_demo(ctx: &Ctx, tasks: usize) -> AppResult<Seeded> {
    let cast = cast::gather(ctx).await?;
    let plan = plan(ctx, tasks.min(TOLD_MOST));
    let told = plan.cards.iter().filter(|card| !card.archived).count();
    let is_key_taken = project::Entity::find().filter(project::Column::Key.eq(KEY)).count(ctx.reader()).await? > 0;
    let new = NewProject {
        name: "Reports".into(),
        key: if is_key_taken { String::new() } else { KEY.into() },
        zone: ZONE.into(),
    };
    let tx = ctx.begin().await?;
    let project = demo::bring_plan(ctx, &tx, new, plan, &cast.people).await?;
    copies::add(&tx, project.id, tasks.saturating_sub(told)).await?;
    limit_work(&tx, project.id).await?;
    give(&tx, project.id, &cast.owners).await?;
    tx.commit().await?;
    Ok(Seeded { project_key: project.key, tasks: told.max(tasks), sign_in: cast.sign_in })
}

/// The whole demonstration as a plan.
fn plan(ctx: &Ctx, tasks: usize) -> ImportPlan {
    let mut board =
        Board { now: ctx.now, random: StdRng::seed_from_u64(SEED), cards: Vec::new(), history: History::default() };
    named::tell(&mut board, tasks);
    past::tell(&mut board, tasks);
    let Board { mut cards, history: History(mut history), .. } = board;
    history.sort_by_key(|event| event.at);
    // Those put away stand behind the others.
    cards.sort_by_key(|card| card.archived);
    ImportPlan {
        project_name: "Reports".into(),
        columns: Status::ALL
            .iter()
            .map(|status| PlannedColumn {
                source_id: status.as_str().into(),
                name: status.label().into(),
                status: *status,
                state: ColumnState::Open,
                cards: 0,
                limit: None,
            })
            .collect(),
        labels: named::LABELS
            .iter()
            .map(|(name, hue)| PlannedLabel { source_id: (*name).into(), name: (*name).into(), hue: *hue })
            .collect(),
        people: cast::PEOPLE
            .iter()
            .map(|(id, name, email)| PlannedPerson {
                source_id: (*id).into(),
                name: (*name).into(),
                username: (*email).into(),
                part: PlannedPart::Involved,
            })
            .collect(),
        cards,
        history,
        warnings: Vec::new(),
        project: None,
    }
}

/// Four at a time: the board shows what happens when there are five.
async fn limit_work(tx: &app::platform::db::WriteTx, project: ProjectId) -> AppResult<()> {
    board_column::Entity::update_many()
        .col_expr(board_column::Column::WipLimit, Expr::value(4))
        .filter(board_column::Column::ProjectId.eq(project))
        .filter(board_column::Column::Status.eq(Status::Progress))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Makes owners, and opens the project for them.
async fn give(tx: &app::platform::db::WriteTx, project: ProjectId, owners: &[UserId]) -> AppResult<()> {
    for owner in owners {
        member::Entity::delete_by_id((project, *owner)).exec(&**tx).await?;
        let row = member::ActiveModel { project_id: Set(project), user_id: Set(*owner), role: Set(MemberRole::Owner) };
        member::Entity::insert(row).exec_without_returning(&**tx).await?;
    }
    user::Entity::update_many()
        .col_expr(user::Column::LastProjectId, Expr::value(project))
        .filter(user::Column::Id.is_in(owners.iter().copied()))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The number in a reference like `T-214`.
fn number(reference: &str) -> Option<i32> {
    parse_task_ref(reference).map(|(_, number)| number)
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use app::domain::import::plan::PlannedChange;
    use chrono::{DateTime, Utc};

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn told(tasks: usize) -> Board {
        let mut board = Board {
            now: at("2026-11-23T08:00:00Z"),
            random: StdRng::seed_from_u64(SEED),
            cards: Vec::new(),
            history: History::default(),
        };
        named::tell(&mut board, tasks);
        past::tell(&mut board, tasks);
        board
    }

    #[test]
    fn the_board_has_as_many_tasks_as_asked_for_and_each_number_and_title_once() {
        for tasks in [3, 16, 24, 1000] {
            let board = told(tasks);
            assert_eq!(board.cards.iter().filter(|card| !card.archived).count(), tasks);
            let numbers: HashSet<_> = board.cards.iter().filter_map(|card| card.number).collect();
            assert_eq!(numbers.len(), board.cards.len());
            let titles: HashSet<_> = board.cards.iter().map(|card| card.title.as_str()).collect();
            assert_eq!(titles.len(), board.cards.len());
        }
    }

    #[test]
    fn every_history_is_a_chain_in_time_that_ends_where_the_card_stands() {
        let board = told(200);
        let mut place: HashMap<&str, (&str, DateTime<Utc>)> = HashMap::new();
        for event in &board.history.0 {
            assert!(event.at <= board.now, "nothing lies in the future");
            match &event.change {
                PlannedChange::Created { column } => assert!(place.insert(&event.card, (column, event.at)).is_none()),
                PlannedChange::Moved { from, to } => {
                    let stands = place.get_mut(event.card.as_str()).unwrap();
                    assert_eq!(stands.0, from);
                    assert!(event.at >= stands.1, "{}", event.card);
                    *stands = (to, event.at);
                }
                _ => assert!(place.contains_key(event.card.as_str())),
            }
        }
        for card in &board.cards {
            assert_eq!(place[card.source_id.as_str()].0, card.column, "{}", card.title);
        }
    }

    #[test]
    fn the_history_goes_back_six_weeks() {
        let board = told(24);
        let oldest = board.cards.iter().map(|card| card.created_at).min().unwrap();
        let days = (board.now - oldest).num_days();
        assert!((36..=44).contains(&days), "{days} days");
    }
}
