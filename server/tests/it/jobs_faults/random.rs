//! The program is killed at moments that dice choose; a failure prints the seed.

use std::time::{Duration, Instant};

use app::testing::TestApp;
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::stage::{Program, RECIPIENTS, Stage};

/// Kills in `make test`, for each engine.
const FEW: usize = 10;
/// Kills in `make soak`, for each engine.
const MANY: usize = 200;

/// `SEED`, or another each time.
#[allow(clippy::disallowed_methods, reason = "what make passes to a test comes in by the environment")]
fn seed() -> u64 {
    match std::env::var("SEED") {
        Ok(seed) if !seed.is_empty() => seed.parse().expect("SEED is a number"),
        _ => rand::rng().random_range(0..1_000_000),
    }
}

/// Runs, each with a kill in it; with several instances one of them is killed, and one comes back.
async fn kill_at_random(app: TestApp, kills: usize, instances: usize) {
    let seed = seed();
    println!("{kills} kills, seed {seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    // Slow enough that a kill meets a message.
    let stage = Stage::new(app, &["--accept-delay", "60"]).await;
    let job = stage.job_by_hand().await;
    let mut instants = Vec::new();
    // The first is left alone: it shows how long a run takes here.
    instants.push(stage.run_by_hand(job).await);
    let begun = Instant::now();
    let program = stage.start(&[]);
    stage.finish(job, 1, &program).await;
    stage.kill(program);
    let undisturbed = begun.elapsed();

    let mut in_the_middle = 0;
    for _ in 0..kills {
        instants.push(stage.run_by_hand(job).await);
        let before = stage.server.count("kept");
        let mut programs: Vec<Program> = (0..instances).map(|_| stage.start(&[])).collect();
        if dice.random() {
            // While it sends.
            stage.until_taken(before + 1).await;
            tokio::time::sleep(Duration::from_millis(dice.random_range(0..200))).await;
        } else {
            tokio::time::sleep(undisturbed.mul_f64(dice.random())).await;
        }
        let victim = programs.swap_remove(dice.random_range(0..programs.len()));
        stage.kill(victim);
        in_the_middle += usize::from((1..RECIPIENTS).contains(&(stage.server.count("kept") - before)));
        programs.push(stage.start(&[]));
        stage.finish(job, instants.len(), &programs[0]).await;
        programs.into_iter().for_each(|program| stage.kill(program));
    }
    let uncertain = stage.check(job, &instants).await;
    println!("{in_the_middle} of {kills} kills in the middle of sending, {uncertain} messages unknown");
    assert!(in_the_middle > 0, "seed {seed}: no kill met a run that was being sent");
    assert!(uncertain <= kills, "seed {seed}: one connection, so at most one message a kill, not {uncertain}");
    stage.check_archive(job).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_at_any_moment_loses_nothing_and_sends_nothing_twice() {
    kill_at_random(TestApp::on_sqlite().await, FEW, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_programs_on_postgresql_one_is_killed_at_any_moment() {
    if let Some(app) = TestApp::on_postgres().await {
        kill_at_random(app, FEW, 2).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: make soak"]
async fn two_hundred_kills_on_sqlite() {
    kill_at_random(TestApp::on_sqlite().await, MANY, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: make soak"]
async fn two_hundred_kills_of_one_of_two_on_postgresql() {
    if let Some(app) = TestApp::on_postgres().await {
        kill_at_random(app, MANY, 2).await;
    }
}
