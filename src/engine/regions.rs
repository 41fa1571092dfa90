//! The region tables against the lists of the sources and of Statistics Finland, and
//! figures of a release on other borders.

use std::sync::Arc;

use botnia_config::{Date, IndicatorSet, RegionTables, Settings, SourceSettings};
use botnia_ingest::{
    Answer, Archive, ClassificationList, ClassificationService, ClientLimits, PoliteClient,
};
use botnia_model::{AnswerRole, Clock, IndicatorEntry, Region, SourceId};
use botnia_transform::dissolve::{Dissolved, dissolve};
use botnia_transform::normalise::{self, Reading, RegionIndex};
use botnia_transform::region_lists::{
    Classifications, RegionDifference, differences_from_classifications, differences_from_source,
    unknown_categories, unknown_regions,
};
use botnia_transform::{TransformError, observation_table};
use jiff::tz::TimeZone;
use object_store::ObjectStoreExt as _;
use url::Url;

use super::EngineError;
use super::ledger::{AnswerPlace, Ledger};
use super::normalised::normalised_path;
use super::storage::Storage;
use super::turns::polite_client;

/// The tables beside one list.
pub struct Comparison {
    /// Whose list: the source's id, or `statistics-finland`.
    pub list: SourceId,
    /// How many regions it has.
    pub regions: usize,
    /// What it says otherwise.
    pub differences: Vec<RegionDifference>,
    /// Kinds of regions that botnia does not know, with an example each.
    pub unknown_categories: Vec<String>,
}

/// Access to the lists. It takes no lock: what it writes are answers in the archive, which
/// are only ever created.
pub struct RegionLists {
    settings: Settings,
    tables: &'static RegionTables,
    today: Date,
    archive: Archive,
    ledger: Ledger,
    client: Arc<PoliteClient>,
    /// Keeps the lock of a data folder that had to be made.
    storage: Storage,
}

impl RegionLists {
    /// Opens the data to look at it; where there is none yet, it is made for what is
    /// fetched.
    ///
    /// # Errors
    /// Data, ledger or client that cannot be used.
    pub async fn open(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, EngineError> {
        let shared = Ledger::shares(&settings.state)?;
        let storage = match Storage::open_to_read(&settings.data)? {
            Some(storage) => storage,
            None => Storage::open_for_work(&settings.data, &settings.state, shared)?,
        };
        let ledger = Ledger::open(&settings.state).await?;
        let client = polite_client(&settings, &ledger, &clock, ClientLimits::default())?;
        Ok(Self {
            today: today(&settings, clock.as_ref()),
            archive: Archive::new(storage.store.clone()),
            tables: RegionTables::builtin(),
            ledger,
            client: Arc::new(client),
            settings,
            storage,
        })
    }

    /// Compares with the newest list of a source; one of which none is archived is asked
    /// for it. A source that has no list is compared with nothing.
    ///
    /// # Errors
    /// A list that cannot be read or fetched.
    pub async fn of_source(
        &self,
        source: &SourceSettings,
    ) -> Result<Option<Comparison>, EngineError> {
        if !source.kind.has_region_list() {
            return Ok(None);
        }
        let archived = latest_list(source, &self.archive, &self.ledger, self.tables).await?;
        let index = match archived {
            Some(index) => index,
            None => self.fetch(source).await?,
        };
        Ok(Some(Comparison {
            list: source.id.clone(),
            regions: index.regions().len(),
            differences: differences_from_source(&index, self.tables, self.today),
            unknown_categories: unknown_categories(&index).to_vec(),
        }))
    }

    async fn fetch(&self, source: &SourceSettings) -> Result<RegionIndex, EngineError> {
        let open = super::source::open(source, &self.client, Some(&self.storage), false)?;
        let answers = open.frame().await?;
        let list = answers
            .iter()
            .find(|answer| answer.snapshot.role == AnswerRole::Regions)
            .ok_or_else(|| TransformError::Contract {
                object: format!("the frame of `{}`", source.id),
                reason: "it has no region list".to_owned(),
            })?;
        self.archive.keep(list, None).await?;
        Ok(normalise::read_regions(
            source.kind,
            &list.body,
            self.tables,
        )?)
    }

    /// Compares with Statistics Finland's classifications of this year, asked for now.
    ///
    /// # Errors
    /// An answer that cannot be had or read.
    pub async fn of_classifications(&self, base_url: &Url) -> Result<Comparison, EngineError> {
        let service = ClassificationService::new(base_url.clone(), Arc::clone(&self.client));
        let lists = service.lists(self.today.year()).await?;
        let mut classifications = Classifications::default();
        for (list, answer) in &lists {
            self.archive.keep(answer, None).await?;
            add(&mut classifications, *list, answer)?;
        }
        Ok(Comparison {
            list: ClassificationService::id(),
            regions: classifications.regions(),
            differences: differences_from_classifications(
                &classifications,
                self.tables,
                self.today,
            ),
            unknown_categories: Vec::new(),
        })
    }

    /// The sources that it knows.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Closes the ledger.
    pub async fn close(self) {
        self.ledger.close().await;
    }
}

fn add(
    classifications: &mut Classifications,
    list: ClassificationList,
    answer: &Answer,
) -> Result<(), TransformError> {
    match list {
        ClassificationList::Regions(level) => classifications.add_regions(level, &answer.body),
        ClassificationList::Memberships(level) => {
            classifications.add_memberships(level, &answer.body)
        }
    }
}

/// The regions of every source's newest list whose codes the tables do not have: their
/// figures are published, but nothing is known of them.
///
/// # Errors
/// A list that cannot be read.
pub async fn regions_without_table(
    settings: &Settings,
    archive: &Archive,
    ledger: &Ledger,
    tables: &RegionTables,
) -> Result<Vec<(SourceId, Region)>, EngineError> {
    let mut unknown = Vec::new();
    for source in &settings.source {
        if let Some(index) = latest_list(source, archive, ledger, tables).await? {
            let regions = unknown_regions(&index, tables).cloned();
            unknown.extend(regions.map(|region| (source.id.clone(), region)));
        }
    }
    Ok(unknown)
}

/// The newest region list of a source, if one was ever accepted.
async fn latest_list(
    source: &SourceSettings,
    archive: &Archive,
    ledger: &Ledger,
    tables: &RegionTables,
) -> Result<Option<RegionIndex>, EngineError> {
    let place = AnswerPlace {
        source: source.id.clone(),
        role: AnswerRole::Regions,
        source_indicator: None,
        part: 0,
    };
    let Some(latest) = ledger.latest_answer(&place).await? else {
        return Ok(None);
    };
    let body = archive.read(&latest.hash).await?;
    Ok(Some(normalise::read_regions(source.kind, &body, tables)?))
}

/// An indicator's municipal figures of a release, from the division of `from` to that of
/// `to`.
///
/// # Errors
/// Objects of the release that cannot be read, and
/// [`EngineError::NotDissolved`] where nothing can be summed.
pub async fn dissolved(
    storage: &Storage,
    source: &SourceSettings,
    sets: &[IndicatorSet],
    entry: &IndicatorEntry,
    (from, to): (Date, Date),
) -> Result<Dissolved, EngineError> {
    let id = &entry.indicator_id;
    let description = Archive::new(storage.store.clone())
        .read(&entry.description)
        .await?;
    let expected = sets
        .iter()
        .filter(|set| set.source == source.id)
        .flat_map(|set| &set.indicators)
        .find(|indicator| indicator.id == *id.source_indicator());
    let reading = Reading {
        kind: source.kind,
        mapping: source.mapping(id.source_indicator()),
    };
    let described = normalise::describe(reading, id, &description, expected, &[])?;
    let object = normalised_path(entry.normalised);
    let read = async { storage.store.get(&object).await?.bytes().await };
    let bytes = read.await.map_err(|source| EngineError::Object {
        operation: "read the normalised object",
        object: object.to_string(),
        source,
    })?;
    let observations = observation_table::read_normalised(bytes)?;
    let kind = described.indicator.value_kind;
    dissolve(kind, &observations, RegionTables::builtin(), from, to).map_err(|source| {
        EngineError::NotDissolved {
            indicator: id.clone(),
            source,
        }
    })
}

/// Today's date in the time zone of the settings.
pub fn today(settings: &Settings, clock: &dyn Clock) -> Date {
    let zone = TimeZone::get(&settings.time_zone).unwrap_or(TimeZone::UTC);
    clock.now().to_zoned(zone).date()
}
