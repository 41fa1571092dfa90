//! The pages of a region: the whole report, and the short version for decision makers.

mod first;
mod neighbours;
mod sources;
mod themes;
mod views;

use std::sync::LazyLock;

use botnia_config::words;
use botnia_model::{Comparator, Language, Note, RegionId, RegionKey};
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use super::charts::line::LineOf;
use super::charts::visible;
use super::figures::{ChartLine, ComparatorColumn, Figures};
use super::plain::first_sentence;
use super::words::Words;
use super::{RegionReport, ReportContext, THEMES};
use crate::PublishError;
use crate::documents::ReleaseFacts;
use crate::documents::words::synthetic_notice;
use crate::site::Maps;
use sources::{files, next_check};
use views::{ColumnView, Key, LanguageLink, ReportPage, ShortPage};

const TEMPLATES: [(&str, &str); 2] = [
    ("report.html", include_str!("../templates/report.html")),
    ("short.html", include_str!("../templates/short.html")),
];
const STYLES: &str = include_str!("../templates/report.css");
/// Everything that pages are written with: where one changes, the pages do.
pub(super) const TEMPLATE_SOURCES: [&str; 3] = [TEMPLATES[0].1, TEMPLATES[1].1, STYLES];

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
    /// The shapes of the municipalities; none without boundaries.
    pub(crate) maps: Option<&'a Maps>,
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
            judged: self.judged(language),
            highlights: self.highlights(
                &figures,
                [words.going_well, words.needs_attention, words.has_changed],
            ),
            neighbours: self.neighbours(&figures),
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
        // What follows in a sentence stands beside it, and in the whole report: the page
        // is to be one sheet of paper.
        let brief = |sentence: &String| first_sentence(sentence).to_owned();
        let mut highlights = self.highlights(
            &figures,
            [
                words.short_five_better,
                words.short_five_worse,
                words.short_five_changed,
            ],
        );
        for item in highlights.iter_mut().flat_map(|points| &mut points.items) {
            item.sentence = brief(&item.sentence);
        }
        let page = ShortPage {
            w: words,
            styles: STYLES,
            name: self.name(language),
            about: self.about(language),
            languages: links(language, short_file),
            synthetic: self.facts.synthetic.then(|| synthetic_notice(language)),
            glance: self.glance(language).iter().map(brief).collect(),
            judged: self.judged(language),
            highlights,
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
