//! The statistics of a wellbeing report: how sure a figure is, how it compares, which way
//! it goes, and which regions are alike. Pure functions, each with its source.
//!
//! | what | method | source |
//! |---|---|---|
//! | [`wilson`] | score interval of a share | Wilson 1927 |
//! | [`byar`] | approximate interval of a number of events, from ten on | Breslow & Day 1987 |
//! | [`exact`] | exact interval of a number of events, below ten | Garwood 1936 |
//! | [`interval`] | which of them is honest for a published figure | – |
//! | [`comparison`] | the verdict on a figure beside another | Fingertips |
//! | [`trend`] | the direction of five years | Fingertips |
//! | [`nearest`] | regions of like structure | Kolada |
//!
//! `docs/methods.md` tells an expert reader the same with what is not computed and why.
//!
//! What is deliberately absent: tables and files, the choice of figures, and words for
//! readers.

pub mod byar;
pub mod comparison;
pub mod exact;
pub mod interval;
pub mod nearest;
pub mod rounding;
pub mod trend;
pub mod wilson;

/// The standard normal quantile at 0.975: two-sided intervals of 95 %.
pub const Z: f64 = 1.959_963_984_540_054;

/// The lower and the upper limit of an interval of 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The lower one.
    pub low: f64,
    /// The upper one.
    pub high: f64,
}

#[cfg(test)]
mod tests;
