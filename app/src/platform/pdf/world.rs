//! What a template sees: itself, its data, its pictures, the fonts that its letters need. Everything else does not exist.

use std::{collections::BTreeSet, path::PathBuf, sync::OnceLock};

use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};

use super::{PdfError, Print, instant, letters};
use crate::platform::fonts::{Fonts, Selection, drawable};

const MAIN: &str = "main.typ";
const DATA: &str = "data.json";

/// The library of typst, built once.
struct Stock {
    library: LazyHash<Library>,
    main: FileId,
}

/// One document.
pub struct Desk {
    stock: &'static Stock,
    book: LazyHash<FontBook>,
    selection: Selection,
    /// The faces of the book that were asked for.
    fonts: Vec<OnceLock<Option<Font>>>,
    main: Source,
    data: Bytes,
    pictures: Vec<Bytes>,
    today: Option<Datetime>,
}

/// The stock, which every machine has alike.
fn stock() -> Result<&'static Stock, PdfError> {
    static STOCK: OnceLock<Option<Stock>> = OnceLock::new();
    STOCK.get_or_init(Stock::build).as_ref().ok_or(PdfError::Stock)
}

impl Stock {
    fn build() -> Option<Self> {
        let main = RootedPath::new(VirtualRoot::Project, VirtualPath::new(MAIN).ok()?).intern();
        Some(Self { library: LazyHash::new(Library::default()), main })
    }
}

impl Desk {
    pub fn of(print: Print, fonts: &Fonts) -> Result<Self, PdfError> {
        let stock = stock()?;
        let Print { template, mut data, pictures, made_at } = print;
        letters::make_drawable(&mut data);
        let pictures: Vec<String> = pictures.iter().map(|svg| drawable(svg).into_owned()).collect();
        let mut letters: BTreeSet<char> = pictures.iter().flat_map(|svg| svg.chars()).collect();
        letters::collect(&data, &mut letters);
        let selection = fonts.selection(letters);
        if let Some(fields) = data.as_object_mut() {
            fields.insert("missing".into(), selection.has_boxes().into());
        }
        Ok(Self {
            stock,
            book: LazyHash::new(selection.book()),
            fonts: (0..selection.count()).map(|_| OnceLock::new()).collect(),
            selection,
            main: Source::new(stock.main, template.to_owned()),
            data: Bytes::from_string(data.to_string()),
            pictures: pictures.into_iter().map(Bytes::from_string).collect(),
            today: instant(made_at),
        })
    }

    fn find(&self, id: FileId) -> Option<Bytes> {
        if *id.root() != VirtualRoot::Project {
            return None;
        }
        let name = id.vpath().get_without_slash();
        if name == DATA {
            return Some(self.data.clone());
        }
        let number = name.strip_prefix("chart-")?.strip_suffix(".svg")?.parse::<usize>().ok()?;
        self.pictures.get(number).cloned()
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.stock.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.stock.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.stock.main { Ok(self.main.clone()) } else { Err(missing(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.find(id).ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index)?.get_or_init(|| self.selection.font(index)).clone()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(PathBuf::from(id.vpath().get_without_slash()))
}
