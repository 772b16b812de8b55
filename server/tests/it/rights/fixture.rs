//! A project with one of everything, and the people who try to get at it.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
};

use app::{
    accounts::service::{
        groups, links,
        users::{self, NewUser},
    },
    automation::service::{RuleInput, rules},
    domain::{
        account::{Me, Role, UserState},
        address::EmailAddress,
        automation::{Action, Trigger},
        board_filter::BoardFilter,
        bounce::{Bounce, BounceAction, BouncedRecipient},
        ids::{ImportId, OpId, ProjectId, TaskId, TeamId, UserId},
        import::{
            mapping::{CsvMapping, Layout, ListMapping},
            run::{ImportChoices, ImportKind, ImportState, ImportTarget},
        },
        outbox::ReleaseState,
        project::MemberRole,
        task::{EventKind, Priority},
        template::{Document, TemplateCategory},
        work_note::NoteKind,
    },
    entities::{
        checklist_item, comment, delivery, import_run, member, occurrence, outbox_release, project, task, task_event,
        team_project, user, work_note,
    },
    jobs::service::bounces,
    mail::service::{
        accounts::OUTBOX,
        outbox,
        suppressions::{self, Search},
        unsubscribe,
    },
    platform::{
        ctx::{Actor, Ctx},
        mailer::Envelope,
    },
    projects::service::{
        access,
        projects::{self, NewProject},
    },
    tasks::service::{
        attachments, checklist, comments,
        edit::{self, Change},
        labels,
        notes::{self, NoteInput},
        saved_views::{self, NewView},
        trash,
    },
    templates::{
        service::{drafts, preview, versions},
        view::PreviewData,
    },
    testing::{TestApp, sent_report, task as make_task},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::Caller;
use crate::site::Visitor;

const PASSWORD: &str = "grey pebble under the bridge";

/// The people, who can sign in.
pub struct People {
    stranger: Me,
    viewer: Me,
    editor: Me,
    owner: Me,
    admin: Me,
    group: TeamId,
    browsers: BTreeMap<Caller, Visitor>,
}

impl People {
    pub async fn new(app: &TestApp) -> Self {
        let person = async |name: &str, role: Role| -> Me {
            let new = NewUser {
                name: name.into(),
                email: format!("{}@example.org", name.to_lowercase()),
                password: PASSWORD.into(),
                zone: "UTC".into(),
            };
            users::create(&Ctx::system(app), new, role).await.unwrap().into()
        };
        let admin = person("Admin", Role::Admin).await;
        let group = groups::create(&as_person(app, &admin), "Crew").await.unwrap();
        Self {
            stranger: person("Stranger", Role::Member).await,
            viewer: person("Viewer", Role::Member).await,
            editor: person("Editor", Role::Member).await,
            owner: person("Owner", Role::Member).await,
            admin,
            group,
            browsers: BTreeMap::new(),
        }
    }

    /// Somebody's browser, signed in.
    pub async fn visitor(&mut self, app: &TestApp, caller: Caller) -> Visitor {
        if let Some(visitor) = self.browsers.get(&caller) {
            return visitor.clone();
        }
        let mut visitor = Visitor::new(app);
        let me = match caller {
            Caller::Anonymous => return visitor,
            Caller::Stranger => &self.stranger,
            Caller::Viewer => &self.viewer,
            Caller::Editor => &self.editor,
            Caller::Owner => &self.owner,
            Caller::Admin => &self.admin,
        };
        let answer = visitor.sign_in(&me.email, PASSWORD).await;
        assert_eq!(answer.location(), "/", "{caller:?} signs in: {}", answer.body);
        self.browsers.insert(caller, visitor.clone());
        visitor
    }

    /// After something that ends sessions.
    pub fn forget_browsers(&mut self) {
        self.browsers.clear();
    }
}

fn as_person(app: &TestApp, me: &Me) -> Ctx {
    Ctx::new(app.app.clone(), Actor::Person(me.clone()))
}

/// A fresh project with one of everything.
pub struct Fixture {
    words: Vec<(&'static str, String)>,
}

impl Fixture {
    /// Makes what a body needs; reports, which take long, only where it names one.
    pub async fn new(app: &TestApp, people: &People, body: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let ctx = as_person(app, &people.owner);
        let new = NewProject { name: format!("Project {count}"), key: format!("F{count}"), zone: "UTC".into() };
        let project = projects::create(&ctx, new).await.unwrap();
        for (me, role) in [(&people.editor, MemberRole::Editor), (&people.viewer, MemberRole::Viewer)] {
            let row = member::ActiveModel { project_id: Set(project.id), user_id: Set(me.id), role: Set(role) };
            member::Entity::insert(row).exec_without_returning(app.reader()).await.unwrap();
        }
        // A second owner, so that the first may leave.
        let second = member::ActiveModel {
            project_id: Set(project.id),
            user_id: Set(Self::second_owner(app).await),
            role: Set(MemberRole::Owner),
        };
        member::Entity::insert(second).exec_without_returning(app.reader()).await.unwrap();
        let mut fixture = Self {
            words: vec![
                ("key", project.key.clone()),
                ("name", project.name.clone()),
                ("project", project.id.to_string()),
                ("editor", people.editor.id.to_string()),
                ("group", people.group.to_string()),
                ("account", OUTBOX.to_string()),
                ("op", Uuid::now_v7().to_string()),
                ("filter", serde_json::to_string(&BoardFilter::default()).unwrap()),
            ],
        };
        fixture.add_task(app, &ctx, &project).await;
        if ["{other}", "{placeholder}", "{token}"].iter().any(|word| body.contains(word)) {
            fixture.add_people(app, people).await;
        }
        if ["{note}", "{comment}", "{file}", "{trashed}"].iter().any(|word| body.contains(word)) {
            fixture.add_parts(app, &ctx).await;
        }
        if body.contains("{line}") {
            fixture.add_line(app, &ctx).await;
        }
        if body.contains("{elsewhere}") {
            fixture.add_elsewhere(app, &ctx, people).await;
        }
        if body.contains("{group_inside}") {
            fixture.add_group(app, people, project.id).await;
        }
        if ["{label}", "{view}"].iter().any(|word| body.contains(word)) {
            fixture.add_labels_and_view(app, &ctx, project.id).await;
        }
        if body.contains("{rule}") {
            fixture.add_rule(app, &ctx, project.id).await;
        }
        if body.contains("{import}") {
            fixture.add_import(app, &people.owner, "import", ImportState::Uploaded).await;
        }
        if body.contains("{dead_import}") {
            fixture.add_import(app, &people.owner, "dead_import", ImportState::Running).await;
        }
        if body.contains("{bounce}") {
            fixture.add_bounce(app, &people.owner, project.id).await;
        }
        if body.contains("{mail}") || body.contains("{release}") {
            fixture.add_mail(app, &people.owner).await;
        }
        if body.contains("{template}") {
            fixture.add_template(&ctx).await;
        }
        if body.contains("{suppression}") {
            fixture.add_suppression(app, &people.admin).await;
        }
        if ["{job}", "{run}", "{delivery}", "{stop}"].iter().any(|word| body.contains(word)) {
            fixture.add_report(app, project.id).await;
        }
        fixture
    }

    /// A body with its words filled in.
    pub fn fill(&self, body: &str) -> String {
        let mut body = body.to_owned();
        for (word, value) in &self.words {
            body = body.replace(&format!("{{{word}}}"), value);
        }
        body
    }

    async fn second_owner(app: &TestApp) -> UserId {
        let there =
            user::Entity::find().filter(user::Column::Email.eq("second@example.org")).one(app.reader()).await.unwrap();
        if let Some(there) = there {
            return there.id;
        }
        let new = NewUser {
            name: "Second".into(),
            email: "second@example.org".into(),
            password: PASSWORD.into(),
            zone: "UTC".into(),
        };
        users::create(&Ctx::system(app), new, Role::Member).await.unwrap().id
    }

    async fn add_task(&mut self, app: &TestApp, ctx: &Ctx, project: &project::Model) {
        let columns = projects::columns(app.reader(), project.id).await.unwrap();
        let card = make_task(ctx, project, columns[0].id, "A task").await;
        let second = make_task(ctx, project, columns[0].id, "Another task").await;
        comments::add(ctx, card.id, "A comment", None).await.unwrap();
        checklist::add(ctx, card.id, None, "An item", None).await.unwrap();
        let item = checklist_item::Entity::find()
            .filter(checklist_item::Column::TaskId.eq(card.id))
            .one(app.reader())
            .await
            .unwrap()
            .unwrap();
        let task = task::Entity::find_by_id(card.id).one(app.reader()).await.unwrap().unwrap();
        self.words.extend([
            ("task", task.id.to_string()),
            ("task2", second.id.to_string()),
            ("column", columns[0].id.to_string()),
            ("column2", columns[1].id.to_string()),
            ("item", item.id.to_string()),
        ]);
    }

    /// A line of the task's history that can be taken back.
    async fn add_line(&mut self, app: &TestApp, ctx: &Ctx) {
        let task = self.words.iter().find(|(known, _)| *known == "task").unwrap().1.parse::<Uuid>().unwrap();
        edit::change(ctx, TaskId(task), 1, Change::Priority(Priority::Urgent), None).await.unwrap();
        let line = task_event::Entity::find()
            .filter(task_event::Column::TaskId.eq(TaskId(task)))
            .filter(task_event::Column::Kind.eq(EventKind::Edited))
            .one(app.reader())
            .await
            .unwrap()
            .unwrap();
        self.words.push(("line", line.id.to_string()));
    }

    /// What hangs on the task, made by the owner, and a task in the trash.
    async fn add_parts(&mut self, app: &TestApp, ctx: &Ctx) {
        let find = |word: &str| self.words.iter().find(|(known, _)| *known == word).unwrap().1.parse::<Uuid>().unwrap();
        let (task, second) = (TaskId(find("task")), TaskId(find("task2")));
        let input = NoteInput { kind: NoteKind::Issue, on_date: None, body: "A note".into() };
        notes::add(ctx, task, input, None).await.unwrap();
        let note = work_note::Entity::find()
            .filter(work_note::Column::TaskId.eq(task))
            .one(app.reader())
            .await
            .unwrap()
            .unwrap();
        let comment =
            comment::Entity::find().filter(comment::Column::TaskId.eq(task)).one(app.reader()).await.unwrap().unwrap();
        let file = attachments::store(ctx, task, "a.txt", b"x".to_vec()).await.unwrap().unwrap();
        trash::put(ctx, second, None).await.unwrap();
        self.words.extend([
            ("note", note.id.to_string()),
            ("comment", comment.id.to_string()),
            ("file", file.to_string()),
            ("trashed", second.to_string()),
        ]);
    }

    /// Another project of the same people.
    async fn add_elsewhere(&mut self, app: &TestApp, ctx: &Ctx, people: &People) {
        let new = NewProject { name: "Elsewhere".into(), key: String::new(), zone: "UTC".into() };
        let project = projects::create(ctx, new).await.unwrap();
        for (me, role) in [(&people.editor, MemberRole::Editor), (&people.viewer, MemberRole::Viewer)] {
            let row = member::ActiveModel { project_id: Set(project.id), user_id: Set(me.id), role: Set(role) };
            member::Entity::insert(row).exec_without_returning(app.reader()).await.unwrap();
        }
        self.words.push(("elsewhere", project.id.to_string()));
    }

    /// A template of the owner's, published once.
    async fn add_template(&mut self, ctx: &Ctx) {
        let id = drafts::create(ctx, "Weekly", TemplateCategory::Status, &Document::blank()).await.unwrap();
        versions::publish(ctx, id, 1, "").await.unwrap();
        let blank = drafts::to_json(&Document::blank()).unwrap();
        let shown = preview::show(ctx, id, &blank, &PreviewData::default()).await.unwrap();
        self.words.extend([("template", id.to_string()), ("preview", shown.token)]);
    }

    async fn add_people(&mut self, app: &TestApp, people: &People) {
        let op = Uuid::now_v7();
        let new = NewUser {
            name: "Other".into(),
            email: format!("{op}@example.org"),
            password: PASSWORD.into(),
            zone: "UTC".into(),
        };
        let other = users::create(&Ctx::system(app), new, Role::Member).await.unwrap();
        let link = links::make(&as_person(app, &people.admin), other.id).await.unwrap();
        let placeholder = UserId(Uuid::now_v7());
        user::ActiveModel {
            id: Set(placeholder),
            email: Set(None),
            name: Set("From an import".into()),
            password_hash: Set(None),
            state: Set(UserState::Placeholder),
            ..other.clone().into()
        }
        .insert(app.reader())
        .await
        .unwrap();
        self.words.extend([
            ("other", other.id.to_string()),
            ("placeholder", placeholder.to_string()),
            ("token", link.rsplit('=').next().unwrap().to_owned()),
        ]);
    }

    async fn add_group(&mut self, app: &TestApp, people: &People, project: ProjectId) {
        let admin = as_person(app, &people.admin);
        let group = groups::create(&admin, &format!("Group of {project}")).await.unwrap();
        let row =
            team_project::ActiveModel { team_id: Set(group), project_id: Set(project), role: Set(MemberRole::Viewer) };
        team_project::Entity::insert(row).exec_without_returning(app.reader()).await.unwrap();
        self.words.push(("group_inside", group.to_string()));
    }

    async fn add_labels_and_view(&mut self, app: &TestApp, ctx: &Ctx, project: ProjectId) {
        let editing = access::by_id(ctx, app.reader(), project).await.unwrap().editing().unwrap();
        for (word, name) in [("label", "Ops"), ("label2", "Design")] {
            let label = labels::create(ctx, &editing, name, None).await.unwrap();
            self.words.push((word, label.id.to_string()));
        }
        let view = NewView { name: "Late".into(), query: "?due=overdue".into(), is_shared: false };
        let view = saved_views::save(ctx, &editing, view).await.unwrap();
        self.words.push(("view", view.id.to_string()));
    }

    async fn add_rule(&mut self, app: &TestApp, ctx: &Ctx, project: ProjectId) {
        let owning = access::by_id(ctx, app.reader(), project).await.unwrap().owning().unwrap();
        let input = RuleInput {
            name: "Escalate".into(),
            trigger: Trigger::Overdue,
            actions: vec![Action::SetPriority { priority: Priority::Urgent }],
        };
        let rule = rules::create(ctx, &owning, input).await.unwrap();
        self.words.push(("rule", rule.to_string()));
    }

    async fn add_bounce(&mut self, app: &TestApp, owner: &Me, project: ProjectId) {
        let run = sent_report(app, project).await;
        let message = delivery::Entity::find().filter(delivery::Column::OccurrenceId.eq(run)).one(app.reader()).await;
        let recipient = BouncedRecipient {
            address: "mina@example.org".into(),
            original: None,
            action: BounceAction::Delayed,
            status: None,
            words: String::new(),
        };
        let report = Bounce { message_id: Some(message.unwrap().unwrap().message_id), recipients: vec![recipient] };
        let ctx = Ctx::new(app.app.clone(), Actor::Person(owner.clone()));
        self.words.push(("bounce", bounces::stage(&ctx, &report).await.unwrap().to_string()));
    }

    async fn add_import(&mut self, app: &TestApp, owner: &Me, word: &'static str, state: ImportState) {
        let id = ImportId(Uuid::now_v7());
        let choices = ImportChoices {
            csv: CsvMapping::default(),
            target: ImportTarget::New { name: "Brought".into(), key: String::new() },
            layout: Layout::KeepLists,
            lists: ListMapping::new(),
            people: BTreeMap::new(),
        };
        import_run::ActiveModel {
            id: Set(id),
            user_id: Set(owner.id),
            kind: Set(ImportKind::Csv),
            file_name: Set("tasks.csv".into()),
            content: Set(Some(b"Title,Due\nOne,2026-12-01\n".to_vec())),
            content_hash: Set(id.to_string()),
            choices: Set(serde_json::to_string(&choices).unwrap()),
            state: Set(state),
            attempt: Set(0),
            project_id: Set(None),
            result: Set(String::new()),
            created_at: Set(app.clock.now()),
            updated_at: Set(app.clock.now()),
        }
        .insert(app.reader())
        .await
        .unwrap();
        self.words.push((word, id.to_string()));
    }

    async fn add_mail(&mut self, app: &TestApp, owner: &Me) {
        let mime = format!("Message-ID: <{}@example.org>\r\nSubject: Hello\r\n\r\nhello\r\n", Uuid::now_v7());
        let address = |text: &str| EmailAddress::parse(text).unwrap();
        let envelope = Envelope { sender: address("a@example.org"), recipient: address(&owner.email) };
        let id = outbox::catch(&Ctx::system(app), OUTBOX, &envelope, mime.as_bytes()).await.unwrap();
        self.words.push(("mail", id.to_string()));
        let release = Uuid::now_v7();
        outbox_release::ActiveModel {
            id: Set(release),
            message_id: Set(id),
            op_id: Set(OpId(Uuid::now_v7())),
            account_id: Set(None),
            account_name: Set("Office mail".into()),
            released_by: Set(None),
            released_by_name: Set("Admin".into()),
            recipient: Set("a@example.org".into()),
            state: Set(ReleaseState::Uncertain),
            words: Set(String::new()),
            created_at: Set(app.clock.now()),
            updated_at: Set(app.clock.now()),
        }
        .insert(app.reader())
        .await
        .unwrap();
        self.words.push(("release", release.to_string()));
    }

    async fn add_suppression(&mut self, app: &TestApp, admin: &Me) {
        let (ctx, address) = (as_person(app, admin), format!("{}@example.org", Uuid::now_v7()));
        suppressions::add(&ctx, &address, "").await.unwrap();
        let search = Search { words: address, before: None };
        let listed = suppressions::list(&ctx, &search).await.unwrap().remove(0);
        self.words.push(("suppression", listed.row.id.to_string()));
    }

    async fn add_report(&mut self, app: &TestApp, project: ProjectId) {
        let run = sent_report(app, project).await;
        let row = occurrence::Entity::find_by_id(run).one(app.reader()).await.unwrap().unwrap();
        let message = delivery::Entity::find()
            .filter(delivery::Column::OccurrenceId.eq(run))
            .one(app.reader())
            .await
            .unwrap()
            .unwrap();
        let address = EmailAddress::parse(&message.address).unwrap();
        let stop = unsubscribe::link(app, row.schedule_id, &address);
        self.words.extend([
            ("stop", stop.rsplit('/').next().unwrap().to_owned()),
            ("run", run.to_string()),
            ("job", row.schedule_id.to_string()),
            ("delivery", message.id.to_string()),
        ]);
    }
}
