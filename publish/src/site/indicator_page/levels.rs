//! The figures of a level as a page shows them: side by side in a table with a dot each, and
//! for the municipalities as a dot plot.

use std::collections::BTreeMap;

use botnia_config::words::{level_plural, status as status_word};
use botnia_model::{Language, Origin, RegionKey, RegionLevel, Status};
use serde::Serialize;

use crate::site::Desk;
use crate::site::dots::{Dot, Drawing, LegendMark, country_sign, plot, sign};
use crate::site::figures::{Figure, LevelFigures};
use crate::site::format::{capitalised, count, decimals, figure, period, place};
use crate::site::frame::Frame;
use crate::site::map::{MapArea, SHADES, hatch_sign, shade_sign};
use crate::site::regions::{Area, alphabetical};

/// Of what the figures are.
pub(super) struct Subject<'a> {
    pub(super) title: &'a str,
    pub(super) unit: &'a str,
    /// Decimals with which the source shows values.
    pub(super) decimals: Option<u8>,
}

/// A level on the page.
#[derive(Serialize)]
pub(super) struct LevelView {
    id: &'static str,
    heading: String,
    summary: String,
    caption: String,
    low: String,
    high: String,
    country_place: Option<String>,
    dots: Option<Drawing>,
    map: Option<Drawing>,
    /// Whether any row has a note.
    notes: bool,
    groups: Vec<Group>,
}

/// Rows with a common heading, or all of them with none.
#[derive(Serialize)]
struct Group {
    name: Option<String>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    url: Option<String>,
    value: String,
    /// Where its dot lies, as a share of the width.
    place: Option<String>,
    marked: bool,
    note: String,
}

/// The levels that have areas, in the order given.
pub(super) fn views(
    desk: Desk<'_>,
    language: Language,
    root: &str,
    subject: &Subject<'_>,
    levels: &[LevelFigures],
) -> Vec<LevelView> {
    let levels = levels.iter();
    levels
        .filter_map(|level| {
            let side = Side::new(desk, language, subject, level)?;
            Some(side.view(root))
        })
        .collect()
}

/// The areas of a level side by side.
struct Side<'a> {
    desk: Desk<'a>,
    language: Language,
    subject: &'a Subject<'a>,
    level: &'a LevelFigures,
    /// By name.
    areas: Vec<(&'a Area<'a>, Option<&'a Figure>)>,
    /// The lowest and the highest figure.
    range: (f64, f64),
    decimals: u8,
}

impl<'a> Side<'a> {
    /// None where no area has a figure.
    fn new(
        desk: Desk<'a>,
        language: Language,
        subject: &'a Subject<'a>,
        level: &'a LevelFigures,
    ) -> Option<Self> {
        let mut areas: Vec<(&Area<'_>, Option<&Figure>)> = desk
            .areas
            .of_level(level.level)
            .filter(|area| area.is_valid())
            .map(|area| {
                let id = area.region.key.id();
                (area, level.figures.get(id.as_str()))
            })
            .collect();
        areas.sort_by_key(|(area, _)| alphabetical(area.name(language)));
        let values = || {
            areas
                .iter()
                .filter_map(|(_, figure)| figure.as_ref()?.value)
        };
        values().next()?;
        let low = values().fold(f64::INFINITY, f64::min);
        let high = values().fold(f64::NEG_INFINITY, f64::max);
        Some(Self {
            decimals: decimals(subject.decimals, values()),
            range: (low, high),
            desk,
            language,
            subject,
            level,
            areas,
        })
    }

    fn shown(&self, value: f64) -> String {
        figure(self.language, value, self.decimals)
    }

    fn view(&self, root: &str) -> LevelView {
        let (desk, language) = (self.desk, self.language);
        let (low, high) = self.range;
        let name = capitalised(level_plural(language, self.level.level));
        let at = period(language, &self.level.period);
        let of_what = if self.subject.unit.is_empty() {
            self.subject.title.to_owned()
        } else {
            format!("{} ({})", self.subject.title, self.subject.unit)
        };
        let groups = self.groups(root);
        let is_municipal = self.level.level == RegionLevel::Municipality;
        LevelView {
            id: self.level.level.as_str(),
            heading: desk.sentence(language, "level_heading", &[&name, &at]),
            summary: self.summary(),
            caption: desk.sentence(language, "table_caption", &[&name, &at, &of_what]),
            low: self.shown(low),
            high: self.shown(high),
            country_place: self.country().map(|country| place(country, self.range)),
            dots: is_municipal.then(|| self.dots()),
            map: self.map(&of_what, &at),
            notes: groups
                .iter()
                .flat_map(|group| &group.rows)
                .any(|row| !row.note.is_empty()),
            groups,
        }
    }

    /// The country's figure, where it lies among those of the areas.
    fn country(&self) -> Option<f64> {
        let (low, high) = self.range;
        self.level
            .country
            .filter(|country| (low..=high).contains(country))
    }

    fn summary(&self) -> String {
        let (desk, language) = (self.desk, self.language);
        let figures = self.areas.iter();
        let with_value =
            figures.filter(|(_, figure)| figure.is_some_and(|one| one.value.is_some()));
        let missing = (self.areas.len() - with_value.count()) as u64;
        let mut more = Vec::new();
        if let Some(country) = self.level.country {
            more.push(desk.sentence(language, "country_value", &[&self.shown(country)]));
        }
        if missing == 1 {
            more.push(desk.text(language, "level_missing_one").to_owned());
        } else if missing > 1 {
            more.push(desk.sentence(language, "level_missing", &[&count(language, missing)]));
        }
        let more = more.join(" ");
        let (low, high) = (self.shown(self.range.0), self.shown(self.range.1));
        let sentence = if low == high {
            desk.sentence(language, "level_single", &[&low, &more])
        } else {
            desk.sentence(language, "level_summary", &[&low, &high, &more])
        };
        sentence.trim_end().to_owned()
    }

    /// The position of the marked province that an area is, or lies in.
    fn mark(&self, area: &Area<'_>) -> Option<usize> {
        let marked = &self.desk.site.input.marked;
        let key = match self.level.level {
            RegionLevel::Province => area.region.key.clone(),
            RegionLevel::WellbeingCounty => self.province_of_county(&area.region.key)?,
            _ => area.parent(RegionLevel::Province)?,
        };
        marked.iter().position(|province| *province == key)
    }

    /// The province of a county's first municipality: no county lies in two.
    fn province_of_county(&self, county: &RegionKey) -> Option<RegionKey> {
        self.desk
            .areas
            .of_level(RegionLevel::Municipality)
            .filter(|area| area.is_valid())
            .find(|area| area.parent(RegionLevel::WellbeingCounty).as_ref() == Some(county))
            .and_then(|area| area.parent(RegionLevel::Province))
    }

    fn dots(&self) -> Drawing {
        let (desk, language) = (self.desk, self.language);
        let dots = self
            .areas
            .iter()
            .filter_map(|(area, figure)| {
                let value = figure.as_ref()?.value?;
                Some(Dot {
                    label: format!("{}: {}", area.name(language), self.shown(value)),
                    value,
                    mark: self.mark(area),
                })
            })
            .collect();
        let (low, high) = self.range;
        let text = desk.sentence(
            language,
            "dots_text",
            &[&self.shown(low), &self.shown(high)],
        );
        let mut legend: Vec<LegendMark> = (0..)
            .zip(&desk.site.input.marked)
            .map(|(mark, province)| {
                let name = desk.areas.name(province.id().as_str(), language).to_owned();
                LegendMark {
                    svg: sign(Some(mark)),
                    text: desk.sentence(language, "dots_marked", &[&name]),
                }
            })
            .collect();
        legend.push(LegendMark {
            svg: sign(None),
            text: desk.text(language, "dots_other").to_owned(),
        });
        if self.country().is_some() {
            legend.push(LegendMark {
                svg: country_sign(),
                text: desk.text(language, "dots_country").to_owned(),
            });
        }
        Drawing {
            svg: plot(dots, self.range, self.country(), &text),
            caption: String::new(),
            legend,
        }
    }

    fn map(&self, of_what: &str, at: &str) -> Option<Drawing> {
        const FIFTHS: [&str; SHADES] = [
            "fifth_first",
            "fifth_second",
            "fifth_third",
            "fifth_fourth",
            "fifth_fifth",
        ];
        let (desk, language) = (self.desk, self.language);
        let areas: Vec<MapArea> = self
            .areas
            .iter()
            .map(|(area, figure)| {
                let value = figure.and_then(|figure| figure.value);
                let shown = match value {
                    Some(value) => self.shown(value),
                    None => self.note(*figure),
                };
                MapArea {
                    region: area.region.key.clone(),
                    label: format!("{}: {shown}", area.name(language)),
                    value,
                    outlined: self.level.level == RegionLevel::Province
                        && self.mark(area).is_some(),
                }
            })
            .collect();
        let id = self.level.level.as_str();
        let title = format!("{of_what}, {at}");
        let text = desk.sentence(language, "map_text", &[&title]);
        let (svg, classes) = desk.maps?.of_country(id, &areas, &text)?;
        let mut legend: Vec<LegendMark> = classes
            .iter()
            .map(|class| {
                let fifth = desk.text(language, FIFTHS[class.shade]);
                let (low, high) = (self.shown(class.low), self.shown(class.high));
                LegendMark {
                    svg: shade_sign(class.shade),
                    text: if low == high {
                        desk.sentence(language, "class_value", &[fifth, &low])
                    } else {
                        desk.sentence(language, "class_range", &[fifth, &low, &high])
                    },
                }
            })
            .collect();
        if areas.iter().any(|area| area.value.is_none()) {
            legend.push(LegendMark {
                svg: hatch_sign(id),
                text: desk.text(language, "map_missing").to_owned(),
            });
        }
        Some(Drawing {
            svg,
            caption: ["map_caption", "map_borders"]
                .map(|key| desk.text(language, key))
                .join(" "),
            legend,
        })
    }

    /// Municipalities by province, the others in one group.
    fn groups(&self, root: &str) -> Vec<Group> {
        let row = |(area, figure): &(&Area<'_>, Option<&Figure>)| self.row(area, *figure, root);
        if self.level.level != RegionLevel::Municipality {
            return vec![Group {
                name: None,
                rows: self.areas.iter().map(row).collect(),
            }];
        }
        let mut by_province: BTreeMap<(String, String), Vec<Row>> = BTreeMap::new();
        for entry in &self.areas {
            let province = entry.0.parent(RegionLevel::Province);
            let name = province.map_or_else(String::new, |province| {
                let id = province.id();
                let name = self.desk.areas.name(id.as_str(), self.language);
                name.to_owned()
            });
            by_province
                .entry((alphabetical(&name), name))
                .or_default()
                .push(row(entry));
        }
        by_province
            .into_iter()
            .map(|((_, name), rows)| Group {
                name: Some(name).filter(|name| !name.is_empty()),
                rows,
            })
            .collect()
    }

    fn row(&self, area: &Area<'_>, figure: Option<&Figure>, root: &str) -> Row {
        let value = figure.and_then(|figure| figure.value);
        Row {
            name: area.name(self.language).to_owned(),
            url: area.page(self.language).map(|page| Frame::to(root, &page)),
            value: value.map_or_else(|| "–".to_owned(), |value| self.shown(value)),
            place: value.map(|value| place(value, self.range)),
            marked: self.mark(area).is_some(),
            note: self.note(figure),
        }
    }

    fn note(&self, figure: Option<&Figure>) -> String {
        let (desk, language) = (self.desk, self.language);
        let mut notes = Vec::new();
        let status = figure.map_or(Status::NotPublished, |figure| figure.status);
        let is_plain = status == Status::Normal;
        if !is_plain {
            notes.push(status_word(language, status).to_owned());
        }
        if let Some(figure) = figure {
            if figure.value.is_some() && figure.origin == Origin::Computed {
                notes.push(desk.text(language, "computed").to_owned());
            }
            if let Some((at, value)) = &figure.earlier
                && figure.value.is_none()
            {
                let (at, value) = (period(language, at), self.shown(*value));
                notes.push(desk.sentence(language, "earlier", &[&at, &value]));
            }
        }
        notes.join("; ")
    }
}
