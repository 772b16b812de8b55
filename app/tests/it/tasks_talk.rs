//! Work notes and comments: who may change what, what is kept, who is told.

use app::{
    domain::{ids::EventId, notification::NotificationKind, work_note::NoteKind},
    entities::task_event,
    error::{AppError, Problem},
    notifications::service::inbox,
    tasks::{
        service::{
            archive, assign, comments, detail,
            edit::{self, Change, DueInput},
            find, moves,
            notes::{self, NoteInput},
            watch,
        },
        view::TaskDetail,
    },
    testing::{Cast, TestApp, each_database, project, task},
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use app::platform::ctx::Ctx;

async fn read(ctx: &Ctx, reference: &str) -> TaskDetail {
    let (viewing, row) = find::by_reference(ctx, ctx.reader(), reference).await.unwrap();
    detail::read(ctx, &viewing, row).await.unwrap()
}

fn note(kind: NoteKind, day: Option<&str>, body: &str) -> NoteInput {
    NoteInput { kind, on_date: day.map(|day| day.parse().unwrap()), body: body.into() }
}

fn later(app: &TestApp) {
    app.clock.advance(TimeDelta::minutes(1));
}

#[tokio::test]
async fn a_long_history_is_shown_in_full_to_who_asks_for_it() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let jonas = app.as_person(&cast.jonas);
        let a = task(&jonas, &made, columns[0], "a").await;
        let created = task_event::Entity::find()
            .filter(task_event::Column::TaskId.eq(a.id))
            .one(app.reader())
            .await
            .unwrap()
            .unwrap();
        let more = (0..400).map(|_| {
            let mut event = created.clone().into_active_model().reset_all();
            event.id = Set(EventId(Uuid::now_v7()));
            event.op_id = Set(None);
            event
        });
        task_event::Entity::insert_many(more).exec_without_returning(app.reader()).await.unwrap();
        let (viewing, row) = find::by_reference(&jonas, jonas.reader(), "T-1").await.unwrap();
        let usual = detail::read(&jonas, &viewing, row.clone()).await.unwrap();
        assert_eq!((usual.history.len(), usual.history_lines, usual.is_history_cut), (300, 300, true));
        let longer = detail::read_longer(&jonas, &viewing, row, usual.history_lines * 4).await.unwrap();
        assert_eq!((longer.history.len(), longer.is_history_cut), (401, false));
    })
    .await;
}

#[tokio::test]
async fn work_notes_stand_by_day_and_a_note_without_one_is_of_today_in_the_persons_zone() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        // 23:30 UTC is already the next day in Ljubljana.
        app.clock.advance(TimeDelta::minutes(15 * 60 + 30));
        let jonas = app.as_person(&cast.jonas);
        let a = task(&jonas, &made, columns[0], "a").await;
        notes::add(&jonas, a.id, note(NoteKind::Resolution, None, "mended"), None).await.unwrap();
        notes::add(&jonas, a.id, note(NoteKind::Issue, Some("2026-11-20"), "it **broke** <script>x</script>"), None)
            .await
            .unwrap();
        let read = read(&jonas, "T-1").await;
        let told: Vec<_> = read.parts.notes.iter().map(|note| (note.kind, note.on_date.to_string())).collect();
        assert_eq!(told, [(NoteKind::Issue, "2026-11-20".into()), (NoteKind::Resolution, "2026-11-24".into())]);
        assert!(read.parts.notes[0].html.contains("<strong>broke</strong>"));
        assert!(!read.parts.notes[0].html.contains("script"));
        assert!(read.history.iter().any(|line| line.what == "added a work note: Issue, 20 Nov"), "{:?}", read.history);
        for (day, body, problem) in [
            (Some("2026-11-25"), "x", AppError::field("on_date", Problem::InFuture)),
            (None, " \n", AppError::field("body", Problem::Required)),
        ] {
            let refused = notes::add(&jonas, a.id, note(NoteKind::Progress, day, body), None).await.unwrap_err();
            assert_eq!(refused, problem);
        }
    })
    .await;
}

#[tokio::test]
async fn a_text_is_changed_by_its_author_or_an_owner_and_nobody_else() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (mina, jonas, alex, ravi) = (
            app.as_person(&cast.mina),
            app.as_person(&cast.jonas),
            app.as_person(&cast.alex),
            app.as_person(&cast.ravi),
        );
        let a = task(&mina, &made, columns[0], "a").await;
        notes::add(&mina, a.id, note(NoteKind::Issue, None, "Mina's"), None).await.unwrap();
        comments::add(&mina, a.id, "Mina's", None).await.unwrap();
        let read_by = read(&jonas, "T-1").await;
        let (of_mina, said) = (&read_by.parts.notes[0], &read_by.comments[0]);
        assert!(!of_mina.can_edit && !said.can_edit);
        let input = || note(NoteKind::Issue, None, "mine now");
        assert_eq!(notes::edit(&jonas, of_mina.id, of_mina.version, input()).await, Err(AppError::Forbidden));
        assert_eq!(comments::edit(&jonas, said.id, said.version, "mine now").await, Err(AppError::Forbidden));
        assert_eq!(comments::remove(&jonas, said.id).await, Err(AppError::Forbidden));
        assert_eq!(notes::remove(&alex, of_mina.id).await, Err(AppError::Forbidden), "a viewer");
        assert_eq!(notes::remove(&ravi, of_mina.id).await, Err(AppError::NotFound), "a stranger");
        assert_eq!(comments::add(&alex, a.id, "hello", None).await, Err(AppError::Forbidden));

        comments::add(&jonas, a.id, "Jonas's", None).await.unwrap();
        let read_by = read(&mina, "T-1").await;
        assert!(read_by.comments.iter().all(|comment| comment.can_edit), "an owner may change all");
        notes::add(&jonas, a.id, note(NoteKind::Progress, None, "Jonas's"), None).await.unwrap();
        let of_jonas = read(&jonas, "T-1").await.parts.notes.into_iter().find(|note| note.can_edit).unwrap();
        later(&app);
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let hers = note(NoteKind::Progress, None, "Mina's words");
        notes::edit(&mina, of_jonas.id, of_jonas.version, hers).await.unwrap();
        let late = notes::edit(&jonas, of_jonas.id, of_jonas.version, input()).await.unwrap_err();
        let AppError::Conflict(conflict) = late else { panic!("{late:?}") };
        assert_eq!((conflict.theirs.as_str(), conflict.by.as_deref()), ("Mina's words", Some("Mina Kovač")));
        notes::remove(&mina, of_jonas.id).await.unwrap();
        comments::remove(&mina, read_by.comments[1].id).await.unwrap();
        notes::remove(&mina, read_by.parts.notes[0].id).await.unwrap();
        let read_by = read(&mina, "T-1").await;
        assert_eq!((read_by.comments.len(), read_by.parts.notes.len()), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn a_comment_keeps_what_it_said_before_and_two_who_change_it_are_told() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let a = task(&mina, &made, columns[0], "a").await;
        comments::add(&mina, a.id, "first", None).await.unwrap();
        let said = read(&mina, "T-1").await.comments.remove(0);
        later(&app);
        comments::edit(&app.as_person(&cast.mina), said.id, said.version, "second").await.unwrap();
        later(&app);
        let AppError::Conflict(conflict) =
            comments::edit(&app.as_person(&cast.mina), said.id, said.version, "from an old page").await.unwrap_err()
        else {
            panic!("an old page overwrote a newer text");
        };
        assert_eq!((conflict.mine.as_str(), conflict.theirs.as_str()), ("from an old page", "second"));
        assert_eq!(conflict.by.as_deref(), Some("Mina Kovač"));
        comments::edit(&app.as_person(&cast.mina), said.id, conflict.version, "third").await.unwrap();
        let said = read(&app.as_person(&cast.mina), "T-1").await.comments.remove(0);
        assert!(said.is_edited && said.html.contains("third"));
        let former: Vec<_> = said.former.iter().map(|text| text.html.trim().to_owned()).collect();
        assert_eq!(former, ["<p>second</p>", "<p>first</p>"]);
    })
    .await;
}

#[tokio::test]
async fn who_is_named_given_a_task_or_watches_it_is_told_once_and_nobody_of_their_own_doing() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let jonas = app.as_person(&cast.jonas);
        let a = task(&app.as_person(&cast.mina), &made, columns[0], "a").await;
        later(&app);
        // Mina made it, so she watches; Alex is named; Ravi is not in the project.
        let jonas_now = app.as_person(&cast.jonas);
        comments::add(&jonas_now, a.id, "@Alex Lindqvist and @Ravi Sen, look. @Jonas", None).await.unwrap();
        let told = async |me| inbox::read(&app.as_person(me), false, None).await.unwrap();
        let (mina, alex) = (told(&cast.mina).await, told(&cast.alex).await);
        assert_eq!((mina.unread, alex.unread, told(&cast.jonas).await.unread), (1, 1, 0));
        assert_eq!(mina.entries[0].kind, NotificationKind::Watched);
        assert_eq!(mina.entries[0].words, "commented");
        assert_eq!(mina.entries[0].who.as_deref(), Some("Jonas Ortiz"));
        assert_eq!(mina.entries[0].task.as_ref().unwrap().reference, "T-1");
        assert_eq!(alex.entries[0].kind, NotificationKind::Mentioned);
        assert_eq!(told(&cast.ravi).await.entries, []);

        later(&app);
        assign::set(&app.as_person(&cast.mina), a.id, &[cast.jonas.id, cast.mina.id]).await.unwrap();
        let of_jonas = told(&cast.jonas).await;
        assert_eq!((of_jonas.unread, of_jonas.entries[0].kind), (1, NotificationKind::Assigned));
        assert_eq!(told(&cast.mina).await.unread, 1, "not of her own doing");

        later(&app);
        let now = app.as_person(&cast.mina);
        moves::move_task(&now, moves::Move { task: a.id, column: columns[3], after: None, before: None, op_id: None })
            .await
            .unwrap();
        assert_eq!(told(&cast.jonas).await.entries[0].words, "completed this (Completed)");
        // Alex was named, and watches since.
        assert_eq!(told(&cast.alex).await.entries[0].words, "completed this (Completed)");
        watch::set(&app.as_person(&cast.alex), a.id, false).await.unwrap();
        later(&app);
        archive::archive(&app.as_person(&cast.mina), a.id, None).await.unwrap();
        assert_eq!((told(&cast.alex).await.unread, told(&cast.jonas).await.unread), (2, 3));

        inbox::mark_read(&app.as_person(&cast.jonas), Some(of_jonas.entries[0].id)).await.unwrap();
        inbox::mark_read(&app.as_person(&cast.mina), Some(of_jonas.entries[0].id)).await.unwrap();
        assert_eq!((told(&cast.jonas).await.unread, told(&cast.alex).await.unread), (2, 2));
        inbox::mark_task_read(&app.as_person(&cast.jonas), a.id).await.unwrap();
        assert_eq!((told(&cast.jonas).await.unread, told(&cast.alex).await.unread), (0, 2));
        let _ = jonas;
    })
    .await;
}

#[tokio::test]
async fn small_moves_and_titles_are_no_news_but_a_due_date_is() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let a = task(&mina, &made, columns[0], "a").await;
        let b = task(&mina, &made, columns[0], "b").await;
        let jonas = app.as_person(&cast.jonas);
        let wish = moves::Move { task: a.id, column: columns[0], after: Some(b.id), before: None, op_id: None };
        moves::move_task(&jonas, wish).await.unwrap();
        edit::change(&jonas, a.id, 2, Change::Title("renamed".into()), None).await.unwrap();
        assert_eq!(inbox::unread(&mina).await, Ok(0));
        let due = DueInput { date: "2026-12-01".parse().unwrap(), time: None };
        edit::change(&jonas, a.id, 3, Change::Due(Some(due)), None).await.unwrap();
        let told = inbox::read(&mina, true, None).await.unwrap();
        assert_eq!(told.entries[0].words, "set the due date to 2026-12-01");
    })
    .await;
}
