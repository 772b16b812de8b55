//! The named cast, and short ways to projects and tasks.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use uuid::Uuid;

use super::TestApp;
use crate::{
    domain::{
        account::{Language, Me, Role, Theme, UserState},
        due::SOON_USUAL,
        ids::{ColumnId, UserId},
        project::MemberRole,
        task::Priority,
        week::WeekStart,
    },
    entities::{member, project, user},
    platform::ctx::{Actor, Ctx},
    projects::service::{
        access,
        projects::{self, NewProject},
    },
    tasks::{
        service::{
            create::{self, NewTask},
            moves::End,
        },
        view::Card,
    },
};

/// The people of the tests. Mina is the administrator and owns projects; Jonas edits, Alex views,
/// Ravi is a stranger to them.
#[derive(Clone, Debug)]
pub struct Cast {
    pub mina: Me,
    pub jonas: Me,
    pub alex: Me,
    pub ravi: Me,
}

impl Cast {
    /// Makes the four accounts (none of them can sign in).
    pub async fn new(app: &TestApp) -> Self {
        Self {
            mina: person(app, "Mina Kovač", "mina", Role::Admin).await,
            jonas: person(app, "Jonas Ortiz", "jonas", Role::Member).await,
            alex: person(app, "Alex Lindqvist", "alex", Role::Member).await,
            ravi: person(app, "Ravi Sen", "ravi", Role::Member).await,
        }
    }
}

/// Somebody with the address `LOCAL@example.org`, who cannot sign in.
pub async fn person(app: &TestApp, name: &str, local: &str, role: Role) -> Me {
    let now = app.clock.now();
    let row = user::ActiveModel {
        id: Set(UserId(Uuid::now_v7())),
        email: Set(Some(format!("{local}@example.org"))),
        name: Set(name.into()),
        password_hash: Set(Some("no password fits this".into())),
        role: Set(role),
        state: Set(UserState::Active),
        zone: Set("Europe/Ljubljana".into()),
        language: Set(Language::English),
        theme: Set(Theme::System),
        last_project_id: Set(None),
        uses_shortcuts: Set(true),
        shows_presence: Set(true),
        is_compact: Set(false),
        keeps_toasts: Set(false),
        hears_others: Set(true),
        soon_days: Set(i32::from(SOON_USUAL)),
        week_start: Set(WeekStart::Locale),
        created_at: Set(now),
        updated_at: Set(now),
    };
    row.insert(app.reader()).await.expect("a person is made").into()
}

impl TestApp {
    /// As a person, now.
    pub fn as_person(&self, me: &Me) -> Ctx {
        Ctx::new(self.app.clone(), Actor::Person(me.clone()))
    }
}

/// A project of Mina's with the key `T`, in which Jonas edits and Alex views.
pub async fn project(app: &TestApp, cast: &Cast) -> (project::Model, Vec<ColumnId>) {
    let ctx = app.as_person(&cast.mina);
    let new = NewProject { name: "Tasks".into(), key: "T".into(), zone: "Europe/Ljubljana".into() };
    let project = projects::create(&ctx, new).await.expect("a project is made");
    for (me, role) in [(&cast.jonas, MemberRole::Editor), (&cast.alex, MemberRole::Viewer)] {
        let row = member::ActiveModel { project_id: Set(project.id), user_id: Set(me.id), role: Set(role) };
        member::Entity::insert(row).exec_without_returning(app.reader()).await.expect("a member is added");
    }
    let columns = projects::columns(app.reader(), project.id).await.expect("columns are read");
    (project, columns.into_iter().map(|column| column.id).collect())
}

/// A task at the foot of a column, made by whoever asks.
pub async fn task(ctx: &Ctx, project: &project::Model, column: ColumnId, title: &str) -> Card {
    let viewing = access::by_id(ctx, ctx.reader(), project.id).await.expect("the project is visible");
    let editing = viewing.editing().expect("the project may be changed");
    let new = NewTask {
        column,
        end: End::Bottom,
        title: title.into(),
        description: String::new(),
        priority: Priority::Medium,
        due_on: None,
        due_at: None,
        op_id: None,
    };
    create::create(ctx, &editing, new).await.expect("a task is made")
}
