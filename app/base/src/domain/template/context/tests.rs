//! The data of a report for one reader.

use serde_json::Value;

use super::*;
use crate::domain::report::spec::Named;

fn of(reader: &Reader) -> Value {
    let address = Address {
        base_url: "https://reports.example".into(),
        occurrence: OccurrenceId(uuid::Uuid::nil()),
        number: 1,
        job: "Weekly status".into(),
        stop_url: None,
        attachments_note: None,
        comment: None,
    };
    context(&sample_snapshot(), &address, reader, &[])
}

/// Of a mail that says nothing of itself.
fn address() -> Address {
    Address {
        base_url: String::new(),
        occurrence: OccurrenceId(uuid::Uuid::nil()),
        number: 1,
        job: String::new(),
        stop_url: None,
        attachments_note: None,
        comment: None,
    }
}

#[test]
fn what_is_not_known_of_a_reader_is_that_of_the_project() {
    let known = of(&sample_reader());
    assert_eq!(known["recipient"]["name"], "Mina Kovač");
    let unknown = of(&Reader { email: "sam@example.org".into(), ..Reader::default() });
    assert_eq!(unknown["recipient"]["name"], "sam@example.org");
    let nobody = of(&Reader::default());
    assert_eq!(nobody["recipient"]["name"], "everyone", "a greeting does not end in the middle");
    assert_eq!(unknown["recipient"]["zone"], "Europe/Ljubljana");
    assert_eq!(unknown["recipient"]["language"], "en");
    assert_eq!(unknown["recipient"]["stop_url"], Value::Null);
}

#[test]
fn dates_and_numbers_are_those_of_the_readers_language_and_words_of_the_program_stay_english() {
    let mut snapshot = sample_snapshot();
    snapshot.figures.open.now = 1_234;
    let data = |language: &str| {
        let reader = Reader { language: language.into(), ..sample_reader() };
        context(&snapshot, &address(), &reader, &[])
    };
    let (english, german, unknown) = (data("en"), data("de"), data("tlh"));
    assert_eq!(german["period"]["words"], "16.–22. November 2026");
    assert_eq!(german["period"]["short_words"], "16.–22. Nov. 2026");
    assert_eq!(german["period"]["previous"]["words"], "9.–15. November 2026");
    assert_eq!(german["period"]["comparison"], "compared with 9.–15. Nov. 2026");
    assert_eq!(
        (&german["figures"]["open"]["value"], &english["figures"]["open"]["value"]),
        (&json!("1.234"), &json!("1,234"))
    );
    assert_eq!(
        (&german["figures"]["cycle_days"]["value"], &english["figures"]["cycle_days"]["value"]),
        (&json!("3 T"), &json!("3 d"))
    );
    assert_eq!(german["report"]["finding"], english["report"]["finding"]);
    let subject = german["report"]["subject"].as_str().unwrap();
    assert!(subject.ends_with("· Ledger, 16.–22. November 2026"), "{subject}");
    assert_eq!(english["report"]["subject"], snapshot.subject());
    assert_eq!(unknown["period"]["words"], "16–22 November 2026");
}

#[test]
fn a_run_keeps_its_number_when_it_is_said_what_became_of_it() {
    let sending = of(&Reader::default());
    assert_eq!((&sending["run"]["number"], &sending["run"]["state"]), (&Value::from(1), &Value::from("Sending")));
    let words =
        RunWords { state: "Failed".into(), reason: "It broke.".into(), url: "https://reports.example/r".into() };
    let ended = with_run(sending, &words);
    assert_eq!((&ended["run"]["number"], &ended["run"]["state"]), (&Value::from(1), &Value::from("Failed")));
}

#[test]
fn a_task_is_said_in_a_line_with_its_due_date_in_colour() {
    let data = of(&Reader::default());
    let task = &data["tasks"]["overdue"][0];
    assert_eq!(task["about"], "Ravi Sen · Pending · High · day 12");
    assert_eq!((&task["due"], &task["due_look"]), (&Value::from("Overdue 12 d"), &Value::from("red-tint")));
    assert_eq!(data["tasks"]["finished"][0]["about"], "Mina Kovač · Highlight · took 4 days");
    assert_eq!(data["tasks"]["blocked"][0]["about"], "Ravi Sen · Pending · High · day 12 · waits for T-219");
    assert_eq!(data["tasks"]["moved"][0]["about"], "Jonas Ortiz · took 2 days · In Progress → Completed");
}

#[test]
fn what_is_written_from_the_right_keeps_its_direction_among_other_words() {
    let mut snapshot = sample_snapshot();
    let line = &mut snapshot.overdue[0];
    line.title = "דוח שבועי (2)".into();
    line.people = vec!["אברהם".into(), "שרה".into()];
    let data = context(&snapshot, &address(), &Reader::default(), &[]);
    let task = &data["tasks"]["overdue"][0];
    assert_eq!(task["title"], "\u{2068}דוח שבועי (2)\u{2069}");
    assert!(task["about"].as_str().unwrap().starts_with("\u{2068}אברהם\u{2069}, \u{2068}שרה\u{2069} · "), "{task}");
    assert_eq!(task["people"][0], "אברהם", "templates choose by it");
}

#[test]
fn metrics_are_those_of_the_report_and_an_open_task_has_the_chance_of_its_age() {
    let data = of(&Reader::default());
    let metrics = &data["metrics"];
    assert_eq!(metrics["completion_rate"], 0.26, "17 of 17 and the 48 that are open");
    assert_eq!((&metrics["wip"], &metrics["lead"]["p85"]), (&Value::from(17), &Value::from(19)));
    assert_eq!(metrics["cycle"]["expectation"], "85 % of tasks finish in 6 days or fewer");
    let chances: Vec<_> = ["in_progress", "finished", "created"].map(|list| &data["tasks"][list]).to_vec();
    assert_eq!(chances[0][1]["chance"], 0.0, "on its seventh day");
    assert_eq!(chances[0][0]["chance"], Value::Null, "no task took longer than its twelve days");
    assert_eq!(chances[0][2]["chance"], 0.67, "of three that took more than three days two took up to six");
    assert_eq!((&chances[1][0]["chance"], &chances[2][0]["chance"]), (&Value::Null, &Value::Null), "done, not started");
}

#[test]
fn charts_that_were_not_drawn_are_not_there() {
    let charts = &of(&Reader::default())["charts"];
    assert!(charts.as_object().unwrap().values().all(Value::is_null));
    assert_eq!(sample()["charts"]["by_status"]["cid"], "by-status");
}

#[test]
fn long_lists_are_cut_and_still_counted() {
    let mut snapshot = sample_snapshot();
    let line = snapshot.overdue[0].clone();
    snapshot.overdue = vec![line; ROWS + 5];
    let data = context(&snapshot, &address(), &Reader::default(), &[]);
    assert_eq!(data["tasks"]["overdue"].as_array().unwrap().len(), ROWS);
    assert_eq!(data["counts"]["overdue"], ROWS + 5);
}

#[test]
fn a_narrowed_list_finds_its_tasks_however_far_down_they_stand() {
    let mut snapshot = sample_snapshot();
    let mut line = snapshot.overdue[0].clone();
    line.details.labels = vec!["ops".into()];
    snapshot.overdue = vec![line; 2 * ROWS + 5];
    for at in [3, ROWS, ROWS + 4] {
        snapshot.overdue[at].details.labels = vec!["design".into()];
    }
    let list = |named| Section::Tasks { list: ListKind::Overdue, limit: 5, from: None, named };
    let labelled = |label: &str| list(Named { label: label.into(), ..Named::default() });
    let labels = |sections: &[Section]| {
        let mut data = json!({ "tasks": { "overdue": [] } });
        add_narrowed(&mut data, &snapshot, sections, "https://reports.example");
        let found = data["tasks"]["overdue"].as_array().unwrap().clone();
        found.iter().map(|task| task["labels"][0].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(labels(&[labelled("design")]), ["design"; 2], "the first one stands in front of them already");
    assert_eq!(labels(&[labelled("ops")]).len(), ROWS, "there is an end to it");
    assert!(labels(&[list(Named::default())]).is_empty(), "what is not narrowed is cut");
    assert!(labels(&[labelled("gone")]).is_empty());
}

#[test]
fn a_note_of_several_parts_names_them() {
    let data = of(&Reader::default());
    assert_eq!(data["notes"][1]["kind"], "Issue, Resolution");
    assert!(data["notes"][1]["text"].as_str().unwrap().starts_with("Issue: Two banks"));
    assert!(!data["notes"][0]["text"].as_str().unwrap().starts_with("Issue:"));
}
