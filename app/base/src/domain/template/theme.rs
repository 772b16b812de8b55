//! A theme: what mails of a house have in common.

use serde::{Deserialize, Serialize};

/// Most bytes of a logo.
pub const LOGO_MAX: usize = 100 * 1024;

/// Logo, accent, foot and signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Theme {
    /// "#087d7e": buttons and links. Six hexadecimal digits.
    pub accent: String,
    /// Words at the head, beside or instead of the logo; a template.
    #[serde(default)]
    pub brand: String,
    /// The logo's picture, an image of the template's own by its id; PNG or JPEG of at most [`LOGO_MAX`] bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
    /// Below the last block; Markdown, a template.
    #[serde(default)]
    pub signature: String,
    /// Above the lines that every mail has at its foot (why it came, how to stop it); Markdown, a template.
    #[serde(default)]
    pub footer: String,
}

/// The logo, kept with the document so that a version is whole by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// PNG, in base64; what was uploaded is drawn anew by the server.
    pub png: String,
    /// In pixels as shown; the file has twice as many.
    pub width: u32,
    pub height: u32,
    pub alt: String,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            accent: "#087d7e".into(),
            brand: "AutoReport · {{ project.name }}".into(),
            logo: None,
            signature: String::new(),
            footer: String::new(),
        }
    }
}
