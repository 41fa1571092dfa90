//! What is said of a figure in a wellbeing report: how sure it is, which way it goes, and
//! how it compares.

use serde::{Deserialize, Serialize};

use crate::indicator::word_enum;

word_enum!(
    /// How an interval of 95 % was computed.
    IntervalMethod {
        /// The source publishes it.
        Published = "published",
        /// Wilson's score interval of a share whose numerator and denominator are known.
        WilsonFromCounts = "wilson_from_counts",
        /// Wilson's score interval of a share whose denominator follows from the share and
        /// its published numerator.
        WilsonReconstructed = "wilson_reconstructed",
        /// Byar's approximation for a rate with ten or more events.
        ByarFromCounts = "byar_from_counts",
        /// The exact Poisson interval of a rate with fewer than ten events.
        ExactFromCounts = "exact_from_counts",
        /// There is none, because none would be honest.
        None = "none",
    }
);

word_enum!(
    /// How a figure compares with another one of the same period.
    Verdict {
        /// Its whole interval is on the good side of the other.
        Better = "better",
        /// The other lies within its interval.
        Similar = "similar",
        /// Its whole interval is on the bad side of the other.
        Worse = "worse",
        /// Its whole interval is above the other, and neither direction is good.
        Higher = "higher",
        /// Its whole interval is below the other, and neither direction is good.
        Lower = "lower",
        /// It was not compared; a reason stands beside it.
        NotCompared = "not_compared",
    }
);

word_enum!(
    /// Why two figures were not compared.
    NotCompared {
        /// There is no own figure.
        NoValue = "no_value",
        /// The other region has no figure of the same period.
        NoComparator = "no_comparator",
        /// The other region is the region itself, or does not exist for it.
        SameRegion = "same_region",
        /// The figure has no interval that would be honest, so chance cannot be judged.
        NoInterval = "no_interval",
        /// It is a number of persons or an amount, which regions of different size cannot
        /// be compared by.
        NotComparable = "not_comparable",
    }
);

word_enum!(
    /// Which way the five latest years go.
    Trend {
        /// Up, more than chance explains.
        Increasing = "increasing",
        /// Down, more than chance explains.
        Decreasing = "decreasing",
        /// No change that chance could not explain.
        NoChange = "no_change",
        /// Not computed; a reason stands beside it.
        NotCalculated = "not_calculated",
    }
);

word_enum!(
    /// What a trend means.
    TrendVerdict {
        /// Towards what is good.
        GettingBetter = "getting_better",
        /// Towards what is bad.
        GettingWorse = "getting_worse",
        /// Up, and neither direction is good.
        Increasing = "increasing",
        /// Down, and neither direction is good.
        Decreasing = "decreasing",
        /// No change that chance could not explain.
        NoChange = "no_change",
        /// Not computed; a reason stands beside it.
        NotCalculated = "not_calculated",
    }
);

word_enum!(
    /// Why a trend was not computed.
    NoTrend {
        /// There is no own figure.
        NoValue = "no_value",
        /// Fewer than five figures of consecutive years.
        TooFewYears = "too_few_years",
        /// The series breaks within the five years.
        Break = "break",
        /// A year has no interval that would be honest.
        NoInterval = "no_interval",
        /// The periods overlap.
        OverlappingPeriods = "overlapping_periods",
        /// It is a number of persons or an amount.
        NotComparable = "not_comparable",
    }
);

word_enum!(
    /// With whom a region is compared in a report, in the order of the columns V1 to V4 and
    /// what follows them.
    Comparator {
        /// Its province.
        Province = "province",
        /// Its wellbeing services county.
        WellbeingCounty = "wellbeing_county",
        /// The country.
        Country = "country",
        /// Its peers.
        Peers = "peers",
        /// The province without it.
        RestOfProvince = "rest_of_province",
    }
);

word_enum!(
    /// How the peers of a region were found.
    PeerMethod {
        /// The settings name them.
        Chosen = "chosen",
        /// They share a border with it.
        Neighbours = "neighbours",
        /// They are the nearest by a weighted distance of their figures.
        Nearest = "nearest",
    }
);
