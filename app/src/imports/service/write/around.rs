//! What stands around the board of our own export: rules and shared views.

use std::collections::{HashMap, HashSet};

use sea_orm::{ActiveValue::Set, EntityTrait};
use uuid::Uuid;

use super::board::Board;
use crate::{
    domain::{
        account::UserState,
        automation::{Action, Trigger, Whom},
        board_filter::Assignee,
        board_look::{board_query, read_board_query},
        ids::{ColumnId, LabelId, ProjectId, RuleId, SavedViewId, UserId},
        import::plan::{PlannedProject, PlannedRule, PlannedView},
    },
    entities::{rule, saved_view, user},
    error::AppResult,
    platform::{ctx::Ctx, db::WriteTx, fault},
};

/// What the ids of the file are here.
pub struct Here<'a> {
    pub board: &'a Board,
    pub labels: &'a HashMap<String, LabelId>,
    pub people: &'a HashMap<String, UserId>,
    /// People who may be named.
    pub known: &'a [user::Model],
}

/// Gives a new project its rules, switched off until somebody has looked at them, and its shared views.
pub async fn furnish(
    ctx: &Ctx,
    tx: &WriteTx,
    project: ProjectId,
    planned: &PlannedProject,
    here: &Here<'_>,
) -> AppResult<()> {
    let rules = rule_rows(ctx, project, &planned.rules, here)?;
    if !rules.is_empty() {
        rule::Entity::insert_many(rules).exec_without_returning(&**tx).await?;
    }
    let views = view_rows(ctx, project, &planned.views, here);
    if !views.is_empty() {
        saved_view::Entity::insert_many(views).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// Rules whose lists, labels and people came along.
fn rule_rows(
    ctx: &Ctx,
    project: ProjectId,
    planned: &[PlannedRule],
    here: &Here<'_>,
) -> AppResult<Vec<rule::ActiveModel>> {
    let mut rows = Vec::new();
    for planned in planned {
        let actions: Option<Vec<Action>> = planned.actions.iter().map(|action| here.action(action)).collect();
        let (Some(trigger), Some(actions)) = (here.trigger(planned.trigger), actions) else { continue };
        let json = |error| fault::internal("writing a rule", error);
        rows.push(rule::ActiveModel {
            id: Set(RuleId(Uuid::now_v7())),
            project_id: Set(project),
            name: Set(planned.name.clone()),
            is_on: Set(false),
            trigger: Set(serde_json::to_string(&trigger).map_err(json)?),
            actions: Set(serde_json::to_string(&actions).map_err(json)?),
            position: Set(i32::try_from(rows.len()).unwrap_or(i32::MAX)),
            on_since: Set(ctx.now),
            pause_note: Set(None),
            created_by: Set(ctx.actor_id()),
            created_at: Set(ctx.now),
            updated_at: Set(ctx.now),
            version: Set(1),
        });
    }
    Ok(rows)
}

/// Views under the names of those who saved them, or of the person who imports where they cannot sign in here.
fn view_rows(ctx: &Ctx, project: ProjectId, planned: &[PlannedView], here: &Here<'_>) -> Vec<saved_view::ActiveModel> {
    let mut taken: HashSet<(UserId, String)> = HashSet::new();
    let mut rows = Vec::new();
    for planned in planned {
        let owner = planned.person.as_ref().and_then(|person| here.account(person)).or(ctx.actor_id());
        let (Some(owner), Some(query)) = (owner, here.query(&planned.query)) else { continue };
        // Two people may have called theirs alike, and one of them is nobody here.
        if !taken.insert((owner, planned.name.clone())) {
            continue;
        }
        rows.push(saved_view::ActiveModel {
            id: Set(SavedViewId(Uuid::now_v7())),
            project_id: Set(project),
            owner_id: Set(owner),
            name: Set(planned.name.clone()),
            query: Set(query),
            is_shared: Set(true),
            created_at: Set(ctx.now),
        });
    }
    rows
}

impl Here<'_> {
    fn column(&self, id: ColumnId) -> Option<ColumnId> {
        let list = id.to_string();
        let comes = self.board.has(&list) && !self.board.is_left_out(&list);
        comes.then(|| self.board.place(&list).column)
    }

    fn label(&self, id: LabelId) -> Option<LabelId> {
        self.labels.get(&id.to_string()).copied()
    }

    fn person(&self, id: UserId) -> Option<UserId> {
        self.people.get(&id.to_string()).copied()
    }

    fn account(&self, person: &str) -> Option<UserId> {
        let id = self.people.get(person).copied()?;
        self.known.iter().any(|user| user.id == id && user.state == UserState::Active).then_some(id)
    }

    fn trigger(&self, trigger: Trigger) -> Option<Trigger> {
        Some(match trigger {
            Trigger::Enters { column } => Trigger::Enters { column: self.column(column)? },
            Trigger::Labelled { label } => Trigger::Labelled { label: self.label(label)? },
            Trigger::Overdue => Trigger::Overdue,
        })
    }

    fn action(&self, action: &Action) -> Option<Action> {
        Some(match action {
            Action::AddLabel { label } => Action::AddLabel { label: self.label(*label)? },
            Action::RemoveLabel { label } => Action::RemoveLabel { label: self.label(*label)? },
            Action::MoveTo { column } => Action::MoveTo { column: self.column(*column)? },
            Action::Assign { person } => Action::Assign { person: self.person(*person)? },
            Action::Unassign { person } => Action::Unassign { person: self.person(*person)? },
            Action::Notify { whom: Whom::Person(person) } => {
                Action::Notify { whom: Whom::Person(self.person(*person)?) }
            }
            Action::Notify { whom: Whom::Assignees }
            | Action::SetPriority { .. }
            | Action::SetCategory { .. }
            | Action::DueIn { .. }
            | Action::UnassignAll
            | Action::Comment { .. } => action.clone(),
        })
    }

    /// A view of somebody who did not come along would show nothing.
    fn query(&self, query: &str) -> Option<String> {
        let (mut filter, look) = read_board_query(query);
        if let Some(Assignee::Person(person)) = filter.assignee {
            filter.assignee = Some(Assignee::Person(self.person(person)?));
        }
        Some(board_query(&filter, look).trim_start_matches('?').to_owned())
    }
}
