//! What plain forms do to a draft, without JavaScript: the same as the designer does in the page, a step at a time.

use std::collections::BTreeMap;

use super::{
    access,
    drafts::{self, Save},
};
use crate::{
    domain::{
        ids::TemplateId,
        template::{
            Block, BlockKind, Body, Document,
            edit::{Crossing, Shelf},
            fields,
            theme::Logo,
        },
    },
    entities::template,
    error::{AppError, AppResult, Conflict, Problem},
    platform::ctx::Ctx,
};

/// A step of a form.
#[derive(Clone, Debug)]
pub enum Step {
    /// A kind of block by its word, behind a block or at the end.
    Add {
        kind: String,
        after: Option<u32>,
    },
    Up(u32),
    Down(u32),
    /// Between the mail and its columns.
    Cross(u32, Crossing),
    Copy(u32),
    Delete(u32),
    /// The properties of a block.
    Block(u32, BTreeMap<String, String>),
    /// Name, category, subject, theme, source.
    Mail(BTreeMap<String, String>),
    Logo(Box<Logo>),
    NoLogo,
    /// From blocks to their source, the one way.
    ToHtml,
    /// From HTML to MJML and back: the text stays.
    Language {
        is_mjml: bool,
    },
}

impl Step {
    /// A step by the word of its button.
    ///
    /// # Errors
    /// [`AppError::Malformed`] for any other word.
    pub fn read(act: &str, block: Option<u32>, value: String, fields: BTreeMap<String, String>) -> AppResult<Self> {
        let id = || block.ok_or(AppError::Malformed);
        Ok(match act {
            "add" => Self::Add { kind: value, after: block },
            "up" => Self::Up(id()?),
            "down" => Self::Down(id()?),
            "copy" => Self::Copy(id()?),
            "delete" => Self::Delete(id()?),
            "block" => Self::Block(id()?, fields),
            "mail" => Self::Mail(fields),
            "no_logo" => Self::NoLogo,
            "to_html" => Self::ToHtml,
            "language" => Self::Language { is_mjml: value == "mjml" },
            act => Self::Cross(id()?, act.parse().map_err(|()| AppError::Malformed)?),
        })
    }
}

/// Does a step and keeps the draft. The block that the page opens next.
///
/// # Errors
/// As [`drafts::save`]; [`AppError::NotFound`] for a block that is not there any more.
pub async fn take(ctx: &Ctx, id: TemplateId, version: i64, step: Step) -> AppResult<Option<u32>> {
    let row = access::editable(ctx, ctx.reader(), id).await?;
    if row.draft_version != version {
        return Err(conflict(row));
    }
    let mut document = drafts::of_row(&row)?;
    let (mut name, mut category) = (row.name, row.category);
    if let Step::Mail(fields) = &step {
        if let Some(typed) = fields.get("name") {
            name.clone_from(typed);
        }
        if let Some(typed) = fields.get("category") {
            category = typed.parse().map_err(|()| AppError::field("category", Problem::UnknownChoice))?;
        }
    }
    let open = change(&mut document, step)?;
    document.check()?;
    let document = serde_json::to_string(&document).map_err(|_| AppError::Malformed)?;
    drafts::save(ctx, Save { id, version, name, category, document }).await?;
    Ok(open)
}

fn conflict(row: template::Model) -> AppError {
    let (field, version) = ("document".into(), row.draft_version);
    AppError::Conflict(Box::new(Conflict { field, version, ..Conflict::default() }))
}

fn change(document: &mut Document, step: Step) -> AppResult<Option<u32>> {
    let there = |is_there: Option<u32>| is_there.map(Some).ok_or(AppError::NotFound);
    match step {
        Step::Add { kind, after } => {
            let kind = BlockKind::fresh().into_iter().find(|fresh| fresh.word() == kind).ok_or(AppError::Malformed)?;
            let mut spot = document.spot_after(after);
            if let (BlockKind::Columns { .. }, Shelf::Left(holder) | Shelf::Right(holder)) = (&kind, spot.shelf) {
                spot = document.spot_after(Some(holder));
            }
            let added = document.add(kind, spot);
            return added.map(Some).ok_or_else(|| AppError::field("blocks", Problem::NotAllowed));
        }
        Step::Up(id) => {
            document.step(id, true);
        }
        Step::Down(id) => {
            document.step(id, false);
        }
        Step::Cross(id, crossing) => {
            document.cross(id, crossing);
            return Ok(document.block(id).map(|block| block.id));
        }
        Step::Copy(id) => return there(document.duplicate(id)),
        Step::Delete(id) => return document.take(id).map(|_| None).ok_or(AppError::NotFound),
        Step::Block(id, typed) => {
            let block = document.block_mut(id).ok_or(AppError::NotFound)?;
            let read: Block = fields::read_block(block, &|name| typed.get(name).cloned());
            *block = read;
            return Ok(Some(id));
        }
        Step::Mail(typed) => fields::read_document(document, &|name| typed.get(name).cloned()),
        Step::Logo(logo) => document.theme.logo = Some(*logo),
        Step::NoLogo => document.theme.logo = None,
        Step::ToHtml => document.to_source(),
        Step::Language { is_mjml } => {
            document.body = match std::mem::replace(&mut document.body, Body::Blocks { blocks: Vec::new() }) {
                Body::Html { source } | Body::Mjml { source } if is_mjml => Body::Mjml { source },
                Body::Html { source } | Body::Mjml { source } => Body::Html { source },
                blocks @ Body::Blocks { .. } => blocks,
            };
        }
    }
    Ok(None)
}

/// The source of a document of blocks, and the text part that went with it.
///
/// # Errors
/// [`AppError::Malformed`] for what is no document.
pub fn source(ctx: &Ctx, json: &str) -> AppResult<Document> {
    ctx.me()?;
    let mut document = drafts::parse(json)?;
    document.to_source();
    document.check()?;
    Ok(document)
}
