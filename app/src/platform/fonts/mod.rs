//! The fonts that charts and pages are drawn with: Inter, which ships with the program, and for letters that Inter lacks
//! those that the machine has.
//!
//! What Inter can write looks the same on every machine. Folders are looked through once, when the first text needs more
//! than Inter; of each face only the names and the letters that it has are kept. Files are mapped or read while a
//! picture or a document is made and not held afterwards: the system keeps files that are asked for often.

mod letters;
#[cfg(test)]
mod tests;

pub use letters::{drawable, is_shaping};

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use resvg::usvg::{
    self,
    fontdb::{Database, FaceInfo, ID, Source, Stretch, Style},
};
use typst::{
    foundations::Bytes,
    text::{Font, FontBook, FontFlags, FontInfo},
};

/// The family that everything is written in as far as it goes.
pub const FAMILY: &str = "Inter";
const INTER: [&[u8]; 2] =
    [include_bytes!("../plot/fonts/Inter-Regular.otf"), include_bytes!("../plot/fonts/Inter-SemiBold.otf")];
/// An empty box for every letter (`scripts/box.py`): so that none is drawn as the “missing” of a font, which accessible
/// pages must not have, and the text of a page keeps the letter.
const BOX: &[u8] = include_bytes!("Box.ttf");
/// The weights that are drawn.
const WEIGHTS: [u16; 2] = [400, 600];
/// How families end that have the shapes of one country for the Han letters that several share.
const COUNTRIES: [&str; 5] = ["JP", "KR", "SC", "TC", "HK"];

/// What operators are told about: a script, and a letter of it.
const SCRIPTS: [(&str, char); 9] = [
    ("Arabic", '\u{639}'),
    ("Hebrew", '\u{5e9}'),
    ("Devanagari", '\u{915}'),
    ("Bengali", '\u{995}'),
    ("Thai", '\u{e01}'),
    ("Chinese", '\u{4e2d}'),
    ("Japanese", '\u{3042}'),
    ("Korean", '\u{d55c}'),
    ("emoji", '\u{1f600}'),
];

/// One face of a font.
#[derive(Clone)]
struct Face {
    /// Where it is.
    place: FaceInfo,
    /// Its kind, and the letters that it has.
    info: FontInfo,
}

/// Inter, and the fonts of some folders.
#[derive(Default)]
pub struct Fonts {
    folders: Vec<PathBuf>,
    found: OnceLock<Vec<Face>>,
}

/// The faces that one picture or document needs, Inter's first.
pub struct Selection {
    faces: Vec<Face>,
    /// Letters that no font has: the last face draws a box for them.
    missing: BTreeSet<char>,
}

static SHARED: OnceLock<Fonts> = OnceLock::new();

/// Says once, at the start, in which folders the machine has fonts. Nothing is read yet.
pub fn look_in(folders: Vec<PathBuf>) {
    // Who says it again says the same: it comes from the settings of the process.
    let _ = SHARED.set(Fonts::of(folders));
}

/// The fonts of this process: without [`look_in`], as in tests, Inter alone.
pub fn shared() -> &'static Fonts {
    SHARED.get_or_init(Fonts::default)
}

impl Fonts {
    /// Inter and what is in these folders and theirs; a folder that is not there has no fonts.
    pub fn of(folders: Vec<PathBuf>) -> Self {
        Self { folders, found: OnceLock::new() }
    }

    /// What draws these letters, of texts that are [`drawable`]. Where several countries share letters, the text as a whole says whose shapes they get:
    /// with kana Japan's, with hangul Korea's, otherwise China's.
    pub fn selection(&self, letters: impl IntoIterator<Item = char>) -> Selection {
        let mut faces = inter().to_vec();
        let mut lacking: BTreeSet<char> =
            letters.into_iter().filter(|c| letters::is_seen(*c) && !is_in_inter(*c)).collect();
        let mut missing = BTreeSet::new();
        if lacking.is_empty() {
            return Selection { faces, missing };
        }
        let country = country(&lacking);
        let mut order: Vec<&Face> = self.found().iter().collect();
        // Stable: the order is the same but for the other countries' faces.
        order.sort_by_key(|face| face.is_for_another(country));
        while let Some(c) = lacking.pop_first() {
            match order.iter().find(|face| !is_private(c) && face.covers(c)) {
                Some(first) => {
                    let family: Vec<&Face> =
                        order.iter().copied().filter(|face| face.family() == first.family()).collect();
                    lacking.retain(|c| is_private(*c) || !family.iter().all(|face| face.covers(*c)));
                    // A letter that only some of the family's faces have brings the same family again.
                    if !faces.iter().any(|face| face.family() == first.family()) {
                        faces.extend(family.into_iter().cloned());
                    }
                }
                None => {
                    missing.insert(c);
                }
            }
        }
        if !missing.is_empty() {
            faces.extend(Face::embedded(BOX));
        }
        Selection { faces, missing }
    }

    /// Scripts and signs that no font here has, by name.
    pub fn lacking_scripts(&self) -> Vec<&'static str> {
        let has = |c: char| self.found().iter().any(|face| face.covers(c));
        SCRIPTS.iter().filter(|(_, c)| !has(*c)).map(|(name, _)| *name).collect()
    }

    fn found(&self) -> &[Face] {
        self.found.get_or_init(|| {
            let mut database = Database::new();
            for folder in &self.folders {
                database.load_fonts_dir(folder);
            }
            let mut faces: Vec<Face> =
                of_use(&database).into_iter().filter_map(|place| Face::of(&database, place)).collect();
            faces.sort_by_cached_key(Face::order);
            tracing::info!("found {} faces of fonts besides Inter", faces.len());
            faces
        })
    }
}

impl Selection {
    /// Whether nothing but Inter is needed.
    pub fn is_inter_alone(&self) -> bool {
        self.faces.len() == inter().len()
    }

    /// Whether letters are drawn as a box, because no font has them.
    pub fn has_boxes(&self) -> bool {
        !self.missing.is_empty()
    }

    /// Options of a drawing that is written with these faces.
    pub fn options(&self) -> usvg::Options<'_> {
        let mut database = Database::new();
        let ids: Vec<ID> = self.faces.iter().map(|face| database.push_face_info(face.place.clone())).collect();
        usvg::Options {
            font_family: FAMILY.into(),
            fontdb: Arc::new(database),
            font_resolver: usvg::FontResolver {
                select_font: usvg::FontResolver::default_font_selector(),
                select_fallback: Box::new(move |c: char, used: &[ID], database: &mut Arc<Database>| {
                    let weight =
                        used.first().and_then(|id| database.face(*id)).map_or(WEIGHTS[0], |face| face.weight.0);
                    self.fallback(&ids, c, used, weight)
                }),
            },
            ..usvg::Options::default()
        }
    }

    /// The face for a letter: of the first family that has it, the nearest weight.
    fn fallback(&self, ids: &[ID], c: char, used: &[ID], weight: u16) -> Option<ID> {
        let able: Vec<(&Face, ID)> = self
            .faces
            .iter()
            .zip(ids.iter().copied())
            .filter(|(face, id)| !used.contains(id) && face.covers(c))
            .collect();
        let (first, _) = able.first()?;
        able.iter()
            .filter(|(face, _)| face.family() == first.family())
            .min_by_key(|(face, _)| face.place.weight.0.abs_diff(weight))
            .map(|(_, id)| *id)
    }

    /// The book of these faces, in their order.
    pub fn book(&self) -> FontBook {
        FontBook::from_infos(self.faces.iter().map(|face| face.info.clone()))
    }

    /// How many faces there are.
    pub fn count(&self) -> usize {
        self.faces.len()
    }

    /// The face at a place of the book, with its bytes; none where its file has gone.
    pub fn font(&self, index: usize) -> Option<Font> {
        self.faces.get(index)?.font()
    }

    /// The place of the first face that has a letter.
    pub fn place(&self, c: char) -> Option<usize> {
        self.faces.iter().position(|face| face.covers(c))
    }

    /// Whether the face at a place has a letter.
    pub fn covers(&self, place: usize, c: char) -> bool {
        self.faces.get(place).is_some_and(|face| face.covers(c))
    }
}

impl Face {
    fn embedded(bytes: &'static [u8]) -> Option<Self> {
        let mut database = Database::new();
        let ids = database.load_font_source(Source::Binary(Arc::new(bytes)));
        Self::of(&database, database.face(*ids.first()?)?)
    }

    fn of(database: &Database, place: &FaceInfo) -> Option<Self> {
        let info = database.with_face_data(place.id, FontInfo::new)??;
        Some(Self { place: place.clone(), info })
    }

    fn family(&self) -> &str {
        &self.info.family
    }

    fn covers(&self, c: char) -> bool {
        self.info.coverage.contains(c.into())
    }

    /// What suits Inter comes first: outlines before coloured pictures, letters of their own width, without serifs;
    /// Noto before others, because it has all scripts in one hand.
    fn order(&self) -> (bool, bool, bool, bool, String, u16) {
        let Self { place, info } = self;
        let is = |flag: FontFlags| info.flags.contains(flag);
        (
            info.family.contains("Emoji"),
            is(FontFlags::MONOSPACE),
            is(FontFlags::SERIF),
            !info.family.starts_with("Noto Sans"),
            info.family.clone(),
            place.weight.0,
        )
    }

    fn is_for_another(&self, country: &str) -> bool {
        self.family().rsplit(' ').next().is_some_and(|end| COUNTRIES.contains(&end) && end != country)
    }

    fn font(&self) -> Option<Font> {
        let bytes = match &self.place.source {
            Source::Binary(bytes) => Bytes::new(Held(Arc::clone(bytes))),
            Source::File(path) | Source::SharedFile(path, _) => Bytes::new(read(path)?),
        };
        Font::new(bytes, self.place.index)
    }
}

/// Bytes that ship with the program, as typst takes them.
struct Held(Arc<dyn AsRef<[u8]> + Sync + Send>);

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}

fn read(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path)
        .inspect_err(|error| tracing::warn!("the font {} cannot be read any more: {error}", path.display()))
        .ok()
}

/// The faces of Inter: two, or none where the program was built with something else.
fn inter() -> &'static [Face] {
    static FACES: OnceLock<Vec<Face>> = OnceLock::new();
    FACES.get_or_init(|| INTER.into_iter().filter_map(Face::embedded).collect())
}

fn is_in_inter(c: char) -> bool {
    matches!(c, ' '..='~') || inter().iter().all(|face| face.covers(c))
}

/// Letters whose meaning is agreed on privately: fonts of icons have drawings for them that mean something else.
fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// Upright faces of usual width, of each family those nearest to the weights that are drawn.
fn of_use(database: &Database) -> Vec<&FaceInfo> {
    let mut families: BTreeMap<&str, Vec<&FaceInfo>> = BTreeMap::new();
    for face in database.faces().filter(|face| face.style == Style::Normal && face.stretch == Stretch::Normal) {
        if let Some((family, _)) = face.families.first() {
            families.entry(family).or_default().push(face);
        }
    }
    let mut kept: Vec<&FaceInfo> = Vec::new();
    for faces in families.values() {
        for weight in WEIGHTS {
            let nearest =
                faces.iter().copied().min_by(|one, other| distance(one, weight).cmp(&distance(other, weight)));
            if let Some(face) = nearest
                && kept.iter().all(|other| other.id != face.id)
            {
                kept.push(face);
            }
        }
    }
    kept
}

/// How far a face is from a weight; files by name, so that the choice does not hang on the order of a folder.
fn distance(face: &FaceInfo, weight: u16) -> (u16, Option<&Path>, u32) {
    let path = match &face.source {
        Source::Binary(_) => None,
        Source::File(path) | Source::SharedFile(path, _) => Some(path.as_path()),
    };
    (face.weight.0.abs_diff(weight), path, face.index)
}

/// The country whose shapes of Han letters a text gets.
fn country(letters: &BTreeSet<char>) -> &'static str {
    let has = |range: RangeInclusive<char>| letters.range(range).next().is_some();
    if has('\u{3041}'..='\u{30ff}') || has('\u{31f0}'..='\u{31ff}') {
        "JP"
    } else if has('\u{1100}'..='\u{11ff}') || has('\u{ac00}'..='\u{d7a3}') {
        "KR"
    } else if has('\u{3105}'..='\u{312f}') {
        "TC"
    } else {
        "SC"
    }
}
