//! The list of variables.

use super::{
    Kind::{
        Address, Colour, Date, Days, Group, Instant, List, Markdown, Minutes, Number, Sentences, Share, Text, Texts,
        Truth,
    },
    Variable,
};

const fn is(name: &'static str, kind: super::Kind, words: &'static str) -> Variable {
    Variable { name, kind, words, is_optional: false }
}

const fn may_be(name: &'static str, kind: super::Kind, words: &'static str) -> Variable {
    Variable { name, kind, words, is_optional: true }
}

/// Everything at the root.
pub const VARIABLES: &[Variable] = &[
    is("report", Group(REPORT), "The report as a whole"),
    is("project", Group(PROJECT), "The project of the schedule"),
    is("projects", List(PROJECTS), "All projects of the report"),
    is("period", Group(PERIOD), "The days that it tells of"),
    is("schedule", Group(SCHEDULE), "What sends it"),
    is("run", Group(RUN), "The run that a message is about"),
    is("recipient", Group(RECIPIENT), "Who reads it"),
    is("figures", Group(FIGURES), "Key figures against the period before"),
    is("metrics", Group(METRICS), "Flow and forecast"),
    is("charts", Group(CHARTS), "Charts that the template shows"),
    is("counts", Group(COUNTS), "How many tasks each list has"),
    is("tasks", Group(TASKS), "Lists of tasks"),
    is("people", List(PEOPLE), "Work by person"),
    is("labels", List(PEOPLE), "Work by label"),
    is("priorities", List(PEOPLE), "Work by priority, the most urgent first"),
    is("statuses", List(STATUSES), "Open work by status"),
    is("days", List(DAYS), "What happened on each day"),
    is("notes", List(NOTES), "Work notes of the period, the latest day first"),
    is("app", Group(APP), "This AutoReport"),
];

const REPORT: &[Variable] = &[
    is("title", Text, "What it is called"),
    is("finding", Text, "The biggest change, in an English sentence"),
    is("subject", Text, "Finding, project and period"),
    is("preview", Text, "Three figures, for the line beside the subject"),
    is("sentences", Sentences, "What changed, in English, the biggest change first"),
    is("scope", Text, "What it was narrowed to; empty where it tells of everything"),
    is("comment", Markdown, "What its owner says at the head of a draft; empty for nothing"),
    is("is_empty", Truth, "Whether no list has a task"),
    is("as_of", Instant, "The moment whose standing it shows"),
    is("url", Address, "The report in the browser"),
    may_be("attachments_note", Text, "What is said of files that are too big to travel along"),
];

const PROJECT: &[Variable] = &[
    is("key", Text, "Before the number of its tasks"),
    is("name", Text, "Its name"),
    is("zone", Text, "The time zone that counts its days"),
    is("board_url", Address, "Its board"),
];

const PROJECTS: &[Variable] = &[
    is("key", Text, "Before the number of its tasks"),
    is("name", Text, "Its name"),
    is("board_url", Address, "Its board"),
];

const PERIOD: &[Variable] = &[
    is("first", Date, "The first day"),
    is("last", Date, "The last day"),
    is("days", Days, "How many days"),
    is("words", Text, "Both days, as the reader's language writes them"),
    is("short_words", Text, "The same, with short months"),
    is("previous", Group(PREVIOUS), "The days before, as many"),
    is("comparison", Text, "What figures are compared with, in English words"),
];

const PREVIOUS: &[Variable] = &[
    is("first", Date, "The first day"),
    is("last", Date, "The last day"),
    is("words", Text, "Both days, as the reader's language writes them"),
];

const SCHEDULE: &[Variable] = &[is("name", Text, "The name of the job")];

const RUN: &[Variable] = &[
    is("number", Number, "Which run of its job it is, from 1"),
    is("state", Text, "What became of it"),
    is("reason", Text, "Why, where something went wrong"),
    is("url", Address, "Its page"),
];

const RECIPIENT: &[Variable] = &[
    is("name", Text, "Name, or address where none is known; everyone in the archive"),
    is("email", Text, "Address"),
    is("zone", Text, "Time zone, in which filters write dates"),
    is("language", Text, "Language of dates and numbers; words of the program are English"),
    may_be("stop_url", Address, "Where the mails can be stopped"),
];

const FIGURES: &[Variable] = &[
    is("created", Group(FIGURE), "Tasks created in the period"),
    is("completed", Group(FIGURE), "Tasks finished in the period"),
    is("open", Group(FIGURE), "Open tasks at the end"),
    is("overdue", Group(FIGURE), "Overdue tasks at the end"),
    is("cycle_days", Group(FIGURE), "Median days from start to finish"),
];

const FIGURE: &[Variable] = &[
    is("label", Text, "What is counted"),
    is("value", Text, "The figure, as the reader's language writes it"),
    is("change", Text, "The difference in English words"),
    is("tone", Text, "Whether the change is good, bad or neutral"),
    is("color", Colour, "A colour for the change"),
    may_be("now", Number, "The figure"),
    may_be("before", Number, "The figure of the period before"),
];

const METRICS: &[Variable] = &[
    may_be("completion_rate", Share, "Of the work that there was in the period, what was finished in it"),
    is("throughput", Number, "Tasks finished in a week"),
    is("wip", Number, "Tasks started and not finished"),
    is("cycle", Group(CYCLE), "Cycle time: days from start to finish"),
    is("lead", Group(LEAD), "Lead time: days from creation to finish"),
    is("forecast", Group(FORECAST), "What the past days say about the next"),
];

const CYCLE: &[Variable] = &[
    may_be("p50", Days, "Half of the tasks took no longer"),
    may_be("p85", Days, "85 of 100 took no longer"),
    may_be("p95", Days, "95 of 100 took no longer"),
    is("tasks", Number, "Of how many tasks"),
    is("expectation", Text, "In how many days 85 of 100 tasks finish, in a sentence; empty without a finished task"),
];

const LEAD: &[Variable] = &[
    may_be("p50", Days, "Half of the tasks took no longer"),
    may_be("p85", Days, "85 of 100 took no longer"),
    may_be("p95", Days, "95 of 100 took no longer"),
];

const FORECAST: &[Variable] = &[
    is("open", Number, "Open tasks that it is about"),
    is("history_days", Days, "Days that it was learned from"),
    is("days", List(CHANCE), "Days until all open tasks are done; empty without a finished task"),
    is("items", List(CHANCE), "Tasks of the next 30 days; empty without a finished task"),
];

const CHANCE: &[Variable] = &[
    is("percent", Number, "In so many of 100 trials"),
    is("value", Number, "At most so many days, at least so many tasks"),
];

const CHARTS: &[Variable] = &[
    may_be("created_completed", Group(CHART), "Created and completed"),
    may_be("cumulative_flow", Group(CHART), "Cumulative flow"),
    may_be("by_status", Group(CHART), "Work by status"),
    may_be("by_person", Group(CHART), "Work by person"),
    may_be("by_priority", Group(CHART), "Work by priority"),
    may_be("by_label", Group(CHART), "Work by label"),
    may_be("cycle_times", Group(CHART), "Cycle times"),
    may_be("ageing_work", Group(CHART), "Ageing work"),
    may_be("forecast", Group(CHART), "Forecast"),
    may_be("late_buckets", Group(CHART), "Late work by age"),
];

const CHART: &[Variable] = &[
    is("cid", Text, "Its name as an image, to stand behind cid:"),
    is("width", Number, "Pixels"),
    is("height", Number, "Pixels"),
    is("title", Text, "The sentence that it tells"),
    is("alt", Text, "What somebody who does not see it reads"),
    may_be("narrow", Group(NARROW), "The same, drawn for a column"),
];

const NARROW: &[Variable] = &[
    is("cid", Text, "Its name as an image, to stand behind cid:"),
    is("width", Number, "Pixels"),
    is("height", Number, "Pixels"),
];

const COUNTS: &[Variable] = &[
    is("accomplishments", Number, "Accomplishments"),
    is("highlights", Number, "Highlights"),
    is("finished", Number, "Finished"),
    is("in_progress", Number, "In progress"),
    is("overdue", Number, "Overdue"),
    is("due_next", Number, "Due in the next 7 days"),
    is("blocked", Number, "Blocked"),
    is("moved", Number, "Moved"),
    is("reopened", Number, "Reopened"),
    is("created", Number, "Created"),
];

const TASKS: &[Variable] = &[
    is("accomplishments", List(TASK), "Finished in the period and no highlights"),
    is("highlights", List(TASK), "Highlights, finished or being worked on"),
    is("finished", List(TASK), "Finished in the period"),
    is("in_progress", List(TASK), "Being worked on, the oldest work first"),
    is("overdue", List(TASK), "Open and late, the longest first"),
    is("due_next", List(TASK), "Due in the next 7 days"),
    is("blocked", List(TASK), "Waiting, or behind an open task"),
    is("moved", List(TASK), "In another status than when the period began"),
    is("reopened", List(TASK), "Taken out of Completed"),
    is("created", List(TASK), "Created in the period"),
];

const TASK: &[Variable] = &[
    is("reference", Text, "Its number with the project's key"),
    is("title", Text, "Its title"),
    is("url", Address, "Its page"),
    is("status", Text, "Its status"),
    is("priority", Text, "Low, Medium, High or Urgent"),
    is("category", Text, "Ordinary, Accomplishment or Highlight"),
    is("people", Texts, "Who it is assigned to"),
    is("person_ids", Texts, "Their accounts, which tell two of one name apart"),
    is("about", Text, "People and what is worth knowing, in a line"),
    may_be("days", Days, "Days of work"),
    may_be("chance", Share, "How likely it is still finished in the days in which 85 of 100 are; of started tasks"),
    may_be("finished", Date, "The day on which it was finished"),
    is("project", Text, "The name of its project"),
    is("labels", Texts, "Its labels"),
    may_be("created_on", Date, "The day on which it was created"),
    may_be("started_on", Date, "The day on which work on it began"),
    may_be("due_on", Date, "The day on which it is due"),
    may_be("estimate", Minutes, "How long it was thought to take"),
    may_be("due", Text, "How near its due date was, in English words"),
    may_be("due_look", Text, "red, red-tint, orange, green or plain"),
    may_be("due_background", Colour, "A ground for the due date"),
    may_be("due_color", Colour, "A colour for the due date"),
    is("is_overdue", Truth, "Whether it is late"),
    may_be("moved_from", Text, "The status that it had when the period began"),
    is("blocked_by", Texts, "The tasks that it waits for"),
];

const PEOPLE: &[Variable] = &[
    is("name", Text, "Name"),
    is("open", Number, "Open tasks"),
    is("completed", Number, "Tasks finished in the period"),
];

const STATUSES: &[Variable] = &[is("name", Text, "Status"), is("open", Number, "Open tasks")];

const DAYS: &[Variable] =
    &[is("date", Date, "The day"), is("created", Number, "Tasks created"), is("completed", Number, "Tasks finished")];

const NOTES: &[Variable] = &[
    is("reference", Text, "The task's number"),
    is("title", Text, "The task's title"),
    is("url", Address, "The task's page"),
    is("date", Date, "The day that it is about"),
    is("author", Text, "Who wrote it"),
    is("kind", Text, "Issue, Progress, Resolution, or several of them"),
    is("text", Markdown, "What it says"),
];

const APP: &[Variable] = &[is("name", Text, "Its name"), is("url", Address, "Its first page")];
