//! People and what they chose.

use sea_orm::entity::prelude::*;

use crate::domain::{
    account::{Language, Me, Role, Theme, UserState},
    due::SOON_USUAL,
    ids::{ProjectId, UserId},
    week::WeekStart,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    /// Lower case; none for a placeholder.
    pub email: Option<String>,
    pub name: String,
    /// Argon2id in PHC form.
    pub password_hash: Option<String>,
    pub role: Role,
    pub state: UserState,
    /// IANA time zone.
    pub zone: String,
    /// In which mails of templates write dates and numbers.
    pub language: Language,
    pub theme: Theme,
    /// The project that `/board` opens.
    pub last_project_id: Option<ProjectId>,
    /// Whether single letters are shortcuts (WCAG 2.1.4).
    pub uses_shortcuts: bool,
    /// Whether others see what the person has open.
    pub shows_presence: bool,
    /// Whether boards and tables stand close.
    pub is_compact: bool,
    /// Whether messages over the page stay until they are closed.
    pub keeps_toasts: bool,
    /// Whether a screen reader is told what others do.
    pub hears_others: bool,
    /// How many days after today are soon, 1 to 7.
    pub soon_days: i32,
    /// Where weeks of calendars begin.
    pub week_start: WeekStart,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for Me {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            email: row.email.unwrap_or_default(),
            role: row.role,
            zone: row.zone,
            language: row.language,
            theme: row.theme,
            uses_shortcuts: row.uses_shortcuts,
            shows_presence: row.shows_presence,
            is_compact: row.is_compact,
            keeps_toasts: row.keeps_toasts,
            hears_others: row.hears_others,
            soon_days: u8::try_from(row.soon_days).unwrap_or(SOON_USUAL),
            week_start: row.week_start,
        }
    }
}
