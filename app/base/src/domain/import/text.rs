//! From bytes to text, or the line where it stops being text.

use super::MAX_FILE_BYTES;
use super::problem::ImportProblem;

/// The bytes as UTF-8 text without its byte order mark.
///
/// # Errors
/// An empty or too large file, another encoding (with the line and byte where it shows).
pub fn read_text<'a>(bytes: &'a [u8], save_as: &str) -> Result<&'a str, ImportProblem> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(ImportProblem::file(format!(
            "The file has {} MB; at most {} MB can be imported. Split it into parts.",
            bytes.len().div_ceil(1024 * 1024),
            MAX_FILE_BYTES / (1024 * 1024)
        )));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(ImportProblem::file(format!("The file is UTF-16 text; expected UTF-8. {save_as}")));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(ImportProblem::file(format!("The file is a workbook or a ZIP archive; expected text. {save_as}")));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
        let byte = bytes[error.valid_up_to()];
        ImportProblem::at(line as u64, column as u64, format!("byte 0x{byte:02X} is not UTF-8 text. {save_as}"))
    })?;
    if text.trim().is_empty() {
        return Err(ImportProblem::file("The file is empty."));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_byte_is_found_with_its_line_and_place() {
        let problem = read_text(b"Title\nCaf\xE9\n", "Save it as UTF-8.").unwrap_err();
        assert_eq!(problem.to_string(), "line 2, character 4: byte 0xE9 is not UTF-8 text. Save it as UTF-8.");
    }

    #[test]
    fn a_byte_order_mark_is_dropped_and_other_files_are_named() {
        assert_eq!(read_text(b"\xEF\xBB\xBFTitle", "").unwrap(), "Title");
        assert_eq!(read_text(b" \n ", "").unwrap_err().message, "The file is empty.");
        assert!(read_text(&[0xFF, 0xFE, b'T', 0], "").unwrap_err().message.contains("UTF-16"));
        assert!(read_text(b"PK\x03\x04....", "").unwrap_err().message.contains("workbook"));
    }
}
