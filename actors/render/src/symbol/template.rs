//! What all symbols of one version share, made once for each version that is used.

use std::sync::OnceLock;

use ezqr_schema::ErrorCorrection;
use qrcode::canvas::{Canvas, Module};
use qrcode::types::EcLevel;

use super::format::{bit_at, formats};
use super::placement::Placement;
use super::window::{LANES, Lanes, Window};
use super::{Mask, Version};

/// The shared part of all symbols of one version.
pub(super) struct Template {
    /// The function patterns and the version information, the format information left light.
    pub(super) patterns: Vec<[u64; 3]>,
    /// Where the codewords go.
    pub(super) placement: Placement,
    version: Version,
    overlays: [OnceLock<Vec<Overlay>>; 4],
}

/// What a level and its masks change of what one window shows.
pub(super) struct Overlay {
    pub(super) window: Window,
    /// For each row, the modules to invert: those the mask inverts, and the dark ones of the format
    /// information.
    pub(super) rows: Vec<Lanes>,
}

impl Template {
    /// The template of `version`.
    pub(super) fn of(version: Version) -> &'static Self {
        static TEMPLATES: [OnceLock<Template>; 40] = [const { OnceLock::new() }; 40];
        // A version is 1 to 40, so the first stands in for none.
        let [first, ..] = &TEMPLATES;
        let template = TEMPLATES.get(usize::from(version.number()) - 1).unwrap_or(first);
        template.get_or_init(|| Self::new(version))
    }

    /// The overlays of `level`, window by window.
    pub(super) fn overlays(&self, level: ErrorCorrection) -> &[Overlay] {
        let [low, medium, quartile, high] = &self.overlays;
        let overlays = match level {
            ErrorCorrection::Low => low,
            ErrorCorrection::Medium => medium,
            ErrorCorrection::Quartile => quartile,
            ErrorCorrection::High => high,
        };
        overlays.get_or_init(|| {
            let canvas = blank(self.version);
            Window::all(self.version.side_modules())
                .map(|window| overlay(&canvas, self.version, formats(level), window))
                .collect()
        })
    }

    fn new(version: Version) -> Self {
        let canvas = blank(version);
        let side = version.side_modules();
        let pattern = |y: usize| {
            let mut row = [0; 3];
            for (word, first) in row.iter_mut().zip((0..).step_by(64)) {
                for x in first..side.min(first + 64) {
                    *word |= u64::from(module(&canvas, x, y).is_dark()) << (x - first);
                }
            }
            row
        };
        Self {
            patterns: (0..side).map(pattern).collect(),
            placement: Placement::new(side, |x, y| module(&canvas, x, y) == Module::Empty),
            version,
            overlays: [const { OnceLock::new() }; 4],
        }
    }
}

/// The function patterns; the level says nothing yet.
fn blank(version: Version) -> Canvas {
    let mut canvas = Canvas::new(version.as_crate_version(), EcLevel::L);
    canvas.draw_all_functional_patterns();
    canvas
}

fn module(canvas: &Canvas, x: usize, y: usize) -> Module {
    // At most 176.
    canvas.get(i16::try_from(x).unwrap_or(0), i16::try_from(y).unwrap_or(0))
}

fn overlay(canvas: &Canvas, version: Version, formats: [u32; LANES], window: Window) -> Overlay {
    let side = version.side_modules();
    let row = |y: usize| {
        let mut lanes = [0; LANES];
        for x in window.first..side.min(window.first + 64) {
            let is_data = module(canvas, x, y) == Module::Empty;
            for ((lane, mask), format) in lanes.iter_mut().zip(Mask::ALL).zip(formats) {
                let is_inverted = is_data && mask.inverts(x, y);
                let is_dark_format = bit_at(x, y, side).is_some_and(|bit| format >> bit & 1 == 1);
                *lane |= u64::from(is_inverted || is_dark_format) << (x - window.first);
            }
        }
        lanes
    };
    Overlay { window, rows: (0..side).map(row).collect() }
}
