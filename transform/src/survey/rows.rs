//! The rows below the headings: each cell read, or what is wrong with it.

mod numbers;
mod persons;
mod regions;

use std::collections::BTreeMap;

use botnia_config::{RegionTables, Respondents, SurveyForm, SurveyMap, SurveyWord};
use botnia_model::{Period, Text};

use self::numbers::Number;
use self::regions::{RegionNames, Sought};
use super::columns::{self, Columns, Role};
use super::problem::{Place, ProblemKind, SurveyProblem};
use super::sheet::{Cell, Placed, Sheet};
use super::{Entry, folded, nearest};

/// Reads all rows. What cannot be read is a problem and gives no entry.
pub(super) fn entries(
    sheet: &Sheet,
    map: &SurveyMap,
    wave: Option<&Period>,
    tables: &RegionTables,
    problems: &mut Vec<SurveyProblem>,
) -> Vec<Entry> {
    let Some(columns) = columns::read(sheet, map, wave.is_some(), problems) else {
        return Vec::new();
    };
    let regions = RegionNames::new(map, tables);
    let mut reader = RowReader {
        sheet: &sheet.name,
        map,
        wave,
        columns: &columns,
        regions: &regions,
        words: Words::new(map),
        entries: Vec::new(),
        problems,
    };
    let mut rows = sheet.rows();
    rows.next();
    for row in rows {
        reader.row(row);
    }
    let entries = reader.entries;
    if entries.is_empty() && problems.is_empty() {
        problems.push(SurveyProblem {
            place: Place {
                sheet: sheet.name.clone(),
                row: columns.row + 1,
                column: 0,
            },
            kind: ProblemKind::Empty,
        });
    }
    if map.respondents == Respondents::Persons && persons::are_rows(&entries) {
        let column = columns.of(Role::Count).unwrap_or_default();
        problems.push(SurveyProblem {
            place: Place {
                sheet: sheet.name.clone(),
                row: columns.row + 1,
                column,
            },
            kind: ProblemKind::PersonRows,
        });
    }
    entries
}

/// The words of the map, folded, with their positions.
struct Words {
    dimensions: Vec<BTreeMap<String, Option<usize>>>,
    questions: BTreeMap<String, usize>,
    /// For each indicator.
    answers: Vec<BTreeMap<String, usize>>,
}

fn names<'a>(
    code: &'a str,
    title: &'a Text,
    values: &'a [String],
) -> impl Iterator<Item = &'a str> {
    [code, &title.fi, &title.sv, &title.en]
        .into_iter()
        .chain(values.iter().map(String::as_str))
        .filter(|name| !name.is_empty())
}

fn by_name(words: &[SurveyWord]) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for (index, word) in words.iter().enumerate() {
        for name in names(&word.code, &word.title, &word.values) {
            found.entry(folded(name)).or_insert(index);
        }
    }
    found
}

impl Words {
    fn new(map: &SurveyMap) -> Self {
        let dimensions = map.dimensions.iter().map(|dimension| {
            let members = by_name(&dimension.members).into_iter();
            let mut words: BTreeMap<String, Option<usize>> =
                members.map(|(name, index)| (name, Some(index))).collect();
            for total in &dimension.total {
                words.insert(folded(total), None);
            }
            words
        });
        let mut questions = BTreeMap::new();
        for (index, line) in map.indicators.iter().enumerate() {
            for name in names(line.id.as_str(), &line.title, &line.values) {
                questions.entry(folded(name)).or_insert(index);
            }
        }
        let answers = map.indicators.iter().map(|indicator| {
            let scale = map.scale(indicator);
            scale
                .map(|scale| by_name(&scale.answers))
                .unwrap_or_default()
        });
        Self {
            dimensions: dimensions.collect(),
            questions,
            answers: answers.collect(),
        }
    }
}

struct RowReader<'a> {
    sheet: &'a str,
    map: &'a SurveyMap,
    wave: Option<&'a Period>,
    columns: &'a Columns,
    regions: &'a RegionNames,
    words: Words,
    entries: Vec<Entry>,
    problems: &'a mut Vec<SurveyProblem>,
}

impl RowReader<'_> {
    fn find(&mut self, row: u32, column: u32, kind: ProblemKind) {
        self.problems.push(SurveyProblem {
            place: Place {
                sheet: self.sheet.to_owned(),
                row: row + 1,
                column,
            },
            kind,
        });
    }

    fn row(&mut self, cells: &[Placed]) {
        let Some(row) = cells.first().map(|cell| cell.row) else {
            return;
        };
        let before = self.problems.len();
        for cell in cells {
            if let Some(kind) = persons::problem(&cell.cell) {
                self.find(row, cell.column, kind);
            }
        }
        let is_about_persons = self.problems.len() > before;
        let columns = self.columns;
        let at = |role: Role| {
            let column = columns.of(role)?;
            let cell = cells.iter().find(|cell| cell.column == column);
            Some((column, cell.map(|cell| &cell.cell)))
        };
        let wave = self.wave_of(row, at(Role::Wave));
        let region = self.region(row, at(Role::Region), wave.as_ref());
        let mut members = Vec::new();
        for index in 0..self.map.dimensions.len() {
            members.push(self.member(row, index, at(Role::Dimension(index))));
        }
        let members: Option<Vec<_>> = members.into_iter().collect();
        let key = match (region, wave, members) {
            (Some(region), Some(wave), Some(members)) if !is_about_persons => {
                Some((region, wave, members))
            }
            _ => None,
        };
        let entry = key.map(|(region, wave, members)| Entry {
            row,
            column: 0,
            indicator: 0,
            region,
            wave,
            members,
            answer: None,
            count: None,
            share: None,
            respondents: None,
            respondents_column: 0,
        });
        match self.map.form {
            SurveyForm::Answers => self.answer_row(row, entry, at),
            SurveyForm::Measures => self.measures(row, entry.as_ref(), cells),
            SurveyForm::Categories => self.categories(row, entry.as_ref(), cells),
        }
    }

    /// The text of a cell that must have one.
    fn text(
        &mut self,
        row: u32,
        found: Option<(u32, Option<&Cell>)>,
        missing: ProblemKind,
    ) -> Option<(u32, String)> {
        let (column, cell) = found?;
        let kind = match cell {
            None => missing,
            Some(Cell::Text(text)) => return Some((column, text.clone())),
            Some(Cell::Number(number)) => return Some((column, number.to_string())),
            Some(Cell::Error) => ProblemKind::FormulaError,
            Some(Cell::Date | Cell::Logical) => ProblemKind::NotText,
        };
        self.find(row, column, kind);
        None
    }

    fn wave_of(&mut self, row: u32, cell: Option<(u32, Option<&Cell>)>) -> Option<Period> {
        if let Some(wave) = self.wave {
            return Some(wave.clone());
        }
        let (column, found) = self.text(row, cell, ProblemKind::WaveMissing)?;
        match found.parse::<Period>() {
            Ok(period) if (1990..=2100).contains(&period.year()) => return Some(period),
            Ok(_) => self.find(row, column, ProblemKind::WaveImpossible { found }),
            Err(_) => self.find(row, column, ProblemKind::WaveMalformed { found }),
        }
        None
    }

    fn region(
        &mut self,
        row: u32,
        cell: Option<(u32, Option<&Cell>)>,
        wave: Option<&Period>,
    ) -> Option<botnia_model::RegionKey> {
        let (column, found) = self.text(row, cell, ProblemKind::RegionMissing)?;
        let kind = match self.regions.find(&found, wave) {
            Sought::Found(region) => return Some(region),
            Sought::OtherLevel => ProblemKind::RegionLevel { found },
            Sought::Abolished => ProblemKind::RegionAbolished {
                wave: wave.map(ToString::to_string).unwrap_or_default(),
                found,
            },
            Sought::Unknown(nearest) => ProblemKind::RegionUnknown { found, nearest },
        };
        self.find(row, column, kind);
        None
    }

    /// The member that a cell names: `Some(None)` for all of the dimension.
    #[expect(clippy::option_option, reason = "not to be read, and read as none")]
    fn member(
        &mut self,
        row: u32,
        index: usize,
        cell: Option<(u32, Option<&Cell>)>,
    ) -> Option<Option<usize>> {
        let heading = self.columns.heading(Role::Dimension(index));
        let missing = ProblemKind::MemberMissing {
            heading: heading.clone(),
        };
        let (column, found) = self.text(row, cell, missing)?;
        if let Some(member) = self.words.dimensions[index].get(&folded(&found)) {
            return Some(*member);
        }
        let dimension = &self.map.dimensions[index];
        let members = dimension.members.iter();
        let known = members.flat_map(|word| names(&word.code, &word.title, &word.values));
        let nearest = nearest(
            &found,
            known.chain(dimension.total.iter().map(String::as_str)),
        );
        let kind = ProblemKind::MemberUnknown {
            heading,
            found,
            nearest,
        };
        self.find(row, column, kind);
        None
    }

    fn answer_row<'c>(
        &mut self,
        row: u32,
        entry: Option<Entry>,
        at: impl Fn(Role) -> Option<(u32, Option<&'c Cell>)>,
    ) {
        let question = self.text(row, at(Role::Question), ProblemKind::QuestionMissing);
        let indicator = question.and_then(|(column, found)| {
            let known = self.words.questions.get(&folded(&found)).copied();
            if known.is_none() {
                let lines = self.map.indicators.iter();
                let names =
                    lines.flat_map(|line| names(line.id.as_str(), &line.title, &line.values));
                let nearest = nearest(&found, names);
                self.find(row, column, ProblemKind::QuestionUnknown { found, nearest });
            }
            known
        });
        let answer = self.text(row, at(Role::Answer), ProblemKind::AnswerMissing);
        let answer = answer
            .zip(indicator)
            .and_then(|((column, found), indicator)| self.answer(row, column, found, indicator));
        let respondents_column = at(Role::Respondents).map_or(0, |(column, _)| column);
        let respondents = at(Role::Respondents).and_then(|(column, cell)| {
            let kind = match numbers::read(cell) {
                Number::Whole(number) => return Some(number),
                Number::Missing | Number::NotGiven => ProblemKind::RespondentsMissing,
                Number::Error => ProblemKind::FormulaError,
                Number::Date => ProblemKind::CountDate,
                Number::Text(found)
                | Number::Negative(found)
                | Number::Fraction(found, _)
                | Number::TooLarge(found) => ProblemKind::RespondentsNotNumber { found },
            };
            self.find(row, column, kind);
            None
        });
        if at(Role::Respondents).is_some() && respondents.is_none() {
            return;
        }
        let share = at(Role::Share).and_then(|(column, cell)| self.share(row, column, cell));
        let count = at(Role::Count)
            .and_then(|(column, cell)| Some((column, self.count(row, column, cell)?)));
        let (column, count) = match (count, share, respondents) {
            (Some((column, count)), _, _) => (column, count),
            (None, Some((column, share)), Some(respondents)) if at(Role::Count).is_none() => {
                // The count that the protection works with.
                let count = (share / 100.0 * f64::from(respondents)).round();
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a share of at least 0 % of a number that fits"
                )]
                let count = count.min(f64::from(respondents)) as u32;
                (column, Some(count))
            }
            _ => return,
        };
        if let (Some(count), Some(respondents)) = (count, respondents) {
            if count > respondents {
                let kind = ProblemKind::CountAboveRespondents { count, respondents };
                self.find(row, column, kind);
                return;
            }
            if let Some((column, found)) = share
                && at(Role::Count).is_some()
                && !self.map.weighted
                && respondents > 0
            {
                let expected = 100.0 * f64::from(count) / f64::from(respondents);
                if (expected - found).abs() > 0.6 {
                    let kind = ProblemKind::ShareContradictsCount { found, expected };
                    self.find(row, column, kind);
                    return;
                }
            }
        }
        if let (Some(entry), Some(indicator), Some(answer)) = (entry, indicator, answer) {
            self.entries.push(Entry {
                column,
                indicator,
                answer: Some(answer),
                count,
                share: share.map(|(_, share)| share),
                respondents,
                respondents_column,
                ..entry
            });
        }
    }

    fn answer(&mut self, row: u32, column: u32, found: String, indicator: usize) -> Option<usize> {
        let known = self.words.answers[indicator].get(&folded(&found)).copied();
        if known.is_none() {
            let scale = self.map.scale(&self.map.indicators[indicator]);
            let answers = scale.map(|scale| scale.answers.as_slice());
            let expected = answers.unwrap_or_default().iter();
            let expected = expected.map(|answer| answer.title.fi.clone()).collect();
            self.find(row, column, ProblemKind::AnswerUnknown { found, expected });
        }
        known
    }

    /// `Some(None)` where the cell says that there is no figure.
    #[expect(clippy::option_option, reason = "not to be read, and read as none")]
    fn count(&mut self, row: u32, column: u32, cell: Option<&Cell>) -> Option<Option<u32>> {
        let kind = match numbers::read(cell) {
            Number::Whole(number) => return Some(Some(number)),
            Number::NotGiven => return Some(None),
            Number::Missing => ProblemKind::CountMissing,
            Number::Error => ProblemKind::FormulaError,
            Number::Date => ProblemKind::CountDate,
            Number::Text(found) => ProblemKind::CountNotNumber { found },
            Number::Negative(found) => ProblemKind::CountNegative { found },
            Number::Fraction(found, _) => ProblemKind::CountNotWhole { found },
            Number::TooLarge(found) => ProblemKind::CountTooLarge { found },
        };
        self.find(row, column, kind);
        None
    }

    fn share(&mut self, row: u32, column: u32, cell: Option<&Cell>) -> Option<(u32, f64)> {
        let share = match numbers::read(cell) {
            Number::Whole(number) => f64::from(number),
            Number::Fraction(_, number) => number,
            Number::Missing | Number::NotGiven => return None,
            Number::Error => {
                self.find(row, column, ProblemKind::FormulaError);
                return None;
            }
            Number::Date => {
                self.find(row, column, ProblemKind::CountDate);
                return None;
            }
            Number::Text(found) => {
                self.find(row, column, ProblemKind::ShareNotNumber { found });
                return None;
            }
            Number::Negative(found) | Number::TooLarge(found) => {
                self.find(row, column, ProblemKind::ShareImpossible { found });
                return None;
            }
        };
        if share > 100.0 {
            let found = share.to_string();
            self.find(row, column, ProblemKind::ShareImpossible { found });
            return None;
        }
        Some((column, share))
    }

    fn measures(&mut self, row: u32, entry: Option<&Entry>, cells: &[Placed]) {
        for index in 0..self.map.indicators.len() {
            let Some(column) = self.columns.of(Role::Indicator(index)) else {
                continue;
            };
            let cell = cells.iter().find(|cell| cell.column == column);
            let count = self.count(row, column, cell.map(|cell| &cell.cell));
            if let (Some(entry), Some(count)) = (entry, count) {
                self.entries.push(Entry {
                    column,
                    indicator: index,
                    count,
                    ..entry.clone()
                });
            }
        }
    }

    fn categories(&mut self, row: u32, entry: Option<&Entry>, cells: &[Placed]) {
        for index in 0..self.map.indicators.len() {
            let Some(column) = self.columns.of(Role::Indicator(index)) else {
                continue;
            };
            let cell = cells.iter().find(|cell| cell.column == column);
            let at = Some((column, cell.map(|cell| &cell.cell)));
            let Some((_, found)) = self.text(row, at, ProblemKind::AnswerMissing) else {
                continue;
            };
            let is_given = found != "..";
            let answer = if is_given {
                self.answer(row, column, found, index)
            } else {
                None
            };
            if let Some(entry) = entry
                && (answer.is_some() || !is_given)
            {
                self.entries.push(Entry {
                    column,
                    indicator: index,
                    answer,
                    count: is_given.then_some(1),
                    respondents: is_given.then_some(1),
                    ..entry.clone()
                });
            }
        }
    }
}
