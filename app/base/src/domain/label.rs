//! Labels of a project.

/// Longest name of a label, in characters.
pub const LABEL_NAME_MAX: u32 = 50;
/// Most labels of a project.
pub const LABELS_MAX: u64 = 1_000;
/// Slots of the palette: a label has one of 1 to this.
pub const HUES: u8 = 6;

/// The words for a slot of the palette.
pub const fn hue_label(hue: u8) -> &'static str {
    match hue {
        1 => "Teal",
        2 => "Sienna",
        3 => "Sky",
        4 => "Rose",
        5 => "Moss",
        _ => "Plum",
    }
}

/// The slot of a new label whose colour nobody chose: the same for the same name (FNV-1a).
pub fn hue_of(name: &str) -> u8 {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash % u32::from(HUES)) as u8 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_slot_of_the_palette() {
        for name in ["ops", "Reporting", "", "日本"] {
            assert!((1..=HUES).contains(&hue_of(name)), "{name}");
        }
    }
}
