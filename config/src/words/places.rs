//! Words of the levels of regions.

use botnia_model::{Language, RegionLevel};

use super::in_language;

/// A region level, one region of it: "kunta".
#[must_use]
pub fn level(language: Language, level: RegionLevel) -> &'static str {
    in_language(
        language,
        match level {
            RegionLevel::Municipality => ["kunta", "kommun", "municipality"],
            RegionLevel::Province => ["maakunta", "landskap", "region (maakunta)"],
            RegionLevel::WellbeingCounty => [
                "hyvinvointialue",
                "välfärdsområde",
                "wellbeing services county",
            ],
            RegionLevel::Subregion => ["seutukunta", "ekonomisk region", "sub-regional unit"],
            RegionLevel::HospitalDistrict => [
                "sairaanhoitopiiri",
                "sjukvårdsdistrikt",
                "hospital district",
            ],
            RegionLevel::CollaborativeArea => [
                "hyvinvointialueiden yhteistyöalue",
                "välfärdsområdenas samarbetsområde",
                "collaborative area for healthcare and social welfare",
            ],
            RegionLevel::RegionalAgency => [
                "aluehallintoviraston toimialue",
                "regionförvaltningsverkets verksamhetsområde",
                "area of a regional state administrative agency",
            ],
            RegionLevel::ElyCentre => [
                "ELY-keskuksen toimialue",
                "NTM-centralens verksamhetsområde",
                "area of an ELY Centre",
            ],
            RegionLevel::SpecialResponsibilityArea => [
                "erityisvastuualue",
                "specialupptagningsområde",
                "special responsibility area",
            ],
            RegionLevel::MajorRegion => ["suuralue", "storområde", "major region"],
            RegionLevel::Nuts1 => [
                "Manner-Suomi tai Ahvenanmaa",
                "fasta Finland eller Åland",
                "mainland Finland or Åland",
            ],
            RegionLevel::Country => ["koko maa", "hela landet", "the whole country"],
            RegionLevel::NordicCountry => ["Pohjoismaa", "nordiskt land", "Nordic country"],
            RegionLevel::EuropeanCountry => [
                "Euroopan maa tai maaryhmä",
                "land eller ländergrupp i Europa",
                "European country or group of countries",
            ],
            RegionLevel::Custom => ["oma alueryhmä", "egen områdesgrupp", "own group of areas"],
        },
    )
}

/// A region level, in the plural: "kunnat".
#[must_use]
pub fn level_plural(language: Language, level: RegionLevel) -> &'static str {
    in_language(
        language,
        match level {
            RegionLevel::Municipality => ["kunnat", "kommuner", "municipalities"],
            RegionLevel::Province => ["maakunnat", "landskap", "regions (maakunta)"],
            RegionLevel::WellbeingCounty => [
                "hyvinvointialueet",
                "välfärdsområden",
                "wellbeing services counties",
            ],
            RegionLevel::Subregion => ["seutukunnat", "ekonomiska regioner", "sub-regional units"],
            RegionLevel::HospitalDistrict => [
                "sairaanhoitopiirit",
                "sjukvårdsdistrikt",
                "hospital districts",
            ],
            RegionLevel::CollaborativeArea => [
                "hyvinvointialueiden yhteistyöalueet",
                "välfärdsområdenas samarbetsområden",
                "collaborative areas for healthcare and social welfare",
            ],
            RegionLevel::RegionalAgency => [
                "aluehallintovirastojen toimialueet",
                "regionförvaltningsverkens verksamhetsområden",
                "areas of the regional state administrative agencies",
            ],
            RegionLevel::ElyCentre => [
                "ELY-keskusten toimialueet",
                "NTM-centralernas verksamhetsområden",
                "areas of the ELY Centres",
            ],
            RegionLevel::SpecialResponsibilityArea => [
                "erityisvastuualueet",
                "specialupptagningsområden",
                "special responsibility areas",
            ],
            RegionLevel::MajorRegion => ["suuralueet", "storområden", "major regions"],
            RegionLevel::Nuts1 => [
                "Manner-Suomi ja Ahvenanmaa",
                "fasta Finland och Åland",
                "mainland Finland and Åland",
            ],
            RegionLevel::Country => ["koko maa", "hela landet", "the whole country"],
            RegionLevel::NordicCountry => {
                ["Pohjoismaat", "de nordiska länderna", "Nordic countries"]
            }
            RegionLevel::EuropeanCountry => [
                "Euroopan maat ja maaryhmät",
                "länder och ländergrupper i Europa",
                "European countries and their groups",
            ],
            RegionLevel::Custom => [
                "omat alueryhmät",
                "egna områdesgrupper",
                "own groups of areas",
            ],
        },
    )
}

/// By what figures are published: "kunnittain", "efter kommun", "by municipality".
#[must_use]
pub fn level_by(language: Language, level: RegionLevel) -> &'static str {
    in_language(
        language,
        match level {
            RegionLevel::Municipality => ["kunnittain", "efter kommun", "by municipality"],
            RegionLevel::Province => ["maakunnittain", "efter landskap", "by region (maakunta)"],
            RegionLevel::WellbeingCounty => [
                "hyvinvointialueittain",
                "efter välfärdsområde",
                "by wellbeing services county",
            ],
            RegionLevel::Country => ["koko maasta", "för hela landet", "for the whole country"],
            _ => [
                "tällä aluetasolla",
                "på denna områdesnivå",
                "at this level of areas",
            ],
        },
    )
}
