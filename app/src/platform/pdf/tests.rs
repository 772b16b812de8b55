//! Documents are the same every time, tagged, and say nothing that data could command.

use serde_json::json;

use super::*;

fn print_of(template: &'static str, data: Value) -> Print {
    Print { template, data, pictures: Vec::new(), made_at: "2026-11-23T06:00:00Z".parse().unwrap() }
}

const TITLED: &str = r#"
#let data = json("data.json")
#set document(title: data.title)
#set text(font: "Inter", lang: "en")
#heading(data.title)
#if data.missing [Letters are missing.]
"#;

fn has(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

#[test]
fn the_same_data_make_the_same_pages_and_others_make_others() {
    let of = |title: &str| lay_out(print_of(TITLED, json!({ "title": title })), &Fonts::default()).unwrap();
    assert!(of("A").starts_with(b"%PDF-1.7"));
    assert_eq!(of("A"), of("A"));
    assert_ne!(of("A"), of("B"));
}

#[test]
fn pages_have_tags_bookmarks_a_language_and_the_mark_of_the_standard() {
    let bytes = lay_out(print_of(TITLED, json!({ "title": "Weekly report" })), &Fonts::default()).unwrap();
    for sign in ["/StructTreeRoot", "/Type/Outlines", "/Title(Weekly report)", "/Lang(en)", "pdfuaid", "/Marked true"] {
        assert!(has(&bytes, sign), "{sign}");
    }
}

#[test]
fn pages_without_what_the_standard_asks_for_are_made_and_do_not_say_that_they_keep_it() {
    let good = lay_out(print_of(TITLED, json!({ "title": "A" })), &Fonts::default()).unwrap();
    // Without a title of the document no page keeps PDF/UA.
    let bad =
        lay_out(print_of("#let data = json(\"data.json\")\n#data.title", json!({ "title": "A" })), &Fonts::default())
            .unwrap();
    assert_eq!((is_accessible(&good), is_accessible(&bad)), (true, false));
}

#[test]
fn what_people_write_is_text_and_never_markup() {
    for title in
        ["#panic(1)", "$x$", "]", "*a*", "\\", "\"); panic(\"", "@ref", "<label>", "#set page(width: 1cm)", "//"]
    {
        let bytes = lay_out(print_of(TITLED, json!({ "title": title })), &Fonts::default()).unwrap();
        assert!(has(&bytes, "pdfuaid"), "{title}");
    }
}

/// The words of the pages, as another program reads them.
fn words_of(pdf: &[u8]) -> String {
    let path = std::env::temp_dir().join(format!("autoreport-words-{}.pdf", uuid::Uuid::now_v7()));
    std::fs::write(&path, pdf).unwrap();
    let read = std::process::Command::new("pdftotext").arg(&path).arg("-").output();
    std::fs::remove_file(&path).unwrap();
    let read = read.expect("pdftotext of poppler-utils is there");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    String::from_utf8(read.stdout).unwrap()
}

#[test]
fn letters_that_no_font_has_are_boxes_that_can_be_read_and_the_pages_stay_accessible() {
    for title in ["王伟", "🚀 start", "مرحبا", "a\u{202e}b\u{0}c\u{e000}", "e\u{301}", "a\u{200b}b\nc", "a\u{3000}b"]
    {
        let bytes = lay_out(print_of(TITLED, json!({ "title": title })), &Fonts::default()).unwrap();
        assert!(has(&bytes, "pdfuaid"), "{title}");
    }
    let words = words_of(&lay_out(print_of(TITLED, json!({ "title": "王 and 伟" })), &Fonts::default()).unwrap());
    assert!(words.contains('王') && words.contains('伟') && !words.contains('?'), "{words}");
    assert!(words.contains("Letters are missing."), "{words}");
}

#[test]
fn names_in_other_scripts_are_written_with_the_fonts_of_the_machine() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/platform/fonts/fixtures");
    let fonts = Fonts::of(vec![folder]);
    for (name, font) in [
        ("אברהם", "NotoSansHebrew"),
        ("प्रिया", "NotoSansDevanagari"),
        ("山田はな", "NotoSansCJKjp"),
        ("王伟", "NotoSansCJKsc"),
    ] {
        let bytes = lay_out(print_of(TITLED, json!({ "title": format!("Kos, {name}: 5") })), &fonts).unwrap();
        assert!(has(&bytes, "pdfuaid") && has(&bytes, font), "{name}");
        assert!(!has(&bytes, "AutoReportBox"), "{name}");
        let words = words_of(&bytes);
        assert!(name.chars().all(|c| words.contains(c)), "{name}: {words}");
        assert!(!words.contains("Letters are missing."), "{name}: {words}");
        assert_eq!(bytes, lay_out(print_of(TITLED, json!({ "title": format!("Kos, {name}: 5") })), &fonts).unwrap());
    }
}

#[test]
fn a_template_finds_no_file_and_no_package() {
    let refused =
        |source: &'static str| lay_out(print_of(source, json!({})), &Fonts::default()).unwrap_err().to_string();
    assert!(refused("#read(\"/etc/passwd\")").contains("file not found"));
    assert!(refused("#read(\"main.typ\")").contains("file not found"));
    assert!(refused("#import \"@preview/cetz:0.3.4\": canvas").contains("file not found"));
}

#[tokio::test]
async fn printing_is_off_the_runtime_and_one_at_a_time() {
    let prints = (0..3).map(|number| print(print_of(TITLED, json!({ "title": number.to_string() }))));
    for made in futures::future::join_all(prints).await {
        assert!(made.unwrap().starts_with(b"%PDF"));
    }
    assert_eq!(TURN.available_permits(), 1);
}
