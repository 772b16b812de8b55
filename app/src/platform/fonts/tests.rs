//! Which fonts a text gets, without those of the machine that runs the tests.

use super::*;

/// Inter, and the fonts of the fixtures.
fn some() -> Fonts {
    Fonts::of(vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/platform/fonts/fixtures")])
}

fn families(fonts: &Fonts, text: &str) -> Vec<String> {
    let selection = fonts.selection(text.chars());
    selection.faces.iter().skip(2).map(|face| face.family().to_owned()).collect()
}

#[test]
fn what_inter_can_write_needs_no_other_font_and_reads_no_folder() {
    let fonts = some();
    let selection = fonts.selection("Ana Žagar, Ελένη, Иван…\u{200b}\n\u{2068}".chars());
    assert!(selection.is_inter_alone() && selection.count() == 2);
    assert!(fonts.found.get().is_none());
}

#[test]
fn each_script_gets_a_font_that_has_its_letters() {
    let fonts = some();
    assert_eq!(families(&fonts, "Kos, אברהם"), ["Noto Sans Hebrew"]);
    assert_eq!(families(&fonts, "प्रिया"), ["Noto Sans Devanagari"]);
    assert_eq!(families(&fonts, "אברהם और").len(), 3, "a box for what the fixture lacks");
    assert!(fonts.selection("אברהם और".chars()).has_boxes());
    assert!(!fonts.selection("אברהם Kos".chars()).has_boxes());
}

#[test]
fn han_letters_have_the_shapes_of_the_language_that_the_rest_is_in() {
    let fonts = some();
    assert_eq!(families(&fonts, "王伟"), ["Noto Sans CJK SC"]);
    assert_eq!(families(&fonts, "山田 はな"), ["Noto Sans CJK JP"]);
}

#[test]
fn what_no_font_has_is_drawn_as_a_box_and_icons_never_stand_for_letters() {
    for text in ["王伟", "🚀", "\u{e000}", "\u{10ffff}"] {
        let selection = Fonts::default().selection(text.chars());
        assert_eq!(selection.count(), 3, "{text}");
        assert!(text.chars().all(|c| selection.covers(2, c)), "{text}");
        assert!(selection.has_boxes(), "{text}");
    }
}

#[test]
fn the_face_for_a_letter_has_the_bytes_of_its_file() {
    let fonts = some();
    let selection = fonts.selection("א".chars());
    let place = selection.place('א').unwrap();
    assert!(selection.font(place).unwrap().info().coverage.contains('א'.into()));
    assert!(selection.font(0).unwrap().info().coverage.contains('A'.into()));
}

#[test]
fn operators_hear_which_scripts_have_no_font() {
    let lacking = some().lacking_scripts();
    assert!(lacking.contains(&"Thai") && lacking.contains(&"emoji"), "{lacking:?}");
    assert_eq!(Fonts::default().lacking_scripts().len(), SCRIPTS.len());
    assert!(Fonts::of(vec!["/nowhere".into()]).selection("王".chars()).has_boxes());
}

#[test]
fn what_cannot_be_drawn_is_left_out_and_what_joins_letters_stays() {
    assert_eq!(drawable("Ana Žagar, 王伟"), "Ana Žagar, 王伟");
    assert_eq!(drawable("is\u{202e} king\u{fe0f}\u{0}\u{feff}"), "is king");
    assert_eq!(drawable("\u{2068}می\u{200c}خواهم\u{2069}"), "\u{2068}می\u{200c}خواهم\u{2069}");
    assert_eq!(drawable("東\u{3000}京"), "東 京");
}

#[test]
fn accents_are_one_with_their_letters_and_those_of_other_fonts_do_not_take_them_along() {
    assert_eq!(drawable("Z\u{30c}agar"), "Žagar");
    assert_eq!(drawable("\u{1112}\u{1161}\u{11ab}"), "한");
    assert_eq!(drawable("1\u{fe0f}\u{20e3} first"), "1 first", "no font has the digit and its key");
    let vowels = "प्रिया \u{5e9}\u{5b8}\u{5c1}\u{5dc}\u{5d5}\u{5b9}\u{5dd}";
    assert_eq!(drawable(vowels), vowels, "marks of one script stay");
}
