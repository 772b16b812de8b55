//! The program itself: bad settings are one clear sentence and exit code 1.

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

/// A folder of its own; it goes when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("autoreport-cli-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn program(folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_autoreport"));
    command
        .env_clear()
        .env("AUTOREPORT_DATA_DIR", &folder.0)
        .env("AUTOREPORT_ADDR", "127.0.0.1:0")
        .stdin(Stdio::null());
    command
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Exit code 1, one sentence that names the cause, no panic.
fn assert_refused(output: &Output, cause: &str) {
    let words = words(output);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains(cause), "“{cause}” is in: {words}");
    assert!(!words.contains("panicked"), "{words}");
}

#[test]
fn an_unknown_setting_is_refused_with_the_nearest_known_name() {
    let folder = Folder::new("unknown");
    let output = program(&folder).env("AUTOREPORT_DATADIR", "x").output().unwrap();
    assert_refused(&output, "Did you mean AUTOREPORT_DATA_DIR?");
}

#[test]
fn a_wrong_port_is_refused() {
    let folder = Folder::new("port");
    let output = program(&folder).env("AUTOREPORT_ADDR", "127.0.0.1:70000").output().unwrap();
    assert_refused(&output, "65535");
}

#[test]
fn a_port_in_use_is_said() {
    let folder = Folder::new("busy");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let output = program(&folder).env("AUTOREPORT_ADDR", listener.local_addr().unwrap().to_string()).output().unwrap();
    assert_refused(&output, "Cannot listen on");
}

#[test]
fn a_data_folder_that_cannot_be_written_is_said() {
    let folder = Folder::new("unwritable");
    let file = folder.0.join("a-file");
    std::fs::write(&file, "").unwrap();
    let output = program(&folder).env("AUTOREPORT_DATA_DIR", &file).arg("migrate").output().unwrap();
    assert_refused(&output, "cannot be written");
}

#[test]
fn a_postgresql_that_does_not_answer_is_said_without_its_password() {
    let folder = Folder::new("unreachable");
    let output =
        program(&folder).env("DATABASE_URL", "postgres://ann:secret@127.0.0.1:1/x").arg("migrate").output().unwrap();
    assert_refused(&output, "cannot be reached");
    assert!(!words(&output).contains("secret"));
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let folder = Folder::new("newer");
    assert!(program(&folder).arg("migrate").output().unwrap().status.success());
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_from_the_future', 0)";
    let database = folder.0.join("autoreport.db");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use sea_orm::ConnectionTrait;
        let db = sea_orm::Database::connect(format!("sqlite://{}", database.display())).await.unwrap();
        db.execute_unprepared(newer).await.unwrap();
    });
    let output = program(&folder).arg("migrate").output().unwrap();
    assert_refused(&output, "m9999_from_the_future");
}

#[test]
fn wrong_use_is_exit_code_2_and_help_is_there() {
    let folder = Folder::new("use");
    assert_eq!(program(&folder).arg("nonsense").output().unwrap().status.code(), Some(2));
    let help = program(&folder).arg("--help").output().unwrap();
    assert!(help.status.success() && words(&help).contains("migrate"));
}

#[test]
fn an_account_is_made_with_the_password_from_standard_input() {
    let folder = Folder::new("user");
    let create = |password: &str| {
        let mut child = program(&folder)
            .args(["user", "create", "--email", "dana@example.org", "--name", "Dana", "--admin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    assert_refused(&create("short\n"), "12 characters");
    assert!(create("grey pebble under the bridge\n").status.success());
    assert_refused(&create("grey pebble under the bridge\n"), "already in use");
}

#[test]
fn check_prints_every_setting() {
    let folder = Folder::new("check");
    let words = words(&program(&folder).arg("check").output().unwrap());
    for name in ["DATABASE_URL=", "AUTOREPORT_ADDR=", "AUTOREPORT_SIGNUP=invite"] {
        assert!(words.contains(name), "{name} is in: {words}");
    }
}

#[test]
fn check_says_which_scripts_have_no_font_and_whether_the_folder_of_fonts_is_there() {
    let folder = Folder::new("fonts");
    let empty = folder.0.join("fonts");
    std::fs::create_dir_all(&empty).unwrap();
    let said = words(&program(&folder).env("AUTOREPORT_FONTS", &empty).arg("check").output().unwrap());
    assert!(said.contains("no font has Arabic, Hebrew") && said.contains("Korean, emoji"), "{said}");
    let output = program(&folder).env("AUTOREPORT_FONTS", folder.0.join("nowhere")).arg("check").output().unwrap();
    assert_refused(&output, "nowhere is no folder. Set AUTOREPORT_FONTS");
}
