//! Pages and files of projects and people, as browsers without JavaScript get them.

use app::{entities::user, testing::TestApp};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use sea_orm::EntityTrait;

use crate::site::Visitor;

async fn mina_with_a_project(app: &TestApp) -> Visitor {
    let mut mina = Visitor::new(app);
    mina.sign_up().await;
    let action = mina.form_action("/projects/new", "create_project").await;
    let form = [("name", "Reporting"), ("key", "REP"), ("zone", "UTC"), ("template", "duties"), ("tasks", "yes")];
    let made = mina.post(&action, "http://127.0.0.1:3000/projects/new", &form).await;
    assert_eq!(made.location(), "/board/REP", "{}", made.body);
    mina
}

/// Mina invites Nina, who sets a password and signs in.
async fn nina(app: &TestApp, mina: &mut Visitor) -> Visitor {
    let action = mina.form_action("/settings/people/new", "invite_person").await;
    let form = [("name", "Nina New"), ("email", "nina@example.org"), ("zone", "UTC"), ("role", "member")];
    let made = mina.post(&action, "http://127.0.0.1:3000/settings/people/new", &form).await;
    let page = made.location().to_owned();
    let shown = mina.get(&page).await.body;
    let token: String =
        shown.split("/set-password?token=").nth(1).expect("the link is shown").chars().take(64).collect();
    assert!(!mina.get(&page).await.body.contains(&token), "it is shown once");

    let mut nina = Visitor::new(app);
    let path = format!("/set-password?token={token}");
    let referer = format!("http://127.0.0.1:3000{path}");
    let action = nina.form_action(&path, "set_password").await;
    let weak = nina.post(&action, &referer, &[("token", &token), ("password", "short")]).await;
    assert!(weak.location().contains("__err"), "{}", weak.location());
    let set = nina.post(&action, &referer, &[("token", &token), ("password", "nine quiet winter evenings")]).await;
    assert_eq!(set.location(), "/sign-in?notice=password_set");
    assert!(nina.get(&path).await.body.contains("This link does not work"));
    assert_eq!(nina.sign_in("nina@example.org", "nine quiet winter evenings").await.location(), "/");
    nina
}

/// Mina makes Nina a viewer of her project.
async fn let_nina_view(mina: &mut Visitor) {
    let action = mina.form_action("/projects/REP/members", "add_member").await;
    let project = mina.get("/projects/REP/members").await.body;
    let project = project.split("name=\"project\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = [("project", project.as_str()), ("who", "nina@example.org"), ("role", "viewer")];
    let added = mina.post(&action, "http://127.0.0.1:3000/projects/REP/members", &form).await;
    assert_eq!(added.location(), "/projects/REP/members?notice=saved");
}

#[tokio::test]
async fn an_export_is_a_file_for_those_who_see_the_project_and_is_not_found_by_others() {
    let app = TestApp::on_sqlite().await;
    let mut mina = mina_with_a_project(&app).await;
    let json = mina.get("/projects/rep/export.json").await;
    assert_eq!(json.status, StatusCode::OK);
    assert_eq!(json.headers[header::CONTENT_TYPE], "application/json");
    let name = json.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(name.starts_with("attachment; filename=\"REP-20") && name.ends_with(".json\""), "{name}");
    assert!(json.body.contains("\"format\": \"autoreport/1\"") && json.body.contains("Write the weekly status report"));
    let csv = mina.get("/projects/REP/export.csv").await;
    assert_eq!(csv.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    assert_eq!(csv.body.lines().count(), 6, "a head and five tasks: {}", csv.body);

    let mut stranger = nina(&app, &mut mina).await;
    assert_eq!(stranger.get("/projects/REP/export.json").await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.get("/projects/REP/export.csv").await.status, StatusCode::NOT_FOUND);
    let mut nobody = Visitor::new(&app);
    let away = nobody.get("/projects/REP/export.json").await;
    assert_eq!(away.location(), "/sign-in?next=/projects/REP/export.json");
}

#[tokio::test]
async fn every_page_of_a_project_answers_each_role_as_it_should() {
    let app = TestApp::on_sqlite().await;
    let mut mina = mina_with_a_project(&app).await;
    let mut nina = nina(&app, &mut mina).await;
    let pages = ["", "/members", "/rules", "/copy"].map(|rest| format!("/projects/REP{rest}"));
    for page in &pages {
        assert_eq!(mina.get(page).await.status, StatusCode::OK, "{page}");
        assert_eq!(nina.get(page).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    assert_eq!(nina.get("/board/REP").await.status, StatusCode::NOT_FOUND);
    let_nina_view(&mut mina).await;
    for page in &pages {
        assert_eq!(nina.get(page).await.status, StatusCode::OK, "{page}");
    }
    let seen = nina.get("/board/REP").await.body;
    assert!(seen.contains("You can view this board. Editing needs the Editor role."));
    assert_eq!(nina.get("/projects/REP/rules/new").await.status, StatusCode::FORBIDDEN);
    assert_eq!(nina.get("/tasks/new?project=REP").await.status, StatusCode::FORBIDDEN);
    assert_eq!(nina.get("/settings/people").await.status, StatusCode::FORBIDDEN);
    assert_eq!(nina.get("/settings/groups").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_may_not_see_a_page_is_told_whom_to_ask() {
    let app = TestApp::on_sqlite().await;
    let mut mina = mina_with_a_project(&app).await;
    let mut nina = nina(&app, &mut mina).await;
    let settings = nina.get("/settings/people").await;
    assert_eq!(settings.status, StatusCode::FORBIDDEN);
    let words = "Only administrators can see this page. Ask Mina Kovač.";
    assert!(settings.body.contains(words), "{}", settings.body);
    for page in ["/projects/REP/rules/new", "/tasks/new?project=REP"] {
        let unseen = nina.get(page).await;
        assert_eq!(unseen.status, StatusCode::NOT_FOUND, "{page}");
        assert!(!unseen.body.contains("Mina Kovač"), "{page} of a project that she does not see: {}", unseen.body);
    }
    let_nina_view(&mut mina).await;
    let words =
        "Your role in “Reporting” is not enough for this page. Its owners can give you another one: ask Mina Kovač.";
    for page in ["/projects/REP/rules/new", "/tasks/new?project=REP"] {
        let refused = nina.get(page).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{page}");
        assert!(refused.body.contains(words), "{page}: {}", refused.body);
    }
    let away = Visitor::new(&app).get("/settings/people").await;
    assert_eq!(away.location(), "/sign-in?next=/settings/people");
    assert!(!away.body.contains("Mina Kovač"));
}

#[tokio::test]
async fn a_refused_deletion_says_so_beside_the_field_and_the_project_stays() {
    let app = TestApp::on_sqlite().await;
    let mut mina = mina_with_a_project(&app).await;
    let page = mina.get("/projects/REP").await.body;
    assert!(page.contains("export everything as JSON"), "the export is offered first");
    let action = mina.form_action("/projects/REP", "delete_project").await;
    let project = page.split("name=\"project\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let wrong = [("project", project.as_str()), ("confirm", "reporting")];
    let refused = mina.post(&action, "http://127.0.0.1:3000/projects/REP", &wrong).await;
    let path = refused.location().trim_start_matches("http://127.0.0.1:3000").to_owned();
    assert!(mina.get(&path).await.body.contains("Type the name exactly as it stands here"));
    assert_eq!(mina.get("/board/REP").await.status, StatusCode::OK);
    let right = [("project", project.as_str()), ("confirm", "Reporting")];
    let gone = mina.post(&action, "http://127.0.0.1:3000/projects/REP", &right).await;
    assert_eq!(gone.location(), "/projects?notice=deleted");
    assert_eq!(mina.get("/board/REP").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_profile_keeps_how_a_person_is_told_of_things() {
    let app = TestApp::on_sqlite().await;
    let mut mina = mina_with_a_project(&app).await;
    let save = mina.form_action("/settings/profile", "save_profile").await;
    let referer = "http://127.0.0.1:3000/settings/profile";
    let form = [("name", "Mina Kovač"), ("zone", "UTC"), ("theme", "system")];
    let chosen = [&form[..], &[("keeps_toasts", "yes"), ("soon_days", "7")]].concat();
    let saved = mina.post(&save, referer, &chosen).await;
    assert_eq!(saved.location(), "/settings/profile?notice=saved", "{}", saved.body);
    let mina_row = user::Entity::find().one(app.reader()).await.unwrap().unwrap();
    assert_eq!((mina_row.keeps_toasts, mina_row.hears_others, mina_row.soon_days), (true, false, 7));
    let wrong = mina.post(&save, referer, &[&form[..], &[("soon_days", "8")]].concat()).await;
    assert!(!wrong.location().contains("notice=saved"));
}

#[tokio::test]
async fn weeks_begin_where_the_profile_says_else_as_the_language_of_the_browser_has_it() {
    let app = TestApp::on_sqlite().await;
    let mut mina = mina_with_a_project(&app).await;
    async fn first(mina: &mut Visitor, languages: &str) -> String {
        // With a filter, the calendar is shown although nothing is due.
        let request = Request::get("/board/REP/calendar?week=2026-11-25&q=nothing");
        let request = request.header(header::ACCEPT_LANGUAGE, languages).body(Body::empty()).unwrap();
        let body = mina.send(request).await.body;
        body.split("data-date=\"").nth(1).expect("a day is shown").chars().take(10).collect()
    }
    assert_eq!(first(&mut mina, "en-GB,en;q=0.9").await, "2026-11-23");
    assert_eq!(first(&mut mina, "en-US,en;q=0.9").await, "2026-11-22");
    let save = mina.form_action("/settings/profile", "save_profile").await;
    let referer = "http://127.0.0.1:3000/settings/profile";
    let profile = [("name", "Mina Kovač"), ("zone", "UTC"), ("theme", "system")];
    let saved = mina.post(&save, referer, &[&profile[..], &[("week_start", "saturday")]].concat()).await;
    assert_eq!(saved.location(), "/settings/profile?notice=saved", "{}", saved.body);
    assert_eq!(first(&mut mina, "en-US").await, "2026-11-21");
    let wrong = mina.post(&save, referer, &[&profile[..], &[("week_start", "friday")]].concat()).await;
    assert!(!wrong.location().contains("notice=saved"));
    assert_eq!(first(&mut mina, "en-US").await, "2026-11-21", "what was refused changes nothing");
}

#[tokio::test]
async fn who_wants_boards_and_tables_compact_gets_them_so_and_an_address_can_say_otherwise() {
    let app = TestApp::on_sqlite().await;
    let mut mina = mina_with_a_project(&app).await;
    async fn compact(mina: &mut Visitor, path: &str) -> usize {
        mina.get(path).await.body.matches("data-density=\"compact\"").count()
    }
    assert_eq!(compact(&mut mina, "/board/REP").await, 0);
    assert_eq!(compact(&mut mina, "/board/REP?density=compact").await, 1, "the board alone");

    let save = mina.form_action("/settings/profile", "save_profile").await;
    let referer = "http://127.0.0.1:3000/settings/profile";
    let profile = [("name", "Mina Kovač"), ("zone", "UTC"), ("theme", "system")];
    let with_compact = [&profile[..], &[("compact", "yes")]].concat();
    let saved = mina.post(&save, referer, &with_compact).await;
    assert_eq!(saved.location(), "/settings/profile?notice=saved", "{}", saved.body);
    assert_eq!(compact(&mut mina, "/board/REP").await, 2, "the page and the board");
    assert_eq!(compact(&mut mina, "/board/REP?density=comfortable").await, 1, "not the board");
    assert_eq!(compact(&mut mina, "/projects").await, 1, "what has tables");

    // A box that is not ticked is not sent.
    mina.post(&save, referer, &profile).await;
    assert_eq!(compact(&mut mina, "/board/REP").await, 0);
}

#[tokio::test]
async fn the_tabs_of_a_project_carry_filter_and_look_from_view_to_view() {
    let app = TestApp::on_sqlite().await;
    let mut mina = mina_with_a_project(&app).await;
    let said = "?q=report&assignee=me&due=week&priority=high,urgent&label=ops&sort=due&group=assignee&density=compact";
    for from in ["", "/list", "/calendar"] {
        let page = mina.get(&format!("/board/REP{from}{said}")).await;
        assert_eq!(page.status, StatusCode::OK);
        let html = page.body.replace("&amp;", "&");
        for to in ["", "/list", "/calendar"] {
            assert!(html.contains(&format!("href=\"/board/REP{to}{said}\"")), "from {from:?} to {to:?}: {html}");
        }
        assert!(html.contains("href=\"/board/REP/archive\""), "what has other filters gets none");
    }
    // What the list says of its own stays there; its links keep what is the board's.
    let list = mina.get(&format!("/board/REP/list{said}&order=-title&size=100")).await.body.replace("&amp;", "&");
    assert!(list.contains(&format!("href=\"/board/REP{said}\"")), "{list}");
    let cleared = "href=\"/board/REP/list?sort=due&group=assignee&density=compact&order=-title&size=100";
    assert!(list.contains(cleared), "{list}");
}
