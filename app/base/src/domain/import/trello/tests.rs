//! The reader against a real export, and against what exports may lack.

use std::collections::HashMap;
use std::fmt::Write;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::read;
use crate::domain::import::plan::{ColumnState, EventOrigin, ImportPlan, PlannedChange, PlannedDue};
use crate::domain::task::{Priority, Status};

const REAL: &[u8] = include_bytes!("../../../../../tests/data/trello-board.json");

fn now() -> DateTime<Utc> {
    "2026-11-23T07:00:00Z".parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn read_json(board: &serde_json::Value) -> ImportPlan {
    read(board.to_string().as_bytes(), now()).unwrap()
}

/// Follows every card through its history: an unbroken chain from its creation to where it stands.
fn assert_chains(plan: &ImportPlan) {
    let mut place: HashMap<&str, (&str, bool)> = HashMap::new();
    let mut last = DateTime::<Utc>::MIN_UTC;
    for event in &plan.history {
        assert!(event.at >= last, "events are in time order");
        last = event.at;
        match &event.change {
            PlannedChange::Created { column } => {
                assert!(place.insert(&event.card, (column, false)).is_none(), "{} is created once", event.card)
            }
            PlannedChange::Moved { from, to } => {
                let now = place.get_mut(event.card.as_str()).expect("a card moves after it is created");
                assert_eq!(now.0, from, "{} moves from where it stands", event.card);
                assert_ne!(from, to);
                now.0 = to;
            }
            PlannedChange::Archived => {
                let now = place.get_mut(event.card.as_str()).unwrap();
                assert!(!std::mem::replace(&mut now.1, true), "archived once");
            }
            PlannedChange::Restored => {
                let now = place.get_mut(event.card.as_str()).unwrap();
                assert!(std::mem::replace(&mut now.1, false), "restored from the archive");
            }
            _ => assert!(place.contains_key(event.card.as_str()), "nothing happens to a card before it is created"),
        }
    }
    assert_eq!(place.len(), plan.cards.len());
    for card in &plan.cards {
        assert_eq!(
            place[card.source_id.as_str()],
            (card.column.as_str(), card.archived),
            "the history of “{}” ends where it stands",
            card.title
        );
        assert!(plan.column(&card.column).is_some(), "its list is in the plan");
    }
}

#[test]
fn the_real_export_brings_its_cards_lists_and_past() {
    let plan = read(REAL, now()).unwrap();
    assert_eq!(plan.project_name, "VolunteerBridge");
    assert_eq!(plan.cards.len(), 42);
    assert_eq!(plan.columns.len(), 8);
    assert_eq!(plan.columns.last().map(|column| (column.name.as_str(), column.status)), Some(("Done", Status::Done)));
    assert_eq!(plan.cards.iter().filter(|card| card.archived).count(), 1);
    assert_chains(&plan);
    let count = |wanted: fn(&PlannedChange) -> bool| plan.history.iter().filter(|event| wanted(&event.change)).count();
    assert_eq!(count(|change| matches!(change, PlannedChange::Created { .. })), 42);
    assert_eq!(count(|change| matches!(change, PlannedChange::Moved { .. })), 5);
    assert_eq!(count(|change| matches!(change, PlannedChange::Renamed { .. })), 32);
    assert_eq!(count(|change| matches!(change, PlannedChange::Described)), 5);
    assert_eq!(count(|change| matches!(change, PlannedChange::Archived)), 1);
    assert!(
        plan.history.iter().all(|event| event.origin == EventOrigin::Recorded),
        "this export lacks nothing: {:?}",
        plan.warnings
    );
    let login = plan.cards.iter().find(|card| card.title == "Login Page").unwrap();
    assert_eq!((login.number, login.description.as_str()), (Some(1), "Functionality: Create a user account"));
    let diagrams = plan.cards.iter().find(|card| card.title == "Deliverable 2: Activity Diagrams").unwrap();
    assert_eq!(diagrams.checklists.iter().map(|list| list.items.len()).sum::<usize>(), 5);
    assert_eq!(plan.people.len(), 3, "those who did something");
    let labels: Vec<&str> = plan.labels.iter().map(|label| label.name.as_str()).collect();
    assert_eq!(labels, ["Volunteer", "Coordinator", "System"], "unused colours without a name stay behind");
}

#[test]
fn a_card_without_recorded_birth_is_dated_by_its_number() {
    // 5e4422fc is 2020-02-12 16:08:28 UTC.
    let plan = read_json(&json!({
        "name": "Old", "lists": [{"id": "a", "name": "To do"}, {"id": "b", "name": "Done"}],
        "cards": [{"id": "5e4422fcc283ba2e3af33c89", "name": "Old card", "idList": "b", "dateLastActivity": "2021-01-02T00:00:00Z"}],
        "actions": [{"id": "1", "type": "updateCard", "date": "2020-06-01T00:00:00.000Z",
            "data": {"card": {"id": "5e4422fcc283ba2e3af33c89", "idList": "b"}, "old": {"idList": "a"},
                     "listBefore": {"id": "a", "name": "To do"}, "listAfter": {"id": "b", "name": "Done"}}}],
    }));
    assert_chains(&plan);
    assert_eq!(plan.cards[0].created_at, at("2020-02-12T16:08:28Z"));
    assert_eq!(
        plan.history[0].change,
        PlannedChange::Created { column: "a".into() },
        "it began where the first move starts"
    );
    assert_eq!(plan.history[0].origin, EventOrigin::Inferred);
    assert_eq!(plan.history.len(), 2);
    assert!(plan.warnings[0].starts_with("1 card without a recorded beginning."), "{:?}", plan.warnings);
}

#[test]
fn missing_links_are_inferred_so_that_the_chain_ends_where_the_card_stands() {
    let card = "5e4422fcc283ba2e3af33c89";
    let plan = read_json(&json!({
        "lists": [{"id": "a", "name": "Todo"}, {"id": "b", "name": "Doing"}, {"id": "c", "name": "Review"}, {"id": "d", "name": "Done"}],
        "cards": [{"id": card, "name": "Jumper", "idList": "d", "closed": true, "dateLastActivity": "2020-09-01T00:00:00Z"}],
        "actions": [
            {"id": "3", "type": "updateCard", "date": "2020-07-01T00:00:00Z", "data": {"card": {"id": card, "idList": "c"}, "old": {"idList": "b"}}},
            {"id": "1", "type": "createCard", "date": "2020-05-01T00:00:00Z", "data": {"card": {"id": card}, "list": {"id": "a", "name": "Todo"}}},
        ],
    }));
    assert_chains(&plan);
    let moves: Vec<_> = plan
        .history
        .iter()
        .filter_map(|event| match &event.change {
            PlannedChange::Moved { from, to } => Some((from.as_str(), to.as_str(), event.origin)),
            _ => None,
        })
        .collect();
    assert_eq!(
        moves,
        [("a", "b", EventOrigin::Inferred), ("b", "c", EventOrigin::Recorded), ("c", "d", EventOrigin::Inferred)]
    );
    assert_eq!(
        plan.history.last().map(|event| (event.at, &event.change)),
        Some((at("2020-09-01T00:00:00Z"), &PlannedChange::Archived))
    );
    assert!(plan.warnings.iter().any(|warning| warning.starts_with("3 steps missing")), "{:?}", plan.warnings);
}

#[test]
fn every_way_onto_the_board_counts_and_a_return_is_a_move() {
    let card = |n: u8| format!("5e4422fcc283ba2e3af33c{n:02}");
    let kinds = ["createCard", "copyCard", "emailCard", "convertToCardFromCheckItem", "moveCardToBoard"];
    let mut actions: Vec<_> = kinds
        .iter()
        .zip(10..)
        .map(|(kind, n)| json!({"id": format!("{n}"), "type": kind, "date": "2020-05-01T00:00:00Z", "data": {"card": {"id": card(n)}, "list": {"id": "a", "name": "A"}}}))
        .collect();
    actions.push(json!({"id": "90", "type": "moveCardToBoard", "date": "2020-06-01T00:00:00Z", "data": {"card": {"id": card(10)}, "list": {"id": "b", "name": "B"}}}));
    let cards: Vec<_> =
        (10..15).map(|n| json!({"id": card(n), "name": "x", "idList": if n == 10 { "b" } else { "a" }})).collect();
    let plan = read_json(
        &json!({"lists": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}], "cards": cards, "actions": actions}),
    );
    assert_chains(&plan);
    assert!(plan.history.iter().all(|event| event.origin == EventOrigin::Recorded));
    assert_eq!(plan.history.len(), 6);
}

#[test]
fn closed_and_deleted_lists_archive_their_cards_and_keep_the_past() {
    let (kept, shut) = ("5e4422fcc283ba2e3af33c01", "5e4422fcc283ba2e3af33c02");
    let plan = read_json(&json!({
        "lists": [{"id": "shut", "name": "Old ideas", "closed": true, "pos": 1}, {"id": "a", "name": "To do", "pos": 2}],
        "cards": [{"id": kept, "name": "Kept", "idList": "a"}, {"id": shut, "name": "Shut", "idList": "shut"}],
        "actions": [
            {"id": "1", "type": "createCard", "date": "2020-05-01T00:00:00Z", "data": {"card": {"id": kept}, "list": {"id": "gone", "name": "Waiting room"}}},
            {"id": "2", "type": "createCard", "date": "2020-05-01T00:00:00Z", "data": {"card": {"id": shut}, "list": {"id": "shut", "name": "Old ideas"}}},
            {"id": "3", "type": "updateCard", "date": "2020-05-02T00:00:00Z", "data": {"card": {"id": kept}, "listBefore": {"id": "gone", "name": "Waiting room"}, "listAfter": {"id": "a", "name": "To do"}}},
            {"id": "4", "type": "updateList", "date": "2020-05-03T00:00:00Z", "idMemberCreator": "m", "memberCreator": {"id": "m", "fullName": "Mia"}, "data": {"list": {"id": "shut", "name": "Old ideas", "closed": true}, "old": {"closed": false}}},
        ],
    }));
    assert_chains(&plan);
    let states: Vec<_> =
        plan.columns.iter().map(|column| (column.name.as_str(), column.state, column.status)).collect();
    assert_eq!(
        states,
        [
            ("To do", ColumnState::Open, Status::Todo),
            ("Old ideas", ColumnState::Closed, Status::Todo),
            ("Waiting room", ColumnState::Gone, Status::Pending)
        ]
    );
    let archived = plan.history.iter().find(|event| event.change == PlannedChange::Archived).unwrap();
    assert_eq!((archived.at, archived.person.as_deref()), (at("2020-05-03T00:00:00Z"), Some("m")));
}

#[test]
fn comments_due_dates_and_renames_keep_their_dates_and_people() {
    let card = "5e4422fcc283ba2e3af33c01";
    let plan = read_json(&json!({
        "lists": [{"id": "a", "name": "A"}], "members": [{"id": "m", "fullName": "Mia Novak", "username": "mia"}, {"id": "z", "fullName": "Idle"}],
        "cards": [{"id": card, "name": "Paint", "idList": "a", "due": "2020-06-03T10:00:00.000Z", "idMembers": ["m", "nobody"], "badges": {"comments": 4}}],
        "actions": [
            {"id": "4", "type": "voteOnCard", "date": "2020-05-05T00:00:00Z", "data": {"card": {"id": card}}},
            {"id": "3", "type": "updateCard", "date": "2020-05-03T00:00:00Z", "idMemberCreator": "m", "data": {"card": {"id": card, "due": "2020-06-03T10:00:00.000Z"}, "old": {"due": null}}},
            {"id": "2", "type": "commentCard", "date": "2020-05-02T00:00:00Z", "idMemberCreator": "gone", "memberCreator": {"id": "gone", "fullName": "", "username": "olga"}, "data": {"card": {"id": card}, "text": "White?"}},
            {"id": "1", "type": "createCard", "date": "2020-05-01T00:00:00Z", "idMemberCreator": "deleted", "memberCreator": null, "data": {"card": {"id": card}, "list": {"id": "a"}}},
            {"id": "0", "type": "commentCard", "date": "2020-04-01T00:00:00Z", "data": {"card": {"id": "5e4422fcc283ba2e3af33cff"}, "text": "on a deleted card"}},
        ],
    }));
    assert_chains(&plan);
    let paint = &plan.cards[0];
    assert_eq!(paint.due, Some(PlannedDue::At(at("2020-06-03T10:00:00Z"))));
    assert_eq!((paint.comments[0].text.as_str(), paint.comments[0].person.as_deref()), ("White?", Some("gone")));
    assert_eq!(paint.people, ["m"], "an id without a name is nobody");
    assert_eq!(plan.history[0].person, None);
    assert_eq!(plan.people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["Mia Novak", "olga"]);
    assert!(matches!(plan.history[2].change, PlannedChange::DueChanged { from: None, to: Some(_) }));
    assert!(
        plan.warnings.contains(&"1 action of 1 card that the board no longer has: left out.".to_owned()),
        "{:?}",
        plan.warnings
    );
    assert!(plan.warnings.iter().any(|warning| warning.starts_with("3 comments older")), "{:?}", plan.warnings);
}

#[test]
fn labels_of_one_name_become_one_and_a_priority_is_recognised() {
    let plan = read_json(&json!({
        "lists": [{"id": "a", "name": "A"}],
        "labels": [{"id": "1", "name": "", "color": "orange"}, {"id": "2", "name": "", "color": "orange"}, {"id": "3", "name": "High priority", "color": "red"}, {"id": "4", "name": "", "color": null}],
        "customFields": [{"id": "f", "name": "Priority", "type": "list", "options": [{"id": "o", "value": {"text": "Urgent"}}]}, {"id": "g", "name": "Cost", "type": "number"}],
        "cards": [
            {"id": "5e4422fcc283ba2e3af33c01", "name": "one", "idList": "a", "idLabels": ["1", "2", "3"], "pos": 1},
            {"id": "5e4422fcc283ba2e3af33c02", "name": "two", "idList": "a", "pos": 2, "customFieldItems": [{"idCustomField": "f", "idValue": "o", "value": null}, {"idCustomField": "g", "value": {"number": "3"}}]},
        ],
    }));
    assert_eq!(plan.labels.iter().map(|label| label.name.as_str()).collect::<Vec<_>>(), ["Orange", "High priority"]);
    assert_eq!(plan.cards[0].labels, ["1", "3"]);
    assert_eq!(
        plan.cards.iter().map(|card| card.priority).collect::<Vec<_>>(),
        [Some(Priority::High), Some(Priority::Urgent)]
    );
    assert!(plan.warnings.contains(&"Custom field “Cost” on 1 card: left out.".to_owned()), "{:?}", plan.warnings);
}

#[test]
fn attachments_become_links_and_dangerous_ones_do_not() {
    let plan = read_json(&json!({
        "lists": [{"id": "a", "name": "A"}],
        "cards": [{"id": "5e4422fcc283ba2e3af33c01", "name": " two\n lines ", "desc": "Text", "idList": "a",
            "attachments": [{"name": "plan [v2].pdf", "url": "https://trello.com/x.pdf"}, {"name": "bad", "url": "javascript:alert(1)"}]}],
    }));
    assert_eq!(plan.cards[0].title, "two lines");
    assert_eq!(
        plan.cards[0].description,
        "Text\n\n**Attachments at Trello**\n\n- [plan v2.pdf](<https://trello.com/x.pdf>)"
    );
}

#[test]
fn null_and_missing_fields_do_no_harm() {
    let plan = read_json(&json!({
        "name": null, "lists": [{"id": "a", "name": null, "closed": null, "pos": null}], "labels": null, "members": null, "checklists": null, "actions": null,
        "cards": [{"id": "not an object id", "name": null, "desc": null, "idList": "a", "due": 7, "badges": null, "idLabels": null, "labels": null}],
    }));
    assert_chains(&plan);
    assert_eq!(
        (plan.project_name.as_str(), plan.cards[0].title.as_str(), plan.cards[0].due),
        ("Trello board", "Untitled card", None)
    );
    assert_eq!(plan.cards[0].created_at, now(), "nothing says when");
}

#[test]
fn a_card_in_no_known_list_is_kept() {
    let plan = read_json(
        &json!({"lists": [], "cards": [{"id": "5e4422fcc283ba2e3af33c01", "name": "Lost", "idList": "nowhere"}]}),
    );
    assert_chains(&plan);
    assert_eq!((plan.columns[0].state, plan.cards[0].archived), (ColumnState::Gone, true));
}

#[test]
fn a_broken_file_names_the_place_and_what_was_expected() {
    let cut = &REAL[..REAL.len() / 2];
    let problem = read(cut, now()).unwrap_err();
    assert_eq!(problem.line, Some(1));
    assert!(problem.to_string().contains("ends in the middle"), "{problem}");

    let wrong = "{\n \"lists\": [],\n \"cards\": [{\"id\": 3}]}";
    let problem = read(wrong.as_bytes(), now()).unwrap_err();
    assert_eq!(problem.line, Some(3));
    assert!(problem.to_string().contains("found the number 3, expected a text in quotes near “"), "{problem}");

    let problem = read(b"{\"lists\": [], }", now()).unwrap_err();
    assert!(problem.to_string().starts_with("line 1, character 15: "), "{problem}");

    assert!(read(b"[1, 2]", now()).unwrap_err().to_string().contains("expected “{”"));
    assert!(read(b"{\"name\": \"x\"}", now()).unwrap_err().message.contains("not a Trello board"));
    assert!(read(b"<!DOCTYPE html><html>", now()).unwrap_err().message.contains("web page"));
}

#[test]
fn events_of_the_future_are_brought_back_to_now() {
    let card = "5e4422fcc283ba2e3af33c01";
    let plan = read_json(&json!({
        "lists": [{"id": "a", "name": "A"}], "cards": [{"id": card, "name": "x", "idList": "a", "closed": true, "dateLastActivity": "2090-01-01T00:00:00Z"}],
        "actions": [{"id": "1", "type": "createCard", "date": "2080-01-01T00:00:00Z", "data": {"card": {"id": card}, "list": {"id": "a"}}}],
    }));
    assert_chains(&plan);
    assert!(plan.history.iter().all(|event| event.at <= now()));
}

#[test]
fn five_thousand_cards_are_read_quickly() {
    let mut text = String::from(
        "{\"name\":\"Big\",\"lists\":[{\"id\":\"a\",\"name\":\"To do\",\"pos\":1},{\"id\":\"b\",\"name\":\"Done\",\"pos\":2}],\"cards\":[",
    );
    let id = |n: usize| format!("5e4422fcc283ba2e3a{n:06x}");
    for n in 0..5000 {
        write!(
            text,
            "{}{{\"id\":\"{}\",\"name\":\"Card {n}\",\"desc\":\"{}\",\"idList\":\"b\",\"pos\":{n}}}",
            if n > 0 { "," } else { "" },
            id(n),
            "words ".repeat(50)
        )
        .unwrap();
    }
    text.push_str("],\"actions\":[");
    for n in 0..20_000 {
        let (from, to) = if n / 5000 % 2 == 0 { ("a", "b") } else { ("b", "a") };
        write!(
            text,
            "{}{{\"id\":\"{n:08}\",\"type\":\"updateCard\",\"date\":\"2021-01-01T00:00:00.{:03}Z\",\"data\":{{\"card\":{{\"id\":\"{}\"}},\"listBefore\":{{\"id\":\"{from}\",\"name\":\"x\"}},\"listAfter\":{{\"id\":\"{to}\",\"name\":\"x\"}}}}}}",
            if n > 0 { "," } else { "" },
            n / 5000,
            id(n % 5000)
        )
        .unwrap();
    }
    text.push_str("]}");
    let begun = std::time::Instant::now();
    let plan = read(text.as_bytes(), now()).unwrap();
    let spent = begun.elapsed();
    assert_chains(&plan);
    assert_eq!((plan.cards.len(), plan.history.len()), (5000, 5000 * 6));
    assert!(spent.as_secs() < 5, "took {spent:?}");
}
