//! What rows have to be to each other.

use std::collections::BTreeMap;

use botnia_config::{SurveyForm, SurveyMap};
use botnia_model::{Period, RegionKey};

use super::Entry;
use super::problem::{Place, ProblemKind, SurveyProblem};

/// An entry's indicator, region, wave, members and answer.
type Key<'a> = (
    usize,
    &'a RegionKey,
    &'a Period,
    &'a [Option<usize>],
    Option<usize>,
);

pub(super) fn check(
    entries: &[Entry],
    map: &SurveyMap,
    sheet: &str,
    problems: &mut Vec<SurveyProblem>,
) {
    let mut find = |row: u32, column: u32, kind| {
        problems.push(SurveyProblem {
            place: Place {
                sheet: sheet.to_owned(),
                row: row + 1,
                column,
            },
            kind,
        });
    };
    let mut by_key: BTreeMap<Key<'_>, &Entry> = BTreeMap::new();
    for entry in entries {
        let (indicator, region, wave, members) = entry.base();
        // A category has one answer: another answer of the same region is another row of it.
        let answer = entry.answer.filter(|_| map.form != SurveyForm::Categories);
        let key = (indicator, region, wave, members, answer);
        match by_key.get(&key) {
            Some(first) => {
                let row = first.row + 1;
                find(entry.row, entry.column, ProblemKind::RowTwice { row });
            }
            None => {
                by_key.insert(key, entry);
            }
        }
    }
    if map.form == SurveyForm::Answers {
        answers(&by_key, map, &mut find);
    }
    totals(&by_key, map, &mut find);
    parts(&by_key, map, &mut find);
}

/// All answers to a question by one group: complete, and as many as there are respondents.
fn answers(
    by_key: &BTreeMap<Key<'_>, &Entry>,
    map: &SurveyMap,
    find: &mut impl FnMut(u32, u32, ProblemKind),
) {
    let mut groups: BTreeMap<_, Vec<&Entry>> = BTreeMap::new();
    for ((indicator, region, wave, members, _), entry) in by_key {
        let base = (*indicator, *region, *wave, *members);
        groups.entry(base).or_default().push(entry);
    }
    for mut group in groups.into_values() {
        group.sort_by_key(|entry| (entry.row, entry.column));
        let Some((first, last)) = group.first().zip(group.last()) else {
            continue;
        };
        let Some(scale) = map.scale(&map.indicators[first.indicator]) else {
            continue;
        };
        let expected = first.respondents;
        let mut agree = true;
        for entry in &group {
            if let (Some(found), Some(expected)) = (entry.respondents, expected)
                && found != expected
            {
                let row = first.row + 1;
                let kind = ProblemKind::RespondentsDiffer {
                    found,
                    expected,
                    row,
                };
                find(entry.row, entry.respondents_column, kind);
                agree = false;
            }
        }
        if !scale.one_each {
            // Who gave several answers is counted in several rows.
            if expected.is_none() {
                let kind = ProblemKind::RespondentsMissing;
                find(first.row, first.respondents_column, kind);
            }
            continue;
        }
        let mut is_whole = true;
        for (index, answer) in scale.answers.iter().enumerate() {
            if group.iter().all(|entry| entry.answer != Some(index)) {
                let answer = answer.title.fi.clone();
                find(
                    last.row,
                    last.column,
                    ProblemKind::AnswerRowMissing { answer },
                );
                is_whole = false;
            }
        }
        let counts: Option<Vec<u32>> = group.iter().map(|entry| entry.count).collect();
        if let (true, true, Some(counts), Some(respondents)) = (is_whole, agree, counts, expected) {
            let sum: u64 = counts.into_iter().map(u64::from).sum();
            // Weighted shares were rounded on the way to counts.
            let room = if map.weighted || group.iter().any(|entry| entry.share.is_some()) {
                scale.answers.len() as u64
            } else {
                0
            };
            if sum.abs_diff(u64::from(respondents)) > room {
                find(
                    last.row,
                    last.column,
                    ProblemKind::AnswersDoNotAddUp { sum, respondents },
                );
            }
        }
    }
}

/// The members of a dimension that adds up, against all of them.
fn totals(
    by_key: &BTreeMap<Key<'_>, &Entry>,
    map: &SurveyMap,
    find: &mut impl FnMut(u32, u32, ProblemKind),
) {
    if map.weighted || map.form == SurveyForm::Categories {
        return;
    }
    for ((indicator, region, wave, members, answer), entry) in by_key {
        for (place, dimension) in map.dimensions.iter().enumerate() {
            if !dimension.adds_up || members[place].is_some() {
                continue;
            }
            let of_member = |member: usize| {
                let mut members = members.to_vec();
                members[place] = Some(member);
                let key = (*indicator, *region, *wave, members.as_slice(), *answer);
                by_key.get(&key).copied()
            };
            let found: Vec<_> = (0..dimension.members.len()).filter_map(of_member).collect();
            let is_whole = found.len() == dimension.members.len();
            let counts: Option<Vec<u32>> = found.iter().map(|entry| entry.count).collect();
            let (Some(counts), Some(total)) = (counts, entry.count) else {
                continue;
            };
            let sum: u64 = counts.into_iter().map(u64::from).sum();
            // A group that is left out may be anybody's; what is there is not more than all.
            if sum > u64::from(total) || (is_whole && sum != u64::from(total)) {
                let kind = ProblemKind::TotalDoesNotAddUp { sum, total };
                find(entry.row, entry.column, kind);
            }
        }
    }
}

/// A count that is part of another one.
fn parts(
    by_key: &BTreeMap<Key<'_>, &Entry>,
    map: &SurveyMap,
    find: &mut impl FnMut(u32, u32, ProblemKind),
) {
    for ((indicator, region, wave, members, answer), entry) in by_key {
        let Some(whole_id) = &map.indicators[*indicator].part_of else {
            continue;
        };
        let mut indicators = map.indicators.iter();
        let Some(position) = indicators.position(|line| line.id == *whole_id) else {
            continue;
        };
        let whole = by_key.get(&(position, *region, *wave, *members, *answer));
        if let (Some(part), Some(whole)) = (entry.count, whole.and_then(|whole| whole.count))
            && part > whole
        {
            let title = map.indicators[position].title.fi.clone();
            find(
                entry.row,
                entry.column,
                ProblemKind::PartAboveWhole { part, whole, title },
            );
        }
    }
}
