//! Checklists, labels, estimate and start, dependencies, files: what hangs on a task.

use app::{
    domain::{
        account::Me,
        ids::{OpId, TaskId},
    },
    error::{AppError, Problem},
    platform::ctx::Ctx,
    projects::service::projects::{self, NewProject},
    tasks::{
        service::{
            archive, attachments, checklist, dependencies, detail,
            edit::{self, Change},
            find, labels_of_task, moves, transfer, trash,
        },
        view::TaskDetail,
    },
    testing::{Cast, each_database, project, task},
};
use uuid::Uuid;

async fn read(ctx: &Ctx, reference: &str) -> TaskDetail {
    let (viewing, row) = find::by_reference(ctx, ctx.reader(), reference).await.unwrap();
    detail::read(ctx, &viewing, row).await.unwrap()
}

async fn items(ctx: &Ctx, reference: &str) -> Vec<String> {
    let read = read(ctx, reference).await;
    read.checklist
        .into_iter()
        .map(|item| if item.list.is_empty() { item.text } else { format!("{}: {}", item.list, item.text) })
        .collect()
}

#[tokio::test]
async fn pasted_lines_become_items_in_several_lists_that_keep_their_own_order() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        checklist::add(&ctx, a.id, None, "- one\n- [x] two\nthree", None).await.unwrap();
        checklist::add(&ctx, a.id, Some("Print"), "paper\nink", None).await.unwrap();
        checklist::add(&ctx, a.id, Some(""), "four", None).await.unwrap();
        assert_eq!(items(&ctx, "T-1").await, ["one", "two", "three", "four", "Print: paper", "Print: ink"]);
        let read_now = read(&ctx, "T-1").await;
        assert_eq!(read_now.card.checklist, (1, 6));
        let id = |text: &str| read_now.checklist.iter().find(|item| item.text == text).unwrap().id;

        checklist::place(&ctx, id("three"), checklist::Place::Up).await.unwrap();
        checklist::place(&ctx, id("one"), checklist::Place::Up).await.unwrap();
        assert_eq!(items(&ctx, "T-1").await[..3], ["one", "three", "two"]);
        checklist::place(&ctx, id("one"), checklist::Place::After(id("ink"))).await.unwrap();
        assert_eq!(items(&ctx, "T-1").await, ["three", "two", "four", "Print: paper", "Print: ink", "Print: one"]);
        // Over the edge into the next list, and back.
        checklist::place(&ctx, id("four"), checklist::Place::Down).await.unwrap();
        assert_eq!(items(&ctx, "T-1").await[2..4], ["Print: four", "Print: paper"]);
        checklist::place(&ctx, id("four"), checklist::Place::Up).await.unwrap();
        assert_eq!(items(&ctx, "T-1").await[2..4], ["four", "Print: paper"]);

        checklist::rename(&ctx, id("ink"), None, "black ink").await.unwrap();
        checklist::rename_list(&ctx, a.id, "Print", "").await.unwrap();
        assert_eq!(items(&ctx, "T-1").await, ["three", "two", "four", "paper", "black ink", "one"]);
        checklist::remove_list(&ctx, a.id, "").await.unwrap();
        assert_eq!(items(&ctx, "T-1").await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn two_people_who_change_one_item_are_told_with_both_texts() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (jonas, mina) = (app.as_person(&cast.jonas), app.as_person(&cast.mina));
        let a = task(&jonas, &made, columns[0], "a").await;
        let op = Some(OpId(Uuid::now_v7()));
        checklist::add(&jonas, a.id, None, "ask", op).await.unwrap();
        checklist::add(&jonas, a.id, None, "ask", op).await.expect("a repeat does nothing");
        let item = read(&jonas, "T-1").await.checklist[0].id;
        checklist::rename(&mina, item, Some("ask"), "ask everybody").await.unwrap();
        let late = checklist::rename(&jonas, item, Some("ask"), "ask the regions").await.unwrap_err();
        let AppError::Conflict(both) = late else { panic!("an old page overwrote a newer text: {late:?}") };
        assert_eq!((both.mine.as_str(), both.theirs.as_str()), ("ask the regions", "ask everybody"));
        assert_eq!(both.by.as_deref(), Some("Mina Kovač"));
        assert_eq!(items(&jonas, "T-1").await, ["ask everybody"], "nothing of it is stored");
        checklist::rename(&jonas, item, Some("ask"), "ask everybody").await.unwrap();
        checklist::rename(&jonas, item, Some("ask everybody"), "ask the regions").await.unwrap();
        assert_eq!(items(&jonas, "T-1").await, ["ask the regions"]);
    })
    .await;
}

#[tokio::test]
async fn an_item_becomes_a_task_and_both_histories_name_the_other() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[1], "a").await;
        checklist::add(&ctx, a.id, None, "ask the regions", None).await.unwrap();
        let item = read(&ctx, "T-1").await.checklist[0].id;
        assert_eq!(checklist::convert(&ctx, item).await.unwrap(), "T-2");
        let (parent, child) = (read(&ctx, "T-1").await, read(&ctx, "T-2").await);
        assert_eq!(
            (parent.checklist.len(), child.card.title.as_str(), child.column),
            (0, "ask the regions", columns[1])
        );
        assert_eq!(parent.history[0].what, "made “ask the regions” a task of its own: T-2");
        assert_eq!(child.history[0].what, "created this in In Progress, from T-1");
        assert_eq!(checklist::convert(&ctx, item).await, Err(AppError::NotFound), "it is gone");
    })
    .await;
}

#[tokio::test]
async fn too_many_or_too_long_lines_are_refused_in_words_and_nothing_is_stored() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        let many = "x\n".repeat(201);
        let refused = checklist::add(&ctx, a.id, None, &many, None).await.unwrap_err();
        assert_eq!(refused, AppError::field("text", Problem::TooMany { max: 200 }));
        let long = format!("fine\n{}", "x".repeat(501));
        let refused = checklist::add(&ctx, a.id, None, &long, None).await.unwrap_err();
        assert_eq!(refused, AppError::field("text", Problem::TooLong { max: 500 }));
        assert_eq!(read(&ctx, "T-1").await.checklist, []);
        for _ in 0..2 {
            checklist::add(&ctx, a.id, None, &"x\n".repeat(200), None).await.unwrap();
        }
        let refused = checklist::add(&ctx, a.id, None, &"x\n".repeat(101), None).await.unwrap_err();
        assert_eq!(refused, AppError::field("text", Problem::TooMany { max: 500 }));
    })
    .await;
}

#[tokio::test]
async fn a_label_is_found_in_any_case_or_made_in_the_colour_that_was_chosen() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        let b = task(&ctx, &made, columns[0], "b").await;
        labels_of_task::add(&ctx, a.id, " Data  protection ", Some(4)).await.unwrap();
        let card = labels_of_task::add(&ctx, b.id, "data protection", Some(2)).await.unwrap();
        assert_eq!((card.labels[0].name.as_str(), card.labels[0].hue), ("Data protection", 4));
        assert_eq!(labels_of_task::of_project(&ctx, made.id).await.unwrap().len(), 1);
        labels_of_task::remove(&ctx, a.id, "Data protection").await.unwrap();
        let read_now = read(&ctx, "T-1").await;
        assert_eq!((read_now.card.labels.len(), read_now.parts.labels.len()), (0, 1), "the label stays in the project");
        assert_eq!(read_now.history[0].what, "removed the label Data protection");
        for (name, hue, refused) in [
            ("", None, AppError::field("label", Problem::Required)),
            ("x", Some(7), AppError::field("hue", Problem::UnknownChoice)),
        ] {
            assert_eq!(labels_of_task::add(&ctx, a.id, name, hue).await.unwrap_err(), refused);
        }
        let alex = app.as_person(&cast.alex);
        assert_eq!(labels_of_task::add(&alex, a.id, "x", None).await.unwrap_err(), AppError::Forbidden);
    })
    .await;
}

#[tokio::test]
async fn estimate_and_start_are_kept_and_a_date_after_the_year_9999_is_refused() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        edit::change(&ctx, a.id, 1, Change::Estimate(edit::read_estimate("2h 30m").unwrap()), None).await.unwrap();
        edit::change(&ctx, a.id, 2, Change::Start(edit::read_day("start_on", "9999-12-31").unwrap()), None)
            .await
            .unwrap();
        let due = edit::read_due("9999-12-31", "23:59").unwrap();
        edit::change(&ctx, a.id, 3, Change::Due(due), None).await.unwrap();
        let read_now = read(&ctx, "T-1").await;
        assert_eq!(read_now.parts.estimate.as_deref(), Some("2 h 30 min"));
        assert_eq!(read_now.parts.start_on.unwrap().to_string(), "9999-12-31");
        assert_eq!(read_now.card.due.unwrap().date().to_string(), "9999-12-31");
        assert_eq!(edit::read_due("10000-01-01", ""), Err(AppError::field("due_on", Problem::NotADate)));
        assert_eq!(edit::read_due("", "17:00"), Err(AppError::field("due_on", Problem::DateOfTime)));
        assert_eq!(edit::read_estimate("soon"), Err(AppError::field("estimate", Problem::NotADuration)));
    })
    .await;
}

#[tokio::test]
async fn a_time_that_is_a_day_later_by_the_clock_of_the_world_is_not_put_behind_the_year_9999() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let west = app.as_person(&Me { zone: "America/Los_Angeles".into(), ..cast.jonas.clone() });
        let a = task(&west, &made, columns[0], "a").await;
        let due = |time: &str| Change::Due(edit::read_due("9999-12-31", time).unwrap());
        let refused = edit::change(&west, a.id, 1, due("17:00"), None).await.unwrap_err();
        assert_eq!(refused, AppError::field("due_on", Problem::DateTooFar));
        edit::change(&west, a.id, 1, due("15:59"), None).await.unwrap();
        assert_eq!(read(&west, "T-1").await.card.due.unwrap().date().to_string(), "9999-12-31");
        edit::change(&west, a.id, 2, due(""), None).await.unwrap();
        assert_eq!(read(&west, "T-1").await.card.due.unwrap().date().to_string(), "9999-12-31");
    })
    .await;
}

#[tokio::test]
async fn a_circle_is_refused_whatever_way_its_tasks_have_come() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let new = NewProject { name: "Other".into(), key: "O".into(), zone: "UTC".into() };
        let other = projects::create(&mina, new).await.unwrap();
        let a = task(&mina, &made, columns[0], "a").await;
        let b = task(&mina, &made, columns[0], "b").await;
        // a blocks b, which goes to another project; there it blocks what was an item of a.
        dependencies::add(&mina, b.id, a.id).await.unwrap();
        assert_eq!(transfer::transfer(&mina, b.id, other.id, None, None).await.unwrap().reference, "O-1");
        checklist::add(&mina, a.id, None, "c", None).await.unwrap();
        let item = read(&mina, "T-1").await.checklist[0].id;
        assert_eq!(checklist::convert(&mina, item).await.unwrap(), "T-3");
        let c = read(&mina, "T-3").await.card.id;
        dependencies::add(&mina, c, b.id).await.unwrap();
        let refused = dependencies::add(&mina, a.id, c).await.unwrap_err();
        assert!(refused.problems_of("other").next().is_some(), "{refused:?}");
        // What is in the trash comes back with its links: they count meanwhile, too.
        trash::put(&mina, b.id, None).await.unwrap();
        assert!(dependencies::add(&mina, a.id, c).await.is_err(), "out of the trash it would close the circle");
        trash::restore(&mina, b.id, None).await.unwrap();
        assert_eq!(read(&mina, "T-3").await.card.blocked_by, 1);
    })
    .await;
}

#[tokio::test]
async fn a_circle_is_refused_with_its_chain_and_a_blocked_card_counts_open_blockers_only() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let mut ids: Vec<TaskId> = Vec::new();
        for title in ["a", "b", "c"] {
            ids.push(task(&ctx, &made, columns[0], title).await.id);
        }
        // a blocks b blocks c.
        dependencies::add(&ctx, ids[1], ids[0]).await.unwrap();
        dependencies::add(&ctx, ids[2], ids[1]).await.unwrap();
        dependencies::add(&ctx, ids[2], ids[0]).await.unwrap();
        let refused = dependencies::add(&ctx, ids[0], ids[2]).await.unwrap_err();
        let AppError::Invalid(invalid) = &refused else { panic!("{refused:?}") };
        let Problem::Circular { chain } = &invalid.fields[0].problem else { panic!("{refused:?}") };
        assert_eq!(chain.first(), chain.last());
        assert!(chain.len() >= 3 && chain.iter().any(|reference| reference == "T-3"), "{chain:?}");
        assert!(dependencies::add(&ctx, ids[0], ids[0]).await.is_err(), "a task does not block itself");

        assert_eq!(read(&ctx, "T-3").await.card.blocked_by, 2);
        archive::archive(&ctx, ids[0], None).await.unwrap();
        assert_eq!(read(&ctx, "T-3").await.card.blocked_by, 1, "what is archived blocks no more");
        let done = moves::Move { task: ids[2], column: columns[3], after: None, before: None, op_id: None };
        moves::move_task(&ctx, done).await.unwrap();
        let told: Vec<String> = read(&ctx, "T-3").await.history.into_iter().map(|line| line.what).collect();
        assert!(told.contains(&"completed this although it was blocked by T-2".to_owned()), "{told:?}");
        dependencies::remove(&ctx, ids[2], ids[1]).await.unwrap();
        assert_eq!(read(&ctx, "T-2").await.parts.blocked, []);
    })
    .await;
}

#[tokio::test]
async fn a_card_counts_the_open_tasks_that_it_blocks_and_no_others() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let mut ids: Vec<TaskId> = Vec::new();
        for title in ["a", "b", "c", "d", "e"] {
            ids.push(task(&ctx, &made, columns[0], title).await.id);
        }
        // a blocks b, c and d, and waits for e.
        for blocked in &ids[1..4] {
            dependencies::add(&ctx, *blocked, ids[0]).await.unwrap();
        }
        dependencies::add(&ctx, ids[0], ids[4]).await.unwrap();
        let counted = async |reference: &str| {
            let card = read(&ctx, reference).await.card;
            (card.blocked_by, card.blocks)
        };
        assert_eq!((counted("T-1").await, counted("T-2").await, counted("T-5").await), ((1, 3), (1, 0), (0, 1)));

        let done = moves::Move { task: ids[1], column: columns[3], after: None, before: None, op_id: None };
        moves::move_task(&ctx, done).await.unwrap();
        assert_eq!(counted("T-1").await, (1, 2), "what is completed waits no more");
        archive::archive(&ctx, ids[2], None).await.unwrap();
        assert_eq!(counted("T-1").await, (1, 1), "nor does what is archived");
        trash::put(&ctx, ids[3], None).await.unwrap();
        assert_eq!(counted("T-1").await, (1, 0), "nor does what is in the trash");
        trash::restore(&ctx, ids[3], None).await.unwrap();
        assert_eq!(counted("T-1").await, (1, 1));
        dependencies::remove(&ctx, ids[3], ids[0]).await.unwrap();
        assert_eq!(counted("T-1").await, (1, 0));
    })
    .await;
}

#[tokio::test]
async fn two_links_at_once_cannot_close_a_circle() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        for round in 0..5 {
            let a = task(&ctx, &made, columns[0], &format!("a{round}")).await.id;
            let b = task(&ctx, &made, columns[0], &format!("b{round}")).await.id;
            let (one, other) = tokio::join!(dependencies::add(&ctx, a, b), dependencies::add(&ctx, b, a));
            assert!(one.is_ok() ^ other.is_ok(), "round {round}: {one:?} {other:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn tasks_of_other_projects_are_found_and_linked_only_by_those_who_see_them() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let a = task(&jonas, &made, columns[0], "a").await;
        let new = NewProject { name: "Secret".into(), key: "SEC".into(), zone: "UTC".into() };
        let secret = projects::create(&mina, new).await.unwrap();
        let theirs = projects::columns(app.reader(), secret.id).await.unwrap();
        let hidden = task(&mina, &secret, theirs[0].id, "Plan 100%_sure").await;
        let found = async |ctx: &Ctx, text: &str| -> Vec<String> {
            dependencies::candidates(ctx, a.id, text).await.unwrap().into_iter().map(|task| task.reference).collect()
        };
        assert_eq!(found(&mina, "plan 100%_").await, ["SEC-1"]);
        assert_eq!(found(&mina, "sec-1").await, ["SEC-1"]);
        assert_eq!(found(&mina, "plan_100").await, Vec::<String>::new(), "signs of patterns are taken literally");
        assert_eq!(found(&jonas, "plan").await, Vec::<String>::new());
        assert_eq!(dependencies::add(&jonas, a.id, hidden.id).await, Err(AppError::NotFound));
        dependencies::add(&mina, a.id, hidden.id).await.unwrap();
        let of_jonas = read(&jonas, "T-1").await;
        assert_eq!(of_jonas.parts.blockers[0].seen, None, "no title of a project he does not see");
        assert_eq!(read(&mina, "T-1").await.parts.blockers[0].seen.as_ref().unwrap().title, "Plan 100%_sure");
    })
    .await;
}

#[tokio::test]
async fn files_are_typed_by_content_counted_and_seen_by_members_only() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (jonas, alex, ravi) = (app.as_person(&cast.jonas), app.as_person(&cast.alex), app.as_person(&cast.ravi));
        let a = task(&jonas, &made, columns[0], "a").await;
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec();
        let id = attachments::store(&jonas, a.id, "../logo.png", svg.clone()).await.unwrap().unwrap();
        let file = attachments::download(&alex, id).await.unwrap();
        assert_eq!((file.name.as_str(), file.content_type.as_str(), file.bytes), ("logo.png", "text/plain", svg));
        assert_eq!(attachments::download(&ravi, id).await.unwrap_err(), AppError::NotFound);
        assert_eq!(attachments::thumbnail(&jonas, id).await.unwrap_err(), AppError::NotFound);
        assert_eq!(attachments::remove(&alex, id).await, Err(AppError::Forbidden));
        assert_eq!(attachments::store(&alex, a.id, "x", vec![1]).await, Err(AppError::Forbidden));

        assert_eq!(attachments::store(&jonas, a.id, "x", vec![]).await, Ok(Err(attachments::Refusal::Empty)));
        let large = vec![0; app::domain::file::FILE_BYTES_MAX + 1];
        assert_eq!(attachments::store(&jonas, a.id, "x", large).await, Ok(Err(attachments::Refusal::TooLarge)));
        for number in 1..100 {
            attachments::store(&jonas, a.id, &format!("{number}.txt"), vec![b'x']).await.unwrap().unwrap();
        }
        assert_eq!(attachments::store(&jonas, a.id, "x", vec![1]).await, Ok(Err(attachments::Refusal::TooMany)));
        let read_now = read(&jonas, "T-1").await;
        assert_eq!((read_now.card.files, read_now.parts.files[0].name.as_str()), (100, "logo.png"));
        attachments::remove(&jonas, id).await.unwrap();
        assert_eq!(attachments::download(&jonas, id).await.unwrap_err(), AppError::NotFound);
        assert_eq!(read(&jonas, "T-1").await.history[0].what, "removed the attachment “logo.png”");
    })
    .await;
}

#[tokio::test]
async fn a_project_whose_files_take_all_its_room_takes_no_more() {
    use app::entities::attachment;
    use sea_orm::{ActiveModelTrait, ActiveValue::Set};
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        let id = attachments::store(&ctx, a.id, "x", vec![b'x'; 10]).await.unwrap().unwrap();
        // As if it were as large as all room but five bytes.
        let size = app::domain::file::QUOTA_BYTES - 5;
        let row =
            attachment::ActiveModel { id: sea_orm::ActiveValue::Unchanged(id), size: Set(size), ..Default::default() };
        row.update(app.reader()).await.unwrap();
        assert_eq!(attachments::store(&ctx, a.id, "y", vec![b'y'; 6]).await, Ok(Err(attachments::Refusal::NoRoom)));
        assert!(attachments::store(&ctx, a.id, "y", vec![b'y'; 5]).await.unwrap().is_ok());
    })
    .await;
}

#[tokio::test]
async fn hostile_texts_stay_what_they_are_and_oversized_ones_are_refused_in_words() {
    use app::{
        domain::work_note::NoteKind,
        tasks::service::{comments, notes},
    };
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        for (number, text) in [
            "<script>alert(1)</script>",
            "שלום עולם ‏(מאי)",
            "👩‍👩‍👧‍👦 family",
            "zero\u{200b}width",
            "'; DROP TABLE task; --",
            "{{ 7 * 7 }} %s ${x}",
        ]
        .into_iter()
        .enumerate()
        {
            let a = task(&ctx, &made, columns[0], text).await;
            labels_of_task::add(&ctx, a.id, text, None).await.unwrap();
            checklist::add(&ctx, a.id, Some(text), text, None).await.unwrap();
            comments::add(&ctx, a.id, text, None).await.unwrap();
            let note = notes::NoteInput { kind: NoteKind::Issue, on_date: None, body: text.into() };
            notes::add(&ctx, a.id, note, None).await.unwrap();
            attachments::store(&ctx, a.id, text, text.as_bytes().to_vec()).await.unwrap().unwrap();
            let read = read(&ctx, &format!("T-{}", number + 1)).await;
            assert_eq!(read.card.title, text);
            assert_eq!(read.card.labels[0].name, text);
            assert_eq!((read.checklist[0].text.as_str(), read.checklist[0].list.as_str()), (text, text));
            assert_eq!((read.comments[0].body.as_str(), read.parts.notes[0].body.as_str()), (text, text));
            assert!(!read.comments[0].html.contains("<script") && !read.parts.notes[0].html.contains("<script"));
        }
        let a = task(&ctx, &made, columns[0], "a").await;
        let title = edit::change(&ctx, a.id, 1, Change::Title("x".repeat(10_000)), None).await.unwrap_err();
        assert_eq!(title, AppError::field("title", Problem::TooLong { max: 500 }));
        let paste = "x".repeat(20 * 1024 * 1024);
        assert_eq!(
            comments::add(&ctx, a.id, &paste, None).await,
            Err(AppError::field("body", Problem::TooLong { max: 20_000 }))
        );
        assert_eq!(
            checklist::add(&ctx, a.id, None, &paste, None).await,
            Err(AppError::field("text", Problem::TooLong { max: 500 }))
        );
    })
    .await;
}
