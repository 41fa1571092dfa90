//! What the columns of the top-level tables mean: in English for catalogues, in the other
//! languages for the site.

mod translated;

use botnia_model::{Comparator, Language};

/// What `column` of `table` means, in `language` where somebody told it so, and otherwise in
/// English; with the language that it is in.
pub fn column_meaning(
    language: Language,
    table: &str,
    column: &str,
) -> Option<(&'static str, Language)> {
    let translated = translated::translated(table, column);
    match (language, translated) {
        (Language::Fi, Some([told, _])) | (Language::Sv, Some([_, told])) => Some((told, language)),
        _ => Some((column_description(table, column)?, Language::En)),
    }
}

/// What `column` of `table` (a name without its ending) means; `None` for a column that
/// the published tables do not have.
pub fn column_description(table: &str, column: &str) -> Option<&'static str> {
    special(table, column)
        .or_else(|| of_observations(column))
        .or_else(|| of_indicators(column))
        .or_else(|| of_regions(column))
        .or_else(|| of_changes(column))
        .or_else(|| of_judgements(column))
        .or_else(|| of_peers(column))
}

/// Where a column means something else in one table than in the others.
fn special(table: &str, column: &str) -> Option<&'static str> {
    Some(match (table, column) {
        ("regions", "valid_from") => {
            "First day of validity, YYYY-MM-DD; null before 2000 or unknown"
        }
        ("region_memberships", "region_id") => {
            "The municipality, or the member of a group of the settings"
        }
        ("region_classes", "region_id") => "The municipality",
        ("region_memberships" | "region_classes", "valid_from") => {
            "First day on which it is known, YYYY-MM-DD; null where it holds from before 2001 on"
        }
        ("indicators", "state") => {
            "active, stale (the source could not be asked), ended (no value for six years), or \
             held (newer figures await a decision)"
        }
        ("revisions", "change") => "added, changed or removed",
        ("wellbeing", "change") => "The value less the previous value",
        ("revisions", "release") => "The release in which the observation changed",
        ("wellbeing", "year") => "The latest year with a value; null where there is none",
        ("wellbeing", "period") => "The latest period with a value; null where there is none",
        ("wellbeing", "value") => "The area's own value in that year, unrounded",
        ("wellbeing", "origin") => {
            "Whether the value is published or computed; null where there is none"
        }
        ("wellbeing", "sex") => "total, or the only sex that the indicator has",
        ("peers", "position") => "Place among the peers, from 1; the nearest first",
        _ => return None,
    })
}

/// Of `observations`, and of those who share its columns.
fn of_observations(column: &str) -> Option<&'static str> {
    Some(match column {
        "indicator_id" => "<source>:<id at the source>, for example sotkanet:127",
        "source" => "The source's id",
        "source_indicator" => "What the source calls the indicator",
        "region_level" => "Level of the area: municipality, province, wellbeing_county, …",
        "region_code" => "Official code within the level, text with its zeros",
        "region_id" => "Id that is unique across levels: KU743, MK14, HVA16, SK142, SSS",
        "source_region_id" => "The source's own id of the area",
        "year" => "First calendar year of the period",
        "period" => "2024, 2024-Q1, 2024-03 or 2019/2021",
        "sex" => "total, male or female",
        "breakdown" => "Any further dimension, key=value;key=value; null where there is none",
        "value" => "The published figure, unrounded; null where there is none, never zero for that",
        "absolute_value" => "The count behind the value, where the source gives one",
        "status" => {
            "normal, provisional, projection, break, nil, or why the value is null: \
             not_published, suppressed, not_collected, not_applicable, below_respondent_limit, \
             series_ended_at_level, fetch_failed"
        }
        "origin" => "published by the source, or computed as an aggregate of published values",
        "first_release" => "The release in which this value first appeared",
        "coverage" => {
            "For a computed value the share of the members' population that stands behind it: 1, \
             because a missing member blocks the value; null for a published value"
        }
        "blocked" => {
            "Why no later value was computed for the area: member_missing, denominator_unknown, \
             population_unknown, another_division or parts_disagree; null where none was to be \
             computed"
        }
        _ => return None,
    })
}

/// Of `indicators`.
fn of_indicators(column: &str) -> Option<&'static str> {
    Some(match column {
        "title_fi" => "Title in Finnish",
        "title_sv" => "Title in Swedish",
        "title_en" => "Title in English",
        "original_title_fi" => "Title in Finnish, exactly as the source gave it",
        "original_title_sv" => "Title in Swedish, exactly as the source gave it",
        "original_title_en" => "Title in English, exactly as the source gave it",
        "description_fi" => "What the indicator measures, in Finnish (HTML)",
        "description_sv" => "What the indicator measures, in Swedish (HTML)",
        "description_en" => "What the indicator measures, in English (HTML)",
        "interpretation_fi" => "How to read the indicator, in Finnish (HTML)",
        "interpretation_sv" => "How to read the indicator, in Swedish (HTML)",
        "interpretation_en" => "How to read the indicator, in English (HTML)",
        "limits_fi" => "Where the indicator must not be trusted, in Finnish (HTML)",
        "limits_sv" => "Where the indicator must not be trusted, in Swedish (HTML)",
        "limits_en" => "Where the indicator must not be trusted, in English (HTML)",
        "legislation_fi" => "The law behind the indicator, in Finnish (HTML)",
        "legislation_sv" => "The law behind the indicator, in Swedish (HTML)",
        "legislation_en" => "The law behind the indicator, in English (HTML)",
        "notices_fi" => "Notices of the producer, in Finnish (HTML)",
        "notices_sv" => "Notices of the producer, in Swedish (HTML)",
        "notices_en" => "Notices of the producer, in English (HTML)",
        "unit" | "unit_fi" => "Unit in Finnish words; empty where the source has none",
        "unit_sv" => "Unit in Swedish words; empty where the source has none",
        "unit_en" => "Unit in English words; empty where the source has none",
        "source_value_type" => "The source's own code of the value type",
        "value_kind" => "What kind of number it is: count, share, rate, mean, index, …",
        "decimals" => "Decimals with which the source shows values",
        "polarity" => "higher_is_better, lower_is_better or none",
        "producer_id" => "The source's own id of the organisation that makes the figures",
        "producer" | "producer_fi" => "The organisation that makes the figures, in Finnish",
        "producer_sv" => "The organisation that makes the figures, in Swedish",
        "producer_en" => "The organisation that makes the figures, in English",
        "licence" => "SPDX id or name of the licence",
        "redistributable" => {
            "Whether the figures may be published onward; if not, the release has none of them"
        }
        "data_updated" => "The source's own date of the last update, YYYY-MM-DD",
        "first_year" => "First year with an observation in the release",
        "last_year" => "Last year with an observation in the release",
        "levels" => "Levels with observations",
        "themes" => "Themes of the life course, from the indicator sets",
        "state" => "Whether the figures are kept up",
        "state_since" => {
            "The day since which the figures are stale or held, YYYY-MM-DD; null while they are \
             active or ended"
        }
        "source_url" => "Where a person can read about the indicator at the source",
        _ => return None,
    })
}

/// Of `regions`, `region_changes`, `region_memberships` and `region_classes`.
fn of_regions(column: &str) -> Option<&'static str> {
    Some(match column {
        "name_fi" | "region_name_fi" => "Name of the area in Finnish",
        "name_sv" | "region_name_sv" => "Name of the area in Swedish",
        "name_en" | "region_name_en" => "Name of the area in English",
        "valid_from" => "First day of validity, YYYY-MM-DD",
        "valid_to" => "Last day of validity, YYYY-MM-DD; null while valid",
        "province_id" => "The province (maakunta) that the area belongs to",
        "wellbeing_county_id" => "The wellbeing services county that the area belongs to",
        "language_status" => {
            "finnish, bilingual_finnish_majority, bilingual_swedish_majority or swedish"
        }
        "urban_rural" => "urban, semi_urban or rural",
        "population" => "Latest population in the release, persons",
        "level" => "Level of the area that it belongs to",
        "member_of" => "Id of the area that it belongs to",
        "classification" => "language_status or urban_rural",
        "class" => "The class, in the words of regions: finnish, …; urban, semi_urban, rural",
        "effective" => "The day from which the change holds, YYYY-MM-DD",
        "kind" => "merger, split, province_move, partial_transfer or hospital_district_move",
        "from_level" => "Level of the area that changed",
        "from_code" => "Code of the area that changed",
        "from_id" => "Id of the area that changed",
        "to_level" => "Level of what it became, or became part of",
        "to_code" => "Code of what it became, or became part of",
        "to_id" => "Id of what it became, or became part of",
        "successor_id" => "Id of the area that it is part of today",
        "note_fi" => "Note in Finnish",
        "note_sv" => "Note in Swedish",
        "note_en" => "Note in English",
        _ => return None,
    })
}

/// Of `revisions` and `wellbeing`.
fn of_changes(column: &str) -> Option<&'static str> {
    Some(match column {
        "old_value" => "The value before the change",
        "new_value" => "The value after the change",
        "old_absolute_value" => "The count behind the value before the change",
        "new_absolute_value" => "The count behind the value after the change",
        "old_first_release" => "The release in which the old value first appeared",
        "old_origin" => "The origin before the change",
        "new_origin" => "The origin after the change",
        "old_status" => "The status before the change",
        "new_status" => "The status after the change",
        "reason" => {
            "Why the observation changed, as far as known: upstream_update (the source), \
             boundary_change, our_code, indicator_removed, region_list_changed"
        }
        "set_id" => "The indicator set",
        "set_version" => "The version of the indicator set",
        "position" => "Place of the indicator in its set, in reading order",
        "theme" => "Theme of the life course",
        "previous_year" => "The year with a value before the latest one",
        "previous_value" => "The value of that year",
        "change_percent" => "The change in percent of the previous value",
        "five_year_change" => "The value less the value five years before",
        "province_value" => "The value of the area's province in the same year",
        "wellbeing_county_value" => {
            "The value of the area's wellbeing services county in the same year"
        }
        "country_value" => "The value of the whole country in the same year",
        "peers_value" => {
            "The median of the values of the area's peers in the same year; null where fewer than \
             half of them have one"
        }
        "rest_of_province_value" => {
            "The value of the other municipalities of the province together in the same year, \
             computed where that is valid; null where it is not, or where one of them has none"
        }
        _ => return None,
    })
}

/// Of `wellbeing`: what is said of a figure.
fn of_judgements(column: &str) -> Option<&'static str> {
    Some(match column {
        "interval_low" => {
            "Lower limit of the interval of 95 %, in the unit of the value; null where no \
             interval would be honest"
        }
        "interval_high" => "Upper limit of the interval of 95 %, in the unit of the value",
        "interval_method" => {
            "published, wilson_from_counts, wilson_reconstructed, byar_from_counts, \
             exact_from_counts, or none: see docs/methods.md"
        }
        "change_verdict" => {
            "The value beside the previous one: better, similar, worse, higher, lower or \
             not_compared; similar as long as the two intervals touch"
        }
        "change_not_compared" => {
            "Why the change is not judged: no_value, no_comparator or no_interval; null where it is"
        }
        "trend" => "increasing, decreasing, no_change or not_calculated, over the last five years",
        "trend_verdict" => {
            "What the trend means: getting_better, getting_worse, increasing, decreasing, \
             no_change or not_calculated"
        }
        "no_trend" => {
            "Why there is no trend: no_value, not_comparable, no_interval, overlapping_periods, \
             too_few_years or break; null where there is one"
        }
        "sentence_fi" => "What the figure says, in one sentence in Finnish",
        "sentence_sv" => "What the figure says, in one sentence in Swedish",
        "sentence_en" => "What the figure says, in one sentence in English",
        _ => return of_comparisons(column),
    })
}

/// Of `wellbeing`: the verdict beside each comparator.
fn of_comparisons(column: &str) -> Option<&'static str> {
    if let Some(comparator) = column.strip_suffix("_verdict") {
        return Some(match comparator.parse().ok()? {
            Comparator::Province => {
                "The value beside that of the province: better, similar or worse, or higher, \
                 similar or lower where neither direction is good, or not_compared"
            }
            Comparator::WellbeingCounty => "The same beside the wellbeing services county",
            Comparator::Country => "The same beside the whole country",
            Comparator::Peers => "The same beside the median of the peers",
            Comparator::RestOfProvince => "The same beside the rest of the province",
        });
    }
    let comparator = column.strip_suffix("_not_compared")?;
    Some(match comparator.parse().ok()? {
        Comparator::Province => {
            "Why it is not compared with the province: same_region (there is none for the area), \
             no_value, not_comparable, no_comparator or no_interval; null where it is"
        }
        Comparator::WellbeingCounty => {
            "Why it is not compared with the wellbeing services county; null where it is"
        }
        Comparator::Country => "Why it is not compared with the whole country; null where it is",
        Comparator::Peers => "Why it is not compared with the peers; null where it is",
        Comparator::RestOfProvince => {
            "Why it is not compared with the rest of the province; null where it is"
        }
    })
}

/// Of `peers`.
fn of_peers(column: &str) -> Option<&'static str> {
    Some(match column {
        "peer_region_id" => "An area with which it is compared",
        "method" => {
            "How the peers were found: chosen (in the settings), neighbours (they share a border) \
             or nearest (by the distance)"
        }
        "distance" => {
            "Weighted distance of the standardised figures that basis names; null where the peers \
             were not found by it"
        }
        "basis" => "What the peers were found by: settings, borders and their day, or the figures",
        _ => return None,
    })
}
