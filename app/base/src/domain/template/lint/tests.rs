//! What the linter finds, and what it lets pass.

use super::*;
use crate::domain::header_text::HeaderText;

const GOOD: &str = r##"<!doctype html><html lang="en"><head><title>T</title><style>
.t1{color:#eeeeee}
@media (prefers-color-scheme:dark){.card{background:#111111 !important} .t1{color:#eeeeee !important}}
</style></head><body><table><tr><td class="card" style="background:#ffffff">
<!-- block 4: text -->
<p class="t1" style="color:#111111">Words <a href="https://reports.example/reports/1" class="t1" style="color:#036f6f">Read</a>
<a href="https://reports.example/stop" class="t1" style="color:#111111">Stop</a></p>
<img src="cid:by-status" width="10" height="10" alt="A chart">
</td></tr></table></body></html>"##;

fn check_html(html: &str) -> Vec<Finding> {
    check(&Mail {
        subject: "A subject",
        html,
        text: Some("Words"),
        images: &["by-status".to_owned()],
        source: "",
        stop_url: Some("https://reports.example/stop"),
        report_url: Some("https://reports.example/reports/1"),
        data: None,
    })
}

/// What is found where a part of the good mail is replaced.
fn found(from: &str, to: &str) -> Vec<Finding> {
    assert!(GOOD.contains(from), "{from}");
    check_html(&GOOD.replace(from, to)).into_iter().filter(|finding| finding.level != Level::Good).collect()
}

fn only(from: &str, to: &str) -> (Level, Rule, Option<u32>, Option<u32>) {
    let found = found(from, to);
    assert_eq!(found.len(), 1, "{to}: {found:?}");
    (found[0].level, found[0].rule, found[0].line, found[0].block)
}

#[test]
fn a_good_mail_has_one_good_finding_for_each_rule() {
    let findings = check_html(GOOD);
    assert_eq!(findings.len(), Rule::ALL.len(), "{findings:?}");
    assert!(findings.iter().all(|finding| finding.level == Level::Good), "{findings:?}");
    assert!(!blocks_publishing(&findings));
    let links = findings.iter().find(|finding| finding.rule == Rule::Links).unwrap();
    assert!(links.words.contains(": 2.") && links.words.contains("not asked"), "{}", links.words);
}

#[test]
fn what_was_not_filled_in_is_an_error_with_its_line() {
    assert_eq!(only("Words <a", "{{ wrong }} <a"), (Level::Error, Rule::Variables, Some(6), None));
    let mail = Mail {
        subject: "{{ a }}",
        html: GOOD,
        text: Some("{% if %}"),
        images: &["by-status".into()],
        source: "",
        stop_url: None,
        report_url: None,
        data: None,
    };
    let errors = check(&mail).into_iter().filter(|finding| finding.rule == Rule::Variables);
    assert_eq!(errors.map(|finding| finding.words).collect::<Vec<_>>().len(), 2);
}

#[test]
fn braces_that_a_task_is_about_are_words_and_those_of_the_template_are_not() {
    let data = serde_json::json!({ "tasks": { "overdue": [{ "title": "Mend ${{ secrets.A & 'B' }} in {% raw %}" }] } });
    let filled = "Mend ${{ secrets.A &amp; &#x27;B&#x27; }} in {% raw %}</a>";
    let found = |words: &str, text: &str, data| {
        let html = GOOD.replace("Words <a", &format!("{words} <a"));
        let mail = Mail {
            subject: "A subject",
            html: &html,
            text: Some(text),
            images: &["by-status".into()],
            source: "",
            stop_url: Some("https://reports.example/stop"),
            report_url: Some("https://reports.example/reports/1"),
            data,
        };
        let errors = check(&mail).into_iter().filter(|finding| finding.level == Level::Error);
        errors.map(|finding| finding.words).collect::<Vec<_>>()
    };
    let plain = "- APP-1 Mend ${{ secrets.A & 'B' }} in {% raw %}";
    assert!(found(filled, plain, Some(&data)).is_empty());
    assert_eq!(found(filled, plain, None).len(), 2, "in HTML and in text");
    let errors = found(&format!("{filled} {{{{ project.nme }}}}"), plain, Some(&data));
    assert!(errors.len() == 1 && errors[0].starts_with("“{{ project.nme }}"), "{errors:?}");
}

#[test]
fn what_mail_programs_remove_is_an_error_and_what_some_do_not_know_a_warning() {
    let block = Some(4);
    for element in [
        "<script>x</script>",
        "<svg></svg>",
        "<form></form>",
        "<iframe></iframe>",
        "<video></video>",
        "<mj-text></mj-text>",
    ] {
        let (level, rule, line, of) = only("Words", element);
        assert_eq!((level, rule, line, of), (Level::Error, Rule::Elements, Some(6), block), "{element}");
    }
    for (style, level) in [
        ("position:absolute", Level::Error),
        ("color:var(--a)", Level::Error),
        ("display:flex", Level::Warning),
        ("display:grid", Level::Warning),
        ("float:left", Level::Warning),
        ("background-image:none", Level::Warning),
    ] {
        let (found, rule, ..) = only("Words", &format!("<i style=\"{style}\"></i>"));
        assert_eq!((found, rule), (level, Rule::Css), "{style}");
    }
    let (level, rule, line, _) = only(".t1{color:#eeeeee}\n", "\n.x{position:fixed}\n");
    assert_eq!((level, rule, line), (Level::Error, Rule::Css, Some(3)));
    assert_eq!(only("<style>", "<style>@import url(x);").1, Rule::Css);
    assert_eq!(only("</head>", "<link rel=\"stylesheet\" href=\"https://a.example/a.css\"></head>").0, Level::Error);
    assert_eq!(only("<body>", "<body onload=\"x()\">").1, Rule::Elements);
}

#[test]
fn the_sentences_name_the_programs_that_do_not_know_a_style() {
    let of = |style: &str| {
        let found = found("Words", &format!("<i style=\"{style}\"></i>"));
        found.into_iter().map(|finding| finding.words).collect::<Vec<_>>().join(" ")
    };
    for (style, words) in [
        ("display:flex", "Outlook for Windows does not know display: flex, and Gmail only in part. Use a table."),
        ("display:grid", "Gmail, Outlook and Yahoo! Mail do not know display: grid. Use a table."),
        (
            "position:absolute",
            "Gmail and Outlook for Windows do not know position: absolute, and Outlook.com, Apple Mail, Yahoo! Mail \
             and Samsung Email only in part: what it moves lies elsewhere.",
        ),
        (
            "background-image:url(x)",
            "Outlook for Windows does not know background-image, and Yahoo! Mail only in part: the words have to stand \
             out without the picture.",
        ),
        (
            "width:calc(1px + 2px)",
            "Outlook and Yahoo! Mail do not know calc(), and Gmail only in part. Write the value in px.",
        ),
        ("color:var(--a)", "Gmail, Outlook and Yahoo! Mail do not know var(). Write the value."),
        (
            "color:oklch(40% 0 0)",
            "Gmail, Outlook, Yahoo! Mail, Thunderbird and Samsung Email do not know oklch(). Write the colour as #rrggbb.",
        ),
    ] {
        assert_eq!(of(style), words);
    }
    let import = found("<style>", "<style>@import url(x);");
    let words = "Gmail, Outlook.com, Yahoo! Mail, Thunderbird and Samsung Email do not know @import. Write the rules into the mail.";
    assert_eq!(import[0].words, words);
}

#[test]
fn what_a_mail_can_do_without_is_named_beside_what_is_good() {
    let good = |from: &str, to: &str| {
        let findings = check_html(&GOOD.replace(from, to));
        let of_css: Vec<_> = findings.into_iter().filter(|finding| finding.rule == Rule::Css).collect();
        assert_eq!((of_css.len(), of_css[0].level), (1, Level::Good), "{of_css:?}");
        of_css[0].words.clone()
    };
    let beginning = "The mail is as good where a program leaves styles out: ";
    let media = "@media (Outlook for Windows and Thunderbird; in part Gmail, Outlook.com and Yahoo! Mail)";
    assert_eq!(good("", ""), format!("{beginning}{media}."));
    let rounded = "<i style=\"border-radius:4px;max-width:9px\"></i>";
    assert_eq!(
        good("Words", rounded),
        format!(
            "{beginning}{media}, border-radius (Outlook for Windows; in part Yahoo! Mail), \
             max-width (in part Outlook for Windows and Yahoo! Mail)."
        )
    );
    let font = "<style>@font-face{font-family:a;src:url(a.woff2)}";
    assert_eq!(
        good("<style>", font),
        format!("{beginning}@font-face (Gmail, Outlook.com and Yahoo! Mail; in part Outlook for Windows), {media}.")
    );
    // Who reads the condition knows what stands within.
    assert_eq!(good("{.card{", "{.card{border-radius:4px;"), format!("{beginning}{media}."));
    let many: String =
        ["opacity:1", "overflow:hidden", "outline:none", "box-sizing:border-box", "z-index:1", "object-fit:cover"]
            .map(|style| format!("<i style=\"{style};border-radius:1px;max-width:1px\"></i>"))
            .concat();
    assert!(good("Words", &many).ends_with(", and 1 more."), "{}", good("Words", &many));
    let plain = GOOD.replace(
        "@media (prefers-color-scheme:dark){.card{background:#111111 !important} .t1{color:#eeeeee !important}}",
        "",
    );
    let plain = check_html(&plain.replace(".t1{color:#eeeeee}", ""));
    let words = plain.into_iter().find(|finding| finding.rule == Rule::Css).unwrap().words;
    assert_eq!(words, "The styles are those that mail programs understand.");
}

#[test]
fn images_need_words_and_must_be_in_the_mail() {
    let of = |to: &str| {
        let (level, rule, ..) = only("<img src=\"cid:by-status\" width=\"10\" height=\"10\" alt=\"A chart\">", to);
        assert_eq!(rule, Rule::Images, "{to}");
        level
    };
    assert_eq!(of("<img src=\"cid:by-status\" width=\"10\">"), Level::Error);
    assert_eq!(of("<img src=\"cid:by-status\" width=\"10\" alt=\"\">"), Level::Warning);
    assert_eq!(of("<img src=\"cid:by-status\" alt=\"a\">"), Level::Warning);
    assert_eq!(of(""), Level::Warning, "sent and not shown");
    let more = |to: &str| only("</table>", &format!("</table>{to}")).0;
    assert_eq!(more("<img src=\"cid:other\" width=\"1\" alt=\"a\">"), Level::Error);
    assert_eq!(more("<img src=\"data:image/png;base64,AA\" width=\"1\" alt=\"a\">"), Level::Error);
    assert_eq!(more("<img src=\"https://a.example/a.png\" width=\"1\" alt=\"a\">"), Level::Warning);
    assert_eq!(more("<img src=\"a.png\" width=\"1\" alt=\"a\">"), Level::Error);
}

#[test]
fn links_lead_somewhere() {
    let link = |to: &str| {
        let (level, rule, ..) = only("Words", to);
        assert_eq!(rule, Rule::Links, "{to}");
        level
    };
    for bad in [
        "",
        "#",
        "/board",
        "javascript:x()",
        "JavaScript:x",
        "data:text/html,x",
        "https://",
        "board",
        "www.a.example",
        "https:a.example",
        "http:/a.example",
        "https://?a",
        "https://a..example/",
        "https://a example/",
        "https://a.example:port/",
        "https://[1::2/",
    ] {
        assert_eq!(
            link(&format!("<a href=\"{bad}\" style=\"color:#111111\" class=\"t1\">x</a>")),
            Level::Error,
            "{bad}"
        );
    }
    assert_eq!(link("<a href=\"https://a.example\"></a>"), Level::Warning, "without words");
    assert_eq!(link("<a class=\"t1\" style=\"color:#111111\">x</a>"), Level::Warning, "its address was taken out");
    assert!(found("Words", "<a id=\"top\" class=\"t1\" style=\"color:#111111\">x</a>").is_empty(), "a place");
    for odd in ["https://me:secret@a.example/", "https://a.example/a b"] {
        let link = link(&format!("<a href=\"{odd}\" style=\"color:#111111\" class=\"t1\">x</a>"));
        assert_eq!(link, Level::Warning, "{odd}");
    }
    for good in
        ["https://a.example:8443/x?y#z", "HTTPS://A.example.", "https://[2001:db8::1]:8080/", "https://žaba.example"]
    {
        let link = format!("<a href=\"{good}\" style=\"color:#111111\" class=\"t1\">x</a>");
        assert!(found("Words", &link).is_empty(), "{good}");
    }
    assert!(found("Words", "<a href=\"mailto:a@b.example\" class=\"t1\" style=\"color:#111111\">x</a>").is_empty());
    assert!(
        found("Words", "<a href=\"https://a.example\"><img src=\"cid:by-status\" width=\"1\" alt=\"a\"></a>")
            .is_empty()
    );
}

#[test]
fn links_that_somebody_wrote_are_listed_and_better_encrypted() {
    let link = |to: &str| format!("<a href=\"{to}\" style=\"color:#111111\" class=\"t1\">x</a>");
    let written = [
        "http://a.example/?b=1&amp;c=2",
        "https://b.example/",
        "https://b.example/",
        "https://c.example/%C5%BE",
        "https://filled.example/7",
        "https://data.example/",
        "mailto:a@b.example",
    ];
    let html = GOOD.replace("Words", &written.map(link).concat());
    let source = "<a href=\"http://a.example/?b=1&amp;c=2\"> [b](https://b.example/) [c](https://c.example/ž) \
                  <a href=\"https://filled.example/{{ x }}\"> <a href=\"https://data.example/{{ x }}\"> \
                  <a href=\"mailto:a@b.example\">";
    let mail = Mail {
        subject: "A subject",
        html: &html,
        text: Some("Words"),
        images: &["by-status".to_owned()],
        source,
        stop_url: None,
        report_url: None,
        data: None,
    };
    let links = own_links(&mail);
    let urls: Vec<_> = links.iter().map(|link| link.url.as_str()).collect();
    assert_eq!(urls, ["http://a.example/?b=1&c=2", "https://b.example/", "https://c.example/%C5%BE"]);
    assert!(links.iter().all(|link| (link.line, link.block) == (6, Some(4))), "{links:?}");
    let found: Vec<_> = check(&mail).into_iter().filter(|finding| finding.level != Level::Good).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].level, found[0].rule, found[0].block), (Level::Warning, Rule::Links, Some(4)));
    assert!(found[0].words.contains("http://a.example/?b=1&c=2") && found[0].words.contains("https:"), "{found:?}");
    // What the data bring is not for whoever writes the template to mend.
    assert!(check(&Mail { source: "", ..mail }).iter().all(|finding| finding.level == Level::Good));
}

#[test]
fn contrast_is_looked_at_in_both_themes() {
    let (level, rule, line, block) = only("style=\"color:#111111\">Words", "style=\"color:#cccccc\">Words");
    assert_eq!((level, rule, line, block), (Level::Error, Rule::Contrast, Some(6), Some(4)));
    assert_eq!(only("style=\"color:#111111\">Words", "style=\"color:#808080\">Words").0, Level::Warning);
    for colour in ["lightgray", "Gainsboro", "hsl(0, 0%, 80%)"] {
        let pale = only("style=\"color:#111111\">Words", &format!("style=\"color:{colour}\">Words"));
        assert_eq!((pale.0, pale.1), (Level::Error, Rule::Contrast), "{colour}");
    }
    // Without a rule for the dark the words stay dark on what has become dark.
    let dark = found(" .t1{color:#eeeeee !important}", "");
    assert!(dark.iter().all(|finding| finding.words.contains("dark theme")) && !dark.is_empty(), "{dark:?}");
    // Large letters need less, hidden ones nothing.
    assert!(found("Words <a", "<b style=\"color:#808080;font-size:20px\" class=\"x\"></b>Words <a").is_empty());
    let within_nothing = "<div style=\"font-size:0px\"><i style=\"font-size:13px;color:#cccccc\">x</i></div>";
    assert!(!found("<p class", &format!("{within_nothing}<p class")).is_empty(), "a size of its own can be seen");
    assert!(found("Words <a", "<i style=\"display:none;color:#ffffff\">preview</i>Words <a").is_empty());
    assert!(
        found("<p class", "<div style=\"background:url(x)\"></div><p class").iter().all(|one| one.rule == Rule::Css)
    );
}

#[test]
fn a_mail_needs_its_foot_its_text_and_a_subject() {
    assert_eq!(only("https://reports.example/stop", "https://reports.example/other").1, Rule::Foot);
    assert_eq!(only("https://reports.example/reports/1", "https://reports.example/other").0, Level::Warning);
    let mail = Mail {
        subject: " ",
        html: GOOD,
        text: Some("\n"),
        images: &["by-status".into()],
        source: "",
        stop_url: None,
        report_url: None,
        data: None,
    };
    let errors: Vec<_> = check(&mail).into_iter().filter(|finding| finding.level == Level::Error).collect();
    assert_eq!(errors.iter().map(|finding| finding.rule).collect::<Vec<_>>(), [Rule::Text, Rule::Subject]);
    assert!(blocks_publishing(&errors));
    let long = "x".repeat(130);
    let none = check(&Mail { subject: HeaderText::cleaned("").as_str(), text: Some("a"), ..mail });
    assert!(none.iter().any(|finding| finding.rule == Rule::Subject && finding.level == Level::Error), "{none:?}");
    let findings = check(&Mail { subject: &long, text: Some("a"), ..mail });
    assert!(findings.iter().any(|finding| finding.rule == Rule::Subject && finding.level == Level::Warning));
}

#[test]
fn size_and_lines_have_their_limits() {
    let grown = |size: usize| {
        let filler = format!("<!--{}-->\n", "x".repeat(90)).repeat(size / 98);
        found("</table>", &format!("</table>\n{filler}"))
            .into_iter()
            .map(|one| (one.level, one.rule))
            .collect::<Vec<_>>()
    };
    assert_eq!(grown(80_000), []);
    assert_eq!(grown(95_000), [(Level::Warning, Rule::Size)]);
    assert_eq!(grown(103_000), [(Level::Error, Rule::Size)]);
    assert_eq!(only("<body>", &format!("<body><!--{}-->", "x".repeat(1_000))).1, Rule::Lines);
}

#[test]
fn broken_html_is_read_as_browsers_read_it() {
    for html in [
        "",
        "<",
        "<a href=",
        "<p><td></div></p>",
        "<style>",
        "<!--",
        "<table><tr><td>a<td>b<tr><td>c",
        "</p></p>",
        "\0",
    ] {
        assert!(blocks_publishing(&check_html(html)), "without a foot: {html}");
    }
}

#[test]
fn whatever_a_person_writes_is_looked_at_in_a_moment() {
    let began = std::time::Instant::now();
    for (what, html) in [
        ("conditions in conditions", format!("<style>{}</style>", "@media x{".repeat(100_000))),
        (
            "rules and elements",
            format!("<style>{}</style>{}", "a b{color:red}".repeat(4_000), "<b>x</b>".repeat(8_000)),
        ),
        ("elements in elements", "<div>".repeat(200_000)),
    ] {
        assert!(blocks_publishing(&check_html(&html)), "{what}");
    }
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
}
