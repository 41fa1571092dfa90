//! Regions: always a level and a code, never a bare code.

use std::fmt;
use std::hash::{Hash, Hasher};

use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};

use crate::Text;
use crate::indicator::{text_newtype, word_enum};

word_enum!(
    /// A division of a country, or of countries. The order is that of the published
    /// enumeration; tables are sorted by the level's *text*.
    RegionLevel {
        /// kunta
        Municipality = "municipality",
        /// maakunta
        Province = "province",
        /// hyvinvointialue
        WellbeingCounty = "wellbeing_county",
        /// seutukunta
        Subregion = "subregion",
        /// sairaanhoitopiiri
        HospitalDistrict = "hospital_district",
        /// yhteistyöalue (YTA)
        CollaborativeArea = "collaborative_area",
        /// aluehallintovirasto (AVI)
        RegionalAgency = "regional_agency",
        /// ELY-keskus
        ElyCentre = "ely_centre",
        /// erityisvastuualue (ERVA)
        SpecialResponsibilityArea = "special_responsibility_area",
        /// suuralue
        MajorRegion = "major_region",
        /// NUTS 1
        Nuts1 = "nuts1",
        /// the whole country
        Country = "country",
        /// a Nordic country, or the Nordic countries together
        NordicCountry = "nordic_country",
        /// a European country, or an aggregate of European countries
        EuropeanCountry = "european_country",
        /// a group from the settings
        Custom = "custom",
    }
);

impl RegionLevel {
    /// What stands before the code in a [`RegionId`]. The first four are Statistics
    /// Finland's; the others follow the pattern.
    pub fn id_prefix(self) -> &'static str {
        match self {
            Self::Municipality => "KU",
            Self::Province => "MK",
            Self::WellbeingCounty => "HVA",
            Self::Subregion => "SK",
            Self::HospitalDistrict => "SHP",
            Self::CollaborativeArea => "YTA",
            Self::RegionalAgency => "AVI",
            Self::ElyCentre => "ELY",
            Self::SpecialResponsibilityArea => "ERVA",
            Self::MajorRegion => "SA",
            Self::Nuts1 => "NUTS1-",
            Self::Country => "",
            Self::NordicCountry => "NORDIC",
            Self::EuropeanCountry => "EUR",
            Self::Custom => "CUSTOM-",
        }
    }
}

text_newtype!(
    /// An official code, text with its zeros: `743`, `14`. Meaningless without its level:
    /// province 16 is Keski-Pohjanmaa, wellbeing county 16 is Etelä-Pohjanmaa. So nothing
    /// can be joined by a code alone: it has no hash and no order, can be the key of no map
    /// and stand in no set, and is never compared with a [`RegionKey`].
    ///
    /// ```
    /// use std::collections::{BTreeMap, HashMap};
    /// use botnia_model::{RegionKey, RegionLevel};
    ///
    /// let key = RegionKey::new(RegionLevel::Province, "16".parse().unwrap());
    /// let names = BTreeMap::from([(key.clone(), "Keski-Pohjanmaa")]);
    /// let members = HashMap::from([(key.clone(), 8)]);
    /// assert_eq!((names[&key], members[&key]), ("Keski-Pohjanmaa", 8));
    /// ```
    ///
    /// ```compile_fail,E0277
    /// use std::collections::BTreeMap;
    /// use botnia_model::RegionCode;
    ///
    /// let code: RegionCode = "16".parse().unwrap();
    /// let names = BTreeMap::from([(code, "Keski-Pohjanmaa")]);
    /// ```
    ///
    /// ```compile_fail,E0277
    /// use std::collections::HashMap;
    /// use botnia_model::RegionCode;
    ///
    /// let code: RegionCode = "16".parse().unwrap();
    /// let names = HashMap::from([(code, "Keski-Pohjanmaa")]);
    /// ```
    ///
    /// ```compile_fail,E0308
    /// use botnia_model::{RegionCode, RegionKey, RegionLevel};
    ///
    /// let code: RegionCode = "16".parse().unwrap();
    /// let key = RegionKey::new(RegionLevel::Province, code.clone());
    /// let joined = key == code;
    /// ```
    RegionCode,
    "a region code: 1 to 24 letters, digits or hyphens",
    |text| !text.is_empty()
        && text.len() <= 24
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
);

text_newtype!(
    /// A region's id that is unique across levels: `KU743`, `MK14`, `HVA16`, `SK142`, `SSS`.
    #[derive(PartialOrd, Ord, Hash)]
    RegionId,
    "a region id: 1 to 32 letters, digits or hyphens",
    |text| !text.is_empty()
        && text.len() <= 32
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
);

/// A level and a code: the only thing by which regions may be joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionKey {
    /// The level.
    pub level: RegionLevel,
    /// The code within that level.
    pub code: RegionCode,
}

impl RegionKey {
    /// A key.
    pub fn new(level: RegionLevel, code: RegionCode) -> Self {
        Self { level, code }
    }

    /// The whole of Finland, in Statistics Finland's convention.
    pub fn finland() -> Self {
        Self::new(RegionLevel::Country, RegionCode("SSS".into()))
    }

    /// The id: prefix and code (`KU743`); the country's is its code alone (`SSS`).
    pub fn id(&self) -> RegionId {
        RegionId(format_compact!("{}{}", self.level.id_prefix(), self.code))
    }
}

/// Ordered as published: by the level's text, then the code.
impl Ord for RegionKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.level.as_str(), self.code.as_str()).cmp(&(other.level.as_str(), other.code.as_str()))
    }
}

impl Hash for RegionKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.level, self.code.as_str()).hash(state);
    }
}

impl PartialOrd for RegionKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for RegionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.level, self.code)
    }
}

/// One region: a row of `regions.parquet`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Level and code.
    pub key: RegionKey,
    /// The source's own id, as text (Sotkanet's `46` for Helsinki).
    pub source_region_id: Option<String>,
    /// Its name.
    pub name: Text,
    /// First day of validity, `YYYY-MM-DD`; `None` before 2000 or unknown.
    pub valid_from: Option<String>,
    /// Last day of validity, `YYYY-MM-DD`; `None` while valid.
    pub valid_to: Option<String>,
    /// The province of a municipality or subregion.
    pub province: Option<RegionCode>,
    /// The wellbeing services county of a municipality.
    pub wellbeing_county: Option<RegionCode>,
    /// `finnish`, `bilingual_finnish_majority`, `bilingual_swedish_majority`, `swedish`.
    pub language_status: Option<String>,
    /// `urban`, `semi_urban`, `rural`.
    pub urban_rural: Option<String>,
    /// The latest population in the release, if the release has it.
    pub population: Option<u64>,
}

impl Region {
    /// The folder of its package: the code, a hyphen, and the Finnish name in lower case
    /// with ä and å as a, ö as o, spaces as hyphens (`743-seinajoki`). A wellbeing
    /// county's name goes without its kind (`16-etela-pohjanmaa`).
    pub fn folder(&self) -> String {
        let name = self
            .name
            .fi
            .strip_suffix(" hyvinvointialue")
            .map_or(self.name.fi.as_str(), |genitive| {
                county_nominative(genitive)
            });
        let mut folder = format!("{}-", self.key.code);
        for letter in name.chars().flat_map(char::to_lowercase) {
            match letter {
                'ä' | 'å' => folder.push('a'),
                'ö' => folder.push('o'),
                'a'..='z' | '0'..='9' => folder.push(letter),
                _ if !folder.ends_with('-') => folder.push('-'),
                _ => {}
            }
        }
        folder.trim_end_matches('-').to_owned()
    }
}

/// Official names of the counties stand in the genitive ("Etelä-Pohjanmaan
/// hyvinvointialue"); their folders carry the nominative.
fn county_nominative(genitive: &str) -> &str {
    const NOMINATIVES: [(&str, &str); 22] = [
        ("Itä-Uudenmaan", "Itä-Uusimaa"),
        ("Keski-Uudenmaan", "Keski-Uusimaa"),
        ("Länsi-Uudenmaan", "Länsi-Uusimaa"),
        ("Vantaan ja Keravan", "Vantaa-Kerava"),
        ("Varsinais-Suomen", "Varsinais-Suomi"),
        ("Satakunnan", "Satakunta"),
        ("Kanta-Hämeen", "Kanta-Häme"),
        ("Pirkanmaan", "Pirkanmaa"),
        ("Päijät-Hämeen", "Päijät-Häme"),
        ("Kymenlaakson", "Kymenlaakso"),
        ("Etelä-Karjalan", "Etelä-Karjala"),
        ("Etelä-Savon", "Etelä-Savo"),
        ("Pohjois-Savon", "Pohjois-Savo"),
        ("Pohjois-Karjalan", "Pohjois-Karjala"),
        ("Keski-Suomen", "Keski-Suomi"),
        ("Etelä-Pohjanmaan", "Etelä-Pohjanmaa"),
        ("Pohjanmaan", "Pohjanmaa"),
        ("Keski-Pohjanmaan", "Keski-Pohjanmaa"),
        ("Pohjois-Pohjanmaan", "Pohjois-Pohjanmaa"),
        ("Kainuun", "Kainuu"),
        ("Lapin", "Lappi"),
        ("Ahvenanmaan", "Ahvenanmaa"),
    ];
    NOMINATIVES
        .iter()
        .find(|(form, _)| *form == genitive)
        .map_or(genitive, |(_, nominative)| nominative)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(level: RegionLevel, code: &str, name: &str) -> Region {
        Region {
            key: RegionKey::new(level, code.parse().unwrap()),
            source_region_id: None,
            name: Text {
                fi: name.to_owned(),
                ..Text::default()
            },
            valid_from: None,
            valid_to: None,
            province: None,
            wellbeing_county: None,
            language_status: None,
            urban_rural: None,
            population: None,
        }
    }

    #[test]
    fn ids_follow_statistics_finland() {
        let id = |level, code: &str| RegionKey::new(level, code.parse().unwrap()).id();
        assert_eq!(id(RegionLevel::Municipality, "005").as_str(), "KU005");
        assert_eq!(id(RegionLevel::WellbeingCounty, "16").as_str(), "HVA16");
        assert_eq!(RegionKey::finland().id().as_str(), "SSS");
    }

    #[test]
    fn folders_are_those_of_the_contract() {
        let cases = [
            (
                RegionLevel::Municipality,
                "743",
                "Seinäjoki",
                "743-seinajoki",
            ),
            (RegionLevel::Municipality, "905", "Vaasa", "905-vaasa"),
            (RegionLevel::Municipality, "545", "Närpiö", "545-narpio"),
            (RegionLevel::Municipality, "284", "Koski Tl", "284-koski-tl"),
            (
                RegionLevel::Municipality,
                "599",
                "Pedersören kunta",
                "599-pedersoren-kunta",
            ),
            (RegionLevel::Province, "15", "Pohjanmaa", "15-pohjanmaa"),
            (
                RegionLevel::WellbeingCounty,
                "16",
                "Etelä-Pohjanmaan hyvinvointialue",
                "16-etela-pohjanmaa",
            ),
            (
                RegionLevel::WellbeingCounty,
                "90",
                "Helsingin kaupunki",
                "90-helsingin-kaupunki",
            ),
        ];
        for (level, code, name, folder) in cases {
            assert_eq!(region(level, code, name).folder(), folder);
        }
    }

    #[test]
    fn a_folder_never_leaves_its_parent() {
        assert_eq!(
            region(RegionLevel::Municipality, "999", "../../etc/passwd").folder(),
            "999-etc-passwd"
        );
    }
}
