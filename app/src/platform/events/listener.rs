//! What the other instances on one PostgreSQL say: one listening connection for each process.
//!
//! Two kinds of words come: `c PROJECT` (something has changed there, commit by commit) and
//! `p PROCESS PROJECT PEOPLE` (who of that process is there, as JSON).

use std::time::Duration;

use sea_orm::sqlx::postgres::{PgListener, PgPoolOptions};

use super::{CHANNEL, presence};
use crate::{
    domain::{ids::ProjectId, live::Person},
    platform::state::AppState,
};

/// After a broken connection.
const PAUSE: Duration = Duration::from_secs(1);
/// How often the others are told who is here, so that a process that dies is forgotten.
const SAY_EVERY: Duration = Duration::from_secs(30);

pub(super) fn words_of_change(project: ProjectId) -> String {
    format!("c {project}")
}

pub(super) fn words_of_people(process: u64, project: ProjectId, people: &[Person]) -> String {
    format!("p {process} {project} {}", serde_json::to_string(people).unwrap_or_else(|_| "[]".into()))
}

#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Change(ProjectId),
    People { process: u64, project: ProjectId, people: Vec<Person> },
}

fn read(words: &str) -> Option<Heard> {
    let (kind, rest) = words.split_once(' ')?;
    if kind == "c" {
        return rest.parse().ok().map(Heard::Change);
    }
    let mut parts = rest.splitn(3, ' ');
    let (process, project, people) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Heard::People {
        process: process.parse().ok()?,
        project: project.parse().ok()?,
        people: serde_json::from_str(people).ok()?,
    })
}

/// Listens from the first time that somebody of this process opens a board; on SQLite there is
/// nobody else to hear.
pub fn start(app: &AppState) {
    if app.db.is_postgres() && app.db.hub().takes_listener() {
        let app = app.clone();
        tokio::spawn(async move {
            let hub = app.db.hub().clone();
            tokio::select! {
                () = listen_for_ever(&app) => {}
                () = hub.stopped() => {}
            }
        });
    }
}

async fn listen_for_ever(app: &AppState) {
    loop {
        if let Err(error) = listen(app).await {
            tracing::warn!("listening for other instances: {error}");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen(app: &AppState) -> Result<(), sea_orm::sqlx::Error> {
    let options = app.db.reader().get_postgres_connection_pool().connect_options();
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with((*options).clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    // What was said before this began to listen.
    app.db.hub().touch_all();
    tokio::select! {
        ended = hear(app, &mut listener) => ended,
        () = say_for_ever(app) => Ok(()),
    }
}

async fn hear(app: &AppState, listener: &mut PgListener) -> Result<(), sea_orm::sqlx::Error> {
    let hub = app.db.hub();
    loop {
        let Some(notification) = listener.try_recv().await? else {
            // The connection was lost and is made anew.
            hub.touch_all();
            continue;
        };
        match read(notification.payload()) {
            Some(Heard::Change(project)) => hub.touch(project),
            Some(Heard::People { process, project, people }) if process != hub.id() => {
                hub.hear_people(process, project, people);
            }
            Some(Heard::People { .. }) => {}
            None => tracing::debug!("another instance said what this one does not know"),
        }
    }
}

async fn say_for_ever(app: &AppState) {
    let mut tick = tokio::time::interval(SAY_EVERY);
    loop {
        tick.tick().await;
        for project in app.db.hub().projects_with_people() {
            if let Err(error) = presence::say(app, project).await {
                tracing::debug!("telling other processes who is here: {error}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::UserId;

    const HERE: ProjectId = ProjectId(uuid::Uuid::from_u128(1));

    #[test]
    fn what_one_process_says_the_other_understands() {
        assert_eq!(read(&words_of_change(HERE)), Some(Heard::Change(HERE)));
        let id = UserId(uuid::Uuid::from_u128(2));
        let ana = Person { id, name: "Ana María".into(), open: Vec::new(), describing: Vec::new() };
        let people = vec![ana];
        let heard = Heard::People { process: 7, project: HERE, people: people.clone() };
        assert_eq!(read(&words_of_people(7, HERE, &people)), Some(heard));
        for nonsense in ["", "c", "c x", "p 1", "p 1 2 3", "x 1"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }
}
