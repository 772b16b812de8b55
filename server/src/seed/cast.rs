//! The people of the demonstration.

use app::{
    accounts::service::users::{self, NewUser},
    domain::{
        account::{Role, UserState},
        ids::UserId,
    },
    entities::user,
    error::AppResult,
    platform::ctx::Ctx,
};
use rand::Rng;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Short name, name, address.
pub const PEOPLE: [(&str, &str, &str); 4] = [
    ("MK", "Mina Kovač", "mina@example.org"),
    ("JO", "Jonas Ortiz", "jonas@example.org"),
    ("AL", "Alex Lindqvist", "alex@example.org"),
    ("RS", "Ravi Sen", "ravi@example.org"),
];

/// The people, and who owns what they are given.
pub struct Cast {
    pub people: Vec<user::Model>,
    /// Mina, and the administrators who were there before.
    pub owners: Vec<UserId>,
    /// How the new ones of the cast sign in.
    pub sign_in: Option<(String, String)>,
}

/// Finds the cast or makes it. Where nobody is yet, Mina becomes the administrator.
pub async fn gather(ctx: &Ctx) -> AppResult<Cast> {
    let administrators = user::Entity::find()
        .filter(user::Column::Role.eq(Role::Admin))
        .filter(user::Column::State.eq(UserState::Active))
        .all(ctx.reader())
        .await?;
    let password = password();
    let (mut people, mut sign_in) = (Vec::new(), None);
    for (short, name, email) in PEOPLE {
        let there = user::Entity::find().filter(user::Column::Email.eq(email)).one(ctx.reader()).await?;
        let person = match there {
            Some(person) => person,
            None => {
                let role = if administrators.is_empty() && short == "MK" { Role::Admin } else { Role::Member };
                sign_in.get_or_insert_with(|| (email.to_owned(), password.clone()));
                let new = NewUser {
                    name: name.into(),
                    email: email.into(),
                    password: password.clone(),
                    zone: super::ZONE.into(),
                };
                users::create(ctx, new, role).await?
            }
        };
        people.push(person);
    }
    let mut owners: Vec<UserId> = administrators.iter().map(|person| person.id).collect();
    owners.extend(people.first().map(|mina| mina.id));
    owners.sort_unstable();
    owners.dedup();
    Ok(Cast { people, owners, sign_in })
}

/// Sixteen letters and digits in groups of four, without those that look alike.
fn password() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut random = rand::rng();
    let groups: Vec<String> =
        (0..4).map(|_| (0..4).map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())])).collect()).collect();
    groups.join("-")
}
