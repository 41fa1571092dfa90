//! An example file for a map: what its columns are called and how a row looks, with made-up
//! figures that say so.

use botnia_config::{SurveyForm, SurveyMap};
use botnia_model::{Language, RegionLevel};

/// A CSV file as a Finnish Excel opens it: semicolons, a byte order mark, CRLF. Its headings
/// are the first of each in the map; where there are two, the second is the Swedish one.
#[expect(
    clippy::too_many_lines,
    reason = "the rows of one file, in their order"
)]
pub fn template(map: &SurveyMap, language: Language) -> String {
    let pick = |names: &[String]| {
        let second = (language == Language::Sv).then(|| names.get(1)).flatten();
        second.or(names.first()).cloned().unwrap_or_default()
    };
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut headings = vec![pick(&map.columns.region)];
    let has_wave = !map.columns.wave.is_empty();
    if has_wave {
        headings.push(pick(&map.columns.wave));
    }
    for dimension in &map.dimensions {
        headings.push(pick(&dimension.columns));
    }
    let region = match map.region_levels.first() {
        Some(RegionLevel::Municipality) => ["Vaasa", "Vasa"],
        Some(RegionLevel::WellbeingCounty) => {
            ["Pohjanmaan hyvinvointialue", "Österbottens välfärdsområde"]
        }
        _ => ["Pohjanmaa", "Österbotten"],
    };
    let region = region[usize::from(language == Language::Sv)];
    let mut start = vec![region.to_owned()];
    if has_wave {
        start.push("2025".to_owned());
    }
    let mut groups = vec![start];
    for dimension in &map.dimensions {
        let total = (!dimension.total.is_empty()).then(|| pick(&dimension.total));
        let members = dimension.members.iter();
        let names: Vec<String> = total
            .into_iter()
            .chain(members.map(|member| member.title.or_finnish(language).to_owned()))
            .collect();
        groups = groups
            .iter()
            .flat_map(|start| {
                names.iter().map(|name| {
                    let mut row = start.clone();
                    row.push(name.clone());
                    row
                })
            })
            .collect();
    }
    // All have the sum of the groups: 20 in each.
    let sizes = sizes(map);
    match map.form {
        SurveyForm::Answers => {
            headings.push(pick(&map.columns.question));
            headings.push(pick(&map.columns.answer));
            headings.push(pick(&map.columns.count));
            headings.push(pick(&map.columns.respondents));
            for (group, size) in groups.iter().zip(&sizes) {
                for indicator in map.indicators.iter().take(1) {
                    let scale = map.scale(indicator);
                    let answers = scale.map(|scale| scale.answers.as_slice());
                    let answers = answers.unwrap_or_default();
                    let respondents = 20 * answers.len() * size;
                    for answer in answers {
                        let mut row = group.clone();
                        row.push(question(indicator, language));
                        row.push(answer.title.or_finnish(language).to_owned());
                        row.push((20 * size).to_string());
                        row.push(respondents.to_string());
                        rows.push(row);
                    }
                }
            }
        }
        SurveyForm::Measures => {
            headings.extend(
                map.indicators
                    .iter()
                    .map(|indicator| question(indicator, language)),
            );
            for (group, size) in groups.iter().zip(&sizes) {
                let mut row = group.clone();
                for indicator in &map.indicators {
                    let each = if indicator.part_of.is_some() { 30 } else { 40 };
                    row.push((each * size).to_string());
                }
                rows.push(row);
            }
        }
        SurveyForm::Categories => {
            headings.extend(
                map.indicators
                    .iter()
                    .map(|indicator| question(indicator, language)),
            );
            for group in &groups {
                let mut row = group.clone();
                for indicator in &map.indicators {
                    let scale = map.scale(indicator);
                    let answer = scale.and_then(|scale| scale.answers.first());
                    row.push(answer.map_or_else(String::new, |answer| {
                        answer.title.or_finnish(language).to_owned()
                    }));
                }
                rows.push(row);
            }
        }
    }
    let lines = std::iter::once(&headings).chain(&rows);
    let lines: Vec<String> = lines
        .map(|row| {
            let fields: Vec<String> = row.iter().map(|field| quoted(field)).collect();
            fields.join(";")
        })
        .collect();
    format!("\u{FEFF}{}\r\n", lines.join("\r\n"))
}

/// How many groups stand behind each row of the example, in the order of the rows.
fn sizes(map: &SurveyMap) -> Vec<usize> {
    let mut sizes = vec![1];
    for dimension in &map.dimensions {
        let members = dimension.members.len();
        sizes = sizes
            .iter()
            .flat_map(|size| {
                let total = (!dimension.total.is_empty()).then_some(size * members);
                total.into_iter().chain(std::iter::repeat_n(*size, members))
            })
            .collect();
    }
    sizes
}

/// How a question stands in a file: its first or, in Swedish, second wording.
fn question(indicator: &botnia_config::SurveyIndicator, language: Language) -> String {
    let second = (language == Language::Sv)
        .then(|| indicator.values.get(1))
        .flatten();
    let wording = second.or(indicator.values.first());
    wording.map_or_else(
        || indicator.title.or_finnish(language).to_owned(),
        Clone::clone,
    )
}

fn quoted(field: &str) -> String {
    if field.contains([';', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
