//! Which part of a report of several projects each reader gets: that of the projects they see.

use std::collections::HashMap;

use super::addressees::List;
use crate::{
    domain::{ids::UserId, recipient::Addressee, report::Snapshot},
    error::{AppError, AppResult},
    platform::ctx::Ctx,
    reports::service::{
        render::{self, Image},
        snapshot,
    },
};

/// The parts of a report with their pictures. Who is not named here gets all of it: whoever sees all of its projects,
/// and addresses without an account, which see what the owner sends them.
#[derive(Debug, Default)]
pub struct Editions {
    /// The place among the variants of the report.
    parts: HashMap<UserId, usize>,
    images: HashMap<usize, Vec<Image>>,
}

impl Editions {
    /// Looks at what the people of a list see now.
    ///
    /// # Errors
    /// Those of the database, and faults of the drawing.
    pub async fn of(ctx: &Ctx, frozen: &Snapshot, list: &List) -> AppResult<Self> {
        let mut editions = Self::default();
        if frozen.variants.is_empty() {
            return Ok(editions);
        }
        let readers: Vec<UserId> = list.people.iter().filter_map(|(person, _)| person.user).collect();
        let seen = snapshot::insiders(ctx, frozen.project_ids(), &readers).await?;
        for reader in readers {
            // Whether they see the project of the schedule decides whether they get anything; that is judged elsewhere.
            let sees = |id| id == frozen.project.id || seen.get(&reader).is_some_and(|projects| projects.contains(&id));
            let part = frozen.seen_by(sees).ok_or(AppError::NotFound)?;
            let Some(place) = frozen.variants.iter().position(|variant| std::ptr::eq(variant, part)) else { continue };
            editions.parts.insert(reader, place);
            if !editions.images.contains_key(&place) {
                editions.images.insert(place, render::draw(part).await?);
            }
        }
        Ok(editions)
    }

    /// What a reader gets, of the whole report and its pictures.
    pub fn for_reader<'a>(
        &'a self,
        whole: (&'a Snapshot, &'a [Image]),
        reader: &Addressee,
    ) -> (&'a Snapshot, &'a [Image]) {
        let place = reader.user.and_then(|user| self.parts.get(&user));
        let part = place.and_then(|place| Some((whole.0.variants.get(*place)?, self.images.get(place)?.as_slice())));
        part.unwrap_or(whole)
    }
}
