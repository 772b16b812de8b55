//! Who gets a report when a run sends: groups become the people who are in them now, and everybody is looked at once
//! more. What a person with an account may not see does not reach them, whichever way they came onto the list.
//!
//! Whoever sees a project sees all of it: so a reader's rights in the project of the schedule decide whether they get
//! the report. Which part of a report of several projects they get is decided in `editions`.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::recipients;
use crate::{
    domain::{
        account::UserState,
        address::EmailAddress,
        ids::{ProjectId, ScheduleId, TeamId, UserId},
        recipient::{Addressee, HeldBack, RecipientTarget, once},
    },
    entities::{recipient, team, team_member, user},
    error::AppResult,
    mail::service::{allow_list, suppressions},
    platform::ctx::Ctx,
    projects::service::access,
};

/// The people of a run.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// Everybody once, with the reason for those who get nothing.
    pub people: Vec<(Addressee, Option<HeldBack>)>,
    /// What the log should say of the list itself.
    pub notes: Vec<String>,
}

/// Resolves the recipients of a schedule as they are now.
///
/// # Errors
/// Only those of the database, and a fault where the allowed domains cannot be read.
pub async fn resolve(ctx: &Ctx, schedule: ScheduleId, project: ProjectId) -> AppResult<List> {
    let rows = recipients::of(ctx.reader(), schedule).await?;
    let known = Known::of(ctx, &rows).await?;
    let mut notes = Vec::new();
    let people = once(rows.iter().flat_map(|row| known.people_of(row, &mut notes)).collect());
    let subjects: Vec<_> = people.iter().map(|person| (person.address.clone(), person.user)).collect();
    let held_back = judge(ctx, schedule, project, &subjects).await?;
    if people.is_empty() {
        notes.push("Nobody is on the list of recipients.".to_owned());
    }
    Ok(List { people: people.into_iter().zip(held_back).collect(), notes })
}

/// Why each of these gets no mail of a schedule; none where they do. Asked when a run makes its messages, and again
/// before each of them leaves.
///
/// # Errors
/// As [`resolve`].
pub async fn judge(
    ctx: &Ctx,
    schedule: ScheduleId,
    project: ProjectId,
    subjects: &[(EmailAddress, Option<UserId>)],
) -> AppResult<Vec<Option<HeldBack>>> {
    let ids = subjects.iter().filter_map(|(_, user)| *user);
    let addresses = subjects.iter().map(|(address, _)| address.as_str().to_lowercase());
    let accounts = accounts(ctx, ids.collect(), addresses.collect()).await?;
    let insiders: Vec<UserId> = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .filter(user::Column::Id.is_in(accounts.iter().map(|account| account.id)))
        .filter(user::Column::Id.in_subquery(access::people_of(project)))
        .into_tuple()
        .all(ctx.reader())
        .await?;
    let insiders: HashSet<UserId> = insiders.into_iter().collect();
    let by_id: HashMap<UserId, &user::Model> = accounts.iter().map(|account| (account.id, account)).collect();
    let by_address: HashMap<&str, &user::Model> =
        accounts.iter().filter_map(|account| account.email.as_deref().map(|email| (email, account))).collect();
    let domains = allow_list::read(ctx.reader()).await?;
    let suppressed = suppressions::of(ctx.reader(), schedule, subjects.iter().map(|(address, _)| address)).await?;
    let reason = |(address, user): &(EmailAddress, Option<UserId>)| {
        let key = suppressions::key(address);
        let account = user.and_then(|id| by_id.get(&id)).or_else(|| by_address.get(key.as_str()));
        match account {
            Some(account) if account.state != UserState::Active => Some(HeldBack::SwitchedOff),
            Some(account) if !insiders.contains(&account.id) => Some(HeldBack::NoAccess),
            None if !domains.allows(address) => Some(HeldBack::DomainNotAllowed),
            _ => suppressed.get(&key).copied().map(HeldBack::Suppressed),
        }
    };
    Ok(subjects.iter().map(reason).collect())
}

/// The accounts of these ids and addresses.
async fn accounts(ctx: &Ctx, ids: Vec<UserId>, addresses: Vec<String>) -> AppResult<Vec<user::Model>> {
    let mut found = user::Entity::find().filter(user::Column::Id.is_in(ids)).all(ctx.reader()).await?;
    found.extend(user::Entity::find().filter(user::Column::Email.is_in(addresses)).all(ctx.reader()).await?);
    Ok(found)
}

/// What the rows of a schedule refer to.
struct Known {
    users: HashMap<UserId, user::Model>,
    /// The accounts among the addresses that were entered.
    by_address: HashMap<String, UserId>,
    teams: HashMap<TeamId, String>,
    members: HashMap<TeamId, Vec<UserId>>,
}

impl Known {
    async fn of(ctx: &Ctx, rows: &[recipient::Model]) -> AppResult<Self> {
        let db = ctx.reader();
        let team_ids: Vec<TeamId> = rows.iter().filter_map(|row| row.team_id).collect();
        let teams = team::Entity::find().filter(team::Column::Id.is_in(team_ids.iter().copied())).all(db).await?;
        let links = team_member::Entity::find().filter(team_member::Column::TeamId.is_in(team_ids)).all(db).await?;
        let ids = rows.iter().filter_map(|row| row.user_id).chain(links.iter().map(|link| link.user_id));
        let addresses = rows.iter().filter(|row| row.target == RecipientTarget::Address);
        let addresses = addresses.map(|row| row.address.to_lowercase());
        let found = accounts(ctx, ids.collect(), addresses.collect()).await?;
        let mut members: HashMap<TeamId, Vec<UserId>> = HashMap::new();
        for link in links {
            members.entry(link.team_id).or_default().push(link.user_id);
        }
        Ok(Self {
            by_address: found.iter().filter_map(|user| user.email.clone().map(|email| (email, user.id))).collect(),
            users: found.into_iter().map(|user| (user.id, user)).collect(),
            teams: teams.into_iter().map(|team| (team.id, team.name)).collect(),
            members,
        })
    }

    fn people_of(&self, row: &recipient::Model, notes: &mut Vec<String>) -> Vec<Addressee> {
        match row.target {
            RecipientTarget::Group => self.people_of_group(row, notes),
            RecipientTarget::User => match row.user_id.and_then(|id| self.users.get(&id)) {
                Some(account) => self.account(row, account, None).into_iter().collect(),
                // The account was merged into another or is gone: the address says who it was.
                None => self.address(row, notes).into_iter().collect(),
            },
            RecipientTarget::Address => self.address(row, notes).into_iter().collect(),
        }
    }

    fn people_of_group(&self, row: &recipient::Model, notes: &mut Vec<String>) -> Vec<Addressee> {
        let Some((id, name)) = row.team_id.and_then(|id| self.teams.get(&id).map(|name| (id, name))) else {
            notes.push(format!("The group “{}” is gone: nobody gets the report through it.", row.name));
            return Vec::new();
        };
        let members = self.members.get(&id).map(Vec::as_slice).unwrap_or_default();
        let mut members: Vec<_> = members.iter().filter_map(|id| self.users.get(id)).collect();
        members.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
        if members.is_empty() {
            notes.push(format!("Nobody is in the group “{name}”."));
        }
        let mut people = Vec::with_capacity(members.len());
        for account in members {
            match self.account(row, account, Some(name.clone())) {
                Some(person) => people.push(person),
                None => notes.push(format!("{} of the group “{name}” has no address.", account.name)),
            }
        }
        people
    }

    /// Somebody wherever their address is now; a placeholder has none.
    fn account(&self, row: &recipient::Model, account: &user::Model, via: Option<String>) -> Option<Addressee> {
        let address = EmailAddress::parse(account.email.as_deref()?).ok()?;
        Some(Addressee { kind: row.kind, address, name: account.name.clone(), user: Some(account.id), via })
    }

    fn address(&self, row: &recipient::Model, notes: &mut Vec<String>) -> Option<Addressee> {
        let Ok(address) = EmailAddress::parse(&row.address) else {
            notes.push(format!("“{}” is no address that mail can go to.", row.address));
            return None;
        };
        let user = self.by_address.get(&address.as_str().to_lowercase()).copied();
        Some(Addressee { kind: row.kind, address, name: row.name.clone(), user, via: None })
    }
}
