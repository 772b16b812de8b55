//! The rows of the cards: tasks with ranks and numbers, and all that hangs on them.

use std::collections::{HashMap, HashSet};

use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    board::{Board, Place},
    target::{Origin, Target},
};
use crate::{
    domain::{
        ids::{ChecklistItemId, ColumnId, CommentId, LabelId, ProjectId, RevisionId, TaskId, UserId, WorkNoteId},
        import::{
            clean,
            plan::{PlannedCard, PlannedChange, PlannedComment, PlannedDue, PlannedEvent},
            replay::completed_at,
            run::ImportKind,
        },
        rank::{self, Rank},
        recurrence::Series,
        task::{COMMENT_MAX, Category, ITEM_MAX, Priority, Status},
    },
    entities::{
        checklist_item, comment, comment_revision, import_source, task, task_assignee, task_dependency, task_label,
        task_watcher, work_note,
    },
    platform::ctx::Ctx,
};

/// Everything but the history.
#[derive(Default)]
pub struct Rows {
    pub tasks: Vec<task::ActiveModel>,
    pub assignees: Vec<task_assignee::ActiveModel>,
    pub labels: Vec<task_label::ActiveModel>,
    pub items: Vec<checklist_item::ActiveModel>,
    pub comments: Vec<comment::ActiveModel>,
    pub revisions: Vec<comment_revision::ActiveModel>,
    pub notes: Vec<work_note::ActiveModel>,
    pub watchers: Vec<task_watcher::ActiveModel>,
    pub links: Vec<task_dependency::ActiveModel>,
    pub sources: Vec<import_source::ActiveModel>,
    /// The task of each card.
    pub ids: HashMap<String, TaskId>,
    pub last_number: i32,
}

impl Rows {
    /// How many there are in all.
    pub fn rows(&self) -> usize {
        self.tasks.len()
            + self.assignees.len()
            + self.labels.len()
            + self.items.len()
            + self.comments.len()
            + self.revisions.len()
            + self.notes.len()
            + self.watchers.len()
            + self.links.len()
            + self.sources.len()
    }
}

#[allow(clippy::too_many_arguments, reason = "the parts of one import, each made before by its own file")]
pub fn build(
    ctx: &Ctx,
    target: &Target,
    board: &Board,
    people: &HashMap<String, UserId>,
    labels: &HashMap<String, LabelId>,
    cards: &[&PlannedCard],
    history: &[PlannedEvent],
    there: &HashMap<String, TaskId>,
    source: Option<ImportKind>,
) -> Rows {
    let mut past: HashMap<&str, Vec<&PlannedEvent>> = HashMap::new();
    for event in history {
        past.entry(event.card.as_str()).or_default().push(event);
    }
    let numbers = numbers(target, cards);
    let mut ranks = ranks(board, cards);
    let mut rows = Rows {
        last_number: numbers.values().copied().max().unwrap_or_default().max(target.project.last_number),
        ..Rows::default()
    };
    for card in cards {
        let id = TaskId(Uuid::now_v7());
        rows.ids.insert(card.source_id.clone(), id);
        let place = board.place(&card.column);
        let Some(rank) = ranks.get_mut(&place.column).and_then(Iterator::next) else { continue };
        let events = past.get(card.source_id.as_str()).map_or(&[][..], Vec::as_slice);
        let number = numbers.get(card.source_id.as_str()).copied().unwrap_or_default();
        rows.tasks.push(task_row(ctx, target, board, people, card, events, place, rank, number, id));
        let project_id = target.project.id;
        rows.assignees.extend(
            unique(card.people.iter().filter_map(|person| people.get(person)))
                .map(|user_id| task_assignee::ActiveModel { task_id: Set(id), user_id: Set(user_id) }),
        );
        rows.labels.extend(unique(card.labels.iter().filter_map(|label| labels.get(label))).map(|label_id| {
            task_label::ActiveModel { project_id: Set(project_id), task_id: Set(id), label_id: Set(label_id) }
        }));
        rows.items.extend(item_rows(card, id));
        for comment in &card.comments {
            rows.say(people, comment, id);
        }
        rows.add_rest(people, card, project_id, id);
        rows.sources.extend(source.map(|source| import_source::ActiveModel {
            project_id: Set(project_id),
            source: Set(source),
            source_id: Set(card.source_id.clone()),
            task_id: Set(id),
        }));
    }
    rows.link(ctx, cards, there);
    rows
}

impl Rows {
    fn say(&mut self, people: &HashMap<String, UserId>, planned: &PlannedComment, task_id: TaskId) {
        let id = CommentId(Uuid::now_v7());
        self.comments.push(comment::ActiveModel {
            id: Set(id),
            task_id: Set(task_id),
            author_id: Set(planned.person.as_ref().and_then(|person| people.get(person)).copied()),
            body: Set(clean::lines(&planned.text, COMMENT_MAX)),
            created_at: Set(planned.at),
            edited_at: Set(planned.edited_at),
        });
        self.revisions.extend(planned.before.iter().map(|(at, text)| comment_revision::ActiveModel {
            id: Set(RevisionId(Uuid::now_v7())),
            comment_id: Set(id),
            body: Set(clean::lines(text, COMMENT_MAX)),
            written_at: Set(*at),
        }));
    }

    /// Work notes and watchers.
    fn add_rest(&mut self, people: &HashMap<String, UserId>, card: &PlannedCard, project: ProjectId, id: TaskId) {
        let Some(rest) = &card.rest else { return };
        self.notes.extend(rest.notes.iter().map(|note| work_note::ActiveModel {
            id: Set(WorkNoteId(Uuid::now_v7())),
            project_id: Set(project),
            task_id: Set(id),
            author_id: Set(note.person.as_ref().and_then(|person| people.get(person)).copied()),
            kind: Set(note.kind),
            on_date: Set(note.on),
            body: Set(note.text.clone()),
            created_at: Set(note.at),
            edited_at: Set(note.edited_at),
        }));
        self.watchers.extend(
            unique(rest.watchers.iter().filter_map(|person| people.get(person)))
                .map(|user_id| task_watcher::ActiveModel { task_id: Set(id), user_id: Set(user_id) }),
        );
    }

    /// What waits for what, also for tasks that came before. The plan has no circles, and what came before is not
    /// changed, so none can close.
    fn link(&mut self, ctx: &Ctx, cards: &[&PlannedCard], there: &HashMap<String, TaskId>) {
        for card in cards {
            let (Some(rest), Some(blocked)) = (&card.rest, self.ids.get(&card.source_id).copied()) else { continue };
            let blockers = rest.blocked_by.iter().filter_map(|other| self.ids.get(other).or_else(|| there.get(other)));
            self.links.extend(unique(blockers).map(|blocker| task_dependency::ActiveModel {
                blocker_id: Set(blocker),
                blocked_id: Set(blocked),
                created_by: Set(ctx.actor_id()),
                created_at: Set(ctx.now),
            }));
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "one card seen from all sides")]
fn task_row(
    ctx: &Ctx,
    target: &Target,
    board: &Board,
    people: &HashMap<String, UserId>,
    card: &PlannedCard,
    events: &[&PlannedEvent],
    place: Place,
    rank: Rank,
    number: i32,
    id: TaskId,
) -> task::ActiveModel {
    let rest = card.rest.as_deref();
    let (title, description) = match rest {
        // Checked when it was read, and to be as it was.
        Some(_) => (card.title.clone(), card.description.clone()),
        None => clean::title_and_description(&card.title, &card.description),
    };
    let replayed = completed_at(events.iter().copied(), |list| board.place(list).status);
    let completed = match rest {
        Some(rest) if place.status == Status::Done => rest.completed_at.or(replayed).or(Some(card.updated_at)),
        Some(_) => None,
        None => replayed,
    };
    let category = card.category.unwrap_or(Category::Ordinary);
    let is_as_meant = rest.is_some_and(|rest| rest.completed_at.is_some() == (place.status == Status::Done));
    let archived = events
        .iter()
        .rev()
        .find(|event| event.change == PlannedChange::Archived)
        .map_or(card.updated_at, |event| event.at);
    let archived = rest.and_then(|rest| rest.archived_at.or(rest.deleted_at)).unwrap_or(archived);
    let user = |person: Option<&String>| person.and_then(|person| people.get(person)).copied();
    let creator = match rest {
        Some(rest) => user(rest.created_by.as_ref()),
        None => user(events.first().and_then(|event| event.person.as_ref())),
    };
    let last = events.last().map_or(card.updated_at, |event| event.at.max(card.updated_at));
    let updated = if rest.is_some() { card.updated_at } else { last.min(ctx.now) };
    let series = rest.and_then(|rest| rest.series.as_ref()).map(|series| Series {
        rule: series.rule.clone(),
        // A list that was deleted: the next ones appear where this one stands.
        column: if board.has(&series.column) { board.place(&series.column).column } else { place.column },
    });
    task::ActiveModel {
        id: Set(id),
        project_id: Set(target.project.id),
        column_id: Set(place.column),
        number: Set(number),
        rank: Set(rank.into_string()),
        title: Set(title),
        description: Set(description),
        priority: Set(card.priority.unwrap_or(Priority::Medium)),
        category: Set(if is_as_meant { category } else { category.after_move(place.status) }),
        due_on: Set(card.due.and_then(|due| if let PlannedDue::On(day) = due { Some(day) } else { None })),
        due_at: Set(card.due.and_then(|due| if let PlannedDue::At(at) = due { Some(at) } else { None })),
        completed_at: Set(completed),
        archived_at: Set(card.archived.then_some(archived)),
        start_on: Set(rest.and_then(|rest| rest.start_on)),
        estimate_minutes: Set(rest.and_then(|rest| rest.estimate_minutes)),
        recurrence: Set(series.and_then(|series| series.to_json().ok())),
        deleted_at: Set(rest.and_then(|rest| rest.deleted_at)),
        deleted_by: Set(rest.and_then(|rest| user(rest.deleted_by.as_ref()))),
        created_by: Set(creator),
        created_at: Set(card.created_at),
        updated_at: Set(updated),
        version: Set(version(events)),
    }
}

/// Behind all versions that the history names: an edit asks it what happened since.
fn version(events: &[&PlannedEvent]) -> i64 {
    let named = events.iter().filter_map(|event| match &event.change {
        PlannedChange::Own(entry) => entry.detail.get("version")?.as_i64(),
        _ => None,
    });
    named.max().unwrap_or_default() + 1
}

/// A board of its own keeps the numbers of the source, if each card has one; otherwise cards are numbered
/// in the order in which they were created.
pub fn numbers<'a>(target: &Target, cards: &[&'a PlannedCard]) -> HashMap<&'a str, i32> {
    let own: HashSet<i32> = cards.iter().filter_map(|card| card.number).collect();
    if target.origin == Origin::Made && own.len() == cards.len() {
        return cards.iter().filter_map(|card| Some((card.source_id.as_str(), card.number?))).collect();
    }
    let mut by_age = cards.to_vec();
    by_age.sort_by_key(|card| card.created_at);
    by_age.into_iter().map(|card| card.source_id.as_str()).zip(target.project.last_number + 1..).collect()
}

/// Ranks for each column, behind the cards that stand there already.
fn ranks(board: &Board, cards: &[&PlannedCard]) -> HashMap<ColumnId, std::vec::IntoIter<Rank>> {
    let mut counts: HashMap<ColumnId, usize> = HashMap::new();
    for card in cards {
        *counts.entry(board.place(&card.column).column).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|(column, count)| (column, rank::spread(count, board.last_rank(column), None).into_iter()))
        .collect()
}

/// One list has no title of its own; the items of several stand under the titles of theirs.
fn item_rows(card: &PlannedCard, task_id: TaskId) -> impl Iterator<Item = checklist_item::ActiveModel> {
    let has_titles = card.checklists.len() > 1 || card.rest.is_some();
    let is_checked = card.rest.is_some();
    let items = card.checklists.iter().flat_map(move |list| {
        list.items.iter().map(move |item| (if has_titles { list.name.as_str() } else { "" }, item))
    });
    items.zip(0..).map(move |((title, item), position)| checklist_item::ActiveModel {
        id: Set(ChecklistItemId(Uuid::now_v7())),
        task_id: Set(task_id),
        list_title: Set(clean::line(title, ITEM_MAX)),
        text: Set(if is_checked { item.text.clone() } else { clean::line(&item.text, ITEM_MAX) }),
        position: Set(position),
        // Where the source does not tell when: that it is done is what counts.
        done_at: Set(item.done_at.or(item.done.then_some(card.updated_at))),
    })
}

fn unique<'a, T: Copy + Eq + std::hash::Hash + 'a>(items: impl Iterator<Item = &'a T>) -> impl Iterator<Item = T> {
    let mut seen = HashSet::new();
    items.copied().filter(move |item| seen.insert(*item))
}
