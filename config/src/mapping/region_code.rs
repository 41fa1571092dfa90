//! From a source's code of a region to botnia's id of it.

use botnia_model::RegionId;

use super::{RegionCodes, TableMapping};

/// Nordic countries by their two letters, with the codes of the region tables.
const NORDIC: [(&str, &str); 6] = [
    ("DK", "NORDIC208"),
    ("FI", "NORDIC246"),
    ("GL", "NORDIC813"),
    ("IS", "NORDIC352"),
    ("NO", "NORDIC578"),
    ("SE", "NORDIC752"),
];

/// European countries by their two letters, with the codes of the region tables.
const EUROPEAN: [(&str, &str); 34] = [
    ("AT", "EUR040"),
    ("BE", "EUR056"),
    ("BG", "EUR100"),
    ("CH", "EUR756"),
    ("CY", "EUR196"),
    ("CZ", "EUR203"),
    ("DE", "EUR276"),
    ("DK", "EUR208"),
    ("EE", "EUR233"),
    ("EL", "EUR300"),
    ("ES", "EUR724"),
    ("FI", "EUR246"),
    ("FR", "EUR250"),
    ("GB", "EUR826"),
    ("GR", "EUR300"),
    ("HR", "EUR827"),
    ("HU", "EUR348"),
    ("IE", "EUR372"),
    ("IS", "EUR352"),
    ("IT", "EUR380"),
    ("LI", "EUR438"),
    ("LT", "EUR440"),
    ("LU", "EUR442"),
    ("LV", "EUR428"),
    ("MT", "EUR470"),
    ("NL", "EUR528"),
    ("NO", "EUR578"),
    ("PL", "EUR616"),
    ("PT", "EUR620"),
    ("RO", "EUR642"),
    ("SE", "EUR752"),
    ("SI", "EUR705"),
    ("SK", "EUR703"),
    ("UK", "EUR826"),
];

impl TableMapping {
    /// The id of the region that the source calls `code`, if it can be one.
    pub fn region_id(&self, code: &str) -> Option<RegionId> {
        let code = code.trim();
        if let Some(listed) = self.regions.get(code) {
            return Some(listed.clone());
        }
        let listed = |countries: &[(&str, &str)]| {
            countries
                .iter()
                .find(|(letters, _)| letters.eq_ignore_ascii_case(code))
                .and_then(|(_, id)| id.parse().ok())
        };
        match self.region_codes {
            RegionCodes::Finland => {
                let is_bare = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
                if is_bare {
                    format!("KU{code}").parse().ok()
                } else {
                    code.to_ascii_uppercase().parse().ok()
                }
            }
            RegionCodes::NordicCountries => listed(&NORDIC),
            RegionCodes::EuropeanCountries => listed(&EUROPEAN),
            RegionCodes::Listed => None,
        }
    }

    /// Whether regions outside the mapping are left unasked: where countries and listed
    /// regions are picked out of a longer list. Finnish codes are all asked for, so that one
    /// that botnia does not know is noticed.
    pub(super) fn picks_regions(&self) -> bool {
        self.region_codes != RegionCodes::Finland
    }
}

#[cfg(test)]
mod tests {
    use botnia_model::RegionKey;

    use super::*;
    use crate::RegionTables;

    #[test]
    fn every_country_stands_in_the_region_tables() {
        let tables = RegionTables::builtin();
        let known: Vec<RegionId> = tables
            .regions
            .iter()
            .map(|region| RegionKey::id(&region.key))
            .collect();
        for (letters, id) in NORDIC.iter().chain(&EUROPEAN) {
            assert!(known.contains(&id.parse().unwrap()), "{letters}: {id}");
        }
    }

    #[test]
    fn codes_become_ids() {
        let mut mapping = TableMapping::default();
        let id = |mapping: &TableMapping, code: &str| {
            mapping.region_id(code).map(|id| id.as_str().to_owned())
        };
        for (code, expected) in [
            ("KU091", Some("KU091")),
            ("091", Some("KU091")),
            ("005", Some("KU005")),
            ("MK14", Some("MK14")),
            ("hva16", Some("HVA16")),
            ("SSS", Some("SSS")),
            ("00 Riket", None),
            ("", None),
        ] {
            assert_eq!(id(&mapping, code).as_deref(), expected, "{code}");
        }
        mapping.region_codes = RegionCodes::NordicCountries;
        mapping
            .regions
            .insert("NOR".to_owned(), "NORDIC33".parse().unwrap());
        assert_eq!(id(&mapping, "SE").as_deref(), Some("NORDIC752"));
        assert_eq!(id(&mapping, "NOR").as_deref(), Some("NORDIC33"));
        assert_eq!(id(&mapping, "DE"), None);
        mapping.region_codes = RegionCodes::EuropeanCountries;
        assert_eq!(id(&mapping, "EL").as_deref(), Some("EUR300"));
        mapping.region_codes = RegionCodes::Listed;
        assert_eq!(id(&mapping, "KU091"), None);
    }
}
