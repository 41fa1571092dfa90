//! The made-up world: what there is, in which edition, and its answers.
//!
//! An answer is a function of the seed, the edition and the question. What an indicator
//! says depends on the edition in which it was last updated alone, so that an indicator
//! that an edition leaves alone keeps every byte: even the merger of edition 2 reaches it
//! only with its next update, as at the real source.

mod catalogue;
pub(crate) mod chance;
mod description;
mod figures;
mod geography;
pub(crate) mod population;
mod rows;
mod wire_text;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use botnia_config::{IndicatorSet, RegionTables};
use bytes::Bytes;

use crate::api::{DataQuery, Format};
use crate::{SandboxError, Synthetic};
use catalogue::{SyntheticIndicator, Vintage, catalogue};
use chance::Chance;
use figures::Cell;
pub(crate) use geography::key_of;
use geography::{Division, Geography};

/// The edition from which on the division has one municipality less.
const MERGER_EDITION: u32 = 2;

/// The made-up world.
#[derive(Debug)]
pub(crate) struct World {
    geography: Geography,
    indicators: BTreeMap<u32, SyntheticIndicator>,
    edition: AtomicU32,
}

impl World {
    /// Fails on years outside 1900–2100 or in the wrong order, and on edition 0.
    pub(crate) fn new(options: &Synthetic) -> Result<Self, SandboxError> {
        let impossible = |problem| SandboxError::ImpossibleWorld {
            first_year: options.first_year,
            last_year: options.last_year,
            edition: options.edition,
            problem,
        };
        if options.first_year < 1900 || options.last_year > 2100 {
            return Err(impossible("the years lie outside 1900–2100"));
        }
        if options.first_year > options.last_year {
            return Err(impossible("the first year comes after the last"));
        }
        if options.edition == 0 {
            return Err(impossible("editions begin at 1"));
        }
        let root = Chance::new(options.seed);
        Ok(Self {
            geography: Geography::new(RegionTables::builtin(), root.of(1)),
            indicators: catalogue(options, &IndicatorSet::builtin(), root.of(2)),
            edition: AtomicU32::new(options.edition),
        })
    }

    /// The next edition's number, which is now in force.
    pub(crate) fn advance(&self) -> u32 {
        self.edition.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(crate) fn regions(&self) -> Bytes {
        self.geography.region_list.clone()
    }

    pub(crate) fn indicators(&self) -> Bytes {
        let entries: Vec<_> = self
            .indicators
            .values()
            .map(description::list_entry)
            .collect();
        json(&entries)
    }

    pub(crate) fn indicator(&self, id: u32) -> Option<Bytes> {
        let indicator = self.indicators.get(&id)?;
        Some(json(&description::description(
            indicator,
            self.vintage(indicator),
        )))
    }

    pub(crate) fn data(&self, format: Format, query: &DataQuery) -> Option<Bytes> {
        let indicator = self.indicators.get(&query.indicator)?;
        let cells = self.cells(indicator, query);
        let order = indicator.chance.of(50);
        let body = match format {
            Format::Json => rows::json(query.indicator, &cells, order),
            Format::Csv => rows::csv(query.indicator, &cells, order),
        };
        Some(body.into())
    }

    fn cells(&self, indicator: &SyntheticIndicator, query: &DataQuery) -> Vec<Cell> {
        let vintage = self.vintage(indicator);
        figures::cells(
            indicator,
            vintage,
            self.division(indicator, vintage),
            &query.years,
            &query.genders,
        )
    }

    fn vintage(&self, indicator: &SyntheticIndicator) -> Vintage {
        indicator.vintage(self.edition.load(Ordering::SeqCst))
    }

    fn division(&self, indicator: &SyntheticIndicator, vintage: Vintage) -> &Division {
        if indicator.is_nordic {
            &self.geography.nordic
        } else if vintage.edition >= MERGER_EDITION {
            &self.geography.after_merger
        } else {
            &self.geography.before_merger
        }
    }
}

fn json(value: &impl serde::Serialize) -> Bytes {
    serde_json::to_vec(value)
        .expect("plain structs make JSON")
        .into()
}
