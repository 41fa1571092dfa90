//! All regions of a release: those of the sweep, those that only the tables know, and
//! those that only figures know; and which of them get a folder.

use std::collections::{BTreeSet, HashMap};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use botnia_config::{CustomGroup, RegionChange, RegionTables};
use botnia_model::{IndicatorId, Observation, Region, RegionId, RegionKey, RegionLevel, Sex, Text};

use super::table::Columns;

/// The indicator whose total is a region's population.
pub const POPULATION_INDICATOR: &str = "sotkanet:127";

/// One region of a release.
#[expect(
    clippy::struct_excessive_bools,
    reason = "four facts that do not exclude each other"
)]
pub(super) struct Place {
    pub(super) region: Region,
    pub(super) id: RegionId,
    /// Whether the region list of the sweep has it.
    pub(super) listed: bool,
    /// Whether any observation is about it.
    pub(super) observed: bool,
    /// Whether it exists on the day of the region list.
    pub(super) valid: bool,
    /// Whether it is to have a folder, if its level has any.
    packaged: bool,
}

impl Place {
    fn new(region: Region, listed: bool, packaged: bool, day: &str) -> Self {
        let began = region.valid_from.as_deref().is_none_or(|from| from <= day);
        let ended = region.valid_to.as_deref().is_some_and(|to| to < day);
        Self {
            id: region.key.id(),
            valid: began && !ended,
            listed,
            observed: false,
            packaged,
            region,
        }
    }

    /// Whether files may be made of it alone: one that is abolished and has no figures has
    /// none, and neither has one without a name.
    pub(super) fn has_files(&self) -> bool {
        (self.observed || self.valid) && !self.region.name.fi.is_empty()
    }

    /// The path of its folder, without a slash at the end. Only municipalities, provinces
    /// and wellbeing services counties have one, and of those the ones that are asked for.
    pub(super) fn folder(&self) -> Option<String> {
        let parent = match self.region.key.level {
            RegionLevel::Municipality => "municipalities",
            RegionLevel::Province => "provinces",
            RegionLevel::WellbeingCounty => "wellbeing-counties",
            _ => return None,
        };
        (self.packaged && self.has_files()).then(|| format!("{parent}/{}", self.region.folder()))
    }

    fn is_reported(&self) -> bool {
        match self.region.key.level {
            RegionLevel::Municipality | RegionLevel::Province | RegionLevel::WellbeingCounty => {
                self.valid && !self.region.name.fi.is_empty()
            }
            RegionLevel::Country => self.region.key == RegionKey::finland(),
            RegionLevel::Custom => true,
            _ => false,
        }
    }
}

/// All regions, each at a fixed position.
pub(super) struct Places {
    all: Vec<Place>,
    positions: HashMap<RegionKey, usize>,
    /// Those that are to have folders; none: all.
    packages: Option<BTreeSet<RegionKey>>,
    day: String,
}

impl Places {
    /// The regions of the sweep's list and of the tables, and the groups of the settings.
    /// Folders are made for `packages`, or for all where it is none. `day` is that of the
    /// list, `YYYY-MM-DD`.
    pub(super) fn new(
        regions: &[Region],
        tables: &RegionTables,
        groups: &[CustomGroup],
        packages: Option<&BTreeSet<RegionKey>>,
        day: &str,
    ) -> Self {
        let mut places = Self {
            all: Vec::new(),
            positions: HashMap::new(),
            packages: packages.cloned(),
            day: day.to_owned(),
        };
        let listed = regions.iter().map(|region| (region.clone(), true));
        let grouped = groups.iter().map(|group| Region {
            name: group.name.clone(),
            ..unnamed(group.key())
        });
        let unlisted = table_regions(tables).chain(grouped);
        let unlisted = unlisted.map(|region| (region, false));
        for (region, listed) in listed.chain(unlisted) {
            if !places.positions.contains_key(&region.key) {
                places.add(region, listed);
            }
        }
        places
    }

    fn add(&mut self, region: Region, listed: bool) -> usize {
        let position = self.all.len();
        self.positions.insert(region.key.clone(), position);
        let packages = self.packages.as_ref();
        let packaged = packages.is_none_or(|packages| packages.contains(&region.key));
        self.all
            .push(Place::new(region, listed, packaged, &self.day));
        position
    }

    /// The position of a region that has figures. One that no list knows is added
    /// without a name, so that every code in the figures is found among the regions.
    pub(super) fn observed(&mut self, key: &RegionKey) -> usize {
        let position = match self.position(key) {
            Some(position) => position,
            None => self.add(unnamed(key.clone()), false),
        };
        self.all[position].observed = true;
        position
    }

    /// How many regions of each level have observations; levels without any are left out.
    pub(super) fn observed_by_level(&self) -> Vec<(RegionLevel, u64)> {
        RegionLevel::ALL
            .iter()
            .map(|level| {
                let observed = self.all.iter();
                let observed =
                    observed.filter(|place| place.observed && place.region.key.level == *level);
                (*level, observed.count() as u64)
            })
            .filter(|(_, regions)| *regions > 0)
            .collect()
    }

    /// The position of a region.
    pub(super) fn position(&self, key: &RegionKey) -> Option<usize> {
        self.positions.get(key).copied()
    }

    /// Whether the region list of the sweep has a region.
    pub(super) fn is_listed(&self, key: &RegionKey) -> bool {
        self.position(key)
            .is_some_and(|position| self.all[position].listed)
    }

    /// The regions that exist on the day of the list.
    pub(super) fn valid(&self) -> impl Iterator<Item = &Region> {
        let valid = self.all.iter().filter(|place| place.valid);
        valid.map(|place| &place.region)
    }

    /// A municipality that no longer exists on the day of the list.
    pub(super) fn abolished_municipality(&self, key: &RegionKey) -> Option<&Region> {
        let place = &self.all[self.position(key)?];
        (key.level == RegionLevel::Municipality && !place.valid).then_some(&place.region)
    }

    /// All of them, without what else is known.
    pub(super) fn into_regions(self) -> Vec<Region> {
        self.all.into_iter().map(|place| place.region).collect()
    }

    /// All of them, by position.
    pub(super) fn all(&self) -> &[Place] {
        &self.all
    }

    /// The positions, in the order of publication: level, code.
    pub(super) fn in_order(&self) -> Vec<usize> {
        let mut positions: Vec<usize> = (0..self.all.len()).collect();
        positions.sort_unstable_by(|one, other| {
            self.all[*one].region.key.cmp(&self.all[*other].region.key)
        });
        positions
    }

    /// The positions of the regions of the reporting table, in the order of publication.
    pub(super) fn reported(&self) -> impl Iterator<Item = usize> {
        self.in_order()
            .into_iter()
            .filter(|position| self.all[*position].is_reported())
    }

    /// A province's own position and those of its municipalities, by region id.
    pub(super) fn of_province(&self, province: usize) -> Vec<usize> {
        let code = &self.all[province].region.key.code;
        let mut members: Vec<usize> = (0..self.all.len())
            .filter(|position| {
                let region = &self.all[*position].region;
                *position == province
                    || (region.key.level == RegionLevel::Municipality
                        && region.province.as_ref() == Some(code))
            })
            .collect();
        members.sort_unstable_by(|one, other| self.all[*one].id.cmp(&self.all[*other].id));
        members
    }

    /// Takes the populations from an indicator's observations, if they are populations:
    /// the latest total of each region.
    pub(super) fn take_populations(&mut self, id: &IndicatorId, observations: &[Observation]) {
        if id.to_string() != POPULATION_INDICATOR {
            return;
        }
        // Periods ascend within a region, so the last one stays.
        for observation in observations {
            let total = observation.sex == Sex::Total && observation.breakdown.is_none();
            if let (true, Some(value), Some(position)) =
                (total, observation.value, self.position(&observation.region))
            {
                self.all[position].region.population = persons(value);
            }
        }
    }

    /// `regions.parquet`.
    pub(super) fn table(&self) -> Result<RecordBatch, ArrowError> {
        let order = self.in_order();
        let places = || order.iter().map(|position| &self.all[*position]);
        let regions = || places().map(|place| &place.region);
        let parent = |level, code: &Option<botnia_model::RegionCode>| {
            code.as_ref()
                .map(|code| RegionKey::new(level, code.clone()).id().to_string())
        };
        Columns::default()
            .words("region_id", places().map(|place| place.id.as_str()))
            .words(
                "region_level",
                regions().map(|region| region.key.level.as_str()),
            )
            .words(
                "region_code",
                regions().map(|region| region.key.code.as_str()),
            )
            .optional_words(
                "source_region_id",
                regions().map(|region| region.source_region_id.as_deref()),
            )
            .texts("name", || regions().map(|region| &region.name))
            .text(
                "valid_from",
                regions().map(|region| region.valid_from.as_deref()),
            )
            .text(
                "valid_to",
                regions().map(|region| region.valid_to.as_deref()),
            )
            .optional_words(
                "province_id",
                regions().map(|region| parent(RegionLevel::Province, &region.province)),
            )
            .optional_words(
                "wellbeing_county_id",
                regions()
                    .map(|region| parent(RegionLevel::WellbeingCounty, &region.wellbeing_county)),
            )
            .optional_words(
                "language_status",
                regions().map(|region| region.language_status.as_deref()),
            )
            .optional_words(
                "urban_rural",
                regions().map(|region| region.urban_rural.as_deref()),
            )
            .large_integers(
                "population",
                regions().map(|region| {
                    region
                        .population
                        .and_then(|persons| i64::try_from(persons).ok())
                }),
            )
            .finish()
    }
}

/// `region_changes.parquet`, by day and region.
pub(super) fn changes_table(changes: &[RegionChange]) -> Result<RecordBatch, ArrowError> {
    let mut changes: Vec<&RegionChange> = changes.iter().collect();
    changes.sort_by(|one, other| {
        (&one.effective, &one.from, &one.to, &one.kind).cmp(&(
            &other.effective,
            &other.from,
            &other.to,
            &other.kind,
        ))
    });
    let changes = || changes.iter().copied();
    let side = |columns: Columns, name: &str, of: fn(&RegionChange) -> &RegionKey| {
        columns
            .words(
                &format!("{name}_level"),
                changes().map(|change| of(change).level.as_str()),
            )
            .words(
                &format!("{name}_code"),
                changes().map(|change| of(change).code.as_str()),
            )
            .words(
                &format!("{name}_id"),
                changes().map(|change| of(change).id().to_string()),
            )
    };
    let columns = Columns::default()
        .text("effective", changes().map(|change| Some(&change.effective)))
        .words("kind", changes().map(|change| &change.kind));
    let columns = side(columns, "from", |change| &change.from);
    side(columns, "to", |change| &change.to)
        .optional_words(
            "successor_id",
            changes().map(|change| {
                change
                    .successor_today
                    .as_ref()
                    .map(|key| key.id().to_string())
            }),
        )
        .texts("note", || changes().map(|change| &change.note))
        .finish()
}

/// A population as a whole number; none for what cannot be one.
fn persons(value: f64) -> Option<u64> {
    // 2^53: beyond it an f64 no longer holds every whole number.
    let whole = value.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&value);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number from 0 to 2^53"
    )]
    whole.then_some(value as u64)
}

fn unnamed(key: RegionKey) -> Region {
    Region {
        key,
        source_region_id: None,
        name: Text::default(),
        valid_from: None,
        valid_to: None,
        province: None,
        wellbeing_county: None,
        language_status: None,
        urban_rural: None,
        population: None,
    }
}

/// Every region of the tables.
pub(crate) fn table_regions(tables: &RegionTables) -> impl Iterator<Item = Region> {
    let municipalities = tables.municipalities.iter().map(|municipality| {
        let member_of = |level| {
            municipality
                .member_of
                .iter()
                .find(|key| key.level == level)
                .map(|key| key.code.clone())
        };
        Region {
            name: municipality.name.clone(),
            valid_from: municipality.valid_from.clone(),
            valid_to: municipality.valid_to.clone(),
            province: member_of(RegionLevel::Province),
            wellbeing_county: member_of(RegionLevel::WellbeingCounty),
            language_status: municipality.language_status.clone(),
            urban_rural: municipality.urban_rural.clone(),
            source_region_id: municipality.sotkanet_id.map(|id| id.to_string()),
            ..unnamed(RegionKey::new(
                RegionLevel::Municipality,
                municipality.code.clone(),
            ))
        }
    });
    let others = tables.regions.iter().map(|region| Region {
        name: region.name.clone(),
        valid_from: region.valid_from.clone(),
        valid_to: region.valid_to.clone(),
        source_region_id: region.sotkanet_id.map(|id| id.to_string()),
        ..unnamed(region.key.clone())
    });
    municipalities.chain(others)
}
