//! The page of the Git archive and the history of a report, without JavaScript.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command, sync::Arc};

use app::{
    platform::{
        ctx::Ctx,
        git::{GitSettings, RemoteRule},
        state::Settings,
    },
    projects::service::projects::{self, NewProject},
    reports::service::git_settings::{self, RemoteInput},
    testing::{TestApp, each_database, sent_report},
};
use axum::http::StatusCode;

use crate::site::{Visitor, administrator};

const PAGE: &str = "http://127.0.0.1:3000/settings/git";

/// An instance that may push to folders of this machine.
pub fn with_files(mut app: TestApp) -> TestApp {
    let git = GitSettings { remotes: RemoteRule::Files, ..GitSettings::default() };
    app.app.settings = Arc::new(Settings { git, ..(*app.app.settings).clone() });
    app
}

/// What git says in a folder.
pub fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git").current_dir(folder).args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What a server of [`push_to_folder`] does when something is pushed to it.
pub fn hook(data_dir: &Path, name: &str, script: &str) {
    let hook = data_dir.join("server.git/hooks").join(name);
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
}

/// From now on the archive is pushed to a repository beside it.
pub async fn push_to_folder(ctx: &Ctx) {
    let folder = &ctx.app.settings.data_dir;
    git(folder, &["init", "-q", "--bare", "-b", "main", "server.git"]);
    let input = RemoteInput {
        url: format!("file://{}/server.git", folder.display()),
        user: String::new(),
        token: String::new(),
        key: String::new(),
        private_key: String::new(),
    };
    let version = git_settings::read(ctx).await.unwrap().version;
    git_settings::save_remote(ctx, version, input).await.unwrap();
}

/// The page that a refused form leads back to.
async fn back(visitor: &mut Visitor, location: &str) -> String {
    visitor.get(location.trim_start_matches("http://127.0.0.1:3000")).await.body
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_but_never_the_secret() {
    each_database(async |app| {
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let save = visitor.form_action("/settings/git", "save_git_remote").await;
        let form = [
            ("version", "1"),
            ("url", "https://ann:secret@git.example.org/reports.git"),
            ("user", "reports"),
            ("token", "glpat-very-secret"),
            ("key", "generate"),
            ("private_key", "-----BEGIN OPENSSH PRIVATE KEY-----"),
        ];
        let refused = visitor.post(&save, PAGE, &form).await;
        assert_eq!(refused.status, StatusCode::FOUND);
        let page = back(&mut visitor, refused.location()).await;
        assert!(page.contains("Leave user and password out of the address"), "{page}");
        assert!(page.contains("value=\"reports\""), "{page}");
        assert!(
            page.contains("value=\"https://git.example.org/reports.git\"") && !page.contains("ann:secret"),
            "{page}"
        );
        // The error travels as base64 of JSON: "very-secret" and "PRIVATE" in each of its three shapes.
        let location = refused.location();
        for hidden in
            ["very-secret", "dmVyeS1zZWNyZX", "Zlcnktc2VjcmV", "2ZXJ5LXNlY3JldA", "UFJJVkFUR", "BSSVZBVE", "QUklWQVRF"]
        {
            assert!(!location.contains(hidden) && !page.contains(hidden), "{hidden} in {location}");
        }

        let save = visitor.form_action("/settings/git", "save_git_archive").await;
        let form = [("version", "1"), ("repository", "/nowhere/at/all"), ("branch", "main")];
        let refused = visitor.post(&save, PAGE, &form).await;
        let page = back(&mut visitor, refused.location()).await;
        assert!(page.contains("There is no such folder") && page.contains("/nowhere/at/all"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_remote_repository_is_entered_tested_pushed_to_and_removed() {
    each_database(async |app| {
        let app = with_files(app);
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let page = visitor.get("/settings/git").await.body;
        assert!(page.contains("No commit yet") && !page.contains("Push now"), "{page}");
        let folder = app.settings.data_dir.clone();
        git(&folder, &["init", "-q", "--bare", "-b", "main", "server.git"]);
        let url = format!("file://{}/server.git", folder.display());
        let save = visitor.form_action("/settings/git", "save_git_remote").await;
        let saved = visitor.post(&save, PAGE, &[("version", "1"), ("url", &url)]).await;
        assert_eq!(saved.location(), "/settings/git?notice=saved");

        let test = visitor.form_action("/settings/git", "test_git_remote").await;
        assert_eq!(visitor.post(&test, PAGE, &[]).await.location(), "/settings/git#remote");
        let page = visitor.get("/settings/git").await.body;
        assert!(page.contains("The repository there has no branch yet"), "{page}");
        let push = visitor.form_action("/settings/git", "push_git_archive").await;
        assert_eq!(visitor.post(&push, PAGE, &[]).await.location(), "/settings/git?notice=nothing_to_push");

        let ctx = administrator(&app).await;
        let new = NewProject { name: "Tasks".into(), key: "T".into(), zone: "UTC".into() };
        let project = projects::create(&ctx, new).await.unwrap();
        let id = sent_report(&app, project.id).await;
        let page = visitor.get("/settings/git").await.body;
        assert!(page.contains("1 commit") && page.contains("Nothing was pushed yet"), "{page}");
        let push = visitor.form_action("/settings/git", "push_git_archive").await;
        assert_eq!(visitor.post(&push, PAGE, &[]).await.location(), "/settings/git?notice=pushed");
        let pushed = git(&folder.join("server.git"), &["rev-parse", "main"]);
        assert!(visitor.get("/settings/git").await.body.contains(&pushed[..10]));

        let history = visitor.get(&format!("/reports/{id}/history")).await;
        assert_eq!(history.status, StatusCode::OK);
        assert!(history.body.contains(&pushed[..10]), "{}", history.body);
        assert!(history.body.contains("no other report of this job"), "{}", history.body);

        std::fs::remove_dir_all(folder.join("server.git")).unwrap();
        assert_eq!(visitor.post(&push, PAGE, &[]).await.location(), "/settings/git#push");
        let page = visitor.get("/settings/git").await.body;
        assert!(page.contains("does not appear to be a git repository") && page.contains("Next try"), "{page}");

        let remove = visitor.form_action("/settings/git", "remove_git_remote").await;
        let removed = visitor.post(&remove, PAGE, &[("version", "2")]).await;
        assert_eq!(removed.location(), "/settings/git?notice=deleted");
        assert!(!visitor.get("/settings/git").await.body.contains("Push now"));
    })
    .await;
}

#[tokio::test]
async fn without_git_the_page_says_what_to_install() {
    each_database(async |mut app| {
        let git = GitSettings { path: "/nowhere".into(), ..GitSettings::default() };
        app.app.settings = Arc::new(Settings { git, ..(*app.app.settings).clone() });
        let mut visitor = Visitor::new(&app);
        visitor.sign_up().await;
        let page = visitor.get("/settings/git").await.body;
        assert!(page.contains("Git is not installed") && page.contains("openssh-client"), "{page}");
    })
    .await;
}
