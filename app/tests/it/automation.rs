//! Automatic rules: each trigger, each action, once for each cause; and finished tasks that leave the board.

use app::{
    automation::service::{RuleInput, effects, engine, finished, rules},
    domain::{
        automation::{Action, Trigger, Whom},
        ids::{ColumnId, LabelId, OpId, RuleId},
        notification::NotificationKind,
        project::MemberRole,
        task::{Category, Priority},
    },
    entities::{label, member, notification, project, rule, rule_firing, rule_log, task as task_table, task_label},
    error::{AppError, Problem},
    platform::ctx::Ctx,
    projects::service::{access, life, settings},
    tasks::{
        service::{
            archive, assign, detail,
            edit::{self, Change, DueInput},
            find,
            moves::{self, Move},
        },
        view::TaskDetail,
    },
    testing::{Cast, TestApp, each_database, project as make_project, task},
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

/// A project of Mina's, whose rules are tried.
struct Stage {
    mina: Ctx,
    cast: Cast,
    project: project::Model,
    columns: Vec<ColumnId>,
}

impl Stage {
    async fn new(app: &TestApp) -> Self {
        let cast = Cast::new(app).await;
        let (project, columns) = make_project(app, &cast).await;
        Self { mina: app.as_person(&cast.mina), cast, project, columns }
    }

    /// Mina, now.
    fn now(&self, app: &TestApp) -> Ctx {
        app.as_person(&self.cast.mina)
    }

    async fn rule(&self, app: &TestApp, trigger: Trigger, actions: Vec<Action>) -> RuleId {
        self.named(app, "Escalate", trigger, actions).await
    }

    async fn named(&self, app: &TestApp, name: &str, trigger: Trigger, actions: Vec<Action>) -> RuleId {
        let ctx = self.now(app);
        let owning = access::by_id(&ctx, app.reader(), self.project.id).await.unwrap().owning().unwrap();
        rules::create(&ctx, &owning, RuleInput { name: name.into(), trigger, actions }).await.unwrap()
    }

    async fn label(&self, app: &TestApp, name: &str) -> LabelId {
        let id = LabelId(Uuid::now_v7());
        let row =
            label::ActiveModel { id: Set(id), project_id: Set(self.project.id), name: Set(name.into()), hue: Set(1) };
        label::Entity::insert(row).exec_without_returning(app.reader()).await.unwrap();
        id
    }

    async fn read(&self, app: &TestApp, number: i32) -> TaskDetail {
        let ctx = self.now(app);
        let (viewing, row) = find::by_reference(&ctx, app.reader(), &format!("T-{number}")).await.unwrap();
        detail::read(&ctx, &viewing, row).await.unwrap()
    }

    async fn move_to(&self, app: &TestApp, card: app::domain::ids::TaskId, column: ColumnId) {
        let wish = Move { task: card, column, after: None, before: None, op_id: None };
        moves::move_task(&self.now(app), wish).await.unwrap();
    }

    async fn log(&self, app: &TestApp, rule: RuleId) -> Vec<String> {
        let ctx = self.now(app);
        let viewing = access::by_id(&ctx, app.reader(), self.project.id).await.unwrap();
        let read = rules::read(&ctx, &viewing, Some(rule)).await.unwrap();
        read.log.into_iter().map(|line| line.words).collect()
    }
}

#[tokio::test]
async fn a_task_that_enters_a_list_gets_what_the_rule_says_once_and_the_history_names_the_rule() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let label = stage.label(&app, "Late").await;
        let id = stage
            .rule(
                &app,
                Trigger::Enters { column: stage.columns[2] },
                vec![
                    Action::SetPriority { priority: Priority::Urgent },
                    Action::SetCategory { category: Category::Highlight },
                    Action::DueIn { days: 3 },
                    Action::UnassignAll,
                    Action::Assign { person: stage.cast.jonas.id },
                    Action::AddLabel { label },
                    Action::Comment { text: "Look <b>here</b>".into() },
                    Action::Notify { whom: Whom::Assignees },
                    Action::MoveTo { column: stage.columns[3] },
                ],
            )
            .await;
        let a = task(&stage.mina, &stage.project, stage.columns[0], "a").await;
        assign::set(&stage.mina, a.id, &[stage.cast.alex.id]).await.unwrap();
        app.clock.advance(TimeDelta::seconds(5));
        assert_eq!(engine::look(&app).await.unwrap(), 0, "it is in another list");
        stage.move_to(&app, a.id, stage.columns[2]).await;
        assert_eq!(engine::look(&app).await.unwrap(), 1);
        assert_eq!(engine::look(&app).await.unwrap(), 0, "once for each cause");

        let read = stage.read(&app, 1).await;
        assert_eq!((read.card.priority, read.category), (Priority::Urgent, Category::Highlight));
        assert_eq!(read.column, stage.columns[3]);
        assert_eq!(read.card.people, ["Jonas Ortiz"]);
        assert_eq!(read.card.labels.iter().map(|label| label.name.as_str()).collect::<Vec<_>>(), ["Late"]);
        assert_eq!(read.card.due.map(|due| due.date().to_string()).as_deref(), Some("2026-11-26"));
        assert_eq!(read.comments.len(), 1);
        assert!(read.comments[0].html.contains("Rule “Escalate”"), "{}", read.comments[0].html);
        let by_rule =
            read.history.iter().filter(|line| line.who.as_deref() == Some("Rule “Escalate”")).collect::<Vec<_>>();
        assert!(by_rule.len() >= 7, "{:?}", read.history);
        // Beside what watchers hear of every change.
        let told = notification::Entity::find()
            .filter(notification::Column::Kind.eq(NotificationKind::Rule))
            .all(app.reader())
            .await
            .unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].user_id, stage.cast.jonas.id);
        assert_eq!(told[0].words, "Rule “Escalate” points to T-1 “a”");
        let log = stage.log(&app, id).await;
        assert_eq!(log.len(), 1);
        assert!(log[0].starts_with("Did: set the priority to Urgent"), "{log:?}");
    })
    .await;
}

#[tokio::test]
async fn a_task_made_with_a_label_or_given_it_sets_the_rule_off_and_another_label_does_not() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let (hot, cold) = (stage.label(&app, "Hot").await, stage.label(&app, "Cold").await);
        stage
            .rule(&app, Trigger::Labelled { label: hot }, vec![Action::SetPriority { priority: Priority::High }])
            .await;
        let with = async |number: u128, label: LabelId| {
            let made = task(&stage.now(&app), &stage.project, stage.columns[0], &format!("task {number}")).await;
            let row = task_label::ActiveModel {
                project_id: Set(stage.project.id),
                task_id: Set(made.id),
                label_id: Set(label),
            };
            task_label::Entity::insert(row).exec_without_returning(app.reader()).await.unwrap();
            made
        };
        with(1, hot).await;
        let later = with(2, cold).await;
        assert_eq!(engine::look(&app).await.unwrap(), 1);
        assert_eq!(stage.read(&app, 1).await.card.priority, Priority::High);
        assert_eq!(stage.read(&app, 2).await.card.priority, Priority::Medium);
        app.clock.advance(TimeDelta::seconds(20));
        let add = Action::AddLabel { label: hot };
        effects::act(&stage.now(&app), &stage.project, later.id, &add, OpId(Uuid::now_v7())).await.unwrap();
        assert_eq!(engine::look(&app).await.unwrap(), 1, "it got the label later");
        assert_eq!(stage.read(&app, 2).await.card.priority, Priority::High);
    })
    .await;
}

#[tokio::test]
async fn a_due_date_that_passes_sets_the_rule_off_once_and_a_new_date_again() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let due = async |number: i32, day: &str| {
            let (_, row) = find::by_reference(&stage.now(&app), app.reader(), &format!("T-{number}")).await.unwrap();
            let due = DueInput { date: day.parse().unwrap(), time: None };
            edit::change(&stage.now(&app), row.id, 0, Change::Due(Some(due)), None).await.unwrap();
        };
        task(&stage.mina, &stage.project, stage.columns[0], "late before the rule").await;
        due(1, "2026-11-20").await;
        let tell = Action::Notify { whom: Whom::Person(stage.cast.jonas.id) };
        stage.rule(&app, Trigger::Overdue, vec![tell]).await;
        task(&stage.mina, &stage.project, stage.columns[0], "due today").await;
        due(2, "2026-11-23").await;
        task(&stage.mina, &stage.project, stage.columns[3], "finished").await;
        due(3, "2026-11-23").await;
        assert_eq!(engine::look(&app).await.unwrap(), 0, "today is not over");
        app.clock.advance(TimeDelta::days(1));
        assert_eq!(engine::look(&app).await.unwrap(), 1, "not the one from before, not the finished one");
        app.clock.advance(TimeDelta::days(30));
        engine::sweep(&app).await.unwrap();
        assert_eq!(engine::look(&app).await.unwrap(), 0, "the same date is told once, however long it is past");
        due(2, "2026-12-25").await;
        app.clock.advance(TimeDelta::days(3));
        assert_eq!(engine::look(&app).await.unwrap(), 1, "another date is another cause");
        let told = notification::Entity::find().count(app.reader()).await.unwrap();
        assert_eq!(told, 2);
    })
    .await;
}

#[tokio::test]
async fn rules_that_set_each_other_off_stop_after_three_and_say_so() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let (left, right) = (stage.columns[1], stage.columns[2]);
        let there =
            stage.named(&app, "There", Trigger::Enters { column: left }, vec![Action::MoveTo { column: right }]).await;
        let back =
            stage.named(&app, "Back", Trigger::Enters { column: right }, vec![Action::MoveTo { column: left }]).await;
        let a = task(&stage.mina, &stage.project, stage.columns[0], "a").await;
        app.clock.advance(TimeDelta::seconds(1));
        stage.move_to(&app, a.id, left).await;
        let mut acted = 0;
        for _ in 0..5 {
            acted += engine::look(&app).await.unwrap();
        }
        assert_eq!(acted, 3);
        let log = [stage.log(&app, there).await, stage.log(&app, back).await].concat();
        assert!(log.iter().any(|line| line.contains("set each other off 3 times")), "{log:?}");
    })
    .await;
}

#[tokio::test]
async fn several_processes_that_look_at_once_act_once() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let comment = Action::Comment { text: "Welcome".into() };
        stage.rule(&app, Trigger::Enters { column: stage.columns[0] }, vec![comment]).await;
        for number in 0..10 {
            task(&stage.mina, &stage.project, stage.columns[0], &format!("task {number}")).await;
        }
        let looks = (0..4).map(|_| {
            let app = app.app.clone();
            tokio::spawn(async move { engine::look(&app).await.unwrap() })
        });
        let mut acted = 0;
        for look in looks.collect::<Vec<_>>() {
            acted += look.await.unwrap();
        }
        assert_eq!(acted, 10);
        for number in 1..=10 {
            assert_eq!(stage.read(&app, number).await.comments.len(), 1, "T-{number}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_process_left_half_done_is_done_by_the_next_and_nothing_twice() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let actions = vec![
            Action::Comment { text: "First".into() },
            Action::SetPriority { priority: Priority::Urgent },
            Action::Comment { text: "Second".into() },
        ];
        stage.rule(&app, Trigger::Enters { column: stage.columns[0] }, actions).await;
        task(&stage.mina, &stage.project, stage.columns[0], "a").await;
        engine::look(&app).await.unwrap();
        // As it stands when a process dies after its actions and before it could say so.
        let firing = rule_firing::Entity::find().one(app.reader()).await.unwrap().unwrap();
        let lease = app.clock.now() + TimeDelta::seconds(30);
        rule_firing::ActiveModel { done_at: Set(None), lease_until: Set(Some(lease)), ..firing.into() }
            .update(app.reader())
            .await
            .unwrap();
        assert_eq!(engine::look(&app).await.unwrap(), 0, "somebody is at it");
        app.clock.advance(TimeDelta::seconds(31));
        assert_eq!(engine::look(&app).await.unwrap(), 1, "the lease is over");
        let read = stage.read(&app, 1).await;
        assert_eq!(read.comments.len(), 2, "no comment came twice");
        assert_eq!(read.history.iter().filter(|line| line.what.contains("priority")).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_a_process_left_before_the_clock_was_set_back_waits_for_no_longer_than_a_lease() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let comment = Action::Comment { text: "Welcome".into() };
        stage.rule(&app, Trigger::Enters { column: stage.columns[0] }, vec![comment]).await;
        task(&stage.mina, &stage.project, stage.columns[0], "a").await;
        engine::look(&app).await.unwrap();
        let firing = rule_firing::Entity::find().one(app.reader()).await.unwrap().unwrap();
        let lease = app.clock.now() + TimeDelta::days(1);
        rule_firing::ActiveModel { done_at: Set(None), lease_until: Set(Some(lease)), ..firing.into() }
            .update(app.reader())
            .await
            .unwrap();
        assert_eq!(engine::look(&app).await.unwrap(), 0, "somebody may be at it");
        app.clock.advance(TimeDelta::seconds(31));
        assert_eq!(engine::look(&app).await.unwrap(), 1);
        assert_eq!(stage.read(&app, 1).await.comments.len(), 1, "no comment came twice");
    })
    .await;
}

#[tokio::test]
async fn a_rule_whose_list_or_person_is_gone_is_stopped_with_the_reason() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let give = Action::Assign { person: stage.cast.jonas.id };
        let id = stage.rule(&app, Trigger::Enters { column: stage.columns[0] }, vec![give]).await;
        member::Entity::delete_by_id((stage.project.id, stage.cast.jonas.id)).exec(app.reader()).await.unwrap();
        task(&stage.mina, &stage.project, stage.columns[0], "a").await;
        engine::look(&app).await.unwrap();
        let row = rule::Entity::find_by_id(id).one(app.reader()).await.unwrap().unwrap();
        assert!(!row.is_on);
        assert!(row.pause_note.unwrap().contains("not in the project any more"));
        assert!(stage.read(&app, 1).await.card.people.is_empty());
        let ctx = stage.now(&app);
        let owning = access::by_id(&ctx, app.reader(), stage.project.id).await.unwrap().owning().unwrap();
        let refused = rules::switch(&ctx, &owning, id, true).await.unwrap_err();
        assert_eq!(refused, AppError::field("assign", Problem::UnknownChoice));
    })
    .await;
}

#[tokio::test]
async fn what_happened_before_or_while_it_was_off_or_in_the_archive_never_sets_a_rule_off() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let here = stage.columns[0];
        task(&stage.mina, &stage.project, here, "before").await;
        app.clock.advance(TimeDelta::minutes(1));
        let urgent = Action::SetPriority { priority: Priority::Urgent };
        let id = stage.rule(&app, Trigger::Enters { column: here }, vec![urgent]).await;
        assert_eq!(engine::look(&app).await.unwrap(), 0);
        let switch = async |is_on: bool| {
            app.clock.advance(TimeDelta::minutes(1));
            let ctx = stage.now(&app);
            let owning = access::by_id(&ctx, app.reader(), stage.project.id).await.unwrap().owning().unwrap();
            rules::switch(&ctx, &owning, id, is_on).await.unwrap();
            app.clock.advance(TimeDelta::minutes(1));
        };
        switch(false).await;
        task(&stage.now(&app), &stage.project, here, "while it was off").await;
        switch(true).await;
        assert_eq!(engine::look(&app).await.unwrap(), 0);

        task(&stage.now(&app), &stage.project, here, "just before the archive").await;
        let holding = async || {
            let ctx = stage.now(&app);
            access::by_id(&ctx, app.reader(), stage.project.id).await.unwrap().holding().unwrap()
        };
        life::archive(&stage.now(&app), &holding().await).await.unwrap();
        assert_eq!(engine::look(&app).await.unwrap(), 0, "rules of an archived project wait");
        app.clock.advance(TimeDelta::minutes(1));
        life::restore(&stage.now(&app), &holding().await).await.unwrap();
        assert_eq!(engine::look(&app).await.unwrap(), 0, "nothing of the time before is caught up");
        app.clock.advance(TimeDelta::minutes(1));
        task(&stage.now(&app), &stage.project, here, "after").await;
        assert_eq!(engine::look(&app).await.unwrap(), 1);
        assert_eq!(stage.read(&app, 4).await.card.priority, Priority::Urgent);
    })
    .await;
}

#[tokio::test]
async fn a_task_that_is_put_away_before_the_rule_acts_is_left_alone_and_the_log_says_so() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let urgent = Action::SetPriority { priority: Priority::Urgent };
        let id = stage.rule(&app, Trigger::Enters { column: stage.columns[0] }, vec![urgent]).await;
        let a = task(&stage.mina, &stage.project, stage.columns[0], "a").await;
        archive::archive(&stage.mina, a.id, None).await.unwrap();
        engine::look(&app).await.unwrap();
        let log = stage.log(&app, id).await;
        assert_eq!(log, ["Not done: the task is not on the board any more."]);
        assert_eq!(stage.read(&app, 1).await.card.priority, Priority::Medium);
    })
    .await;
}

#[tokio::test]
async fn rules_act_in_their_order_which_can_be_changed() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let enters = Trigger::Enters { column: stage.columns[0] };
        let set = |priority| vec![Action::SetPriority { priority }];
        stage.named(&app, "One", enters, set(Priority::High)).await;
        let two = stage.named(&app, "Two", enters, set(Priority::Low)).await;
        task(&stage.mina, &stage.project, stage.columns[0], "a").await;
        engine::look(&app).await.unwrap();
        assert_eq!(stage.read(&app, 1).await.card.priority, Priority::Low, "the second acts last");
        let ctx = stage.now(&app);
        let owning = access::by_id(&ctx, app.reader(), stage.project.id).await.unwrap().owning().unwrap();
        rules::shift(&ctx, &owning, two, rules::Way::Up).await.unwrap();
        rules::shift(&ctx, &owning, two, rules::Way::Up).await.unwrap();
        let names: Vec<String> =
            rules::list(&ctx, &owning).await.unwrap().rules.into_iter().map(|rule| rule.name).collect();
        assert_eq!(names, ["Two", "One"]);
        task(&stage.mina, &stage.project, stage.columns[0], "b").await;
        engine::look(&app).await.unwrap();
        assert_eq!(stage.read(&app, 2).await.card.priority, Priority::High);
    })
    .await;
}

#[tokio::test]
async fn a_rule_is_made_only_of_what_the_project_has_and_is_saved_over_the_version_that_was_read() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let owning = access::by_id(&stage.mina, app.reader(), stage.project.id).await.unwrap().owning().unwrap();
        let input = |column| RuleInput {
            name: "Move".into(),
            trigger: Trigger::Enters { column },
            actions: vec![Action::UnassignAll],
        };
        let foreign = input(ColumnId(Uuid::now_v7()));
        let refused = rules::create(&stage.mina, &owning, foreign).await.unwrap_err();
        assert_eq!(refused, AppError::field("when_column", Problem::UnknownChoice));
        let id = rules::create(&stage.mina, &owning, input(stage.columns[0])).await.unwrap();
        rules::update(&stage.mina, &owning, id, 1, input(stage.columns[1])).await.unwrap();
        let stale = rules::update(&stage.mina, &owning, id, 1, input(stage.columns[2])).await.unwrap_err();
        assert!(matches!(stale, AppError::Conflict(_)), "{stale:?}");
        rules::delete(&stage.mina, &owning, id).await.unwrap();
        assert_eq!(rules::delete(&stage.mina, &owning, id).await, Err(AppError::NotFound));
    })
    .await;
}

#[tokio::test]
async fn the_log_of_a_rule_goes_with_time_and_the_rule_itself_stays() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let urgent = Action::SetPriority { priority: Priority::Urgent };
        stage.rule(&app, Trigger::Enters { column: stage.columns[0] }, vec![urgent]).await;
        task(&stage.mina, &stage.project, stage.columns[0], "a").await;
        engine::look(&app).await.unwrap();
        app.clock.advance(TimeDelta::days(89));
        engine::sweep(&app).await.unwrap();
        assert_eq!(rule_log::Entity::find().count(app.reader()).await.unwrap(), 1);
        assert_eq!(rule_firing::Entity::find().count(app.reader()).await.unwrap(), 0);
        app.clock.advance(TimeDelta::days(2));
        engine::sweep(&app).await.unwrap();
        assert_eq!(rule_log::Entity::find().count(app.reader()).await.unwrap(), 0);
        assert_eq!(engine::look(&app).await.unwrap(), 0, "what is forgotten does not happen again");
    })
    .await;
}

#[tokio::test]
async fn finished_tasks_leave_the_board_after_the_days_that_the_project_says_and_open_ones_stay() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let wish = async |days: &str| {
            let ctx = stage.now(&app);
            let owning = access::by_id(&ctx, app.reader(), stage.project.id).await.unwrap().owning().unwrap();
            let wanted = settings::Settings {
                name: "Tasks".into(),
                key: "T".into(),
                description: String::new(),
                zone: "Europe/Ljubljana".into(),
                archive_after_days: days.into(),
            };
            settings::save(&ctx, &owning, None, wanted).await
        };
        let done = task(&stage.mina, &stage.project, stage.columns[3], "done").await;
        task(&stage.mina, &stage.project, stage.columns[0], "open").await;
        app.clock.advance(TimeDelta::days(40));
        assert_eq!(finished::archive_finished(&app).await.unwrap(), 0, "it is off");
        wish("90").await.unwrap();
        assert_eq!(finished::archive_finished(&app).await.unwrap(), 0, "not long enough");
        wish("30").await.unwrap();
        let both = tokio::join!(finished::archive_finished(&app), finished::archive_finished(&app));
        assert!(both.0.unwrap() + both.1.unwrap() >= 1);
        let row = task_table::Entity::find_by_id(done.id).one(app.reader()).await.unwrap().unwrap();
        assert_eq!(row.archived_at, Some(app.clock.now()));
        let read = stage.read(&app, 1).await;
        let line = &read.history[0];
        assert_eq!(line.who.as_deref(), Some("Rule “Archive finished tasks after 30 days”"));
        assert_eq!(read.history.iter().filter(|line| line.what == "archived this").count(), 1, "by one of the two");
        archive::restore(&stage.now(&app), done.id, None).await.unwrap();
        assert_eq!(wish("7").await.unwrap_err(), AppError::field("archive_after_days", Problem::UnknownChoice));
    })
    .await;
}

#[tokio::test]
async fn a_person_without_the_right_cannot_make_a_rule() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let jonas = app.as_person(&stage.cast.jonas);
        let viewing = access::by_id(&jonas, app.reader(), stage.project.id).await.unwrap();
        assert_eq!(viewing.role(), MemberRole::Editor);
        assert_eq!(viewing.owning().unwrap_err(), AppError::Forbidden);
    })
    .await;
}
