//! What a template sees: itself, its data, its pictures, two fonts. Everything else does not exist.

use std::{path::PathBuf, sync::OnceLock};

use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};

use super::{PdfError, Print, instant, letters};

const MAIN: &str = "main.typ";
const DATA: &str = "data.json";

/// The library of typst and the fonts of the program, built once.
pub struct Stock {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    pub fonts: Vec<Font>,
    main: FileId,
}

/// One document.
pub struct Desk {
    stock: &'static Stock,
    main: Source,
    data: Bytes,
    pictures: Vec<Bytes>,
    today: Option<Datetime>,
}

/// The stock, which every machine has alike.
pub fn stock() -> Result<&'static Stock, PdfError> {
    static STOCK: OnceLock<Option<Stock>> = OnceLock::new();
    STOCK.get_or_init(Stock::build).as_ref().ok_or(PdfError::Stock)
}

impl Stock {
    fn build() -> Option<Self> {
        let files: [&'static [u8]; 2] =
            [include_bytes!("../plot/fonts/Inter-Regular.otf"), include_bytes!("../plot/fonts/Inter-SemiBold.otf")];
        let fonts: Vec<Font> = files.iter().flat_map(|file| Font::new(Bytes::new(*file), 0)).collect();
        let main = RootedPath::new(VirtualRoot::Project, VirtualPath::new(MAIN).ok()?).intern();
        let book = LazyHash::new(FontBook::from_fonts(&fonts));
        (fonts.len() == files.len()).then(|| Self { library: LazyHash::new(Library::default()), book, fonts, main })
    }
}

impl Desk {
    pub fn of(print: Print) -> Result<Self, PdfError> {
        let stock = stock()?;
        let Print { template, mut data, pictures, made_at } = print;
        let is_missing = letters::make_drawable(stock, &mut data);
        if let Some(fields) = data.as_object_mut() {
            fields.insert("missing".into(), is_missing.into());
        }
        let pictures = pictures.into_iter().map(|svg| Bytes::from_string(letters::drawable(stock, &svg).into_owned()));
        Ok(Self {
            stock,
            main: Source::new(stock.main, template.to_owned()),
            data: Bytes::from_string(data.to_string()),
            pictures: pictures.collect(),
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
        &self.stock.book
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
        self.stock.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(PathBuf::from(id.vpath().get_without_slash()))
}
