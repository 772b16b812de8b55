//! Edits, archive, people, comments, checklists, and what a board and a history show of them.

use app::{
    domain::{board_filter::BoardFilter, board_look::BoardLook, due::Due, shelf::ShelfQuery, task::Priority},
    error::{AppError, Problem},
    projects::service::access,
    tasks::service::{
        archive, assign, board, checklist, comments, detail,
        edit::{self, Change, DueInput},
        find, shelf,
    },
    testing::{Cast, each_database, project, task},
};

#[tokio::test]
async fn two_people_on_different_fields_merge_and_on_the_same_text_both_are_told() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let a = task(&mina, &made, columns[0], "first").await;
        edit::change(&mina, a.id, 1, Change::Title("Mina's".into()), None).await.unwrap();
        let merged = edit::change(&jonas, a.id, 1, Change::Description("Jonas wrote this".into()), None).await;
        assert!(merged.is_ok(), "another field merges: {merged:?}");
        let AppError::Conflict(conflict) =
            edit::change(&jonas, a.id, 1, Change::Title("Jonas's".into()), None).await.unwrap_err()
        else {
            panic!("the same field does not merge");
        };
        assert_eq!((conflict.mine.as_str(), conflict.theirs.as_str()), ("Jonas's", "Mina's"));
        assert!(conflict.by.as_deref().is_some_and(|name| name.starts_with("Mina")), "{conflict:?}");
        let again = edit::change(&jonas, a.id, conflict.version, Change::Title("Both".into()), None).await.unwrap();
        assert_eq!(again.title, "Both");
    })
    .await;
}

#[tokio::test]
async fn a_title_that_breaks_the_rules_is_refused_beside_its_cause() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        for (title, problem) in [
            (" ".to_owned(), Problem::Required),
            ("x".repeat(501), Problem::TooLong { max: 500 }),
            ("a\u{0}b".to_owned(), Problem::ControlCharacters),
        ] {
            let refused = edit::change(&ctx, a.id, 1, Change::Title(title), None).await.unwrap_err();
            assert_eq!(refused, AppError::field("title", problem));
        }
        let kept =
            edit::change(&ctx, a.id, 1, Change::Title("<script>alert(1)</script> 🎈 שלום".into()), None).await.unwrap();
        assert_eq!(kept.title, "<script>alert(1)</script> 🎈 שלום");
    })
    .await;
}

#[tokio::test]
async fn a_due_time_is_kept_in_utc_and_shown_in_the_persons_zone() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        let due = DueInput { date: "2026-11-23".parse().unwrap(), time: Some("17:00:00".parse().unwrap()) };
        let card = edit::change(&ctx, a.id, 1, Change::Due(Some(due)), None).await.unwrap();
        let Some(Due::At { instant, local }) = card.due else { panic!("{:?}", card.due) };
        assert_eq!(instant.to_rfc3339(), "2026-11-23T16:00:00+00:00");
        assert_eq!(local.to_string(), "2026-11-23 17:00:00");
    })
    .await;
}

#[tokio::test]
async fn an_archived_task_leaves_the_board_and_comes_back_to_its_place() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let viewing = access::by_id(&ctx, app.reader(), made.id).await.unwrap();
        for title in ["a", "b", "c"] {
            task(&ctx, &made, columns[0], title).await;
        }
        let titles = async || -> Vec<String> {
            let read = board::read(&ctx, &viewing, &BoardFilter::default(), BoardLook::default(), None).await.unwrap();
            read.columns[0].cards.iter().map(|card| card.title.clone()).collect()
        };
        let b = board::read(&ctx, &viewing, &BoardFilter::default(), BoardLook::default(), None).await.unwrap().columns
            [0]
        .cards[1]
            .id;
        archive::archive(&ctx, b, None).await.unwrap();
        assert_eq!(titles().await, ["a", "c"]);
        assert_eq!(
            shelf::read(&ctx, &viewing, shelf::Place::Archive, ShelfQuery::default()).await.unwrap().rows[0].card.title,
            "b"
        );
        archive::restore(&ctx, b, None).await.unwrap();
        assert_eq!(titles().await, ["a", "b", "c"]);
    })
    .await;
}

#[tokio::test]
async fn only_people_of_the_project_can_be_assigned() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        let card = assign::set(&ctx, a.id, &[cast.alex.id, cast.jonas.id]).await.unwrap();
        assert_eq!(card.people, ["Alex Lindqvist", "Jonas Ortiz"]);
        let refused = assign::set(&ctx, a.id, &[cast.ravi.id]).await.unwrap_err();
        assert_eq!(refused, AppError::field("assignee", Problem::UnknownChoice));
        assert_eq!(assign::set(&ctx, a.id, &[]).await.unwrap().people, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn two_people_who_assign_at_once_both_have_their_way() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (jonas, mina) = (app.as_person(&cast.jonas), app.as_person(&cast.mina));
        let a = task(&jonas, &made, columns[0], "a").await;
        // Both opened the task when nobody had it.
        assign::change(&mina, a.id, &[cast.mina.id], &[]).await.unwrap();
        let card = assign::change(&jonas, a.id, &[cast.jonas.id], &[]).await.unwrap();
        assert_eq!(card.people, ["Jonas Ortiz", "Mina Kovač"]);
        let card = assign::change(&jonas, a.id, &[cast.alex.id], &[cast.mina.id]).await.unwrap();
        assert_eq!(card.people, ["Alex Lindqvist", "Jonas Ortiz"]);
    })
    .await;
}

#[tokio::test]
async fn comments_and_ticks_are_counted_on_the_card_and_told_in_the_history() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        comments::add(&ctx, a.id, "look at **this** <script>x</script>", None).await.unwrap();
        checklist::add(&ctx, a.id, None, "one", None).await.unwrap();
        checklist::add(&ctx, a.id, None, "two", None).await.unwrap();
        let (viewing, row) = find::by_reference(&ctx, app.reader(), "T-1").await.unwrap();
        let read = detail::read(&ctx, &viewing, row.clone()).await.unwrap();
        checklist::tick(&ctx, read.checklist[0].id, true).await.unwrap();
        let read = detail::read(&ctx, &viewing, row).await.unwrap();
        assert_eq!((read.card.checklist, read.card.comments), ((1, 2), 1));
        assert!(read.comments[0].html.contains("<strong>this</strong>") && !read.comments[0].html.contains("script"));
        let told: Vec<&str> = read.history.iter().map(|line| line.what.as_str()).collect();
        assert_eq!(told[0], "ticked “one”");
        assert_eq!(told.last(), Some(&"created this in Todo"));
    })
    .await;
}

#[tokio::test]
async fn a_long_list_comes_in_parts_and_the_filter_counts_what_it_lets_through() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        for number in 0..65 {
            task(&ctx, &made, columns[0], &format!("card {number:02}")).await;
        }
        let viewing = access::by_id(&ctx, app.reader(), made.id).await.unwrap();
        let first = board::read(&ctx, &viewing, &BoardFilter::default(), BoardLook::default(), None)
            .await
            .unwrap()
            .columns
            .remove(0);
        assert_eq!((first.total, first.cards.len()), (65, 30));
        let mut seen: Vec<String> = first.cards.iter().map(|card| card.title.clone()).collect();
        let mut next = first.next;
        while let Some(cursor) = next {
            let more = board::more(&ctx, &viewing, columns[0], &BoardFilter::default(), BoardLook::default(), &cursor)
                .await
                .unwrap();
            seen.extend(more.cards.iter().map(|card| card.title.clone()));
            next = more.next;
        }
        assert_eq!(seen, (0..65).map(|number| format!("card {number:02}")).collect::<Vec<_>>());
        let filter = BoardFilter { text: "card 07".into(), ..BoardFilter::default() };
        let filtered =
            board::read(&ctx, &viewing, &filter, BoardLook::default(), None).await.unwrap().columns.remove(0);
        assert_eq!((filtered.total, filtered.shown), (65, 1));
        edit::change(&ctx, filtered.cards[0].id, 1, Change::Priority(Priority::Urgent), None).await.unwrap();
        let urgent = BoardFilter { priorities: [Priority::Urgent].into(), ..BoardFilter::default() };
        assert_eq!(board::read(&ctx, &viewing, &urgent, BoardLook::default(), None).await.unwrap().columns[0].shown, 1);
    })
    .await;
}
