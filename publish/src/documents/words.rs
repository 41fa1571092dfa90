//! Words that several documents share, in the three languages.

use botnia_model::{Language, Period, RegionLevel};
use jiff::Timestamp;

/// What the dataset is called.
pub(crate) fn dataset_title(language: Language) -> &'static str {
    match language {
        Language::Fi => "Hyvinvoinnin ja sosiaalihuollon indikaattorit alueittain",
        Language::Sv => "Indikatorer för välfärd och socialvård efter område",
        Language::En => "Wellbeing and social care indicators by area",
    }
}

/// What it is, in a sentence.
pub(crate) fn dataset_description(language: Language) -> &'static str {
    match language {
        Language::Fi => {
            "Julkisten tilastolähteiden hyvinvointi- ja sosiaalihuollon indikaattorit kunnittain, \
             maakunnittain ja hyvinvointialueittain, sellaisina kuin lähteet ovat ne julkaisseet."
        }
        Language::Sv => {
            "Indikatorer för välfärd och socialvård ur offentliga statistikkällor efter kommun, \
             landskap och välfärdsområde, sådana som källorna har publicerat dem."
        }
        Language::En => {
            "Indicators of wellbeing and social care from public statistical sources by \
             municipality, region (maakunta) and wellbeing services county, as the sources \
             published them."
        }
    }
}

/// What must stand wherever synthetic figures are shown.
pub(crate) fn synthetic_notice(language: Language) -> &'static str {
    match language {
        Language::Fi => {
            "Tämä on keksittyä aineistoa. Luvut on tuotettu keinotekoisesti ohjelman kokeilemista \
             varten. Ne eivät kuvaa mitään todellista aluetta, eikä niitä saa käyttää eikä \
             siteerata tilastotietona."
        }
        Language::Sv => {
            "Detta är påhittade uppgifter. Siffrorna har framställts på konstgjord väg för att \
             prova programmet. De beskriver inget verkligt område och får inte användas eller \
             citeras som statistik."
        }
        Language::En => {
            "This is made-up data. The figures were generated to try the program out. They \
             describe no real area and must not be used or cited as statistics."
        }
    }
}

/// A moment as it is written in the language, UTC.
pub(crate) fn moment(language: Language, moment: Timestamp) -> String {
    let format = match language {
        Language::Fi => "%-d.%-m.%Y klo %-H.%M (UTC)",
        Language::Sv => "%-d.%-m.%Y kl. %-H.%M (UTC)",
        Language::En => "%-d %B %Y at %H:%M (UTC)",
    };
    moment.strftime(format).to_string()
}

/// A day as it is written in the language, UTC.
pub(crate) fn day(language: Language, moment: Timestamp) -> String {
    let format = match language {
        Language::Fi | Language::Sv => "%-d.%-m.%Y",
        Language::En => "%-d %B %Y",
    };
    moment.strftime(format).to_string()
}

/// A whole number with its thousands apart: by a no-break space in Finnish and Swedish,
/// by a comma in English.
pub(crate) fn count(language: Language, number: u64) -> String {
    grouped(language, &number.to_string())
}

fn grouped(language: Language, digits: &str) -> String {
    let separator = match language {
        Language::Fi | Language::Sv => '\u{a0}',
        Language::En => ',',
    };
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// The most decimals that are shown of an indicator that does not say how many it has.
const DECIMALS: usize = 3;
/// More than these, no two figures need to be told apart.
const ALL_DECIMALS: usize = 17;

/// Two figures of one indicator with its decimals, or with as many more as it takes to
/// tell them apart.
pub(crate) fn old_and_new(
    language: Language,
    (old, new): (f64, f64),
    decimals: Option<u8>,
) -> [String; 2] {
    let shortest = |value: f64| {
        let text = value.to_string();
        let fraction = text.split_once('.').map_or(0, |(_, digits)| digits.len());
        fraction.min(DECIMALS)
    };
    let enough = decimals.map_or_else(|| shortest(old).max(shortest(new)), usize::from);
    let shown = |decimals| [old, new].map(|value| figure(language, value, decimals));
    (enough..ALL_DECIMALS)
        .map(shown)
        .find(|[old, new]| old != new)
        .unwrap_or_else(|| shown(enough))
}

/// A figure with its thousands apart and the decimal mark of the language.
pub(crate) fn figure(language: Language, value: f64, decimals: usize) -> String {
    let mark = match language {
        Language::Fi | Language::Sv => ',',
        Language::En => '.',
    };
    let text = format!("{:.decimals$}", value.abs());
    let is_negative = value < 0.0 && text.contains(|digit| matches!(digit, '1'..='9'));
    let sign = if is_negative { "\u{2212}" } else { "" };
    match text.split_once('.') {
        Some((whole, fraction)) => {
            format!("{sign}{}{mark}{fraction}", grouped(language, whole))
        }
        None => format!("{sign}{}", grouped(language, &text)),
    }
}

/// Periods in their order: `1990–2012, 2014`. Years that follow each other stand together.
pub(crate) fn periods(periods: &[Period]) -> String {
    let is_year = |period: &Period| period.as_str().len() == 4;
    let follows = |one: &Period, other: &Period| {
        is_year(one) && is_year(other) && one.year() + 1 == other.year()
    };
    let parts: Vec<String> = periods
        .chunk_by(follows)
        .map(|run| match run {
            [first, .., last] => format!("{first}–{last}"),
            _ => run
                .iter()
                .map(|period| period.as_str().replace('/', "–"))
                .collect(),
        })
        .collect();
    parts.join(", ")
}

/// A region level, in the plural.
pub(crate) fn level(language: Language, level: RegionLevel) -> &'static str {
    let [fi, sv, en] = match level {
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
            "Fasta Finland och Åland",
            "mainland Finland and Åland",
        ],
        RegionLevel::Country => ["koko maa", "hela landet", "the whole country"],
        RegionLevel::NordicCountry => ["Pohjoismaat", "de nordiska länderna", "Nordic countries"],
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
    };
    match language {
        Language::Fi => fi,
        Language::Sv => sv,
        Language::En => en,
    }
}

/// A licence as a person knows it, by its SPDX id.
pub(crate) fn licence_name(language: Language, licence: &str) -> String {
    match (licence, language) {
        ("CC-BY-4.0", Language::Fi) => "Creative Commons Nimeä 4.0 Kansainvälinen (CC BY 4.0)",
        ("CC-BY-4.0", Language::Sv) => "Creative Commons Erkännande 4.0 Internationell (CC BY 4.0)",
        ("CC-BY-4.0", Language::En) => "Creative Commons Attribution 4.0 International (CC BY 4.0)",
        ("CC0-1.0", _) => "Creative Commons CC0 1.0",
        ("third-party", Language::Fi) => "tuottajan omat käyttöehdot",
        ("third-party", Language::Sv) => "producentens egna användningsvillkor",
        ("third-party", Language::En) => "the producer's own terms of use",
        (other, _) => other,
    }
    .to_owned()
}

/// Where the licence's text is, for those that have one.
pub(crate) fn licence_url(licence: &str) -> Option<&'static str> {
    match licence {
        "CC-BY-4.0" => Some("https://creativecommons.org/licenses/by/4.0/"),
        "CC0-1.0" => Some("https://creativecommons.org/publicdomain/zero/1.0/"),
        _ => None,
    }
}

/// Text from a source as one line of Markdown: shown as it is, never as markup.
pub(crate) fn in_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '~'
            | '&' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}
