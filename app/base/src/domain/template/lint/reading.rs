//! The HTML as a stream of elements with their lines, as browsers split it.

use std::cell::RefCell;

use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
        states::{RawKind, Rawtext, Rcdata, ScriptData},
    },
};

/// What comes next in the HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Open { name: String, attributes: Vec<(String, String)>, is_closed: bool },
    Close { name: String },
    Words(String),
    Comment(String),
}

/// All pieces with the lines on which they end, from 1.
pub(super) fn pieces(html: &str) -> Vec<(u32, Piece)> {
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    // It stops early only where a sink asks for it.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.pieces.into_inner()
}

#[derive(Default)]
struct Sink {
    pieces: RefCell<Vec<(u32, Piece)>>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let mut pieces = self.pieces.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                let goes_on = raw_of(&tag);
                pieces.push((line, piece(tag)));
                return goes_on;
            }
            Token::CharacterTokens(words) => match pieces.last_mut() {
                Some((at, Piece::Words(before))) => {
                    before.push_str(&words);
                    *at = line;
                }
                _ => pieces.push((line, Piece::Words(words.to_string()))),
            },
            Token::CommentToken(words) => pieces.push((line, Piece::Comment(words.to_string()))),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn piece(tag: Tag) -> Piece {
    let name = tag.name.to_string();
    if tag.kind == TagKind::EndTag {
        return Piece::Close { name };
    }
    let attributes =
        tag.attrs.into_iter().map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()));
    Piece::Open { name, attributes: attributes.collect(), is_closed: tag.self_closing }
}

/// Elements whose content is no markup.
fn raw_of(tag: &Tag) -> TokenSinkResult<()> {
    if tag.kind == TagKind::EndTag {
        return TokenSinkResult::Continue;
    }
    let kind: RawKind = match &*tag.name {
        "script" => ScriptData,
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Rawtext,
        "title" | "textarea" => Rcdata,
        _ => return TokenSinkResult::Continue,
    };
    TokenSinkResult::RawData(kind)
}

/// Elements that have no end.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
    )
}
