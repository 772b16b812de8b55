//! A template as a file that another instance takes, and the place where a file is none or breaks a rule.

mod part;

use serde::{Deserialize, Serialize};

use self::part::Part;
use super::{Block, Body, Document, TemplateCategory, document::FORMAT, place::BlockPlace, render::place_of};

/// The form of [`TemplateFile`]. A change that older programs cannot read raises it.
const FORM: u32 = 1;

/// A template in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateFile {
    /// Says what the file is, and its form.
    autoreport_template: u32,
    pub name: String,
    pub category: TemplateCategory,
    pub document: Document,
}

/// A line of a file and a character in it, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFlaw {
    /// It is something else.
    NoTemplate,
    /// It is a template in a form that only newer programs know.
    Newer,
    /// It ends there, in the middle of the template.
    CutOff(Place),
    /// What stands there cannot stand in JSON.
    NotJson(Place),
    /// What begins there is not what stands there in a template, or lacks a part.
    Unknown(Place),
    /// What begins there breaks a rule of templates.
    Rule(Place),
}

impl TemplateFile {
    /// What a template is exported as.
    pub const fn new(name: String, category: TemplateCategory, document: Document) -> Self {
        Self { autoreport_template: FORM, name, category, document }
    }

    /// Reads a file; whether the document keeps to its rules is not looked at.
    ///
    /// # Errors
    /// The [`FileFlaw`] of what is no template, with its place.
    pub fn read(bytes: &[u8]) -> Result<Self, FileFlaw> {
        let text = text_of(bytes)?;
        match serde_json::from_str::<Self>(text) {
            Ok(file) if file.autoreport_template == FORM && file.document.format <= FORMAT => Ok(file),
            Ok(_) if is_newer(text) => Err(FileFlaw::Newer),
            Ok(_) => Err(FileFlaw::NoTemplate),
            Err(error) => Err(flaw(text, &error)),
        }
    }
}

impl FileFlaw {
    /// That of a file whose template breaks a rule, by the field that says so: one of
    /// [`Document::check`](super::Document::check), or `name`.
    pub fn of_rule(bytes: &[u8], field: &str) -> Self {
        match text_of(bytes) {
            Ok(text) => Self::Rule(place(text, field_in(text, field).unwrap_or(0))),
            Err(flaw) => flaw,
        }
    }

    /// The flaw in an address: `cut_off.3.17`.
    pub fn code(self) -> String {
        match self {
            Self::NoTemplate => "not_a_template".to_owned(),
            Self::Newer => "newer".to_owned(),
            Self::CutOff(Place { line, column }) => format!("cut_off.{line}.{column}"),
            Self::NotJson(Place { line, column }) => format!("not_json.{line}.{column}"),
            Self::Unknown(Place { line, column }) => format!("unknown.{line}.{column}"),
            Self::Rule(Place { line, column }) => format!("rule.{line}.{column}"),
        }
    }

    /// The flaw of a code; none for anything else.
    pub fn of_code(code: &str) -> Option<Self> {
        if let Some(placeless) = [Self::NoTemplate, Self::Newer].into_iter().find(|flaw| flaw.code() == code) {
            return Some(placeless);
        }
        let mut parts = code.splitn(3, '.');
        let kind = parts.next()?;
        let place = Place { line: parts.next()?.parse().ok()?, column: parts.next()?.parse().ok()? };
        match kind {
            "cut_off" => Some(Self::CutOff(place)),
            "not_json" => Some(Self::NotJson(place)),
            "unknown" => Some(Self::Unknown(place)),
            "rule" => Some(Self::Rule(place)),
            _ => None,
        }
    }

    /// What is wrong, where, and what to do.
    pub fn words(self) -> String {
        let at = |Place { line, column }: Place| format!("line {line}, character {column}");
        match self {
            Self::NoTemplate => "The file is no template of AutoReport. Choose one that was exported.".to_owned(),
            Self::Newer => "The file comes from a newer AutoReport, which writes templates in another form. \
                            Update this one, and import the file again."
                .to_owned(),
            Self::CutOff(place) => {
                format!("The file ends too early, at {}: it was cut off. Export the template again.", at(place))
            }
            Self::NotJson(place) => format!(
                "The file cannot be read from {} on: a quote, comma or bracket is missing or too much there. \
                 Mend it, or export the template again.",
                at(place)
            ),
            Self::Unknown(place) => format!(
                "What begins at {} of the file is not known in a template, or lacks something. \
                 Mend it, or export the template again.",
                at(place)
            ),
            Self::Rule(place) => format!(
                "What begins at {} of the file breaks a rule of templates: a text is too long, \
                 or a number, name or colour is not one.",
                at(place)
            ),
        }
    }
}

/// The text of a file that may be a template: editors put a mark before it.
fn text_of(bytes: &[u8]) -> Result<&str, FileFlaw> {
    let begins = |text: &str| text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    match std::str::from_utf8(bytes) {
        Ok(text) if begins(text) => Ok(text.trim_start_matches('\u{feff}')),
        Ok(_) => Err(FileFlaw::NoTemplate),
        Err(error) => {
            let read = bytes.get(..error.valid_up_to()).and_then(|read| std::str::from_utf8(read).ok());
            let read = read.filter(|text| begins(text)).ok_or(FileFlaw::NoTemplate)?;
            Err(FileFlaw::NotJson(place(read, read.len())))
        }
    }
}

fn flaw(text: &str, error: &serde_json::Error) -> FileFlaw {
    use serde_json::error::Category;
    // Its columns are bytes.
    let line: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let said = line + error.column().saturating_sub(1);
    match error.classify() {
        Category::Eof => FileFlaw::CutOff(place(text, said)),
        Category::Syntax => FileFlaw::NotJson(place(text, said)),
        Category::Data if is_newer(text) => FileFlaw::Newer,
        Category::Data if !says_what_it_is(text) => FileFlaw::NoTemplate,
        Category::Data => FileFlaw::Unknown(place(text, unknown_part(text).unwrap_or(said))),
        Category::Io => FileFlaw::NoTemplate,
    }
}

fn place(text: &str, byte: usize) -> Place {
    let (line, column) = place_of(text, byte);
    Place { line, column }
}

fn says_what_it_is(text: &str) -> bool {
    Part::whole(text).and_then(|file| form_in(file, "autoreport_template")) == Some(FORM)
}

/// Whether the file or the document in it says that it has a form which came later.
fn is_newer(text: &str) -> bool {
    let Some(file) = Part::whole(text) else { return false };
    let Some(form) = form_in(file, "autoreport_template") else { return false };
    let of_document = file.member("document").and_then(|document| form_in(document, "format"));
    form > FORM || (form == FORM && of_document.is_some_and(|format| format > FORMAT))
}

/// The number of a form, under the name by which a value says it.
fn form_in(value: Part<'_>, name: &str) -> Option<u32> {
    value.member(name)?.json().parse().ok()
}

/// Where the part of a document begins that is none. Its blocks are looked at one by one: they are read as a whole before
/// it is known what each of them is, and the reader says of a wrong one only where all of them end.
fn unknown_part(text: &str) -> Option<usize> {
    let body = Part::whole(text)?.member("document")?.member("body")?;
    if body.is::<Body>() {
        return None;
    }
    Some(body.member("blocks").and_then(unknown_block).unwrap_or(body.at))
}

fn unknown_block(list: Part<'_>) -> Option<usize> {
    let block = list.values().find(|block| !block.is::<Block>())?;
    let mut sides = ["left", "right"].into_iter().filter_map(|side| block.member(side));
    sides.find_map(unknown_block).or(Some(block.at))
}

/// Where the value of a field begins; that of the document where it has none of its own.
fn field_in(text: &str, field: &str) -> Option<usize> {
    let file = Part::whole(text)?;
    let document = file.member("document")?;
    let own = match field {
        "name" => file.member("name"),
        "subject" | "preheader" | "text" => document.member(field),
        "source" | "blocks" => document.member("body").and_then(|body| body.member(field)),
        "accent" | "brand" | "logo" | "signature" | "footer" => {
            document.member("theme").and_then(|theme| theme.member(field))
        }
        "logo_alt" => {
            let logo = document.member("theme").and_then(|theme| theme.member("logo"));
            logo.map(|logo| logo.member("alt").unwrap_or(logo))
        }
        _ => {
            let blocks = document.member("body").and_then(|body| body.member("blocks"));
            blocks.zip(BlockPlace::read(field)).and_then(|(blocks, place)| place_in(blocks, place))
        }
    };
    Some(own.unwrap_or(document).at)
}

/// A field of a block; the block, where the field is not in it.
fn place_in<'a>(list: Part<'a>, BlockPlace { block, field }: BlockPlace<'_>) -> Option<Part<'a>> {
    let block = block_of(list, &block.to_string())?;
    let own = field.and_then(|field| {
        // What a list is narrowed to stands together.
        block.member(field).or_else(|| block.member("filter").and_then(|filter| filter.member(field)))
    });
    Some(own.unwrap_or(block))
}

fn block_of<'a>(list: Part<'a>, id: &str) -> Option<Part<'a>> {
    list.values().find_map(|block| {
        if block.member("id").is_some_and(|own| own.json() == id) {
            return Some(block);
        }
        ["left", "right"].into_iter().filter_map(|side| block.member(side)).find_map(|side| block_of(side, id))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{
 "autoreport_template": 1,
 "name": "Weekly",
 "category": "status",
 "document": {
  "format": 1,
  "subject": "Čas",
  "body": {"mode": "blocks", "blocks": [
   {"id": 1, "block": "text", "text": "Hi ]}, {"},
   {"id": 2, "block": "divider"},
   {"id": 3, "block": "columns", "left": [], "right": [{"id": 4, "block": "heading", "text": "A", "level": 2}]}
  ]}
 }
}
"#;

    fn flaw_of(text: &str) -> FileFlaw {
        TemplateFile::read(text.as_bytes()).unwrap_err()
    }

    fn at(line: u32, column: u32) -> Place {
        Place { line, column }
    }

    #[test]
    fn a_file_is_read_and_written_the_same() {
        let file = TemplateFile::read(FILE.as_bytes()).unwrap();
        assert_eq!((file.name.as_str(), file.document.blocks().map(<[Block]>::len)), ("Weekly", Some(3)));
        let written = serde_json::to_vec_pretty(&file).unwrap();
        assert_eq!(TemplateFile::read(&written), Ok(file.clone()));
        assert_eq!(TemplateFile::read(format!("\u{feff}{FILE}").as_bytes()), Ok(file), "with the mark of an editor");
    }

    #[test]
    fn what_is_something_else_is_no_template() {
        for text in ["", "hello", "[]", "{}", "{\"name\": \"Board\", \"lists\": []}", "\0\u{1}"] {
            assert_eq!(flaw_of(text), FileFlaw::NoTemplate, "{text}");
        }
        assert_eq!(flaw_of(&FILE.replace("template\": 1", "template\": 0")), FileFlaw::NoTemplate, "no form at all");
    }

    #[test]
    fn a_file_of_a_newer_program_says_so_whatever_else_it_has() {
        let newer = FILE.replace("template\": 1", "template\": 2");
        assert_eq!(flaw_of(&newer), FileFlaw::Newer);
        assert_eq!(flaw_of(&newer.replace("divider", "hologram")), FileFlaw::Newer, "with a block that is not known");
        assert_eq!(flaw_of(&FILE.replace("format\": 1", "format\": 2")), FileFlaw::Newer, "its document");
        assert!(matches!(flaw_of(&newer.replace("\"Weekly\",", "\"Weekly\"")), FileFlaw::NotJson(_)));
    }

    #[test]
    fn a_file_that_breaks_off_or_is_no_json_says_where() {
        let cut = FILE.split_inclusive("Čas").next().unwrap();
        assert_eq!(flaw_of(cut), FileFlaw::CutOff(at(7, 17)), "the last letter that there is, counted as letters");
        assert_eq!(flaw_of(&FILE.replace("\"Weekly\",", "\"Weekly\"")), FileFlaw::NotJson(at(4, 2)));
        let mut bytes = FILE.as_bytes().to_vec();
        let accent = FILE.find('Č').unwrap();
        bytes[accent] = 0xff;
        assert_eq!(TemplateFile::read(&bytes), Err(FileFlaw::NotJson(at(7, 15))), "no UTF-8");
    }

    #[test]
    fn what_is_not_known_says_where_it_begins() {
        assert!(matches!(flaw_of(&FILE.replace("\"Weekly\"", "7")), FileFlaw::Unknown(Place { line: 3, .. })));
        assert_eq!(flaw_of(&FILE.replace("divider", "dividr")), FileFlaw::Unknown(at(10, 4)));
        assert_eq!(flaw_of(&FILE.replace(", \"level\": 2", "")), FileFlaw::Unknown(at(11, 56)), "in a column");
        assert_eq!(flaw_of(&FILE.replace("\"mode\": \"blocks\"", "\"mode\": \"bloks\"")), FileFlaw::Unknown(at(8, 11)));
    }

    #[test]
    fn a_rule_that_is_broken_says_where_the_field_is() {
        let rule = |field: &str| FileFlaw::of_rule(FILE.as_bytes(), field);
        assert_eq!(rule("name"), FileFlaw::Rule(at(3, 10)));
        assert_eq!(rule("subject"), FileFlaw::Rule(at(7, 14)));
        assert_eq!(rule("block-2"), FileFlaw::Rule(at(10, 4)));
        assert_eq!(rule("block-4"), FileFlaw::Rule(at(11, 56)));
        assert_eq!(rule("block-4-text"), FileFlaw::Rule(at(11, 94)), "the field of a block");
        assert_eq!(rule("block-4-url"), FileFlaw::Rule(at(11, 56)), "the block, where the field is not in it");
        assert_eq!(rule("blocks"), FileFlaw::Rule(at(8, 40)));
        assert_eq!(rule("accent"), FileFlaw::Rule(at(5, 14)), "the document, where the field is not in the file");
    }

    #[test]
    fn flaws_travel_in_an_address_and_nothing_else_has_words() {
        let place = at(3, 17);
        for flaw in [
            FileFlaw::NoTemplate,
            FileFlaw::Newer,
            FileFlaw::CutOff(place),
            FileFlaw::NotJson(place),
            FileFlaw::Unknown(place),
            FileFlaw::Rule(place),
        ] {
            assert_eq!(FileFlaw::of_code(&flaw.code()), Some(flaw));
            let words = flaw.words();
            let is_placeless = matches!(flaw, FileFlaw::NoTemplate | FileFlaw::Newer);
            assert!(is_placeless || words.contains("line 3, character 17"), "{words}");
        }
        for code in ["", "cut_off", "cut_off.3", "cut_off.3.x", "cut_off.3.4.5", "other.3.4", "call 555"] {
            assert_eq!(FileFlaw::of_code(code), None, "{code}");
        }
    }
}
