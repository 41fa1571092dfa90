//! The pages of a region: the whole report, and the short version for decision makers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use botnia_config::words::{self, times};
use botnia_model::{
    Comparator, Language, Note, NoteSubject, RegionId, RegionKey, RegionLevel, Verdict,
};
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use super::charts::line::LineOf;
use super::charts::profile::{Spread, Track, reach, verdict_class};
use super::charts::visible;
use super::figures::{
    ChartLine, ComparatorColumn, Figure, Figures, NoteView, anchor, interval_text, web_address,
};
use super::highlights::Highlights;
use super::words::Words;
use super::{RegionReport, ReportContext, ReportRow, THEMES};
use crate::PublishError;
use crate::documents::ReleaseFacts;
use crate::documents::words::{licence_name, licence_url, synthetic_notice};

const TEMPLATES: [(&str, &str); 2] = [
    ("report.html", include_str!("templates/report.html")),
    ("short.html", include_str!("templates/short.html")),
];
const STYLES: &str = include_str!("templates/report.css");
/// Everything that pages are written with: where one changes, the pages do.
pub(super) const TEMPLATE_SOURCES: [&str; 3] = [TEMPLATES[0].1, TEMPLATES[1].1, STYLES];

/// The indicators that tell what kind of area it is, in reading order.
const AT_A_GLANCE: [&str; 5] = [
    "sotkanet:127",
    "sotkanet:1065",
    "sotkanet:1068",
    "sotkanet:2343",
    "sotkanet:181",
];
/// How many sentences that takes where a release has others.
const GLANCES: usize = 4;

/// The length of a track in a page's profile, and its height.
const TRACK: (f64, f64) = (200.0, 16.0);

static ENVIRONMENT: LazyLock<Result<Environment<'static>, minijinja::Error>> =
    LazyLock::new(|| {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, template) in TEMPLATES {
            // A line that has only a tag is no line of the page.
            let template = template.replace("%}\n", "%}");
            environment.add_template_owned(name, template)?;
        }
        Ok(environment)
    });

/// The name of the report's file.
pub fn report_file(language: Language) -> &'static str {
    words::in_language(
        language,
        ["raportti.fi.html", "rapport.sv.html", "report.en.html"],
    )
}

/// The name of the short version's file.
pub fn short_file(language: Language) -> &'static str {
    words::in_language(
        language,
        [
            "paatoksentekijalle.fi.html",
            "for-beslutsfattare.sv.html",
            "decision-makers.en.html",
        ],
    )
}

/// Draws a map for a region's report in a language; none where there is nothing to draw.
pub type DrawMap<'a> = dyn Fn(&RegionReport, Language) -> Option<String> + 'a;

/// What a page is made of, beside the report itself.
#[derive(Clone, Copy)]
pub struct Pages<'a> {
    /// The report.
    pub report: &'a RegionReport,
    /// What all reports share.
    pub context: &'a ReportContext,
    /// The release.
    pub facts: &'a ReleaseFacts,
    /// What people say beside the figures of the region, in order.
    pub notes: &'a [Note],
    /// A map as an SVG element that is safe to stand in a page, by language; none without
    /// boundaries.
    pub map: Option<&'a DrawMap<'a>>,
}

#[derive(Serialize)]
struct ReportPage<'a> {
    w: &'static Words,
    styles: &'static str,
    name: String,
    about: String,
    languages: Vec<LanguageLink>,
    synthetic: Option<&'static str>,
    glance: Vec<String>,
    tiles: Vec<Tile>,
    highlights: [Points; 3],
    map: Option<String>,
    columns: Vec<ColumnView<'a>>,
    keys: Vec<Key>,
    themes: Vec<Theme>,
    annex: Vec<Missing>,
    peers: Option<String>,
    producers: Vec<ProducerLine>,
    services: Vec<Link>,
    cite: String,
    next_check: &'static str,
    files: Vec<Link>,
    edition: String,
}

#[derive(Serialize)]
struct ShortPage {
    w: &'static Words,
    styles: &'static str,
    name: String,
    about: String,
    languages: Vec<LanguageLink>,
    synthetic: Option<&'static str>,
    glance: Vec<String>,
    highlights: [Points; 3],
    whole: &'static str,
    missing: usize,
    cite: String,
    edition: String,
}

#[derive(Serialize)]
struct LanguageLink {
    code: &'static str,
    name: &'static str,
    url: &'static str,
    current: bool,
}

#[derive(Serialize)]
struct Tile {
    class: &'static str,
    word: &'static str,
    count: usize,
}

#[derive(Serialize)]
struct Points {
    title: &'static str,
    none: &'static str,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    anchor: String,
    title: String,
    period: String,
    sentence: String,
    class: &'static str,
    verdict: String,
    detail: String,
}

#[derive(Serialize)]
struct ColumnView<'a> {
    label: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Key {
    class: &'static str,
    name: String,
}

#[derive(Serialize)]
struct Theme {
    id: String,
    title: String,
    notes: Vec<NoteView>,
    figures: Vec<Figure>,
    reach: String,
    profile: Vec<ProfileLine>,
    missing: usize,
}

#[derive(Serialize)]
struct ProfileLine {
    title: String,
    track: String,
    own: String,
    class: &'static str,
    verdict: &'static str,
}

#[derive(Serialize)]
struct Missing {
    title: String,
    theme: String,
    reason: String,
}

#[derive(Serialize)]
struct ProducerLine {
    name: String,
    count: usize,
    licence: String,
    licence_url: Option<&'static str>,
}

#[derive(Serialize)]
struct Link {
    name: String,
    url: Option<String>,
}

impl Pages<'_> {
    /// The report as a page that needs nothing else.
    ///
    /// # Errors
    /// [`PublishError::WritePage`].
    pub fn report(&self, language: Language) -> Result<String, PublishError> {
        let words = Words::of(language);
        let columns = self.columns(language);
        let parents = self.parents();
        let lines = self.lines(&parents, language);
        let figures = Figures {
            language,
            words,
            report: self.report,
            context: self.context,
            columns: &columns,
            lines: &lines,
        };
        let page = ReportPage {
            w: words,
            styles: STYLES,
            name: self.name(language),
            about: self.about(language),
            languages: links(language, report_file),
            synthetic: self.facts.synthetic.then(|| synthetic_notice(language)),
            glance: self.glance(language),
            tiles: self.tiles(language),
            highlights: self.highlights(
                &figures,
                [words.going_well, words.needs_attention, words.has_changed],
            ),
            map: self.map.and_then(|map| map(self.report, language)),
            columns: columns
                .iter()
                .map(|column| ColumnView {
                    label: column.label,
                    name: &column.name,
                })
                .collect(),
            keys: self.keys(&lines, language),
            themes: THEMES
                .iter()
                .filter_map(|theme| self.theme(&figures, theme))
                .collect(),
            annex: self.annex(&figures),
            peers: self.peers(language),
            producers: self.producers(language),
            services: self.services(language),
            cite: self.cite(language),
            next_check: next_check(language),
            files: files(language),
            edition: self.edition(language),
        };
        render("report.html", &page)
    }

    /// The short version as a page that needs nothing else.
    ///
    /// # Errors
    /// [`PublishError::WritePage`].
    pub fn short(&self, language: Language) -> Result<String, PublishError> {
        let words = Words::of(language);
        let figures = Figures {
            language,
            words,
            report: self.report,
            context: self.context,
            columns: &[],
            lines: &[],
        };
        let page = ShortPage {
            w: words,
            styles: STYLES,
            name: self.name(language),
            about: self.about(language),
            languages: links(language, short_file),
            synthetic: self.facts.synthetic.then(|| synthetic_notice(language)),
            glance: self.glance(language),
            highlights: self.highlights(
                &figures,
                [
                    words.short_five_better,
                    words.short_five_worse,
                    words.short_five_changed,
                ],
            ),
            whole: report_file(language),
            missing: self.report.missing().len(),
            cite: self.cite(language),
            edition: self.edition(language),
        };
        render("short.html", &page)
    }

    fn name(&self, language: Language) -> String {
        visible(self.report.name(language))
    }

    /// The ids of what charts compare with: province, county, country.
    fn parents(&self) -> [Option<RegionId>; 3] {
        let region = &self.report.region;
        let id = |parent: Option<&botnia_model::Region>| parent.map(|parent| parent.key.id());
        [
            id(self.context.province(region)),
            id(self.context.wellbeing_county(region)),
            Some(RegionKey::finland().id()),
        ]
    }

    fn lines<'a>(
        &'a self,
        parents: &'a [Option<RegionId>; 3],
        language: Language,
    ) -> Vec<ChartLine<'a>> {
        [LineOf::Province, LineOf::WellbeingCounty, LineOf::Country]
            .into_iter()
            .zip(parents)
            .filter_map(|(of, id)| {
                let region = id.as_ref()?;
                let name = match of {
                    LineOf::Country => Words::of(language).country.to_owned(),
                    _ => self.region_name(region, language),
                };
                Some(ChartLine { of, region, name })
            })
            .collect()
    }

    fn region_name(&self, id: &RegionId, language: Language) -> String {
        self.context.regions.get(id).map_or_else(
            || id.to_string(),
            |region| visible(region.name.or_finnish(language)),
        )
    }

    /// V1 to V4, as far as the region has such areas at all.
    fn columns(&self, language: Language) -> Vec<ComparatorColumn> {
        let words = Words::of(language);
        let [province, county, _] = self.parents();
        let of = |id: Option<RegionId>| id.map(|id| self.region_name(&id, language));
        [
            (Comparator::Province, "V1", of(province)),
            (Comparator::WellbeingCounty, "V2", of(county)),
            (Comparator::Country, "V3", Some(words.country.to_owned())),
            (
                Comparator::Peers,
                "V4",
                self.has_peers().then(|| words.peers.to_owned()),
            ),
        ]
        .into_iter()
        .filter_map(|(comparator, label, name)| {
            Some(ComparatorColumn {
                comparator,
                label,
                name: name?,
            })
        })
        .collect()
    }

    fn has_peers(&self) -> bool {
        !self.context.peers_of(&self.report.region).is_empty()
    }

    fn keys(&self, lines: &[ChartLine<'_>], language: Language) -> Vec<Key> {
        let own = Key {
            class: "lo",
            name: self.name(language),
        };
        let others = lines.iter().map(|line| Key {
            class: line.of.class(),
            name: line.name.clone(),
        });
        std::iter::once(own).chain(others).collect()
    }

    /// What kind of area it is, and where it belongs.
    fn about(&self, language: Language) -> String {
        let level = |level| words::level(language, level);
        let mut about = capitalised(level(self.report.region.key.level));
        let [province, county, _] = self.parents();
        for (of, id) in [
            (RegionLevel::Province, province),
            (RegionLevel::WellbeingCounty, county),
        ] {
            if let Some(id) = id {
                let name = self.region_name(&id, language);
                about.push_str(" · ");
                about.push_str(level(of));
                about.push_str(": ");
                about.push_str(&name);
            }
        }
        about
    }

    /// The area in plain sentences.
    fn glance(&self, language: Language) -> Vec<String> {
        let rows = self.report.rows_in_order();
        let told =
            |row: &&&ReportRow| row.value.is_some() && !row.sentence.get(language).is_empty();
        let mut sentences: Vec<String> = AT_A_GLANCE
            .iter()
            .filter_map(|id| rows.iter().find(|row| row.indicator_id == *id))
            .filter(|row| told(row))
            .map(|row| visible(row.sentence.get(language)))
            .collect();
        if sentences.is_empty() {
            sentences = rows
                .iter()
                .filter(told)
                .take(GLANCES)
                .map(|row| visible(row.sentence.get(language)))
                .collect();
        }
        sentences
    }

    /// How many figures are how, against the whole country.
    fn tiles(&self, language: Language) -> Vec<Tile> {
        let words_of = Words::of(language);
        let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
        let mut missing = 0;
        for row in self.report.rows_in_order() {
            if row.value.is_some() {
                let verdict = row.comparison(Comparator::Country).judged.verdict;
                *counts.entry(verdict).or_default() += 1;
            } else {
                missing += 1;
            }
        }
        let mut tiles: Vec<Tile> = Verdict::ALL
            .iter()
            .map(|verdict| Tile {
                class: verdict_class(*verdict),
                word: match verdict {
                    Verdict::NotCompared => words_of.not_judged,
                    verdict => words::verdict(language, *verdict),
                },
                count: counts.get(verdict).copied().unwrap_or_default(),
            })
            .collect();
        tiles.push(Tile {
            class: "x none",
            word: words_of.without_figure,
            count: missing,
        });
        tiles
    }

    fn highlights(&self, figures: &Figures<'_>, titles: [&'static str; 3]) -> [Points; 3] {
        let words = figures.words;
        let [better, worse, changed] = titles;
        let highlights = Highlights::of(self.report);
        let against = |rows: &[&ReportRow]| rows.iter().map(|row| compared(figures, row)).collect();
        [
            Points {
                title: better,
                none: words.none_better,
                items: against(&highlights.better),
            },
            Points {
                title: worse,
                none: words.none_worse,
                items: against(&highlights.worse),
            },
            Points {
                title: changed,
                none: words.none_changed,
                items: highlights
                    .changed
                    .iter()
                    .map(|row| moved(figures, row))
                    .collect(),
            },
        ]
    }

    fn theme(&self, figures: &Figures<'_>, theme: &str) -> Option<Theme> {
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
    fn notes_of(
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
                text: note
                    .text
                    .lines()
                    .map(visible)
                    .collect::<Vec<_>>()
                    .join("\n"),
            })
            .collect()
    }

    /// The indicator that a note is on, where no figure beside it says so.
    fn title_without_figure(&self, language: Language, subject: &NoteSubject) -> Option<String> {
        let NoteSubject::Indicator(id) = subject else {
            return None;
        };
        let id = id.to_string();
        let mut missing = self.report.missing().into_iter();
        let row = missing.find(|row| row.indicator_id == id)?;
        Some(visible(row.title.or_finnish(language)))
    }

    fn annex(&self, figures: &Figures<'_>) -> Vec<Missing> {
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

    /// Who the peers are, and how they were found.
    fn peers(&self, language: Language) -> Option<String> {
        let group = self.context.peers.get(&self.report.region.key.id())?;
        let peers = self.context.peers_of(&self.report.region);
        if peers.is_empty() {
            return None;
        }
        let names: Vec<String> = peers
            .iter()
            .map(|peer| visible(peer.name.or_finnish(language)))
            .collect();
        let method = words::peer_method(language, group.method);
        Some(format!("{} ({method}).", names.join(", ")))
    }

    fn producers(&self, language: Language) -> Vec<ProducerLine> {
        let rows = self.report.rows_in_order();
        let ids = rows
            .iter()
            .filter(|row| row.value.is_some())
            .map(|row| row.indicator_id.as_str())
            .collect();
        self.context
            .producers(&ids)
            .into_iter()
            .map(|((_, licence), details)| ProducerLine {
                name: details
                    .first()
                    .map(|one| visible(one.producer.or_finnish(language)))
                    .unwrap_or_default(),
                count: details.len(),
                licence: visible(&licence_name(language, licence)),
                licence_url: licence_url(licence),
            })
            .collect()
    }

    fn services(&self, language: Language) -> Vec<Link> {
        self.facts
            .sources
            .iter()
            .map(|source| Link {
                name: visible(source.name.or_finnish(language)),
                url: web_address(&source.url),
            })
            .collect()
    }

    fn cite(&self, language: Language) -> String {
        let producers: Vec<String> = self
            .producers(language)
            .into_iter()
            .map(|producer| producer.name)
            .filter(|name| !name.is_empty())
            .collect();
        let name = self.name(language);
        let release = self.facts.number;
        let day = times::day(language, self.facts.moment);
        let producers = producers.join("; ");
        match language {
            Language::Fi => format!(
                "{name}: hyvinvointiraportti. Botnia, julkaisu {release}, {day}. Lähteet: {producers}."
            ),
            Language::Sv => format!(
                "{name}: välfärdsrapport. Botnia, utgåva {release}, {day}. Källor: {producers}."
            ),
            Language::En => format!(
                "{name}: wellbeing report. Botnia, release {release}, {day}. Sources: {producers}."
            ),
        }
    }

    /// In which release the page last changed.
    fn edition(&self, language: Language) -> String {
        let release = self.facts.number;
        let day = times::day(language, self.facts.moment);
        match language {
            Language::Fi => format!("Sivu on viimeksi muuttunut julkaisussa {release} ({day})."),
            Language::Sv => format!("Sidan ändrades senast i utgåva {release} ({day})."),
            Language::En => format!("This page last changed in release {release} ({day})."),
        }
    }
}

/// A figure against the whole country's, with how sure that is.
fn compared(figures: &Figures<'_>, row: &ReportRow) -> Item {
    let language = figures.language;
    let comparison = row.comparison(Comparator::Country);
    let verdict = comparison.judged.verdict;
    let words_of = figures.words;
    let mut detail = Vec::new();
    if let Some(country) = comparison.value {
        let country = figures.number(row, country);
        detail.push(format!("{} {country}", words_of.country));
    }
    if let Some(interval) = row.interval {
        let interval = interval_text(language, interval, row.decimals);
        detail.push(format!("{} {interval}", words_of.interval));
    }
    Item {
        verdict: words::verdict_against(language, verdict, Comparator::Country),
        ..item(figures, row, verdict, &detail)
    }
}

/// A figure against its previous one.
fn moved(figures: &Figures<'_>, row: &ReportRow) -> Item {
    let language = figures.language;
    let verdict = row.change_verdict.verdict;
    let mut detail = Vec::new();
    if let (Some(previous), Some(value), Some(year)) =
        (row.previous_value, row.value, row.previous_year)
    {
        let [previous, value] =
            words::numbers::old_and_new(language, (previous, value), row.decimals);
        let period = figures.period(row);
        detail.push(format!("{year}: {previous}, {period}: {value}"));
    }
    if let Some(interval) = row.interval {
        let interval = interval_text(language, interval, row.decimals);
        detail.push(format!("{} {interval}", figures.words.interval));
    }
    Item {
        verdict: words::change_verdict(language, verdict).to_owned(),
        ..item(figures, row, verdict, &detail)
    }
}

fn item(figures: &Figures<'_>, row: &ReportRow, verdict: Verdict, detail: &[String]) -> Item {
    Item {
        anchor: anchor(&row.indicator_id),
        title: figures.title(row),
        period: figures.period(row),
        sentence: visible(row.sentence.get(figures.language)),
        class: verdict_class(verdict),
        verdict: String::new(),
        detail: detail.join("; "),
    }
}

fn theme_title(language: Language, theme: &str) -> String {
    words::theme(language, theme).map_or_else(|| visible(theme), str::to_owned)
}

fn links(language: Language, file: fn(Language) -> &'static str) -> Vec<LanguageLink> {
    Language::ALL
        .into_iter()
        .map(|other| LanguageLink {
            code: other.code(),
            name: match other {
                Language::Fi => "Suomi",
                Language::Sv => "Svenska",
                Language::En => "English",
            },
            url: file(other),
            current: other == language,
        })
        .collect()
}

/// When figures are checked, in words that stay true.
fn next_check(language: Language) -> &'static str {
    words::in_language(
        language,
        [
            "Raportti tehdään uudelleen, kun lähteet on tarkistettu ja jokin sen luvuista on \
             muuttunut. Indikaattorin lisätiedoissa on päivä, jona lähde on viimeksi päivittänyt \
             sen luvut.",
            "Rapporten görs om när källorna har kontrollerats och någon av dess siffror har \
             ändrats. Dagen då källan senast uppdaterade en indikator står bland den mer \
             detaljerade informationen om den.",
            "The report is made again when the sources have been checked and any of its figures \
             has changed. The day on which the source last updated an indicator stands among the \
             further information on it.",
        ],
    )
}

/// The files beside the page.
fn files(language: Language) -> Vec<Link> {
    let file = |url: &str, texts: [&'static str; 3]| Link {
        name: format!("{} ({url})", words::in_language(language, texts)),
        url: Some(url.to_owned()),
    };
    vec![
        file(
            short_file(language),
            [
                "Päätöksentekijälle: yksi sivu",
                "För beslutsfattare: en sida",
                "For decision makers: one page",
            ],
        ),
        file(
            "observations.csv",
            [
                "Kaikki havainnot taulukko-ohjelmaan",
                "Alla observationer för kalkylprogram",
                "All observations for a spreadsheet",
            ],
        ),
        file(
            "wellbeing.parquet",
            [
                "Raportin luvut ja arviot analyysiin",
                "Rapportens siffror och bedömningar för analys",
                "The report's figures and verdicts for analysis",
            ],
        ),
        file(
            "observations.parquet",
            [
                "Kaikki havainnot analyysiin",
                "Alla observationer för analys",
                "All observations for analysis",
            ],
        ),
    ]
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn render(page: &'static str, view: &impl Serialize) -> Result<String, PublishError> {
    let failed = |source| PublishError::WritePage {
        page: page.to_owned(),
        source,
    };
    let environment = ENVIRONMENT.as_ref().map_err(|error| {
        failed(minijinja::Error::new(
            minijinja::ErrorKind::SyntaxError,
            error.to_string(),
        ))
    })?;
    environment
        .get_template(page)
        .and_then(|template| template.render(Value::from(Serde(view))))
        .map_err(failed)
}
