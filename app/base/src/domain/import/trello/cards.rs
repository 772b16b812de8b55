//! The cards of an export as they are now, with their labels, checklists and links.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::moment;
use super::raw::{RawAttachment, RawBoard, RawCard, RawChecklist, RawCustomField, RawCustomValue, RawLabel};
use crate::domain::import::plan::{
    PlannedCard, PlannedChecklist, PlannedColumn, PlannedComment, PlannedDue, PlannedEvent, PlannedItem, PlannedLabel,
};
use crate::domain::import::problem::excerpt;
use crate::domain::import::words::{count, hue_of_colour, plain, priority_of_label, priority_of_word};
use crate::domain::task::Priority;
use crate::error::is_blank;

/// Cards, and the labels they carry.
pub struct Built {
    pub cards: Vec<PlannedCard>,
    pub labels: Vec<PlannedLabel>,
}

/// Template and separator cards are no work: removed, and counted.
pub fn leave_out_templates(cards: &mut Vec<RawCard>, warnings: &mut Vec<String>) {
    let before = cards.len();
    cards.retain(|card| !card.is_template && card.card_role.as_deref() != Some("separator"));
    if cards.len() < before {
        warnings.push(format!(
            "{} and separators: left out, they are no tasks.",
            count(before - cards.len(), "card template")
        ));
    }
    let mut known = HashSet::new();
    cards.retain(|card| known.insert(card.id.clone()));
}

/// Board order: by list, then by place in it. `cards` come in the order of their places already.
pub fn sort_by_place(cards: &mut [PlannedCard], columns: &[PlannedColumn]) {
    let place: HashMap<&str, usize> =
        columns.iter().enumerate().map(|(place, column)| (column.source_id.as_str(), place)).collect();
    cards.sort_by_key(|card| place.get(card.column.as_str()).copied().unwrap_or(usize::MAX));
}

pub fn build(
    board: &RawBoard,
    mut raw: Vec<RawCard>,
    history: &[PlannedEvent],
    mut comments: HashMap<String, Vec<PlannedComment>>,
    closed_lists: &HashSet<&str>,
    warnings: &mut Vec<String>,
) -> Built {
    raw.sort_by(|a, b| a.pos.total_cmp(&b.pos));
    let mut born: HashMap<&str, chrono::DateTime<chrono::Utc>> = HashMap::new();
    for event in history {
        born.entry(event.card.as_str()).or_insert(event.at);
    }
    let labels = Labels::collect(board, &raw);
    let mut checklists = checklists_by_card(&board.checklists);
    let mut left_out = LeftOut::default();
    let cards: Vec<PlannedCard> = raw
        .iter()
        .filter_map(|card| {
            let created_at = *born.get(card.id.as_str())?;
            let comments = comments.remove(&card.id).unwrap_or_default();
            left_out.comments += card.badges.comments.saturating_sub(comments.len());
            let mut lists = checklists.remove(card.id.as_str()).unwrap_or_default();
            if lists.is_empty() {
                lists = card.checklists.iter().collect();
            }
            let priority = priority(card, &labels, &board.custom_fields);
            left_out.custom_fields(card, &board.custom_fields);
            Some(PlannedCard {
                source_id: card.id.clone(),
                number: card.id_short.and_then(|number| i32::try_from(number).ok()).filter(|number| *number > 0),
                title: title(&card.name),
                description: described(&card.desc, &card.attachments, &mut left_out),
                due: moment(card.due.as_ref()).map(PlannedDue::At),
                due_complete: card.due_complete,
                priority,
                category: None,
                labels: labels.of(card),
                people: card.id_members.clone(),
                column: card.id_list.clone(),
                checklists: planned_checklists(lists),
                comments,
                archived: card.closed || closed_lists.contains(card.id_list.as_str()),
                created_at,
                updated_at: card.date_last_activity.unwrap_or(created_at).max(created_at),
                rest: None,
            })
        })
        .collect();
    left_out.explain(warnings);
    let used: HashSet<&String> = cards.iter().flat_map(|card| &card.labels).collect();
    let labels = labels
        .planned
        .into_iter()
        .filter(|label| !label.named_by_colour || used.contains(&label.label.source_id))
        .map(|label| label.label)
        .collect();
    Built { cards, labels }
}

fn title(name: &str) -> String {
    let one_line = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if is_blank(&one_line) { "Untitled card".to_owned() } else { one_line }
}

/// The description, and below it the links of attachments: the files themselves stay at Trello.
fn described(text: &str, attachments: &[RawAttachment], left_out: &mut LeftOut) -> String {
    let links: Vec<String> = attachments
        .iter()
        .filter(|attachment| attachment.url.starts_with("https://") || attachment.url.starts_with("http://"))
        .map(|attachment| {
            let name = if attachment.name.trim().is_empty() { &attachment.url } else { &attachment.name };
            let name: String = excerpt(name).chars().filter(|c| !matches!(c, '[' | ']')).collect();
            format!("- [{name}](<{}>)", attachment.url.replace(['<', '>', ' ', '\n'], ""))
        })
        .collect();
    left_out.attachments += attachments.len();
    if links.is_empty() {
        return text.trim().to_owned();
    }
    let heading = format!("**Attachments at Trello**\n\n{}", links.join("\n"));
    if text.trim().is_empty() { heading } else { format!("{}\n\n{heading}", text.trim()) }
}

fn checklists_by_card(checklists: &[RawChecklist]) -> HashMap<&str, Vec<&RawChecklist>> {
    let mut by_card: HashMap<&str, Vec<&RawChecklist>> = HashMap::new();
    for checklist in checklists {
        by_card.entry(checklist.id_card.as_str()).or_default().push(checklist);
    }
    by_card
}

fn planned_checklists(mut lists: Vec<&RawChecklist>) -> Vec<PlannedChecklist> {
    lists.sort_by(|a, b| a.pos.total_cmp(&b.pos));
    lists
        .into_iter()
        .map(|list| {
            let mut items: Vec<_> = list.check_items.iter().collect();
            items.sort_by(|a, b| a.pos.total_cmp(&b.pos));
            PlannedChecklist {
                name: list.name.trim().to_owned(),
                items: items
                    .into_iter()
                    .map(|item| PlannedItem { text: title(&item.name), done: item.state == "complete", done_at: None })
                    .collect(),
            }
        })
        .collect()
}

/// A custom field called "Priority" decides, then a label that names one.
fn priority(card: &RawCard, labels: &Labels, fields: &[RawCustomField]) -> Option<Priority> {
    let from_field = card.custom_field_items.iter().find_map(|item| {
        let field = fields.iter().find(|field| field.id == item.id_custom_field && is_priority(field))?;
        priority_of_word(&custom_text(item, field)?)
    });
    from_field.or_else(|| labels.of(card).iter().filter_map(|id| labels.name(id)).find_map(priority_of_label))
}

fn is_priority(field: &RawCustomField) -> bool {
    plain(&field.name).split(' ').any(|word| matches!(word, "priority" | "prio"))
}

fn custom_text(item: &RawCustomValue, field: &RawCustomField) -> Option<String> {
    let value = match &item.id_value {
        Some(id) => field.options.iter().find(|option| option.id == *id)?.value.as_ref()?,
        None => item.value.as_ref()?,
    };
    ["text", "number"].iter().find_map(|key| value.get(key)?.as_str().map(str::to_owned))
}

/// What has no place here, counted.
#[derive(Default)]
struct LeftOut {
    comments: usize,
    attachments: usize,
    fields: BTreeMap<String, usize>,
}

impl LeftOut {
    fn custom_fields(&mut self, card: &RawCard, fields: &[RawCustomField]) {
        for item in &card.custom_field_items {
            if let Some(field) = fields.iter().find(|field| field.id == item.id_custom_field && !is_priority(field)) {
                *self.fields.entry(field.name.clone()).or_default() += 1;
            }
        }
    }

    fn explain(&self, warnings: &mut Vec<String>) {
        if self.comments > 0 {
            warnings.push(format!(
                "{} older than the actions in the export: Trello does not give them out.",
                count(self.comments, "comment")
            ));
        }
        if self.attachments > 0 {
            warnings.push(format!(
                "{}: the files stay at Trello, their links stand below the description.",
                count(self.attachments, "attachment")
            ));
        }
        for (field, cards) in &self.fields {
            warnings.push(format!("Custom field “{}” on {}: left out.", excerpt(field), count(*cards, "card")));
        }
    }
}

/// The labels of the board, one per name.
struct Labels {
    planned: Vec<LabelFound>,
    /// Every id that means a label, to the id kept for it.
    kept: HashMap<String, String>,
}

struct LabelFound {
    label: PlannedLabel,
    named_by_colour: bool,
}

impl Labels {
    fn collect(board: &RawBoard, cards: &[RawCard]) -> Self {
        let mut labels = Self { planned: Vec::new(), kept: HashMap::new() };
        for label in board.labels.iter().chain(cards.iter().flat_map(|card| &card.labels)) {
            labels.add(label);
        }
        labels
    }

    fn add(&mut self, raw: &RawLabel) {
        let id = label_id(raw);
        if self.kept.contains_key(&id) {
            return;
        }
        let named_by_colour = raw.name.trim().is_empty();
        let name = if named_by_colour { colour_name(raw.color.as_deref()) } else { raw.name.trim().to_owned() };
        let same = self.planned.iter().find(|found| found.label.name.to_lowercase() == name.to_lowercase());
        let kept = same.map_or_else(|| id.clone(), |found| found.label.source_id.clone());
        if same.is_none() {
            let hue = hue_of_colour(raw.color.as_deref(), &name);
            self.planned.push(LabelFound { label: PlannedLabel { source_id: id.clone(), name, hue }, named_by_colour });
        }
        self.kept.insert(id, kept);
    }

    fn of(&self, card: &RawCard) -> Vec<String> {
        let ids = card.id_labels.iter().cloned().chain(card.labels.iter().map(label_id));
        let mut seen = HashSet::new();
        ids.filter_map(|id| self.kept.get(&id).cloned()).filter(|id| seen.insert(id.clone())).collect()
    }

    fn name(&self, id: &str) -> Option<&str> {
        self.planned.iter().find(|found| found.label.source_id == id).map(|found| found.label.name.as_str())
    }
}

/// Very old exports have labels without ids: colour and name stand for one.
fn label_id(label: &RawLabel) -> String {
    if label.id.is_empty() {
        format!("{}/{}", label.color.as_deref().unwrap_or_default(), label.name)
    } else {
        label.id.clone()
    }
}

/// Trello lets a label be a colour only: then the colour is its name.
fn colour_name(colour: Option<&str>) -> String {
    let words = colour.unwrap_or("no colour").replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
