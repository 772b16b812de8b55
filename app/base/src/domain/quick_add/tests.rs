//! What typed lines mean.

use uuid::Uuid;

use super::*;

const MINA: UserId = UserId(Uuid::from_u128(1));
const MILAN: UserId = UserId(Uuid::from_u128(2));
const SHIRA: UserId = UserId(Uuid::from_u128(3));
const OPS: LabelId = LabelId(Uuid::from_u128(4));
const GROUP: LabelId = LabelId(Uuid::from_u128(5));

/// Monday 23 November 2026.
fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

fn read(text: &str) -> Line {
    let people =
        [(MINA, "Mina Kovač"), (MILAN, "Milan Kovač"), (SHIRA, "שירה לוי")].map(|(id, name)| (id, name.to_owned()));
    let labels = [(OPS, "Ops"), (GROUP, "Steering group")].map(|(id, name)| (id, name.to_owned()));
    super::read(text, Known { people: &people, labels: &labels, me: Some(MINA), today: today() })
}

fn due(text: &str) -> Option<(String, Option<String>)> {
    read(text).due().map(|due| (due.date.to_string(), due.time.map(|time| time.format("%H:%M").to_string())))
}

fn on(date: &str) -> Option<(String, Option<String>)> {
    Some((date.into(), None))
}

fn chips(text: &str) -> Vec<String> {
    read(text).tokens.into_iter().map(|token| token.words).collect()
}

#[test]
fn the_tokens_of_a_line_are_taken_out_of_its_title() {
    let line = read("Rotate the password @mina !high #ops tomorrow 17:00");
    assert_eq!(line.title, "Rotate the password");
    assert_eq!(line.people(), [MINA]);
    assert_eq!(line.labels(), [OPS]);
    assert_eq!(line.priority(), Some(Priority::High));
    assert_eq!(due("x tomorrow 17:00"), Some(("2026-11-24".into(), Some("17:00".into()))));
    assert_eq!(chips("Rotate @mina !high #ops tomorrow 17:00"), ["Mina Kovač", "High", "Ops", "Tomorrow 17:00"]);
    assert!(line.doubts.is_empty());
}

#[test]
fn dates_are_read_as_people_write_them() {
    assert_eq!(due("x today"), on("2026-11-23"));
    assert_eq!(due("x friday"), on("2026-11-27"));
    assert_eq!(due("x Monday"), on("2026-11-30"), "the next one, not today");
    assert_eq!(due("x 3.12."), on("2026-12-03"));
    assert_eq!(due("x 3.1."), on("2027-01-03"), "the next time that it comes");
    assert_eq!(due("x 29.2."), on("2028-02-29"));
    assert_eq!(due("x 03.12.2028"), on("2028-12-03"));
    assert_eq!(due("x 2026-12-01 9:30"), Some(("2026-12-01".into(), Some("09:30".into()))));
    assert_eq!(due("x 17:00 friday"), Some(("2026-11-27".into(), Some("17:00".into()))));
    assert_eq!(due("x 9999-12-31"), on("9999-12-31"));
}

#[test]
fn what_only_looks_like_a_date_stays_text() {
    for text in ["x 31.2.", "x 2026-13-01", "x 3.12", "Meet at 17:00", "x 25:00", "x 1.2.3.4", "x 99999999999-01-01"] {
        let line = read(text);
        assert_eq!((line.title.as_str(), line.due()), (text, None));
    }
}

#[test]
fn a_date_counts_at_the_end_of_the_line_only() {
    assert_eq!(read("Prepare the Friday talk").title, "Prepare the Friday talk");
    assert_eq!(read("Friday talk @mina tomorrow #ops").title, "Friday talk");
    assert_eq!(due("Friday talk @mina tomorrow #ops"), on("2026-11-24"));
    assert_eq!(due("Talk tomorrow friday"), on("2026-11-27"), "the last one counts");
    assert_eq!(read("Talk tomorrow friday").title, "Talk tomorrow");
}

#[test]
fn a_name_is_found_by_its_parts_without_accents_and_case() {
    for word in ["@mina", "@MINA", "@minakovac", "@mina.kovač", "@Mina_Kovac", "@min", "@me"] {
        assert_eq!(read(&format!("x {word}")).people(), [MINA], "{word}");
    }
    assert_eq!(read("x #steering-group #OPS").labels(), [GROUP, OPS]);
    assert_eq!(read("x @mina and @mina").people(), [MINA]);
}

#[test]
fn a_name_of_several_people_stays_text_and_says_whose_it_could_be() {
    let line = read("Ask @mi about it");
    assert_eq!(line.title, "Ask @mi about it");
    assert_eq!(line.doubts, [Doubt { word: "@mi".into(), could_be: vec!["Mina Kovač".into(), "Milan Kovač".into()] }]);
    assert_eq!(read("x @kovac").people(), Vec::<UserId>::new());
    assert_eq!(due("Ask @mi friday #unknown"), on("2026-11-27"), "what was meant as a token does not hide the date");
    assert_eq!(read("x #unknown").doubts, [Doubt { word: "#unknown".into(), could_be: Vec::new() }]);
}

#[test]
fn of_two_people_with_the_same_name_neither_is_meant() {
    let people = [(MINA, "Mina Kovač".to_owned()), (MILAN, "Mina Kovač".to_owned())];
    let line = super::read("x @mina", Known { people: &people, labels: &[], me: None, today: today() });
    assert_eq!((line.people(), line.doubts.len()), (Vec::new(), 1));
}

#[test]
fn a_backslash_keeps_a_token_as_text() {
    let line = read("Ask \\@mina about \\#ops \\!high \\tomorrow");
    assert_eq!(line.title, "Ask @mina about #ops !high tomorrow");
    assert!(line.tokens.is_empty() && line.doubts.is_empty());
    assert_eq!(read("Clean C:\\temp and \\server").title, "Clean C:\\temp and \\server");
}

#[test]
fn a_chip_that_is_taken_back_is_text_again() {
    for text in ["Call @mina", "Call !urgent now", "Call tomorrow 17:00", "Čaj 🎈 @mina"] {
        let line = read(text);
        let kept = keep_as_text(text, &line.tokens[0]);
        assert_eq!(read(&kept).title, text, "{kept}");
        assert!(read(&kept).tokens.is_empty());
    }
}

#[test]
fn right_to_left_text_and_its_invisible_marks_are_read_alike() {
    let line = read("להכין דוח \u{200f}@שירה\u{200f} !high tomorrow");
    assert_eq!(line.title, "להכין דוח");
    assert_eq!((line.people(), line.priority()), (vec![SHIRA], Some(Priority::High)));
    assert!(line.due().is_some());
}

#[test]
fn signs_that_are_no_names_stay_text() {
    for text in ["Mail mina@example.org", "Pay @ noon", "Fix #123!", "Wow!! 🎈 @🎈", "Use #! here", "Wait for @mina."]
    {
        let line = read(text);
        assert_eq!((line.title.as_str(), line.tokens.len()), (text, 0));
    }
}

#[test]
fn a_line_of_nothing_but_tokens_is_a_title() {
    let line = read("@mina tomorrow");
    assert_eq!((line.title.as_str(), line.tokens.len()), ("@mina tomorrow", 0));
    assert_eq!(read("  ").title, "");
}

#[test]
fn of_several_priorities_the_last_one_counts() {
    let line = read("Ship !low then !urgent");
    assert_eq!((line.priority(), line.title.as_str()), (Some(Priority::Urgent), "Ship !low then"));
}

#[test]
fn a_huge_line_is_a_title_without_tokens() {
    let text = format!("{} @mina", "x".repeat(LINE_MOST));
    assert!(read(&text).tokens.is_empty());
}

#[test]
fn lines_are_tasks_and_empty_ones_are_not() {
    assert_eq!(lines("one\r\n\n  two  \n\t\nthree").collect::<Vec<_>>(), ["one", "two", "three"]);
}

#[test]
fn lines_of_a_pasted_list_lose_its_marks_and_a_single_line_stays_as_it_was_typed() {
    let list = "- [ ] alpha\n* beta #ops\n3. gamma @mina\n2026 figures\n-\n";
    assert_eq!(lines(list).collect::<Vec<_>>(), ["alpha", "beta #ops", "gamma @mina", "2026 figures"]);
    assert_eq!(lines("- 5 degrees\n").collect::<Vec<_>>(), ["- 5 degrees"]);
}

#[test]
fn the_browsers_fields_are_a_due_date_or_a_word_of_what_is_wrong() {
    assert_eq!(read_fields("", ""), Ok(None));
    let due = read_fields("2026-12-01", "17:05").unwrap().unwrap();
    assert_eq!((due.date.to_string().as_str(), due.time.unwrap().to_string().as_str()), ("2026-12-01", "17:05:00"));
    assert!(read_fields("", "17:00").is_err() && read_fields("12026-12-01", "").is_err());
    assert!(read_fields("2026-12-01", "27:00").is_err());
}
