//! What the tests of jobs stand on: a project with work in it, a mail account, a job, and a hand that works.

use app::{
    domain::{
        ids::{AccountId, OccurrenceId, ScheduleId},
        occurrence::OccurrenceState,
        report::spec::ReportSpec,
    },
    entities::{occurrence, occurrence_log, schedule},
    jobs::{
        form::JobForm,
        report_form::ReportForm,
        service::{planner, schedules, worker},
    },
    mail::service::accounts,
    platform::ctx::Ctx,
    projects::service::access,
    testing::{Cast, Message, TestApp, messages, project, smtp_server::local_account, task},
};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

pub use app::testing::mondays_at_ten;

/// A form that says nothing of the report, as it reads back: with what such a job gets.
pub fn as_read(form: JobForm) -> JobForm {
    JobForm { report: ReportForm::of(&ReportSpec::default()), ..form }
}

/// A project of Mina's with two tasks, and what is needed to act in it.
pub struct Stage<'a> {
    pub app: &'a TestApp,
    pub cast: Cast,
    pub project: app::entities::project::Model,
}

impl<'a> Stage<'a> {
    pub async fn new(app: &'a TestApp) -> Self {
        let cast = Cast::new(app).await;
        let (project, columns) = project(app, &cast).await;
        let ctx = app.as_person(&cast.mina);
        task(&ctx, &project, columns[0], "Write the report").await;
        task(&ctx, &project, columns[3], "Finish the report").await;
        Self { app, cast, project }
    }

    /// Mina, now.
    pub fn mina(&self) -> Ctx {
        self.app.as_person(&self.cast.mina)
    }

    /// The default account sends to a test server on this machine.
    pub async fn sends_to(&self, port: u16) -> AccountId {
        let id = accounts::create(&self.mina(), local_account(port)).await.unwrap();
        accounts::set_default(&self.mina(), id).await.unwrap();
        id
    }

    /// Makes a job from a form.
    pub async fn job(&self, form: &JobForm) -> ScheduleId {
        let ctx = self.mina();
        let viewing = access::by_id(&ctx, ctx.reader(), self.project.id).await.unwrap();
        schedules::create(&ctx, &viewing.editing().unwrap(), form).await.unwrap()
    }

    /// Plans as the program itself, now.
    pub async fn plan(&self) -> usize {
        planner::plan_due(&Ctx::system(self.app)).await.unwrap()
    }

    /// Works until nothing can be claimed, and returns how many claims there were.
    pub async fn work(&self) -> usize {
        let mut claims = 0;
        while let Some(claim) = worker::claim(self.app, "a test").await.unwrap() {
            worker::work(self.app, claim).await.unwrap();
            claims += 1;
        }
        claims
    }

    pub fn pass(&self, time: TimeDelta) {
        self.app.clock.advance(time);
    }

    pub async fn schedule(&self, id: ScheduleId) -> schedule::Model {
        schedule::Entity::find_by_id(id).one(self.app.reader()).await.unwrap().unwrap()
    }

    /// The runs of a job in the order of their instants.
    pub async fn runs(&self, id: ScheduleId) -> Vec<occurrence::Model> {
        let query = occurrence::Entity::find().filter(occurrence::Column::ScheduleId.eq(id));
        query.order_by_asc(occurrence::Column::ScheduledAt).all(self.app.reader()).await.unwrap()
    }

    pub async fn states(&self, id: ScheduleId) -> Vec<OccurrenceState> {
        self.runs(id).await.into_iter().map(|run| run.state).collect()
    }

    pub async fn deliveries(&self, run: OccurrenceId) -> Vec<Message> {
        messages(self.app, run).await
    }

    pub async fn log(&self, run: OccurrenceId) -> Vec<String> {
        let query = occurrence_log::Entity::find().filter(occurrence_log::Column::OccurrenceId.eq(run));
        let lines = query.order_by_asc(occurrence_log::Column::Id).all(self.app.reader()).await.unwrap();
        lines.into_iter().map(|line| line.words).collect()
    }
}

/// Every hour, so that runs are easily missed.
pub fn hourly() -> JobForm {
    JobForm { mode: app::jobs::form::Mode::Cron, expression: "0 * * * *".into(), ..mondays_at_ten() }
}

/// To as many people, who have no account.
pub fn many(count: usize) -> JobForm {
    JobForm { recipients: (0..count).map(|number| format!("r{number}@example.org\n")).collect(), ..mondays_at_ten() }
}
