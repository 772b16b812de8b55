//! Logos: read as pictures, never by their names, and drawn anew, so that nothing but pixels is kept.

use std::io::Cursor;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::{
    domain::template::theme::{LOGO_MAX, Logo},
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
}
