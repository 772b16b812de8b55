//! Looking back: the commit in the archive, the list, one report, who may see it.

use std::process::Command;

use app::{
    domain::delivery::DeliveryPhase,
    error::AppError,
    reports::service::library,
    testing::{Cast, TestApp, each_database, project, sent_report, task},
};

fn git(app: &TestApp, args: &[&str]) -> String {
    let folder = app.settings.data_dir.join("archive.git");
    let output = Command::new("git").arg("-C").arg(folder).args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn a_report_is_one_commit_with_html_text_pictures_and_data() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        task(&app.as_person(&cast.jonas), &made, columns[0], "Book the room").await;
        let run = sent_report(&app, made.id).await;
        let detail = library::read(&app.as_person(&cast.mina), run).await.unwrap();
        let commit = detail.item.commit.clone().unwrap();
        assert_eq!(git(&app, &["rev-parse", "main"]).trim(), commit);
        assert_eq!(git(&app, &["fsck", "--strict"]), "");
        let files = git(&app, &["ls-tree", "-r", "--name-only", &commit]);
        let names: Vec<&str> =
            files.lines().map(|name| name.strip_prefix(&format!("{}/", detail.folder)).unwrap()).collect();
        assert_eq!(names, ["created-completed.png", "data.json", "report.html", "report.txt", "work-by-status.png"]);
        let show = |name: &str| git(&app, &["show", &format!("{commit}:{}/{name}", detail.folder)]);
        assert_eq!(show("data.json"), detail.data, "the stored bytes, so that their hash fits");
        assert!(show("report.html").contains("src=\"created-completed.png\""), "the pictures beside it");
        assert!(show("report.txt").contains("Open: 1"));
        let message = git(&app, &["log", "-1", "--format=%B"]);
        assert!(message.starts_with("Weekly report of Tasks, 17–23 November 2026"), "{message}");
        assert!(message.contains(&format!("Report-Occurrence: {run}")), "{message}");
    })
    .await;
}

#[tokio::test]
async fn members_see_a_report_with_each_recipient_and_the_servers_words() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let run = sent_report(&app, made.id).await;
        let alex = app.as_person(&cast.alex);
        let list = library::list(&alex, None).await.unwrap();
        assert_eq!(list.items.len(), 1);
        let item = &list.items[0];
        assert_eq!((item.sent_words().as_str(), item.month.as_str()), ("1 of 2", "November 2026"));
        assert_eq!((item.job.as_str(), item.project.as_str()), ("Weekly status", "Tasks"));
        assert!(library::list(&alex, Some(run)).await.unwrap().items.is_empty(), "nothing is older");

        let detail = library::read(&alex, run).await.unwrap();
        let answers: Vec<_> = detail.recipients.iter().map(|one| (one.phase, one.answer.clone().unwrap())).collect();
        assert_eq!(
            answers,
            [
                (DeliveryPhase::Accepted, "250 2.0.0 queued as 1".to_owned()),
                (DeliveryPhase::Failed, "550 5.1.1 no such user".to_owned()),
            ]
        );
        let html = library::framed_html(&alex, run).await.unwrap();
        assert_eq!(html.matches("src=\"data:image/png;base64,").count(), 2);
        assert!(!html.contains("cid:"));
        let first = library::message(&alex, run, None).await.unwrap();
        assert!(first.starts_with(b"Subject: to mina@example.org"));
        let second = library::message(&alex, run, Some(detail.recipients[1].delivery)).await.unwrap();
        assert!(second.starts_with(b"Subject: to sam@example.org"));
    })
    .await;
}

#[tokio::test]
async fn a_stranger_finds_no_report() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let run = sent_report(&app, made.id).await;
        let ravi = app.as_person(&cast.ravi);
        assert!(library::list(&ravi, None).await.unwrap().items.is_empty());
        assert_eq!(library::read(&ravi, run).await.unwrap_err(), AppError::NotFound);
        assert_eq!(library::framed_html(&ravi, run).await.unwrap_err(), AppError::NotFound);
        assert_eq!(library::message(&ravi, run, None).await.unwrap_err(), AppError::NotFound);
    })
    .await;
}
