//! The command line: `serve` (default), `migrate`, `seed`, `user create`, `check`, `health`.
//! Exit codes: 0 done, 1 failed, 2 wrong use.

use std::{fs, io::Write as _, net::SocketAddr, path::Path, process::ExitCode, time::Duration};

use app::{
    accounts::service::users::{self, NewUser},
    domain::account::Role,
    error::AppError,
    platform::{
        assets::Assets,
        clock::Clock,
        ctx::Ctx,
        db::{self, Db, MigrateError},
        fonts::{self, Fonts},
        render::child,
        secrets::{self, Keyring},
        state::AppState,
    },
};
use clap::{Parser, Subcommand};

use crate::{
    accept,
    config::{Config, KNOWN, without_password},
    router::router,
    scheduler, seed,
    sessions::{Store, TrustedProxies},
    telemetry,
};

#[derive(Parser)]
#[command(name = "autoreport", version, about = "A task board that writes and sends its own status reports")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Bring the schema up to date and serve the pages (the default)
    Serve,
    /// Bring the schema up to date
    Migrate,
    /// Make demonstration data: four people, and a project with six weeks of history
    Seed {
        /// Tasks on the board
        #[arg(long, default_value_t = 30)]
        tasks: usize,
    },
    /// Accounts
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Show the configuration and check what it needs
    Check,
    /// Ask a running server whether it is well
    Health,
    /// Render one template of a person behind walls; the server starts this for itself
    #[command(name = child::COMMAND, hide = true)]
    RenderChild,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Make an account; the password is read from standard input
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        /// IANA time zone
        #[arg(long, default_value = "UTC")]
        zone: String,
        /// Make it an administrator
        #[arg(long)]
        admin: bool,
    },
}

/// Runs the command line of the process.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    // Before there is a thread, an open file or a setting.
    if matches!(cli.command, Some(Command::RenderChild)) {
        return child::run();
    }
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(words) => return fail(&words),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("The process cannot start its threads: {error}.")),
    };
    let done = match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            let _log = telemetry::start(config.log_dir.as_deref());
            runtime.block_on(serve(&config))
        }
        Command::Migrate => runtime.block_on(migrate(&config)),
        Command::User { command: UserCommand::Create { email, name, zone, admin } } => {
            runtime.block_on(create_user(&config, email, name, zone, if admin { Role::Admin } else { Role::Member }))
        }
        Command::Seed { tasks } => runtime.block_on(seed(&config, tasks)),
        Command::Check => runtime.block_on(check(&config)),
        Command::Health => runtime.block_on(health(config.addr)),
        Command::RenderChild => return child::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => fail(&words),
    }
}

fn fail(words: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "autoreport: {words}");
    ExitCode::FAILURE
}

/// One sentence, or done.
type Done = Result<(), String>;

async fn serve(config: &Config) -> Done {
    let listener = tokio::net::TcpListener::bind(config.addr).await.map_err(|error| {
        format!("Cannot listen on {}: {error}. Set AUTOREPORT_ADDR to a free address.", config.addr)
    })?;
    let (app, _only) = open(config).await?;
    let proxies = TrustedProxies(config.trusted_proxies.clone().into());
    let sweeper = tokio::spawn(sweep_sessions(Store::new(&app)));
    let scheduler = scheduler::start(app.clone());
    let hub = app.db.hub().clone();
    let router = router(app, &config.site_root, proxies);
    // Open streams would never finish by themselves.
    let stop = async {
        stop_signal().await;
        hub.stop();
    };
    println!("AutoReport is at {} (stop it with Ctrl-C)", config.base_url);
    accept::serve(listener, router, stop).await;
    sweeper.abort();
    scheduler.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// Demonstration data, and how to see them.
async fn seed(config: &Config, tasks: usize) -> Done {
    let (app, _only) = open(config).await?;
    let made = seed::seed_demo(&Ctx::system(&app), tasks).await.map_err(|error| error.words())?;
    println!("Made project {} with {} tasks on its board.", made.project_key, made.tasks);
    if let Some((email, password)) = made.sign_in {
        println!("Sign in as {email} with the password {password}");
    }
    Ok(())
}

/// Everything that a command needs of the data, and the lock that keeps a second process out of SQLite.
async fn open(config: &Config) -> Result<(AppState, Option<fs::File>), String> {
    prepare_folder(&config.data_dir)?;
    let only = match db::sqlite_path(&config.database_url) {
        Some(path) => Some(lock(path)?),
        None => None,
    };
    let db = Db::open(&config.database_url).await.map_err(|error| unreachable_words(config, &error))?;
    bring_up_to_date(&db).await?;
    let assets = Assets::read(&config.site_root)?;
    if let Err(words) = check_fonts(config) {
        tracing::warn!("{words}");
    }
    fonts::look_in(config.font_folders.clone());
    let keyring = keyring(config, &db).await?;
    let mut app = AppState::new(db, config.clock.clone(), config.settings(), assets, keyring);
    app.crash = config.crash.clone();
    for name in &config.for_tests {
        tracing::warn!("{name} is set: this process misbehaves on purpose, for tests");
    }
    Ok((app, only))
}

/// The keyring, made on the first start, and whether it belongs to this database.
async fn keyring(config: &Config, db: &Db) -> Result<Keyring, String> {
    let keyring = Keyring::open_or_create(&config.key_file).map_err(|error| error.to_string())?;
    secrets::check_database(db, &keyring).await.map_err(|error| error.to_string())?;
    Ok(keyring)
}

fn prepare_folder(folder: &Path) -> Done {
    let probe = folder.join(".writable");
    let made = fs::create_dir_all(folder).and_then(|()| fs::write(&probe, b"")).and_then(|()| fs::remove_file(&probe));
    made.map_err(|error| {
        format!(
            "The data folder {} cannot be written: {error}. Set AUTOREPORT_DATA_DIR to one that can.",
            folder.display()
        )
    })
}

/// Whether the folder of fonts is there, where one is set.
fn check_fonts(config: &Config) -> Done {
    match config.fonts.as_deref().filter(|folder| !folder.is_dir()) {
        Some(folder) => Err(format!(
            "{} is no folder. Set AUTOREPORT_FONTS to one that has fonts, or leave it out.",
            folder.display()
        )),
        None => Ok(()),
    }
}

/// SQLite has one writer at a time within one process; a second process would not know of it.
fn lock(path: &Path) -> Result<fs::File, String> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        prepare_folder(folder)?;
    }
    let lock_path = path.with_extension("lock");
    let file =
        fs::File::create(&lock_path).map_err(|error| format!("{} cannot be written: {error}.", lock_path.display()))?;
    file.try_lock().map_err(|_| {
        format!(
            "Another autoreport already uses {}. SQLite is for one process; use PostgreSQL for several.",
            path.display()
        )
    })?;
    Ok(file)
}

async fn bring_up_to_date(db: &Db) -> Done {
    db.migrate().await.map_err(|error| match error {
        MigrateError::Newer(name) => {
            format!(
                "The database was written by a newer AutoReport (it has {name}). Run that version, or restore a backup."
            )
        }
        MigrateError::Db(error) => format!("The schema cannot be brought up to date: {error}."),
    })
}

fn unreachable_words(config: &Config, error: &sea_orm::DbErr) -> String {
    format!("The database {} cannot be reached: {error}.", without_password(&config.database_url))
}

async fn migrate(config: &Config) -> Done {
    prepare_folder(&config.data_dir)?;
    let _only = match db::sqlite_path(&config.database_url) {
        Some(path) => Some(lock(path)?),
        None => None,
    };
    let db = Db::open(&config.database_url).await.map_err(|error| unreachable_words(config, &error))?;
    bring_up_to_date(&db).await?;
    println!("The schema is up to date.");
    Ok(())
}

async fn create_user(config: &Config, email: String, name: String, zone: String, role: Role) -> Done {
    let mut password = String::new();
    std::io::stdin().read_line(&mut password).map_err(|error| format!("The password cannot be read: {error}."))?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    prepare_folder(&config.data_dir)?;
    let db = Db::open(&config.database_url).await.map_err(|error| unreachable_words(config, &error))?;
    bring_up_to_date(&db).await?;
    let keyring = keyring(config, &db).await?;
    let app = AppState::new(db, Clock::System, config.settings(), Assets::default(), keyring);
    let new = NewUser { name, email: email.clone(), password, zone };
    users::create(&Ctx::system(&app), new, role).await.map_err(|error| words_of(&error))?;
    println!("Made the account {email}.");
    Ok(())
}

/// An error on one line, fields and all.
fn words_of(error: &AppError) -> String {
    match error {
        AppError::Invalid(invalid) => {
            let parts: Vec<String> =
                invalid.fields.iter().map(|field| format!("{}: {}", field.field, field.problem.words())).collect();
            parts.join("; ")
        }
        other => other.words(),
    }
}

async fn check(config: &Config) -> Done {
    for (name, value) in config.rows() {
        println!("{name}={value}");
        if let Some(known) = KNOWN.iter().find(|known| known.name == name) {
            println!(
                "    {} (default: {})",
                known.words,
                if known.default.is_empty() { "none" } else { known.default }
            );
        }
    }
    for name in &config.for_tests {
        println!("warning: {name} is set: the program misbehaves on purpose, for tests.");
    }
    let mut faults = Vec::new();
    if let Err(words) = prepare_folder(&config.data_dir) {
        faults.push(words);
    }
    if let Err(words) = Assets::read(&config.site_root) {
        faults.push(words);
    }
    if let Err(words) = check_fonts(config) {
        faults.push(words);
    }
    let lacking = Fonts::of(config.font_folders.clone()).lacking_scripts();
    if !lacking.is_empty() {
        println!(
            "warning: no font has {}: charts and PDF files show boxes. Install fonts (Debian: fonts-noto-core, \
             fonts-noto-cjk), or name a folder of some in AUTOREPORT_FONTS.",
            lacking.join(", ")
        );
    }
    match Db::open(&config.database_url).await {
        Ok(db) => {
            use sea_orm::ConnectionTrait;
            if let Err(error) = db.reader().execute_unprepared("SELECT 1").await {
                faults.push(unreachable_words(config, &error));
            }
        }
        Err(error) => faults.push(unreachable_words(config, &error)),
    }
    if config.base_url.starts_with("http://") && !config.addr.ip().is_loopback() {
        println!(
            "warning: AUTOREPORT_BASE_URL is not https: passwords travel in clear; put a proxy with TLS in front."
        );
    }
    if faults.is_empty() {
        println!("All checks pass.");
        return Ok(());
    }
    Err(faults.join("\n"))
}

/// Asks `/readyz` of the configured address, by hand: no HTTP client is needed for one line.
async fn health(addr: SocketAddr) -> Done {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let ask = async {
        let mut stream = tokio::net::TcpStream::connect(addr).await?;
        stream
            .write_all(format!("GET /readyz HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n").as_bytes())
            .await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    match tokio::time::timeout(Duration::from_secs(5), ask).await {
        Ok(Ok(answer)) if answer.starts_with("HTTP/1.1 200") => {
            println!("ready");
            Ok(())
        }
        Ok(Ok(answer)) => Err(format!("{addr} is not ready: {}", answer.lines().last().unwrap_or_default())),
        Ok(Err(error)) => Err(format!("{addr} does not answer: {error}.")),
        Err(_) => Err(format!("{addr} does not answer within 5 s.")),
    }
}

async fn sweep_sessions(store: Store) {
    loop {
        if let Err(error) = store.sweep().await {
            tracing::warn!("deleting ended sessions: {error}");
        }
        tokio::time::sleep(Duration::from_secs(3600)).await;
    }
}

/// Done when the process is asked to stop: Ctrl-C or SIGTERM.
async fn stop_signal() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
