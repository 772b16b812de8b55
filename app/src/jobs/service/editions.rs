//! Which part of a report of several projects each reader gets: that of the projects they see. However many different
//! parts there are, only a few are held with their files and pictures at a time.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

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

/// Parts that are held at a time.
const AT_ONCE: usize = 8;

/// Who gets which part of a report: the place among its variants. Who is not named here gets all of it: whoever sees all
/// of its projects, and addresses without an account, which see what the owner sends them.
#[derive(Clone, Debug, Default)]
pub struct Parts(Arc<HashMap<UserId, usize>>);

/// Some of the parts, and with the first of them all of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    with_whole: bool,
    places: Vec<usize>,
}

impl Parts {
    /// Looks at what the people of a list see now.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(ctx: &Ctx, frozen: &Snapshot, list: &List) -> AppResult<Self> {
        if frozen.variants.is_empty() {
            return Ok(Self::default());
        }
        let readers: Vec<UserId> = list.people.iter().filter_map(|(person, _)| person.user).collect();
        let seen = snapshot::insiders(ctx, frozen.project_ids(), &readers).await?;
        let mut parts = HashMap::new();
        for reader in readers {
            // Whether they see the project of the schedule decides whether they get anything; that is judged elsewhere.
            let sees = |id| id == frozen.project.id || seen.get(&reader).is_some_and(|projects| projects.contains(&id));
            let part = frozen.seen_by(sees).ok_or(AppError::NotFound)?;
            if let Some(place) = frozen.variants.iter().position(|variant| std::ptr::eq(variant, part)) {
                parts.insert(reader, place);
            }
        }
        Ok(Self(Arc::new(parts)))
    }

    /// All parts that somebody gets, a few at a time.
    pub fn lots(&self) -> Vec<Lot> {
        let places: Vec<usize> = self.0.values().copied().collect::<BTreeSet<_>>().into_iter().collect();
        // Those who get all of it are there also where nobody gets a part.
        let lots = places.chunks(AT_ONCE).chain(places.is_empty().then_some(&[][..]));
        lots.enumerate().map(|(at, places)| Lot { with_whole: at == 0, places: places.to_vec() }).collect()
    }

    fn place(&self, reader: &Addressee) -> Option<usize> {
        reader.user.and_then(|user| self.0.get(&user)).copied()
    }
}

/// The parts of a lot with what writes them and their files.
#[derive(Debug)]
pub struct Editions {
    parts: Parts,
    with_whole: bool,
    editions: HashMap<usize, (Pen, Attached)>,
}

impl Editions {
    /// Draws the parts of a lot and makes their files.
    ///
    /// # Errors
    /// Faults of the drawing.
    pub async fn of(
        ctx: &Ctx,
        job: &schedule::Model,
        frozen: &Snapshot,
        (parts, lot): (&Parts, &Lot),
        (style, comment): (&Style, Option<&str>),
    ) -> AppResult<Self> {
        let mut editions = HashMap::new();
        for &place in &lot.places {
            let part = frozen.variants.get(place).ok_or(AppError::NotFound)?;
            let files = report::files(ctx, job, style, (part, snapshot::to_json(part)?.as_str()), comment).await?;
            let attached = Attached::of(&files, LIMIT);
            let pen = Pen::new(style, part, comment, attached.note.as_deref()).await?;
            editions.insert(place, (pen, attached));
        }
        Ok(Self { parts: parts.clone(), with_whole: lot.with_whole, editions })
    }

    /// Whether what a reader gets is in this lot. Nobody else is written to with it: they would get what is not theirs.
    pub fn covers(&self, reader: &Addressee) -> bool {
        match self.parts.place(reader) {
            Some(place) => self.editions.contains_key(&place),
            None => self.with_whole,
        }
    }

    /// The place of a reader's part; none for who gets all of the report.
    pub fn place(&self, reader: &Addressee) -> Option<usize> {
        self.parts.place(reader).filter(|place| self.editions.contains_key(place))
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn each_part_is_in_one_lot_and_the_first_has_the_whole() {
        assert_eq!(Parts::default().lots(), [Lot { with_whole: true, places: Vec::new() }]);
        // Forty readers of twenty parts.
        let reader = |number: u128| UserId(Uuid::from_u128(number));
        let parts = Parts(Arc::new((0..40).map(|number| (reader(number), number as usize % 20)).collect()));
        let lots = parts.lots();
        let places: Vec<usize> = lots.iter().flat_map(|lot| lot.places.clone()).collect();
        assert_eq!(places, (0..20).collect::<Vec<_>>());
        assert!(lots.iter().all(|lot| lot.places.len() <= AT_ONCE));
        assert_eq!(lots.iter().map(|lot| lot.with_whole).collect::<Vec<_>>(), [true, false, false]);
    }
}
