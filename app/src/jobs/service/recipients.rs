//! Recipients of a schedule: one a line in the form, one a row in the database.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::{
    domain::{
        account::UserState,
        ids::{ProjectId, RecipientId, ScheduleId, TeamId, UserId},
        job::{JobKind, RecipientKind},
        recipient::{self as rules, Known, RecipientTarget, Wanted},
    },
    entities::{recipient, team, team_project, user},
    error::{AppError, AppResult, Checks, Problem},
    jobs::form::JobForm,
    mail::service::allow_list,
    platform::ctx::Ctx,
    projects::service::access::{self, Viewing},
};

/// People that a form proposes.
const PROPOSED: u64 = 500;

/// Rows that are stored with one statement: a statement has some 30,000 values at most.
pub(super) const CHUNK: usize = 500;

/// Lines that are named as wrong: the answer to a form travels in an address, which must not grow with the list.
const NAMED_MAX: u32 = 50;

/// Notes lines that are wrong, up to a number of them.
#[derive(Default)]
struct Wrong(u32);

impl Wrong {
    fn note(&mut self, checks: &mut Checks, field: &str, line: u32, problem: Problem) {
        self.0 += 1;
        if self.0 <= NAMED_MAX {
            checks.add_line(field, line, problem);
        }
    }
}

/// Somebody, or a group, that gets the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    kind: RecipientKind,
    target: RecipientTarget,
    address: String,
    name: String,
    user: Option<UserId>,
    team: Option<TeamId>,
}

impl Chosen {
    /// The address, where it is of nobody whose account is in the project.
    pub fn outside(&self) -> Option<&str> {
        (self.target == RecipientTarget::Address).then_some(self.address.as_str())
    }
}

/// A line of the form and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    kind: RecipientKind,
    field: &'static str,
    number: u32,
    wanted: Wanted,
}

/// The three fields of the form. A personal mail has no copies.
fn fields(kind: JobKind, form: &JobForm) -> Vec<(&'static str, RecipientKind, &str)> {
    let mut fields = vec![("recipients", RecipientKind::To, form.recipients.as_str())];
    if !kind.is_personal() {
        fields.extend([("cc", RecipientKind::Cc, form.cc.as_str()), ("bcc", RecipientKind::Bcc, form.bcc.as_str())]);
    }
    fields
}

/// Reads the lines that are not empty. What is wrong is noted with its field and line.
fn parse(checks: &mut Checks, kind: JobKind, form: &JobForm) -> Vec<Line> {
    let mut lines = Vec::new();
    let (mut seen, mut wrong) = (HashSet::new(), Wrong::default());
    let fields = fields(kind, form);
    for &(field, kind, text) in &fields {
        for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
            match Wanted::read(line) {
                Err(problem) => wrong.note(checks, field, number, problem),
                Ok(wanted) if !seen.insert(wanted.key()) => wrong.note(checks, field, number, Problem::Duplicate),
                Ok(wanted) => lines.push(Line { kind, field, number, wanted }),
            }
        }
    }
    if seen.len() > rules::LINES_MAX as usize {
        checks.add("recipients", Problem::TooMany { max: rules::LINES_MAX });
    }
    if fields.iter().all(|(_, _, text)| text.trim().is_empty()) {
        checks.add("recipients", Problem::Required);
    }
    lines
}

/// Who is meant by the form: people of the project by their accounts, its groups by their names, and addresses outside
/// as far as they may get mail from here. A personal mail is for people of the project alone; a job that sends none has
/// nobody. What is wrong is noted with its field and line.
///
/// # Errors
/// Only those of the database.
pub async fn choose(
    ctx: &Ctx,
    checks: &mut Checks,
    project: ProjectId,
    job: JobKind,
    form: &JobForm,
) -> AppResult<Vec<Chosen>> {
    if !job.sends_mail() {
        return Ok(Vec::new());
    }
    let lines = parse(checks, job, form);
    let groups = groups(ctx.reader(), project).await?;
    let people = people(ctx.reader(), project, &lines).await?;
    let domains = allow_list::read(ctx.reader()).await?;
    let (mut chosen, mut wrong) = (Vec::new(), Wrong::default());
    for Line { kind, field, number, wanted } in lines {
        match wanted {
            Wanted::Group(name) => match groups.iter().find(|(_, known)| known.to_lowercase() == name.to_lowercase()) {
                None => wrong.note(checks, field, number, Problem::NoSuchGroup),
                Some((id, name)) => chosen.push(Chosen {
                    kind,
                    target: RecipientTarget::Group,
                    address: String::new(),
                    name: name.clone(),
                    user: None,
                    team: Some(*id),
                }),
            },
            Wanted::Person { address, name } => match people.get(&address.as_str().to_lowercase()) {
                Some(person) => chosen.push(Chosen {
                    kind,
                    target: RecipientTarget::User,
                    address: address.to_string(),
                    name: person.name.clone(),
                    user: Some(person.id),
                    team: None,
                }),
                None if job.is_personal() => wrong.note(checks, field, number, Problem::NeedsAccount),
                None if !domains.allows(&address) => {
                    wrong.note(checks, field, number, Problem::DomainNotAllowed { address: address.to_string() });
                }
                None => chosen.push(Chosen {
                    kind,
                    target: RecipientTarget::Address,
                    address: address.to_string(),
                    name,
                    user: None,
                    team: None,
                }),
            },
        }
    }
    Ok(chosen)
}

/// The groups that a report of a project can go to: those that work in it, by name.
async fn groups(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<Vec<(TeamId, String)>> {
    let there = team_project::Entity::find()
        .select_only()
        .column(team_project::Column::TeamId)
        .filter(team_project::Column::ProjectId.eq(project))
        .into_query();
    let query = team::Entity::find().select_only().columns([team::Column::Id, team::Column::Name]);
    let query = query.filter(team::Column::Id.in_subquery(there)).order_by_asc(team::Column::Name);
    Ok(query.into_tuple().all(db).await?)
}

/// Whom the form of a job proposes: the groups and the people of its project. More than a list can show are typed.
///
/// # Errors
/// Only those of the database.
pub async fn known(db: &impl ConnectionTrait, project: ProjectId) -> AppResult<Vec<Known>> {
    let people: Vec<(String, Option<String>)> = user::Entity::find()
        .select_only()
        .columns([user::Column::Name, user::Column::Email])
        .filter(user::Column::State.eq(UserState::Active))
        .filter(user::Column::Email.is_not_null())
        .filter(user::Column::Id.in_subquery(access::people_of(project)))
        .order_by_asc(user::Column::Name)
        .order_by_asc(user::Column::Email)
        .limit(PROPOSED)
        .into_tuple()
        .all(db)
        .await?;
    let groups = groups(db, project).await?.into_iter();
    let groups = groups.map(|(_, name)| (rules::line(RecipientTarget::Group, &name, ""), name));
    let people = people.into_iter().filter_map(|(name, email)| {
        let email = email?;
        Some((rules::line(RecipientTarget::User, &name, &email), name))
    });
    Ok(groups.chain(people).collect())
}

/// As [`known`], for a new job of a kind in a project by its key; nobody where the person can make none there, and for a
/// kind that sends no mail.
///
/// # Errors
/// [`AppError::SignedOut`], those of the database.
pub async fn known_to_new(ctx: &Ctx, kind: JobKind, project: &str) -> AppResult<Vec<Known>> {
    if !kind.sends_mail() {
        return Ok(Vec::new());
    }
    match access::by_key(ctx, ctx.reader(), project).await.and_then(Viewing::editing) {
        Ok(editing) => known(ctx.reader(), editing.project().id).await,
        Err(AppError::NotFound | AppError::Forbidden | AppError::ArchivedProject) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The people of the project among the lines, by their addresses.
async fn people(
    db: &impl ConnectionTrait,
    project: ProjectId,
    lines: &[Line],
) -> AppResult<HashMap<String, user::Model>> {
    let addresses = lines.iter().filter_map(|line| match &line.wanted {
        Wanted::Person { address, .. } => Some(address.as_str().to_lowercase()),
        Wanted::Group(_) => None,
    });
    let found = user::Entity::find()
        .filter(user::Column::Email.is_in(addresses))
        .filter(user::Column::State.eq(UserState::Active))
        .filter(user::Column::Id.in_subquery(access::people_of(project)))
        .all(db)
        .await?;
    Ok(found.into_iter().filter_map(|person| person.email.clone().map(|email| (email, person))).collect())
}

/// The recipients of a schedule in their order.
///
/// # Errors
/// Only those of the database.
pub async fn of(db: &impl ConnectionTrait, schedule: ScheduleId) -> AppResult<Vec<recipient::Model>> {
    let query = recipient::Entity::find().filter(recipient::Column::ScheduleId.eq(schedule));
    Ok(query.order_by_asc(recipient::Column::Position).all(db).await?)
}

/// A recipient as a line of the form, with the name that it has today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub kind: RecipientKind,
    pub line: String,
}

/// The lines of a schedule, which read back to the same recipients.
///
/// # Errors
/// Only those of the database.
pub async fn shown(db: &impl ConnectionTrait, schedule: ScheduleId) -> AppResult<Vec<Shown>> {
    let rows = of(db, schedule).await?;
    let ids = rows.iter().filter_map(|row| row.user_id);
    let users = user::Entity::find().filter(user::Column::Id.is_in(ids)).all(db).await?;
    let ids = rows.iter().filter_map(|row| row.team_id);
    let teams = team::Entity::find().filter(team::Column::Id.is_in(ids)).all(db).await?;
    let shown = |row: recipient::Model| {
        let person = users.iter().find(|person| Some(person.id) == row.user_id);
        let group = teams.iter().find(|team| Some(team.id) == row.team_id);
        let name = person.map(|person| &person.name).or(group.map(|group| &group.name)).unwrap_or(&row.name);
        let address = person.and_then(|person| person.email.as_ref()).unwrap_or(&row.address);
        Shown { kind: row.kind, line: rules::line(row.target, name, address) }
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// The text of one field of the form.
pub fn text(shown: &[Shown], kind: RecipientKind) -> String {
    shown.iter().filter(|one| one.kind == kind).map(|one| one.line.as_str()).collect::<Vec<_>>().join("\n")
}

/// Puts these in the place of those that are there.
///
/// # Errors
/// Only those of the database.
pub async fn replace(db: &impl ConnectionTrait, schedule: ScheduleId, chosen: &[Chosen]) -> AppResult<()> {
    recipient::Entity::delete_many().filter(recipient::Column::ScheduleId.eq(schedule)).exec(db).await?;
    let row = |(one, position): (&Chosen, i32)| {
        let Chosen { kind, target, address, name, user, team } = one.clone();
        recipient::ActiveModel {
            id: Set(RecipientId(Uuid::now_v7())),
            schedule_id: Set(schedule),
            position: Set(position),
            kind: Set(kind),
            target: Set(target),
            address: Set(address),
            name: Set(name),
            user_id: Set(user),
            team_id: Set(team),
        }
    };
    let rows: Vec<_> = chosen.iter().zip(0..).map(row).collect();
    for some in rows.chunks(CHUNK) {
        recipient::Entity::insert_many(some.iter().cloned()).exec_without_returning(db).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(form: &JobForm) -> Vec<(String, Option<u32>, Problem)> {
        let mut checks = Checks::default();
        parse(&mut checks, form.kind, form);
        match checks.done() {
            Err(AppError::Invalid(invalid)) => {
                invalid.fields.into_iter().map(|field| (field.field, field.line, field.problem)).collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn each_field_has_its_kind_and_problems_name_field_and_line() {
        let form = JobForm {
            recipients: "dana@example.org\n\nnobody".into(),
            cc: " Max Kern <max@example.org> \r\nDANA@example.org".into(),
            bcc: "group: Ops".into(),
            ..JobForm::default()
        };
        let found = problems(&form);
        assert_eq!(
            found,
            [("recipients".into(), Some(3), Problem::NotAnAddress), ("cc".into(), Some(2), Problem::Duplicate)]
        );
        let kinds: Vec<_> = parse(&mut Checks::default(), form.kind, &form).into_iter().map(|line| line.kind).collect();
        assert_eq!(kinds, [RecipientKind::To, RecipientKind::Cc, RecipientKind::Bcc]);
    }

    #[test]
    fn a_report_goes_to_somebody_whatever_the_field() {
        assert_eq!(problems(&JobForm::default()), [("recipients".into(), None, Problem::Required)]);
        assert_eq!(problems(&JobForm { bcc: "dana@example.org".into(), ..JobForm::default() }), []);
    }

    #[test]
    fn a_list_has_thousands_of_lines_and_an_end() {
        let lines = |count: u32| (0..count).map(|n| format!("r{n}@example.org")).collect::<Vec<_>>().join("\n");
        let to_many = |count| JobForm { bcc: lines(count), ..JobForm::default() };
        assert_eq!(problems(&to_many(rules::LINES_MAX)), []);
        let problem = Problem::TooMany { max: rules::LINES_MAX };
        assert_eq!(problems(&to_many(rules::LINES_MAX + 1)), [("recipients".into(), None, problem)]);
        let wrong = JobForm { bcc: "nobody\n".repeat(1_000), ..JobForm::default() };
        assert_eq!(problems(&wrong).len(), 50, "an answer does not grow with the list");
    }

    #[test]
    fn a_digest_has_no_copies() {
        let form = JobForm { kind: JobKind::Digest, bcc: "dana@example.org".into(), ..JobForm::default() };
        assert_eq!(problems(&form), [("recipients".into(), None, Problem::Required)]);
    }
}
