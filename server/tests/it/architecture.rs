//! The floor plan of `app/base/src/lib.rs` and `app/src/lib.rs`, held against the code.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The two crates in the order of their floors: what everything stands on, and the rest.
fn sources() -> [PathBuf; 2] {
    ["../app/base/src", "../app/src"].map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
}

fn floors() -> Vec<String> {
    let plans = sources().map(|source| fs::read_to_string(source.join("lib.rs")).unwrap());
    plans
        .iter()
        .flat_map(|plan| plan.lines())
        .filter_map(|line| line.strip_prefix("pub mod "))
        .map(|line| line.trim_end_matches(';').to_owned())
        .collect()
}

/// The path inside its crate, as the floors name it.
fn relative(path: &Path) -> String {
    let inside = sources().into_iter().find_map(|source| path.strip_prefix(source).ok().map(Path::to_path_buf));
    inside.unwrap().to_string_lossy().into_owned()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

fn all_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for source in sources() {
        files(&source, &mut found);
    }
    found.sort();
    found
}

/// Names that follow `crate::`, also in a grouped `use crate::{a::…, b::…}`.
fn used_floors(text: &str) -> Vec<String> {
    let name = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut used = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if !rest.starts_with('{') {
            used.push(name(rest));
            continue;
        }
        let mut depth = 0;
        let mut is_start = false;
        for (at, c) in rest.char_indices() {
            match c {
                '{' => {
                    depth += 1;
                    is_start = depth == 1;
                }
                '}' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                ',' if depth == 1 => is_start = true,
                c if c.is_whitespace() => {}
                _ if is_start => {
                    used.push(name(&rest[at..]));
                    is_start = false;
                }
                _ => {}
            }
        }
    }
    used
}

#[test]
fn a_module_uses_only_what_stands_above_it() {
    let floors = floors();
    assert!(
        floors.contains(&"domain".to_owned()) && floors.contains(&"tasks".to_owned()),
        "the plan was read: {floors:?}"
    );
    let floor_of = |name: &str| floors.iter().position(|floor| floor == name);
    let mut broken = Vec::new();
    for path in all_files() {
        let relative = relative(&path);
        let own = relative.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        let Some(own_floor) = floor_of(&own) else { continue };
        for used in used_floors(&fs::read_to_string(&path).unwrap()) {
            if floor_of(&used).is_some_and(|floor| floor > own_floor) {
                broken.push(format!("{} uses {used}, which stands below", relative));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_check_of_the_floors_sees_both_ways_to_write_a_path() {
    assert_eq!(used_floors("use crate::ui::Icon;"), ["ui"]);
    assert_eq!(used_floors("use crate::{\n    domain::{a, b},\n    error::X,\n};"), ["domain", "error"]);
}

#[test]
fn every_file_says_first_what_it_is_for() {
    let silent: Vec<_> =
        all_files().into_iter().filter(|path| !fs::read_to_string(path).unwrap().starts_with("//! ")).collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn nobody_reads_the_clock_or_the_environment_but_their_doors() {
    // The simulation is a test, and whoever runs it says with which seed.
    let doors = ["platform/clock.rs", "testing/", "domain/simulation.rs"];
    let mut found = Vec::new();
    for path in all_files() {
        let relative = relative(&path);
        if doors.iter().any(|door| relative.starts_with(door)) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for call in ["Utc::now()", "Local::now()", "SystemTime::now()", "env::var("] {
            if text.contains(call) {
                found.push(format!("{relative}: {call}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn connections_to_other_machines_go_through_their_door() {
    let mut found = Vec::new();
    for path in all_files() {
        let relative = relative(&path);
        if relative.starts_with("testing/") || relative == "platform/outbound.rs" {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for call in ["lookup_host(", "TcpStream::connect(", "to_socket_addrs("] {
            if text.contains(call) {
                found.push(format!("{relative}: {call}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn templates_of_people_are_rendered_without_walls_only_in_tests() {
    let door = "platform/render/cage.rs";
    let mut found = Vec::new();
    for path in all_files() {
        let relative = relative(&path);
        if !relative.starts_with("testing/")
            && relative != door
            && fs::read_to_string(&path).unwrap().contains("Walls::None")
        {
            found.push(relative);
        }
    }
    assert!(found.is_empty(), "{found:?}");
    let mut host = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut host);
    assert!(host.iter().all(|path| !fs::read_to_string(path).unwrap().contains("Walls::None")), "in the server");
}

/// The names of properties behind each `before`, with what follows them.
fn properties<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    text.match_indices(before).map(move |(at, _)| {
        let rest = &text[at + before.len()..];
        rest.split_at(rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(rest.len()))
    })
}

#[test]
fn every_property_that_a_style_takes_is_set_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let sheets = fs::read_dir(root.join("style")).unwrap().map(|entry| entry.unwrap().path());
    let mut styles: Vec<PathBuf> = sheets.filter(|path| path.extension().is_some_and(|end| end == "css")).collect();
    styles.push(root.join("scripts/editor/main.mjs"));
    let styles: Vec<String> = styles.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    // Some are set on their elements by the pages.
    let pages: Vec<String> = all_files().iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let set: Vec<&str> = styles
        .iter()
        .chain(&pages)
        .flat_map(|text| properties(text, "--"))
        .filter(|(_, rest)| rest.starts_with([':', '"', '=']))
        .map(|(name, _)| name)
        .collect();
    let mut taken: Vec<&str> =
        styles.iter().flat_map(|text| properties(text, "var(--")).map(|(name, _)| name).collect();
    taken.sort_unstable();
    taken.dedup();
    assert!(taken.len() > 100, "the styles are read: {taken:?}");
    let unset: Vec<&str> = taken.into_iter().filter(|name| !set.contains(name)).collect();
    assert!(unset.is_empty(), "taken and never set: {unset:?}");
}
