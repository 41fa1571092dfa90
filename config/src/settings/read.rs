//! From the file and the environment to settings that can be used, or to everything that
//! is wrong with them.

use std::collections::BTreeMap;
use std::str::FromStr as _;
use std::time::Duration;

use botnia_model::{Language, SourceId};
use url::Url;

use super::file::{SettingsFile, SourceFile, SourcesFile};
use super::groups::{groups, packages};
use super::peers::peers;
use super::tables::mappings;
use super::{
    IndicatorSelector, RegionSettings, ServerSettings, Settings, SourceKind, SourceSettings,
    WorkerSettings, YearRange,
};
use crate::document::Document;
use crate::indicator_set::IndicatorSet;
use crate::mapping::IndicatorMapping;
use crate::problem::{Problem, SettingsError, nearest, suggestion};
use crate::secret::{LedgerAddress, Secret};

/// Variables that override a key of the file.
const OVERRIDES: [(&str, &str); 7] = [
    ("BOTNIA_DATA", "data"),
    ("BOTNIA_STATE", "state"),
    ("BOTNIA_TIME_ZONE", "time_zone"),
    ("BOTNIA_LANGUAGES", "languages"),
    ("BOTNIA_CONTACT", "contact"),
    ("BOTNIA_SERVER_LISTEN", "server.listen"),
    ("BOTNIA_SERVER_TOKEN", "server.token"),
];

/// Variables that the command line reads itself.
const OF_THE_COMMAND_LINE: [&str; 3] = ["BOTNIA_CONFIG", "BOTNIA_LOG", "BOTNIA_LOG_FORMAT"];

/// Fewer characters than this can be guessed by trying.
const SHORTEST_TOKEN: usize = 16;

pub(super) fn settings(
    file_name: &str,
    text: &str,
    further: &[(String, String)],
    environment: impl Iterator<Item = (String, String)>,
    sets: &[IndicatorSet],
) -> Result<Settings, SettingsError> {
    let (document, file) = Document::read::<SettingsFile>(file_name, text);
    let mut reader = Reader {
        document,
        overridden: BTreeMap::new(),
        sets,
    };
    let mut file = file;
    reader.environment(environment, file.as_mut());
    // An id may stand in one place only, whichever file that is.
    let mut ids: Vec<(String, &str)> = Vec::new();
    if let Some(file) = &file {
        let own = file.source.iter();
        ids.extend(own.map(|source| (source.id.clone(), file_name)));
    }
    let mut more = Vec::new();
    let mut problems_elsewhere = Vec::new();
    for (name, text) in further {
        let (document, file) = Document::read::<SourcesFile>(name, text);
        let mut reader = Reader {
            document,
            overridden: BTreeMap::new(),
            sets,
        };
        for (index, source) in file.into_iter().flat_map(|file| file.source).enumerate() {
            let path = format!("source[{}]", index + 1);
            let other = ids.iter().find(|(id, _)| *id == source.id);
            if let Some((id, place)) = other {
                let what = format!("another source has the id `{id}`, in `{place}`");
                let hint = "give each source an id of its own";
                reader.report(&format!("{path}.id"), what, Some(hint.to_owned()));
            }
            ids.push((source.id.clone(), name));
            more.extend(reader.source(&path, &source));
        }
        problems_elsewhere.extend(reader.document.into_problems());
    }
    let has_more = !more.is_empty() || !problems_elsewhere.is_empty();
    let settings = file.and_then(|file| reader.settings(file, more, has_more));
    let mut problems = reader.document.into_problems();
    problems.extend(problems_elsewhere);
    match settings {
        Some(settings) if problems.is_empty() => Ok(settings),
        _ => Err(SettingsError::Invalid { problems }),
    }
}

struct Reader<'a> {
    document: Document<'a>,
    /// Keys whose value came from a variable, with its name.
    overridden: BTreeMap<&'static str, &'static str>,
    sets: &'a [IndicatorSet],
}

impl Reader<'_> {
    fn report(&mut self, key: &str, what: impl Into<String>, hint: Option<String>) {
        let top = key.split('[').next().unwrap_or(key);
        match self.overridden.get(top) {
            Some(variable) => self.document.report_elsewhere(Problem {
                file: "environment".to_owned(),
                place: None,
                key: (*variable).to_owned(),
                what: what.into(),
                hint,
            }),
            None => self.document.report(key, what, hint),
        }
    }

    fn environment(
        &mut self,
        environment: impl Iterator<Item = (String, String)>,
        mut file: Option<&mut SettingsFile>,
    ) {
        let known: Vec<&str> = OVERRIDES
            .iter()
            .map(|(variable, _)| *variable)
            .chain(OF_THE_COMMAND_LINE)
            .collect();
        for (name, value) in environment.filter(|(name, _)| name.starts_with("BOTNIA_")) {
            if OF_THE_COMMAND_LINE.contains(&name.as_str()) {
                continue;
            }
            let Some((variable, key)) = OVERRIDES.iter().find(|(variable, _)| *variable == name)
            else {
                self.document.report_elsewhere(Problem {
                    file: "environment".to_owned(),
                    place: None,
                    key: name.clone(),
                    what: "unknown variable".to_owned(),
                    hint: Some(suggestion(&name, &known)),
                });
                continue;
            };
            self.overridden.insert(key, variable);
            let Some(file) = file.as_deref_mut() else {
                continue;
            };
            match *key {
                "data" => file.data = value,
                "state" => file.state = Some(value),
                "time_zone" => file.time_zone = value,
                "languages" => {
                    file.languages = value
                        .split(',')
                        .map(|word| word.trim().to_owned())
                        .collect();
                }
                "contact" => file.contact = value,
                "server.listen" => file.server.listen = value,
                _ => file.server.token = Some(value),
            }
        }
    }

    /// `more` are the sources of other files, of which there are some where `has_more`.
    fn settings(
        &mut self,
        file: SettingsFile,
        more: Vec<SourceSettings>,
        has_more: bool,
    ) -> Option<Settings> {
        let state = self.state(file.state, &file.data);
        self.data(&file.data);
        self.time_zone(&file.time_zone);
        let languages = self.languages(&file.languages);
        self.contact(&file.contact);
        let listen = file.server.listen.parse();
        if listen.is_err() {
            let what = format!("`{}` is not an address with a port", file.server.listen);
            let hint = "write an IP address and a port: \"127.0.0.1:8080\"";
            self.report("server.listen", what, Some(hint.to_owned()));
        }
        let token = file.server.token.map(|token| self.token(token));
        if file.source.is_empty() && !has_more {
            let hint = "write a `[[source]]` table with id, kind, base_url and indicators";
            self.report("source", "there is no source", Some(hint.to_owned()));
        }
        let mut ids = Vec::new();
        let mut source = Vec::new();
        for (index, file) in file.source.into_iter().enumerate() {
            let path = format!("source[{}]", index + 1);
            if ids.contains(&file.id) {
                let what = format!("another source has the id `{}`", file.id);
                let hint = "give each source an id of its own";
                self.report(&format!("{path}.id"), what, Some(hint.to_owned()));
            }
            ids.push(file.id.clone());
            source.extend(self.source(&path, &file));
        }
        source.extend(more);
        let groups = groups(&mut self.document, file.group);
        let packages = packages(&mut self.document, file.regions.packages);
        let peers = peers(&mut self.document, file.peers);
        let classification_url = file.regions.classification_url.as_deref();
        let classification_url = classification_url.and_then(|text| {
            let example = "https://data.stat.fi/api/classifications/v2";
            self.base_url("regions.classification_url", text, example)
        });
        Some(Settings {
            data: file.data,
            state: state?,
            time_zone: file.time_zone,
            languages,
            contact: file.contact,
            source,
            groups,
            peers,
            regions: RegionSettings {
                classification_url,
                packages,
            },
            workers: WorkerSettings {
                lease: Duration::from_secs(file.workers.lease_seconds.into()),
            },
            gates: file.gates,
            server: ServerSettings {
                listen: listen.ok()?,
                token,
            },
        })
    }

    fn data(&mut self, data: &str) {
        let what = match data.split_once("://") {
            None if data.trim().is_empty() => "must not be empty".to_owned(),
            None => return,
            Some(("s3", place)) if !place.is_empty() && !place.starts_with('/') => return,
            Some(_) => format!("`{data}` is neither a path nor s3://bucket/prefix"),
        };
        let hint = "write a path: \"data\", or a bucket: \"s3://bucket/prefix\"";
        self.report("data", what, Some(hint.to_owned()));
    }

    fn state(&mut self, state: Option<String>, data: &str) -> Option<LedgerAddress> {
        let Some(state) = state else {
            if data.contains("://") {
                let what = "must be given when `data` is not a path";
                let hint = "write state = \"sqlite:PATH\" or \"postgres://…\"";
                self.report("state", what, Some(hint.to_owned()));
                return None;
            }
            let beside_the_data = format!("sqlite:{}/state.db", data.trim_end_matches('/'));
            return Some(LedgerAddress::new(beside_the_data));
        };
        let state = LedgerAddress::new(state);
        let is_known = ["sqlite:", "postgres://", "postgresql://"]
            .iter()
            .any(|scheme| {
                state
                    .strip_prefix(scheme)
                    .is_some_and(|rest| !rest.is_empty())
            });
        if !is_known {
            let what = format!("`{}` is no address of a ledger", state.redacted());
            let hint = "write \"sqlite:data/state.db\" or \"postgres://user@host/database\"";
            self.report("state", what, Some(hint.to_owned()));
        }
        Some(state)
    }

    fn token(&mut self, token: String) -> Secret {
        // Whoever sends it writes it into an HTTP header, after a space.
        let is_sendable = token.bytes().all(|byte| byte.is_ascii_graphic());
        if token.len() < SHORTEST_TOKEN || !is_sendable {
            let what = format!(
                "must be at least {SHORTEST_TOKEN} ASCII letters, digits and signs, without spaces"
            );
            let hint = "write a long random one, such as `openssl rand -hex 32` prints";
            self.report("server.token", what, Some(hint.to_owned()));
        }
        Secret::new(token)
    }

    fn time_zone(&mut self, name: &str) {
        if jiff::tz::TimeZone::get(name).is_ok() {
            return;
        }
        let known: Vec<String> = jiff::tz::db()
            .available()
            .map(|name| name.to_string())
            .collect();
        let hint = match nearest(name, known.iter().map(String::as_str)) {
            Some(name) => format!("did you mean \"{name}\"?"),
            None => "write an IANA name: \"Europe/Helsinki\"".to_owned(),
        };
        self.report(
            "time_zone",
            format!("unknown time zone `{name}`"),
            Some(hint),
        );
    }

    fn languages(&mut self, codes: &[String]) -> Vec<Language> {
        let mut languages = Vec::new();
        for (index, code) in codes.iter().enumerate() {
            let key = format!("languages[{}]", index + 1);
            match Language::ALL
                .into_iter()
                .find(|language| language.code() == code)
            {
                Some(language) if languages.contains(&language) => {
                    self.report(&key, format!("`{code}` stands there twice"), None);
                }
                Some(language) => languages.push(language),
                None => {
                    let known = Language::ALL.map(Language::code);
                    let hint = suggestion(code, &known);
                    self.report(&key, format!("unknown language `{code}`"), Some(hint));
                }
            }
        }
        if codes.is_empty() {
            let hint = "write languages = [\"fi\", \"sv\", \"en\"]";
            self.report("languages", "must not be empty", Some(hint.to_owned()));
        }
        languages
    }

    fn contact(&mut self, contact: &str) {
        // It becomes part of an HTTP header.
        if !contact.chars().all(|letter| matches!(letter, ' '..='~')) {
            let what = "may hold ASCII letters, digits and signs only";
            let hint = "write a mail address or the address of a page";
            self.report("contact", what, Some(hint.to_owned()));
        }
    }

    fn source(&mut self, path: &str, file: &SourceFile) -> Option<SourceSettings> {
        let at = |key: &str| format!("{path}.{key}");
        let id = SourceId::from_str(&file.id)
            .inspect_err(|error| self.report(&at("id"), error.to_string(), None))
            .ok();
        let example = "https://sotkanet.fi/rest/1.1";
        let base_url = self.base_url(&at("base_url"), &file.base_url, example);
        let schedule = file.schedule.as_ref().map(|text| {
            text.parse()
                .map_err(|error: crate::schedule::InvalidSchedule| {
                    let hint = "write \"15 5 * * *\" for a quarter past five every morning";
                    self.report(&at("schedule"), error.to_string(), Some(hint.to_owned()));
                })
        });
        let mappings = mappings(&mut self.document, path, file);
        let indicators = self.indicators(&at("indicators"), file, &mappings);
        if let Some(page) = &file.home_page {
            self.base_url(&at("home_page"), page, "https://stat.fi");
        }
        let years = self.years(&at("years"), &file.years);
        Some(SourceSettings {
            id: id?,
            kind: file.kind,
            base_url: base_url?,
            schedule: schedule.transpose().ok()?,
            missed: file.missed,
            overlap: file.overlap,
            indicators,
            years: years?,
            concurrency: file.concurrency,
            requests_per_second: file.requests_per_second,
            name: file.name.filled(),
            home_page: file.home_page.clone(),
            mappings,
        })
    }

    fn base_url(&mut self, key: &str, text: &str, example: &str) -> Option<Url> {
        let what = match Url::parse(text) {
            Ok(url) if !matches!(url.scheme(), "http" | "https") => {
                format!("`{text}` does not begin with http:// or https://")
            }
            Ok(url) if url.query().is_some() || url.fragment().is_some() => {
                format!("`{text}` has a query or a fragment")
            }
            Ok(url) => return Some(url),
            Err(error) => format!("`{text}` is no address: {error}"),
        };
        self.report(key, what, Some(format!("write \"{example}\"")));
        None
    }

    fn indicators(
        &mut self,
        key: &str,
        file: &SourceFile,
        mappings: &[IndicatorMapping],
    ) -> Vec<IndicatorSelector> {
        let selectors = &file.indicators;
        let all_mapped = || {
            mappings
                .iter()
                .map(|one| IndicatorSelector::Id(one.id.clone()))
        };
        if file.kind.has_tables() && selectors.is_empty() {
            return all_mapped().collect();
        }
        if selectors.is_empty() && !self.document.has(key) {
            let hint = "write indicators = [\"set:hyvinvointikertomus\"]";
            let source = key.trim_end_matches(".indicators");
            self.report(
                source,
                "the key `indicators` is missing",
                Some(hint.to_owned()),
            );
        } else if selectors.is_empty() && !self.document.is_reported(key) {
            let hint = "write indicators = [\"set:hyvinvointikertomus\"]";
            self.report(key, "must not be empty", Some(hint.to_owned()));
        }
        let mut read = Vec::new();
        for (index, selector) in selectors.iter().enumerate() {
            let key = format!("{key}[{}]", index + 1);
            if selector == "all" && file.kind.has_tables() {
                read.extend(all_mapped());
            } else if selector == "all" {
                read.push(IndicatorSelector::All);
            } else if let Some(name) = selector.strip_prefix("set:") {
                self.set(&key, &file.id, name);
                read.push(IndicatorSelector::Set(name.to_owned()));
            } else {
                let known = mappings.iter().map(|mapping| mapping.id.as_str());
                match selector.parse() {
                    Ok(_) if file.kind.has_tables() && !known.clone().any(|id| id == selector) => {
                        let what = format!("there is no `[[source.indicator]]` `{selector}`");
                        let known: Vec<&str> = known.collect();
                        self.report(&key, what, Some(suggestion(selector, &known)));
                    }
                    Ok(_) if !is_id(file.kind, selector) => self.no_id(&key, file.kind, selector),
                    Ok(id) => read.push(IndicatorSelector::Id(id)),
                    Err(error) => self.report(&key, format!("{error}"), None),
                }
            }
        }
        read
    }

    fn no_id(&mut self, key: &str, kind: SourceKind, selector: &str) {
        if kind == SourceKind::ThlCube {
            let what = format!("`{selector}` names no measure of a cube");
            let hint = "write subject/hydra/fact_cube/measure";
            self.report(key, what, Some(hint.to_owned()));
            return;
        }
        let what = format!("`{selector}` is not an indicator's id, which is a number here");
        let known = self.sets.iter().map(|set| set.id.as_str());
        let hint = match nearest(selector, known.chain(["all"])) {
            Some("all") => "did you mean \"all\"?".to_owned(),
            Some(set) => format!("did you mean \"set:{set}\"?"),
            None => "write an id (\"127\"), \"set:NAME\" or \"all\"".to_owned(),
        };
        self.report(key, what, Some(hint));
    }

    fn set(&mut self, key: &str, source: &str, name: &str) {
        let sets = self.sets;
        match sets.iter().find(|set| set.id == name) {
            Some(set) if set.source.as_str() != source => {
                let what = format!(
                    "the set `{name}` lists indicators of the source `{}`, not of `{source}`",
                    set.source
                );
                let hint = format!("give this source the id `{}`", set.source);
                self.report(key, what, Some(hint));
            }
            Some(_) => {}
            None => {
                let known: Vec<_> = sets.iter().map(|set| set.id.as_str()).collect();
                let hint = match nearest(name, known.iter().copied()) {
                    Some(name) => format!("did you mean \"set:{name}\"?"),
                    None => format!("known sets: {}", known.join(", ")),
                };
                self.report(key, format!("unknown set `{name}`"), Some(hint));
            }
        }
    }

    fn years(&mut self, key: &str, text: &str) -> Option<YearRange> {
        let year = |text: &str| {
            text.parse::<i32>()
                .ok()
                .filter(|year| (1900..=2100).contains(year))
        };
        let range = text.split_once("..").and_then(|(first, last)| {
            Some(YearRange {
                first: year(first.trim())?,
                last: match last.trim() {
                    "" => None,
                    last => Some(year(last)?),
                },
            })
        });
        let what = match range {
            Some(range) if range.last.is_some_and(|last| last < range.first) => {
                format!("`{text}` ends before it begins")
            }
            Some(range) => return Some(range),
            None => format!("`{text}` is no range of years from 1900 to 2100"),
        };
        let hint = "write \"1990..\" for all from 1990 on, or \"2000..2020\"";
        self.report(key, what, Some(hint.to_owned()));
        None
    }
}

/// Whether a source of `kind` may have an indicator that it calls `text`.
fn is_id(kind: SourceKind, text: &str) -> bool {
    match kind {
        SourceKind::Sotkanet => text.bytes().all(|byte| byte.is_ascii_digit()),
        // subject/hydra/fact_cube/measure
        SourceKind::ThlCube => text.splitn(4, '/').filter(|part| !part.is_empty()).count() == 4,
        // What surveys and tables have is checked by name.
        SourceKind::Survey | SourceKind::Pxweb | SourceKind::Pxweb2 | SourceKind::Jsonstat => true,
    }
}
