//! Recorded answers, byte for byte where the question is the recorded one, row for row
//! otherwise. Numbers keep the text in which they were recorded.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use botnia_model::Sex;
use bytes::Bytes;
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::SandboxError;
use crate::api::{DataQuery, Format};

/// A folder of recordings. Only the region list is read at the start.
#[derive(Debug)]
pub(crate) struct Recordings {
    regions: Bytes,
    indicators: PathBuf,
    descriptions: BTreeMap<u32, PathBuf>,
    figures: BTreeMap<u32, Vec<Figures>>,
}

/// One recording of one indicator's figures.
#[derive(Debug)]
struct Figures {
    /// `2013` of `127.2013.json.gz`.
    label: String,
    format: Format,
    path: PathBuf,
}

impl Recordings {
    /// Looks through `folder`; where an indicator has several recordings, `edition` names
    /// the label to prefer.
    pub(crate) fn open(folder: &Path, edition: Option<&str>) -> Result<Self, SandboxError> {
        let files = files(folder)?;
        let named = |start: &str| {
            files
                .iter()
                .filter(move |path| {
                    file_name(path).starts_with(start) && has_extension(path, "json")
                })
                .cloned()
                .collect::<Vec<_>>()
        };
        let missing = |name| SandboxError::MissingRecording {
            folder: folder.to_owned(),
            name,
        };
        let regions = union(&named("regions."))?.ok_or_else(|| missing("regions.<label>.json"))?;
        let indicators = named("indicators.")
            .into_iter()
            .next()
            .ok_or_else(|| missing("indicators.<label>.json"))?;
        let mut descriptions = BTreeMap::new();
        for path in subfolder_files(folder, "indicators")? {
            if let Some(id) = file_name(&path)
                .strip_suffix(".json")
                .and_then(|id| id.parse().ok())
            {
                descriptions.insert(id, path);
            }
        }
        let mut figures: BTreeMap<u32, Vec<Figures>> = BTreeMap::new();
        for path in files.into_iter().chain(subfolder_files(folder, "data")?) {
            if let Some((id, recording)) = Figures::named(path) {
                figures.entry(id).or_default().push(recording);
            }
        }
        for recordings in figures.values_mut() {
            recordings.sort_by_key(|recording| {
                (
                    edition != Some(recording.label.as_str()),
                    recording.format == Format::Csv,
                    recording.label.clone(),
                )
            });
        }
        Ok(Self {
            regions,
            indicators,
            descriptions,
            figures,
        })
    }

    /// The region lists as one: the first, and from the others the regions it lacks.
    pub(crate) fn regions(&self) -> Bytes {
        self.regions.clone()
    }

    pub(crate) fn indicators(&self) -> Result<Bytes, SandboxError> {
        read(&self.indicators).map(Bytes::from)
    }

    /// The recorded description; where there is none but figures are, the list's entry
    /// with the range of those figures. A made one has no `data-updated`: nothing says
    /// when the figures were updated.
    pub(crate) fn indicator(&self, id: u32) -> Result<Option<Bytes>, SandboxError> {
        if let Some(path) = self.descriptions.get(&id) {
            return read(path).map(|body| Some(body.into()));
        }
        let Some(recording) = self.preferred(id) else {
            return Ok(None);
        };
        let list = read(&self.indicators)?;
        let Some(entry) = elements(&list, &self.indicators)?
            .into_iter()
            .find(|entry| identity(entry) == Some(id))
        else {
            return Ok(None);
        };
        let rows = recording.json()?;
        let years: Vec<i32> = elements(&rows, &recording.path)?
            .into_iter()
            .filter_map(|row| Some(row_key(row)?.year))
            .collect();
        let Some(entry) = entry.get().trim_end().strip_suffix('}') else {
            return Ok(None);
        };
        let range = match (years.iter().min(), years.iter().max()) {
            (Some(start), Some(end)) => {
                format!(",\"range\":{{\"start\":{start},\"end\":{end}}}")
            }
            _ => String::new(),
        };
        Ok(Some(format!("{entry}{range}}}").into()))
    }

    /// The rows of the years and genders asked for, in the recorded order. CSV is answered
    /// only where exactly that question was recorded.
    pub(crate) fn data(
        &self,
        format: Format,
        query: &DataQuery,
    ) -> Result<Option<Bytes>, SandboxError> {
        if format == Format::Csv {
            let recorded = self.figures.get(&query.indicator).and_then(|recordings| {
                recordings.iter().find(|recording| {
                    recording.format == Format::Csv
                        && query.genders == [Sex::Total]
                        && matches!(query.years.as_slice(), [year] if year.to_string() == recording.label)
                })
            });
            return recorded
                .map(|recording| read(&recording.path).map(Bytes::from))
                .transpose();
        }
        let Some(recording) = self.preferred(query.indicator) else {
            return Ok(None);
        };
        let body = recording.json()?;
        let rows = elements(&body, &recording.path)?;
        let asked: Vec<&str> = rows
            .iter()
            .filter(|row| {
                row_key(row).is_some_and(|key| {
                    query.years.contains(&key.year)
                        && query.genders.iter().any(|sex| sex.as_str() == key.gender)
                })
            })
            .map(|row| row.get())
            .collect();
        if asked.len() == rows.len() {
            return Ok(Some(body.into()));
        }
        Ok(Some(format!("[{}]", asked.join(",")).into()))
    }

    fn preferred(&self, id: u32) -> Option<&Figures> {
        self.figures.get(&id)?.first()
    }
}

impl Figures {
    /// A recording by its name: `127.2013.json.gz`, `127_g2.2026.json`, `127.2009.csv`.
    fn named(path: PathBuf) -> Option<(u32, Self)> {
        let (stem, ending) = file_name(&path).split_once('.')?;
        let (label, ending) = ending.split_once('.')?;
        let format = match ending {
            "json" | "json.gz" => Format::Json,
            "csv" => Format::Csv,
            _ => return None,
        };
        let id = stem.split('_').next()?.parse().ok()?;
        let label = label.to_owned();
        Some((
            id,
            Self {
                label,
                format,
                path,
            },
        ))
    }

    /// The rows as `/json` gives them.
    fn json(&self) -> Result<Vec<u8>, SandboxError> {
        let bytes = read(&self.path)?;
        if self.format == Format::Json {
            return Ok(bytes);
        }
        let text = String::from_utf8_lossy(&bytes);
        let rows: Vec<String> = text
            .lines()
            .skip(1)
            .filter_map(|line| {
                let mut fields = line.split(';');
                let row = format!(
                    "{{\"indicator\":{},\"region\":{},\"year\":{},\"gender\":\"{}\",\"value\":{}",
                    fields.next()?,
                    fields.next()?,
                    fields.next()?,
                    fields.next()?,
                    fields.next()?,
                );
                Some(match fields.next() {
                    Some("") | None => format!("{row}}}"),
                    Some(absolute) => format!("{row},\"absValue\":{absolute}}}"),
                })
            })
            .collect();
        Ok(format!("[{}]", rows.join(",")).into_bytes())
    }
}

/// What of a row decides whether it is asked for.
#[derive(Deserialize)]
struct RowKey<'a> {
    year: i32,
    gender: &'a str,
}

fn row_key(row: &RawValue) -> Option<RowKey<'_>> {
    serde_json::from_str(row.get()).ok()
}

fn identity(object: &RawValue) -> Option<u32> {
    #[derive(Deserialize)]
    struct Identified {
        id: u32,
    }
    let identified: Identified = serde_json::from_str(object.get()).ok()?;
    Some(identified.id)
}

fn elements<'a>(body: &'a [u8], path: &Path) -> Result<Vec<&'a RawValue>, SandboxError> {
    serde_json::from_slice(body).map_err(|source| SandboxError::ParseRecording {
        path: path.to_owned(),
        source,
    })
}

/// Several lists as one; the first byte for byte where the others add nothing.
fn union(paths: &[PathBuf]) -> Result<Option<Bytes>, SandboxError> {
    let Some((first, others)) = paths.split_first() else {
        return Ok(None);
    };
    let body = read(first)?;
    let listed = elements(&body, first)?;
    let mut ids: Vec<Option<u32>> = listed.iter().map(|object| identity(object)).collect();
    let mut added: Vec<String> = Vec::new();
    for path in others {
        let other = read(path)?;
        for object in elements(&other, path)? {
            let id = identity(object);
            if !ids.contains(&id) {
                ids.push(id);
                added.push(object.get().to_owned());
            }
        }
    }
    if added.is_empty() {
        return Ok(Some(body.into()));
    }
    let texts: Vec<&str> = listed
        .iter()
        .map(|object| object.get())
        .chain(added.iter().map(String::as_str))
        .collect();
    Ok(Some(format!("[{}]", texts.join(",")).into()))
}

fn file_name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

/// The files of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, SandboxError> {
    let failed = |source| SandboxError::ReadRecording {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The files of a folder that may be absent.
fn subfolder_files(folder: &Path, name: &str) -> Result<Vec<PathBuf>, SandboxError> {
    let folder = folder.join(name);
    if folder.is_dir() {
        files(&folder)
    } else {
        Ok(Vec::new())
    }
}

/// The bytes of a recording, out of their gzip.
fn read(path: &Path) -> Result<Vec<u8>, SandboxError> {
    let failed = |source| SandboxError::ReadRecording {
        path: path.to_owned(),
        source,
    };
    let bytes = fs::read(path).map_err(failed)?;
    if !has_extension(path, "gz") {
        return Ok(bytes);
    }
    let mut inflated = Vec::new();
    GzDecoder::new(bytes.as_slice())
        .read_to_end(&mut inflated)
        .map_err(failed)?;
    Ok(inflated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn put(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        File::create(path)
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
    }

    fn query(indicator: u32, years: &[i32]) -> DataQuery {
        DataQuery {
            indicator,
            years: years.to_vec(),
            genders: vec![Sex::Total],
        }
    }

    const NEW: &str =
        r#"[ {"indicator":7,"region":1,"year":2024,"gender":"total","value":13.0,"absValue":5} ]"#;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        put(
            path,
            "regions.2015.json",
            r#"[{"id":1}, {"id":2,"code":"02"}]"#,
        );
        put(
            path,
            "regions.2026.json",
            r#"[{"id":2,"code":"xx"},{"id":3}]"#,
        );
        put(
            path,
            "indicators.2015.json",
            r#"[{"id":7,"title":{}}, {"id":8}]"#,
        );
        put(path, "indicators/8.json", "{ \"id\": 8 }\n");
        put(path, "7_g2.2026.json", NEW);
        put(
            path,
            "data/7.2009.csv",
            "indicator;region;year;gender;primary value;absolute value\r\n7;1;2009;total;2406;\r\n7;2;2009;total;1.50;3\r\n",
        );
        let rows = r#"[{"indicator":7,"region":1,"year":2010,"gender":"total","value":1.10},
{"indicator":7,"region":1,"year":2012,"gender":"total","value":4e1},
{"indicator":7,"region":1,"year":2012,"gender":"male","value":2}]"#;
        let mut encoder = GzEncoder::new(
            File::create(path.join("data/7.2013.json.gz")).unwrap(),
            Compression::fast(),
        );
        encoder.write_all(rows.as_bytes()).unwrap();
        encoder.finish().unwrap();
        folder
    }

    fn text(body: Option<Bytes>) -> String {
        String::from_utf8(body.unwrap().to_vec()).unwrap()
    }

    #[test]
    fn regions_are_the_union_of_the_lists() {
        let folder = folder();
        let recordings = Recordings::open(folder.path(), None).unwrap();
        assert_eq!(
            recordings.regions(),
            r#"[{"id":1},{"id":2,"code":"02"},{"id":3}]"#
        );
    }

    #[test]
    fn numbers_keep_their_text() {
        let folder = folder();
        let recordings = Recordings::open(folder.path(), None).unwrap();
        assert_eq!(
            text(
                recordings
                    .data(Format::Json, &query(7, &[2011, 2012]))
                    .unwrap()
            ),
            r#"[{"indicator":7,"region":1,"year":2012,"gender":"total","value":4e1}]"#
        );
        assert_eq!(
            text(recordings.data(Format::Json, &query(7, &[1999])).unwrap()),
            "[]"
        );
        assert!(
            recordings
                .data(Format::Json, &query(9, &[2012]))
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn the_preferred_edition_is_taken() {
        let folder = folder();
        let open = |edition: &str| Recordings::open(folder.path(), Some(edition)).unwrap();
        assert_eq!(
            text(open("2026").data(Format::Json, &query(7, &[2024])).unwrap()),
            NEW
        );
        assert_eq!(
            text(open("2009").data(Format::Json, &query(7, &[2009])).unwrap()),
            r#"[{"indicator":7,"region":1,"year":2009,"gender":"total","value":2406},{"indicator":7,"region":2,"year":2009,"gender":"total","value":1.50,"absValue":3}]"#
        );
    }

    #[test]
    fn descriptions_are_recorded_or_made_from_the_list() {
        let folder = folder();
        let recordings = Recordings::open(folder.path(), None).unwrap();
        assert_eq!(text(recordings.indicator(8).unwrap()), "{ \"id\": 8 }\n");
        assert_eq!(
            text(recordings.indicator(7).unwrap()),
            r#"{"id":7,"title":{},"range":{"start":2010,"end":2012}}"#
        );
        assert!(recordings.indicator(9).unwrap().is_none());
    }

    #[test]
    fn csv_is_answered_only_as_recorded() {
        let folder = folder();
        let recordings = Recordings::open(folder.path(), None).unwrap();
        let csv = text(recordings.data(Format::Csv, &query(7, &[2009])).unwrap());
        assert!(csv.starts_with("indicator;") && csv.ends_with("7;2;2009;total;1.50;3\r\n"));
        assert!(
            recordings
                .data(Format::Csv, &query(7, &[2010]))
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn a_folder_without_regions_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            Recordings::open(folder.path(), None),
            Err(SandboxError::MissingRecording { .. })
        ));
    }
}
