//! The page of one task over HTTP without JavaScript: every form of it works, and what comes back says so.

use app::{
    entities::task as task_row,
    projects::service::projects::{self, NewProject},
    testing::{TestApp, each_database, task},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use chrono::TimeDelta;
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::site::{Answer, Visitor, administrator};

pub const PAGE: &str = "/tasks/T-1";

/// The page of the first of two tasks, as the administrator who made them has it open.
pub struct Page {
    pub visitor: Visitor,
    pub task: String,
}

impl Page {
    pub async fn begin(app: &TestApp) -> Self {
        let mut visitor = Visitor::new(app);
        visitor.sign_up().await;
        let ctx = administrator(app).await;
        for (name, key) in [("Tasks", "T"), ("Other", "O")] {
            projects::create(&ctx, NewProject { name: name.into(), key: key.into(), zone: "UTC".into() })
                .await
                .unwrap();
        }
        let made = projects::list(&ctx).await.unwrap().into_iter().find(|project| project.key == "T").unwrap();
        let columns = projects::columns(app.reader(), made.id).await.unwrap();
        let card = task(&ctx, &made, columns[0].id, "first").await;
        task(&ctx, &made, columns[0].id, "second").await;
        Self { visitor, task: card.id.to_string() }
    }

    /// Sends one of the page's forms and answers with the page that follows.
    pub async fn send(&mut self, function: &str, fields: &[(&str, &str)]) -> Answer {
        let action = self.visitor.form_action(PAGE, function).await;
        self.send_to(&action, function, fields).await
    }

    /// The same with a form that was read before.
    pub async fn send_to(&mut self, action: &str, function: &str, fields: &[(&str, &str)]) -> Answer {
        let task = self.task.clone();
        let form: Vec<(&str, &str)> = [("task", task.as_str())].into_iter().chain(fields.iter().copied()).collect();
        let sent = self.visitor.post(action, &format!("http://127.0.0.1:3000{PAGE}"), &form).await;
        assert_eq!(sent.status, StatusCode::FOUND, "{function}: {}", sent.body);
        let next = sent.location().trim_start_matches("http://127.0.0.1:3000").to_owned();
        self.visitor.get(&next).await
    }
}

#[tokio::test]
async fn notes_labels_estimate_series_and_links_are_saved_by_plain_forms() {
    each_database(async |app| {
        let mut page = Page::begin(&app).await;
        let shown =
            page.send("add_note", &[("kind", "issue"), ("on_date", "2026-11-20"), ("body", "it **broke**")]).await;
        assert!(shown.body.contains("<strong>broke</strong>") && shown.body.contains("20 Nov"), "{}", shown.body);
        let shown = page.send("add_note", &[("kind", "issue"), ("on_date", "2027-11-20"), ("body", "too early")]).await;
        assert!(
            shown.body.contains("Choose today or a day before") && shown.body.contains("too early"),
            "the text is kept"
        );
        let shown = page.send("add_label", &[("label", "Data"), ("hue", "3")]).await;
        assert!(shown.body.contains("Remove the label Data"));
        let shown = page.send("save_estimate", &[("version", "1"), ("estimate", "2h30m")]).await;
        assert!(shown.body.contains("value=\"2 h 30 min\""));
        let shown = page.send("save_estimate", &[("version", "1"), ("estimate", "soon")]).await;
        assert!(shown.body.contains("Write a time with its unit"));
        let weeks = [("kind", "weeks"), ("every", "2"), ("weekdays[0]", "Mon"), ("weekdays[1]", "Thu")];
        let shown = page.send("save_series", &weeks).await;
        assert!(shown.body.contains("Every 2 weeks on Monday and Thursday"), "{}", shown.body);
        let shown = page.send("link_task", &[("direction", "blocked_by"), ("other", "second")]).await;
        assert!(shown.body.contains("Blocked by 1"));
        let shown = page.send("link_task", &[("direction", "blocks"), ("other", "T-2")]).await;
        assert!(
            shown.body.contains("This would go in a circle: T-1 blocks T-2 blocks T-1")
                || shown.body.contains("This would go in a circle: T-2 blocks T-1 blocks T-2"),
            "{}",
            shown.body
        );
        let shown = page.send("watch_task", &[("is_watching", "false")]).await;
        assert!(shown.body.contains("Nobody watches this."));
    })
    .await;
}

#[tokio::test]
async fn a_task_is_copied_moved_away_and_thrown_away_by_plain_forms() {
    each_database(async |app| {
        let mut page = Page::begin(&app).await;
        page.send("add_item", &[("text", "one\ntwo")]).await;
        let copy = page.send("copy_task", &[("checklist", "true")]).await;
        assert!(copy.body.contains("first (copy)") && copy.body.contains("0 of 2"), "{}", copy.body);
        let gone = page.send("delete_task", &[]).await;
        assert!(gone.body.contains("In the trash since") && !gone.body.contains("/rpc/add_comment"), "{}", gone.body);
        let back = page.send("undelete_task", &[]).await;
        assert!(!back.body.contains("In the trash since"));
        let html = page.visitor.get(PAGE).await.body;
        let project = html.split("name=\"project\"").nth(1).unwrap().split("value=\"").nth(1).unwrap();
        let project = project.split('"').next().unwrap().to_owned();
        let there = page.send("transfer_task", &[("project", &project)]).await;
        assert!(there.body.contains("O-1") && there.body.contains("moved this here from T-1"), "{}", there.body);
        // As a browser asks.
        let asked = Request::get(PAGE).header(header::ACCEPT, "text/html").body(Body::empty()).unwrap();
        let old = page.visitor.send(asked).await;
        assert!(
            old.status.is_redirection() && old.location().ends_with("/tasks/O-1"),
            "{} {}",
            old.status,
            old.location()
        );
        assert_eq!(task_row::Entity::find().count(app.reader()).await.unwrap(), 3);
        // And back by the newest line of its history, under the number that it had.
        let action = page.visitor.form_action("/tasks/O-1", "undo_line").await;
        let html = page.visitor.get("/tasks/O-1").await.body;
        let line = html.split("name=\"line\"").nth(1).unwrap().split("value=\"").nth(1).unwrap();
        let form = [("line", line.split('"').next().unwrap())];
        let sent = page.visitor.post(&action, "http://127.0.0.1:3000/tasks/O-1", &form).await;
        assert_eq!(sent.status, StatusCode::FOUND, "{}", sent.body);
        let back = page.visitor.get(PAGE).await;
        assert!(back.body.contains("moved this here from O-1"), "{}", back.body);
    })
    .await;
}

/// The value of the first field of this name in a part of a page.
fn value(html: &str, name: &str) -> Option<String> {
    let field = format!("name=\"{name}\"");
    let mut inputs = html.split("<input ").filter_map(|input| input.split('>').next());
    let input = inputs.find(|input| input.contains(&field))?;
    let value = input.split("value=\"").nth(1)?.split('"').next()?;
    Some(value.replace("&amp;", "&"))
}

#[tokio::test]
async fn who_comes_second_to_a_comment_a_note_or_an_item_sees_both_texts_and_can_save_theirs() {
    each_database(async |app| {
        let mut page = Page::begin(&app).await;
        page.send("add_comment", &[("body", "first words")]).await;
        page.send("add_note", &[("kind", "progress"), ("body", "first note")]).await;
        page.send("add_item", &[("text", "first item")]).await;
        let html = page.visitor.get(PAGE).await.body;
        for (function, text, began, others) in [
            ("edit_comment", "body", "version", &["comment"][..]),
            ("edit_note", "body", "version", &["note", "kind", "on_date"]),
            ("rename_item", "text", "was", &["item"]),
        ] {
            app.clock.advance(TimeDelta::minutes(1));
            let form =
                html.split(&format!("action=\"/rpc/{function}")).nth(1).unwrap().split("</form>").next().unwrap();
            let which = value(form, others[0]).unwrap();
            let base = value(form, began).unwrap();
            let sent = |words| [(others[0], which.as_str()), (began, base.as_str()), ("kind", "issue"), (text, words)];
            page.send(function, &sent("theirs & all")).await;
            let shown = page.send(function, &sent("mine & more")).await.body;
            let both = shown.split("changed this text since you opened it").nth(1);
            let both = both.unwrap_or_else(|| panic!("{function} wrote over a newer text: {shown}"));
            let both = both.split("</form>").next().unwrap();
            assert!(both.contains("theirs &amp; all") && both.contains("mine &amp; more"), "{function}: {both}");

            // The form beside them, as a browser sends it.
            let mut fields = vec![(text, "mine after all".to_owned())];
            for name in [began].iter().chain(others) {
                fields.push((*name, value(both, name).unwrap_or_else(|| panic!("{function} without {name}: {both}"))));
            }
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let saved = page.send(function, &fields).await.body;
            assert!(
                saved.contains("mine after all") && !saved.contains("changed this text since"),
                "{function}: {saved}"
            );
        }
    })
    .await;
}
