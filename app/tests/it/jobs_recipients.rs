//! To whom a report goes: people, groups and addresses, copies, allowed domains, and what they may see. On both
//! databases, with a real mail server.

use app::{
    accounts::service::{groups, people},
    domain::{
        alarm::AlarmKind,
        delivery::DeliveryPhase,
        ids::{ProjectId, ScheduleId, TeamId},
        job::{JobKind, RecipientKind},
        occurrence::OccurrenceState,
        project::MemberRole,
    },
    entities::{alarm, member, team_member, team_project},
    error::{AppError, Problem},
    jobs::{
        form::JobForm,
        service::{
            recipients,
            runs::{self, Decision},
            schedules,
        },
    },
    mail::service::allow_list,
    platform::{ctx::Ctx, mailer},
    projects::service::{
        access,
        projects::{self, NewProject},
    },
    testing::{Message, TestApp, each_database, smtp_server::SmtpServer},
};
use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::jobs_stage::{Stage, as_read, mondays_at_ten};

/// A form with these in its three fields.
fn to(recipients: &str, cc: &str, bcc: &str) -> JobForm {
    JobForm { recipients: recipients.into(), cc: cc.into(), bcc: bcc.into(), ..mondays_at_ten() }
}

/// A group with Jonas and Ravi in it, which works in the project with a role, or not at all.
async fn group(stage: &Stage<'_>, role: Option<MemberRole>) -> TeamId {
    let ctx = stage.mina();
    let id = groups::create(&ctx, "Front office").await.unwrap();
    for me in [&stage.cast.jonas, &stage.cast.ravi] {
        groups::add(&ctx, id, me.id).await.unwrap();
    }
    if let Some(role) = role {
        works_in(stage, id, stage.project.id, role).await;
    }
    id
}

async fn works_in(stage: &Stage<'_>, group: TeamId, project: ProjectId, role: MemberRole) {
    let row = team_project::ActiveModel { team_id: Set(group), project_id: Set(project), role: Set(role) };
    team_project::Entity::insert(row).exec_without_returning(stage.app.reader()).await.unwrap();
}

#[tokio::test]
async fn a_form_proposes_the_groups_and_the_people_of_its_project_and_nobody_else() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let lines = async |kind: JobKind, who: &Ctx| {
            let known = recipients::known_to_new(who, kind, "T").await.unwrap();
            known.into_iter().map(|(line, _)| line).collect::<Vec<String>>()
        };
        let before = lines(JobKind::WeeklyReport, &stage.mina()).await;
        assert!(before.contains(&"Mina Kovač <mina@example.org>".to_owned()), "{before:?}");
        assert!(!before.iter().any(|line| line.contains("ravi@example.org")), "he is not of the project: {before:?}");
        group(&stage, Some(MemberRole::Viewer)).await;
        let new = NewProject { name: "Elsewhere".into(), key: "X".into(), zone: "UTC".into() };
        let elsewhere = projects::create(&stage.mina(), new).await.unwrap();
        let others = groups::create(&stage.mina(), "Back office").await.unwrap();
        works_in(&stage, others, elsewhere.id, MemberRole::Viewer).await;
        let known = lines(JobKind::Digest, &stage.mina()).await;
        let of_groups: Vec<_> = known.iter().filter(|line| line.starts_with("group:")).collect();
        assert_eq!(of_groups, ["group: Front office"], "not those of another project of hers");
        assert!(known.contains(&"Ravi Sen <ravi@example.org>".to_owned()), "through his group: {known:?}");
        stage.job(&to(&known.join("\n"), "", "")).await;
        for nobody in [
            lines(JobKind::GitPush, &stage.mina()).await,
            lines(JobKind::Digest, &app.as_person(&stage.cast.alex)).await,
        ] {
            assert_eq!(nobody, [] as [&str; 0], "it sends no mail, or is not theirs to make");
        }
    })
    .await;
}

/// Runs a job by hand, and gives the rows of its messages.
async fn run(stage: &Stage<'_>, id: ScheduleId) -> Vec<Message> {
    let run = runs::start(&stage.mina(), id).await.unwrap();
    stage.work().await;
    stage.deliveries(run).await
}

/// Field, line and problem of each broken rule.
async fn refused(stage: &Stage<'_>, form: &JobForm) -> Vec<(String, Option<u32>, Problem)> {
    let ctx = stage.mina();
    let viewing = access::by_id(&ctx, ctx.reader(), stage.project.id).await.unwrap();
    match schedules::create(&ctx, &viewing.editing().unwrap(), form).await {
        Err(AppError::Invalid(invalid)) => {
            invalid.fields.into_iter().map(|field| (field.field, field.line, field.problem)).collect()
        }
        other => panic!("not a form's error: {other:?}"),
    }
}

async fn form_of(stage: &Stage<'_>, id: ScheduleId) -> JobForm {
    let ctx = stage.mina();
    let (row, viewing) = schedules::visible(&ctx, id).await.unwrap();
    schedules::form(&ctx, &row, &viewing).await.unwrap()
}

async fn leave_project(app: &TestApp, stage: &Stage<'_>, who: &app::domain::account::Me) {
    member::Entity::delete_by_id((stage.project.id, who.id)).exec(app.reader()).await.unwrap();
}

#[tokio::test]
async fn to_and_copies_are_named_to_everybody_and_blind_copies_to_nobody() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let form = to("Dana <dana@example.org>\nsam@example.org", "max@example.org", "boss@example.org");
        let id = stage.job(&form).await;
        let rows = run(&stage, id).await;
        assert!(rows.iter().all(|row| row.phase == DeliveryPhase::Accepted));
        let kinds: Vec<_> = rows.iter().map(|row| (row.address.as_str(), row.kind)).collect();
        use RecipientKind::*;
        assert_eq!(
            kinds,
            [("dana@example.org", To), ("sam@example.org", To), ("max@example.org", Cc), ("boss@example.org", Bcc)]
        );
        assert_eq!(server.count("mail"), 4, "one transaction for each recipient");
        for message in server.messages() {
            let head = String::from_utf8_lossy(&message).split("\r\n\r\n").next().unwrap().to_owned();
            let line = |name: &str| head.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
            assert!(line("To:").contains("dana@example.org") && head.contains("sam@example.org"), "{head}");
            assert!(line("Cc:").contains("max@example.org"), "{head}");
            assert!(!head.contains("boss@example.org") && line("Bcc:").is_empty(), "{head}");
        }
        assert_eq!(form_of(&stage, id).await, as_read(form));
    })
    .await;
}

#[tokio::test]
async fn where_all_are_blind_copies_a_message_is_to_its_sender() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&to("", "", "boss@example.org\nsam@example.org")).await;
        run(&stage, id).await;
        for message in server.messages() {
            assert_eq!(mailer::read(&message).unwrap().to, "Reports <reports@example.org>");
            assert!(!String::from_utf8_lossy(&message).contains("boss@example.org"));
        }
    })
    .await;
}

#[tokio::test]
async fn a_group_is_whoever_is_in_it_when_the_report_goes_and_shows_nobody_its_list() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let team = group(&stage, Some(MemberRole::Viewer)).await;
        let id = stage.job(&to("group: front office", "", "")).await;
        assert_eq!(form_of(&stage, id).await.recipients, "group: Front office");
        let rows = run(&stage, id).await;
        let who: Vec<_> = rows.iter().map(|row| (row.address.as_str(), row.via.as_deref(), row.user_id)).collect();
        let of = |me: &app::domain::account::Me| Some(me.id);
        assert_eq!(
            who,
            [
                ("jonas@example.org", Some("Front office"), of(&stage.cast.jonas)),
                ("ravi@example.org", Some("Front office"), of(&stage.cast.ravi)),
            ]
        );
        let first = String::from_utf8_lossy(&server.messages()[0]).into_owned();
        assert!(first.contains("To: \"Jonas Ortiz\" <jonas@example.org>") && !first.contains("ravi@"), "{first}");

        groups::remove(&stage.mina(), team, stage.cast.jonas.id).await.unwrap();
        groups::add(&stage.mina(), team, stage.cast.alex.id).await.unwrap();
        stage.pass(TimeDelta::minutes(5));
        let rows = run(&stage, id).await;
        let now: Vec<_> = rows.iter().map(|row| row.address.as_str()).collect();
        assert_eq!(now, ["alex@example.org", "ravi@example.org"]);

        groups::delete(&stage.mina(), team).await.unwrap();
        stage.pass(TimeDelta::minutes(5));
        assert!(run(&stage, id).await.is_empty());
        let log = stage.log(stage.runs(id).await.pop().unwrap().id).await;
        assert!(log.iter().any(|line| line.contains("“Front office” is gone")), "{log:?}");
    })
    .await;
}

#[tokio::test]
async fn somebody_who_is_named_twice_gets_one_message_in_the_visible_place() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        group(&stage, Some(MemberRole::Viewer)).await;
        let id = stage.job(&to("jonas@example.org", "", "group: Front office")).await;
        let rows = run(&stage, id).await;
        let who: Vec<_> = rows.iter().map(|row| (row.address.as_str(), row.kind)).collect();
        assert_eq!(who, [("jonas@example.org", RecipientKind::To), ("ravi@example.org", RecipientKind::Bcc)]);
    })
    .await;
}

#[tokio::test]
async fn a_person_gets_the_report_wherever_their_address_is_now() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&to("Somebody <jonas@example.org>", "", "")).await;
        assert_eq!(form_of(&stage, id).await.recipients, "Jonas Ortiz <jonas@example.org>");
        let moved = app::entities::user::ActiveModel {
            id: Set(stage.cast.jonas.id),
            email: Set(Some("ortiz@example.org".into())),
            ..Default::default()
        };
        app::entities::user::Entity::update(moved).exec(app.reader()).await.unwrap();
        assert_eq!(run(&stage, id).await[0].address, "ortiz@example.org");
        assert_eq!(form_of(&stage, id).await.recipients, "Jonas Ortiz <ortiz@example.org>");
    })
    .await;
}

#[tokio::test]
async fn who_cannot_see_the_project_gets_nothing_and_the_row_says_why() {
    each_database(async |app| {
        let server = SmtpServer::start(&[]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        // Ravi has an account and no part in the project; Jonas loses his; Alex is switched off.
        let id = stage.job(&to("ravi@example.org\njonas@example.org\nalex@example.org\nsam@example.org", "", "")).await;
        leave_project(&app, &stage, &stage.cast.jonas).await;
        people::disable(&stage.mina(), stage.cast.alex.id).await.unwrap();
        let rows = run(&stage, id).await;
        let phases: Vec<_> = rows.iter().map(|row| row.phase).collect();
        use DeliveryPhase::*;
        assert_eq!(phases, [Withheld, Withheld, Withheld, Accepted]);
        let why: Vec<_> = rows.iter().map(|row| row.reason.clone().unwrap_or_default()).collect();
        assert!(why[0].contains("cannot see the project") && why[1] == why[0], "{why:?}");
        assert!(why[2].contains("switched off"), "{why:?}");
        assert_eq!(server.messages().len(), 1);
        let head = String::from_utf8_lossy(&server.messages()[0]).into_owned();
        assert!(!head.contains("jonas@example.org"), "who gets nothing is named to nobody");
        let ended = stage.runs(id).await.remove(0);
        assert_eq!(
            (ended.state, ended.reason.as_deref()),
            (OccurrenceState::Done, Some("Of 4 messages: 3 held back."))
        );
        assert!(stage.log(ended.id).await.iter().any(|line| line.starts_with("jonas@example.org: held back.")));
    })
    .await;
}

#[tokio::test]
async fn a_report_that_goes_to_nobody_has_failed_and_its_owner_hears_of_it() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let alarms = async |id: ScheduleId| {
            let of_job = alarm::Entity::find().filter(alarm::Column::ScheduleId.eq(id));
            let rows = of_job.all(app.reader()).await.unwrap();
            rows.into_iter().map(|row| (row.kind, row.words)).collect::<Vec<_>>()
        };
        // Ravi has an account and no part in the project.
        let id = stage.job(&to("ravi@example.org", "", "")).await;
        assert_eq!(run(&stage, id).await[0].phase, DeliveryPhase::Withheld);
        let ended = stage.runs(id).await.remove(0);
        assert_eq!(ended.state, OccurrenceState::Failed);
        assert!(ended.reason.unwrap().starts_with("It went to nobody."));
        assert!(ended.commit_id.is_some(), "the report is in the archive all the same");
        let told = alarms(id).await;
        assert!(told.len() == 1 && told[0].0 == AlarmKind::Failed, "{told:?}");
        assert!(told[0].1.contains("it went to nobody"), "{told:?}");

        // A group that nobody is in any more, until somebody is.
        let office = group(&stage, Some(MemberRole::Viewer)).await;
        let id = stage.job(&to("group: Front office", "", "")).await;
        team_member::Entity::delete_many()
            .filter(team_member::Column::TeamId.eq(office))
            .exec(app.reader())
            .await
            .unwrap();
        assert!(run(&stage, id).await.is_empty());
        let ended = stage.runs(id).await.remove(0);
        let words = "It went to nobody: there was nobody on the list of recipients.";
        assert_eq!((ended.state, ended.reason.as_deref()), (OccurrenceState::Failed, Some(words)));
        assert_eq!(alarms(id).await.len(), 1);
        groups::add(&stage.mina(), office, stage.cast.ravi.id).await.unwrap();
        stage.pass(TimeDelta::minutes(1));
        assert_eq!(run(&stage, id).await[0].phase, DeliveryPhase::Accepted);
        assert_eq!(stage.states(id).await, [OccurrenceState::Failed, OccurrenceState::Done]);
    })
    .await;
}

#[tokio::test]
async fn rights_are_looked_at_again_before_a_message_leaves_and_when_it_is_sent_again() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--fail", "mail:451:1"]);
        let stage = Stage::new(&app).await;
        stage.sends_to(server.port).await;
        let id = stage.job(&to("jonas@example.org", "", "")).await;
        assert_eq!(run(&stage, id).await[0].phase, DeliveryPhase::Deferred);
        leave_project(&app, &stage, &stage.cast.jonas).await;
        stage.pass(TimeDelta::minutes(2));
        stage.work().await;
        let row = stage.deliveries(stage.runs(id).await[0].id).await.remove(0);
        assert_eq!(row.phase, DeliveryPhase::Withheld);
        let refused = runs::decide(&stage.mina(), row.id, Decision::SendAgain).await.unwrap_err();
        assert!(format!("{refused:?}").contains("cannot see the project"), "{refused:?}");
        stage.work().await;
        let still = stage.deliveries(row.occurrence_id).await.remove(0);
        assert_eq!((still.phase, server.messages().len()), (DeliveryPhase::Withheld, 0));

        let back = member::ActiveModel {
            project_id: Set(stage.project.id),
            user_id: Set(stage.cast.jonas.id),
            role: Set(MemberRole::Viewer),
        };
        member::Entity::insert(back).exec_without_returning(app.reader()).await.unwrap();
        runs::decide(&stage.mina(), row.id, Decision::SendAgain).await.unwrap();
        stage.work().await;
        assert_eq!(stage.deliveries(row.occurrence_id).await[0].phase, DeliveryPhase::Accepted);
        assert_eq!(server.messages(), [row.mime]);
    })
    .await;
}

#[tokio::test]
async fn addresses_outside_the_allowed_domains_are_named_in_the_form_and_held_back_later() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let id = stage.job(&to("dana@example.com\njonas@example.org", "", "")).await;
        assert_eq!(allow_list::save(&app.as_person(&stage.cast.jonas), "").await, Err(AppError::Forbidden));
        allow_list::save(&stage.mina(), "example.net\n*.example.net").await.unwrap();
        let form = to("jonas@example.org\nok@example.net", "", "dana@example.com");
        let problem = Problem::DomainNotAllowed { address: "dana@example.com".into() };
        assert_eq!(refused(&stage, &form).await, [("bcc".into(), Some(1), problem)]);
        let rows = run(&stage, id).await;
        let phases: Vec<_> = rows.iter().map(|row| (row.address.as_str(), row.phase)).collect();
        // People with an account are no strangers, whatever their domain.
        assert_eq!(
            phases,
            [("dana@example.com", DeliveryPhase::Withheld), ("jonas@example.org", DeliveryPhase::Accepted)]
        );
        assert!(rows[0].reason.as_deref().unwrap().contains("domain"));
    })
    .await;
}

#[tokio::test]
async fn only_groups_of_the_project_can_be_named() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        group(&stage, None).await;
        let found = refused(&stage, &to("dana@example.org", "group: Front office", "group: Nobody")).await;
        assert_eq!(
            found,
            [("cc".into(), Some(1), Problem::NoSuchGroup), ("bcc".into(), Some(1), Problem::NoSuchGroup)]
        );
    })
    .await;
}

#[tokio::test]
async fn thousands_of_lines_are_stored_and_read_back() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let lines: Vec<String> = (0..4_000).map(|number| format!("reader{number}@example.org")).collect();
        let form = to("dana@example.org", "", &lines.join("\n"));
        let id = stage.job(&form).await;
        assert_eq!(form_of(&stage, id).await.bcc, form.bcc);
    })
    .await;
}
