//! A drawing as a picture: with the font that comes along, so that every machine draws the
//! same one.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{Options, Tree};

use crate::PublishError;

/// What drawings ask for, in its condensed form.
pub(crate) const FONT: &str = "DejaVu Sans";

const REGULAR: &[u8] = include_bytes!("../fonts/DejaVuSansCondensed.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/DejaVuSansCondensed-Bold.ttf");

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    for font in [REGULAR, BOLD] {
        fonts.load_font_source(Source::Binary(Arc::new(font)));
    }
    fonts.set_sans_serif_family(FONT);
    Arc::new(fonts)
});

/// The picture of an SVG document. `file` is its name, for error texts.
///
/// # Errors
/// [`PublishError::DrawPicture`].
pub(crate) fn png(file: &str, svg: &str) -> Result<Vec<u8>, PublishError> {
    let failed = |reason: String| PublishError::DrawPicture {
        file: file.to_owned(),
        reason,
    };
    let options = Options {
        fontdb: Arc::clone(&FONTS),
        font_family: FONT.to_owned(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).map_err(|error| failed(error.to_string()))?;
    let size = tree.size().to_int_size();
    let mut picture = Pixmap::new(size.width(), size.height())
        .ok_or_else(|| failed("it has no size".to_owned()))?;
    resvg::render(&tree, Transform::identity(), &mut picture.as_mut());
    picture
        .encode_png()
        .map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str) -> Vec<u8> {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"80\" height=\"20\">\
             <text x=\"2\" y=\"15\" font-family=\"{FONT}\" font-size=\"12\">{text}</text></svg>"
        );
        png("made up", &svg).unwrap()
    }

    #[test]
    fn text_is_drawn_without_the_fonts_of_the_machine() {
        let empty = drawn("");
        for text in ["Närpiö", "▲", "≈", "↘", "−1,5", "Å"] {
            assert_ne!(drawn(text), empty, "{text}");
        }
        assert_ne!(drawn("▲"), drawn("▼"));
        assert_eq!(drawn("Närpiö"), drawn("Närpiö"));
    }

    #[test]
    fn what_is_no_drawing_is_an_error() {
        assert!(png("made up", "<svg").is_err());
    }
}
