//! A mapping against a table as it is today: what each dimension is, and which categories
//! of it are wanted. Or why they do not fit, with both sides.

use std::fmt::Write as _;

use botnia_model::Period;

use super::{IndicatorMapping, Pattern};
use crate::YearRange;

/// What a source says a dimension is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableRole {
    /// Time.
    Time,
    /// Place.
    Geo,
    /// What is measured.
    Metric,
}

/// A dimension of a table, as the source describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variable<'a> {
    /// Its code.
    pub code: &'a str,
    /// Its name.
    pub label: &'a str,
    /// The codes of its categories, in the source's order.
    pub values: Vec<&'a str>,
    /// The names of its categories; empty where the source gives none.
    pub labels: Vec<&'a str>,
    /// What the source says it is.
    pub role: Option<VariableRole>,
}

/// What a dimension is to botnia.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Regions.
    Region,
    /// Periods.
    Time,
    /// Sexes.
    Sex,
    /// Measures, one of which is the indicator.
    Measure,
    /// A breakdown under this key.
    Breakdown(String),
    /// One category is selected, and nothing else depends on the dimension.
    Fixed,
}

/// A mapping that fits.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// What each dimension is, in the table's order.
    pub purposes: Vec<Purpose>,
    /// The positions of the categories that are wanted, for each dimension, ascending. Only
    /// of time there may be none.
    pub wanted: Vec<Vec<usize>>,
}

/// A mapping that does not fit, and what the table is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the mapping of `{indicator}` does not fit: {reason}; the table has {table}")]
pub struct Misfit {
    /// The indicator.
    pub indicator: String,
    /// What was expected and not found.
    pub reason: String,
    /// The dimensions of the table, in words.
    pub table: String,
}

/// Names of dimensions by which sources call time, where they do not say its role.
const TIME: &str = "timeperiod*|vuosi|vuosi *|vuosineljännes|kuukausi|tid|år|year|time|aika";
const MEASURES: &str = "contentscode|contents|tiedot|uppgifter|information|tabellinnehåll|unit";
const REGIONS: &str = "alue*|kunta*|hyvinvointialue*|maakunta*|region*|område*|geo|country*|land*";
const SEXES: &str = "sukupuoli*|kön|kon|kjonn|kjønn|køn|sex|gender";
/// The category that servers invent for a table without measures.
const NO_MEASURE: &str = "EliminatedValue";

impl IndicatorMapping {
    /// What the dimensions of a table are to this indicator.
    ///
    /// # Errors
    /// [`Misfit`] where a dimension or category that is wanted is not there, is there
    /// twice, or where a dimension of several categories has no purpose.
    pub fn resolve(&self, table: &[Variable<'_>], years: YearRange) -> Result<Resolved, Misfit> {
        let mut matching = Matching {
            mapping: self,
            table,
            purposes: vec![None; table.len()],
        };
        matching.purposes()?;
        matching.wanted(years)
    }

    /// The categories that are selected of a dimension, the indicator's before the table's.
    fn selection(&self, variable: &Variable<'_>) -> Option<(&Pattern, &[Pattern])> {
        let mut all = self.select.iter().chain(&self.table.select);
        all.find(|(pattern, _)| names(pattern, variable))
            .map(|(pattern, values)| (pattern, values.as_slice()))
    }
}

/// Whether a pattern describes a dimension, by its code or its name.
fn names(pattern: &Pattern, variable: &Variable<'_>) -> bool {
    pattern.matches(variable.code) || pattern.matches(variable.label)
}

struct Matching<'a> {
    mapping: &'a IndicatorMapping,
    table: &'a [Variable<'a>],
    purposes: Vec<Option<Purpose>>,
}

impl Matching<'_> {
    fn misfit(&self, reason: impl Into<String>) -> Misfit {
        Misfit {
            indicator: self.mapping.id.to_string(),
            reason: reason.into(),
            table: in_words(self.table),
        }
    }

    fn purposes(&mut self) -> Result<(), Misfit> {
        let table = &self.mapping.table;
        for (key, pattern) in &table.breakdown {
            let what = format!("no dimension `{pattern}` for the breakdown `{key}`");
            let at = self.one(pattern)?.ok_or_else(|| self.misfit(what))?;
            self.take(at, Purpose::Breakdown(key.clone()))?;
        }
        self.named(table.time.as_ref(), VariableRole::Time, TIME, Purpose::Time)?;
        if !self.purposes.contains(&Some(Purpose::Time)) {
            return Err(self.misfit(match &table.time {
                Some(pattern) => format!("no dimension `{pattern}` with time"),
                None => "no dimension with time".to_owned(),
            }));
        }
        let role = VariableRole::Metric;
        self.named(table.measure.as_ref(), role, MEASURES, Purpose::Measure)?;
        if table.about.is_none() {
            let role = VariableRole::Geo;
            self.named(table.region.as_ref(), role, REGIONS, Purpose::Region)?;
            if !self.purposes.contains(&Some(Purpose::Region)) {
                self.region_by_values();
            }
            if !self.purposes.contains(&Some(Purpose::Region)) {
                return Err(self.misfit(match &table.region {
                    Some(pattern) => format!("no dimension `{pattern}` with regions"),
                    None => "no dimension with regions".to_owned(),
                }));
            }
        }
        self.sex()?;
        for at in 0..self.table.len() {
            if self.purposes[at].is_none() {
                self.purposes[at] = Some(Purpose::Fixed);
            }
        }
        Ok(())
    }

    /// A dimension by its pattern, else by its role, else by the usual names. Only a
    /// pattern has to find one.
    fn named(
        &mut self,
        pattern: Option<&Pattern>,
        role: VariableRole,
        usual: &str,
        purpose: Purpose,
    ) -> Result<(), Misfit> {
        if let Some(pattern) = pattern {
            let what = format!("no dimension `{pattern}`");
            let at = self.one(pattern)?.ok_or_else(|| self.misfit(what))?;
            return self.take(at, purpose);
        }
        let free = |at: &usize| self.purposes[*at].is_none();
        let with_role: Vec<usize> = (0..self.table.len())
            .filter(|at| self.table[*at].role == Some(role))
            .filter(free)
            .collect();
        let usual = Pattern::new(usual);
        let by_name = || {
            (0..self.table.len())
                .filter(|at| names(&usual, &self.table[*at]) && self.table[*at].role.is_none())
                .filter(free)
                .filter(|at| self.mapping.selection(&self.table[*at]).is_none())
                .collect::<Vec<usize>>()
        };
        let found = if with_role.is_empty() {
            by_name()
        } else {
            with_role
        };
        match found.as_slice() {
            [] => Ok(()),
            [at] => self.take(*at, purpose),
            several => {
                let codes: Vec<_> = several.iter().map(|at| self.table[*at].code).collect();
                let key = match role {
                    VariableRole::Time => "time",
                    VariableRole::Geo => "region",
                    VariableRole::Metric => "measure",
                };
                Err(self.misfit(format!(
                    "several dimensions could be `{key}` ({}); hint: name one",
                    codes.join(", ")
                )))
            }
        }
    }

    /// The dimension whose categories are region ids, where one is.
    fn region_by_values(&mut self) {
        if self.mapping.table.region.is_some() {
            return;
        }
        let is_region = |variable: &Variable<'_>| {
            let like = variable.values.iter().filter(|value| {
                let prefixes = ["KU", "MK", "HVA", "SK"];
                let mut digits = prefixes
                    .iter()
                    .filter_map(|prefix| value.strip_prefix(prefix));
                digits.any(|digits| {
                    digits.len() >= 2 && digits.bytes().all(|byte| byte.is_ascii_digit())
                })
            });
            like.count() * 2 > variable.values.len()
        };
        let found = (0..self.table.len())
            .find(|at| self.purposes[*at].is_none() && is_region(&self.table[*at]));
        if let Some(at) = found {
            self.purposes[at] = Some(Purpose::Region);
        }
    }

    fn sex(&mut self) -> Result<(), Misfit> {
        if let Some(pattern) = &self.mapping.table.sex {
            let what = format!("no dimension `{pattern}` with sexes");
            let at = self.one(pattern)?.ok_or_else(|| self.misfit(what))?;
            return self.take(at, Purpose::Sex);
        }
        let usual = Pattern::new(SEXES);
        let found = (0..self.table.len()).find(|at| {
            self.purposes[*at].is_none()
                && names(&usual, &self.table[*at])
                && self.mapping.selection(&self.table[*at]).is_none()
        });
        if let Some(at) = found {
            self.purposes[at] = Some(Purpose::Sex);
        }
        Ok(())
    }

    /// The dimension that a pattern describes: by code, and only else by name.
    fn one(&self, pattern: &Pattern) -> Result<Option<usize>, Misfit> {
        let all = 0..self.table.len();
        let by_code = all
            .clone()
            .filter(|at| pattern.matches(self.table[*at].code));
        let mut found: Vec<usize> = by_code.collect();
        if found.is_empty() {
            found = all
                .filter(|at| pattern.matches(self.table[*at].label))
                .collect();
        }
        match found.as_slice() {
            [] => Ok(None),
            [at] => Ok(Some(*at)),
            several => {
                let codes: Vec<_> = several.iter().map(|at| self.table[*at].code).collect();
                Err(self.misfit(format!(
                    "`{pattern}` describes several dimensions ({})",
                    codes.join(", ")
                )))
            }
        }
    }

    fn take(&mut self, at: usize, purpose: Purpose) -> Result<(), Misfit> {
        if let Some(other) = &self.purposes[at] {
            let code = self.table[at].code;
            let both = format!("`{code}` would be both {other:?} and {purpose:?}");
            return Err(self.misfit(both));
        }
        self.purposes[at] = Some(purpose);
        Ok(())
    }

    fn wanted(&self, years: YearRange) -> Result<Resolved, Misfit> {
        let mut purposes = Vec::with_capacity(self.table.len());
        let mut wanted = Vec::with_capacity(self.table.len());
        for (at, variable) in self.table.iter().enumerate() {
            let purpose = self.purposes[at].clone().unwrap_or(Purpose::Fixed);
            wanted.push(self.categories(variable, &purpose, years)?);
            purposes.push(purpose);
        }
        for pattern in self
            .mapping
            .select
            .keys()
            .chain(self.mapping.table.select.keys())
        {
            if !self.table.iter().any(|variable| names(pattern, variable)) {
                return Err(self.misfit(format!("no dimension `{pattern}` to select from")));
            }
        }
        Ok(Resolved { purposes, wanted })
    }

    fn categories(
        &self,
        variable: &Variable<'_>,
        purpose: &Purpose,
        years: YearRange,
    ) -> Result<Vec<usize>, Misfit> {
        let all = || (0..variable.values.len()).collect::<Vec<usize>>();
        let code = variable.code;
        let mut found = match self.mapping.selection(variable) {
            Some((_, patterns)) => self.selected(variable, patterns)?,
            None => all(),
        };
        match purpose {
            Purpose::Measure if self.mapping.selection(variable).is_none() => {
                found = self.measure(variable)?;
            }
            Purpose::Region if self.mapping.table.picks_regions() => {
                found.retain(|at| self.mapping.table.region_id(variable.values[*at]).is_some());
            }
            Purpose::Time => {
                found.retain(|at| {
                    let label = variable.labels.get(*at).copied().unwrap_or_default();
                    // What is no period is asked for, and then noticed.
                    period_of(variable.values[*at], label).is_none_or(|period| {
                        period.year() >= years.first
                            && years.last.is_none_or(|last| period.year() <= last)
                    })
                });
            }
            _ => {}
        }
        let is_single = matches!(purpose, Purpose::Fixed | Purpose::Measure);
        let was_selected = *purpose == Purpose::Time && !variable.values.is_empty();
        match found.len() {
            // No year in common is no misfit: nothing is asked for.
            0 if was_selected => Ok(found),
            0 => Err(self.misfit(format!("no category of `{code}` is wanted"))),
            1 => Ok(found),
            count if is_single => Err(self.misfit(format!(
                "`{code}` has {count} categories and no purpose; hint: `select` one of them, \
                 or name the dimension in `breakdown`"
            ))),
            _ => Ok(found),
        }
    }

    fn selected(
        &self,
        variable: &Variable<'_>,
        patterns: &[Pattern],
    ) -> Result<Vec<usize>, Misfit> {
        let mut found = Vec::new();
        for pattern in patterns {
            let before = found.len();
            found.extend((0..variable.values.len()).filter(|at| {
                let label = variable.labels.get(*at).copied().unwrap_or_default();
                pattern.matches(variable.values[*at])
                    || without_version(variable.values[*at])
                        .is_some_and(|code| pattern.matches(code))
                    || (!label.is_empty() && pattern.matches(label))
            }));
            if found.len() == before {
                let code = variable.code;
                return Err(self.misfit(format!("`{code}` has no category `{pattern}`")));
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The category of the measures that is the indicator.
    fn measure(&self, variable: &Variable<'_>) -> Result<Vec<usize>, Misfit> {
        let code = variable.code;
        let is_only = variable.values.len() == 1;
        let found: Vec<usize> = match &self.mapping.measure {
            Some(_) if variable.values == [NO_MEASURE] => vec![0],
            Some(pattern) => {
                let found: Vec<usize> = (0..variable.values.len())
                    .filter(|at| {
                        let value = variable.values[*at];
                        // Measures got a prefix in 2026: `vaesto`, `vaerak-vaesto`.
                        let suffix = value.rsplit('-').next().unwrap_or(value);
                        pattern.matches(value) || pattern.matches(suffix)
                    })
                    .collect();
                if !found.is_empty() {
                    found
                } else if let by_name @ [_, ..] = by_label(variable, pattern).as_slice() {
                    by_name.to_vec()
                } else {
                    return Err(self.misfit(format!("`{code}` has no measure `{pattern}`")));
                }
            }
            None if is_only => vec![0],
            None => {
                return Err(self.misfit(format!(
                    "`{code}` has {} measures; hint: name one as `measure`",
                    variable.values.len()
                )));
            }
        };
        if let ([at], Some(expected)) = (found.as_slice(), &self.mapping.expected_label) {
            let label = variable.labels.get(*at).copied().unwrap_or_default();
            if !label.is_empty() && !expected.matches(label) {
                return Err(self.misfit(format!(
                    "the measure `{}` is now called {label:?}, and {expected:?} was expected",
                    variable.values[*at],
                    expected = expected.as_str()
                )));
            }
        }
        Ok(found)
    }
}

/// The categories with a name like that.
fn by_label(variable: &Variable<'_>, pattern: &Pattern) -> Vec<usize> {
    let labels = variable.labels.iter().enumerate();
    labels
        .filter(|(_, label)| !label.is_empty() && pattern.matches(label))
        .map(|(at, _)| at)
        .collect()
}

/// A code without the prefix of its classification.
fn without_version(code: &str) -> Option<&str> {
    code.rsplit_once('-').map(|(_, suffix)| suffix)
}

/// A table in words: its dimensions with their sizes and first categories.
fn in_words(table: &[Variable<'_>]) -> String {
    const SHOWN: usize = 3;
    let mut words = String::new();
    for (at, variable) in table.iter().enumerate() {
        if at > 0 {
            words.push_str(", ");
        }
        let _ = write!(words, "`{}`", excerpt(variable.code));
        if !variable.label.is_empty() && variable.label != variable.code {
            let _ = write!(words, " ({})", excerpt(variable.label));
        }
        let shown: Vec<_> = variable
            .values
            .iter()
            .take(SHOWN)
            .map(|value| excerpt(value))
            .collect();
        let rest = variable.values.len().saturating_sub(SHOWN);
        let _ = write!(words, " with {}", shown.join(", "));
        if rest > 0 {
            let _ = write!(words, " and {rest} more");
        }
    }
    if words.is_empty() {
        words.push_str("no dimensions");
    }
    words
}

fn excerpt(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The period that a code or, where the code is only a number in a row, its name stands
/// for: `2024`, `2024*`, `2024M03`, `2024Q1`, `2024K1`, `2021-2024`, `2020_2020`.
pub fn period_of(code: &str, label: &str) -> Option<Period> {
    read_period(code).or_else(|| read_period(label))
}

fn read_period(text: &str) -> Option<Period> {
    let text = text.trim().trim_end_matches('*').trim_end();
    let year = text
        .get(..4)
        .filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()))?;
    if !(1700..=2200).contains(&year.parse::<i32>().ok()?) {
        return None;
    }
    let rest = text.get(4..)?.trim_start();
    let two = |digits: &str| {
        let is_number =
            (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| digits.parse::<u8>().ok()).flatten()
    };
    let written = match rest.chars().next() {
        None => year.to_owned(),
        Some('M' | 'm') => format!("{year}-{:02}", two(&rest[1..])?),
        Some('Q' | 'q' | 'K' | 'k') => format!("{year}-Q{}", two(&rest[1..])?),
        Some('-' | '_' | '/' | '–') => {
            let separator = rest.chars().next().map_or(1, char::len_utf8);
            let end = rest[separator..].trim_start();
            if let Some(quarter) = end.strip_prefix(['Q', 'q', 'K', 'k']) {
                format!("{year}-Q{}", two(quarter)?)
            } else if let Some(month) = two(end) {
                format!("{year}-{month:02}")
            } else if end == year {
                year.to_owned()
            } else {
                format!("{year}/{end}")
            }
        }
        _ => return None,
    };
    written.parse().ok()
}
