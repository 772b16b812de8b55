//! The recipients of a run and what became of their messages, a page at a time: a list may have thousands.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{CaseStatement, Expr},
};

use super::words::moment;
use crate::{
    domain::{
        delivery::{DeliveryPhase, said},
        ids::{DeliveryId, OccurrenceId},
        job::RecipientKind,
        smtp_reply::SmtpReply,
    },
    entities::delivery::{self, Column},
    error::AppResult,
    jobs::view::{DeliveryItem, RecipientGroup, RecipientPage, RunLook},
    platform::ctx::Ctx,
    projects::service::access::Viewing,
};

/// Recipients of one page.
const PAGE: usize = 50;

/// Those that a person may see and wants to. While their account is blocked, all of them wait for it, whatever their own
/// next try is.
///
/// # Errors
/// Only those of the database.
pub async fn page(
    ctx: &Ctx,
    id: OccurrenceId,
    zone: Tz,
    viewing: &Viewing,
    (look, is_blocked): (RunLook, bool),
) -> AppResult<RecipientPage> {
    let mut seen = Condition::all().add(Column::OccurrenceId.eq(id));
    if !viewing.sees_recipients() {
        let me = ctx.me()?;
        seen = seen.add(delivery::to(me.id, &me.email));
    }
    let counted: Vec<(DeliveryPhase, i64)> = delivery::Entity::find()
        .select_only()
        .column(Column::Phase)
        .column_as(Column::Id.count(), "messages")
        .filter(seen.clone())
        .group_by(Column::Phase)
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let count = |group: RecipientGroup| -> usize {
        let of_group = counted.iter().filter(|(phase, _)| RecipientGroup::of(*phase) == group);
        of_group.map(|(_, count)| usize::try_from(*count).unwrap_or_default()).sum()
    };
    let groups: Vec<_> =
        RecipientGroup::ALL.iter().map(|&group| (group, count(group))).filter(|(_, count)| *count > 0).collect();
    // What is asked for may have emptied since its link was shown.
    let group = look.group.filter(|group| groups.iter().any(|(one, _)| one == group));
    let total =
        groups.iter().filter(|(one, _)| group.is_none_or(|group| group == *one)).map(|(_, count)| count).sum::<usize>();
    let pages = total.div_ceil(PAGE).max(1);
    let page = look.page.clamp(1, pages);
    let phases = |group: RecipientGroup| {
        DeliveryPhase::ALL.iter().copied().filter(move |&phase| RecipientGroup::of(phase) == group)
    };
    let urgency = RecipientGroup::ALL.iter().zip(0i32..).fold(CaseStatement::new(), |case, (&group, place)| {
        case.case(Column::Phase.is_in(phases(group)), Expr::value(place))
    });
    let mut query = Row::columns().filter(seen);
    if let Some(group) = group {
        query = query.filter(Column::Phase.is_in(phases(group)));
    }
    let rows: Vec<Row> = query
        .order_by_asc(Into::<Expr>::into(urgency))
        .order_by_asc(Column::Position)
        .offset(u64::try_from((page - 1) * PAGE).unwrap_or_default())
        .limit(PAGE as u64)
        .into_model()
        .all(ctx.reader())
        .await?;
    let shown = rows.into_iter().map(|row| row.shown(zone, is_blocked)).collect();
    Ok(RecipientPage { shown, groups, group, page, pages })
}

#[derive(FromQueryResult)]
struct Row {
    id: DeliveryId,
    address: String,
    name: String,
    kind: RecipientKind,
    via: Option<String>,
    phase: DeliveryPhase,
    reply: Option<String>,
    reason: Option<String>,
    attempts: i32,
    next_try_at: Option<DateTime<Utc>>,
}

impl Row {
    fn columns() -> sea_orm::Select<delivery::Entity> {
        delivery::Entity::find().select_only().columns([
            Column::Id,
            Column::Address,
            Column::Name,
            Column::Kind,
            Column::Via,
            Column::Phase,
            Column::Reply,
            Column::Reason,
            Column::Attempts,
            Column::NextTryAt,
        ])
    }

    fn shown(self, zone: Tz, is_blocked: bool) -> DeliveryItem {
        let reply = self.reply.and_then(|json| serde_json::from_str::<SmtpReply>(&json).ok());
        let next_try = self.next_try_at.filter(|_| self.phase == DeliveryPhase::Deferred && !is_blocked);
        DeliveryItem {
            id: self.id,
            address: self.address,
            name: self.name,
            kind: self.kind,
            via: self.via,
            phase: self.phase,
            said: said(reply.as_ref(), self.reason.as_deref()).unwrap_or_default(),
            attempts: self.attempts,
            next_try: next_try.map(|at| moment(at, zone)),
        }
    }
}
