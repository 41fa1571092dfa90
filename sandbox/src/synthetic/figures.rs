//! The figures: made for every place and sex, summed into regions, then turned into values.
//!
//! Everything is a numerator and a denominator of whole numbers until the very end, so
//! that sums over regions and sexes are exact.

use botnia_model::Sex;

use super::catalogue::{Measure, SyntheticIndicator, Vintage};
use super::chance::{Chance, rounded};
use super::geography::{Division, Place, UNLISTED_REGIONS};

/// One row's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    /// The region's id in the region list, or one that is not in it.
    pub(crate) region: u32,
    pub(crate) year: i32,
    pub(crate) sex: Sex,
    /// The value in tenths.
    pub(crate) tenths: u64,
    pub(crate) absolute_value: Option<u64>,
}

/// Municipalities below this size are in no survey.
const SURVEYED_SIZE: i64 = 4_000;

/// Fewer cases than this in a municipality are not published, unless there are none.
const PUBLISHED_CASES: i64 = 5;

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    numerator: i64,
    denominator: i64,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.numerator += other.numerator;
        self.denominator += other.denominator;
    }

    fn plus(mut self, other: Self) -> Self {
        self.add(other);
        self
    }
}

/// What makes one place differ from the others in one indicator.
struct Character {
    /// Relative to the indicator's level.
    level: f64,
    /// Relative change per decade.
    trend: f64,
    chance: Chance,
}

/// All rows of the years and sexes asked for, in the order of years and regions. `years`
/// is ascending without repetition.
pub(crate) fn cells(
    indicator: &SyntheticIndicator,
    vintage: Vintage,
    division: &Division,
    years: &[i32],
    sexes: &[Sex],
) -> Vec<Cell> {
    let asked: Vec<Sex> = sexes
        .iter()
        .copied()
        .filter(|sex| indicator.sexes.contains(sex))
        .collect();
    let mut cells = Vec::new();
    if indicator.is_empty || asked.is_empty() {
        return cells;
    }
    let years: Vec<i32> = years
        .iter()
        .copied()
        .filter(|year| {
            (indicator.first_year..=vintage.last_year).contains(year)
                && (year - indicator.first_year) % indicator.interval == 0
        })
        .collect();
    cells.reserve(years.len() * asked.len() * division.regions.len());
    let characters: Vec<Character> = division
        .places
        .iter()
        .map(|place| character(indicator, place))
        .collect();
    let mut male = vec![Sum::default(); division.regions.len()];
    let mut female = male.clone();
    for year in years {
        male.fill(Sum::default());
        female.fill(Sum::default());
        let course = course(indicator, year);
        for (place, character) in division.places.iter().zip(&characters) {
            if indicator.without_aland && place.on_aland {
                continue;
            }
            let inhabitants = place.population.at(year);
            let case = Case {
                indicator,
                vintage,
                character,
                course,
                year,
            };
            let of_men = case.sum(inhabitants.male, 1);
            let of_women = case.sum(inhabitants.female, 2);
            for region in &place.regions {
                male[*region].add(of_men);
                female[*region].add(of_women);
            }
        }
        let whole = division
            .whole
            .map(|whole| male[whole].plus(female[whole]))
            .unwrap_or_default();
        for sex in &asked {
            for (position, region) in division.regions.iter().enumerate() {
                let sum = match sex {
                    Sex::Male => male[position],
                    Sex::Female => female[position],
                    Sex::Total => male[position].plus(female[position]),
                };
                if region.is_municipality && !is_published(indicator, sum, year, region.size) {
                    continue;
                }
                let Some(tenths) = tenths(indicator.measure, sum, whole) else {
                    continue;
                };
                cells.push(Cell {
                    region: region.id,
                    year,
                    sex: *sex,
                    tenths,
                    absolute_value: indicator
                        .has_absolute_values
                        .then(|| sum.numerator.unsigned_abs()),
                });
            }
            if indicator.has_unlisted_regions && *sex == Sex::Total && year % 10 == 9 {
                cells.extend(UNLISTED_REGIONS.map(|region| Cell {
                    region,
                    year,
                    sex: *sex,
                    tenths: 0,
                    absolute_value: None,
                }));
            }
        }
    }
    cells
}

/// Whether a municipality's figure goes out.
fn is_published(indicator: &SyntheticIndicator, sum: Sum, year: i32, size: i64) -> bool {
    if indicator
        .last_municipal_year
        .is_some_and(|last| year > last)
    {
        return false;
    }
    match indicator.measure {
        Measure::SurveyShare => size >= SURVEYED_SIZE,
        Measure::Count | Measure::Share | Measure::Rate { .. } => {
            !(1..PUBLISHED_CASES).contains(&sum.numerator)
        }
        Measure::Population
        | Measure::Ratio
        | Measure::Money
        | Measure::PerPerson
        | Measure::Index => true,
    }
}

fn character(indicator: &SyntheticIndicator, place: &Place) -> Character {
    let chance = indicator.chance.of(10).of(place.key);
    let province = indicator.chance.of(11).of(place.province_key);
    Character {
        level: 1.0
            + indicator.spread * (0.8 * chance.of(1).deviation() + 0.6 * province.deviation()),
        trend: 0.04 * chance.of(2).deviation(),
        chance: chance.of(3),
    }
}

/// What all places share in a year: a slow wave between knots five years apart.
fn course(indicator: &SyntheticIndicator, year: i32) -> f64 {
    let knot = year.div_euclid(5);
    let within = f64::from(year.rem_euclid(5)) / 5.0;
    let smooth = within * within * (3.0 - 2.0 * within);
    let at = |knot| indicator.chance.of(12).of_year(knot).deviation();
    1.0 + 0.03 * (at(knot) * (1.0 - smooth) + at(knot + 1) * smooth)
}

/// One place in one year.
struct Case<'a> {
    indicator: &'a SyntheticIndicator,
    vintage: Vintage,
    character: &'a Character,
    course: f64,
    year: i32,
}

impl Case<'_> {
    /// The figures of one sex, of whom `people` live here; `sex` is its key.
    fn sum(&self, people: i64, sex: u64) -> Sum {
        let indicator = self.indicator;
        if indicator.measure == Measure::Population {
            return Sum {
                numerator: people,
                denominator: 1,
            };
        }
        let chance = self.character.chance.of_year(self.year).of(sex);
        let decades = f64::from(self.year - 2012) / 10.0;
        let of_sex = if sex == 1 {
            1.0 + indicator.sex_difference
        } else {
            1.0 - indicator.sex_difference
        };
        let revised = if self.vintage.revision > 0 && self.year > self.vintage.last_year - 3 {
            let revision = chance.of(100 + u64::from(self.vintage.revision));
            1.0 + 0.004 * revision.deviation()
        } else {
            1.0
        };
        let relative = (self.character.level
            * of_sex
            * self.course
            * revised
            * (1.0 + (indicator.trend + self.character.trend) * decades))
            .clamp(0.1, 4.0);
        let denominator = rounded(people as f64 * indicator.denominator);
        let size = denominator as f64;
        match indicator.measure {
            Measure::Share | Measure::SurveyShare => {
                let share = (indicator.level * relative).clamp(0.001, 0.96);
                let spread = (size * share * (1.0 - share)).sqrt();
                let cases = rounded(size * share + 0.5 * spread * chance.deviation());
                Sum {
                    numerator: cases.clamp(0, denominator),
                    denominator,
                }
            }
            Measure::Count | Measure::Rate { .. } | Measure::Ratio => {
                let expected = size * indicator.level * relative;
                let cases = rounded(expected + 0.5 * expected.sqrt() * chance.deviation());
                Sum {
                    numerator: cases.max(0),
                    denominator,
                }
            }
            // Whole thousands here already, so that they add up.
            Measure::Money => Sum {
                numerator: rounded(size * indicator.level * relative / 1_000.0),
                denominator,
            },
            Measure::PerPerson => Sum {
                numerator: rounded(size * indicator.level * relative * HUNDREDTHS),
                denominator,
            },
            Measure::Index => Sum {
                numerator: rounded(size * relative * HUNDREDTHS),
                denominator,
            },
            Measure::Population => Sum::default(),
        }
    }
}

/// Amounts per person are summed in hundredths.
const HUNDREDTHS: f64 = 100.0;

/// The value in tenths, half rounded up; none where there is nothing to divide by.
fn tenths(measure: Measure, sum: Sum, whole: Sum) -> Option<u64> {
    let Sum {
        numerator,
        denominator,
    } = sum;
    if denominator == 0 {
        return None;
    }
    let ratio = |scale: i64| {
        let halves = i128::from(numerator) * i128::from(scale) * 2 / i128::from(denominator) + 1;
        u64::try_from(halves / 2).ok()
    };
    match measure {
        Measure::Population | Measure::Count | Measure::Money => u64::try_from(numerator * 10).ok(),
        Measure::Share | Measure::SurveyShare | Measure::Ratio => ratio(1_000),
        Measure::Rate { per } => ratio(10 * per),
        Measure::PerPerson => {
            let halves = i128::from(numerator) * 2 / (i128::from(denominator) * 10) + 1;
            u64::try_from(halves / 2).ok()
        }
        Measure::Index => {
            if whole.numerator == 0 {
                return None;
            }
            let halves = 2_000 * i128::from(numerator) * i128::from(whole.denominator)
                / (i128::from(denominator) * i128::from(whole.numerator))
                + 1;
            u64::try_from(halves / 2).ok()
        }
    }
}
