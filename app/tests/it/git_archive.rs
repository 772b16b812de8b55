//! The Git archive: settings, secrets, the queue of pushes, the history of a report.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use app::{
    alarms::service::pushes,
    archive::service::read as archive,
    domain::{
        job::JobKind,
        line_diff::LineChange,
        occurrence::OccurrenceState,
        template::{Document, TemplateCategory},
    },
    entities::{alarm, git_archive, git_push as queue, git_push_failure, occurrence, template_version},
    error::{AppError, ArchiveProblem, Problem},
    jobs::service::{runs, worker},
    platform::{
        ctx::Ctx,
        git::{GitSettings, RemoteRule, generate},
        state::Settings,
    },
    reports::service::{
        git_history, git_push,
        git_settings::{self, ArchiveInput, RemoteInput},
        git_state,
    },
    templates::service::{drafts, versions},
    testing::{Cast, SilentArchive, TestApp, each_database, mondays_at_ten, project, removed, sent_report, task},
};
use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    EntityTrait, PaginatorTrait,
    sea_query::Expr,
};

use super::{jobs_kinds::job, jobs_stage::Stage};

fn run(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main"])
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// An instance that may push to folders, and a bare repository beside its data.
fn with_files(mut app: TestApp) -> (TestApp, PathBuf) {
    let git = GitSettings { remotes: RemoteRule::Files, ..GitSettings::default() };
    app.app.settings = Arc::new(Settings { git, ..(*app.app.settings).clone() });
    let folder = app.settings.data_dir.clone();
    run(&folder, &["init", "-q", "--bare", "-b", "main", "server.git"]);
    (app, folder)
}

fn archive_input(repository: &str, branch: &str) -> ArchiveInput {
    ArchiveInput {
        repository: repository.into(),
        branch: branch.into(),
        author_name: "Office".into(),
        author_email: "office@example.org".into(),
    }
}

fn remote_input(url: &str) -> RemoteInput {
    RemoteInput {
        url: url.into(),
        user: "reports".into(),
        token: String::new(),
        key: "generate".into(),
        private_key: String::new(),
    }
}

async fn settings(app: &TestApp) -> git_archive::Model {
    git_settings::read(&Ctx::system(app)).await.unwrap()
}

async fn state(app: &TestApp) -> queue::Model {
    git_push::state(&Ctx::system(app)).await.unwrap()
}

async fn push_to(app: &TestApp, folder: &Path) {
    let url = format!("file://{}/server.git", folder.display());
    let version = settings(app).await.version;
    git_settings::save_remote(&Ctx::system(app), version, remote_input(&url)).await.unwrap();
}

fn problems(error: AppError) -> Vec<(String, Problem)> {
    let AppError::Invalid(invalid) = error else { panic!("{error:?}") };
    invalid.fields.into_iter().map(|field| (field.field, field.problem)).collect()
}

#[tokio::test]
async fn the_next_commit_goes_to_the_repository_branch_and_author_that_were_entered() {
    each_database(async |app| {
        let (app, folder) = with_files(app);
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let before = sent_report(&app, made.id).await;
        let mina = app.as_person(&cast.mina);
        let path = folder.join("server.git");
        git_settings::save(&mina, 1, archive_input(path.to_str().unwrap(), "reports/weekly")).await.unwrap();
        let run_id = sent_report(&app, made.id).await;
        let commit = archive::read(&mina, run_id).await.unwrap().item.commit.unwrap();
        assert_eq!(run(&path, &["rev-parse", "reports/weekly"]).trim(), commit);
        assert_eq!(run(&path, &["log", "-1", "--format=%an <%ae>", "reports/weekly"]), "Office <office@example.org>\n");
        assert_eq!(run(&path, &["rev-list", "--count", "reports/weekly"]), "1\n", "what was before stays where it is");
        let old = git_history::read(&mina, before, None).await.unwrap();
        assert_eq!(old.commits.len(), 1, "and is still found there");
    })
    .await;
}

#[tokio::test]
async fn an_archive_that_was_left_half_made_has_the_next_report_and_one_that_is_no_repository_says_so() {
    each_database(async |app| {
        let stage = Stage::new(&app).await;
        let folder = app.settings.data_dir.join("archive.git");
        fs::create_dir_all(folder.join("objects/info")).unwrap();
        let id = stage.job(&mondays_at_ten()).await;
        let reporting = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let commit = stage.runs(id).await.remove(0).commit_id;
        assert!(commit.is_some(), "{:?}", stage.log(reporting).await);
        assert_eq!(Some(run(&folder, &["rev-parse", "HEAD"]).trim().to_owned()), commit);
        assert_eq!(git_state::read(&stage.mina()).await.unwrap().fault, None);

        fs::rename(&folder, app.settings.data_dir.join("moved.git")).unwrap();
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("notes.txt"), "mine").unwrap();
        let fault = git_state::read(&stage.mina()).await.unwrap().fault.unwrap();
        assert!(fault.contains("holds what does not belong to one: notes.txt."), "{fault}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing was added");
    })
    .await;
}

#[tokio::test]
async fn wrong_settings_are_refused_beside_their_fields() {
    each_database(async |app| {
        let (app, folder) = with_files(app);
        let mina = app.as_person(&Cast::new(&app).await.mina);
        let at = |name: &str| folder.join(name).display().to_string();
        run(&folder, &["init", "-q", "-b", "main", "work"]);
        fs::create_dir(folder.join("empty")).unwrap();
        for (repository, branch, field, problem) in [
            ("server.git".to_owned(), "main", "repository", ArchiveProblem::NotAbsolute),
            (at("nowhere"), "main", "repository", ArchiveProblem::NoSuchFolder),
            (at("empty"), "main", "repository", ArchiveProblem::NotARepository),
            (at("work"), "main", "branch", ArchiveProblem::CheckedOut),
            (at("server.git"), "a..b", "branch", ArchiveProblem::NotABranch),
        ] {
            let refused = git_settings::save(&mina, 1, archive_input(&repository, branch)).await.unwrap_err();
            assert_eq!(problems(refused), [(field.to_owned(), Problem::Archive(problem))], "{repository}");
        }
        let bad = ArchiveInput { author_email: "nobody".into(), ..archive_input("", "main") };
        let refused = git_settings::save(&mina, 1, bad).await.unwrap_err();
        assert_eq!(problems(refused), [("author_email".to_owned(), Problem::NotAnAddress)]);
        git_settings::save(&mina, 1, archive_input("", "main")).await.unwrap();
        let second = git_settings::save(&mina, 1, archive_input("", "main")).await.unwrap_err();
        assert!(matches!(second, AppError::Conflict(_)), "{second:?}");
    })
    .await;
}

#[tokio::test]
async fn only_administrators_see_and_change_the_archive() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        assert_eq!(git_state::read(&jonas).await.unwrap_err(), AppError::Forbidden);
        assert_eq!(git_settings::save(&jonas, 1, archive_input("", "main")).await.unwrap_err(), AppError::Forbidden);
        let remote = remote_input("git@git.example.org:x.git");
        assert_eq!(git_settings::save_remote(&jonas, 1, remote).await.unwrap_err(), AppError::Forbidden);
        assert_eq!(git_settings::test(&jonas).await.unwrap_err(), AppError::Forbidden);
        assert_eq!(git_push::push_now(&jonas).await.unwrap_err(), AppError::Forbidden);
    })
    .await;
}

#[tokio::test]
async fn secrets_are_stored_sealed_and_never_go_to_another_server() {
    each_database(async |app| {
        let mina = app.as_person(&Cast::new(&app).await.mina);
        let with = |url: &str, token: &str| RemoteInput { token: token.into(), ..remote_input(url) };
        let missing = git_settings::save_remote(&mina, 1, with("https://git.example.org/a.git", "")).await.unwrap_err();
        assert_eq!(problems(missing), [("token".to_owned(), Problem::Required)]);
        git_settings::save_remote(&mina, 1, with("https://git.example.org/a.git", "glpat-very-secret")).await.unwrap();
        let stored = settings(&app).await;
        assert!(!format!("{stored:?}").contains("very-secret"), "{stored:?}");
        let sealed = stored.remote_secret.unwrap();

        git_settings::save_remote(&mina, 2, with("https://git.example.org/b.git", "")).await.unwrap();
        assert_eq!(settings(&app).await.remote_secret.unwrap(), sealed, "the same server keeps it");
        for url in ["https://evil.example.org/a.git", "https://git.example.org:8443/a.git"] {
            let refused = git_settings::save_remote(&mina, 3, with(url, "")).await.unwrap_err();
            let again = Problem::Archive(ArchiveProblem::EnterTokenAgain);
            assert_eq!(problems(refused), [("token".to_owned(), again)], "{url}");
        }
        let page = git_state::read(&mina).await.unwrap();
        assert!(!format!("{page:?}").contains("very-secret"));
        git_settings::remove_remote(&mina, 3).await.unwrap();
        assert_eq!(settings(&app).await.remote_secret, None);
    })
    .await;
}

#[tokio::test]
async fn a_key_for_ssh_is_made_here_or_pasted_and_shows_its_public_half_alone() {
    each_database(async |app| {
        let mina = app.as_person(&Cast::new(&app).await.mina);
        let url = "git@git.example.org:x.git";
        git_settings::save_remote(&mina, 1, remote_input(url)).await.unwrap();
        let made = settings(&app).await.public_key.unwrap();
        assert!(made.starts_with("ssh-ed25519 ") && made.ends_with(" autoreport@127.0.0.1"), "{made}");
        let key = generate("pasted").unwrap();
        let paste = |text: &str| RemoteInput { key: "paste".into(), private_key: text.into(), ..remote_input(url) };
        let refused = git_settings::save_remote(&mina, 2, paste("hello")).await.unwrap_err();
        assert_eq!(problems(refused), [("private_key".to_owned(), Problem::Archive(ArchiveProblem::NotAKey))]);
        git_settings::save_remote(&mina, 2, paste(key.private.expose())).await.unwrap();
        assert!(key.public.starts_with(&settings(&app).await.public_key.unwrap()));
        let keep = RemoteInput { key: "keep".into(), ..remote_input(url) };
        git_settings::save_remote(&mina, 3, keep).await.unwrap();
        assert!(key.public.starts_with(&settings(&app).await.public_key.unwrap()));
        let page = format!("{:?}", git_state::read(&mina).await.unwrap());
        assert!(page.contains("SHA256:") && !page.contains("PRIVATE KEY"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn addresses_of_this_machine_and_of_its_network_are_not_pushed_to() {
    each_database(async |app| {
        let mina = app.as_person(&Cast::new(&app).await.mina);
        let files = git_settings::save_remote(&mina, 1, remote_input("file:///tmp/x.git")).await.unwrap_err();
        assert_eq!(problems(files), [("url".to_owned(), Problem::Archive(ArchiveProblem::FilesNotAllowed))]);
        for url in ["https://127.0.0.1/x.git", "git@10.0.0.5:x.git", "https://localhost/x.git"] {
            let inside = RemoteInput { token: "x".into(), ..remote_input(url) };
            let refused = problems(git_settings::save_remote(&mina, 1, inside).await.unwrap_err());
            let [(field, Problem::Said { words })] = refused.as_slice() else { panic!("{url}: {refused:?}") };
            assert!(field == "url" && words.contains("not on the public internet"), "{words}");
        }

        // A name may lead somewhere else by the time it is connected to.
        let stored = git_archive::ActiveModel {
            id: Unchanged(git_archive::ROW),
            remote_url: Set("https://127.0.0.1/x.git".into()),
            ..Default::default()
        };
        stored.update(app.reader()).await.unwrap();
        git_settings::test(&mina).await.unwrap();
        let stored = settings(&app).await;
        assert_eq!(stored.last_test_good, Some(false));
        assert!(stored.last_test.unwrap().contains("not on the public internet"));
    })
    .await;
}

#[tokio::test]
async fn several_commits_are_one_push_and_a_failure_waits_longer_each_time() {
    each_database(async |app| {
        let (app, folder) = with_files(app);
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        push_to(&app, &folder).await;
        let hook = refuse_all(&folder);
        sent_report(&app, made.id).await;
        sent_report(&app, made.id).await;
        app.clock.advance(TimeDelta::seconds(10));
        git_push::look(&app.app).await.unwrap();
        let first = state(&app).await;
        assert_eq!((first.attempts, first.pushed_commit.as_deref(), first.lease_until), (1, None, None));
        assert!(first.last_error.as_deref().unwrap().contains("remote: Closed for the night."), "{first:?}");
        let wait = first.next_try_at.unwrap() - app.clock.now();
        assert!(wait >= TimeDelta::minutes(1) && wait <= TimeDelta::seconds(75), "{wait}");
        git_push::look(&app.app).await.unwrap();
        assert_eq!(state(&app).await.attempts, 1, "it is not time yet");
        app.clock.advance(TimeDelta::minutes(2));
        git_push::look(&app.app).await.unwrap();
        let second = state(&app).await;
        let longer = second.next_try_at.unwrap() - app.clock.now();
        assert!(second.attempts == 2 && longer >= TimeDelta::minutes(2), "{second:?}");

        fs::remove_file(&hook).unwrap();
        app.clock.advance(TimeDelta::hours(1));
        git_push::look(&app.app).await.unwrap();
        let done = state(&app).await;
        assert_eq!((done.attempts, &done.last_error, &done.pending_head, done.next_try_at), (0, &None, &None, None));
        assert_eq!(run(&folder.join("server.git"), &["rev-list", "--count", "main"]), "2\n");
        assert_eq!(run(&folder.join("server.git"), &["rev-parse", "main"]).trim(), done.pushed_commit.unwrap());
        assert_eq!(git_state::read(&app.as_person(&cast.mina)).await.unwrap().push.waiting, 0);
    })
    .await;
}

/// The server refuses whatever is pushed.
fn refuse_all(folder: &Path) -> PathBuf {
    let hook = folder.join("server.git/hooks/pre-receive");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\necho 'Closed for the night.' >&2\nexit 1\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    hook
}

#[tokio::test]
async fn failed_pushes_are_told_although_the_process_died_before_and_the_next_push_succeeded() {
    each_database(async |app| {
        let (app, folder) = with_files(app);
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        push_to(&app, &folder).await;
        let hook = refuse_all(&folder);
        sent_report(&app, made.id).await;
        for times in 1..=3 {
            app.clock.advance(TimeDelta::hours(2));
            git_push::look(&app.app).await.unwrap();
            assert_eq!(state(&app).await.attempts, times);
        }
        // Here the process died. Nobody was told, and the next one pushes before anything else.
        assert_eq!(alarm::Entity::find().count(app.reader()).await.unwrap(), 0);
        fs::remove_file(hook).unwrap();
        git_push::push_now(&Ctx::system(&app)).await.unwrap();
        assert_eq!(state(&app).await.last_error, None);
        for _ in 0..2 {
            pushes::sweep(&Ctx::system(&app)).await.unwrap();
            let told = alarm::Entity::find().all(app.reader()).await.unwrap();
            assert_eq!(told.len(), 1, "once, however often it is looked for: {told:?}");
            assert!(told[0].words.contains("Closed for the night"), "{told:?}");
        }
        assert_eq!(git_push_failure::Entity::find().count(app.reader()).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_version_of_a_template_is_committed_once_and_follows_its_commit() {
    each_database(async |app| {
        let (app, folder) = with_files(app);
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        app.clock.advance(TimeDelta::days(40));
        let jonas = app.as_person(&cast.jonas);
        let template = drafts::create(&jonas, "Weekly", TemplateCategory::Status, &Document::blank()).await.unwrap();
        versions::publish(&jonas, template, 1, "").await.unwrap();
        let ctx = Ctx::system(&app);
        let commit = async || {
            versions::commit_pending(&ctx).await.unwrap();
            let row = template_version::Entity::find_by_id((template, 1)).one(app.reader()).await.unwrap();
            row.unwrap().commit_id.unwrap()
        };
        let first = commit().await;
        // A report of an older day comes on top, and the process dies before it has stored the commit of the version.
        app.clock.advance(TimeDelta::days(-30));
        sent_report(&app, made.id).await;
        app.clock.advance(TimeDelta::days(30));
        let forget = template_version::Entity::update_many()
            .col_expr(template_version::Column::CommitId, Expr::value(None::<String>))
            .exec(app.reader());
        forget.await.unwrap();
        assert_eq!(commit().await, first);
        assert_eq!(run(&folder.join("archive.git"), &["rev-list", "--count", "main"]), "2\n");

        push_to(&app, &folder).await;
        run(&folder, &["clone", "-q", "server.git", "clone"]);
        fs::write(folder.join("clone/README"), "hello").unwrap();
        run(&folder, &["-C", "clone", "add", "."]);
        run(&folder, &["-C", "clone", "commit", "-q", "-m", "Somebody was here"]);
        run(&folder, &["-C", "clone", "push", "-q", "origin", "HEAD:main"]);
        git_push::push_now(&ctx).await.unwrap();
        let moved = commit().await;
        assert_ne!(moved, first, "it was made again on top of what somebody else had pushed");
        assert!(run(&folder.join("server.git"), &["rev-list", "main"]).contains(&moved));
    })
    .await;
}

#[tokio::test]
async fn a_push_at_once_says_what_it_did_or_what_git_said() {
    each_database(async |app| {
        let (app, folder) = with_files(app);
        let cast = Cast::new(&app).await;
        let ctx = Ctx::system(&app);
        let none = git_push::push_now(&ctx).await.unwrap_err();
        assert!(none.words().contains("No remote repository is set up"), "{none}");
        let (made, _) = project(&app, &cast).await;
        push_to(&app, &folder).await;
        assert!(git_push::push_now(&ctx).await.unwrap().words().contains("no commit yet"));
        sent_report(&app, made.id).await;
        let words = git_push::push_now(&ctx).await.unwrap().words();
        assert!(words.starts_with("Pushed 1 commit to branch main of file://"), "{words}");
        assert!(git_push::push_now(&ctx).await.unwrap().words().starts_with("Nothing waited"));
        fs::remove_dir_all(folder.join("server.git")).unwrap();
        let error = git_push::push_now(&ctx).await.unwrap_err();
        assert!(error.words().contains("does not appear to be a git repository"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_report_is_found_under_its_new_commit_after_somebody_else_pushed() {
    each_database(async |app| {
        let (app, folder) = with_files(app);
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        push_to(&app, &folder).await;
        run(&folder, &["clone", "-q", "server.git", "clone"]);
        fs::write(folder.join("clone/README"), "hello").unwrap();
        run(&folder, &["-C", "clone", "add", "."]);
        run(&folder, &["-C", "clone", "commit", "-q", "-m", "Somebody was here"]);
        run(&folder, &["-C", "clone", "push", "-q", "origin", "HEAD:main"]);
        let id = sent_report(&app, made.id).await;
        let before = occurrence::Entity::find_by_id(id).one(app.reader()).await.unwrap().unwrap().commit_id;
        let words = git_push::push_now(&Ctx::system(&app)).await.unwrap().words();
        assert!(words.starts_with("Pushed 1 commit"), "{words}");
        let after = occurrence::Entity::find_by_id(id).one(app.reader()).await.unwrap().unwrap().commit_id;
        assert_ne!(before, after);
        assert_eq!(run(&folder.join("server.git"), &["rev-parse", "main"]).trim(), after.unwrap());
        let subjects = run(&folder.join("server.git"), &["log", "--format=%s", "main"]);
        assert!(
            subjects.starts_with("Weekly report of Tasks") && subjects.ends_with("Somebody was here\n"),
            "{subjects}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_commit_that_nobody_asked_a_push_for_is_found() {
    each_database(async |app| {
        let (app, folder) = with_files(app);
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        sent_report(&app, made.id).await;
        git_push::ask_for_missing(&app.app).await.unwrap();
        assert_eq!(state(&app).await.next_try_at, None, "nothing is pushed without a remote repository");
        push_to(&app, &folder).await;
        git_push::ask_for_missing(&app.app).await.unwrap();
        assert!(state(&app).await.pending_head.is_some());
        app.clock.advance(TimeDelta::minutes(1));
        git_push::look(&app.app).await.unwrap();
        assert_eq!(run(&folder.join("server.git"), &["rev-list", "--count", "main"]), "1\n");
        git_push::ask_for_missing(&app.app).await.unwrap();
        assert_eq!(state(&app).await.pending_head, None, "it is there");
    })
    .await;
}

#[tokio::test]
async fn of_two_that_want_to_push_one_does() {
    each_database(async |app| {
        let (app, folder) = with_files(app);
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        push_to(&app, &folder).await;
        sent_report(&app, made.id).await;
        let ctx = Ctx::system(&app);
        let (one, two) = tokio::join!(git_push::push_now(&ctx), git_push::push_now(&ctx));
        let mut commits = [one.unwrap().commits, two.unwrap().commits];
        commits.sort_unstable();
        assert_eq!(commits, [0, 1], "the second waits for the first and finds nothing to do");
        assert_eq!(state(&app).await.fence, 3, "the settings and each push took the row once");
    })
    .await;
}

#[tokio::test]
async fn a_process_that_died_while_it_pushed_holds_up_the_others_for_minutes_only() {
    each_database(async |app| {
        let (app, folder) = with_files(app);
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        push_to(&app, &folder).await;
        sent_report(&app, made.id).await;
        let server = folder.join("server.git");
        let until = Set(Some(app.clock.now() + TimeDelta::minutes(3)));
        let dead = queue::ActiveModel { id: Unchanged(queue::ROW), lease_until: until, ..Default::default() };
        dead.update(app.reader()).await.unwrap();
        app.clock.advance(TimeDelta::minutes(2));
        git_push::look(&app.app).await.unwrap();
        assert_eq!(run(&server, &["branch"]), "", "somebody may be at it");
        app.clock.advance(TimeDelta::minutes(2));
        git_push::look(&app.app).await.unwrap();
        assert_eq!(run(&server, &["rev-list", "--count", "main"]), "1\n");
    })
    .await;
}

#[tokio::test]
async fn a_process_that_died_before_the_clock_was_set_back_holds_up_the_others_for_minutes_only() {
    each_database(async |app| {
        let (app, folder) = with_files(app);
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        push_to(&app, &folder).await;
        sent_report(&app, made.id).await;
        let server = folder.join("server.git");
        let (next_try_at, lease_until) = {
            let then = app.clock.now() + TimeDelta::days(1);
            (Set(Some(then)), Set(Some(then + TimeDelta::minutes(3))))
        };
        let dead = queue::ActiveModel { id: Unchanged(queue::ROW), next_try_at, lease_until, ..Default::default() };
        dead.update(app.reader()).await.unwrap();
        app.clock.advance(TimeDelta::minutes(1));
        git_push::look(&app.app).await.unwrap();
        assert_eq!(run(&server, &["branch"]), "", "somebody may be at it");
        app.clock.advance(TimeDelta::minutes(4));
        git_push::look(&app.app).await.unwrap();
        assert_eq!(run(&server, &["rev-list", "--count", "main"]), "1\n");
    })
    .await;
}

#[tokio::test]
async fn a_push_that_was_put_off_before_the_clock_was_set_back_waits_no_longer_than_it_can() {
    each_database(async |app| {
        let (app, folder) = with_files(app);
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        push_to(&app, &folder).await;
        sent_report(&app, made.id).await;
        let server = folder.join("server.git");
        let put_off = async |attempts: i32| {
            let next_try_at = Set(Some(app.clock.now() + TimeDelta::hours(1)));
            let attempts = Set(attempts);
            let waits = queue::ActiveModel { id: Unchanged(queue::ROW), attempts, next_try_at, ..Default::default() };
            waits.update(app.reader()).await.unwrap();
            git_push::look(&app.app).await.unwrap();
        };
        put_off(10).await;
        assert_eq!(run(&server, &["branch"]), "", "after ten tries it can be put off for so long");
        put_off(1).await;
        assert_eq!(run(&server, &["rev-list", "--count", "main"]), "1\n", "after the first one it cannot");
    })
    .await;
}

#[tokio::test]
async fn a_push_of_a_process_that_is_gone_goes_on_with_the_next_start_wherever_the_clock_is_set() {
    let (app, folder) = with_files(TestApp::on_sqlite().await);
    let cast = Cast::new(&app).await;
    let (made, _) = project(&app, &cast).await;
    push_to(&app, &folder).await;
    sent_report(&app, made.id).await;
    let until = Set(Some(app.clock.now() + TimeDelta::minutes(30)));
    let dead = queue::ActiveModel {
        id: Unchanged(queue::ROW),
        next_try_at: until.clone(),
        lease_until: until,
        ..Default::default()
    };
    dead.update(app.reader()).await.unwrap();
    git_push::forget_claim(&app.app).await.unwrap();
    git_push::look(&app.app).await.unwrap();
    assert_eq!(run(&folder.join("server.git"), &["rev-list", "--count", "main"]), "1\n");
}

#[tokio::test]
async fn two_reports_of_a_job_are_compared_line_by_line_and_strangers_find_nothing() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let id = sent_report(&app, made.id).await;
        let alex = app.as_person(&cast.alex);
        let alone = git_history::read(&alex, id, None).await.unwrap();
        assert_eq!((alone.commits.len(), alone.siblings.len(), alone.comparison.is_none()), (1, 1, true));
        assert!(alone.commits[0].subject.starts_with("Weekly report of Tasks"), "{alone:?}");
        task(&app.as_person(&cast.jonas), &made, columns[0], "Book the room").await;
        app.clock.advance(TimeDelta::minutes(1));
        let other = sent_report(&app, made.id).await;
        let missing = git_history::read(&alex, id, Some(other)).await.unwrap_err();
        assert_eq!(missing, AppError::NotFound, "it is of another job");

        let job = occurrence::Entity::find_by_id(id).one(app.reader()).await.unwrap().unwrap().schedule_id;
        let same = occurrence::ActiveModel { id: Unchanged(other), schedule_id: Set(job), ..Default::default() };
        same.update(app.reader()).await.unwrap();
        let later = git_history::read(&alex, other, None).await.unwrap();
        let diff = later.comparison.unwrap().diff;
        let says = |change, words| diff.lines.iter().any(|line| line.change == change && line.text.starts_with(words));
        assert!(says(LineChange::Removed, "Open: 0") && says(LineChange::Added, "Open: 1"), "{diff:?}");
        let earlier = git_history::read(&alex, id, Some(other)).await.unwrap().comparison.unwrap();
        assert_eq!(earlier.diff, diff, "the earlier one is always on the left");
        assert!(later.siblings.iter().any(|row| row.id == id && row.is_compared));
        removed(&app, id, 12).await;
        let alone = git_history::read(&alex, other, None).await.unwrap();
        assert_eq!((alone.siblings.len(), alone.comparison.is_none()), (1, true), "the other one was removed");
        assert_eq!(git_history::read(&alex, other, Some(id)).await.unwrap_err(), AppError::NotFound);
        let ravi = app.as_person(&cast.ravi);
        assert_eq!(git_history::read(&ravi, id, None).await.unwrap_err(), AppError::NotFound);
    })
    .await;
}

/// An ssh-keyscan that shows this key.
fn shows_key(app: &mut TestApp, key: &str) {
    let bin = app.settings.data_dir.join("bin");
    fs::create_dir_all(&bin).unwrap();
    let tool = bin.join("ssh-keyscan");
    fs::write(&tool, format!("#!/bin/sh\necho '# git.example.org:22 SSH-2.0' >&2\necho 'git.example.org {key}'\n"))
        .unwrap();
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.display(), GitSettings::default().path);
    let git = GitSettings { path, remotes: RemoteRule::Files, ..GitSettings::default() };
    app.app.settings = Arc::new(Settings { git, ..(*app.app.settings).clone() });
}

#[tokio::test]
async fn the_keys_of_a_server_are_confirmed_by_somebody_who_saw_them_and_only_for_this_server() {
    each_database(async |mut app| {
        let key = generate("").unwrap().public.trim().to_owned();
        shows_key(&mut app, &key);
        let mina = app.as_person(&Cast::new(&app).await.mina);
        git_settings::save_remote(&mina, 1, remote_input("git@git.example.org:x.git")).await.unwrap();
        git_settings::test(&mina).await.unwrap();
        let offered = settings(&app).await;
        assert_eq!((offered.offered_host_keys.as_str(), offered.host_keys.as_str()), (key.as_str(), ""));
        let page = git_state::read(&mina).await.unwrap().remote.unwrap();
        assert!(page.offered[0].1.starts_with("SHA256:"), "{page:?}");

        for seen in ["", "ssh-ed25519 AAAA"] {
            let refused = git_settings::confirm_host_keys(&mina, seen).await.unwrap_err();
            let others = Problem::Archive(ArchiveProblem::OtherKeys);
            assert_eq!(problems(refused), [("keys".to_owned(), others)], "{seen}");
        }
        git_settings::confirm_host_keys(&mina, &format!("{key}\r\n")).await.unwrap();
        assert_eq!(settings(&app).await.host_keys, key);

        let keep = |url: &str| RemoteInput { key: "keep".into(), ..remote_input(url) };
        git_settings::save_remote(&mina, 2, keep("git@git.example.org:y.git")).await.unwrap();
        assert_eq!(settings(&app).await.host_keys, key, "it is the same server");
        git_settings::save_remote(&mina, 3, keep("git@other.example.org:y.git")).await.unwrap();
        assert_eq!(settings(&app).await.host_keys, "", "another one has other keys");
        let words = git_push::push_now(&Ctx::system(&app)).await.unwrap().words();
        assert!(words.contains("no commit yet"), "{words}");
    })
    .await;
}

#[tokio::test]
async fn without_confirmed_keys_nothing_is_pushed_by_ssh() {
    each_database(async |app| {
        let (app, _) = with_files(app);
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        sent_report(&app, made.id).await;
        let mina = app.as_person(&cast.mina);
        git_settings::save_remote(&mina, 1, remote_input("git@git.example.org:x.git")).await.unwrap();
        let error = git_push::push_now(&mina).await.unwrap_err();
        assert!(error.words().contains("not confirmed yet"), "{error}");
        assert!(state(&app).await.last_error.unwrap().contains("not confirmed yet"));
    })
    .await;
}

#[tokio::test]
async fn a_job_pushes_what_the_archive_holds_and_its_run_says_so() {
    each_database(async |app| {
        let (app, folder) = with_files(app);
        let stage = Stage::new(&app).await;
        push_to(&app, &folder).await;
        let report = sent_report(&app, stage.project.id).await;
        let commit = occurrence::Entity::find_by_id(report).one(app.reader()).await.unwrap().unwrap().commit_id;
        let id = stage.job(&job(JobKind::GitPush, "")).await;
        let pushing = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        assert_eq!(stage.states(id).await, [OccurrenceState::Done]);
        let log = stage.log(pushing).await;
        assert!(log.iter().any(|line| line.starts_with("Pushed 1 commit to branch main of file://")), "{log:?}");
        assert_eq!(run(&folder.join("server.git"), &["rev-parse", "main"]).trim(), commit.unwrap());
    })
    .await;
}

#[tokio::test]
async fn an_archive_that_does_not_answer_holds_up_no_run_and_has_the_report_once_when_it_does() {
    each_database(async |mut app| {
        let git = GitSettings { limit: Duration::from_secs(1), ..GitSettings::default() };
        app.app.settings = Arc::new(Settings { git, ..(*app.app.settings).clone() });
        let stage = Stage::new(&app).await;
        sent_report(&app, stage.project.id).await;
        let silent = SilentArchive::below(&app.settings.data_dir);
        let id = stage.job(&mondays_at_ten()).await;
        let reporting = runs::start(&stage.mina(), id).await.unwrap();
        stage.work().await;
        let row = stage.runs(id).await.remove(0);
        assert_eq!((row.state, row.commit_id), (OccurrenceState::Done, None), "{:?}", row.reason);
        let log = stage.log(reporting).await;
        let words = "The report is not in the archive yet. The archive did not answer within 1 s";
        assert!(log.iter().any(|line| line.starts_with(words)), "{log:?}");

        drop(silent);
        worker::keep_missing(&app).await.unwrap();
        assert!(stage.runs(id).await[0].commit_id.is_some(), "{:?}", stage.log(reporting).await);
        let trailers = ["log", "--format=%(trailers:key=Report-Occurrence,valueonly,separator=)", "main"];
        let commits = run(&app.settings.data_dir.join("archive.git"), &trailers);
        assert_eq!(commits.lines().filter(|line| *line == reporting.to_string()).count(), 1, "{commits}");
    })
    .await;
}
