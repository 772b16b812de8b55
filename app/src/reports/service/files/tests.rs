//! Files of a report: names, cells, pages.

use std::{
    io::{Cursor, Read},
    path::{Path, PathBuf},
    process::Command,
};

use uuid::Uuid;
use zip::ZipArchive;

use super::*;
use crate::{
    domain::{
        due::DueKey,
        ids::{ProjectId, TaskId, UserId},
        metrics::{Compared, DayCount, Figures, Finding, LeadTimes, Share, StatusCount},
        period::Period,
        report::{
            DueWords, NoteLine, ReportProject, TaskDetails, TaskLine,
            spec::{ChartKind, ListKind, Named},
        },
        task::{Category, Priority, Status},
    },
    reports::service::snapshot,
};

/// What people write to see what breaks.
const HOSTILE: [&str; 9] = [
    "=HYPERLINK(\"http://x.example\")",
    "#panic(1)",
    "$x$ ] } \\",
    "\"); panic(\"",
    "<script>alert(1)</script>",
    "王伟 🚀 مرحبا",
    "@SUM(A1:A9)",
    "-1+1, \"quoted\"\nand a second line",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
];

fn line(number: u128, title: &str) -> TaskLine {
    TaskLine {
        id: TaskId(Uuid::from_u128(number)),
        reference: format!("APP-{number}"),
        title: title.into(),
        people: vec!["Mina Kovač".into(), "Sam Lee".into()],
        status: Status::Progress,
        priority: Priority::High,
        category: Category::Ordinary,
        work_days: Some(3),
        finished_on: None,
        due: Some(DueWords { key: DueKey::Overdue, words: "Overdue 2 days".into() }),
        moved_from: None,
        blocked_by: Vec::new(),
        details: TaskDetails::default(),
    }
}

/// A week of a project with a task of each title in its lists.
fn report(titles: &[&str]) -> Snapshot {
    let period = Period::ending("2026-11-22".parse().unwrap(), 7);
    let lines: Vec<TaskLine> = (1..).zip(titles).map(|(number, title)| line(number, title)).collect();
    let compared = |now, before| Compared { now, before };
    let figures = Figures {
        created: compared(31, 29),
        completed: compared(17, 13),
        open: compared(48, 54),
        overdue: compared(3, 2),
        cycle_days: Compared { now: Some(3), before: Some(4) },
    };
    let project = ReportProject {
        id: ProjectId(Uuid::from_u128(1)),
        key: "APP".into(),
        name: "Čebelarji & Co".into(),
        zone: "Europe/Ljubljana".into(),
    };
    let counts = [(6, 4), (8, 7), (4, 6), (5, 6), (1, 2), (2, 1), (5, 6)];
    let day = |(date, (created, completed))| DayCount { date, created, completed };
    let finished = |line: &TaskLine| TaskLine {
        status: Status::Done,
        finished_on: "2026-11-20".parse().ok(),
        due: None,
        ..line.clone()
    };
    let note = NoteLine {
        task: lines[0].id,
        reference: lines[0].reference.clone(),
        title: lines[0].title.clone(),
        day: "2026-11-20".parse().unwrap(),
        author: Some("Mina Kovač".into()),
        issue: Some(titles[0].into()),
        progress: Some("- The **guard** is on.\n- The paint is not.".into()),
        resolution: None,
    };
    Snapshot {
        finding: Finding::of(&figures),
        summary: vec!["4 more tasks were completed than in the week before.".into(), titles[0].into()],
        figures,
        days: period.dates().zip(counts).map(day).collect(),
        statuses: [(Status::Todo, 21), (Status::Progress, 14), (Status::Pending, 13)]
            .map(|(status, count)| StatusCount { status, count })
            .to_vec(),
        finished: lines.iter().map(finished).collect(),
        in_progress: lines.clone(),
        overdue: lines,
        notes: vec![note],
        ..Snapshot::empty(project, period, "2026-11-23T06:00:00Z".parse().unwrap())
    }
}

fn sections() -> Vec<Section> {
    let tasks = |list| Section::Tasks { list, limit: 50, from: None, named: Named::default() };
    vec![
        Section::Summary,
        Section::Figures,
        Section::Chart { chart: ChartKind::CreatedCompleted },
        Section::Chart { chart: ChartKind::ByStatus },
        tasks(ListKind::Overdue),
        tasks(ListKind::Finished),
        tasks(ListKind::DueNext),
        Section::Notes { limit: 10 },
        Section::Text { markdown: "We are **on time**.\n\n- #panic(1)".into() },
    ]
}

async fn made(snapshot: &Snapshot, sections: &[Section], kinds: &[AttachmentKind]) -> Vec<File> {
    let json = snapshot::to_json(snapshot).unwrap();
    make(Source { snapshot, json: &json, sections, base_url: "https://reports.example.org", comment: None }, kinds)
        .await
        .unwrap()
}

#[tokio::test]
async fn pages_that_are_not_accessible_are_a_note_of_the_run() {
    let good = made(&report(&["Mend the press brake"]), &sections(), &[AttachmentKind::Pdf]).await.remove(0);
    assert_eq!(flaw(&good), None);
    let bad = File { bytes: b"%PDF-1.7".to_vec(), ..good.clone() };
    assert!(flaw(&bad).is_some_and(|words| words.starts_with("weekly-report-APP-2026-11-22.pdf misses the standard")));
    assert_eq!(flaw(&File { name: "report.csv".into(), ..bad }), None);
}

fn count(bytes: &[u8], words: &str) -> usize {
    bytes.windows(words.len()).filter(|window| *window == words.as_bytes()).count()
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut text = String::new();
    ZipArchive::new(Cursor::new(bytes)).unwrap().by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn the_same_facts_make_the_same_files_under_names_that_say_what_they_are() {
    let (report, sections) = (report(&HOSTILE), sections());
    let first = made(&report, &sections, AttachmentKind::ALL).await;
    assert_eq!(first, made(&report, &sections, AttachmentKind::ALL).await);
    let names: Vec<&str> = first.iter().map(|file| file.name.as_str()).collect();
    let name = "weekly-report-APP-2026-11-22";
    assert_eq!(names, ["pdf", "html", "xlsx", "csv", "json"].map(|ending| format!("{name}.{ending}")));
    for file in &first {
        let kind = kind_of(&file.name).unwrap();
        assert_eq!((content_type(kind), file_name(&report, kind)), (file.content_type.as_str(), file.name.clone()));
    }
    assert_eq!(kind_of("report.html"), None);
    assert_eq!(kind_of("created-completed.png"), None);
    let json = first.last().unwrap();
    assert_eq!(json.bytes, snapshot::to_json(&report).unwrap().as_bytes(), "the stored bytes, so that their hash fits");
    let twice = made(&report, &sections, &[AttachmentKind::Json, AttachmentKind::Csv, AttachmentKind::Json]).await;
    assert_eq!(twice.len(), 2);
}

#[tokio::test]
async fn the_document_has_a_bookmark_for_each_part_tags_and_words_for_its_pictures_whatever_people_wrote() {
    for titles in [&HOSTILE[..], &["Mend the press brake"]] {
        let file = made(&report(titles), &sections(), &[AttachmentKind::Pdf]).await.remove(0);
        let bytes = &file.bytes;
        for sign in ["pdfuaid", "/Lang(en)", "/StructTreeRoot", "/Title(Key figures)", "/Title(Work notes)"] {
            assert!(count(bytes, sign) > 0, "{sign}");
        }
        assert!(count(bytes, &format!("/Title(Overdue ({}))", titles.len())) > 0, "a bookmark with the count");
        assert_eq!(count(bytes, "/S/Figure"), 2);
        assert_eq!(count(bytes, "/Alt"), 2, "both charts say what they show");
        assert!(count(bytes, "/S/TH") > 0, "tables have heads");
        assert!(bytes.len() < 400_000, "{} bytes", bytes.len());
    }
}

#[tokio::test]
async fn a_report_of_nothing_and_one_of_five_thousand_tasks_are_accessible_documents() {
    let full = report(&vec!["Mend the press brake and its guard"; 5_000]);
    let day = Period::ending("2026-11-22".parse().unwrap(), 1);
    for (report, parts) in [
        (Snapshot::empty(full.project.clone(), full.period, full.as_of), ["/Title(Overdue)", "/Title(Finished)"]),
        (Snapshot::empty(full.project.clone(), day, full.as_of), ["/Title(Overdue)", "/Title(Finished)"]),
        (full, ["/Title(Overdue (5000))", "/Title(Finished (5000))"]),
    ] {
        let file = made(&report, &sections(), &[AttachmentKind::Pdf]).await.remove(0);
        assert_eq!(flaw(&file), None);
        for sign in ["pdfuaid", "/StructTreeRoot", "/Title(Key figures)"].into_iter().chain(parts) {
            assert!(count(&file.bytes, sign) > 0, "{sign}");
        }
        assert_eq!(count(&file.bytes, "/S/Figure"), count(&file.bytes, "/Alt"), "every picture has words");
        assert!(file.bytes.len() < 400_000, "{} bytes", file.bytes.len());
    }
}

#[tokio::test]
async fn a_long_report_has_all_rows_in_the_workbook_and_thirty_on_paper() {
    let titles = vec!["Mend the press brake and its guard"; 700];
    let (report, sections) = (report(&titles), sections());
    let source = Source {
        snapshot: &report,
        json: "",
        sections: &sections,
        base_url: "https://reports.example.org",
        comment: None,
    };
    let printed = paper::print(source).unwrap().data;
    let overdue = printed["parts"].as_array().unwrap().iter().find(|part| part["heading"] == "Overdue").unwrap();
    assert_eq!((overdue["count"].as_u64(), overdue["rows"].as_array().unwrap().len()), (Some(700), 30));
    assert_eq!(overdue["more"], "And 670 more; the workbook on the page of the report has all.");
    let few = [Section::Tasks { list: ListKind::Overdue, limit: 5, from: None, named: Named::default() }];
    let printed = paper::print(Source { sections: &few, ..source }).unwrap().data;
    assert_eq!(printed["parts"][0]["rows"].as_array().map(Vec::len), Some(5), "as many as the report asks for");
    let files = made(&report, &sections, &[AttachmentKind::Xlsx, AttachmentKind::Csv]).await;
    assert!(part(&files[0].bytes, "xl/worksheets/sheet3.xml").contains("ref=\"A1:I701\""));
    assert_eq!(String::from_utf8_lossy(&files[1].bytes).matches("\r\nOverdue,").count(), 700);
}

const NUMBERS: [&str; 4] = ["One", "Two", "Three", "Four"];

/// Which of four tasks the files show, all of them alike, and the page for a browser.
async fn shown(report: &Snapshot, sections: &[Section]) -> ([bool; 4], String) {
    let kinds = [AttachmentKind::Html, AttachmentKind::Xlsx, AttachmentKind::Csv];
    let files = made(report, sections, &kinds).await;
    let page = String::from_utf8_lossy(&files[0].bytes).into_owned();
    let sheet = part(&files[1].bytes, "xl/sharedStrings.xml");
    let table = String::from_utf8_lossy(&files[2].bytes).into_owned();
    let in_page = NUMBERS.map(|title| page.contains(&format!(" {title}</a>")));
    let in_sheet = NUMBERS.map(|title| sheet.contains(&format!(">{title}<")));
    let in_table = NUMBERS.map(|title| table.contains(&format!(",{title},")));
    assert_eq!((in_sheet, in_table), (in_page, in_page), "{sections:?}");
    (in_page, page)
}

#[tokio::test]
async fn lists_are_narrowed_in_all_files_and_a_table_has_what_any_of_its_lists_shows() {
    let labels = [&["Design"][..], &["Design", "Press"], &["Press"], &[]];
    let mut report = report(&NUMBERS);
    // Both speak of the first task, too.
    report.summary.clear();
    report.notes.clear();
    for (line, labels) in report.overdue.iter_mut().zip(labels) {
        line.details = TaskDetails {
            project: "Website".into(),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            ..TaskDetails::default()
        };
    }
    report.overdue[3].people = vec!["Ana".into()];
    let list = |named| Section::Tasks { list: ListKind::Overdue, limit: 50, from: None, named };
    let design = || list(Named { label: "Design".into(), ..Named::default() });
    let ana = || list(Named { person: "Ana".into(), project: "Website".into(), ..Named::default() });
    let gone = || list(Named { label: "design".into(), ..Named::default() });

    let (tasks, page) = shown(&report, &[design()]).await;
    assert_eq!(tasks, [true, true, false, false]);
    assert!(page.contains("<h2>Overdue, with the label Design (2)</h2>"), "{page}");
    let (tasks, page) = shown(&report, &[design(), ana()]).await;
    assert_eq!(tasks, [true, true, false, true]);
    assert!(page.contains("<h2>Overdue, of Ana, in Website (1)</h2>"), "{page}");
    let (tasks, page) = shown(&report, &[gone()]).await;
    assert_eq!(tasks, [false; 4], "names are compared letter by letter, as in the mail");
    assert!(page.contains("There is no such task.") && !page.contains("Nothing is overdue."), "{page}");
    let elsewhere = || list(Named { project: "Merger".into(), ..Named::default() });
    let (_, page) = shown(&report, &[elsewhere()]).await;
    assert!(page.contains("<h2>Overdue</h2>") && !page.contains("Merger"), "who does not see it hears of it: {page}");
    report.projects = vec![ReportProject { name: "Merger".into(), ..report.project.clone() }];
    let (_, page) = shown(&report, &[elsewhere()]).await;
    assert!(page.contains("<h2>Overdue, in Merger</h2>"), "{page}");
    report.projects.clear();
    report.overdue.iter_mut().for_each(|line| line.priority = Priority::Low);
    let urgent =
        Section::Tasks { list: ListKind::Overdue, limit: 50, from: Some(Priority::Urgent), named: Named::default() };
    let (tasks, page) = shown(&report, &[urgent]).await;
    assert_eq!(tasks, [false; 4]);
    assert!(page.contains("There is no such task.") && !page.contains("Nothing is overdue."), "{page}");

    let both = [design(), list(Named::default())];
    let source =
        Source { snapshot: &report, json: "", sections: &both, base_url: "https://reports.example.org", comment: None };
    let printed = paper::print(source).unwrap().data;
    let counts: Vec<_> = printed["parts"].as_array().unwrap().iter().map(|part| part["count"].as_u64()).collect();
    assert_eq!(counts, [Some(2), Some(4)], "on paper each list by itself");
}

#[tokio::test]
async fn a_list_of_one_person_leaves_the_tasks_of_a_namesake_out_of_all_files() {
    let mut report = report(&NUMBERS);
    report.summary.clear();
    report.notes.clear();
    let (one, two, gone) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)), UserId(Uuid::from_u128(3)));
    for (line, person) in report.overdue.iter_mut().zip([one, two, one, two]) {
        line.people = vec!["Sam Lee".into()];
        line.details = TaskDetails { person_ids: vec![person], ..TaskDetails::default() };
    }
    let list = |person_id| {
        let named = Named { person: "Sam Long".into(), person_id, ..Named::default() };
        [Section::Tasks { list: ListKind::Overdue, limit: 50, from: None, named }]
    };
    report.people.open =
        [one, two].map(|person| Share { name: "Sam Lee".into(), person: Some(person), parts: [0, 0, 2, 0] }).to_vec();
    let (tasks, page) = shown(&report, &list(Some(one))).await;
    assert_eq!(tasks, [true, false, true, false]);
    assert!(page.contains("<h2>Overdue, of Sam Lee (2)</h2>"), "as they are called in the report: {page}");
    assert_eq!(shown(&report, &list(Some(two))).await.0, [false, true, false, true]);
    let (tasks, page) = shown(&report, &list(Some(gone))).await;
    assert_eq!(tasks, [false; 4]);
    assert!(!page.contains("Sam Long"), "who has no task here is none of the reader's business: {page}");
    assert_eq!(shown(&report, &list(None)).await.0, [false; 4], "and a name alone is compared letter by letter");
}

#[tokio::test]
async fn the_workbook_has_a_sheet_for_each_list_and_typed_cells_that_compute_nothing() {
    let file = made(&report(&HOSTILE), &sections(), &[AttachmentKind::Xlsx]).await.remove(0);
    let book = part(&file.bytes, "xl/workbook.xml");
    let names: Vec<&str> =
        book.split("<sheet name=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default()).collect();
    assert_eq!(names, ["Summary", "Figures", "Overdue", "Finished", "Due in the next 7 days", "Notes", "Days"]);
    let sheets: String = (1..=7).map(|number| part(&file.bytes, &format!("xl/worksheets/sheet{number}.xml"))).collect();
    assert!(!sheets.contains("<f>"), "no formulas");
    assert_eq!(sheets.matches("state=\"frozen\"").count(), 7);
    assert!(sheets.contains("<v>46346</v>"), "20 November 2026 is a date");
    assert!(sheets.contains("<v>46349.291666"), "seven in the morning in Ljubljana");
    let strings = part(&file.bytes, "xl/sharedStrings.xml");
    assert!(strings.contains("王伟 🚀"), "every letter is there");
}

/// What a cell of a sheet holds that is a number, and how it is written.
fn number(file: &File, sheet: &str, cell: &str) -> (String, String) {
    let (sheet, styles) =
        (part(&file.bytes, &format!("xl/worksheets/{sheet}.xml")), part(&file.bytes, "xl/styles.xml"));
    let rest = sheet.split_once(&format!("<c r=\"{cell}\" s=\"")).unwrap().1;
    let (look, rest) = rest.split_once("\"><v>").unwrap();
    let value = rest.split_once('<').unwrap().0;
    // A text has its kind between the two.
    let look: usize = look.parse().unwrap();
    let looks = styles.split_once("<cellXfs").unwrap().1;
    let format = looks.split("<xf numFmtId=\"").nth(look + 1).unwrap().split('"').next().unwrap();
    let code = styles.split_once(&format!("<numFmt numFmtId=\"{format}\" formatCode=\"")).unwrap().1;
    (value.to_owned(), code.split('"').next().unwrap().to_owned())
}

#[tokio::test]
async fn due_dates_are_dates_in_the_workbook_and_written_alike_everywhere_in_the_table() {
    let mut report = report(&NUMBERS);
    let day: chrono::NaiveDate = "2026-11-24".parse().unwrap();
    let known = TaskDetails { project: "Website".into(), ..TaskDetails::default() };
    report.overdue[0].details = TaskDetails { due_on: Some(day), ..known.clone() };
    let at = "2026-11-24T16:00:00Z".parse().ok();
    report.overdue[1].details = TaskDetails { due_on: Some(day), due_at: at, ..known.clone() };
    // Finished, and never due: its chip says when it was done.
    report.overdue[2].details = known;
    report.overdue[2].due = Some(DueWords { key: DueKey::Done, words: "Done 20 Nov".into() });
    let kinds = [AttachmentKind::Xlsx, AttachmentKind::Csv];
    let files = made(&report, &sections(), &kinds).await;

    let (book, table) = (&files[0], &files[1]);
    assert_eq!(number(book, "sheet3", "I2"), ("46350".to_owned(), "yyyy-mm-dd".to_owned()));
    let (value, format) = number(book, "sheet3", "I3");
    assert!(value.starts_with("46350.708333"), "five in the afternoon in Ljubljana: {value}");
    assert_eq!(format, "yyyy-mm-dd hh:mm");
    let strings = part(&book.bytes, "xl/sharedStrings.xml");
    assert!(!strings.contains("Done 20 Nov") && strings.contains(">Overdue 2 days<"), "where only words are known");

    let text = String::from_utf8_lossy(&table.bytes).into_owned();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let dues: Vec<&str> = rows.iter().filter(|row| &row[0] == "Overdue").map(|row| &row[11]).collect();
    assert_eq!(dues, ["2026-11-24", "2026-11-24T17:00+01:00", "", "Overdue 2 days"]);
}

/// How many lines of lead times a workbook has, and its sheet of figures.
async fn lead_times(report: &Snapshot) -> (usize, String) {
    let file = made(report, &[Section::Figures], &[AttachmentKind::Xlsx]).await.remove(0);
    let strings = part(&file.bytes, "xl/sharedStrings.xml");
    (strings.matches("Lead time, ").count(), part(&file.bytes, "xl/worksheets/sheet2.xml"))
}

#[tokio::test]
async fn the_workbook_says_how_long_tasks_took_where_any_were_finished() {
    let mut report = report(&["Mend the press brake"]);
    assert_eq!(lead_times(&report).await.0, 0, "nothing was finished");
    report.cycle.p85 = Some(410);
    report.cycle.lead = LeadTimes { p50: Some(430), p85: Some(470), p95: Some(530) };
    let (lines, figures) = lead_times(&report).await;
    assert_eq!(lines, 3);
    for days in [410, 430, 470, 530] {
        assert!(figures.contains(&format!("<v>{days}</v>")), "{days} is a number: {figures}");
    }
}

#[tokio::test]
async fn the_table_holds_the_tasks_of_the_lists_and_no_cell_begins_a_formula() {
    let file = made(&report(&HOSTILE), &sections(), &[AttachmentKind::Csv]).await.remove(0);
    let text = String::from_utf8(file.bytes).unwrap();
    let body = text.strip_prefix('\u{feff}').unwrap();
    assert!(body.starts_with("List,Task,Title,People,Status,"), "{body}");
    assert!(
        body.contains("\r\nOverdue,APP-1,\"'=HYPERLINK(\"\"http://x.example\"\")\",Mina Kovač; Sam Lee,In Progress,")
    );
    let mut reader = csv::Reader::from_reader(body.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), 2 * HOSTILE.len());
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
    assert_eq!(&rows[0][12], "https://reports.example.org/tasks/APP-1");
}

#[tokio::test]
async fn the_page_for_a_browser_shows_all_parts_fetches_nothing_and_runs_nothing_that_people_wrote() {
    let file = made(&report(&HOSTILE), &sections(), &[AttachmentKind::Html]).await.remove(0);
    let page = String::from_utf8(file.bytes).unwrap();
    let overdue = format!("<h2>Overdue ({})</h2>", HOSTILE.len());
    for words in [
        "<h2>Summary</h2>",
        "<h2>Key figures</h2>",
        overdue.as_str(),
        "<h2>Due in the next 7 days</h2>",
        "<h2>Work notes</h2>",
        "<h2>In our own words</h2>",
        "We are on time.",
        "&lt;script&gt;alert(1)&lt;",
        "<a href=\"https://reports.example.org/tasks/APP-1\">",
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert_eq!(page.matches("<img src=\"data:image/png;base64,").count(), 2);
    assert!(!page.contains("<script") && !page.contains("alt=\"\""), "{page}");
    for fetches in ["src=\"http", "url(", "<link rel=\"stylesheet", "@import", "cid:"] {
        assert!(!page.contains(fetches), "{fetches} in {page}");
    }
}

/// The pages as pictures against committed ones. `UPDATE_SNAPSHOTS=1` writes them anew:
/// `UPDATE_SNAPSHOTS=1 scripts/test.sh rules`, or, with the variables that it sets,
/// `cargo test --release --package server --package app --features app/testing the_pages_look_as_committed`.
#[tokio::test]
async fn the_pages_look_as_committed() {
    let titles = ["Mend the press brake", "Order new guards for both presses", "Ask the insurer about the old ones"];
    let file = made(&report(&titles), &sections(), &[AttachmentKind::Pdf]).await.remove(0);
    let pages = pictures(&file.bytes);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/reports/service/files/snapshots");
    let path = |number: usize| folder.join(format!("page-{number}.png"));
    #[allow(clippy::disallowed_methods, reason = "the one switch of the tests, not of the program")]
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        for (number, page) in (1..).zip(&pages) {
            page.save(path(number)).unwrap();
        }
    }
    assert!(!path(pages.len() + 1).exists(), "there were more pages");
    for (number, page) in (1..).zip(&pages) {
        let kept = image::open(path(number)).map(image::DynamicImage::into_luma8);
        let kept = kept.unwrap_or_else(|error| panic!("{}: {error}", path(number).display()));
        assert!(is_alike(&kept, page), "page {number} differs; UPDATE_SNAPSHOTS=1 writes it anew");
    }
}

/// The pages, drawn by another program than the one that laid them out.
fn pictures(pdf: &[u8]) -> Vec<image::GrayImage> {
    let folder = std::env::temp_dir().join(format!("autoreport-pages-{}", Uuid::now_v7()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("report.pdf"), pdf).unwrap();
    let drawn = Command::new("pdftoppm")
        .args(["-r", "60", "-gray", "-png", "report.pdf", "page"])
        .current_dir(&folder)
        .output()
        .expect("pdftoppm of poppler-utils is there");
    assert!(drawn.status.success(), "{}", String::from_utf8_lossy(&drawn.stderr));
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "png"));
    paths.sort();
    let pages = paths.iter().map(|path| image::open(path).unwrap().into_luma8()).collect();
    std::fs::remove_dir_all(&folder).unwrap();
    pages
}

/// Whether two pages show the same: versions of the program that draws them smooth edges a little differently, but no
/// word, line or bar moves by a pixel's width without many pixels telling.
fn is_alike(one: &image::GrayImage, other: &image::GrayImage) -> bool {
    if one.dimensions() != other.dimensions() {
        return false;
    }
    let differences = one.as_raw().iter().zip(other.as_raw()).filter(|(one, other)| one.abs_diff(**other) > 80).count();
    differences * 5_000 < one.as_raw().len()
}
