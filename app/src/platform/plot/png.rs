//! Pictures with the fonts that they need: PNG for mail, the SVG of the drawing at twice its size in the colours of a
//! palette; for paper SVG.

use std::collections::BTreeSet;

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Tree, WriteOptions},
};

use super::{drawing::Drawing, palette::Indexed, paper::Shape, scripts};
use crate::platform::fonts::{self, Fonts, Selection, drawable};

/// Pixels of the picture for one of the drawing: sharp on dense screens.
const SCALE: u32 = 2;

/// Why a picture could not be made; a fault of the program, never of the data.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("the chart's SVG cannot be read: {0}")]
    Svg(#[from] resvg::usvg::Error),
    #[error("the chart is {width} by {height} pixels, which is no picture")]
    Size { width: u32, height: u32 },
    #[error("the chart's PNG cannot be written: {0}")]
    Png(String),
}

impl Drawing {
    /// The PNG bytes, the same for the same drawing.
    ///
    /// # Errors
    /// [`PictureError`], where the drawing has no area or its SVG is broken.
    pub fn png(&self) -> Result<Vec<u8>, PictureError> {
        self.png_with(fonts::shared())
    }

    pub(super) fn png_with(&self, fonts: &Fonts) -> Result<Vec<u8>, PictureError> {
        let (width, height) = (self.width * SCALE, self.height * SCALE);
        let tree = self.tree(&self.selection(fonts))?;
        let mut picture = Pixmap::new(width, height).ok_or(PictureError::Size { width, height })?;
        #[allow(clippy::cast_precision_loss, reason = "two")]
        let scale = Transform::from_scale(SCALE as f32, SCALE as f32);
        resvg::render(&tree, scale, &mut picture.as_mut());
        // The ground is opaque, so nothing shines through.
        let pixels = picture.pixels().iter().map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]);
        encode(&Indexed::of(pixels), width, height).map_err(|error| PictureError::Png(error.to_string()))
    }

    /// SVG for paper, in the colours of mail. With letters that Inter lacks all words are outlines: who lays out the
    /// page has no other way to write words in several fonts, and the alternative of the picture says what they say.
    ///
    /// # Errors
    /// As [`Drawing::png`].
    pub fn paper(&self) -> Result<String, PictureError> {
        self.paper_with(fonts::shared())
    }

    pub(super) fn paper_with(&self, fonts: &Fonts) -> Result<String, PictureError> {
        let selection = self.selection(fonts);
        if selection.is_inter_alone() {
            return Ok(self.mail());
        }
        Ok(self.tree(&selection)?.to_string(&WriteOptions { preserve_text: false, ..WriteOptions::default() }))
    }

    fn selection(&self, fonts: &Fonts) -> Selection {
        let mut letters = BTreeSet::new();
        for shape in &self.shapes {
            if let Shape::Words { text, .. } = shape {
                letters.extend(drawable(text).chars());
            }
        }
        fonts.selection(letters)
    }

    fn tree(&self, selection: &Selection) -> Result<Tree, PictureError> {
        let svg = if selection.is_inter_alone() { self.mail() } else { scripts::one_each(self, selection).mail() };
        Ok(Tree::from_str(&drawable(&svg), &selection.options())?)
    }
}

fn encode(picture: &Indexed, width: u32, height: u32) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(picture.palette.clone());
    encoder.set_source_srgb(png::SrgbRenderingIntent::RelativeColorimetric);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_deflate_compression(png::DeflateCompression::Level(3));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&picture.pixels)?;
    writer.finish()?;
    Ok(bytes)
}
