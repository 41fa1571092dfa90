//! Which indicators there are, and what each is like.

use std::collections::BTreeMap;

use botnia_config::{IndicatorSet, SetIndicator};
use botnia_model::{Sex, Text, ValueKind};

use super::chance::Chance;
use super::wire_text::WireText;
use crate::{Synthetic, SyntheticIndicators};

/// Population: the one indicator that all others must agree with.
const POPULATION: u32 = 127;

/// The set of which the first indicator has no municipalities after 2022.
const CHILD_WELFARE_SET: &str = "lastensuojelu";

/// The last year of the series that ended.
const ENDED: i32 = 2019;

/// Ids of indicators without a real counterpart begin here; real ones end at 10 092.
const FIRST_INVENTED_ID: u32 = 100_001;

/// One indicator of the made-up world.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent oddities, any of which may meet any other"
)]
pub(crate) struct SyntheticIndicator {
    pub(crate) id: u32,
    /// The title with its blemishes.
    pub(crate) title: WireText,
    pub(crate) producer_id: u32,
    pub(crate) producer: WireText,
    /// What its description says; none: the description has no word of sexes.
    pub(crate) declared_sexes: Option<Vec<Sex>>,
    /// What its rows have.
    pub(crate) sexes: Vec<Sex>,
    pub(crate) measure: Measure,
    pub(crate) first_year: i32,
    /// In edition 1.
    last_year: i32,
    is_ended: bool,
    /// Years between figures.
    pub(crate) interval: i32,
    pub(crate) is_nordic: bool,
    pub(crate) without_aland: bool,
    pub(crate) last_municipal_year: Option<i32>,
    pub(crate) is_empty: bool,
    pub(crate) has_unlisted_regions: bool,
    pub(crate) has_absolute_values: bool,
    /// The share, rate or amount around which values lie.
    pub(crate) level: f64,
    /// Relative change per decade.
    pub(crate) trend: f64,
    /// Relative deviation between places.
    pub(crate) spread: f64,
    /// How far men lie above and women below the level, relatively.
    pub(crate) sex_difference: f64,
    /// The share of the inhabitants that the value is of.
    pub(crate) denominator: f64,
    pub(crate) chance: Chance,
}

/// How a value comes from a numerator and a denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// The inhabitants themselves.
    Population,
    Count,
    /// Percent of a part of the inhabitants.
    Share,
    /// Percent of the respondents.
    SurveyShare,
    /// Cases per so many.
    Rate {
        per: i64,
    },
    /// Cases per 100 others.
    Ratio,
    /// Thousands of euros.
    Money,
    /// Euros, litres or points per person.
    PerPerson,
    /// 100 for all places together.
    Index,
}

/// An indicator in one edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Vintage {
    /// The edition in which it was last updated.
    pub(crate) edition: u32,
    pub(crate) last_year: i32,
    /// How often its figures were revised.
    pub(crate) revision: u32,
}

impl SyntheticIndicator {
    /// How it stands in `edition`: every edition updates about a third of the indicators,
    /// with another year or with revised figures. The population is always in the second,
    /// which brings a merger.
    pub(crate) fn vintage(&self, edition: u32) -> Vintage {
        let mut vintage = Vintage {
            edition: 1,
            last_year: self.last_year,
            revision: 0,
        };
        for number in 2..=edition {
            let chance = self.chance.of(20).of(u64::from(number));
            let merger = self.measure == Measure::Population && number == 2;
            if !merger && !chance.of(1).one_in(3) {
                continue;
            }
            vintage.edition = number;
            if !self.is_ended && (merger || chance.of(2).one_in(2)) {
                vintage.last_year += self.interval;
            } else {
                vintage.revision += 1;
            }
        }
        vintage
    }
}

/// All indicators, by id.
pub(crate) fn catalogue(
    options: &Synthetic,
    sets: &[IndicatorSet],
    root: Chance,
) -> BTreeMap<u32, SyntheticIndicator> {
    let indicators: Vec<SyntheticIndicator> = match options.indicators {
        SyntheticIndicators::Sets => {
            let mut indicators = oddities(options, root);
            for set in sets {
                indicators.extend(
                    set.indicators
                        .iter()
                        .filter_map(|entry| from_set(options, entry, root)),
                );
            }
            indicators
        }
        SyntheticIndicators::Count(count) => (0..count)
            .map(|number| invented(options, number, root))
            .collect(),
    };
    let mut catalogue = BTreeMap::new();
    for indicator in indicators {
        // Several sets may share an indicator: the first says what it is.
        catalogue.entry(indicator.id).or_insert(indicator);
    }
    let transferred = sets
        .iter()
        .find(|set| set.id == CHILD_WELFARE_SET)
        .and_then(|set| set.indicators.first()?.id.as_str().parse().ok())
        .and_then(|id: u32| catalogue.get_mut(&id));
    if let Some(indicator) = transferred {
        // From 2023 on the counties answer for it and publish no municipalities.
        indicator.last_municipal_year = Some(2022);
        indicator.is_ended = false;
        indicator.last_year = options.last_year;
    }
    catalogue
}

fn from_set(options: &Synthetic, entry: &SetIndicator, root: Chance) -> Option<SyntheticIndicator> {
    // The sandbox speaks for one source, whose ids are numbers.
    let id: u32 = entry.id.as_str().parse().ok()?;
    let chance = root.of(u64::from(id));
    let measure = if id == POPULATION {
        Measure::Population
    } else {
        measure(entry.value_kind, &entry.title.fi)
    };
    let mut indicator = drawn(options, id, measure, chance);
    indicator.title = blemished(&WireText::with_finnish_for_missing(&entry.title), chance);
    (indicator.producer_id, indicator.producer) = producer(&entry.producer);
    if entry.sexes.is_empty() {
        indicator.declared_sexes = None;
        indicator.sexes = vec![Sex::Total];
    } else {
        indicator.declared_sexes = Some(entry.sexes.clone());
        indicator.sexes.clone_from(&entry.sexes);
    }
    indicator.is_nordic = entry.theme == "nordic";
    if entry.projection {
        // A forecast is stored under the year from which it was made.
        indicator.first_year = options.last_year;
        indicator.last_year = options.last_year;
        indicator.is_ended = false;
        indicator.interval = 1;
    }
    let title = &entry.title.fi;
    if let Some(level) = scale(entry.value_kind, title) {
        indicator.level = level;
        indicator.spread = 0.06;
    }
    if let Some((_, level)) = LEVELS.iter().find(|(known, _)| *known == id) {
        indicator.level = *level;
    }
    if measure != Measure::Population {
        indicator.denominator = denominator(title).unwrap_or(indicator.denominator);
    }
    Some(indicator)
}

/// Levels of well-known indicators, so that a demonstration does not look absurd.
const LEVELS: [(u32, f64); 17] = [
    (7, 0.07),
    (74, 0.21),
    (168, 0.10),
    (171, 0.10),
    (179, 0.38),
    (181, 0.10),
    (186, 0.010),
    (189, 0.13),
    (326, 0.30),
    (405, 0.11),
    (451, 110.0),
    (493, 0.07),
    (761, 0.62),
    (1068, 0.22),
    (1280, 0.61),
    (1290, 2_900.0),
    (2328, 0.43),
];

/// The middle of a scale that a title names.
fn scale(kind: ValueKind, title: &str) -> Option<f64> {
    const SCALES: [(&str, f64); 5] = [
        ("asteikolla 1 - 5", 3.2),
        ("elinajanodote", 81.0),
        ("pistemäärä", 60.0),
        ("Gini", 27.0),
        ("litra", 8.0),
    ];
    let is_scale = matches!(
        kind,
        ValueKind::Index | ValueKind::Mean | ValueKind::AmountPerPerson
    );
    let (_, middle) = SCALES
        .iter()
        .find(|(part, _)| is_scale && title.contains(part))?;
    Some(*middle)
}

/// The share of the inhabitants that a title speaks of.
fn denominator(title: &str) -> Option<f64> {
    const GROUPS: [(&str, f64); 14] = [
        ("% väestöstä", 1.0),
        ("asukk", 1.0),
        ("luokan oppilaista", 0.02),
        ("opiskelijoista", 0.02),
        ("0 - 17", 0.19),
        ("0 - 20", 0.22),
        ("18 - 20", 0.03),
        ("18 - 24", 0.08),
        ("25 - 64", 0.50),
        ("65 vuotta", 0.20),
        ("75 vuotta", 0.09),
        ("80 vuotta", 0.05),
        ("85 vuotta", 0.025),
        ("perheistä", 0.10),
    ];
    let (_, share) = GROUPS.iter().find(|(part, _)| title.contains(part))?;
    Some(*share)
}

/// Indicators that no set has, for what is odd about them: one sex only, no rows at all.
fn oddities(options: &Synthetic, root: Chance) -> Vec<SyntheticIndicator> {
    let odd = |id: u32, measure, title: WireText, sex: Option<Sex>, producer_name| {
        let chance = root.of(u64::from(id));
        let mut indicator = drawn(options, id, measure, chance);
        indicator.title = title;
        (indicator.producer_id, indicator.producer) = producer(producer_name);
        indicator.sexes = vec![sex.unwrap_or(Sex::Total)];
        indicator.declared_sexes = sex.map(|sex| vec![sex]);
        indicator.is_empty = sex.is_none();
        indicator
    };
    vec![
        odd(
            232,
            Measure::Rate { per: 1_000 },
            WireText::new(
                "Raskaudenkeskeytykset alle 25-vuotiailla / 1 000 15 - 24-vuotiasta naista",
                "Induced abortions among women aged under 25 years per 1000 women aged 15 - 24",
                "Aborter i åldrarna under 25 år / 1 000 kvinnor i åldrarna 15 - 24 år",
            ),
            Some(Sex::Female),
            "THL",
        ),
        odd(
            3068,
            Measure::Rate { per: 1_000 },
            WireText::new(
                "Steriloimiset miehillä / 1 000 25 - 54-vuotiasta miestä",
                "Sterilisations for men per 1000 men aged 25 - 54",
                "Sterilisering av män / 1 000 män i åldrarna 25 - 54 år",
            ),
            Some(Sex::Male),
            "THL",
        ),
        odd(
            1952,
            Measure::Count,
            WireText::new(
                "Ensikotien hoitopäivät vuoden aikana, valtiolta ostetut palvelut",
                "Mother-and-baby homes, care days in services purchased from the state, during year",
                "Vårddagar på mödrahem under året, tjänster köpta från staten",
            ),
            None,
            "Tilastokeskus",
        ),
        odd(
            2905,
            Measure::Count,
            WireText::new(
                "Päihdehuollon laitosten 25 - 44-vuotiaiden asiakkaiden hoitopäivät vuoden aikana ",
                "Institutions for substance abusers, care days for clients aged 25-44 during year",
                "Vårddygn för klienter i åldrarna 25 - 44 år på institutioner för missbrukarvård under året",
            ),
            None,
            "THL",
        ),
    ]
}

/// One for load: all years, no holes.
fn invented(options: &Synthetic, number: u32, root: Chance) -> SyntheticIndicator {
    const MEASURES: [Measure; 6] = [
        Measure::Count,
        Measure::Share,
        Measure::Rate { per: 1_000 },
        Measure::PerPerson,
        Measure::Ratio,
        Measure::Index,
    ];
    let id = FIRST_INVENTED_ID + number;
    // Three share a measure: one with three sexes, two with the total alone.
    let measure = MEASURES[usize::try_from(number / 3 % 6).unwrap_or_default()];
    let mut indicator = drawn(options, id, measure, root.of(u64::from(id)));
    let title = Text {
        fi: format!("Keksitty indikaattori {id}"),
        sv: format!("Påhittad indikator {id}"),
        en: format!("Made-up indicator {id}"),
    };
    indicator.title = WireText::with_finnish_for_missing(&title);
    if number.is_multiple_of(3) {
        indicator.sexes = vec![Sex::Male, Sex::Female, Sex::Total];
        indicator.declared_sexes = Some(indicator.sexes.clone());
    }
    indicator.first_year = options.first_year;
    indicator.last_year = options.last_year;
    indicator.is_ended = false;
    indicator.without_aland = false;
    indicator
}

/// Everything about an indicator that chance decides.
fn drawn(options: &Synthetic, id: u32, measure: Measure, chance: Chance) -> SyntheticIndicator {
    let (producer_id, producer) = producer("THL");
    let is_population = measure == Measure::Population;
    let late = i32::try_from(chance.of(1).bits() % 16).unwrap_or_default();
    let first_year = if is_population {
        options.first_year
    } else {
        (options.first_year + late).min(options.last_year)
    };
    let interval = if measure == Measure::SurveyShare {
        2
    } else {
        1
    };
    let is_ended = !is_population
        && chance.of(2).one_in(14)
        && (first_year..options.last_year).contains(&ENDED);
    let last_year = if is_ended { ENDED } else { options.last_year };
    // A survey's last year is one in which it was made.
    let last_year = last_year - (last_year - first_year) % interval;
    let draw = chance.of(3).fraction();
    let skewed = draw * draw;
    let level = match measure {
        Measure::Population | Measure::Index => 1.0,
        Measure::Count => 0.000_5 + 0.03 * skewed,
        Measure::Share => 0.02 + 0.4 * skewed,
        Measure::SurveyShare => 0.05 + 0.5 * draw,
        Measure::Rate { per } => (2.0 + 60.0 * skewed) / per.min(10_000) as f64,
        Measure::Ratio => 0.4 + 0.4 * draw,
        Measure::Money | Measure::PerPerson => 5.0 + 900.0 * skewed,
    };
    let denominator = match measure {
        Measure::Share | Measure::SurveyShare | Measure::Ratio => chance.of(4).within(0.1, 0.6),
        _ => 1.0,
    };
    SyntheticIndicator {
        id,
        title: WireText::default(),
        producer_id,
        producer,
        declared_sexes: Some(vec![Sex::Total]),
        sexes: vec![Sex::Total],
        measure,
        first_year,
        last_year,
        is_ended,
        interval,
        is_nordic: false,
        without_aland: !is_population && chance.of(5).one_in(12),
        last_municipal_year: None,
        is_empty: false,
        has_unlisted_regions: is_population || chance.of(6).one_in(16),
        has_absolute_values: matches!(measure, Measure::Share | Measure::Rate { .. })
            && !chance.of(7).one_in(8),
        level,
        trend: chance.of(8).within(-0.15, 0.2),
        spread: chance.of(9).within(0.06, 0.22),
        sex_difference: chance.of(10).within(-0.2, 0.2),
        denominator,
        chance,
    }
}

fn measure(kind: ValueKind, title: &str) -> Measure {
    match kind {
        ValueKind::Count => Measure::Count,
        ValueKind::Share => Measure::Share,
        ValueKind::SurveyShare => Measure::SurveyShare,
        ValueKind::Ratio => Measure::Ratio,
        ValueKind::Euro => Measure::Money,
        ValueKind::EuroPerPerson | ValueKind::Mean | ValueKind::AmountPerPerson => {
            Measure::PerPerson
        }
        // A score has a scale of its own; other indices compare with the country.
        ValueKind::Index if scale(kind, title).is_some() => Measure::PerPerson,
        ValueKind::Index => Measure::Index,
        ValueKind::Rate => {
            let digits: String = title
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .chars()
                .filter(|letter| !letter.is_whitespace())
                .take_while(char::is_ascii_digit)
                .collect();
            let per = [100_000, 10_000, 1_000]
                .into_iter()
                .find(|per: &i64| digits.starts_with(&per.to_string()));
            Measure::Rate {
                per: per.unwrap_or(1_000),
            }
        }
    }
}

/// The source's id and names of a producer that a set names in Finnish.
fn producer(name: &str) -> (u32, WireText) {
    let known = [
        (
            "THL",
            2,
            "Terveyden ja hyvinvoinnin laitos (THL)",
            "Finnish institute for Health and Welfare (THL)",
            "Institutet för hälsa och välfärd (THL)",
        ),
        (
            "Tilastokeskus",
            3,
            "Tilastokeskus",
            "Statistics Finland",
            "Statistikcentralen",
        ),
        (
            "Kela",
            5,
            "Kansaneläkelaitos (Kela)",
            "Social Insurance Institution of Finland (Kela)",
            "Folkpensionsanstalten (FPA)",
        ),
        (
            "TEM",
            32,
            "Työ- ja elinkeinoministeriö (TEM)",
            "Ministry of Economic Affairs and Employment (TEM)",
            "Arbets- och näringsministeriet (ANM)",
        ),
        (
            "Eurostat",
            58,
            "Euroopan yhteisöjen tilastotoimisto (Eurostat)",
            "Statistical Office of the European Communities (Eurostat)",
            "Europeiska gemenskapens statistikbyrå (Eurostat)",
        ),
        (
            "ETK",
            4,
            "Eläketurvakeskus (ETK)",
            "Finnish Centre for Pensions (ETK)",
            "Pensionsskyddscentralen (PSC)",
        ),
        (
            "NOSOSKO",
            63,
            "Pohjoismainen sosiaalitilastokomitea (NOSOSKO)",
            "Nordic Social Statistical Committee (NOSOSCO)",
            "Nordiska socialstatistikkommittén (NOSOSKO)",
        ),
    ];
    let unknown_id = name
        .bytes()
        .fold(0_u32, |id, byte| (id * 31 + u32::from(byte)) % 1_000)
        + 1_000;
    known
        .into_iter()
        .find(|(part, ..)| name.contains(part))
        .map_or_else(
            || (unknown_id, WireText::new(name, name, name)),
            |(_, id, fi, en, sv)| (id, WireText::new(fi, en, sv)),
        )
}

/// A title as the source spells it: what a reader has to clean away comes back to the
/// title that was meant.
fn blemished(title: &WireText, chance: Chance) -> WireText {
    let blemish = |text: &str, chance: Chance| {
        let mut text = text
            .replace('&', "&amp;")
            .replace('≥', "&#8805;")
            .replace('–', "\u{96}");
        if chance.of(1).one_in(10)
            && let Some(space) = text.rfind(' ')
        {
            text.replace_range(space..=space, "\u{a0}");
        }
        if chance.of(2).one_in(6) {
            text.push(' ');
        } else if chance.of(4).one_in(25) {
            text.push_str("<br />");
        }
        if chance.of(3).one_in(20) {
            text.insert(0, ' ');
        }
        text
    };
    let chance = chance.of(30);
    WireText {
        fi: blemish(&title.fi, chance.of(1)),
        en: blemish(&title.en, chance.of(2)),
        sv: blemish(&title.sv, chance.of(3)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_of_a_rate_stands_in_its_title() {
        let per = |title| match measure(ValueKind::Rate, title) {
            Measure::Rate { per } => per,
            other => panic!("{other:?}"),
        };
        assert_eq!(per("Asiakkaat / 100 000 asukasta"), 100_000);
        assert_eq!(per("Henkilöstö / 10 000 asukasta"), 10_000);
        assert_eq!(per("Potilaat/ 1 000 vastaavanikäistä"), 1_000);
        assert_eq!(per("Asiakkaat / 1000 asukasta"), 1_000);
        assert_eq!(per("Keskeytykset / 1 000 15 - 24-vuotiasta naista"), 1_000);
    }
}
