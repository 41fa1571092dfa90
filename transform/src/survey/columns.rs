//! The heading row: which column is what.

use botnia_config::{SurveyForm, SurveyMap};

use super::problem::{Place, ProblemKind, SurveyProblem};
use super::sheet::{Cell, Sheet};
use super::{folded, nearest};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Region,
    Wave,
    Question,
    Answer,
    Count,
    Share,
    Respondents,
    /// Of the map's dimensions.
    Dimension(usize),
    /// Of the map's indicators: its counts, or the answers to it.
    Indicator(usize),
    Ignored,
}

/// The columns with a role, by their number.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    /// Row of the headings, from 0.
    pub(super) row: u32,
    pub(super) roles: Vec<(u32, Role, String)>,
}

impl Columns {
    pub(super) fn of(&self, role: Role) -> Option<u32> {
        let mut roles = self.roles.iter();
        let found = roles.find(|(_, known, _)| *known == role);
        found.map(|(column, _, _)| *column)
    }

    /// The heading of a role's column.
    pub(super) fn heading(&self, role: Role) -> String {
        let mut roles = self.roles.iter();
        let found = roles.find(|(_, known, _)| *known == role);
        found
            .map(|(_, _, heading)| heading.clone())
            .unwrap_or_default()
    }
}

/// Words in headings of files about single persons.
const OF_PERSONS: [&str; 19] = [
    "hetu",
    "henkilötunnus",
    "personbeteckning",
    "personnummer",
    "identity code",
    "etunimi",
    "sukunimi",
    "förnamn",
    "efternamn",
    "first name",
    "last name",
    "sähköposti",
    "e-post",
    "email",
    "syntymäaika",
    "födelsedatum",
    "date of birth",
    "puhelin",
    "telefon",
];
/// Headings that are wholly such a word.
const WHOLLY_OF_PERSONS: [&str; 5] = ["nimi", "namn", "name", "osoite", "adress"];

/// Every heading that the map knows, with what it means.
fn known(map: &SurveyMap, has_wave: bool) -> Vec<(Role, Vec<String>)> {
    let columns = &map.columns;
    let mut known = vec![(Role::Region, columns.region.clone())];
    if !has_wave {
        known.push((Role::Wave, columns.wave.clone()));
    }
    for (index, dimension) in map.dimensions.iter().enumerate() {
        known.push((Role::Dimension(index), dimension.columns.clone()));
    }
    if map.form == SurveyForm::Answers {
        known.push((Role::Question, columns.question.clone()));
        known.push((Role::Answer, columns.answer.clone()));
        known.push((Role::Count, columns.count.clone()));
        known.push((Role::Share, columns.share.clone()));
        known.push((Role::Respondents, columns.respondents.clone()));
    } else {
        for (index, indicator) in map.indicators.iter().enumerate() {
            let mut names = indicator.values.clone();
            names.push(indicator.id.as_str().to_owned());
            names.extend(
                [
                    &indicator.title.fi,
                    &indicator.title.sv,
                    &indicator.title.en,
                ]
                .map(Clone::clone),
            );
            names.retain(|name| !name.is_empty());
            known.push((Role::Indicator(index), names));
        }
    }
    known.push((Role::Ignored, columns.ignored.clone()));
    known
}

/// Reads the heading row: the first row that has anything.
#[expect(
    clippy::too_many_lines,
    reason = "one look at a row, told in its order"
)]
pub(super) fn read(
    sheet: &Sheet,
    map: &SurveyMap,
    has_wave: bool,
    problems: &mut Vec<SurveyProblem>,
) -> Option<Columns> {
    let mut find = |row: u32, column: u32, kind| {
        problems.push(SurveyProblem {
            place: Place {
                sheet: sheet.name.clone(),
                row: row + 1,
                column,
            },
            kind,
        });
    };
    let mut rows = sheet.rows();
    let Some(headings) = rows.next() else {
        find(0, 0, ProblemKind::Empty);
        return None;
    };
    let row = headings[0].row;
    let known = known(map, has_wave);
    let mut columns = Columns {
        row,
        roles: Vec::new(),
    };
    for heading in headings {
        let Cell::Text(text) = &heading.cell else {
            let heading_text = heading.cell.shown().into_owned();
            find(
                row,
                heading.column,
                ProblemKind::ColumnUnknown {
                    heading: heading_text,
                    nearest: None,
                },
            );
            continue;
        };
        let plain = folded(text);
        let is_of_persons = OF_PERSONS.iter().any(|word| plain.contains(word))
            || WHOLLY_OF_PERSONS.contains(&plain.as_str());
        let mut roles = known.iter();
        let role = roles.find(|(_, names)| names.iter().any(|name| folded(name) == plain));
        let heading_text = text.clone();
        match role.map(|(role, _)| *role) {
            // A column that is passed over is read by nobody, but the file still has it.
            None | Some(Role::Ignored) if is_of_persons => find(
                row,
                heading.column,
                ProblemKind::PersonHeading {
                    heading: heading_text,
                },
            ),
            None => {
                let names = known.iter().flat_map(|(_, names)| names);
                let nearest = nearest(text, names.map(String::as_str));
                find(
                    row,
                    heading.column,
                    ProblemKind::ColumnUnknown {
                        heading: heading_text,
                        nearest,
                    },
                );
            }
            Some(role) => {
                if role != Role::Ignored && columns.of(role).is_some() {
                    find(
                        row,
                        heading.column,
                        ProblemKind::ColumnTwice {
                            heading: heading_text,
                        },
                    );
                } else {
                    columns.roles.push((heading.column, role, heading_text));
                }
            }
        }
    }
    let is_needed = |role: Role| match role {
        Role::Region | Role::Question | Role::Answer | Role::Indicator(_) | Role::Wave => true,
        Role::Dimension(index) => !map.dimensions[index].columns.is_empty(),
        Role::Count => columns.of(Role::Share).is_none() || !map.weighted,
        // Without it the respondents are those who gave an answer.
        Role::Respondents => columns.of(Role::Count).is_none(),
        Role::Share | Role::Ignored => false,
    };
    let after_the_last = headings.last().map_or(0, |heading| heading.column + 1);
    let missing: Vec<_> = known
        .iter()
        .filter(|(role, names)| {
            !names.is_empty() && is_needed(*role) && columns.of(*role).is_none()
        })
        .map(|(_, names)| names.clone())
        .collect();
    for (place, expected) in (after_the_last..).zip(missing) {
        find(row, place, ProblemKind::ColumnMissing { expected });
    }
    let mut without_heading: Vec<_> = sheet
        .cells
        .iter()
        .filter(|cell| cell.row > row)
        .map(|cell| cell.column)
        .filter(|column| headings.iter().all(|heading| heading.column != *column))
        .collect();
    without_heading.sort_unstable();
    without_heading.dedup();
    for column in without_heading {
        find(row, column, ProblemKind::HeadingMissing);
    }
    Some(columns)
}
