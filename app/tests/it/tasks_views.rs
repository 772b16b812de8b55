//! The list, the calendar, the table of notes, and a person's own work.

use app::{
    domain::{
        board_filter::{BoardFilter, Chip, DueFilter},
        board_look::BoardLook,
        calendar_span::CalendarSpan,
        ids::{ColumnId, TaskId, UserId, WorkNoteId},
        my_work::WorkWhen,
        notes_query::NotesQuery,
        shelf::ShelfQuery,
        task::{Category, Priority},
        task_list::{ListQuery, PageAt},
        work_note::NoteKind,
    },
    entities::{task as task_row, task_dependency, work_note},
    error::{AppError, Problem},
    platform::ctx::Ctx,
    projects::service::access::{self, Viewing},
    tasks::service::{archive, assign, board, calendar, edit, list, my_work, notes_table, shelf, trash},
    testing::{Cast, TestApp, each_database, project, task},
};
use chrono::Weekday;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
};
use uuid::Uuid;

async fn viewing(ctx: &Ctx) -> Viewing {
    access::by_key(ctx, ctx.reader(), "T").await.unwrap()
}

async fn titles(ctx: &Ctx, query: &str) -> Vec<String> {
    let read = list::read(ctx, &viewing(ctx).await, &ListQuery::from_query(query)).await.unwrap();
    read.rows.into_iter().map(|row| row.card.title).collect()
}

/// Sets a due date, as its service stores it.
async fn due(ctx: &Ctx, id: TaskId, on: Option<&str>, at: Option<&str>) {
    let row = task_row::ActiveModel {
        id: Unchanged(id),
        due_on: Set(on.map(|day| day.parse().unwrap())),
        due_at: Set(at.map(|instant| instant.parse().unwrap())),
        ..Default::default()
    };
    row.update(ctx.reader()).await.unwrap();
}

async fn note(ctx: &Ctx, author: UserId, task: TaskId, kind: NoteKind, on: &str, body: &str) {
    let row = task_row::Entity::find_by_id(task).one(ctx.reader()).await.unwrap().unwrap();
    let row = work_note::ActiveModel {
        id: Set(WorkNoteId(Uuid::now_v7())),
        project_id: Set(row.project_id),
        task_id: Set(task),
        author_id: Set(Some(author)),
        kind: Set(kind),
        on_date: Set(on.parse().unwrap()),
        body: Set(body.into()),
        created_at: Set(ctx.now),
        edited_at: Set(None),
    };
    work_note::Entity::insert(row).exec_without_returning(ctx.reader()).await.unwrap();
}

/// Tasks in bulk, with all kinds of values.
async fn many(app: &TestApp, project: app::domain::ids::ProjectId, column: ColumnId, count: usize) {
    let rows: Vec<task_row::ActiveModel> = (0..count)
        .map(|at| task_row::ActiveModel {
            id: Set(TaskId(Uuid::now_v7())),
            project_id: Set(project),
            column_id: Set(column),
            number: Set(i32::try_from(at).unwrap() + 1),
            rank: Set(format!("{at:08}")),
            title: Set(format!("Task {}", (at * 7919) % count)),
            description: Set(String::new()),
            priority: Set(Priority::ALL[at % 4]),
            category: Set(Category::Ordinary),
            due_on: Set((at % 3 == 0)
                .then(|| "2026-11-20".parse::<chrono::NaiveDate>().unwrap() + chrono::Days::new(at as u64 % 40))),
            due_at: Set((at % 3 == 1).then(|| app.clock.now() + chrono::TimeDelta::hours(at as i64 % 500))),
            completed_at: Set(None),
            archived_at: Set(None),
            start_on: Set(None),
            estimate_minutes: Set(None),
            recurrence: Set(None),
            deleted_at: Set(None),
            deleted_by: Set(None),
            created_by: Set(None),
            created_at: Set(app.clock.now() - chrono::TimeDelta::minutes(at as i64 / 2)),
            updated_at: Set(app.clock.now() + chrono::TimeDelta::microseconds(at as i64 % 11)),
            version: Set(1),
        })
        .collect();
    let tx = app.db.begin_write().await.unwrap();
    for chunk in rows.chunks(400) {
        task_row::Entity::insert_many(chunk.to_vec()).exec_without_returning(&*tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn pages_of_every_order_follow_each_other_without_gaps_and_back_again() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        many(&app, made.id, columns[0], 173).await;
        let ctx = app.as_person(&cast.jonas);
        let viewing = viewing(&ctx).await;
        for order in ["number", "title", "status", "priority", "due", "updated", "created"] {
            for minus in ["", "-"] {
                let first = ListQuery::from_query(&format!("?order={minus}{order}"));
                let mut numbers = Vec::new();
                let mut pages = Vec::new();
                let mut query = first.clone();
                loop {
                    let page = list::read(&ctx, &viewing, &query).await.unwrap();
                    let of_page: Vec<i32> = page.rows.iter().map(|row| row.card.number).collect();
                    assert!(of_page.len() <= 50);
                    assert_eq!(page.newer.is_some(), !pages.is_empty(), "{minus}{order}");
                    numbers.extend(of_page.clone());
                    pages.push(of_page);
                    match page.older {
                        Some(place) => query = query.at(PageAt::After(place)),
                        None => {
                            // And back by the other link.
                            let back = list::read(&ctx, &viewing, &query.at(PageAt::Before(page.newer.unwrap())))
                                .await
                                .unwrap();
                            let of_back: Vec<i32> = back.rows.iter().map(|row| row.card.number).collect();
                            assert_eq!(of_back, pages[pages.len() - 2], "{minus}{order}");
                            break;
                        }
                    }
                }
                let distinct: std::collections::BTreeSet<_> = numbers.iter().copied().collect();
                assert_eq!((numbers.len(), distinct.len()), (173, 173), "{minus}{order}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_orders_mean_what_their_headings_say() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let b = task(&ctx, &made, columns[2], "beta").await;
        let a = task(&ctx, &made, columns[1], "Alpha").await;
        let c = task(&ctx, &made, columns[0], "gamma").await;
        due(&ctx, b.id, Some("2026-11-23"), None).await;
        due(&ctx, a.id, None, Some("2026-11-23T08:00:00Z")).await;
        edit::change(&ctx, c.id, 0, edit::Change::Priority(Priority::Urgent), None).await.unwrap();
        edit::change(&ctx, b.id, 0, edit::Change::Priority(Priority::Low), None).await.unwrap();
        assert_eq!(titles(&ctx, "").await, ["gamma", "Alpha", "beta"], "the newest number first");
        assert_eq!(titles(&ctx, "?order=title").await, ["Alpha", "beta", "gamma"]);
        assert_eq!(titles(&ctx, "?order=status").await, ["gamma", "Alpha", "beta"]);
        assert_eq!(titles(&ctx, "?order=-priority").await, ["gamma", "Alpha", "beta"]);
        assert_eq!(titles(&ctx, "?order=due").await, ["Alpha", "beta", "gamma"], "a day is due at its end");
        assert_eq!(titles(&ctx, "?order=-due").await, ["beta", "Alpha", "gamma"], "no date comes last either way");
        for nonsense in [
            "?after=x",
            "?after=5~",
            "?order=due&after=5~soon",
            "?order=priority&after=5~high",
            "?order=updated&before=1~2026",
            "?after=5~9~9",
        ] {
            list::read(&ctx, &viewing(&ctx).await, &ListQuery::from_query(nonsense)).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn the_list_lets_through_what_the_board_lets_through() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let late = task(&ctx, &made, columns[0], "Čaj za 100% mize").await;
        due(&ctx, late.id, Some("2026-11-20"), None).await;
        let soon = task(&ctx, &made, columns[0], "soon").await;
        due(&ctx, soon.id, None, Some("2026-11-30T22:30:00Z")).await;
        let far = task(&ctx, &made, columns[1], "far_away").await;
        due(&ctx, far.id, Some("2026-12-01"), None).await;
        let done = task(&ctx, &made, columns[3], "done").await;
        due(&ctx, done.id, Some("2026-11-20"), None).await;
        assign::set(&ctx, soon.id, &[cast.alex.id, cast.jonas.id]).await.unwrap();
        edit::change(&ctx, far.id, 0, edit::Change::Priority(Priority::High), None).await.unwrap();
        let gone = task(&ctx, &made, columns[0], "archived").await;
        archive::archive(&ctx, gone.id, None).await.unwrap();
        let mut filters: Vec<BoardFilter> =
            Chip::ALL.iter().map(|chip| BoardFilter::default().toggled(*chip)).collect();
        filters.extend(
            [
                "čaj",
                "ČAJ",
                "caj",
                "100%",
                "0%",
                "%",
                "_",
                "far_",
                "t-2",
                "T-",
                "2",
                "lindqvist",
                "soon jonas",
                "kovač",
                "!",
                "'",
            ]
            .map(|text| BoardFilter { text: text.into(), ..BoardFilter::default() }),
        );
        filters.push(BoardFilter { label: Some("none".into()), ..BoardFilter::default() });
        filters.extend(DueFilter::ALL.iter().map(|due| BoardFilter { due: Some(*due), ..BoardFilter::default() }));
        filters
            .extend(Category::ALL.iter().map(|kind| BoardFilter { category: Some(*kind), ..BoardFilter::default() }));
        let view = viewing(&ctx).await;
        for filter in filters {
            let on_board = board::read(&ctx, &view, &filter, BoardLook::default(), None).await.unwrap();
            let mut wanted: Vec<i32> =
                on_board.columns.iter().flat_map(|column| column.cards.iter().map(|card| card.number)).collect();
            wanted.sort_unstable();
            let query = ListQuery::from_query("?order=number").filtered(filter.clone());
            let read = list::read(&ctx, &view, &query).await.unwrap();
            let found: Vec<i32> = read.rows.iter().map(|row| row.card.number).collect();
            assert_eq!(found, wanted, "{filter:?}");
            assert_eq!((read.shown as usize, read.total), (found.len(), 4), "{filter:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_of_a_long_list_is_read_along_an_index() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        many(&app, made.id, columns[0], 5_000).await;
        if app.db.is_postgres() {
            app.reader().execute_unprepared("ANALYZE").await.unwrap();
        }
        let ctx = app.as_person(&cast.jonas);
        let view = viewing(&ctx).await;
        for (order, index) in [
            ("-number", ""),
            ("title", "task_list_title"),
            ("-priority", "task_list_priority"),
            ("-updated", "task_list_updated"),
            ("created", "task_list_created"),
        ] {
            let wanted =
                list::statement(&ctx, &view, &ListQuery::from_query(&format!("?order={order}"))).await.unwrap();
            let explain = if app.db.is_postgres() { "EXPLAIN" } else { "EXPLAIN QUERY PLAN" };
            let engine = app.reader().get_database_backend();
            let statement = sea_orm::Statement::from_sql_and_values(
                engine,
                format!("{explain} {}", wanted.sql),
                wanted.values.unwrap(),
            );
            let column = if app.db.is_postgres() { "QUERY PLAN" } else { "detail" };
            let lines = app.reader().query_all_raw(statement).await.unwrap();
            let plan: Vec<String> = lines.iter().map(|line| line.try_get("", column).unwrap()).collect();
            let plan = plan.join("\n");
            assert!(plan.contains(index), "{order}: {plan}");
            assert!(!plan.contains("Seq Scan") && !plan.contains("TEMP B-TREE"), "{order}: {plan}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_cell_changes_its_field_and_only_for_people_who_may() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "a").await;
        due(&ctx, a.id, None, Some("2026-11-23T16:00:00Z")).await;
        let row = list::cell::save(&ctx, a.id, "status", &columns[1].to_string(), 0, None).await.unwrap();
        assert_eq!(row.column, columns[1]);
        let row = list::cell::save(&ctx, a.id, "priority", "urgent", 0, None).await.unwrap();
        assert_eq!(row.card.priority, Priority::Urgent);
        let row = list::cell::save(&ctx, a.id, "due", "2026-11-25", 0, None).await.unwrap();
        assert_eq!(row.card.due.unwrap().machine(), "2026-11-25T16:00:00Z", "another day keeps the time");
        assert_eq!(list::cell::save(&ctx, a.id, "due", "", 0, None).await.unwrap().card.due, None);
        let row = list::cell::save(&ctx, a.id, "person", &format!("add:{}", cast.alex.id), 0, None).await.unwrap();
        assert_eq!(row.assignees, [cast.alex.id]);
        let row = list::cell::save(&ctx, a.id, "person", &format!("add:{}", cast.alex.id), 0, None).await.unwrap();
        assert_eq!(row.assignees, [cast.alex.id], "who was given it by somebody else meanwhile keeps it");
        let row = list::cell::save(&ctx, a.id, "person", &format!("remove:{}", cast.alex.id), 0, None).await.unwrap();
        assert_eq!(row.assignees, []);
        let wrong = list::cell::save(&ctx, a.id, "priority", "extreme", 0, None).await.unwrap_err();
        assert_eq!(wrong, AppError::field("value", Problem::UnknownChoice));
        assert!(matches!(list::cell::save(&ctx, a.id, "rank", "x", 0, None).await.unwrap_err(), AppError::Invalid(_)));
        let row = list::cell::save(&ctx, a.id, "label", "add:ops", 0, None).await.unwrap();
        assert_eq!(row.card.labels.len(), 1);
        let row = list::cell::save(&ctx, a.id, "label", "remove:ops", 0, None).await.unwrap();
        assert_eq!(row.card.labels, []);
        let row = list::cell::save(&ctx, a.id, "category", "highlight", 0, None).await.unwrap();
        assert_eq!(row.category, Category::Highlight);
        let row = list::cell::save(&ctx, a.id, "start", "2026-11-24", 0, None).await.unwrap();
        assert_eq!(row.start.unwrap().to_string(), "2026-11-24");
        let row = list::cell::save(&ctx, a.id, "estimate", "90m", 0, None).await.unwrap();
        let before = (row.estimate.clone(), row.card.version);
        assert!(before.0.is_some());
        let row = list::cell::save(&ctx, a.id, "title", " b  c ", before.1, None).await.unwrap();
        assert_eq!(row.card.title, "b c");
        let late = list::cell::save(&app.as_person(&cast.mina), a.id, "title", "d", before.1, None).await.unwrap_err();
        assert!(matches!(late, AppError::Conflict(_)), "who began with the title before it is told of the new one");
        for field in ["status", "priority", "due", "person", "title", "label", "category", "start", "estimate"] {
            let value = match field {
                "status" => columns[2].to_string(),
                "person" => format!("add:{}", cast.alex.id),
                "label" => "add:ops".into(),
                "estimate" => "2h".into(),
                "category" => "ordinary".into(),
                "start" => "2026-12-01".into(),
                "due" => "2026-12-01".into(),
                _ => "low".into(),
            };
            let viewer = list::cell::save(&app.as_person(&cast.alex), a.id, field, &value, 0, None).await.unwrap_err();
            assert_eq!(viewer, AppError::Forbidden, "{field}");
            let stranger =
                list::cell::save(&app.as_person(&cast.ravi), a.id, field, &value, 0, None).await.unwrap_err();
            assert_eq!(stranger, AppError::NotFound, "{field}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_calendar_has_what_is_due_in_the_persons_days_and_what_is_under_way() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let first = task(&ctx, &made, columns[0], "first day").await;
        due(&ctx, first.id, Some("2026-11-23"), None).await;
        // Half past midnight on Monday in Ljubljana, still Sunday in UTC; and the same a week later.
        let early = task(&ctx, &made, columns[0], "early").await;
        due(&ctx, early.id, None, Some("2026-11-22T23:30:00Z")).await;
        let behind = task(&ctx, &made, columns[0], "behind").await;
        due(&ctx, behind.id, None, Some("2026-11-29T23:30:00Z")).await;
        let long = task(&ctx, &made, columns[0], "long").await;
        due(&ctx, long.id, Some("2026-12-20"), None).await;
        let start = task_row::ActiveModel {
            id: Unchanged(long.id),
            start_on: Set(Some("2026-11-01".parse().unwrap())),
            ..Default::default()
        };
        start.update(app.reader()).await.unwrap();
        task(&ctx, &made, columns[0], "no date").await;
        let view = viewing(&ctx).await;
        let week = CalendarSpan::week_of("2026-11-23".parse().unwrap(), Weekday::Mon);
        let read = calendar::read(&ctx, &view, &BoardFilter::default(), week, Weekday::Mon).await.unwrap();
        let found: Vec<&str> = read.items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(found, ["first day", "early", "long"]);
        assert!(read.has_dates && !read.is_cut);
        let far = CalendarSpan::week_of("2030-01-01".parse().unwrap(), Weekday::Mon);
        let empty = calendar::read(&ctx, &view, &BoardFilter::default(), far, Weekday::Mon).await.unwrap();
        assert!(empty.items.is_empty() && empty.has_dates);
        let end = CalendarSpan::month_of("9999-12-01".parse().unwrap());
        calendar::read(&ctx, &view, &BoardFilter::default(), end, Weekday::Mon).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_table_of_notes_has_a_row_a_task_and_its_file_no_formula() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let (mina, jonas) = (cast.mina.id, cast.jonas.id);
        let a = task(&ctx, &made, columns[0], "=SUM(A1)").await;
        let b = task(&ctx, &made, columns[0], "čaj, \"quoted\"").await;
        task(&ctx, &made, columns[0], "without notes").await;
        note(&ctx, jonas, a.id, NoteKind::Issue, "2026-11-10", "the relay is slow").await;
        note(&ctx, jonas, a.id, NoteKind::Progress, "2026-11-23", "measured").await;
        note(&ctx, mina, a.id, NoteKind::Progress, "2026-11-23", "-1 of 5").await;
        note(&ctx, jonas, a.id, NoteKind::Resolution, "2026-11-24", "@relay replaced").await;
        note(&ctx, mina, b.id, NoteKind::Progress, "2026-11-16", "last week").await;
        let view = viewing(&ctx).await;
        let today = "2026-11-25".parse().unwrap();
        let read = async |query: &str| {
            let query = NotesQuery::from_query(query, today, Weekday::Mon);
            notes_table::read(&ctx, &view, query, Weekday::Mon).await.unwrap()
        };
        let week = read("").await;
        assert_eq!((week.days.len(), week.rows.len()), (7, 1));
        let row = &week.rows[0];
        assert_eq!((row.reference.as_str(), row.issues[0].text.as_str()), ("T-1", "the relay is slow"));
        assert_eq!(row.progress[0].iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>(), ["measured", "-1 of 5"]);
        assert_eq!(row.resolutions[0].who.as_deref(), Some("Jonas Ortiz"));
        let month = read("?month=2026-11").await;
        assert_eq!(month.days.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2026-11-16", "2026-11-23"]);
        assert_eq!(month.rows.len(), 2);
        assert_eq!(read(&format!("?month=2026-11&person={jonas}")).await.rows.len(), 1);
        assert_eq!(read("?month=2026-11&label=none").await.rows.len(), 0);

        let file =
            notes_table::csv(&ctx, &view, NotesQuery::from_query("?month=2026-11", today, Weekday::Mon)).await.unwrap();
        let text = String::from_utf8(file).unwrap();
        assert!(text.starts_with("\u{feff}Task,Title,List,Labels,Issue,2026-11-16,2026-11-23,Resolution\n"), "{text}");
        assert!(text.contains("T-1,'=SUM(A1),"), "{text}");
        assert!(text.contains("Jonas Ortiz: measured\nMina Kovač: -1 of 5"), "{text}");
        assert!(text.contains(",'@relay replaced\n"), "{text}");
        assert!(text.contains("\"čaj, \"\"quoted\"\"\""), "{text}");
    })
    .await;
}

#[tokio::test]
async fn my_work_is_of_all_projects_by_when_it_is_due_and_says_what_is_blocked() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let mut ids = Vec::new();
        for (title, on) in [
            ("late", Some("2026-11-20")),
            ("now", Some("2026-11-23")),
            ("sunday", Some("2026-11-29")),
            ("later", Some("2026-11-30")),
            ("some day", None),
        ] {
            let made = task(&ctx, &made, columns[0], title).await;
            due(&ctx, made.id, on, None).await;
            assign::set(&ctx, made.id, &[cast.jonas.id]).await.unwrap();
            ids.push(made.id);
        }
        let other = task(&ctx, &made, columns[0], "of somebody else").await;
        let done = task(&ctx, &made, columns[3], "done").await;
        assign::set(&ctx, done.id, &[cast.jonas.id]).await.unwrap();
        let edge = |blocker: TaskId| task_dependency::ActiveModel {
            blocker_id: Set(blocker),
            blocked_id: Set(ids[0]),
            created_by: Set(None),
            created_at: Set(ctx.now),
        };
        // One that is open, one that is finished: only the first is in the way.
        task_dependency::Entity::insert_many([edge(other.id), edge(done.id)])
            .exec_without_returning(app.reader())
            .await
            .unwrap();
        let read = my_work::read(&ctx).await.unwrap();
        let groups: Vec<(WorkWhen, Vec<&str>)> = read
            .groups
            .iter()
            .map(|group| (group.when, group.rows.iter().map(|row| row.title.as_str()).collect()))
            .collect();
        assert_eq!(
            groups,
            [
                (WorkWhen::Overdue, vec!["late"]),
                (WorkWhen::Today, vec!["now"]),
                (WorkWhen::ThisWeek, vec!["sunday"]),
                (WorkWhen::Later, vec!["later"]),
                (WorkWhen::NoDate, vec!["some day"]),
            ]
        );
        let late = &read.groups[0].rows[0];
        assert_eq!((late.blocked_by, late.columns.len(), late.done), (1, 4, Some(columns[3])));
        assign::set(&ctx, other.id, &[cast.alex.id]).await.unwrap();
        let alex = my_work::read(&app.as_person(&cast.alex)).await.unwrap();
        assert!(alex.groups[0].rows[0].columns.is_empty(), "a viewer moves nothing");
        assert!(my_work::read(&app.as_person(&cast.ravi)).await.unwrap().groups.is_empty());
        let before = my_work::read(&ctx).await.unwrap().mark;
        assert_eq!(my_work::mark(&ctx).await, Ok(before), "nothing has changed");
        let change = edit::Change::Title("renamed".into());
        edit::change(&app.as_person(&cast.mina), other.id, 0, change, None).await.unwrap();
        assert_ne!(my_work::mark(&ctx).await, Ok(before), "somebody changed a task of the project");
    })
    .await;
}

#[tokio::test]
async fn many_rows_change_together_or_not_at_all() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let mut ids = Vec::new();
        for title in ["a", "b", "c"] {
            ids.push(task(&ctx, &made, columns[0], title).await.id);
        }
        let change = async |ctx: &Ctx, words: &str| list::many::change(ctx, &ids, words).await;
        assert_eq!(change(&ctx, &format!("move:{}", columns[2])).await, Ok(3));
        assert_eq!(change(&ctx, "priority:high").await, Ok(3));
        assert_eq!(change(&ctx, "due:tomorrow").await, Ok(3));
        assert_eq!(change(&ctx, &format!("add:{}", cast.alex.id)).await, Ok(3));
        let rows = list::rows(&ctx, &ids).await.unwrap();
        for row in &rows {
            assert_eq!((row.column, row.card.priority), (columns[2], Priority::High));
            assert_eq!(row.card.due.unwrap().machine(), "2026-11-24");
            assert_eq!(row.assignees, [cast.alex.id]);
        }
        assert_eq!(rows.iter().map(|row| row.card.title.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
        list::cell::save(&ctx, ids[0], "label", "add:ops", 0, None).await.unwrap();
        assert_eq!(change(&ctx, "label:ops").await, Ok(3));
        let labelled = list::rows(&ctx, &ids).await.unwrap();
        assert!(labelled.iter().all(|row| row.card.labels.iter().any(|label| label.name == "ops")));
        assert_eq!(change(&ctx, "unlabel:ops").await, Ok(3));
        assert!(list::rows(&ctx, &ids).await.unwrap().iter().all(|row| row.card.labels.is_empty()));
        for nonsense in ["", "paint:red", "priority:extreme", "move:x", "due:soon", "label:nothing"] {
            assert!(matches!(change(&ctx, nonsense).await, Err(AppError::Invalid(_))), "{nonsense}");
        }
        assert_eq!(list::many::change(&ctx, &[], "archive").await, Err(AppError::field("tasks", Problem::Required)));
        assert_eq!(change(&app.as_person(&cast.alex), "archive").await, Err(AppError::Forbidden));
        assert_eq!(change(&app.as_person(&cast.ravi), "archive").await, Err(AppError::NotFound));
        // One that is not there: nothing changes.
        let with_ghost: Vec<TaskId> = ids.iter().copied().chain([TaskId(Uuid::now_v7())]).collect();
        assert_eq!(list::many::change(&ctx, &with_ghost, "priority:low").await, Err(AppError::NotFound));
        assert!(list::rows(&ctx, &ids).await.unwrap().iter().all(|row| row.card.priority == Priority::High));
    })
    .await;
}

#[tokio::test]
async fn the_archive_has_pages_a_filter_and_nothing_of_the_trash() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        many(&app, made.id, columns[0], 120).await;
        let archived = task_row::ActiveModel { archived_at: Set(Some(app.clock.now())), ..Default::default() };
        task_row::Entity::update_many().set(archived).exec(app.reader()).await.unwrap();
        let trashed = task_row::ActiveModel { deleted_at: Set(Some(app.clock.now())), ..Default::default() };
        task_row::Entity::update_many()
            .set(trashed)
            .filter(task_row::Column::Number.lte(3))
            .exec(app.reader())
            .await
            .unwrap();
        let ctx = app.as_person(&cast.alex);
        let view = viewing(&ctx).await;
        let mut seen = Vec::new();
        let mut query = ShelfQuery::default();
        loop {
            let page = shelf::read(&ctx, &view, shelf::Place::Archive, query.clone()).await.unwrap();
            assert_eq!((page.total, page.can_edit, page.is_owner), (117, false, false));
            seen.extend(page.rows.iter().map(|row| row.card.number));
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, (4..=120).rev().collect::<Vec<_>>());
        let found = shelf::read(&ctx, &view, shelf::Place::Archive, ShelfQuery { text: "t-120".into(), after: None });
        assert_eq!(found.await.unwrap().rows[0].card.number, 120);
        let trash = shelf::read(&ctx, &view, shelf::Place::Trash, ShelfQuery::default()).await.unwrap();
        assert_eq!((trash.total, trash.rows[0].days_left), (3, 30));
        assert!(trash.rows[0].gone.as_ref().unwrap().words.starts_with("23 Dec"));
    })
    .await;
}

#[tokio::test]
async fn only_an_owner_deletes_for_ever_and_only_by_the_number_of_the_task() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let a = task(&mina, &made, columns[0], "a").await;
        assert_eq!(shelf::delete_forever(&mina, a.id, "T-1").await, Err(AppError::NotFound), "it is not in the trash");
        trash::put(&jonas, a.id, None).await.unwrap();
        assert_eq!(shelf::delete_forever(&jonas, a.id, "T-1").await, Err(AppError::Forbidden));
        let wrong = shelf::delete_forever(&mina, a.id, "T-2").await;
        assert_eq!(wrong, Err(AppError::field("confirm", Problem::NotTheName)));
        shelf::delete_forever(&mina, a.id, " t-1 ").await.unwrap();
        assert!(task_row::Entity::find_by_id(a.id).one(app.reader()).await.unwrap().is_none());
    })
    .await;
}
