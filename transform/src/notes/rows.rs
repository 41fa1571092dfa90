//! From the rows of a form to notes.

use std::collections::{BTreeMap, BTreeSet};

use botnia_config::Date;
use botnia_config::{NoteColumn, RegionTables};
use botnia_model::{
    IndicatorId, Language, Note, NoteFormat, NoteId, NoteSubject, RegionKey, RegionLevel, Text,
};

use super::cells::{Cell, Sheet};
use super::problem::{NoteMistake, NoteProblem};
use super::{LONGEST_AUTHOR, LONGEST_TEXT, NoteRequest, NoteTerms};
use crate::text::clean_characters;

/// The levels whose regions have a wellbeing report.
const LEVELS: [RegionLevel; 3] = [
    RegionLevel::Municipality,
    RegionLevel::Province,
    RegionLevel::WellbeingCounty,
];

/// Reads the rows below the headings.
pub(super) fn read(
    sheet: &Sheet,
    terms: NoteTerms<'_>,
) -> Result<Vec<NoteRequest>, Vec<NoteProblem>> {
    let mut reader = Reader {
        sheet,
        terms,
        regions: RegionNames::new(terms.regions, terms.today),
        problems: Vec::new(),
    };
    let headings = &sheet.headings;
    for (column, heading) in &headings.unknown {
        let heading = heading.clone();
        reader.report_in(
            sheet.headings_at,
            *column,
            NoteMistake::UnknownHeading { heading },
        );
    }
    for (column, heading) in &headings.repeated {
        let heading = heading.clone();
        reader.report_in(
            sheet.headings_at,
            *column,
            NoteMistake::RepeatedHeading { heading },
        );
    }
    let mut requests = Vec::new();
    let mut seen = BTreeSet::new();
    for row in sheet.headings_at + 1..sheet.rows.len() {
        if let Some(request) = reader.row(row)
            && seen.insert(key(&request))
        {
            requests.push(request);
        }
    }
    if requests.is_empty() && reader.problems.is_empty() {
        reader.problems.push(NoteMistake::NoNotes.of_the_file());
    }
    if reader.problems.is_empty() {
        Ok(requests)
    } else {
        reader
            .problems
            .sort_by(|one, other| one.place.cmp(&other.place));
        Err(reader.problems)
    }
}

/// What makes two requests the same.
fn key(request: &NoteRequest) -> (Option<NoteId>, Option<NoteId>) {
    match request {
        NoteRequest::Keep(note) => (None, Some(note.id())),
        NoteRequest::Replace { withdrawn, note } => (Some(withdrawn.clone()), Some(note.id())),
        NoteRequest::Withdraw(id) => (Some(id.clone()), None),
    }
}

struct Reader<'a> {
    sheet: &'a Sheet,
    terms: NoteTerms<'a>,
    regions: RegionNames,
    problems: Vec<NoteProblem>,
}

impl Reader<'_> {
    /// What a row asks for; nothing for a row without a note, or with a mistake.
    fn row(&mut self, row: usize) -> Option<NoteRequest> {
        let before = self.problems.len();
        let is_withdrawn = self.mark(row);
        let id = self.note_id(row);
        let text = self.cell(row, NoteColumn::Text);
        if is_withdrawn && let Some(id) = id {
            return (self.problems.len() == before).then_some(NoteRequest::Withdraw(id));
        }
        if text.is_empty() {
            if is_withdrawn {
                self.report(row, NoteColumn::Withdraw, NoteMistake::NothingToWithdraw);
            }
            return None;
        }
        // Each is looked at, so that all of their mistakes are told.
        let region = self.region(row);
        let subject = self.subject(row);
        let date = self.date(row);
        let author = self.author(row);
        let language = self.language(row);
        let format = self.format(row);
        let text = self.text(row, &text);
        if self.problems.len() > before {
            return None;
        }
        let note = Note {
            region: region?,
            subject: subject?,
            date: date?,
            author,
            language: language?,
            format: format?,
            text,
        };
        if is_withdrawn {
            let id = note.id();
            if !self.terms.known.contains(&id) {
                self.report(row, NoteColumn::Withdraw, NoteMistake::NothingToWithdraw);
                return None;
            }
            return Some(NoteRequest::Withdraw(id));
        }
        Some(match id {
            Some(withdrawn) if withdrawn != note.id() => NoteRequest::Replace { withdrawn, note },
            _ => NoteRequest::Keep(note),
        })
    }

    /// The text of a cell; a formula without a result is told.
    fn cell(&mut self, row: usize, column: NoteColumn) -> String {
        let place = self.sheet.headings.columns.get(&column).copied();
        let cell = place.and_then(|place| self.sheet.rows[row].get(place));
        if let Some(Cell::Failed(shown)) = cell {
            let shown = shown.clone();
            self.report(row, column, NoteMistake::FailedFormula { shown });
        }
        cell.map(Cell::text).unwrap_or_default()
    }

    fn mark(&mut self, row: usize) -> bool {
        let text = self.cell(row, NoteColumn::Withdraw);
        match text.to_lowercase().as_str() {
            "" | "ei" | "nej" | "no" | "0" | "false" => false,
            "x" | "kyllä" | "ja" | "yes" | "1" | "true" | "poista" | "ta bort" | "withdraw" => {
                true
            }
            _ => {
                self.report(row, NoteColumn::Withdraw, NoteMistake::UnknownMark { text });
                false
            }
        }
    }

    fn note_id(&mut self, row: usize) -> Option<NoteId> {
        let text = self.cell(row, NoteColumn::NoteId);
        if text.is_empty() {
            return None;
        }
        let id = text.parse::<NoteId>().ok();
        let id = id.filter(|id| self.terms.known.contains(id));
        if id.is_none() {
            self.report(row, NoteColumn::NoteId, NoteMistake::UnknownNote { text });
        }
        id
    }

    fn region(&mut self, row: usize) -> Option<RegionKey> {
        let id = self.cell(row, NoteColumn::RegionId);
        let name = self.cell(row, NoteColumn::Region);
        let (column, given) = match (id.is_empty(), name.is_empty()) {
            (false, _) => (NoteColumn::RegionId, &id),
            (true, false) => (NoteColumn::Region, &name),
            (true, true) => {
                let column = NoteColumn::RegionId;
                self.report(row, column, NoteMistake::Missing { column });
                return None;
            }
        };
        let key = match self.regions.find(given) {
            Ok(key) => key,
            Err(mistake) => {
                self.report(row, column, mistake);
                return None;
            }
        };
        // A name that was dragged down beside another id, or the other way round.
        if !id.is_empty() && !name.is_empty() && !self.regions.is_called(&key, &name) {
            self.report(
                row,
                NoteColumn::Region,
                NoteMistake::OtherRegion { id, name },
            );
            return None;
        }
        Some(key)
    }

    fn subject(&mut self, row: usize) -> Option<NoteSubject> {
        let text = self.cell(row, NoteColumn::IndicatorId);
        if !text.is_empty() {
            let id = text.parse::<IndicatorId>().ok();
            let id = id.filter(|id| self.terms.indicators.contains(id));
            if id.is_none() {
                self.report(
                    row,
                    NoteColumn::IndicatorId,
                    NoteMistake::UnknownIndicator { text },
                );
            }
            return id.map(NoteSubject::Indicator);
        }
        let text = self.cell(row, NoteColumn::Theme);
        if text.is_empty() {
            self.report(row, NoteColumn::IndicatorId, NoteMistake::NoSubject);
            return None;
        }
        let theme = self.terms.themes.get(&text.to_lowercase());
        if theme.is_none() {
            self.report(row, NoteColumn::Theme, NoteMistake::UnknownTheme { text });
        }
        theme.cloned().map(NoteSubject::Theme)
    }

    fn date(&mut self, row: usize) -> Option<Date> {
        let text = self.cell(row, NoteColumn::Date);
        if text.is_empty() {
            if self.terms.date.is_none() {
                let column = NoteColumn::Date;
                self.report(row, column, NoteMistake::Missing { column });
            }
            return self.terms.date;
        }
        let Some(date) = parse_date(&text) else {
            self.report(row, NoteColumn::Date, NoteMistake::NotADate { text });
            return None;
        };
        if date > self.terms.today {
            self.report(row, NoteColumn::Date, NoteMistake::FutureDate { text });
            return None;
        }
        Some(date)
    }

    fn author(&mut self, row: usize) -> String {
        let given = self.cell(row, NoteColumn::Author);
        let author = clean_characters(if given.is_empty() {
            self.terms.author.unwrap_or_default()
        } else {
            &given
        });
        let column = NoteColumn::Author;
        let characters = author.chars().count();
        if characters == 0 {
            self.report(row, column, NoteMistake::Missing { column });
        } else if characters > LONGEST_AUTHOR {
            let most = LONGEST_AUTHOR;
            self.report(row, column, NoteMistake::TooLong { characters, most });
        }
        author
    }

    fn language(&mut self, row: usize) -> Option<Language> {
        let text = self.cell(row, NoteColumn::Language);
        if text.is_empty() {
            let language = self.sheet.headings.language;
            if language.is_none() {
                let column = NoteColumn::Language;
                self.report(row, column, NoteMistake::Missing { column });
            }
            return language;
        }
        let language = match text.to_lowercase().as_str() {
            "fi" | "suomi" | "finska" | "finnish" => Some(Language::Fi),
            "sv" | "ruotsi" | "svenska" | "swedish" => Some(Language::Sv),
            "en" | "englanti" | "engelska" | "english" => Some(Language::En),
            _ => None,
        };
        if language.is_none() {
            self.report(
                row,
                NoteColumn::Language,
                NoteMistake::UnknownLanguage { text },
            );
        }
        language
    }

    fn format(&mut self, row: usize) -> Option<NoteFormat> {
        let text = self.cell(row, NoteColumn::Format);
        if text.is_empty() {
            return Some(NoteFormat::Plain);
        }
        let format = text.to_lowercase().parse().ok();
        if format.is_none() {
            self.report(row, NoteColumn::Format, NoteMistake::UnknownFormat { text });
        }
        format
    }

    fn text(&mut self, row: usize, given: &str) -> String {
        let text = clean_lines(given);
        let characters = text.chars().count();
        if characters == 0 {
            let column = NoteColumn::Text;
            self.report(row, column, NoteMistake::Missing { column });
        } else if characters > LONGEST_TEXT {
            let most = LONGEST_TEXT;
            self.report(
                row,
                NoteColumn::Text,
                NoteMistake::TooLong { characters, most },
            );
        }
        text
    }

    fn report(&mut self, row: usize, column: NoteColumn, mistake: NoteMistake) {
        let column = self.sheet.headings.place(column);
        self.problems
            .push(mistake.at(self.sheet.place(row, column)));
    }

    fn report_in(&mut self, row: usize, column: usize, mistake: NoteMistake) {
        let place = self.sheet.place(row, Some(column));
        self.problems.push(mistake.at(place));
    }
}

/// `22.11.2026`, `2026-11-22`.
fn parse_date(text: &str) -> Option<Date> {
    if let Ok(date) = text.parse::<Date>() {
        return Some(date);
    }
    let mut parts = text.split('.').map(str::trim);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A text of several lines, each cleaned as a title is, with at most one empty line between
/// two others.
fn clean_lines(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut empty_before = true;
    for line in text.split('\n').map(clean_characters) {
        if line.is_empty() && empty_before {
            continue;
        }
        empty_before = line.is_empty();
        cleaned.push_str(&line);
        cleaned.push('\n');
    }
    cleaned.truncate(cleaned.trim_end().len());
    cleaned
}

/// The regions by what people call them.
struct RegionNames {
    /// By id in upper case and by each name in lower case.
    called: BTreeMap<String, Vec<RegionKey>>,
    /// Those that no longer exist, by their ids and names alike.
    abolished: BTreeSet<String>,
}

impl RegionNames {
    fn new(tables: &RegionTables, today: Date) -> Self {
        let mut names = Self {
            called: BTreeMap::new(),
            abolished: BTreeSet::new(),
        };
        for municipality in &tables.municipalities {
            let exists = municipality.exists_on(today);
            names.add(&municipality.key(), &municipality.name, exists);
        }
        let today = today.to_string();
        for region in &tables.regions {
            if LEVELS.contains(&region.key.level) {
                let exists = region.valid_to.as_ref().is_none_or(|last| *last >= today);
                names.add(&region.key, &region.name, exists);
            }
        }
        names
    }

    fn add(&mut self, key: &RegionKey, name: &Text, exists: bool) {
        let id = key.id().as_str().to_uppercase();
        let names = Language::ALL.map(|language| name.get(language).to_lowercase());
        let mut all: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
        all.push(id);
        for name in all {
            if !exists {
                self.abolished.insert(name);
                continue;
            }
            let called = self.called.entry(name).or_default();
            if !called.contains(key) {
                called.push(key.clone());
            }
        }
    }

    fn find(&self, text: &str) -> Result<RegionKey, NoteMistake> {
        let (id, name) = (text.to_uppercase(), text.to_lowercase());
        let found = self.called.get(&id).or_else(|| self.called.get(&name));
        match found.map(Vec::as_slice) {
            Some([key]) => Ok(key.clone()),
            Some(keys) => Err(NoteMistake::SeveralRegions {
                text: text.to_owned(),
                ids: keys.iter().map(|key| key.id().to_string()).collect(),
            }),
            None if self.abolished.contains(&id) || self.abolished.contains(&name) => {
                Err(NoteMistake::AbolishedRegion {
                    text: text.to_owned(),
                })
            }
            None => Err(NoteMistake::UnknownRegion {
                text: text.to_owned(),
            }),
        }
    }

    fn is_called(&self, key: &RegionKey, name: &str) -> bool {
        let called = self.called.get(&name.to_lowercase());
        called.is_some_and(|keys| keys.contains(key))
    }
}
