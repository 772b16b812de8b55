//! Small pictures of pictures. What people upload is hostile until decoded: sizes are read before
//! pixels, memory is bounded, few are decoded at a time, and a picture that is none has no small one.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, metadata::Orientation};
use tokio::sync::Semaphore;

/// Most pixels of a picture that is decoded.
const PIXELS_MAX: u64 = 40_000_000;
/// Most memory that a decoder may ask for: 40 megapixels of four bytes, and some room.
const MEMORY_MAX: u64 = 192 * 1024 * 1024;
/// The box that a small picture fits into, in pixels: twice what pages show.
const BOX: (u32, u32) = (320, 240);

/// Pictures decoded at a time: each may take all of `MEMORY_MAX`.
static DECODERS: Semaphore = Semaphore::const_new(1);

/// What was found in the bytes of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    /// A small PNG; none for what could not be decoded within the limits.
    pub thumbnail: Option<Vec<u8>>,
}

/// Looks at the bytes of a picture away from the threads that answer requests.
pub async fn look_at(bytes: Vec<u8>) -> (Vec<u8>, Option<Picture>) {
    let Ok(_permit) = DECODERS.acquire().await else { return (bytes, None) };
    let shared = std::sync::Arc::new(bytes);
    let theirs = shared.clone();
    // A decoder that panics ends its own thread's task; the file is kept without a picture.
    let picture = tokio::task::spawn_blocking(move || picture(&theirs)).await.unwrap_or_default();
    (std::sync::Arc::try_unwrap(shared).unwrap_or_else(|shared| shared.as_ref().clone()), picture)
}

/// The size of a picture (PNG, JPEG, GIF, WebP), with a small one where it can be made.
pub fn picture(bytes: &[u8]) -> Option<Picture> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    reader.format().filter(|format| {
        matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif | ImageFormat::WebP)
    })?;
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX || decoder.total_bytes() > MEMORY_MAX {
        return Some(Picture { width, height, thumbnail: None });
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let thumbnail = DynamicImage::from_decoder(decoder).ok().and_then(|full| small(full, orientation));
    Some(Picture { width, height, thumbnail })
}

fn small(full: DynamicImage, orientation: Orientation) -> Option<Vec<u8>> {
    let is_small = full.width() <= BOX.0 && full.height() <= BOX.1;
    let mut small = if is_small { full } else { full.thumbnail(BOX.0, BOX.1) };
    small.apply_orientation(orientation);
    let small = DynamicImage::ImageRgba8(small.to_rgba8());
    let mut png = Vec::new();
    small.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).ok()?;
    Some(png)
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
        DynamicImage::ImageRgb8(picture).write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    #[test]
    fn a_picture_gets_a_small_one_that_keeps_its_proportions() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let found = picture(&encoded(1_000, 500, format)).unwrap();
            assert_eq!((found.width, found.height), (1_000, 500), "{format:?}");
            let small = image::load_from_memory(&found.thumbnail.unwrap()).unwrap();
            assert_eq!((small.width(), small.height()), (320, 160), "{format:?}");
        }
    }

    #[test]
    fn what_is_no_picture_or_a_broken_one_has_none() {
        let mut broken = encoded(400, 300, ImageFormat::Png);
        broken.truncate(200);
        assert!(picture(&broken).is_none_or(|found| found.thumbnail.is_none()));
        for bytes in [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"GIF89a", b"", b"BM123456"] {
            assert_eq!(picture(bytes), None);
        }
    }

    /// A few kilobytes that are a good picture of 40 megapixels and a row: only its size keeps it from being decoded.
    #[test]
    fn a_bomb_is_known_by_its_size_and_not_decoded() {
        let (width, height) = (8_000, 5_001);
        let mut bomb = Vec::new();
        let picture = DynamicImage::ImageLuma8(image::GrayImage::new(width, height));
        picture.write_to(&mut Cursor::new(&mut bomb), ImageFormat::Png).unwrap();
        assert!(bomb.len() < 1_000_000 && u64::from(width) * u64::from(height) > PIXELS_MAX, "{} bytes", bomb.len());
        assert_eq!(self::picture(&bomb), Some(Picture { width, height, thumbnail: None }));
    }

    /// A header that promises 60,000 × 60,000 pixels in a few bytes.
    #[test]
    fn a_header_that_promises_too_much_is_not_believed() {
        let mut bomb = encoded(1, 1, ImageFormat::Png);
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        let mut checksum = crc(&bomb[12..29]).to_be_bytes();
        bomb[29..33].swap_with_slice(&mut checksum);
        assert!(picture(&bomb).is_none_or(|found| found.thumbnail.is_none()));
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
        })
    }
}
