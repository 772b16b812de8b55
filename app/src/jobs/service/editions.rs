//! Which part of a report of several projects each reader gets: that of the projects they see.

use std::collections::HashMap;

use super::{
    addressees::List,
    pen::{Pen, Style},
    report,
};
use crate::{
    domain::{ids::UserId, recipient::Addressee, report::Snapshot},
    entities::schedule,
    error::{AppError, AppResult},
    platform::ctx::Ctx,
    reports::service::{
        files::{Attached, LIMIT},
        snapshot,
    },
};

/// The parts of a report with what writes them and their files. Who is not named here gets all of it: whoever sees all of
/// its projects, and addresses without an account, which see what the owner sends them.
#[derive(Debug, Default)]
pub struct Editions {
    /// The place among the variants of the report.
    parts: HashMap<UserId, usize>,
    editions: HashMap<usize, (Pen, Attached)>,
}

impl Editions {
    /// Looks at what the people of a list see now.
    ///
    /// # Errors
    /// Those of the database, and faults of the drawing.
    pub async fn of(
        ctx: &Ctx,
        job: &schedule::Model,
        frozen: &Snapshot,
        list: &List,
        (style, comment): (&Style, Option<&str>),
    ) -> AppResult<Self> {
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
            if !editions.editions.contains_key(&place) {
                let files = report::files(ctx, job, style, (part, snapshot::to_json(part)?.as_str()), comment).await?;
                let attached = Attached::of(&files, LIMIT);
                let pen = Pen::new(style, part, comment, attached.note.as_deref()).await?;
                editions.editions.insert(place, (pen, attached));
            }
        }
        Ok(editions)
    }

    /// The place of a reader's part; none for who gets all of the report.
    pub fn place(&self, reader: &Addressee) -> Option<usize> {
        let place = reader.user.and_then(|user| self.parts.get(&user)).copied();
        place.filter(|place| self.editions.contains_key(place))
    }

    /// What is at a place, of the whole report with what writes it and its files.
    pub fn at<'a>(
        &'a self,
        place: Option<usize>,
        whole: (&'a Snapshot, &'a Pen, &'a Attached),
    ) -> (&'a Snapshot, &'a Pen, &'a Attached) {
        let part = place.and_then(|place| {
            let (pen, attached) = self.editions.get(&place)?;
            Some((whole.0.variants.get(place)?, pen, attached))
        });
        part.unwrap_or(whole)
    }
}
