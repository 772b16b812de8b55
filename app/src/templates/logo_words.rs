//! What is said of a picture that is no logo. Addresses carry the codes, never the words.

/// The sentence of a code; nothing for a code that nobody knows.
pub fn refusal_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "too_large" => "The picture is larger than 100 kB. Make it smaller, or save it with fewer colours.",
        "svg" => "This is an SVG drawing, whatever its name says; mail programs do not show them. Save it as PNG.",
        "no_picture" => "This is no PNG and no JPEG picture. Choose another file.",
        "too_wide" => "The picture has too many pixels. Make it at most 1,072 pixels wide and 600 high.",
        "too_small" => "The picture is smaller than 16 pixels. Choose a larger one.",
        "no_file" | "empty" => "No picture was chosen.",
        "interrupted" | "offline" => "The picture did not arrive whole. Choose it again.",
        "conflict" => "Somebody else saved the template meanwhile. Choose the picture again.",
        "forbidden" => "Only whoever made the template and administrators change it.",
        "signed_out" => "The picture was not kept. Sign in to go on.",
        "failed" => "The picture could not be kept. Try again in a moment.",
        _ => return None,
    })
}

/// Most pixels of a logo, in width and height: twice what a mail shows.
pub const PIXELS_MAX: (u32, u32) = (1_072, 600);
