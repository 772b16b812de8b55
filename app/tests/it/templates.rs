//! Templates: drafts that are never lost, versions that never change, who may do what, files.

use app::{
    domain::{
        account::{Language, Me},
        ids::{OccurrenceId, TemplateId},
        report::spec::{AttachmentKind, ListKind},
        template::{
            Block, BlockKind, Body, Document, TemplateCategory, When,
            block::TaskFilter,
            context::{Address, ROWS, Reader, sample_snapshot},
            gallery,
            lint::Level,
            place::TextPlace,
            render::RenderOutcome,
        },
        transcript::{Line, Speaker},
    },
    entities::{outbox_message, template_version},
    error::{AppError, Problem},
    mail::service::{accounts, gate, suppressions},
    platform::ctx::Ctx,
    templates::{
        service::{
            compare,
            drafts::{self, Save},
            exchange, held, library, preview, test, told, versions,
            writing::Writer,
        },
        view::{HeldBack, PreviewData, TemplateQuery, TemplateTest},
    },
    testing::{Cast, TestApp, each_database, project},
};
use sea_orm::{EntityTrait, PaginatorTrait};
use uuid::Uuid;

fn saying(words: &str) -> Document {
    let block = Block { id: 1, kind: BlockKind::Heading { text: words.into(), level: 1 }, when: When::Always };
    Document { body: Body::Blocks { blocks: vec![block] }, ..Document::blank() }
}

async fn made(ctx: &Ctx, name: &str) -> TemplateId {
    drafts::create(ctx, name, TemplateCategory::Status, &saying("First")).await.unwrap()
}

fn saved(id: TemplateId, version: i64, document: &Document) -> Save {
    Save {
        id,
        version,
        name: "Weekly".into(),
        category: TemplateCategory::Status,
        document: serde_json::to_string(document).unwrap(),
    }
}

#[tokio::test]
async fn a_draft_is_saved_as_it_is_typed_and_a_second_hand_overwrites_nothing() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        let id = made(&jonas, "Weekly").await;
        assert_eq!(drafts::save(&jonas, saved(id, 1, &saying("Second"))).await.unwrap(), 2);
        // The answer was lost on the way: the same save again is the same save.
        assert_eq!(drafts::save(&jonas, saved(id, 1, &saying("Second"))).await.unwrap(), 2);
        // An administrator who looks at the first draft hears what stands there now.
        let mina = app.as_person(&cast.mina);
        let error = drafts::save(&mina, saved(id, 1, &saying("Mine"))).await.unwrap_err();
        let AppError::Conflict(conflict) = error else { panic!("{error:?}") };
        assert_eq!((conflict.version, drafts::stored(&conflict.theirs).unwrap()), (2, saying("Second")));
        let desk = library::desk(&jonas, id).await.unwrap();
        assert_eq!((desk.draft, desk.draft_version, desk.saved_by.as_str()), (saying("Second"), 2, "Jonas Ortiz"));
        // What a conflict names: whose save it was, and when.
        assert!(desk.is_own_save && desk.saved_when.starts_with("at "), "{}", desk.saved_when);
        assert!(!library::desk(&mina, id).await.unwrap().is_own_save);
    })
    .await;
}

#[tokio::test]
async fn everybody_sees_and_copies_a_template_and_its_author_changes_it() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (jonas, ravi) = (app.as_person(&cast.jonas), app.as_person(&cast.ravi));
        let id = made(&jonas, "Weekly").await;
        assert!(!library::desk(&ravi, id).await.unwrap().can_edit);
        let refused = Err(AppError::Forbidden);
        assert_eq!(drafts::save(&ravi, saved(id, 1, &saying("Mine"))).await, refused);
        assert_eq!(versions::publish(&ravi, id, 1, "").await.unwrap_err(), AppError::Forbidden);
        assert_eq!(drafts::remove(&ravi, id).await.unwrap_err(), AppError::Forbidden);
        let copy = drafts::begin(&ravi, &id.to_string()).await.unwrap();
        let desk = library::desk(&ravi, copy).await.unwrap();
        assert_eq!((desk.name.as_str(), desk.can_edit, desk.draft), ("Copy of Weekly", true, saying("First")));
        drafts::remove(&app.as_person(&cast.mina), id).await.unwrap();
        assert_eq!(library::desk(&jonas, id).await.unwrap_err(), AppError::NotFound);
        assert_eq!(library::list(&jonas, TemplateQuery::default()).await.unwrap().all, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_published_stays_as_it_was_and_comes_back() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        let id = made(&jonas, "Weekly").await;
        assert_eq!(versions::publish(&jonas, id, 1, "The first one").await.unwrap(), 1);
        assert_eq!(versions::publish(&jonas, id, 1, "Pressed twice").await.unwrap(), 1);
        drafts::save(&jonas, saved(id, 1, &saying("Second"))).await.unwrap();
        assert!(library::desk(&jonas, id).await.unwrap().has_changes);
        assert!(compare::view(&jonas, id, "", "").await.unwrap().has_changes, "the second stands in the draft alone");
        // Somebody looked at another draft than the one that would be published.
        assert!(matches!(versions::publish(&jonas, id, 1, "").await, Err(AppError::Conflict(_))));
        assert_eq!(versions::publish(&jonas, id, 2, "").await.unwrap(), 2);
        assert_eq!(versions::document(&jonas, id, 1).await.unwrap(), saying("First"));
        assert!(!compare::view(&jonas, id, "", "").await.unwrap().has_changes);
        versions::restore(&jonas, id, 1).await.unwrap();
        let desk = library::desk(&jonas, id).await.unwrap();
        assert_eq!((desk.draft, desk.published.unwrap().number, desk.has_changes), (saying("First"), 2, true));
        let notes: Vec<_> = versions::list(&jonas, id).await.unwrap().into_iter().map(|item| item.note).collect();
        assert_eq!(notes, ["", "The first one"]);
        // Two at once with the same draft make one version.
        let both = tokio::join!(versions::publish(&jonas, id, 3, ""), versions::publish(&jonas, id, 3, ""));
        assert_eq!((both.0.unwrap(), both.1.unwrap(), versions::list(&jonas, id).await.unwrap().len()), (3, 3, 3));
    })
    .await;
}

#[tokio::test]
async fn what_is_checked_is_what_is_published() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        let id = made(&jonas, "Weekly").await;
        let faulty = Document { subject: "{{ no_such_name }}".into(), ..saying("Second") };
        drafts::save(&jonas, saved(id, 1, &faulty)).await.unwrap();
        let refused = preview::publish(&jonas, id, 2, "").await.unwrap_err();
        assert_eq!(refused, AppError::field("document", Problem::NotAllowed));
        // A draft that is not the one that stands there is not even looked at: neither an older nor a coming one.
        for other in [1, 3] {
            let error = preview::publish(&jonas, id, other, "").await.unwrap_err();
            assert!(matches!(&error, AppError::Conflict(theirs) if theirs.version == 2), "{other}: {error:?}");
        }
        let nameless = Document { subject: "{% if report.is_empty %}Nothing{% endif %}".into(), ..saying("Third") };
        drafts::save(&jonas, saved(id, 2, &nameless)).await.unwrap();
        let shown = preview::show(&jonas, id, &drafts::to_json(&nameless).unwrap(), &PreviewData::default()).await;
        let finding = shown.unwrap().findings.remove(0);
        assert_eq!((finding.level, finding.words.as_str()), (Level::Error, "The subject is empty."));
        let refused = preview::publish(&jonas, id, 3, "").await.unwrap_err();
        assert_eq!(refused, AppError::field("document", Problem::NotAllowed));
        assert!(versions::list(&jonas, id).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_draft_that_needs_something_in_a_list_is_not_published() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        let id = made(&jonas, "Weekly").await;
        let bare = saying("The oldest: {{ tasks.overdue[0].title }}");
        let version = drafts::save(&jonas, saved(id, 1, &bare)).await.unwrap();
        let json = drafts::to_json(&bare).unwrap();
        let shown = preview::show(&jonas, id, &json, &PreviewData::default()).await.unwrap();
        assert!(shown.fault.is_none() && !shown.token.is_empty(), "the sample has a task there: {:?}", shown.fault);
        let error = shown.findings.first().unwrap();
        assert_eq!((error.level, error.block), (Level::Error, Some(1)));
        assert!(error.words.starts_with("A report with nothing in its lists"), "{}", error.words);
        let refused = preview::publish(&jonas, id, version, "").await.unwrap_err();
        assert_eq!(refused, AppError::field("document", Problem::NotAllowed));
        let asking = saying("{% if tasks.overdue %}The oldest: {{ tasks.overdue[0].title }}{% endif %}");
        let version = drafts::save(&jonas, saved(id, version, &asking)).await.unwrap();
        assert_eq!(preview::publish(&jonas, id, version, "").await.unwrap().number, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_in_a_block_is_told_where_it_was_typed_and_neither_sent_nor_published() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        let id = made(&jonas, "Weekly").await;
        let of = |kind: BlockKind| {
            let blocks = vec![Block { id: 5, kind, when: When::Always }];
            Document { body: Body::Blocks { blocks }, ..Document::blank() }
        };
        let place = |field: &str, line, column| Some(TextPlace { field: field.into(), line, column });
        let show = async |document: &Document| {
            let json = drafts::to_json(document).unwrap();
            preview::show(&jonas, id, &json, &PreviewData::default()).await.unwrap()
        };
        let not_allowed = || AppError::field("document", Problem::NotAllowed);

        let open = of(BlockKind::Text { text: "One\n{% if report.is_empty %}two".into() });
        let fault = show(&open).await.fault.unwrap();
        assert_eq!((fault.block, fault.at), (Some(5), place("block-5-text", 2, 1)));
        assert!(fault.words.contains("`{% if … %}` is never closed"), "{}", fault.words);
        let json = drafts::to_json(&open).unwrap();
        let sent = test::send(&jonas, id, &json, &PreviewData::default(), ("", &[])).await;
        assert_eq!(sent.unwrap_err(), not_allowed());

        let mut version = 1;
        for (kind, at) in [
            (BlockKind::Text { text: "One\n- {{ project }}".into() }, place("block-5-text", 2, 6)),
            (BlockKind::Html { source: "<p>One</p>\n<table><tr><td>two".into() }, place("block-5-source", 2, 1)),
        ] {
            let wrong = of(kind);
            let finding = show(&wrong).await.findings.remove(0);
            assert_eq!((finding.level, finding.block, &finding.at), (Level::Error, Some(5), &at), "{}", finding.words);
            version = drafts::save(&jonas, saved(id, version, &wrong)).await.unwrap();
            assert_eq!(preview::publish(&jonas, id, version, "").await.unwrap_err(), not_allowed());
        }
        let empty = of(BlockKind::Html { source: String::new() });
        version = drafts::save(&jonas, saved(id, version, &empty)).await.unwrap();
        assert_eq!(preview::publish(&jonas, id, version, "").await.unwrap().number, 1);
    })
    .await;
}

#[tokio::test]
async fn a_preview_is_written_in_the_language_of_whoever_looks_or_in_the_one_that_they_choose() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let german = Me { language: Language::German, ..cast.jonas.clone() };
        let jonas = app.as_person(&german);
        let id = made(&jonas, "Weekly").await;
        let json = drafts::to_json(&saying("{{ 1234.5 | number(decimals=1) }} {{ period.words }}")).unwrap();
        let text = async |language: &str| {
            let data = PreviewData { language: language.into(), ..PreviewData::default() };
            preview::show(&jonas, id, &json, &data).await.unwrap().text
        };
        let written = [
            ("", "1.234,5 16.–22. November 2026"),
            ("en", "1,234.5 16–22 November 2026"),
            ("it", "1.234,5 16–22 novembre 2026"),
        ];
        for (language, words) in written {
            assert!(text(language).await.contains(words), "{language}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_alarm_is_previewed_with_a_run_that_failed_whoever_s_data_it_shows() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        project(&app, &cast).await;
        let (alarm, report) = (drafts::begin(&jonas, "job-failed").await.unwrap(), made(&jonas, "Weekly").await);
        let json = drafts::to_json(&gallery::entry("job-failed").unwrap().document()).unwrap();
        let shown = async |id, project: &str| {
            let data = PreviewData { project: project.into(), ..PreviewData::default() };
            preview::show(&jonas, id, &json, &data).await.unwrap()
        };
        for (data, name, job) in [("", "Ledger", "Weekly status"), ("T", "Tasks", "Preview")] {
            let preview = shown(alarm, data).await;
            assert_eq!(preview.subject, format!("{job}: failed"));
            assert!(
                preview.text.contains(&format!("of this job of **{name}** did not do all of its work.")),
                "{}",
                preview.text
            );
            assert!(preview.text.contains("The mail server refused to sign in"), "{}", preview.text);
        }
        assert_eq!(shown(report, "T").await.subject, "Preview: sending", "it is no alarm");
    })
    .await;
}

#[tokio::test]
async fn two_tabs_of_a_template_each_keep_their_preview_and_nobody_else_sees_it() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (jonas, mina) = (app.as_person(&cast.jonas), app.as_person(&cast.mina));
        let id = made(&jonas, "Weekly").await;
        let mut tokens = Vec::new();
        for words in ["One", "Two", "Three", "Four", "Five"] {
            let json = drafts::to_json(&saying(words)).unwrap();
            tokens.push(preview::show(&jonas, id, &json, &PreviewData::default()).await.unwrap().token);
        }
        for (token, words) in tokens.iter().zip(["One", "Two", "Three", "Four", "Five"]).skip(1) {
            assert!(preview::stored(&jonas, id, token).await.unwrap().contains(words), "{words}");
        }
        assert_eq!(preview::stored(&jonas, id, &tokens[0]).await, Err(AppError::NotFound), "the last four are kept");
        assert_eq!(preview::stored(&mina, id, &tokens[4]).await, Err(AppError::NotFound), "it is somebody else's");
    })
    .await;
}

#[tokio::test]
async fn each_published_version_becomes_one_commit_of_the_archive() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        let id = made(&jonas, "Weekly").await;
        versions::publish(&jonas, id, 1, "For the board").await.unwrap();
        drafts::save(&jonas, saved(id, 1, &saying("Second"))).await.unwrap();
        versions::publish(&jonas, id, 2, "").await.unwrap();
        let system = Ctx::system(&app.app);
        assert_eq!(versions::commit_pending(&system).await.unwrap(), 2);
        assert_eq!(versions::commit_pending(&system).await.unwrap(), 0, "nothing is committed twice");
        let rows = template_version::Entity::find().all(app.reader()).await.unwrap();
        let commits: std::collections::BTreeSet<_> = rows.into_iter().map(|row| row.commit_id.unwrap()).collect();
        assert_eq!(commits.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_template_goes_into_a_file_and_comes_back_the_same() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (jonas, ravi) = (app.as_person(&cast.jonas), app.as_person(&cast.ravi));
        let id = made(&jonas, "Weekly: “Status”").await;
        let (name, bytes) = exchange::export(&jonas, id).await.unwrap();
        assert_eq!(name, "weekly-status.template.json");
        let there = exchange::import(&ravi, &bytes).await.unwrap();
        let desk = library::desk(&ravi, there).await.unwrap();
        assert_eq!((desk.name.as_str(), desk.draft), ("Weekly: “Status”", saying("First")));
        for bad in [&b"{}"[..], b"\x00\x01", b"{\"autoreport_template\":2}", b"[]"] {
            assert_eq!(exchange::import(&ravi, bad).await.unwrap_err(), AppError::Malformed);
        }
        assert_eq!(exchange::import(&ravi, &vec![b' '; exchange::FILE_MAX + 1]).await.unwrap_err(), AppError::TooLarge);
    })
    .await;
}

#[tokio::test]
async fn a_list_is_narrowed_to_somebody_of_ones_own_projects_and_a_file_brings_only_their_name_elsewhere() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (jonas, ravi) = (app.as_person(&cast.jonas), app.as_person(&cast.ravi));
        project(&app, &cast).await;
        let id = made(&jonas, "Mina's").await;
        let offered = library::desk(&jonas, id).await.unwrap().names.people;
        assert!(
            offered.iter().any(|person| person.id == cast.mina.id && person.label() == "Mina Kovač"),
            "{offered:?}"
        );
        let filter = |person_id| TaskFilter { person: "Mina Kovač".into(), person_id, ..TaskFilter::default() };
        let narrowed = |person_id| {
            let (list, filter) = (ListKind::Overdue, filter(person_id));
            let kind = BlockKind::TaskList { list, limit: 5, filter, none: String::new() };
            let blocks = vec![Block { id: 1, kind, when: When::Always }];
            Document { body: Body::Blocks { blocks }, ..Document::blank() }
        };
        drafts::save(&jonas, saved(id, 1, &narrowed(Some(cast.mina.id)))).await.unwrap();
        let (_, bytes) = exchange::export(&jonas, id).await.unwrap();
        let back = exchange::import(&jonas, &bytes).await.unwrap();
        assert_eq!(library::desk(&jonas, back).await.unwrap().draft, narrowed(Some(cast.mina.id)));
        // As on another site: nobody with this account is in a project of whoever takes the file.
        let there = exchange::import(&ravi, &bytes).await.unwrap();
        let desk = library::desk(&ravi, there).await.unwrap();
        assert_eq!((desk.draft, desk.names.people), (narrowed(None), Vec::new()));
    })
    .await;
}

#[tokio::test]
async fn the_library_is_searched_by_category_and_words_as_they_stand() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        for name in ["Weekly", "100% done", "Reminder"] {
            made(&jonas, name).await;
        }
        drafts::create(&jonas, "Digest of days", TemplateCategory::Digest, &saying("x")).await.unwrap();
        let found = async |words: &str, category| {
            let query = TemplateQuery { words: words.into(), category };
            let list = library::list(&jonas, query).await.unwrap();
            list.items.into_iter().map(|item| item.name).collect::<Vec<_>>()
        };
        assert_eq!(found("", None).await, ["100% done", "Reminder", "Weekly", "Digest of days"]);
        assert_eq!(found("0%", None).await, ["100% done"]);
        assert_eq!(found("0% DONE", None).await, ["100% done"], "in any case of letters, on both engines");
        assert_eq!(found("", Some(TemplateCategory::Digest)).await, ["Digest of days"]);
        let nameless = drafts::create(&jonas, " ", TemplateCategory::Other, &saying("x")).await.unwrap_err();
        assert_eq!(nameless, AppError::field("name", Problem::Required));
    })
    .await;
}

#[tokio::test]
async fn the_library_says_of_each_template_whether_its_draft_is_what_is_published() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        let (never, same) = (made(&jonas, "A draft").await, made(&jonas, "Published").await);
        let (changed, back) = (made(&jonas, "Changed").await, made(&jonas, "Went back").await);
        for id in [same, changed, back] {
            versions::publish(&jonas, id, 1, "").await.unwrap();
        }
        drafts::save(&jonas, Save { name: "Changed".into(), ..saved(changed, 1, &saying("Second")) }).await.unwrap();
        drafts::save(&jonas, Save { name: "Went back".into(), ..saved(back, 1, &saying("Second")) }).await.unwrap();
        versions::publish(&jonas, back, 2, "").await.unwrap();
        // What an older version says is not what is published.
        versions::restore(&jonas, back, 1).await.unwrap();
        let list = library::list(&jonas, TemplateQuery::default()).await.unwrap();
        let said: Vec<_> = list.items.iter().map(|item| (item.id, item.published, item.has_changes)).collect();
        let wanted = [(never, None, true), (changed, Some(1), true), (same, Some(1), false), (back, Some(2), true)];
        assert_eq!(said, wanted);
        for item in list.items {
            assert_eq!(item.has_changes, library::desk(&jonas, item.id).await.unwrap().has_changes, "{}", item.name);
        }
    })
    .await;
}

#[tokio::test]
async fn a_test_goes_to_nobody_who_gets_no_mail_and_waits_its_turn() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (jonas, mina) = (app.as_person(&cast.jonas), app.as_person(&cast.mina));
        let id = made(&jonas, "Weekly").await;
        let document = serde_json::to_string(&saying("First")).unwrap();
        let send = async |to: &str| test::send(&jonas, id, &document, &PreviewData::default(), (to, &[])).await;
        suppressions::add(&mina, "gone@example.org", "").await.unwrap();
        let AppError::Invalid(refused) = send("boss@example.org\nGone@example.org").await.unwrap_err() else {
            panic!("nothing goes to an address on the list")
        };
        assert_eq!((refused.fields[0].field.as_str(), &refused.fields[0].problem), ("addresses", &Problem::GetsNoMail));
        assert!(send("boss@example.org").await.unwrap().is_sent);
        let account = accounts::default_id(app.reader()).await.unwrap();
        gate::blocked(&Ctx::system(&app), account, "Wrong password".into()).await.unwrap();
        let rests = send("boss@example.org").await.unwrap();
        assert!(!rests.is_sent && rests.words.contains("does not work. Wrong password"), "{}", rests.words);
        assert_eq!(outbox_message::Entity::find().count(app.reader()).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_test_goes_to_five_addresses_at_most_and_to_each_of_them_once() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        let id = made(&jonas, "Weekly").await;
        let document = serde_json::to_string(&saying("First")).unwrap();
        let send = async |to: &str| test::send(&jonas, id, &document, &PreviewData::default(), (to, &[])).await;
        let caught = async || outbox_message::Entity::find().count(app.reader()).await.unwrap();
        let six: Vec<String> = (1..=6).map(|number| format!("r{number}@example.org")).collect();
        let refused = send(&six.join("\n")).await.unwrap_err();
        assert_eq!(refused, AppError::field("addresses", Problem::TooMany { max: 5 }));
        assert_eq!(caught().await, 0);
        let five = format!("{}, r1@example.org; r2@example.org", six[..5].join("\n"));
        assert!(send(&five).await.unwrap().is_sent);
        assert_eq!(caught().await, 5);
    })
    .await;
}

#[tokio::test]
async fn a_test_carries_the_files_that_are_asked_for_of_the_data_that_it_shows() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        let id = made(&jonas, "Weekly").await;
        assert!(library::desk(&jonas, id).await.unwrap().attached.is_empty(), "no job writes with it");
        let document = serde_json::to_string(&saying("First")).unwrap();
        let kinds = [AttachmentKind::Csv, AttachmentKind::Json];
        let sent = test::send(&jonas, id, &document, &PreviewData::default(), ("boss@example.org", &kinds)).await;
        assert!(sent.unwrap().is_sent);
        let caught = outbox_message::Entity::find().one(app.reader()).await.unwrap().unwrap();
        let mime = String::from_utf8_lossy(&caught.mime).into_owned();
        for (ending, wanted) in [("csv", true), ("json", true), ("pdf", false), ("xlsx", false)] {
            let is_there = mime.lines().any(|line| line.contains("filename=") && line.contains(&format!(".{ending}")));
            assert_eq!(is_there, wanted, "{ending}: {mime}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_template_that_was_stopped_three_times_says_so_until_it_is_changed_or_released() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (jonas, mina) = (app.as_person(&cast.jonas), app.as_person(&cast.mina));
        let id = made(&jonas, "Weekly").await;
        // More than a megabyte.
        let ten = "0123456789".repeat(100);
        let source = format!("<p>{{% for a in range(end=2000) %}}{ten}{{% endfor %}}</p>");
        let flood = Document { body: Body::Html { source }, ..Document::blank() };
        drafts::save(&jonas, saved(id, 1, &flood)).await.unwrap();
        let show = async |document: &Document| {
            let json = serde_json::to_string(document).unwrap();
            preview::show(&jonas, id, &json, &PreviewData::default()).await.unwrap()
        };
        let held = async || {
            let (desk, list) = (library::desk(&jonas, id).await, library::list(&jonas, TemplateQuery::default()).await);
            let desk = desk.unwrap();
            assert_eq!(list.unwrap().items[0].held, desk.held, "the library and the designer say the same");
            desk.held
        };
        for _ in 0..3 {
            assert_eq!(held().await, HeldBack::default());
            let preview = show(&flood).await;
            assert!(!preview.is_held, "{preview:?}");
            let fault = preview.fault.unwrap();
            assert_eq!((fault.line, fault.column), (Some(1), Some(4)), "the loop");
            assert!(fault.words.ends_with("The one in line 1 of the source comes first."), "{}", fault.words);
        }
        assert!(show(&flood).await.is_held);
        assert_eq!(held().await, HeldBack { draft: true, published: false });
        // The published version stays what it was when the draft has changed.
        versions::publish(&jonas, id, 2, "").await.unwrap();
        drafts::save(&jonas, saved(id, 2, &saying("Second"))).await.unwrap();
        assert_eq!(held().await, HeldBack { draft: false, published: true });
        assert!(!show(&saying("Second")).await.is_held);

        assert!(!library::desk(&jonas, id).await.unwrap().can_release);
        assert_eq!(held::release(&jonas, id).await, Err(AppError::Forbidden));
        assert!(library::desk(&mina, id).await.unwrap().can_release);
        held::release(&mina, id).await.unwrap();
        assert_eq!(held().await, HeldBack::default());
        assert_eq!(held::release(&mina, id).await, Ok(()), "pressed twice");
        let nobody = TemplateId(uuid::Uuid::nil());
        assert_eq!(held::release(&mina, nobody).await, Err(AppError::NotFound));
    })
    .await;
}

#[tokio::test]
async fn what_came_of_a_test_is_told_to_its_sender_alone_and_fits_into_an_address() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (jonas, mina) = (app.as_person(&cast.jonas), app.as_person(&cast.mina));
        let (id, other) = (made(&jonas, "Weekly").await, made(&jonas, "Other").await);
        let data = PreviewData { project: "A&B".into(), ..PreviewData::default() };
        let lines = vec![Line::new(Speaker::Server, "250 OK")];
        let test = TemplateTest { is_sent: true, words: "mina@example.org: Kept".into(), lines };
        let address = told::address(&jonas, id, &data, test.clone()).unwrap();
        let (page, sealed) = address.split_once("&tested=").unwrap();
        assert_eq!(page, format!("/templates/{id}?dialog=test&project=A%26B&first=&last=&language="));
        assert_eq!(told::read(&jonas, id, sealed).unwrap(), Some(test.clone()));
        assert_eq!(told::read(&mina, id, sealed).unwrap(), None, "of somebody else");
        assert_eq!(told::read(&jonas, other, sealed).unwrap(), None, "of another template");
        assert_eq!(told::read(&jonas, id, &format!("A{sealed}")).unwrap(), None, "not ours");

        let long = TemplateTest { lines: vec![Line::new(Speaker::Server, "250 OK"); 200], ..test.clone() };
        let address = told::address(&jonas, id, &data, long).unwrap();
        assert!(address.len() < 5_000, "{}", address.len());
        let sealed = address.split_once("&tested=").unwrap().1;
        assert_eq!(told::read(&jonas, id, sealed).unwrap(), Some(TemplateTest { lines: Vec::new(), ..test }));
    })
    .await;
}

#[tokio::test]
async fn a_mail_shows_the_tasks_of_a_narrowed_list_however_far_down_they_stand() {
    let app = TestApp::on_sqlite().await;
    let mut snapshot = sample_snapshot();
    let line = snapshot.overdue[0].clone();
    let mut last = line.clone();
    last.title = "The last of all".into();
    last.details.labels = vec!["design".into()];
    snapshot.overdue = vec![line; ROWS];
    snapshot.overdue.push(last);
    let list = ListKind::Overdue;
    let filter = TaskFilter { label: "design".into(), ..TaskFilter::default() };
    let kind = BlockKind::TaskList { list, limit: 5, filter, none: String::new() };
    let blocks = vec![Block { id: 1, kind, when: When::HasTasks { list } }];
    let document = Document { body: Body::Blocks { blocks }, ..Document::blank() };
    let address = Address {
        base_url: "https://reports.example".into(),
        occurrence: OccurrenceId(Uuid::nil()),
        number: 1,
        job: "Weekly status".into(),
        stop_url: None,
        attachments_note: None,
        comment: None,
    };
    let writer = Writer::new(None, &document, &snapshot).await.unwrap();
    let data = writer.context(&snapshot, &address, &Reader::default());
    let outcome = writer.write(&Ctx::system(&app), vec![data]).await.unwrap();
    let RenderOutcome::Rendered(mails) = outcome else { panic!("{outcome:?}") };
    for part in [Some(mails[0].html.as_str()), mails[0].text.as_deref()] {
        assert!(part.is_some_and(|part| part.contains("The last of all")), "{part:?}");
    }
}
