//! Words of the trend over five years.

use botnia_model::{Language, NoTrend, Trend, TrendVerdict};

use super::{in_language, not_compared};

/// Which way the figures go: "kasvussa".
#[must_use]
pub fn trend(language: Language, trend: Trend) -> &'static str {
    trend_verdict(
        language,
        match trend {
            Trend::Increasing => TrendVerdict::Increasing,
            Trend::Decreasing => TrendVerdict::Decreasing,
            Trend::NoChange => TrendVerdict::NoChange,
            Trend::NotCalculated => TrendVerdict::NotCalculated,
        },
    )
}

/// What that means: "paranemassa".
#[must_use]
pub fn trend_verdict(language: Language, trend: TrendVerdict) -> &'static str {
    in_language(
        language,
        match trend {
            TrendVerdict::GettingBetter => ["paranemassa", "blir bättre", "getting better"],
            TrendVerdict::GettingWorse => ["heikkenemässä", "blir sämre", "getting worse"],
            TrendVerdict::Increasing => ["kasvussa", "ökar", "increasing"],
            TrendVerdict::Decreasing => ["laskussa", "minskar", "decreasing"],
            TrendVerdict::NoChange => [
                "ei selvää suuntaa",
                "ingen tydlig riktning",
                "no clear direction",
            ],
            TrendVerdict::NotCalculated => ["ei laskettu", "inte beräknad", "not calculated"],
        },
    )
}

/// Why there is no trend.
#[must_use]
pub fn no_trend(language: Language, reason: NoTrend) -> &'static str {
    in_language(
        language,
        match reason {
            NoTrend::NoValue => return not_compared(language, botnia_model::NotCompared::NoValue),
            NoTrend::NoInterval => {
                return not_compared(language, botnia_model::NotCompared::NoInterval);
            }
            NoTrend::TooFewYears => [
                "lukuja on alle viideltä peräkkäiseltä vuodelta",
                "det finns uppgifter för färre än fem år i följd",
                "there are figures for fewer than five consecutive years",
            ],
            NoTrend::Break => [
                "aikasarja katkeaa viiden vuoden aikana",
                "tidsserien bryts under de fem åren",
                "the series breaks within the five years",
            ],
            NoTrend::OverlappingPeriods => [
                "ajanjaksot menevät päällekkäin",
                "perioderna överlappar varandra",
                "the periods overlap",
            ],
            NoTrend::NotComparable => [
                "lukumäärille ja summille ei lasketa suuntaa",
                "för antal och belopp beräknas ingen riktning",
                "no direction is calculated for numbers and amounts",
            ],
        },
    )
}
