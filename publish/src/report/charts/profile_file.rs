//! The profile of a region as a file: the first few judged indicators of each theme, whatever
//! they say, so that the choice favours nothing.

use std::fmt::Write as _;

use botnia_config::words::{self, numbers, times};
use botnia_model::{Comparator, Language, Polarity};

use super::picture::FONT;
use super::profile::{Spread, Track, reach, verdict_sign};
use super::{escape, visible};
use crate::documents::words::synthetic_notice;
use crate::report::words::Words;
use crate::report::{Pages, ReportRow, THEMES};

/// How many indicators of a theme are drawn.
const OF_THEME: usize = 5;

const WIDTH: f64 = 1040.0;
const MARGIN: f64 = 24.0;
const TITLE: f64 = 470.0;
const TRACK_X: f64 = 510.0;
const TRACK_WIDTH: f64 = 290.0;
const WORDS_X: f64 = 816.0;
const LINE: f64 = 24.0;
const THEME: f64 = 34.0;
/// What a letter of a title takes at its size, about.
const LETTER: f64 = 6.4;

/// Colours on white, as those of the pages in light mode.
const STYLES: &str = "text{font-size:13px;fill:#1b1f23}.h{font-size:24px;font-weight:700}\
.t{font-size:15px;font-weight:700}.q{fill:#52606d;font-size:12px}.e{text-anchor:end}\
.i{text-anchor:middle}.tl{stroke:#b7c1ca;fill:none}.tp{stroke:#a0522d;stroke-width:2}\
.tv{fill:#fff;stroke:#1b1f23}.ti{stroke:#1b1f23;stroke-width:3;opacity:.45}\
.m{fill:#1b1f23}.s,.x{fill:#52606d}.b{fill:#00609c}.w{fill:#a33b00}";

/// The drawing as an SVG document.
pub(crate) fn draw(pages: &Pages<'_>, language: Language) -> String {
    let words_of = Words::of(language);
    let themes: Vec<(&str, Vec<(&ReportRow, Spread)>)> = THEMES
        .iter()
        .map(|theme| {
            let rows = pages.report.of_theme(theme).into_iter();
            let judged = rows
                .filter(|row| row.polarity != Polarity::None)
                .filter_map(|row| Some((row, Spread::of(row)?)))
                .take(OF_THEME)
                .collect();
            (*theme, judged)
        })
        .filter(|(_, rows): &(_, Vec<_>)| !rows.is_empty())
        .collect();
    let reach = reach(
        themes
            .iter()
            .flat_map(|(_, rows)| rows)
            .map(|(_, spread)| spread),
    );

    let mut body = String::new();
    let mut y = 50.0;
    let name = format!("{} – {}", pages.report.name(language), words_of.profile);
    text(&mut body, (MARGIN, y), "h", &name);
    let mut notices = Vec::new();
    if pages.facts.synthetic {
        notices.push(synthetic_notice(language).to_owned());
    }
    for notice in notices.iter().flat_map(|notice| lines(notice, 150)) {
        y += 20.0;
        text(&mut body, (MARGIN, y), "", &notice);
    }
    y += 30.0;
    let end = |sign: char| {
        let percent = numbers::percent(language, &format!("{reach:.0}"));
        format!("{sign}{percent}")
    };
    text(&mut body, (TRACK_X, y), "q i", &end(numbers::MINUS));
    let middle = TRACK_X + TRACK_WIDTH / 2.0;
    text(&mut body, (middle, y), "q i", words_of.country);
    text(&mut body, (TRACK_X + TRACK_WIDTH, y), "q i", &end('+'));
    for (theme, rows) in &themes {
        y += THEME;
        let title = words::theme(language, theme).unwrap_or(theme);
        text(&mut body, (MARGIN, y), "t", title);
        for (row, spread) in rows {
            y += LINE;
            line(&mut body, y, row, (spread, reach), language);
        }
    }
    y += 20.0;
    let reading = format!(
        "{} {} … {}.",
        words_of.profile_reading,
        end(numbers::MINUS),
        end('+')
    );
    let source = format!(
        "Botnia, {} ({}).",
        pages.facts.number,
        times::day(language, pages.facts.moment)
    );
    for line in lines(&reading, 165).into_iter().chain([source]) {
        y += 18.0;
        text(&mut body, (MARGIN, y), "q", &line);
    }

    let height = y + MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" font-family=\"{FONT}, Arial, sans-serif\" \
         font-stretch=\"condensed\" role=\"img\" lang=\"{language}\"><title>"
    );
    escape(&name, &mut svg);
    let _ = writeln!(
        svg,
        "</title><style>{STYLES}</style><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\
         {body}</svg>"
    );
    svg
}

fn line(
    body: &mut String,
    y: f64,
    row: &ReportRow,
    (spread, reach): (&Spread, f64),
    language: Language,
) {
    let year = row
        .period
        .as_ref()
        .map(|period| format!(" ({})", times::period(language, period)))
        .unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "some dozen letters"
    )]
    let room = ((TITLE / LETTER) as usize).saturating_sub(year.chars().count());
    let title = visible(row.title.or_finnish(language));
    text(
        body,
        (MARGIN, y),
        "",
        &format!("{}{year}", shortened(&title, room)),
    );
    let verdict = row.comparison(Comparator::Country).judged.verdict;
    let track = Track {
        x: TRACK_X,
        y: y - 4.5,
        width: TRACK_WIDTH,
        reach,
    };
    track.draw(spread, verdict, body);
    let own = numbers::figure(language, row.value.unwrap_or_default(), row.decimals);
    let said = format!(
        "{own} {} {}",
        verdict_sign(verdict),
        words::verdict(language, verdict)
    );
    let class = super::profile::verdict_class(verdict);
    text(body, (WORDS_X, y), class, &said);
}

fn text(body: &mut String, (x, y): (f64, f64), class: &str, text: &str) {
    let _ = write!(body, "<text x=\"{x}\" y=\"{y}\" class=\"{class}\">");
    escape(text, body);
    body.push_str("</text>");
}

/// The text in at most so many letters.
fn shortened(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let head: String = text.chars().take(letters.saturating_sub(1)).collect();
    format!("{}…", head.trim_end())
}

/// The text in lines of at most so many letters.
fn lines(text: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
