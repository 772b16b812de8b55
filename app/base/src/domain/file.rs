//! Files that people attach: limits, what they are by their first bytes, names that harm nothing.

/// Most bytes of one file.
pub const FILE_BYTES_MAX: usize = 20 * 1024 * 1024;
/// Most files of one task.
pub const FILES_MAX: u64 = 100;
/// Most bytes of all files of a project.
pub const QUOTA_BYTES: i64 = 1024 * 1024 * 1024;
/// Longest name, in characters.
const NAME_MAX: usize = 200;

/// What a file is, by its content: never a type that a browser would run or show as a page.
pub fn sniff(bytes: &[u8]) -> &'static str {
    let starts = |mark: &[u8]| bytes.starts_with(mark);
    match bytes {
        _ if starts(b"\x89PNG\r\n\x1a\n") => "image/png",
        _ if starts(b"\xff\xd8\xff") => "image/jpeg",
        _ if starts(b"GIF87a") || starts(b"GIF89a") => "image/gif",
        _ if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => "image/webp",
        _ if starts(b"%PDF-") => "application/pdf",
        _ if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") => "application/zip",
        _ if is_text(bytes) => "text/plain",
        _ => "application/octet-stream",
    }
}

fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0'))
}

/// What a file is, in a word.
pub fn kind_words(content_type: &str) -> &'static str {
    match content_type {
        "image/png" => "PNG picture",
        "image/jpeg" => "JPEG picture",
        "image/gif" => "GIF picture",
        "image/webp" => "WebP picture",
        "application/pdf" => "PDF",
        "application/zip" => "Archive or office file",
        "text/plain" => "Text",
        _ => "File",
    }
}

/// A name without folders and control characters, short enough to show.
pub fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        // Marks that turn the direction of writing would hide the true end of a name.
        .filter(|c| !c.is_control() && !matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '"'))
        .take(NAME_MAX)
        .collect();
    let clean = clean.trim().trim_start_matches('.').to_owned();
    if clean.is_empty() { "file".into() } else { clean }
}

/// `12 kB`, `3.4 MB`.
pub fn size_words(bytes: i64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", (bytes + 500) / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// The header that makes a browser save a file under its name (RFC 6266).
pub fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || " .-_()".contains(c) { c } else { '_' }).collect();
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_says_what_a_file_is_and_markup_is_plain_text() {
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n..."), "image/png");
        assert_eq!(sniff(b"%PDF-1.7"), "application/pdf");
        for markup in [&b"<svg onload=alert(1)>"[..], b"<!doctype html><script>", b"\xef\xbb\xbf<html>"] {
            assert_eq!(sniff(markup), "text/plain");
        }
        assert_eq!(sniff(b"\x00\x01\xff"), "application/octet-stream");
    }

    #[test]
    fn a_name_leads_nowhere_and_hides_nothing() {
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("C:\\temp\\report.pdf"), "report.pdf");
        assert_eq!(clean_name("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
        assert_eq!(clean_name("a\"\r\nX: y.txt"), "aX: y.txt");
        assert_eq!(clean_name(".."), "file");
        assert_eq!(clean_name(&"ž".repeat(300)).chars().count(), NAME_MAX);
    }

    #[test]
    fn the_header_is_ascii_whatever_the_name() {
        let header = disposition("poročilo \"1\"; x=y.pdf");
        assert!(header.is_ascii(), "{header}");
        assert!(header.contains("filename*=UTF-8''poro%C4%8Dilo%20%221%22%3B%20x%3Dy.pdf"), "{header}");
        assert!(header.contains("filename=\"poro_ilo _1__ x_y.pdf\""), "{header}");
    }

    #[test]
    fn sizes_are_said_shortly() {
        assert_eq!(size_words(999), "999 B");
        assert_eq!(size_words(12_300), "12 kB");
        assert_eq!(size_words(3_450_000), "3.4 MB");
    }
}
