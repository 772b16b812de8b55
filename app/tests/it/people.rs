//! The people of an instance: invited, switched off, given a role, merged; and their links.

use std::collections::BTreeSet;

use app::{
    accounts::service::{
        groups, links, merge,
        people::{self, Invitation},
        sign_in::{self, Credentials},
    },
    domain::{
        account::{Me, Role, UserState},
        ids::{SavedViewId, UserId},
        report::spec::ListKind,
        template::{Block, BlockKind, Body, Document, TemplateCategory, When, block::TaskFilter},
    },
    entities::{member, saved_view, schedule, session, task_assignee, user},
    error::{AppError, Problem},
    jobs::service::report,
    members::service::groups as project_groups,
    platform::ctx::Ctx,
    projects::service::access,
    tasks::service::{assign, detail, find},
    templates::service::{drafts, library, versions},
    testing::{Cast, TestApp, each_database, project, task},
};
use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, Statement,
};
use uuid::Uuid;

use super::jobs_stage::{Stage, mondays_at_ten};

fn invitation(email: &str) -> Invitation {
    Invitation { name: "Nina New".into(), email: email.into(), zone: "UTC".into(), role: Role::Member }
}

fn token(path: &str) -> &str {
    path.strip_prefix("/set-password?token=").unwrap()
}

async fn signs_in(app: &TestApp, password: &str) -> bool {
    let claimed = Credentials {
        email: "nina@example.org".into(),
        password: password.into(),
        address: Uuid::now_v7().to_string(),
    };
    app.clock.advance(TimeDelta::hours(1));
    sign_in::check(&Ctx::system(app), claimed).await.is_ok()
}

#[tokio::test]
async fn an_invited_person_sets_a_password_by_the_link_which_works_once() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let mina = app.as_person(&cast.mina);
        let (made, path) = people::invite(&mina, invitation("Nina@example.org")).await.unwrap();
        let system = Ctx::system(&app);
        assert_eq!(links::read(&system, token(&path)).await.unwrap().id, made.id);
        let weak = links::redeem(&system, token(&path), "short".into()).await.unwrap_err();
        assert_eq!(weak, AppError::field("password", Problem::TooShort { min: 12 }));
        links::redeem(&system, token(&path), "nine quiet winter evenings".into()).await.unwrap();
        assert!(signs_in(&app, "nine quiet winter evenings").await);
        let again = links::redeem(&system, token(&path), "another set of words here".into()).await;
        assert_eq!(again, Err(AppError::NotFound));
        assert!(!signs_in(&app, "another set of words here").await);
    })
    .await;
}

#[tokio::test]
async fn a_link_ends_with_its_time_with_a_newer_one_and_with_the_account() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let now = || app.as_person(&cast.mina);
        let (made, first) = people::invite(&now(), invitation("nina@example.org")).await.unwrap();
        let second = links::make(&now(), made.id).await.unwrap();
        let good = async |path: &str| links::read(&Ctx::system(&app), token(path)).await.is_ok();
        assert!(!good(&first).await && good(&second).await);
        app.clock.advance(TimeDelta::days(8));
        assert!(!good(&second).await, "after a week");
        let third = links::make(&now(), made.id).await.unwrap();
        people::disable(&now(), made.id).await.unwrap();
        assert!(!good(&third).await, "the account is off");
        assert_eq!(links::make(&now(), made.id).await, Err(AppError::NotFound));
        assert!(!good("/set-password?token=ffff").await);
    })
    .await;
}

#[tokio::test]
async fn switching_an_account_off_ends_its_sessions_and_on_again_keeps_the_password() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let now = || app.as_person(&cast.mina);
        let (made, path) = people::invite(&now(), invitation("nina@example.org")).await.unwrap();
        links::redeem(&Ctx::system(&app), token(&path), "nine quiet winter evenings".into()).await.unwrap();
        let row = session::ActiveModel {
            id_hash: Set("hash".into()),
            user_id: Set(Some(made.id)),
            data: Set("{}".into()),
            is_kept: Set(true),
            created_at: Set(app.clock.now()),
            last_used_at: Set(app.clock.now()),
            expires_at: Set(app.clock.now() + TimeDelta::days(30)),
        };
        session::Entity::insert(row).exec_without_returning(app.reader()).await.unwrap();
        people::disable(&now(), made.id).await.unwrap();
        assert_eq!(session::Entity::find().count(app.reader()).await.unwrap(), 0);
        assert!(!signs_in(&app, "nine quiet winter evenings").await);
        people::enable(&now(), made.id).await.unwrap();
        assert!(signs_in(&app, "nine quiet winter evenings").await);
    })
    .await;
}

#[tokio::test]
async fn there_is_always_an_administrator_who_can_sign_in() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let mina = app.as_person(&cast.mina);
        let last = people::set_role(&mina, cast.mina.id, Role::Member).await.unwrap_err();
        assert_eq!(last, AppError::field("role", Problem::LastAdministrator));
        assert_eq!(
            people::disable(&mina, cast.mina.id).await.unwrap_err(),
            AppError::field("person", Problem::NotAllowed)
        );
        people::set_role(&mina, cast.jonas.id, Role::Admin).await.unwrap();
        let jonas = app.as_person(&Me { role: Role::Admin, ..cast.jonas.clone() });
        let (one, other) = tokio::join!(
            people::set_role(&mina, cast.mina.id, Role::Member),
            people::set_role(&jonas, cast.jonas.id, Role::Member)
        );
        assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1, "{one:?} {other:?}");
    })
    .await;
}

#[tokio::test]
async fn nobody_but_an_administrator_sees_or_changes_people_and_groups() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        assert_eq!(people::list(&jonas).await.unwrap_err(), AppError::Forbidden);
        assert_eq!(people::invite(&jonas, invitation("a@example.org")).await.unwrap_err(), AppError::Forbidden);
        assert_eq!(people::disable(&jonas, cast.alex.id).await, Err(AppError::Forbidden));
        assert_eq!(links::make(&jonas, cast.mina.id).await, Err(AppError::Forbidden));
        assert_eq!(merge::merge(&jonas, cast.alex.id, cast.jonas.id).await, Err(AppError::Forbidden));
        assert_eq!(groups::create(&jonas, "Crew").await, Err(AppError::Forbidden));
        assert_eq!(groups::list(&jonas).await.unwrap_err(), AppError::Forbidden);
    })
    .await;
}

async fn placeholder(app: &TestApp, like: &Me) -> UserId {
    let id = UserId(Uuid::now_v7());
    let there = user::Entity::find_by_id(like.id).one(app.reader()).await.unwrap().unwrap();
    let row = user::ActiveModel {
        id: Set(id),
        email: Set(None),
        password_hash: Set(None),
        name: Set("R. Sen".into()),
        state: Set(UserState::Placeholder),
        ..there.into()
    };
    row.insert(app.reader()).await.unwrap();
    id
}

#[tokio::test]
async fn what_a_placeholder_has_and_did_becomes_the_persons() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let old = placeholder(&app, &cast.ravi).await;
        let row = member::ActiveModel {
            project_id: Set(made.id),
            user_id: Set(old),
            role: Set(app::domain::project::MemberRole::Editor),
        };
        member::Entity::insert(row).exec_without_returning(app.reader()).await.unwrap();
        let a = task(&mina, &made, columns[0], "a").await;
        assign::set(&mina, a.id, &[old]).await.unwrap();
        let b = task(&mina, &made, columns[0], "b").await;
        assign::set(&mina, b.id, &[old, cast.jonas.id]).await.unwrap();

        merge::merge(&mina, old, cast.ravi.id).await.unwrap();
        let (viewing, row) = find::by_reference(&mina, app.reader(), "T-1").await.unwrap();
        let read = detail::read(&mina, &viewing, row).await.unwrap();
        assert_eq!(read.assignees, [cast.ravi.id]);
        assert!(user::Entity::find_by_id(old).one(app.reader()).await.unwrap().is_none());
        let as_ravi = access::by_id(&app.as_person(&cast.ravi), app.reader(), made.id).await.unwrap();
        assert!(as_ravi.can_edit(), "the placeholder was in the project");

        // Somebody who has the same task already keeps it once.
        let again = placeholder(&app, &cast.ravi).await;
        let row = task_assignee::ActiveModel { task_id: Set(b.id), user_id: Set(again) };
        task_assignee::Entity::insert(row).exec_without_returning(app.reader()).await.unwrap();
        merge::merge(&mina, again, cast.jonas.id).await.unwrap();
        assert_eq!(
            merge::merge(&mina, cast.alex.id, cast.jonas.id).await,
            Err(AppError::field("person", Problem::NotAllowed)),
            "somebody with an account is not merged away"
        );
    })
    .await;
}

#[tokio::test]
async fn lists_of_templates_and_scopes_of_reports_name_the_person_that_a_placeholder_became() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let (mina, ravi) = (stage.mina(), stage.cast.ravi.id);
        let old = placeholder(&app, &stage.cast.ravi).await;
        let filter = TaskFilter { person: "Ravi".into(), person_id: Some(old), ..TaskFilter::default() };
        let kind = BlockKind::TaskList { list: ListKind::Overdue, limit: 5, filter, none: String::new() };
        let heading = BlockKind::Heading { text: "Late".into(), level: 1 };
        let blocks = [(1, heading), (2, kind)].map(|(id, kind)| Block { id, kind, when: When::Always }).to_vec();
        let document = Document { body: Body::Blocks { blocks }, ..Document::blank() };
        let template = drafts::create(&mina, "Late", TemplateCategory::Status, &document).await.unwrap();
        versions::publish(&mina, template, 1, "").await.unwrap();
        let job = stage.job(&mondays_at_ten()).await;
        let row = schedule::ActiveModel {
            id: Unchanged(job),
            options: Set(Some(format!("{{\"scope\":{{\"people\":[\"{old}\",\"{ravi}\"]}}}}"))),
            ..Default::default()
        };
        row.update(app.reader()).await.unwrap();
        let view = saved_view::Model {
            id: SavedViewId(Uuid::now_v7()),
            project_id: stage.project.id,
            owner_id: stage.cast.mina.id,
            name: "Ravi's".into(),
            query: format!("assignee={old}"),
            is_shared: true,
            created_at: mina.now,
        };
        saved_view::Entity::insert(view.clone().into_active_model()).exec(app.reader()).await.unwrap();
        let before = library::desk(&mina, template).await.unwrap();

        merge::merge(&mina, old, ravi).await.unwrap();
        let desk = library::desk(&mina, template).await.unwrap();
        let version = versions::document(&mina, template, 1).await.unwrap();
        for mut document in [desk.draft, version] {
            assert_eq!(document.filters_mut()[0].person_id, Some(ravi));
        }
        assert!(!desk.has_changes, "the draft is what is published still");
        let typed = drafts::Save {
            id: template,
            version: before.draft_version,
            name: "Later".into(),
            category: TemplateCategory::Status,
            document: serde_json::to_string(&before.draft).unwrap(),
        };
        let late = drafts::save(&mina, typed).await;
        assert!(matches!(late, Err(AppError::Conflict(_))), "a page that was open does not write the old id back");
        let options = stage.schedule(job).await.options.unwrap();
        assert!(options.contains(&ravi.to_string()) && !options.contains(&old.to_string()), "{options}");
        assert_eq!(report::spec(&stage.schedule(job).await).unwrap().scope.people, [ravi], "once");
        let query = saved_view::Entity::find_by_id(view.id).one(app.reader()).await.unwrap().unwrap().query;
        assert_eq!(query, format!("assignee={ravi}"));
    })
    .await;
}

#[tokio::test]
async fn merging_knows_every_column_that_names_a_person() {
    let app = TestApp::on_sqlite().await;
    let db = app.reader();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut found = BTreeSet::new();
    for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), tables)).await.unwrap() {
        let table: String = row.try_get("", "name").unwrap();
        let keys = format!("SELECT \"table\", \"from\" FROM pragma_foreign_key_list('{table}')");
        for key in db.query_all_raw(Statement::from_string(db.get_database_backend(), keys)).await.unwrap() {
            if key.try_get::<String>("", "table").unwrap() == "user" {
                found.insert((table.clone(), key.try_get::<String>("", "from").unwrap()));
            }
        }
    }
    let known: BTreeSet<(String, String)> =
        merge::known_columns().into_iter().map(|(table, column)| (table.to_owned(), column.to_owned())).collect();
    assert!(found.len() > 15, "the schema was read: {found:?}");
    assert_eq!(known, found, "accounts/service/merge.rs has to name them");
}

#[tokio::test]
async fn a_group_that_owns_a_project_alone_is_neither_emptied_nor_deleted() {
    each_database(async |app| {
        use app::{
            domain::project::MemberRole,
            members::service::members::{self, OpenTasks},
        };
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let crew = groups::create(&mina, "Crew").await.unwrap();
        assert_eq!(groups::create(&mina, "Crew").await, Err(AppError::field("name", Problem::Taken)));
        groups::add(&mina, crew, cast.ravi.id).await.unwrap();
        let owning = access::by_id(&mina, app.reader(), made.id).await.unwrap().owning().unwrap();
        project_groups::add(&mina, &owning, crew, MemberRole::Owner).await.unwrap();
        members::remove(&mina, &owning, cast.mina.id, OpenTasks::Keep).await.unwrap();
        let refused = Err(AppError::field("group", Problem::LastOwner));
        assert_eq!(groups::remove(&mina, crew, cast.ravi.id).await, refused);
        assert_eq!(groups::delete(&mina, crew).await, refused);
        let began = Some(groups::version(&groups::read(&mina, crew).await.unwrap().team));
        groups::rename(&mina, crew, began, "Deck").await.unwrap();
        let refused = groups::rename(&mina, crew, began, "Gang").await.unwrap_err();
        assert!(matches!(refused, AppError::Conflict(both) if (both.mine.as_str(), both.theirs.as_str()) == ("Gang", "Deck")));
        groups::add(&mina, crew, cast.alex.id).await.unwrap();
        groups::remove(&mina, crew, cast.ravi.id).await.unwrap();
        assert_eq!(groups::read(&mina, crew).await.unwrap().people.len(), 1);
    })
    .await;
}
