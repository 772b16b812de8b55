//! The charts of flow, shares, cycle times, ages, forecasts and late work: their pictures, and their edges.

use uuid::Uuid;

use super::*;
use crate::domain::{
    ids::TaskId,
    metrics::{
        AgeBand, AgePoint, Ageing, Bin, Chance, CyclePoint, CycleTimes, FlowDay, Forecast, LateBuckets, OTHER,
        PriorityShare, Share,
    },
    readout::WHOLE,
};

fn flow(days: u32, end: [u32; 4]) -> Vec<FlowDay> {
    let [todo, in_progress, pending, completed] = end;
    let last: NaiveDate = "2026-11-22".parse().unwrap();
    let day = |(date, n): (NaiveDate, u32)| FlowDay {
        date,
        todo: todo.saturating_sub((days - n) / 2),
        in_progress: in_progress / 2 + n % 4,
        pending,
        completed: completed / days * n,
    };
    Period::ending(last, days).dates().zip(1..).map(day).collect()
}

fn share(name: &str, parts: [u32; 4]) -> Share {
    Share { name: name.into(), person: None, parts }
}

fn people() -> Vec<Share> {
    vec![
        share("Mina Kos", [3, 6, 4, 2]),
        share("Wolfeschlegelsteinhausenbergerdorff the Elder of Nowhere", [0, 5, 0, 1]),
        share("אברהם בן שלמה הכהן מירושלים עיר הקודש", [2, 0, 1, 0]),
        share("Jonas", [0, 0, 1, 0]),
        share(OTHER, [1, 1, 0, 0]),
    ]
}

/// Tasks without a clock and without luck: the days follow from their numbers.
fn cycle(tasks: u32) -> CycleTimes {
    let last: NaiveDate = "2026-11-22".parse().unwrap();
    let point = |n: u32| CyclePoint {
        task: TaskId(Uuid::from_u128(n.into())),
        reference: format!("T-{n}"),
        title: format!("Task {n}"),
        finished_on: last - chrono::Days::new(u64::from((tasks - n) * 89 / tasks.max(1))),
        days: 1 + n * 7_919 % 23 + if n.is_multiple_of(17) { n * 31 % 40 } else { 0 },
    };
    let points: Vec<CyclePoint> = (1..=tasks).map(point).collect();
    let days: Vec<u32> = points.iter().map(|point| point.days).collect();
    let at = |percent| crate::domain::metrics::percentile(&days, percent);
    CycleTimes { p50: at(50), p85: at(85), p95: at(95), points, ..CycleTimes::default() }
}

fn ageing(tasks: u32) -> Ageing {
    let point = |n: u32| AgePoint {
        task: TaskId(Uuid::from_u128(n.into())),
        reference: format!("T-{n}"),
        title: format!("Task {n}"),
        status: if n.is_multiple_of(3) { Status::Pending } else { Status::Progress },
        days: 1 + n * 31 % 19,
    };
    let band = |status, p50, p85, p95| AgeBand { status, p50: Some(p50), p85: Some(p85), p95: Some(p95) };
    let bands = vec![band(Status::Progress, 3, 6, 8), band(Status::Pending, 5, 5, 12)];
    Ageing { points: (1..=tasks).map(point).collect(), bands }
}

fn forecast() -> Forecast {
    let bins = (20..60_u32).map(|days| Bin { days, trials: 900_u32.saturating_sub((days.abs_diff(38)).pow(2) * 3) });
    let chance = |percent, value| Chance { percent, value };
    Forecast {
        history_days: 90,
        open: 48,
        items: Some(vec![chance(50, 28), chance(85, 22), chance(95, 19)]),
        days: Some(vec![chance(50, 38), chance(85, 46), chance(95, 50)]),
        bins: bins.filter(|bin| bin.trials > 0).collect(),
        ..Forecast::default()
    }
}

fn all(frame: Frame) -> Vec<(&'static str, Drawing)> {
    let late = LateBuckets { days_1_2: 4, days_3_7: 2, days_8_30: 5, days_over_30: 1 };
    let priorities = PriorityShare { open: [6, 21, 14, 3], completed: [1, 2, 3, 4] };
    vec![
        ("cumulative", cumulative_chart(&flow(30, [21, 14, 3, 60]), frame)),
        ("person", person_chart(&people(), frame)),
        ("label", label_chart(&people(), frame)),
        ("priority", priority_chart(&priorities, frame)),
        ("late", late_chart(&late, frame)),
        ("cycle", cycle_chart(&cycle(60), frame)),
        ("ageing", ageing_chart(&ageing(24), frame)),
        ("forecast", forecast_chart(&forecast(), frame)),
    ]
}

fn none(frame: Frame) -> Vec<(&'static str, Drawing)> {
    vec![
        ("cumulative", cumulative_chart(&[], frame)),
        ("person", person_chart(&[], frame)),
        ("label", label_chart(&[], frame)),
        ("priority", priority_chart(&PriorityShare::default(), frame)),
        ("late", late_chart(&LateBuckets::default(), frame)),
        ("cycle", cycle_chart(&CycleTimes::default(), frame)),
        ("ageing", ageing_chart(&Ageing::default(), frame)),
        ("forecast", forecast_chart(&Forecast { history_days: 90, open: 5, ..Forecast::default() }, frame)),
    ]
}

fn huge(frame: Frame) -> Vec<(&'static str, Drawing)> {
    let most = u32::MAX;
    let date: NaiveDate = "2026-11-22".parse().unwrap();
    let days = [most, 1].map(|days| CyclePoint { days, ..cycle(1).points[0].clone() });
    let cycle_times = CycleTimes { points: days.to_vec(), p85: Some(most), p95: Some(most), ..cycle(1) };
    let points = vec![AgePoint { days: most, ..ageing(1).points[0].clone() }];
    let bins = vec![Bin { days: 1, trials: most }, Bin { days: most, trials: most }];
    let flow_day = FlowDay { date, todo: most, in_progress: most, pending: most, completed: most };
    vec![
        ("flow", flow_chart(&[DayCount { date, created: most, completed: most }; 3], frame)),
        ("status", status_chart(&statuses(most, most, 0), frame)),
        ("cumulative", cumulative_chart(&[flow_day; 2], frame)),
        ("person", person_chart(&[share(&"W".repeat(500), [most; 4]), share("", [0, 0, 0, 1])], frame)),
        ("priority", priority_chart(&PriorityShare { open: [most; 4], completed: [0; 4] }, frame)),
        ("cycle", cycle_chart(&cycle_times, frame)),
        ("ageing", ageing_chart(&Ageing { points, bands: Vec::new() }, frame)),
        ("forecast", forecast_chart(&Forecast { bins, ..forecast() }, frame)),
    ]
}

#[test]
fn the_charts_of_reports_look_as_committed() {
    for (name, drawing) in all(Frame::PAGE) {
        assert_picture(&format!("{name}-page.svg"), &drawing.page(name));
    }
    for (name, drawing) in all(Frame::NARROW) {
        assert_picture(&format!("{name}-narrow.svg"), &drawing.page(name));
    }
    for (name, drawing) in all(Frame::MAIL) {
        assert_picture(&format!("{name}-mail.svg"), &drawing.mail());
    }
    for (name, drawing) in all(Frame::COLUMN) {
        assert_picture(&format!("{name}-column.svg"), &drawing.mail());
    }
    for (name, drawing) in none(Frame::PAGE) {
        assert_picture(&format!("{name}-empty.svg"), &drawing.page(name));
    }
}

/// The numbers of an attribute.
fn numbers(svg: &str, attribute: &str) -> Vec<f64> {
    let before = format!(" {attribute}=\"");
    svg.match_indices(&before)
        .filter_map(|(at, _)| {
            let value = &svg[at + before.len()..];
            value[..value.find('"')?].parse().ok()
        })
        .collect()
}

#[test]
fn everything_lies_within_the_drawing_and_nothing_has_a_negative_size() {
    for frame in [Frame::PAGE, Frame::NARROW, Frame::MAIL, Frame::COLUMN] {
        for (name, drawing) in all(frame).into_iter().chain(none(frame)).chain(huge(frame)) {
            let svg = drawing.page("x");
            let (width, height) = (f64::from(drawing.width), f64::from(drawing.height));
            for (attributes, end) in [(["x", "cx"], width), (["y", "cy"], height)] {
                for place in attributes.iter().flat_map(|attribute| numbers(&svg, attribute)) {
                    assert!((0.0..=end).contains(&place), "{name} in {frame:?}: {place} of {end}");
                }
            }
            for size in ["width", "height", "r"].iter().flat_map(|attribute| numbers(&svg, attribute)) {
                assert!(size > 0.0 && size <= width.max(height), "{name} in {frame:?}: size {size}");
            }
            for pair in svg.split("points=\"").skip(1).flat_map(|rest| rest[..rest.find('"').unwrap()].split(' ')) {
                let (x, y) = pair.split_once(',').unwrap();
                let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
                assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y), "{name} in {frame:?}: {pair}");
            }
        }
    }
}

#[test]
fn every_chart_is_a_picture_with_a_title_words_and_stops_in_order() {
    for (name, drawing) in all(Frame::PAGE) {
        assert!(!drawing.title.is_empty() && drawing.description.ends_with('.'), "{name}: {}", drawing.description);
        let places: Vec<u32> = drawing.readout.points.iter().map(|point| point.at).collect();
        assert!(places.len() > 1 && places.is_sorted() && places.iter().all(|at| *at <= WHOLE), "{name}: {places:?}");
        assert!(drawing.png().is_ok(), "{name}");
        assert!(!drawing.page(name).contains('#'), "{name}: pages have tokens");
    }
    for (name, drawing) in none(Frame::MAIL).into_iter().chain(huge(Frame::MAIL)) {
        assert!(drawing.png().is_ok(), "{name}");
    }
}

#[test]
fn without_data_a_chart_says_so() {
    let [cumulative, person, label, _, _, cycle, ageing, forecast] = none(Frame::PAGE).try_into().unwrap();
    for ((_, drawing), words) in [
        (cumulative, "No tasks in this period"),
        (person, "No work is open"),
        (label, "No open work has a label"),
        (cycle, "No tasks were finished in this period"),
        (ageing, "No work is in progress"),
        (forecast, "No task was finished in the last 90 days, so there is no forecast"),
    ] {
        let svg = drawing.page("x");
        assert!(svg.contains(&format!(">{words}<")), "{svg}");
    }
}

#[test]
fn a_forecast_beyond_two_years_does_not_say_that_nothing_was_finished() {
    let mut slow = [0; 90];
    slow[3] = 1;
    let drawing = forecast_chart(&Forecast::of(&slow, 400), Frame::PAGE);
    assert_eq!(drawing.title, "At this pace it takes more than two years");
    let words = "At this pace the 400 open tasks will not be done within two years";
    assert_eq!(drawing.description, format!("Bars of trials, none. {words}."));
    // Some trials end, and the last of them is not the end of all.
    let some = forecast_chart(&Forecast::of(&slow, 8), Frame::PAGE);
    let last = &some.readout.points.last().unwrap().words;
    assert!(last.contains(" of 10,000 trials") && !last.ends_with(" 100 %"), "{last}");
}

#[test]
fn ten_thousand_points_stay_a_small_picture() {
    let drawings = [
        cycle_chart(&cycle(10_000), Frame::PAGE),
        ageing_chart(&ageing(10_000), Frame::PAGE),
        cumulative_chart(&flow(10_000, [30_000, 40, 3, 20_000]), Frame::PAGE),
    ];
    for drawing in drawings {
        let (bytes, stops) = (drawing.page("x").len(), drawing.readout.points.len());
        assert!(bytes < 60_000 && stops <= 200, "{}: {bytes} bytes, {stops} stops", drawing.title);
    }
}

#[test]
fn one_point_is_a_mark_and_one_day_a_column() {
    let one = cycle_chart(&cycle(1), Frame::PAGE).page("x");
    assert_eq!(one.matches("<circle").count(), 1);
    let day = cumulative_chart(&flow(1, [4, 4, 4, 4]), Frame::PAGE).page("x");
    assert_eq!(day.matches("<polygon").count(), 4 + 4, "four blocks and the four marks of their names");
}

#[test]
fn tasks_of_one_age_lie_beside_each_other_and_are_counted_where_there_is_no_room() {
    let point = |n| AgePoint { days: 5, status: Status::Progress, ..ageing(n).points[0].clone() };
    let few = ageing_chart(&Ageing { points: (1..=3).map(point).collect(), bands: Vec::new() }, Frame::PAGE).mail();
    let mut places = numbers(&few, "cx");
    places.sort_by(f64::total_cmp);
    assert_eq!(places.windows(2).map(|two| two[1] - two[0]).collect::<Vec<_>>(), [10.0, 10.0]);
    let many = ageing_chart(&Ageing { points: (1..=300).map(point).collect(), bands: Vec::new() }, Frame::PAGE).mail();
    assert!(many.contains(">In Progress: 300<") && many.contains(">21 shown<"), "{many}");
}

/// How long four charts take, as lines that `make bench` reads: `figure NAME VALUE UNIT LIMIT`.
#[test]
#[ignore = "measures; run it alone: cargo test --release -- --ignored --nocapture how_long_four_charts_take"]
#[allow(clippy::disallowed_methods, reason = "measures real time")]
fn how_long_four_charts_take() {
    let (cumulative, cycle, ageing) = (flow(90, [300, 40, 3, 4_000]), cycle(5_000), ageing(5_000));
    let days = fortnight();
    let draw = || {
        [
            flow_chart(&days, Frame::MAIL),
            cumulative_chart(&cumulative, Frame::MAIL),
            cycle_chart(&cycle, Frame::MAIL),
            ageing_chart(&ageing, Frame::MAIL),
        ]
    };
    // The fonts are read once in the life of a program.
    assert!(draw()[0].png().is_ok());
    let middle = |work: &dyn Fn()| {
        let mut times: Vec<_> = (0..9)
            .map(|_| {
                let begun = std::time::Instant::now();
                work();
                begun.elapsed()
            })
            .collect();
        times.sort_unstable();
        times[4]
    };
    let svg = middle(&|| draw().iter().for_each(|drawing| drop(std::hint::black_box(drawing.page("x")))));
    let drawings = draw();
    // Beside each other, as a report draws them.
    let png = middle(&|| {
        std::thread::scope(|threads| {
            for drawing in &drawings {
                threads.spawn(|| drop(std::hint::black_box(drawing.png())));
            }
        });
    });
    let bytes: usize = drawings.iter().filter_map(|drawing| drawing.png().ok()).map(|png| png.len()).sum();
    println!("figure charts.5000_tasks.svg {:.2} ms 40", svg.as_secs_f64() * 1_000.0);
    println!("figure charts.5000_tasks.png {:.2} ms 40", png.as_secs_f64() * 1_000.0);
    println!("figure charts.5000_tasks.bytes {:.1} kB 300", bytes as f64 / 1_000.0);
    assert!(bytes < 300_000, "{bytes} bytes of 400 kB");
}
