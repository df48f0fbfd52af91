//! What all symbols of one version share, made once for each version that is used.

use std::sync::OnceLock;

use qrcode::canvas::{Canvas, Module};
use qrcode::types::EcLevel;

use super::placement::Placement;
use super::row::{LANES, Row};
use super::{Mask, Version};

/// The shared part of all symbols of one version, with rows of `WORDS` words.
pub(super) struct Template<const WORDS: usize> {
    /// The function patterns and the version information, the format information left light.
    pub(super) patterns: Vec<[u64; WORDS]>,
    /// The data modules that each group of masks inverts.
    pub(super) masks: Vec<Vec<Row<WORDS>>>,
    /// Where the codewords go.
    pub(super) placement: Placement,
}

impl<const WORDS: usize> Template<WORDS> {
    fn new(version: Version) -> Self {
        // The format information depends on the level; this one only reserves its place.
        let mut canvas = Canvas::new(version.as_crate_version(), EcLevel::L);
        canvas.draw_all_functional_patterns();
        let side = version.side_modules();
        let module = |x: usize, y: usize| {
            // At most 176.
            canvas.get(i16::try_from(x).unwrap_or(0), i16::try_from(y).unwrap_or(0))
        };
        let is_data = |x: usize, y: usize| module(x, y) == Module::Empty;
        let row_of = |is_set: &dyn Fn(usize) -> bool| {
            let mut row = [0; WORDS];
            for (word, first) in row.iter_mut().zip((0..).step_by(64)) {
                for x in first..side.min(first + 64) {
                    *word |= u64::from(is_set(x)) << (x - first);
                }
            }
            row
        };
        let patterns = (0..side).map(|y| row_of(&|x| module(x, y).is_dark())).collect();
        let masks = Mask::ALL.as_chunks::<LANES>().0.iter().map(|group| {
            let inverted = |y: usize| {
                let rows = group.map(|mask| row_of(&|x| is_data(x, y) && mask.inverts(x, y)));
                Row::side_by_side(rows)
            };
            (0..side).map(inverted).collect()
        });
        Self { patterns, masks: masks.collect(), placement: Placement::new(side, WORDS, is_data) }
    }
}

/// The templates of versions 1 to 11: at most 61 modules, one word a row.
pub(super) fn narrow(version: Version) -> &'static Template<1> {
    static TEMPLATES: [OnceLock<Template<1>>; 40] = [const { OnceLock::new() }; 40];
    made_once(&TEMPLATES, version)
}

/// The templates of versions 12 to 27: at most 125 modules, two words a row.
pub(super) fn middle(version: Version) -> &'static Template<2> {
    static TEMPLATES: [OnceLock<Template<2>>; 40] = [const { OnceLock::new() }; 40];
    made_once(&TEMPLATES, version)
}

/// The templates of versions 28 to 40: at most 177 modules, three words a row.
pub(super) fn wide(version: Version) -> &'static Template<3> {
    static TEMPLATES: [OnceLock<Template<3>>; 40] = [const { OnceLock::new() }; 40];
    made_once(&TEMPLATES, version)
}

fn made_once<const WORDS: usize>(
    templates: &'static [OnceLock<Template<WORDS>>; 40],
    version: Version,
) -> &'static Template<WORDS> {
    // A version is 1 to 40, so the first stands in for none.
    let [first, ..] = templates;
    let template = templates.get(usize::from(version.number()) - 1).unwrap_or(first);
    template.get_or_init(|| Template::new(version))
}
