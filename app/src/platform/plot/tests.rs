//! The charts against committed pictures (`snapshots/*.svg`), and what every chart must keep.

mod kinds;

use std::path::Path;

use chrono::NaiveDate;

use super::{
    ink::Ink,
    paper::{Anchor, Shape, Weight},
    *,
};
use crate::{
    domain::{
        metrics::{DayCount, StatusCount},
        period::Period,
        task::Status,
    },
    platform::fonts::Fonts,
};

fn days(counts: &[(u32, u32)]) -> Vec<DayCount> {
    let last: NaiveDate = "2026-11-22".parse().unwrap();
    let period = Period::ending(last, u32::try_from(counts.len()).unwrap());
    let day = |(date, (created, completed)): (NaiveDate, &(u32, u32))| DayCount {
        date,
        created: *created,
        completed: *completed,
    };
    period.dates().zip(counts).map(day).collect()
}

fn week() -> Vec<DayCount> {
    days(&[(6, 4), (8, 7), (4, 6), (5, 6), (1, 2), (2, 1), (5, 6)])
}

fn fortnight() -> Vec<DayCount> {
    let created = [6, 4, 7, 5, 3, 1, 0, 5, 6, 8, 4, 5, 1, 2];
    let completed = [3, 5, 6, 5, 6, 0, 1, 6, 4, 7, 6, 6, 2, 1];
    days(&created.into_iter().zip(completed).collect::<Vec<_>>())
}

fn statuses(todo: u32, progress: u32, pending: u32) -> Vec<StatusCount> {
    [(Status::Todo, todo), (Status::Progress, progress), (Status::Pending, pending)]
        .map(|(status, count)| StatusCount { status, count })
        .to_vec()
}

/// Compares with the committed picture; `UPDATE_SNAPSHOTS=1` writes it anew.
fn assert_picture(name: &str, svg: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/platform/plot/snapshots").join(name);
    #[allow(clippy::disallowed_methods, reason = "the one switch of the tests, not of the program")]
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, svg).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == svg, "{name} differs from {}; UPDATE_SNAPSHOTS=1 writes it anew", path.display());
}

#[test]
fn the_charts_look_as_committed() {
    assert_picture("flow-mail.svg", &flow_chart(&week(), Frame::MAIL).mail());
    assert_picture("flow-page.svg", &flow_chart(&fortnight(), Frame::PAGE).page("flow"));
    assert_picture("flow-empty.svg", &flow_chart(&days(&[(0, 0); 7]), Frame::MAIL).mail());
    assert_picture("flow-one-day.svg", &flow_chart(&days(&[(3, 1)]), Frame::MAIL).mail());
    assert_picture("status-mail.svg", &status_chart(&statuses(21, 14, 13), Frame::MAIL).mail());
    assert_picture("status-page.svg", &status_chart(&statuses(21, 14, 0), Frame::NARROW).page("status"));
    assert_picture("spark.svg", &sparkline(&[Some(3), Some(3), None, Some(8), Some(5), Some(1)]).ornament());
}

#[test]
fn a_sparkline_ends_in_a_dot_and_a_value_alone_is_a_point() {
    let lines = |values: &[Option<u32>]| sparkline(values).ornament();
    assert_eq!(lines(&[Some(2), Some(4)]).matches("stroke-width=\"6\"").count(), 1);
    assert!(lines(&[Some(2), Some(4)]).contains("points=\"159.9,3 160,3\""), "where the figure is now");
    let gaps = lines(&[Some(1), None, Some(2), None]);
    assert_eq!((gaps.matches("<polyline").count(), gaps.matches("stroke-width=\"6\"").count()), (2, 0));
    assert!(!lines(&[]).contains("<polyline") && !lines(&[None; 9]).contains("<polyline"));
}

#[test]
fn a_page_gets_tokens_and_a_mail_gets_colours() {
    let drawing = flow_chart(&fortnight(), Frame::PAGE);
    let page = drawing.page("flow");
    assert!(page.contains("var(--viz-1)") && !page.contains('#'), "{page}");
    assert!(!page.contains("style="), "the policy forbids inline styles");
    assert!(page.contains("role=\"img\" aria-labelledby=\"flow-title flow-desc\""));
    assert!(page.contains("<g aria-hidden=\"true\">"));
    let mail = drawing.mail();
    assert!(!mail.contains("var("), "mail has no tokens");
    assert!(mail.contains("fill=\"#ffffff\""), "an opaque ground");
}

#[test]
fn created_is_told_from_completed_without_colour() {
    let svg = flow_chart(&week(), Frame::MAIL).mail();
    assert_eq!(svg.matches("stroke-dasharray").count(), 1);
    assert!(svg.contains(">Created 31<") && svg.contains(">Completed 32<"));
}

#[test]
fn the_description_says_what_the_picture_shows() {
    let drawing = flow_chart(&week(), Frame::MAIL);
    assert_eq!(
        drawing.description,
        "Two lines. Created: 31 in total, at most 8 on 17 Nov. Completed: 32 in total, at most 7 on 17 Nov."
    );
    let none = flow_chart(&days(&[(0, 0); 7]), Frame::MAIL);
    assert!(none.mail().contains("No tasks in this period"));
}

/// The baseline of a word on the chart.
fn baseline(svg: &str, word: &str) -> f64 {
    let before = &svg[..svg.find(&format!(">{word}<")).unwrap()];
    let y = &before[before.rfind(" y=\"").unwrap() + 4..];
    y[..y.find('"').unwrap()].parse().unwrap()
}

#[test]
fn names_at_the_ends_touch_neither_each_other_nor_the_days() {
    for last in [(4, 4), (0, 0), (1, 0)] {
        let svg = flow_chart(&days(&[(1, 20), last]), Frame::PAGE).mail();
        let (created, completed) = (baseline(&svg, "Created"), baseline(&svg, "Completed"));
        assert!((created - completed).abs() >= 16.0, "{last:?}: {created} and {completed}");
        assert!(created.max(completed) <= baseline(&svg, "0"), "{last:?}: below the axis");
    }
}

#[test]
fn a_picture_has_twice_the_size_its_words_and_the_same_bytes_each_time() {
    let drawing = flow_chart(&week(), Frame::MAIL);
    let png = drawing.png().unwrap();
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let size = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!((size(16), size(20)), (1072, 400));
    assert!(png.len() < 60_000, "{} bytes", png.len());
    assert_eq!(png, drawing.png().unwrap());
    let mut wordless = drawing.clone();
    wordless.shapes.retain(|shape| !matches!(shape, Shape::Words { .. }));
    assert_ne!(png, wordless.png().unwrap(), "words are drawn, so the font was found");
}

/// A picture of these words alone.
fn written(text: &str, weight: Weight) -> Drawing {
    let mut drawing = flow_chart(&week(), Frame::MAIL);
    let words = Shape::Words {
        text: text.into(),
        at: (2_600, 1_000),
        anchor: Anchor::Middle,
        weight,
        size: 240,
        ink: Ink::Text,
    };
    drawing.shapes = vec![words];
    drawing
}

fn fonts_of_the_fixtures() -> Fonts {
    Fonts::of(vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/platform/fonts/fixtures")])
}

#[test]
fn names_in_other_scripts_are_drawn_with_the_fonts_of_the_machine() {
    let (inter, some) = (Fonts::default(), fonts_of_the_fixtures());
    let nothing = written("", Weight::Regular).png_with(&inter).unwrap();
    for text in ["אברהם", "प्रिया", "王伟", "प्रिया Kos: 5 tasks", "\u{2068}אברהם Kos\u{2069}: 5 tasks"]
    {
        for weight in [Weight::Regular, Weight::SemiBold] {
            let drawing = written(text, weight);
            let (boxes, letters) = (drawing.png_with(&inter).unwrap(), drawing.png_with(&some).unwrap());
            assert_ne!(boxes, nothing, "{text}: what no font has is not left out");
            assert_ne!(letters, nothing, "{text}");
            assert_ne!(letters, boxes, "{text}");
            assert_eq!(letters, drawing.png_with(&some).unwrap(), "{text}: the same bytes each time");
        }
    }
}

#[test]
fn fonts_of_the_machine_change_nothing_about_words_that_inter_can_write() {
    let drawing = flow_chart(&week(), Frame::MAIL);
    assert_eq!(drawing.png_with(&fonts_of_the_fixtures()).unwrap(), drawing.png().unwrap());
    assert_eq!(drawing.paper().unwrap(), drawing.mail());
}

#[test]
fn on_paper_words_in_other_scripts_are_outlines() {
    let svg = written("\u{2068}אברהם\u{2069}: 5 tasks", Weight::Regular).paper_with(&fonts_of_the_fixtures()).unwrap();
    assert!(svg.contains("<path") && !svg.contains("<text"), "{svg}");
}
