//! What the API says of an indicator: the entry of the list, and the full description
//! with its HTML as careless as the real one.

use botnia_model::Sex;
use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};
use serde::Serialize;

use super::catalogue::{Measure, SyntheticIndicator, Vintage};
use super::wire_text::WireText;

#[derive(Serialize)]
struct Organization<'a> {
    id: u32,
    title: &'a WireText,
}

#[derive(Serialize)]
pub(crate) struct ListEntry<'a> {
    id: u32,
    title: &'a WireText,
    organization: Organization<'a>,
    classifications: ListClassifications<'a>,
}

#[derive(Serialize)]
struct ListClassifications<'a> {
    sex: Values<'a, Sex>,
    region: Values<'a, &'static str>,
}

#[derive(Serialize)]
struct Values<'a, T> {
    values: &'a [T],
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the keys of the API")]
pub(crate) struct Description<'a> {
    id: u32,
    #[serde(rename = "data-updated")]
    data_updated: String,
    range: Range,
    title: &'a WireText,
    description: WireText,
    interpretation: WireText,
    limits: WireText,
    legislation: WireText,
    notices: WireText,
    #[serde(rename = "primaryValueType")]
    primary_value_type: Option<ValueType>,
    decimals: u8,
    classifications: Classifications<'a>,
    organization: Organization<'a>,
    subjects: Vec<Subject>,
    sources: Vec<Origin<'a>>,
    groups: Vec<u32>,
}

#[derive(Serialize)]
struct Range {
    start: i32,
    end: i32,
}

#[derive(Serialize)]
struct ValueType {
    code: &'static str,
    title: WireText,
}

#[derive(Serialize)]
struct Classifications<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sex: Option<Classification<'a, Sex>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<Classification<'a, &'static str>>,
    region: Classification<'a, &'static str>,
}

#[derive(Serialize)]
struct Classification<'a, T> {
    title: WireText,
    values: &'a [T],
}

#[derive(Serialize)]
struct Subject {
    #[serde(flatten)]
    name: WireText,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<&'static str>,
}

#[derive(Serialize)]
struct Origin<'a> {
    organization: Organization<'a>,
    title: WireText,
    description: WireText,
}

/// What is declared; counties and collaborative areas never are, though they have rows.
const DECLARED_REGIONS: &[&str] = &[
    "Kunta",
    "Maakunta",
    "Erva",
    "Aluehallintovirasto",
    "Sairaanhoitopiiri",
    "Maa",
    "Suuralue",
    "Seutukunta",
    "Nuts1",
];

fn declared_regions(indicator: &SyntheticIndicator) -> &'static [&'static str] {
    if indicator.is_nordic {
        &["Pohjoismaat"]
    } else if indicator.is_empty {
        &[]
    } else {
        DECLARED_REGIONS
    }
}

fn organization(indicator: &SyntheticIndicator) -> Organization<'_> {
    Organization {
        id: indicator.producer_id,
        title: &indicator.producer,
    }
}

/// The entry in the list.
pub(crate) fn list_entry(indicator: &SyntheticIndicator) -> ListEntry<'_> {
    ListEntry {
        id: indicator.id,
        title: &indicator.title,
        organization: organization(indicator),
        classifications: ListClassifications {
            sex: Values {
                values: indicator.declared_sexes.as_deref().unwrap_or_default(),
            },
            region: Values {
                values: declared_regions(indicator),
            },
        },
    }
}

/// The full description.
pub(crate) fn description(indicator: &SyntheticIndicator, vintage: Vintage) -> Description<'_> {
    let chance = indicator.chance.of(40);
    Description {
        id: indicator.id,
        data_updated: data_updated(indicator, vintage).to_string(),
        range: Range {
            start: indicator.first_year,
            end: vintage.last_year,
        },
        title: &indicator.title,
        description: explanation(),
        interpretation: if chance.of(1).one_in(2) {
            WireText::new("", " ", " ")
        } else {
            interpretation()
        },
        limits: if indicator.has_absolute_values {
            limits()
        } else {
            WireText::new("", " ", "")
        },
        legislation: WireText::default(),
        notices: notices(),
        primary_value_type: value_type(indicator.measure),
        decimals: match indicator.measure {
            Measure::Population | Measure::Count | Measure::Money => 0,
            _ => 1,
        },
        classifications: Classifications {
            sex: indicator
                .declared_sexes
                .as_deref()
                .map(|values| Classification {
                    title: WireText::new("sukupuoli", "gender", "kön"),
                    values,
                }),
            age: chance.of(2).one_in(3).then(|| Classification {
                title: WireText::new("Kaikenikäiset", "All ages", "Alla åldrar"),
                values: &[],
            }),
            region: Classification {
                title: region_prose(indicator),
                values: declared_regions(indicator),
            },
        },
        organization: organization(indicator),
        subjects: vec![
            Subject {
                name: WireText::new("hyvinvointi", "well-being", "välfärd"),
                uri: Some("http://www.yso.fi/onto/yso/p1947"),
            },
            Subject {
                name: WireText::new("keksitty aineisto", "made-up data", "påhittade uppgifter"),
                uri: Some(""),
            },
            Subject {
                name: WireText::new("tilastot", "statistics", "statistik"),
                uri: None,
            },
        ],
        sources: vec![Origin {
            organization: organization(indicator),
            title: WireText::new(
                "Keksitty tilasto",
                "Made-up statistics",
                "Påhittad statistik",
            ),
            description: made_up(),
        }],
        groups: vec![
            188 + u32::from(chance.of(3).one_in(2)),
            // Groups are numbered without order.
            102,
        ],
    }
}

/// Edition 1 was updated in the first half of 2025, every later one four weeks after the
/// one before.
fn data_updated(indicator: &SyntheticIndicator, vintage: Vintage) -> Date {
    let offset = indicator
        .chance
        .of(21)
        .of(u64::from(vintage.edition))
        .bits();
    let (start, span) = match vintage.edition {
        0 | 1 => (date(2025, 1, 15), 150),
        edition => {
            let weeks: Span = (4 * i64::from(edition - 2).min(10_000)).weeks();
            (date(2025, 7, 1).saturating_add(weeks), 28)
        }
    };
    let days = i64::try_from(offset % span).unwrap_or_default();
    start.saturating_add(days.days())
}

fn value_type(measure: Measure) -> Option<ValueType> {
    let (code, fi, en, sv) = match measure {
        Measure::Population | Measure::Count => ("LKM", "Lukumäärä", "Number", "Antal"),
        Measure::Share | Measure::SurveyShare => ("PROS", "Prosenttia", "Percent", "Procent"),
        Measure::Rate { per: 100_000 } => {
            ("PER100000", "100 000 kohti", "Per 100,000", "Per 100 000")
        }
        Measure::Rate { per: 10_000 } => ("PER10000", "10 000 kohti", "Per 10,000", "Per 10 000"),
        Measure::Rate { .. } => ("PER1000", "1 000 kohti", "Per 1,000", "Per 1 000"),
        Measure::Money => ("EURO1000", "1 000 euroa", "EUR 1,000", "1 000 euro"),
        Measure::Index => ("INDEKSI", "Indeksi", "Index", "Index"),
        // The source is not bound to give one.
        Measure::Ratio | Measure::PerPerson => return None,
    };
    Some(ValueType {
        code,
        title: WireText::new(fi, en, sv),
    })
}

fn made_up() -> WireText {
    WireText::new(
        "Keksittyä aineistoa.",
        "Made-up data.",
        "Påhittade uppgifter.",
    )
}

fn region_prose(indicator: &SyntheticIndicator) -> WireText {
    if indicator.is_nordic {
        return WireText::new("Pohjoismaat", "Nordic countries", "Norden");
    }
    WireText::new(
        "Kunta, seutukunta, maakunta, hyvinvointialue, aluehallintoviraston alue, suuralue, Manner-Suomi/Ahvenanmaa, sairaanhoitopiiri, erityisvastuualue, yhteistyöalue, koko maa",
        "Municipality, sub-region, region, wellbeing services county, area for the regional state administrative agency, major region, Mainland Finland/Åland, hospital district, university hospital special responsibility area, collaborative area, whole country",
        "Kommun, ekonomisk region, landskap, välfärdsområde, området för regionförvaltningsverket, storområde, Fastlandsfinland/Åland, sjukvårdsdistrikt, specialupptagningsområde, samarbetsområde, hela landet",
    )
}

/// Paragraphs closed where none is open, no-break spaces, a broken dash.
fn explanation() -> WireText {
    WireText::new(
        "<p>Keksittyä aineistoa: luvut eivät kuvaa mitään todellista.<br /></p><p id=suhteutus>Indikaattori ilmaisee luvun vuoden\u{a0}lopussa.<BR><b>Väestötietona käytetään keksittyä väestöä.</p> Ikäryhmä on 0 \u{96} 17-vuotiaat, kun ikää on &#8805; 0 vuotta.<p> ",
        "<p> Made-up data: the figures describe nothing real. </p><br />The indicator gives the figure at the end of the\u{a0}year. <UL><LI>Ages 0 \u{96} 17<LI>18 and over</UL>",
        "<p>Påhittade uppgifter: siffrorna beskriver ingenting verkligt.<br />Indikatorn anger talet i slutet av\u{a0}året. 0 \u{96} 17-åringar.<p>",
    )
}

fn interpretation() -> WireText {
    WireText::new(
        "Katso <a href=\"https://sotkanet.fi/sotkanet/fi/\" TARGET=\"_blank\">Sotkanet</a> &#8594; ohje.<br><br>Keksittyä aineistoa ei tulkita.",
        "Made-up data are not to be interpreted. <BR>",
        "Påhittade uppgifter tolkas inte.",
    )
}

fn limits() -> WireText {
    WireText::new(
        "<p>Tietosuojasyistä alle viiden tapauksen kuntakohtaisia tietoja ei julkisteta.",
        "Figures of fewer than five cases are not published for municipalities.<br />",
        "Uppgifter om färre än fem fall publiceras inte per kommun.",
    )
}

fn notices() -> WireText {
    WireText::new(
        "<b>Keksittyä aineistoa</b>",
        "<b>Made-up data</b>",
        "<b>Påhittade uppgifter",
    )
}
