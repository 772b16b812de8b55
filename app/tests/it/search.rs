//! Search: rights, words, phrases, accents, nonsense, and an index that no writer can forget.

use app::{
    domain::{
        ids::{ProjectId, TaskId, WorkNoteId},
        search::{HitKind, SearchFilter},
        task::{Category, Priority},
        work_note::NoteKind,
    },
    entities::{comment, member, task as task_row, work_note},
    platform::ctx::Ctx,
    search::{
        service::find,
        view::{Hit, Segment},
    },
    tasks::service::{
        archive, comments,
        edit::{self, Change},
    },
    testing::{Cast, TestApp, each_database, project, task},
};
use migration::MigratorTrait;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

/// The references that a search answers with, the best first.
async fn found(ctx: &Ctx, query: &str) -> Vec<String> {
    let page = find::page(ctx, SearchFilter::from_query(query)).await.unwrap();
    page.hits.into_iter().map(|hit| hit.reference).collect()
}

async fn hits(ctx: &Ctx, text: &str) -> Vec<Hit> {
    find::best(ctx, text, 20).await.unwrap()
}

fn shown(parts: &[Segment]) -> String {
    parts.iter().map(|part| if part.is_hit { format!("[{}]", part.text) } else { part.text.clone() }).collect()
}

/// A work note as its service writes it.
async fn note(ctx: &Ctx, project: ProjectId, task: TaskId, body: &str) -> WorkNoteId {
    let id = WorkNoteId(Uuid::now_v7());
    let row = work_note::ActiveModel {
        id: Set(id),
        project_id: Set(project),
        task_id: Set(task),
        author_id: Set(ctx.actor_id()),
        kind: Set(NoteKind::Progress),
        on_date: Set("2026-11-23".parse().unwrap()),
        body: Set(body.into()),
        created_at: Set(ctx.now),
        edited_at: Set(None),
    };
    work_note::Entity::insert(row).exec_without_returning(ctx.reader()).await.unwrap();
    id
}

/// Many tasks at once, as an import writes them; every tenth has the word `rare`, every task the word `common`.
async fn many(app: &TestApp, project: ProjectId, column: app::domain::ids::ColumnId, count: usize) {
    let rows: Vec<task_row::ActiveModel> = (0..count)
        .map(|at| task_row::ActiveModel {
            id: Set(TaskId(Uuid::now_v7())),
            project_id: Set(project),
            column_id: Set(column),
            number: Set(i32::try_from(at).unwrap() + 1_000),
            rank: Set(format!("{at:08}")),
            title: Set(format!("common {} {at:06}", if at % 1_000 == 7 { "rare" } else { "plain" })),
            description: Set(format!("words of number {at}")),
            priority: Set(Priority::Medium),
            category: Set(Category::Ordinary),
            due_on: Set(None),
            due_at: Set(None),
            completed_at: Set(None),
            archived_at: Set(None),
            start_on: Set(None),
            estimate_minutes: Set(None),
            recurrence: Set(None),
            deleted_at: Set(None),
            deleted_by: Set(None),
            created_by: Set(None),
            created_at: Set(app.clock.now()),
            updated_at: Set(app.clock.now()),
            version: Set(1),
        })
        .collect();
    let tx = app.db.begin_write().await.unwrap();
    for chunk in rows.chunks(400) {
        task_row::Entity::insert_many(chunk.to_vec()).exec_without_returning(&*tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// How the engine goes about a search, with what it knows of its tables.
async fn plan(app: &TestApp, project: ProjectId, filter: &SearchFilter) -> String {
    let db = app.reader();
    let (explain, column) = if app.db.is_postgres() {
        db.execute_unprepared("ANALYZE").await.unwrap();
        ("EXPLAIN", "QUERY PLAN")
    } else {
        ("EXPLAIN QUERY PLAN", "detail")
    };
    let engine = db.get_database_backend();
    let wanted = find::statement(engine, &[project], filter);
    let statement =
        sea_orm::Statement::from_sql_and_values(engine, format!("{explain} {}", wanted.sql), wanted.values.unwrap());
    let lines = db.query_all_raw(statement).await.unwrap();
    let lines: Vec<String> = lines.iter().map(|line| line.try_get("", column).unwrap()).collect();
    let plan = lines.join("\n");
    println!("{}:\n{plan}\n", filter.to_query());
    plan
}

#[tokio::test]
async fn words_are_found_in_titles_descriptions_comments_and_notes_and_titles_come_first() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let by_comment = task(&ctx, &made, columns[0], "one").await;
        let by_note = task(&ctx, &made, columns[0], "two").await;
        let by_text = task(&ctx, &made, columns[0], "three").await;
        task(&ctx, &made, columns[0], "Order the quartz lamps").await;
        comments::add(&ctx, by_comment.id, "the quartz is late", None).await.unwrap();
        note(&ctx, made.id, by_note.id, "quartz arrived").await;
        edit::change(&ctx, by_text.id, 1, Change::Description("About **quartz**.".into()), None).await.unwrap();
        assert_eq!(found(&ctx, "?q=quartz").await, ["T-4", "T-3", "T-2", "T-1"]);
        assert_eq!(found(&ctx, "?q=quar").await.len(), 4, "the last word may be the beginning of a longer one");
        assert_eq!(found(&ctx, "?q=quar+late").await, [""; 0], "the first one may not");
        assert_eq!(found(&ctx, "?q=quartz+la").await, ["T-4", "T-1"], "all words must be there");
        assert_eq!(found(&ctx, "?q=%22quartz+is%22").await, ["T-1"]);
        assert_eq!(found(&ctx, "?q=%22is+quartz%22").await, [""; 0]);
        assert_eq!(found(&ctx, "?q=quartz&kind=note").await, ["T-2"]);
        assert_eq!(found(&ctx, "?q=t-3").await, ["T-3"], "a number names its task");
        let first = hits(&ctx, "quartz is").await.remove(0);
        assert_eq!(first.kind, HitKind::Comment);
        assert_eq!(shown(&first.snippet), "the [quartz] [is] late");
        assert_eq!(shown(&hits(&ctx, "lamps").await[0].title), "Order the quartz [lamps]");
    })
    .await;
}

#[tokio::test]
async fn a_stranger_finds_nothing_and_a_member_only_what_is_of_the_project() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        task(&mina, &made, columns[0], "secret plan").await;
        assert_eq!(found(&app.as_person(&cast.ravi), "?q=secret").await, [""; 0]);
        assert_eq!(found(&app.as_person(&cast.ravi), "?q=T-1").await, [""; 0], "not by its number either");
        assert_eq!(found(&app.as_person(&cast.ravi), "?q=secret&project=T").await, [""; 0]);
        assert_eq!(found(&app.as_person(&cast.alex), "?q=secret").await, ["T-1"], "a viewer sees it");
        let gone = member::Entity::delete_by_id((made.id, cast.alex.id)).exec(app.reader()).await.unwrap();
        assert_eq!(gone.rows_affected, 1);
        assert_eq!(found(&app.as_person(&cast.alex), "?q=secret").await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn accents_and_capitals_make_no_difference() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        task(&ctx, &made, columns[0], "Naročilo ČAJA za Café").await;
        task(&ctx, &made, columns[0], "Отчёт за НОЯБРЬ").await;
        task(&ctx, &made, columns[0], "🎈 שלום עולם").await;
        for (query, reference) in [
            ("narocilo caja", "T-1"),
            ("NAROČILO čaja", "T-1"),
            ("cafe\u{301}", "T-1"),
            ("отчёт", "T-2"),
            ("ноябрь", "T-2"),
            ("שלום", "T-3"),
        ] {
            let found: Vec<String> = hits(&ctx, query).await.into_iter().map(|hit| hit.reference).collect();
            assert_eq!(found, [reference], "{query}");
        }
        assert_eq!(shown(&hits(&ctx, "caja").await[0].title), "Naročilo [ČAJA] za Café");
    })
    .await;
}

#[tokio::test]
async fn no_text_is_an_error_whatever_it_means_to_an_engine() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        task(&ctx, &made, columns[0], "not and or near 100% c++ O'Brien").await;
        for text in [
            "\"",
            "'",
            "*",
            "a*b",
            "NOT",
            "AND",
            "OR",
            "not and or",
            "NEAR(a b)",
            "^a",
            "-a",
            "a:b",
            "title:x",
            "{a}",
            "(",
            ")",
            "!",
            "a & b",
            "a | !b",
            "a <-> b",
            ":*",
            "%",
            "_",
            "\\",
            "$1",
            "?1",
            "'; DROP TABLE task; --",
            "\u{0}",
            "\u{301}",
            "🎈",
            "…",
            "ß",
            "ﷺ",
            "İ",
            "e\u{301}\u{301}",
            "日本語の",
            "O'Brien",
            "c++",
            "100%",
            "x\"y",
            "\"\"",
            "\"a",
            "a\"",
        ] {
            let text = text.to_owned();
            assert!(find::best(&ctx, &text, 20).await.is_ok(), "{text:?}");
        }
        assert!(find::best(&ctx, &"word ".repeat(10_000), 20).await.is_ok());
        assert_eq!(hits(&ctx, "not and or").await.len(), 1, "operators are words like others");
        assert_eq!(hits(&ctx, "o'brien").await.len(), 1);
        assert_eq!(hits(&ctx, "").await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn the_index_follows_every_edit_and_every_deletion() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "walnut").await;
        edit::change(&ctx, a.id, 1, Change::Title("hazel".into()), None).await.unwrap();
        assert_eq!(found(&ctx, "?q=walnut").await, [""; 0]);
        assert_eq!(found(&ctx, "?q=hazel").await, ["T-1"]);

        comments::add(&ctx, a.id, "acorn", None).await.unwrap();
        comment::Entity::update_many()
            .col_expr(comment::Column::Body, Expr::value("chestnut"))
            .exec(app.reader())
            .await
            .unwrap();
        assert_eq!(found(&ctx, "?q=acorn").await, [""; 0]);
        assert_eq!(found(&ctx, "?q=chestnut").await, ["T-1"]);
        let noted = note(&ctx, made.id, a.id, "pinecone").await;
        assert_eq!(found(&ctx, "?q=pinecone").await, ["T-1"]);
        work_note::Entity::delete_by_id(noted).exec(app.reader()).await.unwrap();
        assert_eq!(found(&ctx, "?q=pinecone").await, [""; 0]);

        // In another project it is of that project's people.
        archive::archive(&ctx, a.id, None).await.unwrap();
        assert_eq!(found(&ctx, "?q=hazel").await, [""; 0]);
        assert_eq!(found(&ctx, "?q=hazel&in=archive").await, ["T-1"]);
        task_row::Entity::update_many()
            .col_expr(task_row::Column::DeletedAt, Expr::value(ctx.now))
            .filter(task_row::Column::Id.eq(a.id))
            .exec(app.reader())
            .await
            .unwrap();
        assert_eq!(found(&ctx, "?q=hazel&in=all").await, [""; 0], "the trash is not searched");

        task_row::Entity::delete_by_id(a.id).exec(app.reader()).await.unwrap();
        let left = app.reader().query_one_raw(sea_orm::Statement::from_string(
            app.reader().get_database_backend(),
            "SELECT count(*) AS many FROM search_entry",
        ));
        let left: i64 = left.await.unwrap().unwrap().try_get("", "many").unwrap();
        assert_eq!(left, 0, "with the task go its texts and those that hang on it");
    })
    .await;
}

#[tokio::test]
async fn filters_narrow_and_pages_follow_each_other_without_gaps() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        many(&app, made.id, columns[0], 45).await;
        let done = task(&ctx, &made, columns[3], "common end").await;
        app::tasks::service::assign::set(&ctx, done.id, &[cast.alex.id]).await.unwrap();
        assert_eq!(found(&ctx, "?q=common&status=done").await, ["T-1"]);
        assert_eq!(found(&ctx, &format!("?q=common&assignee={}", cast.alex.id)).await, ["T-1"]);
        assert_eq!(found(&ctx, "?q=common&label=nothing").await, [""; 0]);
        let mut seen = Vec::new();
        let mut query = "?q=common".to_owned();
        loop {
            let page = find::page(&ctx, SearchFilter::from_query(&query)).await.unwrap();
            assert_eq!(page.total, Some(46));
            seen.extend(page.hits.iter().map(|hit| hit.reference.clone()));
            match page.next {
                Some(next) => query = page.filter.query_after(&next),
                None => break,
            }
        }
        let distinct: std::collections::HashSet<_> = seen.iter().collect();
        assert_eq!((seen.len(), distinct.len()), (46, 46));
        assert_eq!(seen.last().unwrap(), "T-1", "finished tasks come last");
    })
    .await;
}

#[tokio::test]
async fn the_engines_index_leads_whether_a_word_is_rare_or_everywhere() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        many(&app, made.id, columns[0], 6_000).await;
        let is_postgres = app.db.is_postgres();
        for word in ["rare", "common"] {
            let plan = plan(&app, made.id, &SearchFilter::words(word)).await;
            match (is_postgres, word) {
                (true, "rare") => assert!(plan.contains("search_entry_words"), "{plan}"),
                // Half of all texts: the newest of them, without sorting all.
                (true, _) => {
                    assert!(plan.contains("search_entry_pkey") || plan.contains("search_entry_words"), "{plan}")
                }
                (false, _) => {
                    assert!(plan.contains("SCAN f VIRTUAL TABLE INDEX"), "{plan}");
                    assert!(plan.contains("SEARCH e USING INTEGER PRIMARY KEY"), "{plan}");
                    assert!(!plan.contains("TEMP B-TREE"), "the newest come first by themselves: {plan}");
                }
            }
            assert!(!plan.contains("Seq Scan on search_entry"), "{plan}");
        }
        let ctx = app.as_person(&cast.jonas);
        assert_eq!(hits(&ctx, "rare").await.len(), 6);
        assert_eq!(find::page(&ctx, SearchFilter::words("common")).await.unwrap().total, None);
    })
    .await;
}

#[tokio::test]
async fn comments_alone_are_asked_of_the_index_behind_any_number_of_newer_tasks() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let old = task(&ctx, &made, columns[0], "old").await;
        for number in 0..30 {
            comments::add(&ctx, old.id, &format!("a common remark, number {number}"), None).await.unwrap();
        }
        many(&app, made.id, columns[0], 6_000).await;
        assert_eq!(found(&ctx, "?q=common&kind=comment").await, ["T-1"]);
        assert_eq!(found(&ctx, "?q=common&kind=note").await, [""; 0]);

        let comments = SearchFilter::from_query("?q=common&kind=comment");
        let comments_plan = plan(&app, made.id, &comments).await;
        if app.db.is_postgres() {
            assert!(comments_plan.contains("search_entry_kind"), "{comments_plan}");
            let rare = plan(&app, made.id, &SearchFilter::from_query("?q=rare&kind=task")).await;
            assert!(rare.contains("search_entry_words"), "most texts are of tasks, few have the word: {rare}");
        } else {
            assert!(comments_plan.contains("SCAN f VIRTUAL TABLE INDEX"), "{comments_plan}");
            assert!(!comments_plan.contains("TEMP B-TREE"), "{comments_plan}");
            // Nothing but the index chose them, and each that it gives counts for the limit.
            let engine = app.reader().get_database_backend();
            let wanted = find::statement(engine, &[made.id], &comments);
            assert!(!wanted.sql.contains("kind ="), "{}", wanted.sql);
        }
    })
    .await;
}

#[tokio::test]
async fn the_name_of_a_kind_finds_only_texts_that_hold_it() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let a = task(&ctx, &made, columns[0], "walnut").await;
        comments::add(&ctx, a.id, "hazel", None).await.unwrap();
        note(&ctx, made.id, a.id, "acorn").await;
        for text in ["task", "comment", "note", "comm", "kind", "hazel+comment", "%22hazel+comment%22", "kind:comment"]
        {
            for kind in ["", "&kind=task", "&kind=comment", "&kind=note"] {
                assert_eq!(found(&ctx, &format!("?q={text}{kind}")).await, [""; 0], "{text}{kind}");
            }
        }
        comment::Entity::update_many()
            .col_expr(comment::Column::Body, Expr::value("no comment on the task"))
            .exec(app.reader())
            .await
            .unwrap();
        assert_eq!(found(&ctx, "?q=comment").await, ["T-1"]);
        assert_eq!(found(&ctx, "?q=comment&kind=comment").await, ["T-1"], "an edit leaves the kind");
        assert_eq!(found(&ctx, "?q=task&kind=task").await, [""; 0]);
        edit::change(&ctx, a.id, 1, Change::Title("a note".into()), None).await.unwrap();
        assert_eq!(found(&ctx, "?q=note&kind=task").await, ["T-1"]);
        assert_eq!(found(&ctx, "?q=note&kind=note").await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn texts_from_before_the_index_knew_kinds_are_found_by_their_kind() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let ctx = app.as_person(&cast.jonas);
        let titled = task(&ctx, &made, columns[0], "walnut").await;
        let commented = task(&ctx, &made, columns[0], "two").await;
        let noted = task(&ctx, &made, columns[0], "three").await;
        comments::add(&ctx, commented.id, "walnut", None).await.unwrap();
        note(&ctx, made.id, noted.id, "walnut").await;
        edit::change(&ctx, titled.id, 1, Change::Description("about hazel".into()), None).await.unwrap();

        let names = migration::known_names();
        let place = names.iter().position(|name| name == "m0033_search_kinds").unwrap();
        let steps = u32::try_from(names.len() - place).unwrap();
        // On one connection: another one of the pool may still know the tables as they were.
        let tx = ctx.begin().await.unwrap();
        migration::Migrator::down(&*tx, Some(steps)).await.unwrap();
        migration::Migrator::up(&*tx, None).await.unwrap();
        tx.commit().await.unwrap();
        for (query, reference) in [
            ("?q=walnut&kind=task", "T-1"),
            ("?q=hazel&kind=task", "T-1"),
            ("?q=walnut&kind=comment", "T-2"),
            ("?q=walnut&kind=note", "T-3"),
        ] {
            assert_eq!(found(&ctx, query).await, [reference], "{query}");
        }
        assert_eq!(found(&ctx, "?q=walnut").await, ["T-1", "T-3", "T-2"]);
    })
    .await;
}
