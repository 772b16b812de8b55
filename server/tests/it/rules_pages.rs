//! What the forms of rules and of a project promise, and what comes of it when time passes.

use app::{
    automation::service::{engine, finished},
    domain::ids::ColumnId,
    entities::project,
    platform::ctx::Ctx,
    projects::service::projects::{self, NewProject},
    tasks::service::edit::{self, Change},
    testing::{TestApp, each_database, task},
};
use chrono::TimeDelta;

use crate::site::{SITE, Visitor, administrator};

/// The administrator's browser, and a project of four empty lists.
async fn begin(app: &TestApp) -> (Visitor, Ctx, project::Model, Vec<ColumnId>) {
    let mut visitor = Visitor::new(app);
    visitor.sign_up().await;
    let ctx = administrator(app).await;
    let new = NewProject { name: "Tasks".into(), key: "T".into(), zone: "Europe/Ljubljana".into() };
    let made = projects::create(&ctx, new).await.unwrap();
    let columns = projects::columns(app.reader(), made.id).await.unwrap();
    (visitor, ctx, made, columns.into_iter().map(|column| column.id).collect())
}

/// Time passes; who was signed in may not be any more.
async fn pass(app: &TestApp, visitor: &mut Visitor, days: i64) {
    app.clock.advance(TimeDelta::days(days));
    visitor.sign_in("mina@example.org", "grey pebble under the bridge").await;
}

#[tokio::test]
async fn a_rule_of_the_form_acts_on_a_task_when_its_day_is_over() {
    each_database(async |app| {
        let (mut visitor, ctx, made, columns) = begin(&app).await;
        let action = visitor.form_action("/projects/T/rules/new", "save_rule").await;
        let id = made.id.to_string();
        let form = [("project", id.as_str()), ("name", "Late"), ("when", "overdue"), ("priority", "urgent")];
        let saved = visitor.post(&action, &format!("{SITE}/projects/T/rules/new"), &form).await;
        assert!(saved.location().starts_with("/projects/T/rules/"), "{}", saved.location());
        let rules = visitor.get("/projects/T/rules").await.body;
        assert!(rules.contains("When a task is overdue") && rules.contains("set the priority to Urgent"), "{rules}");

        let card = task(&ctx, &made, columns[0], "Send it today").await;
        let today = edit::read_due("2026-11-23", "").unwrap();
        edit::change(&ctx, card.id, 1, Change::Due(today), None).await.unwrap();
        assert_eq!(engine::look(&app).await.unwrap(), 0, "the day is not over");
        pass(&app, &mut visitor, 1).await;
        assert_eq!(engine::look(&app).await.unwrap(), 1);
        let shown = visitor.get("/tasks/T-1").await.body;
        assert!(
            shown.contains("Rule “Late”") && shown.contains("changed the priority from Medium to Urgent"),
            "{shown}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_project_whose_form_says_so_archives_what_is_finished_for_thirty_days() {
    each_database(async |app| {
        let (mut visitor, ctx, made, columns) = begin(&app).await;
        task(&ctx, &made, columns[0], "Not begun").await;
        task(&ctx, &made, columns[3], "Finished long ago").await;
        let action = visitor.form_action("/projects/T", "save_project").await;
        let id = made.id.to_string();
        let form = [
            ("project", id.as_str()),
            ("name", "Tasks"),
            ("key", "T"),
            ("zone", "Europe/Ljubljana"),
            ("archive_after_days", "30"),
        ];
        let saved = visitor.post(&action, &format!("{SITE}/projects/T"), &form).await;
        assert_eq!(saved.location(), "/projects/T?notice=saved");

        pass(&app, &mut visitor, 29).await;
        assert_eq!(finished::archive_finished(&app).await.unwrap(), 0);
        assert!(visitor.get("/board/T").await.body.contains("Finished long ago"));
        pass(&app, &mut visitor, 2).await;
        assert_eq!(finished::archive_finished(&app).await.unwrap(), 1);
        let board = visitor.get("/board/T").await.body;
        assert!(board.contains("Not begun") && !board.contains("Finished long ago"), "{board}");
        let archive = visitor.get("/board/T/archive").await.body;
        assert!(archive.contains("Finished long ago") && !archive.contains("Not begun"), "{archive}");
        let shown = visitor.get("/tasks/T-2").await.body;
        assert!(shown.contains("Rule “Archive finished tasks after 30 days”"), "{shown}");
    })
    .await;
}

/// The value of a hidden field in the form of a server function.
fn hidden(html: &str, function: &str, name: &str) -> String {
    let form = html.split(&format!("action=\"/rpc/{function}")).nth(1).unwrap_or_else(|| panic!("no form: {html}"));
    let rest = form.split(&format!("name=\"{name}\"")).nth(1).unwrap_or_else(|| panic!("no {name}: {form}"));
    rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// A page without the marks by which its program finds its places.
fn unmarked(page: &str) -> String {
    page.replace("<!>", "")
}

#[tokio::test]
async fn who_saves_the_settings_of_a_project_second_sees_what_is_saved_beside_what_was_typed() {
    each_database(async |app| {
        let (mut visitor, _, made, _) = begin(&app).await;
        let page = "/projects/T";
        let action = visitor.form_action(page, "save_project").await;
        let (id, began) = (made.id.to_string(), hidden(&visitor.get(page).await.body, "save_project", "version"));
        let form = |version: &str, name: &str, description: &str| {
            let kept =
                [("project", id.as_str()), ("key", "T"), ("zone", "Europe/Ljubljana"), ("archive_after_days", "")];
            let typed = [("version", version), ("name", name), ("description", description)];
            kept.into_iter().chain(typed).map(|(field, value)| (field.to_owned(), value.to_owned())).collect::<Vec<_>>()
        };
        let send = async |visitor: &mut Visitor, fields: Vec<(String, String)>| {
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            visitor
                .post(&action, &format!("{SITE}{page}"), &fields)
                .await
                .location()
                .trim_start_matches(SITE)
                .to_owned()
        };
        assert_eq!(send(&mut visitor, form(&began, "Tasks", "Theirs")).await, "/projects/T?notice=saved");
        assert_eq!(send(&mut visitor, form(&began, "Tasks", "Theirs")).await, "/projects/T?notice=saved", "it is so");
        let late = send(&mut visitor, form(&began, "Work", "Mine")).await;
        let shown = unmarked(&visitor.get(&late).await.body);
        assert!(shown.contains("Somebody changed this since you opened it"), "{shown}");
        let about = |label: &str, what: &str| {
            let field =
                shown.split(&format!(">{label}</label>")).nth(1).unwrap().split("class=\"field\"").next().unwrap();
            assert!(field.contains(what), "{label} without {what}: {field}");
        };
        about("Name", "value=\"Work\"");
        about("Name", "Saved now: ");
        about("Description", ">Mine</textarea>");
        about("Description", ">Theirs</span>");
        let now = hidden(&shown, "save_project", "version");
        assert!(!shown.split(">Key</label>").nth(1).unwrap().split("</div>").next().unwrap().contains("Saved now"));
        assert!(visitor.get(page).await.body.contains(">Theirs</textarea>"), "nothing is written over");
        assert_eq!(send(&mut visitor, form(&now, "Work", "Mine")).await, "/projects/T?notice=saved");
        assert!(visitor.get(page).await.body.contains(">Mine</textarea>"));
    })
    .await;
}

#[tokio::test]
async fn who_saves_a_list_second_takes_no_limit_away_unseen() {
    each_database(async |app| {
        let (mut visitor, _, _, columns) = begin(&app).await;
        let id = columns[1].to_string();
        let page = format!("/board/T/columns/{id}");
        let began = hidden(&visitor.get(&page).await.body, "save_column", "version");
        let action = visitor.form_action(&page, "save_column").await;
        let form = [("column", id.as_str()), ("version", began.as_str()), ("status", "progress")];
        let theirs = [("name", "In Progress"), ("limit", "4"), ("hard", "true")];
        let fields: Vec<(&str, &str)> = form.into_iter().chain(theirs).collect();
        let saved = visitor.post(&action, &format!("{SITE}{page}"), &fields).await;
        assert_eq!(saved.location(), "/board/T?notice=saved");
        let mine = [("name", "Doing"), ("limit", "")];
        let fields: Vec<(&str, &str)> = form.into_iter().chain(mine).collect();
        let late = visitor.post(&action, &format!("{SITE}{page}"), &fields).await;
        let shown = unmarked(&visitor.get(late.location().trim_start_matches(SITE)).await.body);
        assert!(shown.contains("Somebody changed this since you opened it"), "{shown}");
        assert!(shown.contains("value=\"Doing\"") && shown.contains(">4</span>"), "both stand there: {shown}");
        assert!(visitor.get(&page).await.body.contains("value=\"4\""), "nothing is written over");
        let now = hidden(&shown, "save_column", "version");
        let again = [("column", id.as_str()), ("version", now.as_str()), ("status", "progress")];
        let fields: Vec<(&str, &str)> = again.into_iter().chain(mine).collect();
        let saved = visitor.post(&action, &format!("{SITE}{page}"), &fields).await;
        assert_eq!(saved.location(), "/board/T?notice=saved");
        assert!(visitor.get("/board/T").await.body.contains("Doing"));
    })
    .await;
}

#[tokio::test]
async fn who_saves_a_rule_second_keeps_what_was_typed() {
    each_database(async |app| {
        let (mut visitor, _, made, _) = begin(&app).await;
        let id = made.id.to_string();
        let action = visitor.form_action("/projects/T/rules/new", "save_rule").await;
        let form = [("project", id.as_str()), ("name", "Late"), ("when", "overdue"), ("priority", "urgent")];
        let saved = visitor.post(&action, &format!("{SITE}/projects/T/rules/new"), &form).await;
        let page = saved.location().split('?').next().unwrap().to_owned();
        let rule = page.trim_start_matches("/projects/T/rules/");
        let began = hidden(&visitor.get(&page).await.body, "save_rule", "version");
        for (name, comment) in [("Theirs", "look at it"), ("Mine", "somebody has to look")] {
            let changed = [("id", rule), ("version", began.as_str()), ("name", name), ("comment", comment)];
            let fields: Vec<(&str, &str)> = [form[0], form[2], form[3]].into_iter().chain(changed).collect();
            let sent = visitor.post(&action, &format!("{SITE}{page}"), &fields).await;
            let shown = unmarked(&visitor.get(sent.location().trim_start_matches(SITE)).await.body);
            let is_late = name == "Mine";
            assert_eq!(shown.contains("Somebody changed this since you opened it"), is_late, "{shown}");
            assert!(shown.contains(&format!(">{comment}</textarea>")), "{shown}");
            assert_eq!(shown.contains(">look at it</span>"), is_late, "what is saved stands beside it: {shown}");
        }
        assert!(visitor.get(&page).await.body.contains(">look at it</textarea>"), "nothing is written over");
    })
    .await;
}

#[tokio::test]
async fn who_corrects_what_was_refused_writes_over_nothing_that_was_saved_meanwhile() {
    each_database(async |app| {
        let (mut visitor, _, made, columns) = begin(&app).await;
        let (list, project) = (columns[1].to_string(), made.id.to_string());
        let list_page = format!("/board/T/columns/{list}");
        let of_list = [("column", list.as_str()), ("status", "progress"), ("name", "In Progress")];
        let of_project = [("project", project.as_str()), ("key", "T"), ("name", "Tasks"), ("zone", "Europe/Ljubljana")];
        for (page, function, fixed, field, theirs, bad, good) in [
            (list_page.as_str(), "save_column", &of_list[..], "limit", "4", "many", "9"),
            ("/projects/T", "save_project", &of_project[..], "archive_after_days", "30", "15", "90"),
        ] {
            let action = visitor.form_action(page, function).await;
            let began = hidden(&visitor.get(page).await.body, function, "version");
            let send = async |visitor: &mut Visitor, version: &str, value: &str| {
                let fields: Vec<(&str, &str)> =
                    fixed.iter().copied().chain([("version", version), (field, value)]).collect();
                let answer = visitor.post(&action, &format!("{SITE}{page}"), &fields).await;
                answer.location().trim_start_matches(SITE).to_owned()
            };
            assert!(send(&mut visitor, &began, theirs).await.ends_with("?notice=saved"), "{function}");
            let refused = send(&mut visitor, &began, bad).await;
            let shown = visitor.get(&refused).await.body;
            assert!(shown.contains("There is a problem"), "{function}: {shown}");
            let base = hidden(&shown, function, "version");
            assert_eq!(base, began, "{function}: what was saved meanwhile is not known to who corrects theirs");
            let late = send(&mut visitor, &base, good).await;
            let shown = visitor.get(&late).await.body;
            assert!(shown.contains("Somebody changed this since you opened it"), "{function}: {shown}");
            let now = hidden(&shown, function, "version");
            assert!(now != began, "{function}");
            assert!(send(&mut visitor, &now, good).await.ends_with("?notice=saved"), "{function}");
        }
    })
    .await;
}
