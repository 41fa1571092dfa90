//! Words of comparisons: with whom, how, with what result, and why not.
//!
//! "Similar" is never called the same: it means that chance can explain the difference.

use botnia_model::{Comparator, IntervalMethod, Language, NotCompared, PeerMethod, Verdict};

use super::in_language;

/// A verdict as a cell of a table: "parempi".
#[must_use]
pub fn verdict(language: Language, verdict: Verdict) -> &'static str {
    in_language(
        language,
        match verdict {
            Verdict::Better => ["parempi", "bättre", "better"],
            Verdict::Similar => [
                "ei selvää eroa",
                "ingen tydlig skillnad",
                "no clear difference",
            ],
            Verdict::Worse => ["heikompi", "sämre", "worse"],
            Verdict::Higher => ["suurempi", "högre", "higher"],
            Verdict::Lower => ["pienempi", "lägre", "lower"],
            Verdict::NotCompared => ["ei verrattu", "inte jämförd", "not compared"],
        },
    )
}

/// A verdict together with whom it is about: "parempi kuin maakunnassa", "ei selvää eroa
/// maakuntaan".
#[must_use]
pub fn verdict_against(language: Language, verdict: Verdict, with: Comparator) -> String {
    let (before, place) = match verdict {
        Verdict::Similar => (
            in_language(
                language,
                [
                    "ei selvää eroa",
                    "ingen tydlig skillnad jämfört med",
                    "no clear difference from",
                ],
            ),
            comparator_against(language, with),
        ),
        Verdict::NotCompared => (
            in_language(
                language,
                ["ei verrattu", "inte jämförd med", "not compared with"],
            ),
            comparator_against(language, with),
        ),
        Verdict::Better => (
            in_language(language, ["parempi kuin", "bättre än", "better than"]),
            comparator_in(language, with),
        ),
        Verdict::Worse => (
            in_language(language, ["heikompi kuin", "sämre än", "worse than"]),
            comparator_in(language, with),
        ),
        Verdict::Higher => (
            in_language(language, ["suurempi kuin", "högre än", "higher than"]),
            comparator_in(language, with),
        ),
        Verdict::Lower => (
            in_language(language, ["pienempi kuin", "lägre än", "lower than"]),
            comparator_in(language, with),
        ),
    };
    format!("{before} {place}")
}

/// With whom a region is compared, as the heading of a column: "maakunta".
#[must_use]
pub fn comparator(language: Language, comparator: Comparator) -> &'static str {
    in_language(
        language,
        match comparator {
            Comparator::Province => ["maakunta", "landskapet", "region (maakunta)"],
            Comparator::WellbeingCounty => [
                "hyvinvointialue",
                "välfärdsområdet",
                "wellbeing services county",
            ],
            Comparator::Country => ["koko maa", "hela landet", "whole country"],
            Comparator::Peers => ["verrokkialueet", "referensområden", "peer areas"],
            Comparator::RestOfProvince => [
                "muu maakunta",
                "landskapet i övrigt",
                "rest of the region (maakunta)",
            ],
        },
    )
}

/// The comparator as a place: "maakunnassa", "i landskapet", "in the region".
#[must_use]
pub fn comparator_in(language: Language, comparator: Comparator) -> &'static str {
    in_language(
        language,
        match comparator {
            Comparator::Province => ["maakunnassa", "i landskapet", "in the region"],
            Comparator::WellbeingCounty => [
                "hyvinvointialueella",
                "i välfärdsområdet",
                "in the wellbeing services county",
            ],
            Comparator::Country => ["koko maassa", "i hela landet", "in the whole country"],
            Comparator::Peers => [
                "verrokkialueilla",
                "i referensområdena",
                "in the peer areas",
            ],
            Comparator::RestOfProvince => [
                "muualla maakunnassa",
                "i landskapet i övrigt",
                "in the rest of the region",
            ],
        },
    )
}

/// The comparator as what is compared with: in Finnish in the illative ("eroa
/// maakuntaan"), in Swedish and English after "jämfört med" and "from".
#[must_use]
pub fn comparator_against(language: Language, comparator: Comparator) -> &'static str {
    in_language(
        language,
        match comparator {
            Comparator::Province => ["maakuntaan", "landskapet", "the region"],
            Comparator::WellbeingCounty => [
                "hyvinvointialueeseen",
                "välfärdsområdet",
                "the wellbeing services county",
            ],
            Comparator::Country => ["koko maahan", "hela landet", "the whole country"],
            Comparator::Peers => ["verrokkialueisiin", "referensområdena", "the peer areas"],
            Comparator::RestOfProvince => [
                "muuhun maakuntaan",
                "landskapet i övrigt",
                "the rest of the region",
            ],
        },
    )
}

/// Why a figure was not compared with another region's.
#[must_use]
pub fn not_compared(language: Language, reason: NotCompared) -> &'static str {
    in_language(
        language,
        match reason {
            NotCompared::NoValue => [
                "alueesta ei ole lukua",
                "det finns ingen uppgift om området",
                "there is no figure for the area",
            ],
            NotCompared::NoComparator => [
                "vertailualueesta ei ole lukua samalta ajalta",
                "det finns ingen uppgift om jämförelseområdet för samma tid",
                "there is no figure for the other area for the same period",
            ],
            NotCompared::SameRegion => [
                "erillistä vertailualuetta ei ole",
                "det finns inget separat jämförelseområde",
                "there is no separate area to compare with",
            ],
            NotCompared::NoInterval => [
                "sattuman osuutta ei voi arvioida",
                "slumpens inverkan kan inte bedömas",
                "the effect of chance cannot be assessed",
            ],
            NotCompared::NotComparable => [
                "lukumääriä ja summia ei verrata erikokoisten alueiden kesken",
                "antal och belopp jämförs inte mellan områden av olika storlek",
                "numbers and amounts are not compared between areas of different size",
            ],
        },
    )
}

/// What a verdict on a region's own figure against its previous one says: "parantunut".
#[must_use]
pub fn change_verdict(language: Language, verdict: Verdict) -> &'static str {
    in_language(
        language,
        match verdict {
            Verdict::Better => ["parantunut", "har förbättrats", "improved"],
            Verdict::Similar => [
                "ei selvää muutosta",
                "ingen tydlig förändring",
                "no clear change",
            ],
            Verdict::Worse => ["heikentynyt", "har försämrats", "worsened"],
            Verdict::Higher => ["kasvanut", "har ökat", "increased"],
            Verdict::Lower => ["pienentynyt", "har minskat", "decreased"],
            Verdict::NotCompared => ["ei arvioitu", "inte bedömd", "not assessed"],
        },
    )
}

/// Why a figure was not compared with the region's own previous one.
#[must_use]
pub fn change_not_compared(language: Language, reason: NotCompared) -> &'static str {
    match reason {
        NotCompared::NoValue | NotCompared::NoInterval => not_compared(language, reason),
        NotCompared::NoComparator | NotCompared::SameRegion => in_language(
            language,
            [
                "aiempaa vertailukelpoista lukua ei ole",
                "det finns ingen tidigare jämförbar uppgift",
                "there is no earlier comparable figure",
            ],
        ),
        NotCompared::NotComparable => in_language(
            language,
            [
                "lukumäärien ja summien muutosta ei arvioida",
                "förändringar i antal och belopp bedöms inte",
                "changes in numbers and amounts are not assessed",
            ],
        ),
    }
}

/// How an interval was computed, for those who ask for the method.
#[must_use]
pub fn interval_method(language: Language, method: IntervalMethod) -> &'static str {
    in_language(
        language,
        match method {
            IntervalMethod::Published => [
                "lähteen julkaisema luottamusväli",
                "konfidensintervall som källan har publicerat",
                "confidence interval published by the source",
            ],
            IntervalMethod::WilsonFromCounts => [
                "Wilsonin luottamusväli, laskettu lukumääristä",
                "Wilsons konfidensintervall, beräknat ur antalen",
                "Wilson interval, computed from the counts",
            ],
            IntervalMethod::WilsonReconstructed => [
                "Wilsonin luottamusväli, nimittäjä laskettu osuudesta ja lukumäärästä",
                "Wilsons konfidensintervall, nämnaren beräknad ur andelen och antalet",
                "Wilson interval, its denominator computed from the share and the count",
            ],
            IntervalMethod::ByarFromCounts => [
                "Byarin likimääräinen luottamusväli, laskettu lukumääristä",
                "Byars approximativa konfidensintervall, beräknat ur antalen",
                "Byar's approximate interval, computed from the counts",
            ],
            IntervalMethod::ExactFromCounts => [
                "tarkka Poisson-luottamusväli, laskettu lukumääristä",
                "exakt Poisson-konfidensintervall, beräknat ur antalen",
                "exact Poisson interval, computed from the counts",
            ],
            IntervalMethod::None => [
                "ei luottamusväliä",
                "inget konfidensintervall",
                "no confidence interval",
            ],
        },
    )
}

/// How a region's peers were found.
#[must_use]
pub fn peer_method(language: Language, method: PeerMethod) -> &'static str {
    in_language(
        language,
        match method {
            PeerMethod::Chosen => [
                "itse valitut alueet",
                "områden som valts för jämförelsen",
                "areas chosen for the comparison",
            ],
            PeerMethod::Neighbours => ["naapurialueet", "grannområden", "neighbouring areas"],
            PeerMethod::Nearest => [
                "tunnusluvuiltaan lähimmät alueet",
                "områden med de mest likartade nyckeltalen",
                "areas with the most similar key figures",
            ],
        },
    )
}
