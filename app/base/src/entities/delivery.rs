//! Deliveries: one message to one recipient of a run, frozen, with the phase it is in (`domain::delivery`).

use sea_orm::{Condition, entity::prelude::*};

use crate::domain::{
    delivery::DeliveryPhase,
    ids::{DeliveryId, OccurrenceId, UserId},
    job::RecipientKind,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliveryId,
    pub occurrence_id: OccurrenceId,
    /// Order of the recipients, from 0.
    pub position: i32,
    pub kind: RecipientKind,
    pub address: String,
    pub name: String,
    /// The recipient's account, if they have one.
    pub user_id: Option<UserId>,
    /// The group through which they are on the list.
    pub via: Option<String>,
    pub phase: DeliveryPhase,
    /// Without angle brackets; derived from the row, the same for every attempt.
    pub message_id: String,
    /// The Date header; fixed when the row is made.
    pub dated_at: DateTimeUtc,
    /// The ids of the projects that it shows, JSON; none where that of the run is the only one.
    pub projects: Option<String>,
    /// The server's last answer (`domain::smtp_reply::SmtpReply` as JSON).
    pub reply: Option<String>,
    /// Why it stands where it stands, when the server did not say it.
    pub reason: Option<String>,
    pub attempts: i32,
    /// Attempts before it was last queued again.
    pub attempts_before: i32,
    pub queued_at: DateTimeUtc,
    pub next_try_at: Option<DateTimeUtc>,
    /// Whether the one automatic second try after an unknown outcome has been used.
    pub retried_uncertain: bool,
    pub uncertain_at: Option<DateTimeUtc>,
    /// The fence of the run's claim that wrote it last.
    pub fence: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_one = "super::delivery_content::Entity")]
    Content,
}

impl ActiveModelBehavior for ActiveModel {}

/// Those to a person: by their account, or by their address.
pub fn to(person: UserId, email: &str) -> Condition {
    use sea_orm::sea_query::{Expr, ExprTrait, Func};
    let address = Expr::expr(Func::lower(Expr::col(Column::Address)));
    Condition::any().add(Column::UserId.eq(person)).add(address.eq(email.to_lowercase()))
}
