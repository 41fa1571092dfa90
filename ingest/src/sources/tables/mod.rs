//! What sources with tables share: opening them by the settings, splitting a question that
//! is too large, comparing what came with what was asked for, and finding the code that a
//! server turns down.

mod bisect;
mod returned;
mod split;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use botnia_config::mapping::{Resolved, Variable, VariableRole};
use botnia_config::{IndicatorMapping, Purpose, SourceSettings, YearRange};
use botnia_model::SourceIndicator;
use jiff::SignedDuration;
use url::Url;

pub(super) use self::bisect::{CodeSearch, Tried};
pub(super) use self::returned::check_returned;
pub(super) use self::split::{Limits, split};
pub(super) use self::wire::{Dataset, read_dataset};

use super::upstream::Upstream;

use crate::error::Failure;
use crate::{Answer, Freshness, PoliteClient, SourceError};

/// How long the description of a table serves the indicators of one sweep.
pub(super) const DESCRIPTION_AGE: SignedDuration = SignedDuration::from_mins(5);
/// How long a host's limits are believed.
pub(super) const LIMITS_AGE: SignedDuration = SignedDuration::from_hours(1);

/// A table as its source describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Table {
    pub(super) variables: Vec<TableVariable>,
}

/// One dimension of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct TableVariable {
    pub(super) code: String,
    pub(super) label: String,
    pub(super) values: Vec<String>,
    pub(super) labels: Vec<String>,
    pub(super) role: Option<VariableRole>,
}

impl Table {
    fn view(&self) -> Vec<Variable<'_>> {
        self.variables
            .iter()
            .map(|variable| Variable {
                code: &variable.code,
                label: &variable.label,
                values: variable.values.iter().map(String::as_str).collect(),
                labels: variable.labels.iter().map(String::as_str).collect(),
                role: variable.role,
            })
            .collect()
    }

    /// The wanted codes of each dimension.
    pub(super) fn codes(&self, wanted: &[Vec<usize>]) -> Selection {
        let variables = self.variables.iter().zip(wanted);
        Selection(
            variables
                .map(|(variable, wanted)| {
                    let values = wanted.iter().map(|at| variable.values[*at].clone());
                    (variable.code.clone(), values.collect())
                })
                .collect(),
        )
    }
}

/// The codes that are asked for, for every dimension of the table in its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Selection(pub(super) Vec<(String, Vec<String>)>);

impl Selection {
    /// How many cells it has.
    pub(super) fn cells(&self) -> usize {
        let sizes = self.0.iter().map(|(_, values)| values.len());
        sizes.fold(1, usize::saturating_mul)
    }
}

/// A source with tables, as the settings open it.
pub(super) struct TableSource {
    pub(super) upstream: Upstream,
    years: YearRange,
    mappings: Vec<IndicatorMapping>,
    concurrency: u8,
}

impl TableSource {
    /// Sets the limits of its host. An address that cannot be asked is
    /// [`SourceError::Contract`].
    pub(super) fn open(
        settings: &SourceSettings,
        client: Arc<PoliteClient>,
    ) -> Result<Self, SourceError> {
        Ok(Self {
            upstream: Upstream::open(settings, client)?,
            years: settings.years,
            mappings: settings.mappings.clone(),
            concurrency: settings.concurrency,
        })
    }

    /// An address below `base_url`; `path` may carry a question.
    pub(super) fn url(&self, path: &str) -> Url {
        let (path, question) = path.split_once('?').unwrap_or((path, ""));
        let parts = path.split('/').filter(|part| !part.is_empty());
        let mut url = self.upstream.url(parts);
        if !question.is_empty() {
            url.set_query(Some(question));
        }
        url
    }

    /// Every indicator of the settings.
    pub(super) fn catalogue(&self) -> Vec<SourceIndicator> {
        self.mappings.iter().map(|one| one.id.clone()).collect()
    }

    /// How an indicator is read. One that the settings do not have is
    /// [`SourceError::NotFound`].
    pub(super) fn mapping(
        &self,
        indicator: &SourceIndicator,
    ) -> Result<&IndicatorMapping, SourceError> {
        let mut mappings = self.mappings.iter();
        mappings
            .find(|mapping| mapping.id == *indicator)
            .ok_or_else(|| SourceError::NotFound {
                failure: Failure {
                    operation: format!(
                        "fetch the description of indicator `{indicator}` from `{}`",
                        self.upstream.id
                    ),
                    problem: "the settings have no `[[source.indicator]]` with that id".to_owned(),
                    rejected: None,
                },
            })
    }

    /// What of a table is wanted for an indicator. A mapping that does not fit is
    /// [`SourceError::Contract`], with the description as evidence.
    pub(super) fn resolve(
        &self,
        mapping: &IndicatorMapping,
        table: &Table,
        description: &Answer,
    ) -> Result<Resolved, SourceError> {
        mapping
            .resolve(&table.view(), self.years)
            .map_err(|misfit| {
                let failure = Failure {
                    operation: format!(
                        "fetch indicator `{}` from `{}`",
                        mapping.id, self.upstream.id
                    ),
                    problem: format!(
                        "{misfit}; hint: correct `[[source.table]]` in the settings, or wait until \
                     the source has mended its table"
                    ),
                    rejected: Some(Box::new(description.clone())),
                };
                SourceError::contract(failure, None)
            })
    }

    /// What a table's description tells of its freshness.
    pub(super) fn freshness(
        &self,
        table: &Table,
        description: &Answer,
        data_updated: Option<String>,
    ) -> Freshness {
        let indicator = description.snapshot.source_indicator.as_ref();
        let years = indicator
            .and_then(|indicator| self.mapping(indicator).ok())
            .and_then(|mapping| years(mapping, table, self.years));
        Freshness {
            data_updated,
            first_year: years.map(|(first, _)| first),
            last_year: years.map(|(_, last)| last),
            body: description.snapshot.hash,
        }
    }

    /// Keeps within `calls` in every `seconds`, where that is stricter than the settings.
    /// The first call of a window goes at once, so there is one less to spread.
    pub(super) fn keep_window(&self, calls: f64, seconds: f64) {
        /// Answers on the way may bring two requests closer together.
        const MARGIN: f64 = 0.95;
        if calls < 1.0 || seconds <= 0.0 || !calls.is_finite() || !seconds.is_finite() {
            return;
        }
        let spread = if calls < 2.0 { calls } else { calls - 1.0 };
        if let Some(host) = self.upstream.base_url.host_str() {
            let per_second = MARGIN * spread / seconds;
            self.upstream
                .client
                .host_limits(host, per_second, self.concurrency);
        }
    }
}

/// The first and last year of a table that an indicator is read from.
fn years(mapping: &IndicatorMapping, table: &Table, years: YearRange) -> Option<(i32, i32)> {
    let resolved = mapping.resolve(&table.view(), years).ok()?;
    let at = resolved
        .purposes
        .iter()
        .position(|purpose| *purpose == Purpose::Time)?;
    let variable = &table.variables[at];
    let years = resolved.wanted[at].iter().filter_map(|place| {
        let label = variable.labels.get(*place).map_or("", String::as_str);
        let period = botnia_config::mapping::period_of(&variable.values[*place], label)?;
        Some(period.year())
    });
    let years: Vec<i32> = years.collect();
    Some((*years.iter().min()?, *years.iter().max()?))
}

/// Whether a server found a question too large: not where a page says so, which comes from
/// something before the server.
pub(super) fn is_too_much(error: &SourceError) -> bool {
    error.rejected().is_some_and(|answer| {
        matches!(answer.snapshot.status, 403 | 413) && !answer.body.trim_ascii().starts_with(b"<")
    })
}

/// The status of the answer that was turned down.
pub(super) fn rejected_status(error: &SourceError) -> Option<u16> {
    error.rejected().map(|answer| answer.snapshot.status)
}
