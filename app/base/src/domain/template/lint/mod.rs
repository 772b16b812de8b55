//! The linter: what mail programs would do to a mail that is ready. It looks at what is sent, not at what was typed, so
//! it holds for blocks, HTML and MJML alike.

#[cfg(feature = "ssr")]
mod checks;
#[cfg(feature = "ssr")]
mod colours;
#[cfg(feature = "ssr")]
mod contrast;
#[cfg(feature = "ssr")]
mod css;
#[cfg(feature = "ssr")]
mod mjml;
#[cfg(feature = "ssr")]
mod own_html;
#[cfg(feature = "ssr")]
mod reading;
#[cfg(feature = "ssr")]
mod support;
#[cfg(feature = "ssr")]
mod whole;

#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use super::place::TextPlace;
use crate::text_enum;

#[cfg(feature = "ssr")]
pub use checks::{Mail, check, oversize, own_links};
#[cfg(feature = "ssr")]
pub use mjml::unknown_attributes;
#[cfg(feature = "ssr")]
pub use own_html::own_html;
#[cfg(feature = "ssr")]
pub use whole::whole_values;

text_enum!(
    /// How grave a finding is.
    Level {
        /// Somebody would not see the mail as it was meant; stops it from being published.
        Error = "error",
        /// Some would not.
        Warning = "warning",
        /// Nothing is wrong here.
        Good = "good",
    }
);

text_enum!(
    /// What is looked at.
    Rule {
        Size = "size",
        Variables = "variables",
        Css = "css",
        Elements = "elements",
        Images = "images",
        Text = "text",
        Contrast = "contrast",
        Links = "links",
        Foot = "foot",
        Subject = "subject",
        Lines = "lines",
    }
);

impl Rule {
    /// The name on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Size => "Size",
            Self::Variables => "Variables",
            Self::Css => "Styles",
            Self::Elements => "HTML",
            Self::Images => "Images",
            Self::Text => "Text part",
            Self::Contrast => "Contrast",
            Self::Links => "Links",
            Self::Foot => "Foot",
            Self::Subject => "Subject",
            Self::Lines => "Lines",
        }
    }
}

/// Something that was found, or that nothing was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub level: Level,
    pub rule: Rule,
    /// A sentence or two.
    pub words: String,
    /// The line of the mail's HTML, from 1.
    pub line: Option<u32>,
    /// The block that it came from.
    pub block: Option<u32>,
    /// The character of the text that somebody wrote, where that is known.
    #[serde(default)]
    pub at: Option<TextPlace>,
}

/// A link to the web that somebody has written into a template and that is the same in every mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnLink {
    pub url: String,
    /// The line of the mail's HTML, from 1.
    pub line: u32,
    /// The block that it stands in.
    pub block: Option<u32>,
}

/// Puts findings of what was written before those of what came of it: a rule that they break is not kept.
pub fn with_written(found: &mut Vec<Finding>, written: Vec<Finding>) {
    found.retain(|good| good.level != Level::Good || written.iter().all(|bad| bad.rule != good.rule));
    found.splice(0..0, written);
    found.sort_by_key(|finding| finding.level);
}

/// Whether a template with these findings may not be published.
pub fn blocks_publishing(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.level == Level::Error)
}
