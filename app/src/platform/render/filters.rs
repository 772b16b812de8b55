//! The filters of `domain::template::filters`, and what Tera brings along that templates of people must not do.

use std::{
    io::{self, Write},
    sync::{Arc, PoisonError, RwLock},
};

use chrono::{DateTime, NaiveDate, Utc};
use tera::{Error, ErrorKind, Kwargs, State, Tera, TeraResult, Value, value::ValueKind};

use super::language::Reader;
use crate::{
    domain::{
        calendar_words::{DayFormat, day},
        csv_cell,
        metrics::isolated,
        template::prose,
    },
    platform::markdown::{self, VALUE_BEGINS, VALUE_ENDS},
};

/// How a refusal begins, so that it is known among other errors.
pub(super) const REFUSED: &str = "Not allowed in a template: ";

/// The reader for whom the filters write: set before each message.
#[derive(Clone, Debug, Default)]
pub(super) struct Audience(Arc<RwLock<Reader>>);

impl Audience {
    /// The next message is for this reader.
    pub fn is(&self, reader: Reader) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = reader;
    }

    fn now(&self) -> Reader {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Escapes a value for HTML, and marks where it begins and ends until the message is whole: in a text in Markdown what
/// people typed, such as the title of a task, must not become links and headings.
pub(super) fn escape(value: &str, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(markdown::marked(value).as_bytes())
}

/// A message without the marks of [`escape`].
pub(super) fn unmarked(html: &str) -> String {
    html.replace([VALUE_BEGINS, VALUE_ENDS], "")
}

/// Puts our filters in, and refusals in the place of what is not harmless.
pub(super) fn install(tera: &mut Tera, audience: &Audience) {
    let reader = audience.clone();
    tera.register_filter("date", move |value: Value, args: Kwargs, _: &State| date(&value, &args, reader.now()));
    let reader = audience.clone();
    tera.register_filter("datetime", move |value: Value, args: Kwargs, _: &State| {
        datetime(&value, &args, reader.now())
    });
    let reader = audience.clone();
    tera.register_filter("number", move |value: Value, args: Kwargs, _: &State| {
        figure(&value, &args, |number, decimals| reader.now().tongue.number(number, decimals))
    });
    let reader = audience.clone();
    tera.register_filter("percent", move |value: Value, args: Kwargs, _: &State| {
        figure(&value, &args, |number, decimals| reader.now().tongue.percent(number, decimals))
    });
    let reader = audience.clone();
    tera.register_filter("duration", move |value: Value, args: Kwargs, _: &State| {
        duration(&value, &args, reader.now())
    });
    let reader = audience.clone();
    tera.register_filter("plural", move |value: Value, args: Kwargs, _: &State| plural(&value, &args, reader.now()));
    tera.register_filter("markdown", |value: Value, args: Kwargs, state: &State| marked(&value, &args, state));
    tera.register_filter("truncate", |value: Value, args: Kwargs, _: &State| truncate(&value, &args));
    tera.register_filter("default", |value: Value, args: Kwargs, _: &State| or_default(value, &args));
    tera.register_filter("join", |value: Value, args: Kwargs, _: &State| join(&value, &args));
    tera.register_filter("lines", |value: Value, args: Kwargs, state: &State| lines(&value, &args, state));
    tera.register_filter("csv_safe", |value: Value, args: Kwargs, _: &State| {
        takes(&args, &[])?;
        Ok::<_, Error>(csv_cell::neutral(text(&value)?).into_owned())
    });
    refuse(tera);
}

fn refuse(tera: &mut Tera) {
    for name in ["safe", "escape_html", "escape_xml", "newlines_to_br"] {
        tera.register_filter(name, move |_: Value, _: Kwargs, _: &State| -> TeraResult<Value> {
            let instead = if name == "newlines_to_br" { "lines" } else { "markdown" };
            Err(Error::message(format!(
                "{REFUSED}`{name}`, because what people typed is always escaped. Use `{instead}` for text with marks."
            )))
        });
    }
    tera.register_function("throw", |_: Kwargs, _: &State| -> TeraResult<Value> {
        Err(Error::message(format!("{REFUSED}`throw`. Use `if` to leave something out.")))
    });
}

/// Refuses an argument that a filter does not have: a mistyped one would be passed over, and nobody told.
fn takes(args: &Kwargs, names: &[&str]) -> TeraResult<()> {
    let unknown = args.iter().filter_map(|(name, _)| name.as_str()).filter(|name| !names.contains(name)).min();
    let Some(unknown) = unknown else { return Ok(()) };
    let known: Vec<String> = names.iter().map(|name| format!("`{name}=`")).collect();
    let known = if known.is_empty() { "no arguments".to_owned() } else { known.join(" and ") };
    Err(Error::message(format!("There is no argument `{}=` here: the filter takes {known}.", beginning(unknown))))
}

fn date(value: &Value, args: &Kwargs, reader: Reader) -> TeraResult<Value> {
    takes(args, &["format"])?;
    let format = match args.get::<&str>("format")? {
        None => DayFormat::Medium,
        Some(name) => DayFormat::of(name).ok_or_else(|| not_a_format(name, &DayFormat::NAMES))?,
    };
    match when(value, "a date such as 2026-11-26")? {
        None => Ok(Value::none()),
        Some(When::Day(date)) => Ok(day(date, format, reader.tongue).into()),
        Some(When::Instant(at)) => Ok(day(at.with_timezone(&reader.zone).date_naive(), format, reader.tongue).into()),
    }
}

fn datetime(value: &Value, args: &Kwargs, reader: Reader) -> TeraResult<Value> {
    takes(args, &["format"])?;
    let expected = "an instant such as 2026-11-26T08:30:00Z";
    let name = args.get::<&str>("format")?.unwrap_or("medium");
    let format = DayFormat::of(name);
    if format.is_none() && name != "time" {
        let names: Vec<_> = DayFormat::NAMES.into_iter().chain(["time"]).collect();
        return Err(not_a_format(name, &names));
    }
    match when(value, expected)? {
        None => Ok(Value::none()),
        Some(When::Day(_)) => Err(wrong(expected, "a date without a time")),
        Some(When::Instant(at)) => {
            let local = at.with_timezone(&reader.zone);
            let time = local.format("%H:%M");
            Ok(match format {
                None => time.to_string().into(),
                Some(DayFormat::Iso) => local.to_rfc3339().into(),
                Some(format) => format!("{}, {time}", day(local.date_naive(), format, reader.tongue)).into(),
            })
        }
    }
}

/// What a date or an instant in the data is.
enum When {
    Day(NaiveDate),
    Instant(DateTime<Utc>),
}

/// Nothing stays nothing: a task without a due date has none to show.
fn when(value: &Value, expected: &str) -> TeraResult<Option<When>> {
    if value.is_none() {
        return Ok(None);
    }
    let Some(text) = value.as_str() else { return Err(wrong_value(expected, value)) };
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Ok(Some(When::Day(day)));
    }
    match DateTime::parse_from_rfc3339(text) {
        Ok(at) => Ok(Some(When::Instant(at.to_utc()))),
        Err(_) => Err(wrong(expected, &format!("“{}”", beginning(text)))),
    }
}

fn figure(value: &Value, args: &Kwargs, write: impl Fn(f64, usize) -> String) -> TeraResult<Value> {
    takes(args, &["decimals"])?;
    let decimals = args.get::<usize>("decimals")?.unwrap_or(0);
    if decimals > 6 {
        return Err(Error::message("`decimals` is a number from 0 to 6."));
    }
    if value.is_none() {
        return Ok(Value::none());
    }
    Ok(write(number(value)?, decimals).into())
}

fn duration(value: &Value, args: &Kwargs, reader: Reader) -> TeraResult<Value> {
    takes(args, &["unit"])?;
    let minutes_of_one = match args.get::<&str>("unit")?.unwrap_or("days") {
        "minutes" => 1.0,
        "hours" => 60.0,
        "days" => 1440.0,
        other => return Err(not_one_of("unit", other, &["minutes", "hours", "days"])),
    };
    if value.is_none() {
        return Ok(Value::none());
    }
    let minutes = (number(value)? * minutes_of_one).round();
    let sign = if minutes < 0.0 { "−" } else { "" };
    let minutes = minutes.abs();
    let [days, hours, rest] = [(minutes / 1440.0).floor(), (minutes % 1440.0 / 60.0).floor(), minutes % 60.0];
    let [day, hour, minute] = reader.tongue.units();
    let write = |number: f64, unit: &str| (number > 0.0).then(|| format!("{} {unit}", reader.tongue.number(number, 0)));
    let parts =
        if days > 0.0 { [write(days, day), write(hours, hour)] } else { [write(hours, hour), write(rest, minute)] };
    let words: Vec<String> = parts.into_iter().flatten().collect();
    Ok(if words.is_empty() { format!("0 {minute}") } else { format!("{sign}{}", words.join(" ")) }.into())
}

fn plural(value: &Value, args: &Kwargs, reader: Reader) -> TeraResult<Value> {
    takes(args, &["one", "other"])?;
    let (one, other) = (args.must_get::<&str>("one")?, args.must_get::<&str>("other")?);
    Ok(if reader.tongue.is_one(number(value)?) { one } else { other }.into())
}

/// HTML where HTML is written, words in a subject and in plain text.
fn marked(value: &Value, args: &Kwargs, state: &State) -> TeraResult<Value> {
    takes(args, &["link"])?;
    if value.is_none() {
        return Ok(Value::none());
    }
    let source = text(value)?;
    if state.autoescaping_enabled() {
        let html = markdown::to_mail_html(source);
        let html = match args.get::<&str>("link")? {
            Some(link) if is_colour(link) => prose::styled(&html, link),
            Some(_) => return Err(Error::message("`link` of `markdown` takes a colour such as #036f6f.")),
            None => html,
        };
        Ok(Value::safe_string(html.trim()))
    } else {
        Ok(markdown::to_text(source).into())
    }
}

/// It goes into HTML as it is.
fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

fn truncate(value: &Value, args: &Kwargs) -> TeraResult<Value> {
    takes(args, &["length"])?;
    let length = args.must_get::<usize>("length")?;
    if value.is_none() {
        return Ok(Value::none());
    }
    let whole = text(value)?;
    let Some((cut, _)) = whole.char_indices().nth(length) else { return Ok(whole.into()) };
    let kept = &whole[..cut];
    // Not within a word, unless the word is most of what is left.
    let at_word = kept.rfind(char::is_whitespace).filter(|at| at * 2 > kept.len());
    let is_whole_word = whole[cut..].starts_with(char::is_whitespace);
    let kept = if is_whole_word { kept } else { at_word.map_or(kept, |at| &kept[..at]) };
    Ok(format!("{}…", kept.trim_end()).into())
}

/// As Tera's, and what is nothing counts as not there.
fn or_default(value: Value, args: &Kwargs) -> TeraResult<Value> {
    takes(args, &["value", "boolean"])?;
    let other = args.must_get::<Value>("value")?;
    let is_missing = matches!(value.kind(), ValueKind::Undefined | ValueKind::None);
    let is_empty = value.as_str().is_some_and(|text| text.trim().is_empty());
    let is_asked = args.get::<bool>("boolean")?.unwrap_or_default();
    Ok(if is_missing || is_empty || (is_asked && !value.is_truthy()) { other } else { value })
}

fn join(value: &Value, args: &Kwargs) -> TeraResult<Value> {
    takes(args, &["sep", "last"])?;
    let sep = args.get::<&str>("sep")?.unwrap_or("");
    let last = args.get::<&str>("last")?.unwrap_or(sep);
    if value.is_none() {
        return Ok(Value::none());
    }
    let Some(items) = value.as_array() else { return Err(wrong_value("a list", value)) };
    let mut joined = String::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            joined.push_str(if at + 1 == items.len() { last } else { sep });
        }
        // Neighbours that are written from the right would change places.
        joined.push_str(&isolated(&item.to_string()));
    }
    Ok(joined.into())
}

fn lines(value: &Value, args: &Kwargs, state: &State) -> TeraResult<Value> {
    takes(args, &[])?;
    if value.is_none() || !state.autoescaping_enabled() {
        return Ok(value.clone());
    }
    let escaped: Vec<String> = text(value)?.lines().map(|line| state.escape(line)).collect::<TeraResult<_>>()?;
    Ok(Value::safe_string(&escaped.join("<br>")))
}

fn number(value: &Value) -> TeraResult<f64> {
    value.as_f64().filter(|number| number.is_finite()).ok_or_else(|| wrong_value("a number", value))
}

fn text(value: &Value) -> TeraResult<&str> {
    value.as_str().ok_or_else(|| wrong_value("text", value))
}

/// The kind of Tera's own errors about values, so that they point to the value.
fn wrong(expected: &str, actual: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument { expected_type: expected.to_owned(), actual_type: actual.to_owned() })
}

fn wrong_value(expected: &str, value: &Value) -> Error {
    match value.as_str() {
        Some(text) => wrong(expected, &format!("the text “{}”", beginning(text))),
        None => wrong(expected, value.name()),
    }
}

fn not_a_format(name: &str, known: &[&str]) -> Error {
    not_one_of("format", name, known)
}

fn not_one_of(argument: &str, given: &str, known: &[&str]) -> Error {
    Error::message(format!("`{argument}` is one of {}, not “{}”.", known.join(", "), beginning(given)))
}

/// Enough of a text to know it again.
fn beginning(text: &str) -> String {
    let kept: String = text.chars().take(30).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() > 30 { format!("{kept}…") } else { kept }
}

#[cfg(test)]
mod tests;
