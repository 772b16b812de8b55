//! The schema, one set of migrations for both engines. A migration that has landed never changes.

mod ddl;
mod m0001_accounts;
mod m0002_board;
mod m0003_mail;
mod m0004_jobs;
mod m0005_import;
mod m0006_board_in_full;
mod m0007_search;
mod m0008_schedule_rules;
mod m0009_import_export;
mod m0010_recipients;
mod m0011_run_steps;
mod m0012_kinds;
mod m0013_delivery;
mod m0014_outbox;
mod m0015_retention;
mod m0016_git_archive;
mod m0017_alarms;
mod m0018_delivery_rest;
mod m0019_report_parts;
mod m0020_template_kills;
mod m0021_templates;
mod m0022_report_drafts;
mod m0023_mail_consent;
mod m0024_git_push_failures;
mod m0025_asking_and_keeping;
mod m0027_report_spec;
mod m0028_delivery_content;
mod m0029_ways_and_patience;
mod m0030_reading_language;
mod m0031_profile_choices;
mod m0032_run_numbers;
mod m0033_search_kinds;
mod m0034_flow_events;
mod m0035_week_start;
mod m0036_fast_storage;
mod m0037_due_events;
mod m0038_occurrence_snapshot;
mod m0039_ping_words;
mod m0040_runs_at_their_account;
mod m0041_reminders_given_back;

pub use sea_orm_migration::prelude::*;

/// All migrations, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_accounts::Migration),
            Box::new(m0002_board::Migration),
            Box::new(m0003_mail::Migration),
            Box::new(m0004_jobs::Migration),
            Box::new(m0005_import::Migration),
            Box::new(m0006_board_in_full::Migration),
            Box::new(m0007_search::Migration),
            Box::new(m0008_schedule_rules::Migration),
            Box::new(m0009_import_export::Migration),
            Box::new(m0010_recipients::Migration),
            Box::new(m0011_run_steps::Migration),
            Box::new(m0012_kinds::Migration),
            Box::new(m0013_delivery::Migration),
            Box::new(m0014_outbox::Migration),
            Box::new(m0015_retention::Migration),
            Box::new(m0016_git_archive::Migration),
            Box::new(m0017_alarms::Migration),
            Box::new(m0018_delivery_rest::Migration),
            Box::new(m0019_report_parts::Migration),
            Box::new(m0020_template_kills::Migration),
            Box::new(m0021_templates::Migration),
            Box::new(m0022_report_drafts::Migration),
            Box::new(m0023_mail_consent::Migration),
            Box::new(m0024_git_push_failures::Migration),
            Box::new(m0025_asking_and_keeping::Migration),
            Box::new(m0027_report_spec::Migration),
            Box::new(m0028_delivery_content::Migration),
            Box::new(m0029_ways_and_patience::Migration),
            Box::new(m0030_reading_language::Migration),
            Box::new(m0031_profile_choices::Migration),
            Box::new(m0032_run_numbers::Migration),
            Box::new(m0033_search_kinds::Migration),
            Box::new(m0034_flow_events::Migration),
            Box::new(m0035_week_start::Migration),
            Box::new(m0036_fast_storage::Migration),
            Box::new(m0037_due_events::Migration),
            Box::new(m0038_occurrence_snapshot::Migration),
            Box::new(m0039_ping_words::Migration),
            Box::new(m0040_runs_at_their_account::Migration),
            Box::new(m0041_reminders_given_back::Migration),
        ]
    }
}

/// The names of all migrations this program knows, oldest first.
pub fn known_names() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}
