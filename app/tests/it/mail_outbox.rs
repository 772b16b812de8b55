//! The outbox: finding what was caught, keeping only so much of it, and handing a message to a real account.

use app::{
    domain::{
        address::EmailAddress,
        ids::{AccountId, OpId, OutboxMessageId},
        mail_account::AuthMethod,
        outbox::{OutboxQuery, ReleaseState},
    },
    entities::{outbox_entry, outbox_message, outbox_release, smtp_account},
    error::{AppError, Problem},
    mail::service::{
        accounts::{self, AccountInput, OUTBOX},
        allow_list,
        outbox::{
            self, keep,
            release::{self, Order, Verdict},
            tidy::{self, Deed},
        },
        suppressions,
    },
    platform::{ctx::Ctx, mailer::Envelope},
    testing::{
        Cast, TestApp, each_database,
        smtp_server::{SmtpServer, local_account},
    },
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, PaginatorTrait, sea_query::Expr};
use uuid::Uuid;

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

/// A message of one text part.
fn mime(id: &str, subject: &str, text: &str) -> Vec<u8> {
    format!(
        "Message-ID: <{id}@example.org>\r\nFrom: =?utf-8?Q?=C5=BDiga?= <reports@example.org>\r\nTo: mina@example.org\r\nCc: sam@example.org\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
    .into_bytes()
}

/// The same with a file.
fn with_file(id: &str) -> Vec<u8> {
    format!(
        "Message-ID: <{id}@example.org>\r\nSubject: Numbers\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nAttached.\r\n--x\r\nContent-Type: text/csv; name=attendance.csv\r\nContent-Disposition: attachment; filename=attendance.csv\r\n\r\na,b\r\n--x--\r\n"
    )
    .into_bytes()
}

async fn catch(app: &TestApp, to: &str, mime: &[u8]) -> OutboxMessageId {
    let envelope = Envelope { sender: address("bounces@example.org"), recipient: address(to) };
    outbox::catch(&Ctx::system(app), OUTBOX, &envelope, mime).await.unwrap()
}

/// The subjects that a search finds, the newest first.
async fn found(ctx: &Ctx, query: &str) -> Vec<String> {
    let page = outbox::search(ctx, &OutboxQuery::from_query(query)).await.unwrap();
    assert_eq!(page.counts.found, page.rows.len() as u64, "{query}");
    page.rows.into_iter().map(|row| row.subject).collect()
}

#[tokio::test]
async fn a_search_finds_words_people_subjects_files_and_days() {
    each_database(async |app| {
        let mina = app.as_person(&Cast::new(&app).await.mina);
        catch(&app, "mina@example.org", &mime("1", "Week 47", "Nine tasks done, 100% of them.")).await;
        catch(&app, "jonas@example.org", &mime("2", "Week_48", "Nothing new. KOVAČ wrote.")).await;
        app.clock.advance(TimeDelta::days(2));
        catch(&app, "jonas@example.org", &with_file("3")).await;

        assert_eq!(found(&mina, "").await, ["Numbers", "Week_48", "Week 47"]);
        assert_eq!(found(&mina, "?q=nine+DONE").await, ["Week 47"], "all words, in any case");
        assert_eq!(found(&mina, "?q=kovač").await, ["Week_48"], "also beyond ASCII");
        assert_eq!(found(&mina, "?q=100%25").await, ["Week 47"], "% means itself");
        assert_eq!(found(&mina, "?q=subject:week_").await, ["Week_48"], "_ means itself");
        assert_eq!(found(&mina, "?q=subject:%22week+47%22").await, ["Week 47"]);
        assert_eq!(found(&mina, "?q=to:jonas").await, ["Numbers", "Week_48"]);
        assert_eq!(found(&mina, "?q=to:sam").await, ["Week_48", "Week 47"], "the header counts as the envelope does");
        assert_eq!(found(&mina, "?q=from:bounces+from:žiga").await, ["Week_48", "Week 47"]);
        assert_eq!(found(&mina, "?q=has:attachment").await, ["Numbers"]);
        assert_eq!(found(&mina, "?q=attendance").await, ["Numbers"], "by the name of a file");
        assert_eq!(found(&mina, "?since=2026-11-25").await, ["Numbers"]);
        assert_eq!(found(&mina, "?until=2026-11-24").await, ["Week_48", "Week 47"]);
        assert_eq!(found(&mina, "?q=zebra").await, [""; 0]);
        assert_eq!(found(&mina, "?since=yesterday").await.len(), 3, "what is no day limits nothing");
    })
    .await;
}

#[tokio::test]
async fn pages_hold_fifty_and_go_on_where_the_last_one_ended() {
    each_database(async |app| {
        let mina = app.as_person(&Cast::new(&app).await.mina);
        for number in 0..53 {
            catch(&app, "mina@example.org", &mime(&number.to_string(), &format!("Mail {number}"), "x")).await;
        }
        let first = outbox::search(&mina, &OutboxQuery::default()).await.unwrap();
        assert_eq!((first.rows.len(), first.has_older, first.counts.all), (50, true, 53));
        let next = OutboxQuery::default().after(first.rows[49].id);
        let second = outbox::search(&mina, &next).await.unwrap();
        assert_eq!((second.rows.len(), second.has_older), (3, false));
        assert_eq!(second.rows[2].subject, "Mail 0");
    })
    .await;
}

#[tokio::test]
async fn a_message_is_unread_until_somebody_opens_it_who_may() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let id = catch(&app, "jonas@example.org", &mime("1", "Week 47", "x")).await;
        let unread = async |ctx: &Ctx| outbox::search(ctx, &OutboxQuery::default()).await.unwrap().counts.unread;
        let (mina, jonas, ravi) = (app.as_person(&cast.mina), app.as_person(&cast.jonas), app.as_person(&cast.ravi));
        assert_eq!(outbox::opened(&ravi, id).await, Err(AppError::NotFound));
        assert_eq!((unread(&mina).await, unread(&jonas).await, unread(&ravi).await), (1, 1, 0));
        outbox::opened(&jonas, id).await.unwrap();
        assert_eq!((unread(&mina).await, found(&mina, "?show=read").await.len()), (0, 1));
        assert_eq!(tidy::change(&mina, &[id], Deed::Unread).await, Ok(1));
        assert_eq!(found(&mina, "?q=is:unread").await, ["Week 47"]);
    })
    .await;
}

#[tokio::test]
async fn what_was_caught_before_the_index_is_found_by_its_text_as_well() {
    each_database(async |app| {
        let mina = app.as_person(&Cast::new(&app).await.mina);
        catch(&app, "mina@example.org", &mime("1", "Week 47", "Nine tasks done.")).await;
        let blank = outbox_entry::Entity::update_many()
            .col_expr(outbox_entry::Column::FindText, Expr::value(None::<String>))
            .col_expr(outbox_entry::Column::FindSender, Expr::value("x"));
        blank.exec(app.reader()).await.unwrap();
        assert_eq!(found(&mina, "?q=nine").await, ["Week 47"]);
        assert_eq!(found(&mina, "?q=from:žiga").await, ["Week 47"]);
    })
    .await;
}

#[tokio::test]
async fn administrators_delete_some_or_all_that_is_old_and_nobody_else_does() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let old = catch(&app, "jonas@example.org", &mime("1", "Old", "x")).await;
        catch(&app, "jonas@example.org", &mime("2", "Old too", "x")).await;
        app.clock.advance(TimeDelta::days(10));
        let now = app.as_person(&cast.mina);
        catch(&app, "jonas@example.org", &mime("3", "New", "x")).await;

        assert_eq!(tidy::change(&jonas, &[old], Deed::Delete).await, Err(AppError::Forbidden));
        assert_eq!(tidy::clear(&jonas, 1).await, Err(AppError::Forbidden));
        assert_eq!(tidy::change(&mina, &[], Deed::Delete).await, Err(AppError::field("ids", Problem::Required)));
        assert_eq!(tidy::change(&mina, &[old, old], Deed::Delete).await, Ok(1));
        assert_eq!(outbox::read(&mina, old).await.unwrap_err(), AppError::NotFound);

        assert_eq!((tidy::count_older(&now, 11).await, tidy::count_older(&now, 9).await), (Ok(0), Ok(1)));
        assert_eq!(tidy::clear(&now, 9).await, Ok(1));
        assert_eq!(found(&now, "").await, ["New"]);
        assert!(matches!(tidy::clear(&now, u32::MAX).await, Err(AppError::Invalid(_))));
        let rows = (
            outbox_message::Entity::find().count(app.reader()).await.unwrap(),
            outbox_entry::Entity::find().count(app.reader()).await.unwrap(),
        );
        assert_eq!(rows, (1, 1), "the small rows go with the messages");
    })
    .await;
}

#[tokio::test]
async fn only_so_much_is_kept_and_the_oldest_goes_first() {
    each_database(async |app| {
        let mina = app.as_person(&Cast::new(&app).await.mina);
        for number in 0..5 {
            catch(&app, "mina@example.org", &mime(&number.to_string(), &format!("Mail {number}"), "x")).await;
        }
        assert_eq!(keep::prune(&Ctx::system(&app)).await, Ok(0));
        assert!(
            matches!(keep::save(&mina, "0", "90", "x").await, Err(AppError::Invalid(bad)) if bad.fields.len() == 2)
        );
        keep::save(&mina, "3", "90", "1000").await.unwrap();
        assert_eq!(found(&mina, "").await, ["Mail 4", "Mail 3", "Mail 2"]);
        app.clock.advance(TimeDelta::days(91));
        assert_eq!(keep::prune(&Ctx::system(&app)).await, Ok(3));
    })
    .await;
}

/// An account for a test server on this machine.
async fn account(ctx: &Ctx, port: u16) -> AccountId {
    let input = AccountInput { name: "Office mail".into(), ..local_account(port) };
    accounts::create(ctx, input).await.unwrap()
}

fn order(message: OutboxMessageId, account: AccountId, recipients: &str) -> Order {
    let op = OpId(Uuid::now_v7());
    Order { message, op, account: account.to_string(), recipients: recipients.into(), is_confirmed: true }
}

async fn released(ctx: &Ctx, message: OutboxMessageId) -> Vec<(String, ReleaseState, String)> {
    let rows = release::of(ctx, message).await.unwrap();
    rows.into_iter().map(|row| (row.recipient, row.state, row.words)).collect()
}

#[tokio::test]
async fn a_released_message_leaves_byte_for_byte_once_however_often_the_form_is_sent() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let mina = app.as_person(&Cast::new(&app).await.mina);
        let bytes = mime("1", "Week 47", "Nine tasks done.");
        let message = catch(&app, "mina@example.org", &bytes).await;
        let order = order(message, account(&mina, server.port).await, "dana@example.org, max@example.org");
        let (first, second) = tokio::join!(release::send(&mina, order.clone()), release::send(&mina, order.clone()));
        assert_eq!((first, second), (Ok(()), Ok(())));
        release::send(&mina, order).await.unwrap();

        assert_eq!(server.messages(), [bytes.clone(), bytes], "the Message-ID stays");
        let rows = release::of(&mina, message).await.unwrap();
        let about = |row: &outbox_release::Model| {
            (row.recipient.clone(), row.state, row.released_by_name.clone(), row.account_name.clone())
        };
        let line =
            |to: &str| (to.to_owned(), ReleaseState::Accepted, "Mina Kovač".to_owned(), "Office mail".to_owned());
        assert_eq!(rows.iter().map(about).collect::<Vec<_>>(), [line("dana@example.org"), line("max@example.org")]);
        assert!(rows.iter().all(|row| row.words.starts_with("250 ")), "{rows:?}");
    })
    .await;
}

#[tokio::test]
async fn what_the_server_refuses_stands_in_its_words_beside_the_message() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "rcpt:550:1:5.7.1"]);
        let mina = app.as_person(&Cast::new(&app).await.mina);
        let message = catch(&app, "mina@example.org", &mime("1", "Week 47", "x")).await;
        let id = account(&mina, server.port).await;
        release::send(&mina, order(message, id, "dana@example.org\nmax@example.org")).await.unwrap();
        let rows = released(&mina, message).await;
        assert_eq!((rows[0].1, rows[1].1), (ReleaseState::Refused, ReleaseState::Accepted));
        assert!(rows[0].2.contains("550 5.7.1 refused at rcpt by the test"), "{}", rows[0].2);
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_dot_leaves_it_unknown() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--drop-after-dot"]);
        let mina = app.as_person(&Cast::new(&app).await.mina);
        let message = catch(&app, "mina@example.org", &mime("1", "Week 47", "x")).await;
        release::send(&mina, order(message, account(&mina, server.port).await, "dana@example.org")).await.unwrap();
        let rows = released(&mina, message).await;
        assert_eq!(rows[0].1, ReleaseState::Uncertain);
        assert!(rows[0].2.contains("may have arrived"), "{}", rows[0].2);
    })
    .await;
}

#[tokio::test]
async fn a_release_that_is_unknown_is_marked_as_sent_or_sent_once_more_by_an_administrator() {
    each_database(async |app| {
        let (broken, works) = (SmtpServer::start(&["--drop-after-dot"]), SmtpServer::start(&[]));
        let cast = Cast::new(&app).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let message = catch(&app, "mina@example.org", &mime("1", "Week 47", "x")).await;
        let id = account(&mina, broken.port).await;
        release::send(&mina, order(message, id, "dana@example.org\nmax@example.org")).await.unwrap();
        let rows = release::of(&mina, message).await.unwrap();
        let (dana, max) = (rows[0].clone(), rows[1].clone());
        let refused = release::settle(&jonas, dana.id, &release::stamp(&dana), Verdict::Arrived).await;
        assert_eq!(refused, Err(AppError::Forbidden));
        let stale = release::settle(&mina, dana.id, "2026-01-01T00:00:00+00:00", Verdict::Again).await;
        assert_eq!((stale, released(&mina, message).await[0].1), (Ok(message), ReleaseState::Uncertain));

        // The account sends over another server by now.
        let mut row =
            smtp_account::Entity::find_by_id(id).one(app.reader()).await.unwrap().unwrap().into_active_model();
        row.port = Set(works.port.into());
        row.update(app.reader()).await.unwrap();
        app.clock.advance(TimeDelta::seconds(1));
        release::settle(&mina, dana.id, &release::stamp(&dana), Verdict::Again).await.unwrap();
        release::settle(&mina, dana.id, &release::stamp(&dana), Verdict::Again).await.unwrap();
        release::settle(&mina, max.id, &release::stamp(&max), Verdict::Arrived).await.unwrap();
        let rows = released(&mina, message).await;
        assert_eq!((rows[0].1, rows[1].1), (ReleaseState::Accepted, ReleaseState::Accepted));
        assert!(rows[0].2.starts_with("250 ") && rows[1].2 == "Marked as sent by Mina Kovač.", "{rows:?}");
        assert_eq!(works.messages().len(), 1, "once, however often the form is sent");
    })
    .await;
}

#[tokio::test]
async fn an_account_that_refuses_the_password_is_left_alone_by_the_next_release() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--auth", "dana:right"]);
        let mina = app.as_person(&Cast::new(&app).await.mina);
        let message = catch(&app, "mina@example.org", &mime("1", "Week 47", "x")).await;
        let id = account(&mina, server.port).await;
        let wrong = AccountInput {
            name: "Office mail".into(),
            auth: "automatic".into(),
            username: "dana".into(),
            password: "wrong".into(),
            ..local_account(server.port)
        };
        accounts::update(&mina, id, 1, wrong).await.unwrap();
        release::send(&mina, order(message, id, "dana@example.org")).await.unwrap();
        let tried = server.count("connect");
        release::send(&mina, order(message, id, "dana@example.org")).await.unwrap();
        let rows = released(&mina, message).await;
        assert!(rows.iter().all(|row| row.1 == ReleaseState::Refused), "{rows:?}");
        assert!(rows.iter().any(|row| row.2.contains("nothing was sent")), "{rows:?}");
        assert_eq!(server.count("connect"), tried, "the breaker is open");
    })
    .await;
}

#[tokio::test]
async fn a_release_over_an_account_whose_password_cannot_be_read_says_that_nothing_was_sent() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let mina = app.as_person(&Cast::new(&app).await.mina);
        let message = catch(&app, "mina@example.org", &mime("1", "Week 47", "x")).await;
        let id = account(&mina, server.port).await;
        let broken = smtp_account::ActiveModel {
            id: Set(id),
            auth: Set(AuthMethod::Automatic),
            username: Set("dana".into()),
            secret_ciphertext: Set(Some("of another key".into())),
            ..Default::default()
        };
        broken.update(app.reader()).await.unwrap();
        release::send(&mina, order(message, id, "dana@example.org\nmax@example.org")).await.unwrap_err();
        let rows = released(&mina, message).await;
        assert!(rows.len() == 2 && rows.iter().all(|row| row.1 == ReleaseState::Refused), "{rows:?}");
        assert!(rows[0].2.contains("nothing was sent"), "{rows:?}");
        assert_eq!(server.count("connect"), 0);
    })
    .await;
}

#[tokio::test]
async fn a_release_is_checked_field_by_field_and_only_administrators_make_one() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let cast = Cast::new(&app).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let message = catch(&app, "jonas@example.org", &mime("1", "Week 47", "x")).await;
        let id = account(&mina, server.port).await;
        let refused = async |order: Order| match release::send(&mina, order).await {
            Err(AppError::Invalid(invalid)) => {
                invalid.fields.into_iter().map(|field| (field.field, field.problem, field.line)).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(release::of(&jonas, message).await.unwrap_err(), AppError::Forbidden, "nor sees to whom it went");
        let own = release::send(&jonas, order(message, id, "dana@example.org")).await;
        assert_eq!(own, Err(AppError::Forbidden));
        assert_eq!(
            refused(Order {
                is_confirmed: false,
                ..order(message, OUTBOX, "dana@example.org\nnobody\ndana@example.org")
            })
            .await,
            [
                ("account".to_owned(), Problem::UnknownChoice, None),
                ("recipients".to_owned(), Problem::NotAnAddress, Some(2)),
                ("recipients".to_owned(), Problem::Duplicate, Some(3)),
                ("confirm".to_owned(), Problem::Required, None),
            ]
        );
        assert_eq!(refused(order(message, id, " ")).await, [("recipients".to_owned(), Problem::Required, None)]);
        allow_list::save(&mina, "example.org").await.unwrap();
        let address = "dana@example.com".to_owned();
        assert_eq!(
            refused(order(message, id, "dana@example.com")).await,
            [("recipients".to_owned(), Problem::DomainNotAllowed { address }, Some(1))]
        );
        suppressions::add(&mina, "gone@example.org", "").await.unwrap();
        release::send(&mina, order(message, id, "gone@example.org")).await.unwrap();
        assert_eq!(released(&mina, message).await[0].1, ReleaseState::Withheld);
        assert_eq!(server.messages().len(), 0);
        let missing = OutboxMessageId(Uuid::now_v7());
        assert_eq!(release::send(&mina, order(missing, id, "dana@example.org")).await, Err(AppError::NotFound));
    })
    .await;
}

#[tokio::test]
async fn a_release_that_a_dead_program_left_is_not_under_way_for_ever() {
    each_database(async |app| {
        let mina = app.as_person(&Cast::new(&app).await.mina);
        let message = catch(&app, "mina@example.org", &mime("1", "Week 47", "x")).await;
        for (number, state) in [ReleaseState::Sending, ReleaseState::DataSent].into_iter().enumerate() {
            let row = outbox_release::ActiveModel {
                id: Set(Uuid::now_v7()),
                message_id: Set(message),
                op_id: Set(OpId(Uuid::now_v7())),
                account_id: Set(None),
                account_name: Set("Gone".into()),
                released_by: Set(None),
                released_by_name: Set("Mina".into()),
                recipient: Set(format!("{number}@example.org")),
                state: Set(state),
                words: Set(String::new()),
                created_at: Set(app.clock.now()),
                updated_at: Set(app.clock.now()),
            };
            row.insert(app.reader()).await.unwrap();
        }
        let later = app.clock.now() + TimeDelta::hours(1);
        let rows = release::of(&mina, message).await.unwrap();
        let seen: Vec<ReleaseState> = rows.iter().map(|row| row.state.seen_at(row.updated_at, later)).collect();
        assert_eq!(seen, [ReleaseState::Refused, ReleaseState::Uncertain]);
    })
    .await;
}
