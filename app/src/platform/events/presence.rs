//! Who is looking at a project now, which tasks they have open, and whose description they write. Kept
//! in memory only: those of this process as long as their streams are open, those of others as long as
//! they say so.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use super::{Hub, News, listener, notify};
use crate::{
    domain::{
        ids::{OpId, ProjectId, TaskId, UserId},
        live::{Doing, Person},
    },
    error::AppResult,
    platform::state::AppState,
};

/// What another process said holds this long without being said again.
const HOLDS: Duration = Duration::from_secs(75);
/// A tab that says nothing for this long has nothing open.
const TAB_HOLDS: Duration = Duration::from_secs(150);
/// A tab says every minute what it has open; one that was lost while its person wrote does no more.
const DESCRIBING_HOLDS: Duration = Duration::from_secs(75);
/// Most people of one process that others are told of: a notification has at most 8,000 bytes.
const TOLD_MOST: usize = 32;

#[derive(Default)]
pub(super) struct Presence(HashMap<ProjectId, Here>);

#[derive(Default)]
struct Here {
    /// By the number of their stream.
    streams: HashMap<u64, (UserId, String)>,
    /// What each tab has open.
    tabs: HashMap<(UserId, OpId), Opened>,
    /// What other processes said last.
    elsewhere: HashMap<u64, (Vec<Person>, Instant)>,
}

/// A task in a tab.
struct Opened {
    task: TaskId,
    doing: Doing,
    /// When the tab last said so.
    at: Instant,
}

impl Opened {
    fn is_described(&self) -> bool {
        self.doing == Doing::Describing && self.at.elapsed() < DESCRIBING_HOLDS
    }
}

impl Here {
    fn local(&self) -> Vec<Person> {
        let mut people: BTreeMap<UserId, Person> = BTreeMap::new();
        for (id, name) in self.streams.values() {
            people.entry(*id).or_insert_with(|| Person {
                id: *id,
                name: name.clone(),
                open: Vec::new(),
                describing: Vec::new(),
            });
        }
        for ((id, _), tab) in &self.tabs {
            if tab.at.elapsed() < TAB_HOLDS
                && let Some(person) = people.get_mut(id)
            {
                add(&mut person.open, tab.task);
                if tab.is_described() {
                    add(&mut person.describing, tab.task);
                }
            }
        }
        people.into_values().collect()
    }

    fn all(&self) -> Vec<Person> {
        let mut people: BTreeMap<UserId, Person> = self.local().into_iter().map(|person| (person.id, person)).collect();
        let elsewhere = self.elsewhere.values().filter(|(_, at)| at.elapsed() < HOLDS).flat_map(|(people, _)| people);
        for other in elsewhere {
            let person = people.entry(other.id).or_insert_with(|| Person {
                open: Vec::new(),
                describing: Vec::new(),
                ..other.clone()
            });
            other.open.iter().for_each(|task| add(&mut person.open, *task));
            other.describing.iter().for_each(|task| add(&mut person.describing, *task));
        }
        people.into_values().collect()
    }

    fn is_empty(&self) -> bool {
        self.streams.is_empty() && self.tabs.is_empty() && self.elsewhere.is_empty()
    }
}

fn add(open: &mut Vec<TaskId>, task: TaskId) {
    if let Err(at) = open.binary_search(&task) {
        open.insert(at, task);
    }
}

impl Presence {
    fn change<T>(&mut self, project: ProjectId, change: impl FnOnce(&mut Here) -> T) -> T {
        let here = self.0.entry(project).or_default();
        let answer = change(here);
        here.elsewhere.retain(|_, (people, at)| !people.is_empty() && at.elapsed() < HOLDS);
        here.tabs.retain(|_, tab| tab.at.elapsed() < TAB_HOLDS);
        if here.is_empty() {
            self.0.remove(&project);
        }
        answer
    }
}

/// A person's place in a project while a stream of theirs is open; dropped, they have left.
pub struct Guest {
    app: AppState,
    project: ProjectId,
    person: UserId,
    stream: u64,
}

impl Guest {
    /// Lets the others know that somebody has come.
    pub fn enter(app: &AppState, project: ProjectId, person: UserId, name: &str) -> Self {
        let hub = app.db.hub();
        let stream = hub.next_stream();
        hub.presence().change(project, |here| here.streams.insert(stream, (person, name.to_owned())));
        spread(app, project);
        Self { app: app.clone(), project, person, stream }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let (stream, person) = (self.stream, self.person);
        self.app.db.hub().presence().change(self.project, |here| {
            here.streams.remove(&stream);
            if !here.streams.values().any(|(other, _)| *other == person) {
                here.tabs.retain(|(other, _), _| *other != person);
            }
        });
        // Without a runtime the process is ending, and nobody is left to be told.
        if tokio::runtime::Handle::try_current().is_ok() {
            spread(&self.app, self.project);
        }
    }
}

/// A tab of a person has a task open and does something with it, or has none open any more.
pub fn open_task(app: &AppState, project: ProjectId, person: UserId, tab: OpId, open: Option<(TaskId, Doing)>) {
    let has_changed = app.db.hub().presence().change(project, |here| {
        let before = here.local();
        match open {
            Some((task, doing)) => {
                here.tabs.insert((person, tab), Opened { task, doing, at: Instant::now() });
            }
            None => {
                here.tabs.remove(&(person, tab));
            }
        }
        here.local() != before
    });
    if has_changed {
        spread(app, project);
    }
}

impl Hub {
    /// Who looks at a project, in the order of their ids.
    pub fn people(&self, project: ProjectId) -> Vec<Person> {
        self.presence().0.get(&project).map(Here::all).unwrap_or_default()
    }

    /// The projects that people of this process look at.
    pub(super) fn projects_with_people(&self) -> Vec<ProjectId> {
        self.presence().0.iter().filter(|(_, here)| !here.streams.is_empty()).map(|(project, _)| *project).collect()
    }

    /// Another process says who is there.
    pub(super) fn hear_people(&self, process: u64, project: ProjectId, people: Vec<Person>) {
        let has_changed = self.presence().change(project, |here| {
            let before = here.all();
            here.elsewhere.insert(process, (people, Instant::now()));
            here.all() != before
        });
        if has_changed {
            self.tell(project, News::People);
        }
    }
}

/// Tells the room, and on PostgreSQL the other processes.
fn spread(app: &AppState, project: ProjectId) {
    app.db.hub().tell(project, News::People);
    if app.db.is_postgres() {
        let app = app.clone();
        tokio::spawn(async move {
            if let Err(error) = say(&app, project).await {
                tracing::debug!("telling other processes who is here: {error}");
            }
        });
    }
}

/// Tells the other processes who of this one is there.
pub(super) async fn say(app: &AppState, project: ProjectId) -> AppResult<()> {
    let mut people = app.db.hub().presence().0.get(&project).map(Here::local).unwrap_or_default();
    people.truncate(TOLD_MOST);
    for person in &mut people {
        person.open.truncate(2);
        person.describing.truncate(1);
    }
    notify(app.db.reader(), &listener::words_of_people(app.db.hub().id(), project, &people)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: ProjectId = ProjectId(uuid::Uuid::from_u128(1));
    const MINA: UserId = UserId(uuid::Uuid::from_u128(2));
    const JONAS: UserId = UserId(uuid::Uuid::from_u128(3));
    const TASK: TaskId = TaskId(uuid::Uuid::from_u128(4));

    fn person(id: UserId, open: &[TaskId]) -> Person {
        Person { id, name: "Somebody".into(), open: open.to_vec(), describing: Vec::new() }
    }

    fn opened(task: TaskId, doing: Doing) -> Opened {
        Opened { task, doing, at: Instant::now() }
    }

    #[test]
    fn a_person_in_two_processes_is_one_person_with_all_that_is_open() {
        let hub = Hub::default();
        hub.presence().change(HERE, |here| {
            here.streams.insert(1, (MINA, "Mina".into()));
            here.tabs.insert((MINA, OpId(uuid::Uuid::from_u128(9))), opened(TASK, Doing::Reading));
        });
        let other = TaskId(uuid::Uuid::from_u128(5));
        hub.hear_people(77, HERE, vec![person(MINA, &[other]), person(JONAS, &[])]);
        let people = hub.people(HERE);
        assert_eq!(people.iter().map(|person| person.id).collect::<Vec<_>>(), [MINA, JONAS]);
        assert_eq!(people[0].open, [TASK, other]);
        hub.hear_people(77, HERE, Vec::new());
        assert_eq!(hub.people(HERE).len(), 1);
    }

    #[test]
    fn who_writes_a_description_is_told_by_every_process_until_their_tab_is_silent() {
        let hub = Hub::default();
        let tab = (MINA, OpId(uuid::Uuid::from_u128(9)));
        hub.presence().change(HERE, |here| {
            here.streams.insert(1, (MINA, "Mina".into()));
            here.tabs.insert(tab, opened(TASK, Doing::Describing));
        });
        hub.hear_people(77, HERE, vec![Person { describing: vec![TASK], ..person(JONAS, &[TASK]) }]);
        let describing = || hub.people(HERE).into_iter().map(|person| person.describing).collect::<Vec<_>>();
        assert_eq!(describing(), [[TASK], [TASK]]);
        let Some(long_ago) = Instant::now().checked_sub(DESCRIBING_HOLDS) else { return };
        hub.presence().change(HERE, |here| {
            here.tabs.insert(tab, Opened { at: long_ago, ..opened(TASK, Doing::Describing) });
        });
        assert_eq!(describing(), [vec![], vec![TASK]]);
        assert_eq!(hub.people(HERE)[0].open, [TASK], "it is open still");
    }

    #[test]
    fn an_open_task_of_somebody_without_a_stream_is_not_shown() {
        let hub = Hub::default();
        hub.presence().change(HERE, |here| {
            here.tabs.insert((MINA, OpId(uuid::Uuid::from_u128(9))), opened(TASK, Doing::Reading));
        });
        assert!(hub.people(HERE).is_empty());
    }
}
