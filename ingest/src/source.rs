//! What every source can do, and the registry of kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use botnia_config::{SourceKind, SourceSettings};
use botnia_model::{ContentHash, DataVersion, SourceId, SourceIndicator};
use object_store::ObjectStore;

use crate::error::Failure;
use crate::sources::jsonstat::JsonStat;
use crate::sources::pxweb1::PxWeb1;
use crate::sources::pxweb2::PxWeb2;
use crate::sources::sotkanet::Sotkanet;
use crate::sources::survey::Surveys;
use crate::sources::thl_cube::ThlCubes;
use crate::{Answer, PoliteClient, SourceError};

/// A source of indicators. Every method that asks goes through the one polite client;
/// none reads a value.
#[async_trait]
pub trait Source: Send + Sync {
    /// Its id in the settings.
    fn id(&self) -> &SourceId;

    /// The answers that frame a whole sweep: the region list first where the source has
    /// one, then the catalogue where it was opened with one, then its limits of use where it
    /// tells them. A source without a region list speaks of the regions of botnia's own
    /// tables.
    async fn frame(&self) -> Result<Vec<Answer>, SourceError>;

    /// Every indicator that the source has, once, in its order: those of the catalogue in
    /// `frame`, or, for a source with tables, those of the settings. A frame without the
    /// catalogue that it would need is [`SourceError::Contract`].
    fn catalogue(&self, frame: &[Answer]) -> Result<Vec<SourceIndicator>, SourceError>;

    /// The version of the data that each of `indicators` is to be asked for in one sweep, so
    /// that those of one cube come of one version, whoever works on them and when. Without an
    /// entry: what a source has no versions of, and what it does not have, which asking for
    /// it tells.
    async fn versions(
        &self,
        indicators: &BTreeSet<SourceIndicator>,
    ) -> Result<BTreeMap<SourceIndicator, DataVersion>, SourceError> {
        let _ = indicators;
        Ok(BTreeMap::new())
    }

    /// Asks for this version from now on, and not for the latest. A source without versions
    /// goes on as before.
    fn pin(&mut self, version: DataVersion) {
        drop(version);
    }

    /// What the source says of one indicator.
    async fn describe(&self, indicator: &SourceIndicator) -> Result<Answer, SourceError>;

    /// The figures of one indicator: all years that `description` and the settings have in
    /// common, all sexes, all regions. Empty where they have no year in common.
    async fn fetch(
        &self,
        indicator: &SourceIndicator,
        description: &Answer,
    ) -> Result<Vec<Answer>, SourceError>;

    /// Whether figures are the same as long as their description is. Where they are not, they
    /// are fetched at every sweep, and their own bytes tell whether anything moved.
    fn description_settles(&self) -> bool;

    /// What decides whether an indicator's figures must be fetched again.
    fn freshness(&self, description: &Answer) -> Result<Freshness, SourceError>;
}

/// The state of an indicator as its description tells it. Figures are fetched again when
/// any of it differs from the last sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// The source's own date of the last update, as written there.
    pub data_updated: Option<String>,
    /// First year with figures, where the source gives a believable range.
    pub first_year: Option<i32>,
    /// Last year with figures, where the source gives a believable range.
    pub last_year: Option<i32>,
    /// The hash of the whole description.
    pub body: ContentHash,
}

/// Opens the source of `settings`. `wants_catalogue` adds the list of all indicators to
/// its frame. Settings that no request can be made from are [`SourceError::Contract`], and
/// so are surveys, which are not asked for: see [`open_surveys`].
pub fn open(
    settings: &SourceSettings,
    client: Arc<PoliteClient>,
    wants_catalogue: bool,
) -> Result<Box<dyn Source>, SourceError> {
    Ok(match settings.kind {
        SourceKind::Sotkanet => Box::new(Sotkanet::open(settings, client, wants_catalogue)?),
        SourceKind::ThlCube => Box::new(ThlCubes::open(settings, client)?),
        SourceKind::Survey => {
            let failure = Failure {
                operation: format!("open `{}`", settings.id),
                problem: "its surveys lie in the data, and there is no data yet; \
                          hint: `botnia import survey FILE --map MAP`"
                    .to_owned(),
                rejected: None,
            };
            return Err(SourceError::contract(failure, None));
        }
        SourceKind::Pxweb => Box::new(PxWeb1::open(settings, client)?),
        SourceKind::Pxweb2 => Box::new(PxWeb2::open(settings, client)?),
        SourceKind::Jsonstat => Box::new(JsonStat::open(settings, client)?),
    })
}

/// Opens the surveys of `settings` that were imported into `data`.
pub fn open_surveys(
    settings: &SourceSettings,
    data: Arc<dyn ObjectStore>,
    wants_catalogue: bool,
) -> Box<dyn Source> {
    Box::new(Surveys::open(settings, data, wants_catalogue))
}
