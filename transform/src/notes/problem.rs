//! What is wrong with a file of notes, where, and in words that its author understands.

use std::fmt::Write as _;

use botnia_config::NoteColumn;
use botnia_model::Language;

use super::{LARGEST_FILE, MOST_ROWS};

/// Where something is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellPlace {
    /// The sheet of the workbook; none for a CSV file.
    pub sheet: Option<String>,
    /// The row, counted from 1.
    pub row: usize,
    /// The column, counted from 0; none for the whole row.
    pub column: Option<usize>,
}

/// One thing that is wrong with a file of notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteProblem {
    /// Where; none for the whole file.
    pub place: Option<CellPlace>,
    /// What.
    pub mistake: NoteMistake,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteMistake {
    /// The file is larger than a file of notes.
    TooLarge,
    /// The sheet is longer than a sheet of notes.
    TooManyRows,
    /// The file is neither a workbook nor text in UTF-8.
    NotUtf8,
    /// The workbook cannot be read.
    Unreadable {
        /// What the reader says.
        reason: String,
    },
    /// A quotation mark that nothing closes.
    OpenQuote,
    /// No row has the headings.
    NoHeadings,
    /// Not one row has a note.
    NoNotes,
    /// A heading that means nothing here.
    UnknownHeading {
        /// The heading.
        heading: String,
    },
    /// A heading for the second time.
    RepeatedHeading {
        /// The heading.
        heading: String,
    },
    /// A cell that must not be empty.
    Missing {
        /// Its column.
        column: NoteColumn,
    },
    /// Neither an indicator nor a theme.
    NoSubject,
    /// A formula without a result.
    FailedFormula {
        /// What it shows.
        shown: String,
    },
    /// No region has this id or name.
    UnknownRegion {
        /// What was given.
        text: String,
    },
    /// Several regions have this name.
    SeveralRegions {
        /// What was given.
        text: String,
        /// Their ids.
        ids: Vec<String>,
    },
    /// A region that no longer exists.
    AbolishedRegion {
        /// What was given.
        text: String,
    },
    /// The name is that of another region than the id.
    OtherRegion {
        /// The id.
        id: String,
        /// The name that was given.
        name: String,
    },
    /// No indicator has this id.
    UnknownIndicator {
        /// What was given.
        text: String,
    },
    /// No theme is called this.
    UnknownTheme {
        /// What was given.
        text: String,
    },
    /// No day.
    NotADate {
        /// What was given.
        text: String,
    },
    /// A day that has not come.
    FutureDate {
        /// What was given.
        text: String,
    },
    /// Not one of the languages.
    UnknownLanguage {
        /// What was given.
        text: String,
    },
    /// Not one of the formats.
    UnknownFormat {
        /// What was given.
        text: String,
    },
    /// Neither a mark nor none.
    UnknownMark {
        /// What was given.
        text: String,
    },
    /// A text that is too long.
    TooLong {
        /// Its characters.
        characters: usize,
        /// How many it may have.
        most: usize,
    },
    /// No note has this id.
    UnknownNote {
        /// What was given.
        text: String,
    },
    /// A mark to withdraw a note that was never imported.
    NothingToWithdraw,
}

impl NoteMistake {
    /// As a problem of the whole file.
    pub(super) fn of_the_file(self) -> NoteProblem {
        NoteProblem {
            place: None,
            mistake: self,
        }
    }

    /// As a problem at a place.
    pub(super) fn at(self, place: CellPlace) -> NoteProblem {
        NoteProblem {
            place: Some(place),
            mistake: self,
        }
    }

    /// What is wrong and what to do, as a sentence.
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::Fi => self.in_finnish(),
            Language::Sv => self.in_swedish(),
            Language::En => self.in_english(),
        }
    }

    fn in_finnish(&self) -> String {
        match self {
            Self::TooLarge => format!(
                "Tiedosto on liian suuri. Suurin sallittu koko on {} megatavua.",
                LARGEST_FILE >> 20
            ),
            Self::TooManyRows => {
                format!("Rivejä on liikaa. Niitä saa olla enintään {MOST_ROWS}.")
            }
            Self::NotUtf8 => {
                "Tiedosto ei ole Excel-työkirja (.xlsx) eikä UTF-8-muotoista tekstiä. \
                              Tallenna se Excelissä muodossa ”CSV UTF-8” tai ”Excel-työkirja”."
                    .to_owned()
            }
            Self::Unreadable { reason } => format!(
                "Excel-työkirjaa ei voi lukea ({reason}). Avaa se Excelissä ja tallenna uudelleen \
                 muodossa ”Excel-työkirja (.xlsx)” ilman salasanaa."
            ),
            Self::OpenQuote => {
                "Lainausmerkki alkaa, mutta ei pääty. Lisää puuttuva merkki \", tai \
                                tallenna tiedosto uudelleen taulukkolaskentaohjelmasta."
                    .to_owned()
            }
            Self::NoHeadings => {
                "Otsikkoriviä ei löydy. Rivillä pitää olla ainakin otsikot ”Alueen \
                                 tunnus” (tai ”Alue”) ja ”Tulkinta tai ehdotus”."
                    .to_owned()
            }
            Self::NoNotes => {
                "Tiedostossa ei ole yhtään muistiinpanoa. Kirjoita teksti sarakkeeseen \
                              ”Tulkinta tai ehdotus”."
                    .to_owned()
            }
            Self::UnknownHeading { heading } => format!(
                "Otsikko ”{heading}” on tuntematon. Korjaa otsikko tai poista sarake. Tunnetut \
                 otsikot: {}.",
                headings(Language::Fi)
            ),
            Self::RepeatedHeading { heading } => {
                format!("Otsikko ”{heading}” on jo toisessa sarakkeessa. Poista toinen niistä.")
            }
            Self::Missing { column } => format!(
                "Solu on tyhjä: ”{}” on annettava.{}",
                column.heading(Language::Fi),
                option(*column, Language::Fi)
            ),
            Self::NoSubject => "Rivillä ei ole indikaattorin tunnusta eikä teemaa. Anna toinen \
                                niistä."
                .to_owned(),
            Self::FailedFormula { shown } => {
                format!("Solun kaava ei anna tulosta ({shown}). Kirjoita soluun teksti.")
            }
            Self::UnknownRegion { text } => format!(
                "Aluetta ”{text}” ei ole. Anna alueen tunnus (esimerkiksi KU743, MK14 tai HVA16) \
                 tai kunnan, maakunnan tai hyvinvointialueen virallinen nimi."
            ),
            Self::SeveralRegions { text, ids } => format!(
                "Nimi ”{text}” on usealla alueella. Anna tunnus: {}.",
                ids.join(" tai ")
            ),
            Self::AbolishedRegion { text } => {
                format!("Aluetta ”{text}” ei enää ole. Anna se alue, johon se nykyään kuuluu.")
            }
            Self::OtherRegion { id, name } => format!(
                "Tunnus {id} ja nimi ”{name}” tarkoittavat eri alueita. Korjaa toinen niistä."
            ),
            Self::UnknownIndicator { text } => format!(
                "Indikaattoria ”{text}” ei ole. Anna tunnus sellaisena kuin se on työkirjassa, \
                 esimerkiksi sotkanet:127."
            ),
            Self::UnknownTheme { text } => format!(
                "Teemaa ”{text}” ei ole. Käytä työkirjan teemoja sellaisina kuin ne ovat siinä."
            ),
            Self::NotADate { text } => {
                format!("”{text}” ei ole päivä. Kirjoita se muodossa 22.11.2026 tai 2026-11-22.")
            }
            Self::FutureDate { text } => {
                format!("Päivä {text} on vielä tulossa. Tarkista päivä ja vuosi.")
            }
            Self::UnknownLanguage { text } => {
                format!("Kieltä ”{text}” ei tunneta. Käytä lyhennettä fi, sv tai en.")
            }
            Self::UnknownFormat { text } => format!(
                "Muotoa ”{text}” ei tunneta. Käytä sanaa plain tai markdown, tai jätä tyhjäksi."
            ),
            Self::UnknownMark { text } => format!(
                "Merkintää ”{text}” ei tunneta. Kirjoita x, jos muistiinpano poistetaan, ja jätä \
                 muuten tyhjäksi."
            ),
            Self::TooLong { characters, most } => {
                format!("Tekstissä on {characters} merkkiä, ja niitä saa olla enintään {most}.")
            }
            Self::UnknownNote { text } => format!(
                "Muistiinpanoa, jonka tunnus on ”{text}”, ei ole. Jätä tunnus tyhjäksi, jos \
                 muistiinpano on uusi."
            ),
            Self::NothingToWithdraw => "Rivi on merkitty poistettavaksi, mutta tällaista \
                                        muistiinpanoa ei ole tuotu. Anna muistiinpanon tunnus."
                .to_owned(),
        }
    }

    fn in_swedish(&self) -> String {
        match self {
            Self::TooLarge => format!(
                "Filen är för stor. Den får vara högst {} megabyte.",
                LARGEST_FILE >> 20
            ),
            Self::TooManyRows => {
                format!("Det finns för många rader. De får vara högst {MOST_ROWS}.")
            }
            Self::NotUtf8 => {
                "Filen är varken en Excel-arbetsbok (.xlsx) eller text i UTF-8. Spara \
                              den i Excel i formatet ”CSV UTF-8” eller ”Excel-arbetsbok”."
                    .to_owned()
            }
            Self::Unreadable { reason } => format!(
                "Excel-arbetsboken kan inte läsas ({reason}). Öppna den i Excel och spara den på \
                 nytt i formatet ”Excel-arbetsbok (.xlsx)” utan lösenord."
            ),
            Self::OpenQuote => {
                "Ett citattecken börjar men slutar inte. Lägg till det tecken \" som \
                                saknas, eller spara filen på nytt i kalkylprogrammet."
                    .to_owned()
            }
            Self::NoHeadings => "Raden med rubriker hittas inte. Den ska ha åtminstone rubrikerna \
                                 ”Områdets kod” (eller ”Område”) och ”Tolkning eller förslag”."
                .to_owned(),
            Self::NoNotes => {
                "Filen har inte en enda anteckning. Skriv texten i kolumnen ”Tolkning \
                              eller förslag”."
                    .to_owned()
            }
            Self::UnknownHeading { heading } => format!(
                "Rubriken ”{heading}” är okänd. Rätta rubriken eller ta bort kolumnen. Kända \
                 rubriker: {}.",
                headings(Language::Sv)
            ),
            Self::RepeatedHeading { heading } => {
                format!("Rubriken ”{heading}” finns redan i en annan kolumn. Ta bort den ena.")
            }
            Self::Missing { column } => format!(
                "Cellen är tom: ”{}” måste anges.{}",
                column.heading(Language::Sv),
                option(*column, Language::Sv)
            ),
            Self::NoSubject => {
                "Raden har varken indikatorns kod eller ett tema. Ange det ena.".to_owned()
            }
            Self::FailedFormula { shown } => {
                format!("Cellens formel ger inget resultat ({shown}). Skriv text i cellen.")
            }
            Self::UnknownRegion { text } => format!(
                "Området ”{text}” finns inte. Ange områdets kod (till exempel KU743, MK14 eller \
                 HVA16) eller kommunens, landskapets eller välfärdsområdets officiella namn."
            ),
            Self::SeveralRegions { text, ids } => format!(
                "Flera områden har namnet ”{text}”. Ange koden: {}.",
                ids.join(" eller ")
            ),
            Self::AbolishedRegion { text } => {
                format!("Området ”{text}” finns inte längre. Ange det område som det nu hör till.")
            }
            Self::OtherRegion { id, name } => {
                format!("Koden {id} och namnet ”{name}” avser olika områden. Rätta det ena.")
            }
            Self::UnknownIndicator { text } => format!(
                "Indikatorn ”{text}” finns inte. Ange koden så som den står i arbetsboken, till \
                 exempel sotkanet:127."
            ),
            Self::UnknownTheme { text } => {
                format!("Temat ”{text}” finns inte. Använd arbetsbokens teman så som de står där.")
            }
            Self::NotADate { text } => {
                format!("”{text}” är inget datum. Skriv det som 22.11.2026 eller 2026-11-22.")
            }
            Self::FutureDate { text } => {
                format!("Dagen {text} har inte kommit ännu. Kontrollera dag och år.")
            }
            Self::UnknownLanguage { text } => {
                format!("Språket ”{text}” är okänt. Använd förkortningen fi, sv eller en.")
            }
            Self::UnknownFormat { text } => format!(
                "Formatet ”{text}” är okänt. Använd ordet plain eller markdown, eller lämna cellen \
                 tom."
            ),
            Self::UnknownMark { text } => format!(
                "Märkningen ”{text}” är okänd. Skriv x om anteckningen ska tas bort, och lämna \
                 annars cellen tom."
            ),
            Self::TooLong { characters, most } => {
                format!("Texten har {characters} tecken, och den får ha högst {most}.")
            }
            Self::UnknownNote { text } => format!(
                "Ingen anteckning har koden ”{text}”. Lämna cellen tom om anteckningen är ny."
            ),
            Self::NothingToWithdraw => "Raden är märkt för att tas bort, men en sådan anteckning \
                                        har inte importerats. Ange anteckningens kod."
                .to_owned(),
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::TooLarge => format!(
                "The file is too large. It may have {} megabytes.",
                LARGEST_FILE >> 20
            ),
            Self::TooManyRows => format!("There are too many rows; {MOST_ROWS} are the most."),
            Self::NotUtf8 => "The file is neither an Excel workbook (.xlsx) nor text in UTF-8. \
                              Save it as “CSV UTF-8” or “Excel workbook”."
                .to_owned(),
            Self::Unreadable { reason } => format!(
                "The Excel workbook cannot be read ({reason}). Open it in Excel and save it again \
                 as “Excel workbook (.xlsx)”, without a password."
            ),
            Self::OpenQuote => "A quotation mark opens and does not close. Add the missing \", or \
                                save the file again from the spreadsheet program."
                .to_owned(),
            Self::NoHeadings => "There is no row of headings. It needs at least “Area code” (or \
                                 “Area”) and “Interpretation or proposal”."
                .to_owned(),
            Self::NoNotes => "The file has not one note. Write the text into the column \
                              “Interpretation or proposal”."
                .to_owned(),
            Self::UnknownHeading { heading } => format!(
                "The heading “{heading}” is unknown. Correct it or remove the column. Known \
                 headings: {}.",
                headings(Language::En)
            ),
            Self::RepeatedHeading { heading } => {
                format!("Another column has the heading “{heading}” already. Remove one of them.")
            }
            Self::Missing { column } => format!(
                "The cell is empty: “{}” must be given.{}",
                column.heading(Language::En),
                option(*column, Language::En)
            ),
            Self::NoSubject => "The row has neither an indicator code nor a theme. Give one of \
                                them."
                .to_owned(),
            Self::FailedFormula { shown } => {
                format!("The formula of the cell has no result ({shown}). Write text into it.")
            }
            Self::UnknownRegion { text } => format!(
                "There is no area “{text}”. Give its code (KU743, MK14, HVA16) or the official \
                 name of a municipality, province or wellbeing services county."
            ),
            Self::SeveralRegions { text, ids } => format!(
                "Several areas are called “{text}”. Give the code: {}.",
                ids.join(" or ")
            ),
            Self::AbolishedRegion { text } => {
                format!("The area “{text}” no longer exists. Give the area that it is part of now.")
            }
            Self::OtherRegion { id, name } => format!(
                "The code {id} and the name “{name}” mean different areas. Correct one of them."
            ),
            Self::UnknownIndicator { text } => format!(
                "There is no indicator “{text}”. Give its code as the workbook has it, for \
                 example sotkanet:127."
            ),
            Self::UnknownTheme { text } => {
                format!("There is no theme “{text}”. Use the themes as the workbook has them.")
            }
            Self::NotADate { text } => {
                format!("“{text}” is no date. Write it as 22.11.2026 or 2026-11-22.")
            }
            Self::FutureDate { text } => {
                format!("The day {text} is yet to come. Check the day and the year.")
            }
            Self::UnknownLanguage { text } => {
                format!("The language “{text}” is unknown. Use fi, sv or en.")
            }
            Self::UnknownFormat { text } => {
                format!("The format “{text}” is unknown. Use plain or markdown, or leave it empty.")
            }
            Self::UnknownMark { text } => format!(
                "The mark “{text}” is unknown. Write x to withdraw the note, otherwise leave the \
                 cell empty."
            ),
            Self::TooLong { characters, most } => {
                format!("The text has {characters} characters; {most} are the most.")
            }
            Self::UnknownNote { text } => {
                format!("No note has the code “{text}”. Leave it empty if the note is new.")
            }
            Self::NothingToWithdraw => "The row is marked to be withdrawn, but no such note was \
                                        imported. Give the note's code."
                .to_owned(),
        }
    }
}

impl NoteProblem {
    /// Where and what, as one line.
    pub fn message(&self, language: Language) -> String {
        let mut line = String::new();
        if let Some(place) = &self.place {
            let [sheet, row, column] = match language {
                Language::Fi => ["taulukko", "rivi", "sarake"],
                Language::Sv => ["blad", "rad", "kolumn"],
                Language::En => ["sheet", "row", "column"],
            };
            // Writing to a String cannot fail.
            if let Some(name) = &place.sheet {
                let _ = write!(line, "{sheet} {name}, ");
            }
            let _ = write!(line, "{row} {}", place.row);
            if let Some(number) = place.column {
                let _ = write!(line, ", {column} {}", column_letters(number));
            }
            line.push_str(": ");
        }
        line.push_str(&self.mistake.message(language));
        line
    }
}

/// The headings that a form has.
fn headings(language: Language) -> String {
    NoteColumn::ALL
        .map(|column| column.heading(language))
        .join(", ")
}

/// How else a missing author or date can be given.
fn option(column: NoteColumn, language: Language) -> &'static str {
    match (column, language) {
        (NoteColumn::Author, Language::Fi) => {
            " Kaikille riveille yhteisen laatijan voi antaa valitsimella --author."
        }
        (NoteColumn::Author, Language::Sv) => {
            " En gemensam författare för alla rader kan anges med --author."
        }
        (NoteColumn::Author, Language::En) => " --author gives one for all rows.",
        (NoteColumn::Date, Language::Fi) => {
            " Kaikille riveille yhteisen päivän voi antaa valitsimella --date."
        }
        (NoteColumn::Date, Language::Sv) => {
            " Ett gemensamt datum för alla rader kan anges med --date."
        }
        (NoteColumn::Date, Language::En) => " --date gives one for all rows.",
        _ => "",
    }
}

/// The letters of a column, counted from 0: A, …, Z, AA.
fn column_letters(mut number: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(
            b'A' + u8::try_from(number % 26).unwrap_or_default(),
        ));
        if number < 26 {
            break;
        }
        number = number / 26 - 1;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_called_as_in_a_spreadsheet() {
        let letters = [0, 25, 26, 51, 52, 701, 702].map(column_letters);
        assert_eq!(letters, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn a_problem_is_one_line_that_says_where() {
        let problem = NoteMistake::NotADate {
            text: "eilen".to_owned(),
        }
        .at(CellPlace {
            sheet: Some("Muistiinpanot".to_owned()),
            row: 12,
            column: Some(7),
        });
        assert_eq!(
            problem.message(Language::Fi),
            "taulukko Muistiinpanot, rivi 12, sarake H: ”eilen” ei ole päivä. Kirjoita se \
             muodossa 22.11.2026 tai 2026-11-22."
        );
        assert_eq!(
            problem.message(Language::Sv),
            "blad Muistiinpanot, rad 12, kolumn H: ”eilen” är inget datum. Skriv det som \
             22.11.2026 eller 2026-11-22."
        );
    }
}
