//! Who may get their message, and what the account may send, as things are when its turn comes.

use std::{collections::HashSet, time::Instant};

use super::Shift;
use crate::{
    domain::{
        delivery::Event,
        ids::{DeliveryId, ProjectId},
        recipient::HeldBack,
    },
    error::{AppError, AppResult},
    jobs::service::{addressees, clerk::Stored, desk::Ahead, kinds, outcomes::DeliveryRow},
    mail::service::gate::{self, Limits},
    platform::{ctx::Ctx, fault},
};

impl Shift<'_> {
    /// Whether the recipient must not get it, as things are now; then that is written down.
    pub(super) async fn holds_back(&self, ctx: &Ctx, row: &DeliveryRow) -> AppResult<bool> {
        let Some(held_back) = self.judge(ctx, row).await? else { return Ok(false) };
        let event = Event::Withheld { reason: held_back.words().to_owned() };
        if let Stored::Lost = self.clerk.store(row.id, vec![event]).await? {
            self.desk().is_lost = true;
        }
        Ok(true)
    }

    /// What the account may send now: somebody may have changed it since the round began.
    pub(super) async fn limits(&self, ctx: &Ctx) -> AppResult<Limits> {
        match gate::limits(ctx.reader(), self.account).await {
            Err(AppError::NotFound) => Ok(self.limits),
            limits => limits,
        }
    }

    /// Looks at the next few recipients and at the account. Where that cannot be, they are looked at one by one.
    pub(super) async fn look_ahead(&self) {
        let Ok(_lookout) = self.lookout.try_lock() else { return };
        let rows = self.desk().to_look_at();
        if rows.is_empty() || self.readers.is_some() {
            return;
        }
        let ctx = Ctx::system(self.app);
        let at = Instant::now();
        let fine = match self.fine(&ctx, &rows).await {
            Ok(fine) => fine,
            Err(error) => {
                tracing::debug!(error = %error.words(), "could not look at the next recipients");
                return;
            }
        };
        self.desk().ahead = Some(Ahead { at, looked_at: rows.iter().map(|row| row.id).collect(), fine });
    }

    /// Those who may get their message now. None, where the account gives each message an instant of its own.
    async fn fine(&self, ctx: &Ctx, rows: &[DeliveryRow]) -> AppResult<HashSet<DeliveryId>> {
        if !gate::is_open(ctx, self.account, self.limits(ctx).await?).await? {
            return Ok(HashSet::new());
        }
        let subjects = rows.iter().map(|row| Ok((row.recipient()?, row.user_id))).collect::<AppResult<Vec<_>>>()?;
        let held_back = addressees::judge(ctx, self.schedule, self.project, &subjects).await?;
        Ok(rows.iter().zip(held_back).filter(|(_, held_back)| held_back.is_none()).map(|(row, _)| row.id).collect())
    }

    /// Why the recipient must not get it, as things are now.
    async fn judge(&self, ctx: &Ctx, row: &DeliveryRow) -> AppResult<Option<HeldBack>> {
        let subject = (row.recipient()?, row.user_id);
        let held_back = addressees::judge(ctx, self.schedule, self.project, &[subject]).await?.pop().flatten();
        if held_back.is_some() {
            return Ok(held_back);
        }
        if let Some((reader, projects)) = row.user_id.zip(row.projects.as_deref()) {
            let projects: Vec<ProjectId> = serde_json::from_str(projects)
                .map_err(|error| fault::internal("reading the projects of a message", error))?;
            if !kinds::may_read(ctx, reader, &projects).await? {
                return Ok(Some(HeldBack::NoAccess));
            }
        }
        let Some(readers) = &self.readers else { return Ok(None) };
        let reader = row.user_id.and_then(|user| Some((user, readers.get(&user)?)));
        let may_read = match reader {
            Some((user, projects)) => kinds::may_read(ctx, user, projects).await?,
            None => false,
        };
        Ok((!may_read).then_some(HeldBack::NoAccess))
    }
}
