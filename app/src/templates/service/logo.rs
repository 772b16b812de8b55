//! Logos: read as pictures, never by their names, and drawn anew, so that nothing but pixels is kept.

use std::io::Cursor;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::{
    domain::template::{
        Document,
        theme::{LOGO_MAX, Logo},
    },
    error::{AppError, AppResult, Problem},
    templates::logo_words::PIXELS_MAX,
};

/// Fewest pixels of a side: mails show half of them.
const PIXELS_MIN: u32 = 16;
/// Most memory that a decoder may ask for.
const MEMORY_MAX: u64 = 32 * 1024 * 1024;

/// A logo of an uploaded file.
///
/// # Errors
/// The code of what is wrong, see [`crate::templates::logo_words::refusal_words`].
pub fn read(bytes: &[u8]) -> Result<Logo, &'static str> {
    if bytes.len() > LOGO_MAX {
        return Err("too_large");
    }
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| "no_picture")?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return Err(if is_svg(bytes) { "svg" } else { "no_picture" });
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|_| "no_picture")?;
    let (width, height) = decoder.dimensions();
    if width > PIXELS_MAX.0 || height > PIXELS_MAX.1 {
        return Err("too_wide");
    }
    if width < PIXELS_MIN || height < PIXELS_MIN {
        return Err("too_small");
    }
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| "no_picture")?;
    let mut png = Vec::new();
    picture.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).map_err(|_| "no_picture")?;
    if png.len() > LOGO_MAX {
        // A photograph as JPEG may be small and large as PNG.
        return Err("too_large");
    }
    Ok(Logo { png: STANDARD.encode(&png), width: width / 2, height: height / 2, alt: String::new() })
}

/// Whether the logo of a document, where it has one, is a small PNG. A document may come from anywhere, not only from
/// [`read`], and its logo is shown to everybody who looks at the library: a few bytes can claim to be a picture of any size.
///
/// # Errors
/// [`AppError::Invalid`] with `logo`.
pub fn check(document: &Document) -> AppResult<()> {
    match &document.theme.logo {
        Some(logo) if !is_small_png(&logo.png) => Err(AppError::field("logo", Problem::UnknownChoice)),
        _ => Ok(()),
    }
}

fn is_small_png(base64: &str) -> bool {
    let Ok(png) = STANDARD.decode(base64) else { return false };
    // Signature, then the first chunk: its length, its name, width and height.
    let Some((head, size)) = png.get(..24).map(|head| head.split_at(16)) else { return false };
    let side = |at: usize| size.iter().skip(at).take(4).fold(0, |sum: u32, byte| (sum << 8) | u32::from(*byte));
    head.starts_with(b"\x89PNG\r\n\x1a\n")
        && head.ends_with(b"IHDR")
        && (1..=PIXELS_MAX.0).contains(&side(0))
        && (1..=PIXELS_MAX.1).contains(&side(4))
}

/// Whether it is a drawing in XML, whatever its name says.
fn is_svg(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1_024)]).to_ascii_lowercase();
    head.contains("<svg")
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = RgbImage::from_pixel(width, height, image::Rgb([8, 125, 126]));
        DynamicImage::ImageRgb8(picture).write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    #[test]
    fn a_png_and_a_jpeg_become_a_png_of_half_the_size() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let logo = read(&encoded(200, 80, format)).unwrap();
            assert_eq!((logo.width, logo.height), (100, 40));
            let png = STANDARD.decode(&logo.png).unwrap();
            assert_eq!(image::guess_format(&png).unwrap(), ImageFormat::Png);
        }
    }

    #[test]
    fn what_is_no_small_picture_is_refused_by_what_it_is() {
        let svg = br#"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
        assert_eq!(read(svg), Err("svg"));
        assert_eq!(read(b"GIF89a"), Err("no_picture"));
        assert_eq!(read(b""), Err("no_picture"));
        assert_eq!(read(&vec![0; LOGO_MAX + 1]), Err("too_large"));
        assert_eq!(read(&encoded(2_000, 20, ImageFormat::Png)), Err("too_wide"));
        assert_eq!(read(&encoded(8, 8, ImageFormat::Png)), Err("too_small"));
        let mut cut = encoded(200, 80, ImageFormat::Png);
        cut.truncate(60);
        assert_eq!(read(&cut), Err("no_picture"));
    }

    #[test]
    fn the_logo_of_a_document_is_a_small_png_wherever_it_comes_from() {
        let with = |bytes: &[u8]| {
            let logo = Logo { png: STANDARD.encode(bytes), width: 100, height: 40, alt: String::new() };
            let mut document = Document::blank();
            document.theme.logo = Some(logo);
            check(&document).is_ok()
        };
        let drawn = encoded(200, 80, ImageFormat::Png);
        assert!(check(&Document::blank()).is_ok() && with(&drawn));
        let mut claims = drawn.clone();
        claims[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        assert!(!with(&claims), "60,000 pixels wide");
        assert!(!with(&encoded(200, 80, ImageFormat::Jpeg)) && !with(b"<svg/>") && !with(b""));
        assert!(!with(&drawn[..20]));
    }
}
