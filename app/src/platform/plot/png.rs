//! PNG pictures for mail: the SVG of the drawing at twice its size, in the colours of a palette.

use std::sync::{Arc, OnceLock};

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{self, fontdb},
};

use super::{drawing::Drawing, palette::Indexed};

/// Pixels of the picture for one of the drawing: sharp on dense screens.
const SCALE: u32 = 2;

/// Why a picture could not be made; a fault of the program, never of the data.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("the chart's SVG cannot be read: {0}")]
    Svg(#[from] usvg::Error),
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
        let (width, height) = (self.width * SCALE, self.height * SCALE);
        let options =
            usvg::Options { font_family: "Inter".into(), fontdb: Arc::clone(fonts()), ..usvg::Options::default() };
        let tree = usvg::Tree::from_str(&self.mail(), &options)?;
        let mut picture = Pixmap::new(width, height).ok_or(PictureError::Size { width, height })?;
        #[allow(clippy::cast_precision_loss, reason = "two")]
        let scale = Transform::from_scale(SCALE as f32, SCALE as f32);
        resvg::render(&tree, scale, &mut picture.as_mut());
        // The ground is opaque, so nothing shines through.
        let pixels = picture.pixels().iter().map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]);
        encode(&Indexed::of(pixels), width, height).map_err(|error| PictureError::Png(error.to_string()))
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

/// Without a font in this list every word vanishes without an error; the list never looks at the
/// machine's own fonts, so that every machine draws the same bytes.
fn fonts() -> &'static Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    FONTS.get_or_init(|| {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(include_bytes!("fonts/Inter-Regular.otf").to_vec());
        fonts.load_font_data(include_bytes!("fonts/Inter-SemiBold.otf").to_vec());
        Arc::new(fonts)
    })
}
