//! Who is told: one room for each project that somebody has open in this process.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use chrono_tz::Tz;
use tokio::sync::{Notify, broadcast, watch};

use super::presence::Presence;
use crate::domain::ids::{ProjectId, UserId};

/// News that a slow reader may fall behind; whoever falls further reads the board again.
const BEHIND_MOST: usize = 256;

/// The rooms of this process; clones are the same rooms.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    /// Tells this process from the others on the same database.
    id: u64,
    rooms: Mutex<HashMap<ProjectId, Arc<Room>>>,
    /// Projects that the running transaction has changed (SQLite: there is one at a time).
    marked: Mutex<HashSet<ProjectId>>,
    is_closing: watch::Sender<bool>,
    has_listener: AtomicBool,
    doubted: broadcast::Sender<UserId>,
    /// Something may have changed in any project.
    stirred: watch::Sender<()>,
    presence: Mutex<Presence>,
    streams: AtomicU64,
}

/// The people of this process who look at one project.
pub struct Room {
    pub project: ProjectId,
    /// Something may have happened.
    pub wake: Notify,
    /// The number of the last change when the room was opened.
    pub start: i64,
    sender: broadcast::Sender<News>,
}

/// Something that streams pass on.
#[derive(Clone, Debug)]
pub enum News {
    /// A numbered change.
    Told(Arc<Told>),
    /// Changes up to this number cannot be told one by one: the board is to be read again.
    Snapshot(i64),
    /// Others came, went, or opened something.
    People,
    /// The project is not there any more.
    Gone,
}

/// A numbered change in words, made once for all who share a time zone.
pub struct Told {
    pub number: i64,
    pub is_about_rights: bool,
    make: Box<dyn Fn(Tz) -> String + Send + Sync>,
    by_zone: Mutex<Vec<(Tz, Arc<str>)>>,
}

impl Told {
    /// A change whose words are not made yet.
    pub fn new(number: i64, is_about_rights: bool, make: impl Fn(Tz) -> String + Send + Sync + 'static) -> Self {
        Self { number, is_about_rights, make: Box::new(make), by_zone: Mutex::new(Vec::new()) }
    }

    /// The JSON for people in a zone.
    pub fn words(&self, zone: Tz) -> Arc<str> {
        let mut made = held(&self.by_zone);
        if let Some((_, words)) = made.iter().find(|(other, _)| *other == zone) {
            return words.clone();
        }
        let words: Arc<str> = (self.make)(zone).into();
        made.push((zone, words.clone()));
        words
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told").field("number", &self.number).finish_non_exhaustive()
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").field("id", &self.0.id).finish_non_exhaustive()
    }
}

impl Default for Hub {
    fn default() -> Self {
        let (is_closing, _) = watch::channel(false);
        let (doubted, _) = broadcast::channel(64);
        let (stirred, _) = watch::channel(());
        Self(Arc::new(Inner {
            id: rand::random(),
            rooms: Mutex::default(),
            marked: Mutex::default(),
            is_closing,
            has_listener: AtomicBool::new(false),
            doubted,
            stirred,
            presence: Mutex::default(),
            streams: AtomicU64::new(0),
        }))
    }
}

impl Hub {
    /// Tells this process from the others on the same database.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// Notes that the running transaction changes a project.
    pub(super) fn mark(&self, project: ProjectId) {
        held(&self.0.marked).insert(project);
    }

    /// The running transaction is committed: wakes the rooms it has news for.
    pub(in crate::platform) fn committed(&self) {
        let marked = std::mem::take(&mut *held(&self.0.marked));
        for project in marked {
            self.touch(project);
        }
    }

    /// Has a room look for news.
    pub fn touch(&self, project: ProjectId) {
        if let Some(room) = held(&self.0.rooms).get(&project) {
            room.wake.notify_one();
        }
        self.0.stirred.send_replace(());
    }

    /// Wakes when any project may have changed: for pages that are of many.
    pub fn stirs(&self) -> watch::Receiver<()> {
        self.0.stirred.subscribe()
    }

    /// Streams of this process that are open.
    pub fn open_streams(&self) -> usize {
        let of_projects: usize = held(&self.0.rooms).values().map(|room| room.sender.receiver_count()).sum();
        of_projects + self.0.stirred.receiver_count()
    }

    /// Has every room look for news.
    pub fn touch_all(&self) {
        for room in held(&self.0.rooms).values() {
            room.wake.notify_one();
        }
        self.0.stirred.send_replace(());
    }

    /// Enters a project's room. Where this opens it, `tend` gets it: it must tell the news until
    /// [`Hub::close_if_empty`] says that nobody is left.
    pub fn enter(
        &self,
        project: ProjectId,
        start: i64,
        tend: impl FnOnce(Arc<Room>),
    ) -> (Arc<Room>, broadcast::Receiver<News>) {
        let mut rooms = held(&self.0.rooms);
        if let Some(room) = rooms.get(&project) {
            return (room.clone(), room.sender.subscribe());
        }
        let (sender, receiver) = broadcast::channel(BEHIND_MOST);
        let room = Arc::new(Room { project, wake: Notify::new(), start, sender });
        rooms.insert(project, room.clone());
        drop(rooms);
        tend(room.clone());
        (room, receiver)
    }

    /// Closes a room that nobody is in any more.
    pub fn close_if_empty(&self, room: &Room) -> bool {
        let mut rooms = held(&self.0.rooms);
        let is_empty = room.sender.receiver_count() == 0;
        if is_empty {
            rooms.remove(&room.project);
        }
        is_empty
    }

    /// Closes a room whatever is in it: nothing more will come.
    pub fn close(&self, room: &Arc<Room>) {
        let mut rooms = held(&self.0.rooms);
        if rooms.get(&room.project).is_some_and(|other| Arc::ptr_eq(other, room)) {
            rooms.remove(&room.project);
        }
    }

    /// The rights or the session of a person may have ended: their streams look at once.
    pub fn doubt(&self, person: UserId) {
        let _ = self.0.doubted.send(person);
    }

    /// The people whose streams should look whether they still may.
    pub fn doubts(&self) -> broadcast::Receiver<UserId> {
        self.0.doubted.subscribe()
    }

    /// Ends all streams: the process stops.
    pub fn stop(&self) {
        self.0.is_closing.send_replace(true);
    }

    /// Done when the process stops.
    pub async fn stopped(&self) {
        let mut is_closing = self.0.is_closing.subscribe();
        let _ = is_closing.wait_for(|is_closing| *is_closing).await;
    }

    /// Whether the caller is the first who wants the listener of this process.
    pub(super) fn takes_listener(&self) -> bool {
        !self.0.has_listener.swap(true, Ordering::Relaxed)
    }

    pub(super) fn presence(&self) -> MutexGuard<'_, Presence> {
        held(&self.0.presence)
    }

    /// A number for a stream of this process.
    pub(super) fn next_stream(&self) -> u64 {
        self.0.streams.fetch_add(1, Ordering::Relaxed)
    }

    /// Tells those in a project's room, if it is open.
    pub(super) fn tell(&self, project: ProjectId, news: News) {
        if let Some(room) = held(&self.0.rooms).get(&project) {
            room.tell(news);
        }
    }
}

impl Room {
    /// Tells those in the room.
    pub fn tell(&self, news: News) {
        let _ = self.sender.send(news);
    }
}

/// A lock whose holder panicked still guards whole values: each is changed in one step.
pub(super) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: ProjectId = ProjectId(uuid::Uuid::from_u128(1));

    #[tokio::test]
    async fn a_mark_wakes_the_room_only_when_the_transaction_is_committed() {
        let hub = Hub::default();
        let (room, _receiver) = hub.enter(HERE, 0, |_| ());
        hub.mark(HERE);
        assert!(tokio::time::timeout(std::time::Duration::from_millis(20), room.wake.notified()).await.is_err());
        hub.committed();
        assert!(tokio::time::timeout(std::time::Duration::from_millis(20), room.wake.notified()).await.is_ok());
    }

    #[test]
    fn a_room_closes_when_the_last_one_has_left_and_opens_anew() {
        let hub = Hub::default();
        let (room, first) = hub.enter(HERE, 0, |_| ());
        let (_, second) = hub.enter(HERE, 7, |_| panic!("the room is there"));
        drop(first);
        assert!(!hub.close_if_empty(&room));
        drop(second);
        assert!(hub.close_if_empty(&room));
        let (again, _third) = hub.enter(HERE, 9, |_| ());
        assert_eq!(again.start, 9);
    }

    #[test]
    fn words_are_made_once_for_each_zone() {
        use std::sync::atomic::AtomicUsize;
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        let told = Told::new(1, false, move |zone| {
            counter.fetch_add(1, Ordering::Relaxed);
            zone.name().to_owned()
        });
        for zone in [Tz::UTC, Tz::Europe__Ljubljana, Tz::UTC] {
            assert_eq!(&*told.words(zone), zone.name());
        }
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }
}
