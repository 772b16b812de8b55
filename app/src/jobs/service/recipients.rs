//! Recipients of a schedule: one a line in the form, one a row in the database.

use std::collections::HashSet;

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    domain::{
        address::EmailAddress,
        header_text::HeaderText,
        ids::{RecipientId, ScheduleId},
        job::RecipientKind,
    },
    entities::recipient,
    error::{AppResult, Checks, Problem},
};

/// Most recipients of one schedule.
pub const MOST: u32 = 100;

/// Somebody who gets the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub address: EmailAddress,
    /// Empty where only the address is known.
    pub name: String,
}

/// Reads `name@example.org` or `Name <name@example.org>` from each line that is not empty. What is wrong is noted with
/// its line.
pub fn parse(checks: &mut Checks, field: &str, text: &str) -> Vec<Person> {
    let mut people = Vec::new();
    let mut seen = HashSet::new();
    for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
        match person(line.trim()) {
            Err(problem) => checks.add_line(field, number, problem),
            Ok(person) if !seen.insert(person.address.as_str().to_lowercase()) => {
                checks.add_line(field, number, Problem::Duplicate)
            }
            Ok(person) => people.push(person),
        }
    }
    if seen.len() > MOST as usize {
        checks.add(field, Problem::TooMany { max: MOST });
    }
    if text.trim().is_empty() {
        checks.add(field, Problem::Required);
    }
    people
}

fn person(line: &str) -> Result<Person, Problem> {
    let (name, address) = match line.strip_suffix('>').and_then(|line| line.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"').trim(), address),
        None => ("", line),
    };
    let address = EmailAddress::parse(address).map_err(|_| Problem::NotAnAddress)?;
    if !name.is_empty() && HeaderText::parse(name).is_err() {
        return Err(Problem::ControlCharacters);
    }
    Ok(Person { address, name: name.to_owned() })
}

/// The lines that [`parse`] reads back to the same people.
pub fn lines(rows: &[recipient::Model]) -> String {
    let line = |row: &recipient::Model| match row.name.as_str() {
        "" => row.address.clone(),
        name => format!("{name} <{}>", row.address),
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The recipients of a schedule in their order.
///
/// # Errors
/// Only those of the database.
pub async fn of(db: &impl ConnectionTrait, schedule: ScheduleId) -> AppResult<Vec<recipient::Model>> {
    let query = recipient::Entity::find().filter(recipient::Column::ScheduleId.eq(schedule));
    Ok(query.order_by_asc(recipient::Column::Position).all(db).await?)
}

/// Puts these people in the place of those that are there.
///
/// # Errors
/// Only those of the database.
pub async fn replace(db: &impl ConnectionTrait, schedule: ScheduleId, people: &[Person]) -> AppResult<()> {
    recipient::Entity::delete_many().filter(recipient::Column::ScheduleId.eq(schedule)).exec(db).await?;
    let rows = people.iter().zip(0..).map(|(Person { address, name }, position)| recipient::ActiveModel {
        id: Set(RecipientId(Uuid::now_v7())),
        schedule_id: Set(schedule),
        position: Set(position),
        kind: Set(RecipientKind::To),
        address: Set(address.as_str().to_owned()),
        name: Set(name.clone()),
    });
    recipient::Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::AppError;

    fn read(text: &str) -> (Vec<Person>, Vec<(Option<u32>, Problem)>) {
        let mut checks = Checks::default();
        let people = parse(&mut checks, "recipients", text);
        let problems = match checks.done() {
            Err(AppError::Invalid(invalid)) => {
                invalid.fields.into_iter().map(|field| (field.line, field.problem)).collect()
            }
            _ => Vec::new(),
        };
        (people, problems)
    }

    #[test]
    fn each_line_is_a_person_with_or_without_a_name() {
        let (people, problems) =
            read("dana@example.org\n\n Max Kern <max@example.org> \r\n\"Žiga\" <ziga@example.org>");
        assert_eq!(problems, []);
        let shown: Vec<_> = people.iter().map(|person| (person.name.as_str(), person.address.as_str())).collect();
        assert_eq!(shown, [("", "dana@example.org"), ("Max Kern", "max@example.org"), ("Žiga", "ziga@example.org")]);
    }

    #[test]
    fn problems_name_their_line() {
        let (_, problems) = read("dana@example.org\nnobody\nDANA@example.org");
        assert_eq!(problems, [(Some(2), Problem::NotAnAddress), (Some(3), Problem::Duplicate)]);
        assert_eq!(read(" \n").1, [(None, Problem::Required)]);
    }
}
