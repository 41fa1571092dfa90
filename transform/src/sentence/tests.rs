//! Every template in every language, written by hand, and what must hold for whatever they
//! are filled with.

mod identities;

use botnia_config::{InflectedName, InflectedNames, RegionTables};
use botnia_model::RegionKey;

use super::*;

const UNEMPLOYED: [&str; 3] = [
    "Työttömät, % työvoimasta",
    "Arbetslösa, % av arbetskraften",
    "Unemployed persons, as % of labour force",
];
const SHARE_OF_UNEMPLOYED: [&str; 3] = [
    "Työttömien osuus työvoimasta",
    "Andelen arbetslösa av arbetskraften",
    "The share of unemployed people in the labour force",
];

fn text(texts: [&str; 3]) -> Text {
    let [fi, sv, en] = texts.map(str::to_owned);
    Text { fi, sv, en }
}

/// A region of the tables with its forms.
struct Known {
    level: RegionLevel,
    name: Text,
    forms: InflectedName,
}

fn region(level: RegionLevel, code: &str) -> Known {
    let tables = RegionTables::builtin();
    let key = RegionKey::new(level, code.parse().unwrap());
    let name = match level {
        RegionLevel::Municipality => tables.municipality(&key.code).unwrap().name.clone(),
        _ => tables.region(&key).unwrap().name.clone(),
    };
    Known {
        level,
        forms: InflectedNames::builtin().of(&key, &name),
        name,
    }
}

fn seinajoki() -> Known {
    region(RegionLevel::Municipality, "743")
}

fn country() -> Known {
    region(RegionLevel::Country, "SSS")
}

fn south_ostrobothnia() -> Known {
    region(RegionLevel::Province, "14")
}

fn year(year: i32) -> Period {
    Period::of_year(year)
}

/// Checks what the facts say of unemployment in Seinäjoki, 7.2 % in 2024, as bent.
fn check(bend: impl FnOnce(&mut Facts<'_>), expected: [&str; 3]) {
    let (own, title, subject) = (seinajoki(), text(UNEMPLOYED), text(SHARE_OF_UNEMPLOYED));
    let period = year(2024);
    let mut facts = Facts {
        title: &title,
        subject: Some(&subject),
        region: &own.name,
        level: own.level,
        place: &own.forms,
        sex: Sex::Total,
        kind: ValueKind::Share,
        decimals: Some(1),
        is_projection: false,
        status: Status::Normal,
        figure: Some((7.2, &period)),
        country: None,
        province: None,
        previous: None,
        trend: TrendVerdict::NotCalculated,
    };
    bend(&mut facts);
    let said = sentence(&facts);
    let expected = expected.map(|text| text.replace('_', "\u{a0}"));
    assert_eq!([said.fi, said.sv, said.en], expected);
}

#[test]
fn a_figure_with_a_subject() {
    check(
        |_| {},
        [
            "Työttömien osuus työvoimasta oli Seinäjoella 7,2_% vuonna 2024.",
            "Andelen arbetslösa av arbetskraften var 7,2_% i Seinäjoki år 2024.",
            "The share of unemployed people in the labour force was 7.2% in Seinäjoki in 2024.",
        ],
    );
}

#[test]
fn a_figure_behind_a_title() {
    check(
        |facts| facts.subject = None,
        [
            "Työttömät, % työvoimasta: Seinäjoella 7,2_% vuonna 2024.",
            "Arbetslösa, % av arbetskraften: 7,2_% i Seinäjoki år 2024.",
            "Unemployed persons, as % of labour force: 7.2% in Seinäjoki in 2024.",
        ],
    );
}

#[test]
fn names_that_rules_alone_do_not_give() {
    for (level, code, expected) in [
        (
            RegionLevel::Municipality,
            "599",
            [
                "Työttömien osuus työvoimasta oli Pedersören kunnassa 7,2_% vuonna 2024.",
                "Andelen arbetslösa av arbetskraften var 7,2_% i Pedersöre år 2024.",
                "The share of unemployed people in the labour force was 7.2% in Pedersöre in 2024.",
            ],
        ),
        (
            RegionLevel::Municipality,
            "893",
            [
                "Työttömien osuus työvoimasta oli Uudessakaarlepyyssä 7,2_% vuonna 2024.",
                "Andelen arbetslösa av arbetskraften var 7,2_% i Nykarleby år 2024.",
                "The share of unemployed people in the labour force was 7.2% in Nykarleby in 2024.",
            ],
        ),
        (
            RegionLevel::WellbeingCounty,
            "17",
            [
                "Työttömien osuus työvoimasta oli Pohjanmaan hyvinvointialueella 7,2_% vuonna 2024.",
                "Andelen arbetslösa av arbetskraften var 7,2_% i Österbottens välfärdsområde år 2024.",
                "The share of unemployed people in the labour force was 7.2% in the Ostrobothnia wellbeing services county in 2024.",
            ],
        ),
        (
            RegionLevel::Country,
            "SSS",
            [
                "Työttömien osuus työvoimasta oli koko maassa 7,2_% vuonna 2024.",
                "Andelen arbetslösa av arbetskraften var 7,2_% i hela landet år 2024.",
                "The share of unemployed people in the labour force was 7.2% in the whole country in 2024.",
            ],
        ),
    ] {
        let own = region(level, code);
        let forms = own.forms.clone();
        check(
            // The facts live no longer than the closure; a leak of a few bytes in a test.
            |facts| facts.place = Box::leak(Box::new(forms)),
            expected,
        );
    }
}

#[test]
fn times_other_than_a_year() {
    for (period, expected) in [
        (
            "2019/2021",
            [
                "Työttömien osuus työvoimasta oli Seinäjoella 7,2_% vuosina 2019–2021.",
                "Andelen arbetslösa av arbetskraften var 7,2_% i Seinäjoki åren 2019–2021.",
                "The share of unemployed people in the labour force was 7.2% in Seinäjoki in 2019–2021.",
            ],
        ),
        (
            "2024-Q2",
            [
                "Työttömien osuus työvoimasta oli Seinäjoella 7,2_% vuoden 2024 toisella neljänneksellä.",
                "Andelen arbetslösa av arbetskraften var 7,2_% i Seinäjoki under andra kvartalet 2024.",
                "The share of unemployed people in the labour force was 7.2% in Seinäjoki in the second quarter of 2024.",
            ],
        ),
        (
            "2024-11",
            [
                "Työttömien osuus työvoimasta oli Seinäjoella 7,2_% marraskuussa 2024.",
                "Andelen arbetslösa av arbetskraften var 7,2_% i Seinäjoki i november 2024.",
                "The share of unemployed people in the labour force was 7.2% in Seinäjoki in November 2024.",
            ],
        ),
    ] {
        let period: &'static Period = Box::leak(Box::new(period.parse().unwrap()));
        check(|facts| facts.figure = Some((7.2, period)), expected);
    }
}

#[test]
fn units_of_other_kinds() {
    let [fi, sv, en] = [
        "Lainakanta asukasta kohti",
        "Lånebeståndet per invånare",
        "The loan stock per inhabitant",
    ];
    let subject: &'static Text = Box::leak(Box::new(text([fi, sv, en])));
    let period: &'static Period = Box::leak(Box::new(year(2023)));
    for (value, expected) in [
        (
            3456.0,
            [
                "Lainakanta asukasta kohti oli Seinäjoella 3_456_euroa vuonna 2023.",
                "Lånebeståndet per invånare var 3_456_euro i Seinäjoki år 2023.",
                "The loan stock per inhabitant was 3,456_euros in Seinäjoki in 2023.",
            ],
        ),
        (
            1.0,
            [
                "Lainakanta asukasta kohti oli Seinäjoella 1_euro vuonna 2023.",
                "Lånebeståndet per invånare var 1_euro i Seinäjoki år 2023.",
                "The loan stock per inhabitant was 1_euro in Seinäjoki in 2023.",
            ],
        ),
        (
            -20.0,
            [
                "Lainakanta asukasta kohti oli Seinäjoella \u{2212}20_euroa vuonna 2023.",
                "Lånebeståndet per invånare var \u{2212}20_euro i Seinäjoki år 2023.",
                "The loan stock per inhabitant was \u{2212}20_euros in Seinäjoki in 2023.",
            ],
        ),
    ] {
        check(
            |facts| {
                facts.subject = Some(subject);
                facts.kind = ValueKind::EuroPerPerson;
                facts.decimals = Some(0);
                facts.figure = Some((value, period));
            },
            expected,
        );
    }
}

#[test]
fn what_must_be_known_of_the_figure() {
    check(
        |facts| {
            facts.sex = Sex::Female;
            facts.status = Status::Provisional;
        },
        [
            "Työttömien osuus työvoimasta oli Seinäjoella 7,2_% vuonna 2024. Luku koskee naisia. Luku on ennakkotieto.",
            "Andelen arbetslösa av arbetskraften var 7,2_% i Seinäjoki år 2024. Siffran gäller kvinnor. Siffran är preliminär.",
            "The share of unemployed people in the labour force was 7.2% in Seinäjoki in 2024. The figure is for women. The figure is provisional.",
        ],
    );
    check(
        |facts| {
            facts.sex = Sex::Male;
            facts.status = Status::Break;
        },
        [
            "Työttömien osuus työvoimasta oli Seinäjoella 7,2_% vuonna 2024. Luku koskee miehiä. Luku ei ole vertailukelpoinen aiempien lukujen kanssa.",
            "Andelen arbetslösa av arbetskraften var 7,2_% i Seinäjoki år 2024. Siffran gäller män. Siffran är inte jämförbar med tidigare siffror.",
            "The share of unemployed people in the labour force was 7.2% in Seinäjoki in 2024. The figure is for men. The figure cannot be compared with earlier ones.",
        ],
    );
}

#[test]
fn a_projection_does_not_name_the_year_of_its_base() {
    let title: &'static Text = Box::leak(Box::new(text([
        "Väestöennuste 2030",
        "Befolkningsprognos 2030",
        "Population projection 2030",
    ])));
    check(
        |facts| {
            facts.title = title;
            facts.kind = ValueKind::Count;
            facts.decimals = Some(0);
            facts.is_projection = true;
            facts.figure = facts.figure.map(|(_, period)| (66_543.0, period));
        },
        [
            "Väestöennuste 2030: Seinäjoella 66_543. Luku on ennuste.",
            "Befolkningsprognos 2030: 66_543 i Seinäjoki. Siffran är en prognos.",
            "Population projection 2030: 66,543 in Seinäjoki. The figure is a projection.",
        ],
    );
}

const OWN: [&str; 3] = [
    "Työttömien osuus työvoimasta oli Seinäjoella 7,2_% vuonna 2024. ",
    "Andelen arbetslösa av arbetskraften var 7,2_% i Seinäjoki år 2024. ",
    "The share of unemployed people in the labour force was 7.2% in Seinäjoki in 2024. ",
];

/// Checks what follows the figure itself.
fn check_after(bend: impl FnOnce(&mut Facts<'_>), expected: [&str; 3]) {
    let whole = [0, 1, 2].map(|at| format!("{}{}", OWN[at], expected[at]));
    check(bend, [&whole[0], &whole[1], &whole[2]]);
}

fn beside(region: Known, value: f64, verdict: Verdict) -> Beside<'static> {
    Beside {
        place: Box::leak(Box::new(region.forms)),
        value,
        verdict,
    }
}

#[test]
fn a_clear_difference_from_the_country() {
    for (verdict, value, expected) in [
        (
            Verdict::Better,
            9.5,
            [
                "Tilanne on parempi kuin koko maassa (9,5_%), eikä ero selity pelkällä sattumalla.",
                "Läget är bättre än i hela landet (9,5_%), och skillnaden beror inte enbart på slumpen.",
                "The situation is better than in the whole country (9.5%), and chance alone does not explain the difference.",
            ],
        ),
        (
            Verdict::Worse,
            5.5,
            [
                "Tilanne on heikompi kuin koko maassa (5,5_%), eikä ero selity pelkällä sattumalla.",
                "Läget är sämre än i hela landet (5,5_%), och skillnaden beror inte enbart på slumpen.",
                "The situation is worse than in the whole country (5.5%), and chance alone does not explain the difference.",
            ],
        ),
        (
            Verdict::Higher,
            5.5,
            [
                "Luku on suurempi kuin koko maassa (5,5_%), eikä ero selity pelkällä sattumalla.",
                "Siffran är högre än i hela landet (5,5_%), och skillnaden beror inte enbart på slumpen.",
                "The figure is higher than in the whole country (5.5%), and chance alone does not explain the difference.",
            ],
        ),
        (
            Verdict::Lower,
            9.5,
            [
                "Luku on pienempi kuin koko maassa (9,5_%), eikä ero selity pelkällä sattumalla.",
                "Siffran är lägre än i hela landet (9,5_%), och skillnaden beror inte enbart på slumpen.",
                "The figure is lower than in the whole country (9.5%), and chance alone does not explain the difference.",
            ],
        ),
    ] {
        check_after(
            |facts| facts.country = Some(beside(country(), value, verdict)),
            expected,
        );
    }
}

#[test]
fn the_province_is_told_where_it_says_the_same_or_there_is_no_country() {
    check_after(
        |facts| {
            facts.country = Some(beside(country(), 9.5, Verdict::Better));
            facts.province = Some(beside(south_ostrobothnia(), 8.5, Verdict::Better));
        },
        [
            "Tilanne on parempi kuin koko maassa (9,5_%) ja Etelä-Pohjanmaalla (8,5_%), eivätkä erot selity pelkällä sattumalla.",
            "Läget är bättre än i hela landet (9,5_%) och i Södra Österbotten (8,5_%), och skillnaderna beror inte enbart på slumpen.",
            "The situation is better than in the whole country (9.5%) and in South Ostrobothnia (8.5%), and chance alone does not explain the differences.",
        ],
    );
    check_after(
        |facts| {
            facts.country = Some(beside(country(), 9.5, Verdict::Better));
            facts.province = Some(beside(south_ostrobothnia(), 7.1, Verdict::Similar));
        },
        [
            "Tilanne on parempi kuin koko maassa (9,5_%), eikä ero selity pelkällä sattumalla.",
            "Läget är bättre än i hela landet (9,5_%), och skillnaden beror inte enbart på slumpen.",
            "The situation is better than in the whole country (9.5%), and chance alone does not explain the difference.",
        ],
    );
    check_after(
        |facts| facts.province = Some(beside(south_ostrobothnia(), 7.1, Verdict::Similar)),
        [
            "Etelä-Pohjanmaalla luku oli 7,1_%. Ero voi johtua sattumasta.",
            "I Södra Österbotten var siffran 7,1_%. Skillnaden kan bero på slumpen.",
            "In South Ostrobothnia the figure was 7.1%. The difference may be due to chance.",
        ],
    );
}

#[test]
fn a_difference_that_is_not_judged_or_not_seen() {
    check_after(
        |facts| facts.country = Some(beside(country(), 7.9, Verdict::Similar)),
        [
            "Koko maassa luku oli 7,9_%. Ero voi johtua sattumasta.",
            "I hela landet var siffran 7,9_%. Skillnaden kan bero på slumpen.",
            "In the whole country the figure was 7.9%. The difference may be due to chance.",
        ],
    );
    check_after(
        |facts| facts.country = Some(beside(country(), 7.9, Verdict::NotCompared)),
        [
            "Koko maassa luku oli 7,9_%.",
            "I hela landet var siffran 7,9_%.",
            "In the whole country the figure was 7.9%.",
        ],
    );
    check_after(
        |facts| {
            facts.kind = ValueKind::SurveyShare;
            facts.country = Some(beside(country(), 7.9, Verdict::NotCompared));
        },
        [
            "Koko maassa luku oli 7,9_%. Kyselyn tuloksissa pienet erot voivat johtua sattumasta.",
            "I hela landet var siffran 7,9_%. I enkätresultat kan små skillnader bero på slumpen.",
            "In the whole country the figure was 7.9%. In survey results, small differences may be due to chance.",
        ],
    );
    check_after(
        |facts| facts.country = Some(beside(country(), 7.2, Verdict::Similar)),
        [
            "Koko maassa luku oli yhtä suuri.",
            "I hela landet var siffran lika stor.",
            "In the whole country the figure was the same.",
        ],
    );
    // A clear difference is shown, however small.
    check_after(
        |facts| facts.country = Some(beside(country(), 7.24, Verdict::Lower)),
        [
            "Luku on pienempi kuin koko maassa (7,24_%), eikä ero selity pelkällä sattumalla.",
            "Siffran är lägre än i hela landet (7,24_%), och skillnaden beror inte enbart på slumpen.",
            "The figure is lower than in the whole country (7.24%), and chance alone does not explain the difference.",
        ],
    );
}

#[test]
fn where_five_years_lead() {
    for (trend, expected) in [
        (
            TrendVerdict::GettingBetter,
            [
                "Viiden vuoden aikana tilanne on parantunut.",
                "På fem år har läget förbättrats.",
                "Over five years the situation has improved.",
            ],
        ),
        (
            TrendVerdict::GettingWorse,
            [
                "Viiden vuoden aikana tilanne on heikentynyt.",
                "På fem år har läget försämrats.",
                "Over five years the situation has worsened.",
            ],
        ),
        (
            TrendVerdict::Increasing,
            [
                "Viiden vuoden aikana luku on kasvanut.",
                "På fem år har siffran ökat.",
                "Over five years the figure has increased.",
            ],
        ),
        (
            TrendVerdict::Decreasing,
            [
                "Viiden vuoden aikana luku on pienentynyt.",
                "På fem år har siffran minskat.",
                "Over five years the figure has decreased.",
            ],
        ),
        (
            TrendVerdict::NoChange,
            [
                "Viiden vuoden aikana luku ei ole selvästi kasvanut eikä pienentynyt.",
                "På fem år har siffran varken ökat eller minskat tydligt.",
                "Over five years the figure has neither clearly increased nor decreased.",
            ],
        ),
    ] {
        check_after(
            |facts| {
                facts.trend = trend;
                // The change from the year before adds nothing to five years.
                facts.previous = Some(Previous {
                    period: year(2023),
                    value: 8.0,
                    verdict: Verdict::Better,
                    not_compared: None,
                });
            },
            expected,
        );
    }
}

#[test]
fn the_change_from_the_figure_before() {
    for (verdict, expected) in [
        (
            Verdict::Better,
            [
                "Tilanne on parantunut edellisestä kerrasta (8,0_% vuonna 2022).",
                "Läget har förbättrats jämfört med den föregående siffran (8,0_% år 2022).",
                "The situation has improved from the previous figure (8.0% in 2022).",
            ],
        ),
        (
            Verdict::Worse,
            [
                "Tilanne on heikentynyt edellisestä kerrasta (8,0_% vuonna 2022).",
                "Läget har försämrats jämfört med den föregående siffran (8,0_% år 2022).",
                "The situation has worsened from the previous figure (8.0% in 2022).",
            ],
        ),
        (
            Verdict::Higher,
            [
                "Luku on kasvanut edellisestä kerrasta (8,0_% vuonna 2022).",
                "Siffran har ökat jämfört med den föregående siffran (8,0_% år 2022).",
                "The figure has increased from the previous figure (8.0% in 2022).",
            ],
        ),
        (
            Verdict::Lower,
            [
                "Luku on pienentynyt edellisestä kerrasta (8,0_% vuonna 2022).",
                "Siffran har minskat jämfört med den föregående siffran (8,0_% år 2022).",
                "The figure has decreased from the previous figure (8.0% in 2022).",
            ],
        ),
        (
            Verdict::Similar,
            [
                "Muutos edellisestä kerrasta (8,0_% vuonna 2022) voi johtua sattumasta.",
                "Förändringen jämfört med den föregående siffran (8,0_% år 2022) kan bero på slumpen.",
                "The change from the previous figure (8.0% in 2022) may be due to chance.",
            ],
        ),
    ] {
        check_after(
            |facts| {
                facts.previous = Some(Previous {
                    period: year(2022),
                    value: 8.0,
                    verdict,
                    not_compared: None,
                });
            },
            expected,
        );
    }
    let not_compared = |reason| Previous {
        period: year(2022),
        value: 8.0,
        verdict: Verdict::NotCompared,
        not_compared: Some(reason),
    };
    check_after(
        |facts| facts.previous = Some(not_compared(NotCompared::NoInterval)),
        [
            "Edellinen luku oli 8,0_% vuonna 2022.",
            "Den föregående siffran var 8,0_% år 2022.",
            "The previous figure was 8.0% in 2022.",
        ],
    );
    // Before a break of the series there is nothing to stand beside.
    let alone = OWN.map(str::trim_end);
    check(
        |facts| facts.previous = Some(not_compared(NotCompared::NoComparator)),
        alone,
    );
}

#[test]
fn why_there_is_no_figure() {
    for (status, expected) in [
        (
            Status::NotPublished,
            [
                "Työttömien osuus työvoimasta (Seinäjoki): tietoa ei ole julkaistu.",
                "Andelen arbetslösa av arbetskraften (Seinäjoki): uppgiften har inte publicerats.",
                "The share of unemployed people in the labour force (Seinäjoki): the figure has not been published.",
            ],
        ),
        (
            Status::Suppressed,
            [
                "Työttömien osuus työvoimasta (Seinäjoki): tietoa ei näytetä tietosuojan vuoksi, koska se koskee niin harvoja, että joku voitaisiin tunnistaa.",
                "Andelen arbetslösa av arbetskraften (Seinäjoki): uppgiften visas inte av integritetsskäl, eftersom den gäller så få att någon kunde kännas igen.",
                "The share of unemployed people in the labour force (Seinäjoki): the figure is not shown, to protect privacy, because it concerns so few people that someone could be recognised.",
            ],
        ),
        (
            Status::NotCollected,
            [
                "Työttömien osuus työvoimasta (Seinäjoki): tietoa ei ole kerätty.",
                "Andelen arbetslösa av arbetskraften (Seinäjoki): uppgiften har inte samlats in.",
                "The share of unemployed people in the labour force (Seinäjoki): the figure has not been collected.",
            ],
        ),
        (
            Status::NotApplicable,
            [
                "Työttömien osuus työvoimasta (Seinäjoki): tätä tietoa ei tuoteta tästä alueesta.",
                "Andelen arbetslösa av arbetskraften (Seinäjoki): den här uppgiften tas inte fram för området.",
                "The share of unemployed people in the labour force (Seinäjoki): this figure is not produced for the area.",
            ],
        ),
        (
            Status::BelowRespondentLimit,
            [
                "Työttömien osuus työvoimasta (Seinäjoki): kyselyyn vastasi liian harva, jotta tieto voitaisiin julkaista.",
                "Andelen arbetslösa av arbetskraften (Seinäjoki): alltför få svarade på enkäten för att uppgiften skulle kunna publiceras.",
                "The share of unemployed people in the labour force (Seinäjoki): too few people answered the survey for the figure to be published.",
            ],
        ),
        (
            Status::SeriesEndedAtLevel,
            [
                "Työttömien osuus työvoimasta (Seinäjoki): lähde ei enää julkaise tätä tietoa kunnittain.",
                "Andelen arbetslösa av arbetskraften (Seinäjoki): källan publicerar inte längre den här uppgiften efter kommun.",
                "The share of unemployed people in the labour force (Seinäjoki): the source no longer publishes this figure by municipality.",
            ],
        ),
        (
            Status::FetchFailed,
            [
                "Työttömien osuus työvoimasta (Seinäjoki): tietoa ei saatu haettua lähteestä.",
                "Andelen arbetslösa av arbetskraften (Seinäjoki): uppgiften kunde inte hämtas från källan.",
                "The share of unemployed people in the labour force (Seinäjoki): the figure could not be retrieved from the source.",
            ],
        ),
    ] {
        check(
            |facts| {
                facts.figure = None;
                facts.status = status;
            },
            expected,
        );
    }
    check(
        |facts| {
            facts.subject = None;
            facts.figure = None;
            facts.status = Status::NotCollected;
        },
        [
            "Työttömät, % työvoimasta (Seinäjoki): tietoa ei ole kerätty.",
            "Arbetslösa, % av arbetskraften (Seinäjoki): uppgiften har inte samlats in.",
            "Unemployed persons, as % of labour force (Seinäjoki): the figure has not been collected.",
        ],
    );
}

#[test]
fn a_title_that_is_missing_in_a_language_stands_in_finnish() {
    let title: &'static Text = Box::leak(Box::new(text(["Oma\n kysely", "", ""])));
    check(
        |facts| {
            facts.subject = None;
            facts.title = title;
        },
        [
            "Oma kysely: Seinäjoella 7,2_% vuonna 2024.",
            "Oma kysely: 7,2_% i Seinäjoki år 2024.",
            "Oma kysely: 7.2% in Seinäjoki in 2024.",
        ],
    );
}
