//! The themes with their figures and notes, and the annex of what is missing.

use botnia_config::words::{self, times};
use botnia_model::{Comparator, Language, NoteSubject};

use super::Pages;
use super::views::{Missing, ProfileLine, Theme};
use crate::report::ReportRow;
use crate::report::charts::profile::{Spread, Track, reach, verdict_class};
use crate::report::charts::visible;
use crate::report::figures::{Figures, NoteView};
use crate::report::note_text::note_html;

/// The length of a track in a page's profile, and its height.
const TRACK: (f64, f64) = (200.0, 16.0);

impl Pages<'_> {
    pub(super) fn theme(&self, figures: &Figures<'_>, theme: &str) -> Option<Theme> {
        let rows = self.report.of_theme(theme);
        let notes = self.notes_of(figures.language, &|subject| match subject {
            NoteSubject::Theme(of) => of == theme,
            // Beside the figure, where there is one.
            NoteSubject::Indicator(id) => {
                let id = id.to_string();
                rows.iter()
                    .any(|row| row.indicator_id == id && row.value.is_none())
            }
        });
        if rows.is_empty() && notes.is_empty() {
            return None;
        }
        let (with_value, missing): (Vec<&ReportRow>, Vec<&ReportRow>) =
            rows.into_iter().partition(|row| row.value.is_some());
        let spreads: Vec<(&ReportRow, Spread)> = with_value
            .iter()
            .filter_map(|row| Some((*row, Spread::of(row)?)))
            .collect();
        let reach = reach(spreads.iter().map(|(_, spread)| spread));
        let profile = spreads
            .iter()
            .map(|(row, spread)| {
                let verdict = row.comparison(Comparator::Country).judged.verdict;
                let mut track = String::new();
                let (width, height) = TRACK;
                Track {
                    x: 0.0,
                    y: height / 2.0,
                    width,
                    reach,
                }
                .draw(spread, verdict, &mut track);
                ProfileLine {
                    title: figures.title(row),
                    track,
                    own: figures.number(row, row.value.unwrap_or_default()),
                    class: verdict_class(verdict),
                    verdict: words::verdict(figures.language, verdict),
                }
            })
            .collect();
        Some(Theme {
            id: theme.replace('_', "-"),
            title: theme_title(figures.language, theme),
            notes,
            figures: with_value
                .into_iter()
                .map(|row| {
                    let notes = self.notes_of(figures.language, &|subject| {
                        matches!(subject, NoteSubject::Indicator(id) if id.to_string() == row.indicator_id)
                    });
                    figures.of(row, notes)
                })
                .collect(),
            reach: words::numbers::percent(figures.language, &format!("{reach:.0}")),
            profile,
            missing: missing.len(),
        })
    }

    /// The notes on a subject, whatever their language: each says its own.
    pub(super) fn notes_of(
        &self,
        language: Language,
        is_about: &dyn Fn(&NoteSubject) -> bool,
    ) -> Vec<NoteView> {
        self.notes
            .iter()
            .filter(|note| is_about(&note.subject))
            .map(|note| NoteView {
                about: self.title_without_figure(language, &note.subject),
                language: note.language.code(),
                author: visible(&note.author),
                date: times::date(language, note.date),
                html: note_html(note),
            })
            .collect()
    }

    /// The indicator that a note is on, where no figure beside it says so.
    pub(super) fn title_without_figure(
        &self,
        language: Language,
        subject: &NoteSubject,
    ) -> Option<String> {
        let NoteSubject::Indicator(id) = subject else {
            return None;
        };
        let id = id.to_string();
        let mut missing = self.report.missing().into_iter();
        let row = missing.find(|row| row.indicator_id == id)?;
        Some(visible(row.title.or_finnish(language)))
    }

    pub(super) fn annex(&self, figures: &Figures<'_>) -> Vec<Missing> {
        let language = figures.language;
        let level = self.report.region.key.level;
        self.report
            .missing()
            .into_iter()
            .map(|row| Missing {
                title: figures.title(row),
                theme: theme_title(language, &row.theme),
                reason: words::missing_sentence(language, row.status, level)
                    .unwrap_or_else(|| words::status(language, row.status).to_owned()),
            })
            .collect()
    }
}

fn theme_title(language: Language, theme: &str) -> String {
    words::theme(language, theme).map_or_else(|| visible(theme), str::to_owned)
}
