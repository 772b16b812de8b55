//! The filters do what their documentation says, and refuse what they cannot use.

use serde_json::json;
use tera::Context;

use super::*;
use crate::domain::template::filters::{BUILT_IN, FILTERS, names};

fn render(source: &str, name: &str) -> TeraResult<String> {
    let audience = Audience::default();
    audience.is(Reader::of(&json!({ "recipient": { "zone": "Europe/Ljubljana" } })));
    let mut tera = Tera::default();
    tera.autoescape_on(["html"]);
    install(&mut tera, &audience);
    tera.add_raw_template(name, source)?;
    tera.render(name, &Context::new())
}

fn html(source: &str) -> String {
    render(source, "html").unwrap_or_else(|error| panic!("{source}: {error}"))
}

fn error(source: &str) -> String {
    render(source, "html").unwrap_err().to_string()
}

#[test]
fn every_filter_does_what_its_documentation_shows() {
    for filter in FILTERS {
        assert_eq!(html(filter.example), filter.result, "{}", filter.name);
    }
}

#[test]
fn every_named_filter_is_there() {
    for name in names() {
        let source = format!("{{{{ 1 | {name} }}}}");
        if let Err(error) = render(&source, "html") {
            assert!(!error.to_string().contains("Unknown filter"), "{name}: {error}");
        }
    }
    assert!(BUILT_IN.iter().all(|name| FILTERS.iter().all(|filter| filter.name != *name)));
}

#[test]
fn a_day_is_that_of_the_reader_s_zone() {
    assert_eq!(html(r#"{{ "2026-11-26T23:30:00Z" | date }}"#), "27 Nov 2026");
    assert_eq!(html(r#"{{ "2026-11-26T23:30:00Z" | datetime(format="time") }}"#), "00:30");
    assert_eq!(html(r#"{{ "2026-06-26T10:00:00Z" | datetime(format="iso") }}"#), "2026-06-26T12:00:00+02:00");
}

#[test]
fn nothing_stays_nothing_and_can_be_replaced() {
    assert_eq!(html(r#"{{ none | date | default(value="never") }}"#), "never");
    assert_eq!(html("{{ none | number }}"), "");
    assert_eq!(html(r#"{{ missing | default(value="–") }}"#), "–");
}

#[test]
fn what_cannot_be_used_is_said_with_what_was_expected() {
    assert!(error("{{ 5 | date }}").contains("expected `a date such as 2026-11-26` but got `"));
    assert!(error(r#"{{ "soon" | date }}"#).contains("but got `“soon”`"));
    assert!(error(r#"{{ "many" | number }}"#).contains("expected `a number` but got `the text “many”`"));
    assert!(error(r#"{{ "2026-11-26" | datetime }}"#).contains("a date without a time"));
    assert!(error(r#"{{ "2026-11-26" | date(format="%d") }}"#).contains("one of short, medium, long"));
    assert!(error("{{ 2 | plural(one=\"x\") }}").contains("`other`"));
    assert!(error("{{ 1 | number(decimals=9) }}").contains("0 to 6"));
    assert!(error("{{ 1 | join }}").contains("expected `a list`"));
    assert!(error(r#"{{ 1 | duration(unit="weeks") }}"#).contains("minutes, hours, days"));
}

#[test]
fn an_argument_that_a_filter_does_not_have_is_named_with_those_that_it_has() {
    for (source, words) in [
        (r#"{{ "2026-11-26" | date(fromat="long") }}"#, "no argument `fromat=` here: the filter takes `format=`."),
        (r#"{{ 3 | plural(one="task", many="tasks") }}"#, "`many=` here: the filter takes `one=` and `other=`."),
        ("{{ 1.5 | number(decimal=1) }}", "`decimal=` here: the filter takes `decimals=`."),
        (r#"{{ "a" | lines(sep=",") }}"#, "`sep=` here: the filter takes no arguments."),
    ] {
        assert!(error(source).contains(words), "{source}: {}", error(source));
    }
    assert_eq!(html(r#"{{ missing | default(value="–", boolean=true) }}"#), "–");
}

#[test]
fn text_of_people_is_never_unescaped() {
    for source in [r#"{{ "<b>" | safe }}"#, r#"{{ "<b>" | newlines_to_br }}"#, r#"{{ throw(message="x") }}"#] {
        assert!(error(source).contains(REFUSED), "{source}");
    }
    let escaped =
        html("{{ \"<i>\nb\" | lines }}{{ \"<script>x</script> ![p](https://evil.example/p.png)\" | markdown }}");
    assert!(escaped.starts_with("&lt;i&gt;<br>b"), "{escaped}");
    assert!(!escaped.contains("<script") && !escaped.contains("<img"), "{escaped}");
}

#[test]
fn with_the_colour_of_links_markdown_carries_the_styles_of_a_mail() {
    let styled =
        html("{% filter markdown(link=\"#036f6f\") %}[a]({{ \"https://a.example/?b=1&c=2\" }}){% endfilter %}");
    assert!(styled.starts_with("<p style=\"margin:0\"><a class=\"lk\" style=\"color:#036f6f;"), "{styled}");
    assert!(styled.contains("href=\"https://a.example/?b=1&amp;c=2\""), "{styled}");
    assert!(error("{{ \"a\" | markdown(link=\"red\\\" onclick=\") }}").contains("a colour such as"));
}

#[test]
fn in_plain_text_marks_become_words() {
    assert_eq!(render(r#"{{ "a **b** & c" | markdown }}"#, "text").unwrap(), "a b & c");
    assert_eq!(render("{{ \"a\nb\" | lines }}", "text").unwrap(), "a\nb");
}

#[test]
fn lengths_of_time_show_their_two_largest_parts() {
    assert_eq!(
        html("{{ 0.5 | duration }} {{ 90 | duration(unit=\"minutes\") }} {{ 0 | duration }}"),
        "12 h 1 h 30 min 0 min"
    );
    assert_eq!(html("{{ 1000 | duration }}"), "1,000 d");
}
