//! How many people live where: invented, but of the right size.

use botnia_config::Municipality;
use botnia_model::RegionLevel;

use super::chance::{Chance, rounded};

/// Rough sizes of the towns that a reader would miss, in inhabitants. Everything else is
/// drawn.
const TOWNS: [(&str, f64); 30] = [
    ("091", 610_000.0),
    ("049", 260_000.0),
    ("837", 220_000.0),
    ("092", 210_000.0),
    ("564", 195_000.0),
    ("853", 180_000.0),
    ("179", 135_000.0),
    ("297", 115_000.0),
    ("398", 118_000.0),
    ("609", 85_000.0),
    ("286", 86_000.0),
    ("167", 75_000.0),
    ("405", 72_000.0),
    ("109", 67_000.0),
    ("905", 66_000.0),
    ("743", 60_000.0),
    ("698", 61_000.0),
    ("491", 54_000.0),
    ("285", 54_000.0),
    ("734", 54_000.0),
    ("638", 49_000.0),
    ("272", 47_000.0),
    ("858", 38_000.0),
    ("205", 37_000.0),
    ("106", 46_000.0),
    ("598", 19_500.0),
    ("499", 19_000.0),
    ("478", 11_300.0),
    ("231", 1_400.0),
    ("074", 1_250.0),
];

/// The rough sizes of the Nordic countries, by the code of the region list.
const COUNTRIES: [(&str, f64); 6] = [
    ("208", 5_700_000.0),
    ("246", 5_450_000.0),
    ("352", 330_000.0),
    ("578", 5_100_000.0),
    ("752", 9_800_000.0),
    ("813", 56_000.0),
];

/// The inhabitants of one municipality or country over the years.
#[derive(Clone, Debug)]
pub(crate) struct Population {
    /// Inhabitants in 2012.
    size: f64,
    /// Relative growth per year.
    growth: f64,
    share_of_men: f64,
    chance: Chance,
}

/// Women and men at the end of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Inhabitants {
    pub(crate) male: i64,
    pub(crate) female: i64,
}

impl Population {
    pub(crate) fn of_municipality(municipality: &Municipality, chance: Chance) -> Self {
        let on_aland = municipality
            .member_of
            .iter()
            .any(|key| key.level == RegionLevel::Province && key.code.as_str() == "21");
        // The cube makes small ones frequent and large ones rare.
        let draw = chance.of(1).fraction();
        let skewed = draw * draw * draw;
        let (drawn, growth) = match municipality.urban_rural.as_deref() {
            _ if on_aland => (250.0 + 3_500.0 * skewed, 0.004),
            Some("urban") => (12_000.0 + 60_000.0 * skewed, 0.004),
            Some("semi_urban") => (6_000.0 + 24_000.0 * skewed, -0.001),
            _ => (1_000.0 + 11_000.0 * skewed, -0.008),
        };
        let known = TOWNS
            .iter()
            .find(|(code, _)| *code == municipality.code.as_str());
        Self {
            size: known.map_or(drawn, |(_, size)| *size),
            growth: growth + 0.003 * chance.of(2).deviation(),
            share_of_men: chance.of(3).within(0.49, 0.51),
            chance: chance.of(4),
        }
    }

    /// The country with this code in the list of Nordic regions; none for their sum.
    pub(crate) fn of_country(code: &str, chance: Chance) -> Option<Self> {
        let (_, size) = COUNTRIES.iter().find(|(known, _)| *known == code)?;
        Some(Self {
            size: *size,
            growth: 0.004,
            share_of_men: 0.495,
            chance,
        })
    }

    /// Inhabitants in the middle of the period, to compare sizes with.
    pub(crate) fn size(&self) -> i64 {
        rounded(self.size)
    }

    pub(crate) fn at(&self, year: i32) -> Inhabitants {
        let years = f64::from(year - 2012);
        let drift = 1.0 + self.growth * years;
        let jitter = 1.0 + 0.001 * self.chance.of_year(year).deviation();
        let total = rounded((self.size * drift * jitter).max(60.0));
        let male = rounded(total as f64 * self.share_of_men);
        Inhabitants {
            male,
            female: total - male,
        }
    }
}
