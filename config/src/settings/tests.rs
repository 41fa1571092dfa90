//! Good settings, and the whole text of what is said about bad ones.

mod gates;
mod groups;
mod indicators;
mod packages;
mod peers;
mod secrets;
mod tables;

use std::path::Path;
use std::time::Duration;

use botnia_model::Language;

use super::{
    GateSettings, IndicatorSelector, Settings, SourceKind, YearRange, settings_json_schema,
    settings_reference_markdown,
};
use crate::problem::SettingsError;

const SHIPPED: &str = include_str!("../../botnia.toml");
const DEMO: &str = include_str!("../../demo.toml");

const LEAST: &str = r#"
[[source]]
id = "sotkanet"
kind = "sotkanet"
base_url = "https://sotkanet.fi/rest/1.1"
indicators = ["127"]
"#;

fn parse(text: &str) -> Result<Settings, SettingsError> {
    Settings::parse("botnia.toml", text, std::iter::empty())
}

fn refused(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

/// The least settings with a line more in their source.
fn source_with(line: &str) -> String {
    format!("{LEAST}{line}\n")
}

fn with_environment(text: &str, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::parse("botnia.toml", text, variables)
}

#[test]
fn what_is_not_given_has_its_default() {
    let settings = parse(LEAST).unwrap();
    assert_eq!(settings.data, "data");
    assert_eq!(&*settings.state, "sqlite:data/state.db");
    assert_eq!(settings.time_zone, "Europe/Helsinki");
    assert_eq!(settings.languages, Language::ALL);
    assert_eq!(settings.contact, "");
    assert_eq!(settings.workers.lease, Duration::from_mins(1));
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.server.token, None);
    assert_eq!(settings.gates, GateSettings::default());
    let [source] = settings.source.as_slice() else {
        panic!("one source, not {}", settings.source.len());
    };
    assert_eq!(source.kind, SourceKind::Sotkanet);
    assert_eq!(source.schedule, None);
    assert_eq!(
        source.indicators,
        [IndicatorSelector::Id("127".parse().unwrap())]
    );
    assert_eq!(
        source.years,
        YearRange {
            first: 1990,
            last: None
        }
    );
    assert_eq!(source.concurrency, 4);
    assert!((source.requests_per_second - 4.0).abs() < f64::EPSILON);
}

#[test]
fn the_shipped_files_can_be_used() {
    let settings = parse(SHIPPED).unwrap();
    let schedule = settings.source[0].schedule.as_ref().unwrap();
    assert_eq!(schedule.as_str(), "15 5 * * *");
    assert_eq!(settings.source[0].indicators.len(), 5);

    let demo = parse(DEMO).unwrap();
    assert_eq!(demo.source[0].years.first, 2005);
    assert_eq!(demo.source[0].concurrency, 8);
}

#[test]
fn data_may_be_a_bucket_and_state_follows_a_path() {
    let settings = parse(&format!("data = \"/srv/botnia/\"\n{LEAST}")).unwrap();
    assert_eq!(&*settings.state, "sqlite:/srv/botnia/state.db");
    let bucket = format!("data = \"s3://bucket/prefix\"\nstate = \"postgres://db\"\n{LEAST}");
    assert_eq!(parse(&bucket).unwrap().data, "s3://bucket/prefix");
    insta::assert_snapshot!(refused(&format!("data = \"s3://bucket\"\n{LEAST}")), @r#"
    the settings have a problem
    botnia.toml: `state`: must be given when `data` is not a path
      hint: write state = "sqlite:PATH" or "postgres://…"
    "#);
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest() {
    insta::assert_snapshot!(refused(&source_with("shedule = \"15 5 * * *\"")), @r"
    the settings have a problem
    botnia.toml:7:1: `source[1].shedule`: unknown key
      hint: did you mean `schedule`?
    ");
    insta::assert_snapshot!(refused(&format!("zzz = 1\n{LEAST}")), @r"
    the settings have a problem
    botnia.toml:1:1: `zzz`: unknown key
      hint: known here: boundaries, contact, data, gates, group, languages, peers, regions, server, source, state, time_zone, workers
    ");
}

#[test]
fn a_wrong_type_is_named_with_the_right_one() {
    insta::assert_snapshot!(refused(&LEAST.replace("[\"127\"]", "[127]")), @r#"
    the settings have a problem
    botnia.toml:6:15: `source[1].indicators[1]`: expected text in quotes, found a whole number
      hint: write "127"
    "#);
    insta::assert_snapshot!(refused(&LEAST.replace("[\"127\"]", "\"127\"")), @r#"
    the settings have a problem
    botnia.toml:6:14: `source[1].indicators`: expected a list, found text in quotes
      hint: write ["127"]
    "#);
    insta::assert_snapshot!(refused(&source_with("concurrency = \"4\"")), @r#"
    the settings have a problem
    botnia.toml:7:15: `source[1].concurrency`: expected a whole number, found text in quotes
      hint: write 4 without quotes
    "#);
}

#[test]
fn a_missing_key_is_named_with_an_example() {
    let text = LEAST.replace("base_url = \"https://sotkanet.fi/rest/1.1\"\n", "");
    insta::assert_snapshot!(refused(&text), @r#"
    the settings have a problem
    botnia.toml:2:1: `source[1]`: the key `base_url` is missing
      hint: write base_url = "https://sotkanet.fi/rest/1.1"
    "#);
    insta::assert_snapshot!(refused("data = \"data\"\n"), @r"
    the settings have a problem
    botnia.toml: `source`: there is no source
      hint: write a `[[source]]` table with id, kind, base_url and indicators
    ");
}

#[test]
fn limits_are_kept() {
    for (line, limit) in [
        ("concurrency = 0", "at least 1 and at most 16"),
        ("concurrency = 17", "at least 1 and at most 16"),
        ("requests_per_second = 0", "more than 0 and at most 1000"),
        ("requests_per_second = -1.5", "more than 0 and at most 1000"),
        (
            "requests_per_second = 1000.1",
            "more than 0 and at most 1000",
        ),
        ("requests_per_second = nan", "more than 0 and at most 1000"),
    ] {
        let error = refused(&source_with(line));
        assert!(error.contains(limit), "{line}: {error}");
    }
    for lease in ["4", "0", "-60", "3601", "100000"] {
        let error = refused(&format!("{LEAST}[workers]\nlease_seconds = {lease}\n"));
        assert!(error.contains("botnia.toml:8:17: `workers.lease_seconds`"));
        assert!(error.contains("at least 5 and at most 3600"), "{error}");
    }
    for lease in [5, 3600] {
        let text = format!("{LEAST}[workers]\nlease_seconds = {lease}\n");
        let settings = parse(&text).unwrap();
        assert_eq!(settings.workers.lease, Duration::from_secs(lease));
    }
    for line in [
        "concurrency = 16",
        "requests_per_second = 1000",
        "requests_per_second = 0.1",
    ] {
        assert!(parse(&source_with(line)).is_ok(), "{line}");
    }
}

#[test]
fn a_bad_cron_line_names_its_field() {
    insta::assert_snapshot!(refused(&source_with("schedule = \"15 25 * * *\"")), @r#"
    the settings have a problem
    botnia.toml:7:12: `source[1].schedule`: `25` is not an hour (0–23), the second of the five fields
      hint: write "15 5 * * *" for a quarter past five every morning
    "#);
    insta::assert_snapshot!(refused(&source_with("schedule = \"0 0 31 2 *\"")), @r#"
    the settings have a problem
    botnia.toml:7:12: `source[1].schedule`: `0 0 31 2 *` never fires: none of its months has such a day
      hint: write "15 5 * * *" for a quarter past five every morning
    "#);
    assert!(parse(&source_with("schedule = \"30 4 29 2 *\"")).is_ok());
}

#[test]
fn addresses_are_checked() {
    for (address, what) in [
        ("sotkanet.fi", "is no address"),
        (
            "ftp://sotkanet.fi",
            "does not begin with http:// or https://",
        ),
        ("https://", "is no address"),
        ("https://sotkanet.fi/?x=1", "has a query or a fragment"),
    ] {
        let error = refused(&LEAST.replace("https://sotkanet.fi/rest/1.1", address));
        assert!(error.contains(what), "{address}: {error}");
        assert!(
            error.starts_with("the settings have a problem\nbotnia.toml:5:12:"),
            "{error}"
        );
    }
    insta::assert_snapshot!(refused(&format!("{LEAST}[server]\nlisten = \"8080\"")), @r#"
    the settings have a problem
    botnia.toml:8:10: `server.listen`: `8080` is not an address with a port
      hint: write an IP address and a port: "127.0.0.1:8080"
    "#);
    let error = refused(&format!("contact = \"ylläpito\"\n{LEAST}"));
    assert!(error.contains("ASCII letters"), "{error}");
}

#[test]
fn ranges_of_years_are_checked() {
    for years in [
        "1990",
        "1990-2000",
        "..2000",
        "90..",
        "1990..3000",
        "1990..x",
    ] {
        let error = refused(&source_with(&format!("years = \"{years}\"")));
        assert!(error.contains("is no range of years"), "{years}: {error}");
    }
    let error = refused(&source_with("years = \"2020..2000\""));
    assert!(error.contains("ends before it begins"), "{error}");
    let settings = parse(&source_with("years = \"2000..2020\"")).unwrap();
    assert_eq!(settings.source[0].years.last, Some(2020));
}

#[test]
fn time_zones_and_languages_are_checked() {
    insta::assert_snapshot!(refused(&format!("time_zone = \"Europe/Helsinky\"\n{LEAST}")), @r#"
    the settings have a problem
    botnia.toml:1:13: `time_zone`: unknown time zone `Europe/Helsinky`
      hint: did you mean "Europe/Helsinki"?
    "#);
    insta::assert_snapshot!(refused(&format!("languages = [\"fi\", \"se\", \"fi\"]\n{LEAST}")), @r"
    the settings have 2 problems
    botnia.toml:1:20: `languages[2]`: unknown language `se`
      hint: known here: fi, sv, en
    botnia.toml:1:26: `languages[3]`: `fi` stands there twice
    ");
    assert!(refused(&format!("languages = []\n{LEAST}")).contains("must not be empty"));
}

#[test]
fn everything_wrong_is_said_at_once() {
    let text = r#"data = ""
dato = "x"

[[source]]
id = "Sotkanet"
kind = "sotkanet"
base_url = "https://sotkanet.fi/rest/1.1"
schedule = "15 5 * *"
indicators = ["set:hyte"]
concurrency = 99

[[source]]
id = "Sotkanet"
kind = "sotkanet"
base_url = "https://sotkanet.fi/rest/1.1"
indicators = []
"#;
    insta::assert_snapshot!(refused(text), @r#"
    the settings have 9 problems
    botnia.toml:1:8: `data`: must not be empty
      hint: write a path: "data", or a bucket: "s3://bucket/prefix"
    botnia.toml:2:1: `dato`: unknown key
      hint: did you mean `data`?
    botnia.toml:5:6: `source[1].id`: `Sotkanet` is not a source id: lower-case letters, digits and hyphens, at most 64 of them
    botnia.toml:8:12: `source[1].schedule`: a cron line has five fields (minute, hour, day, month, weekday), this has 4
      hint: write "15 5 * * *" for a quarter past five every morning
    botnia.toml:9:15: `source[1].indicators[1]`: the set `hyte` lists indicators of the source `sotkanet`, not of `Sotkanet`
      hint: give this source the id `sotkanet`
    botnia.toml:10:15: `source[1].concurrency`: must be at least 1 and at most 16
    botnia.toml:13:6: `source[2].id`: another source has the id `Sotkanet`
      hint: give each source an id of its own
    botnia.toml:13:6: `source[2].id`: `Sotkanet` is not a source id: lower-case letters, digits and hyphens, at most 64 of them
    botnia.toml:16:14: `source[2].indicators`: must not be empty
      hint: write indicators = ["set:hyvinvointikertomus"]
    "#);
}

#[test]
fn a_mistake_of_syntax_has_its_line() {
    insta::assert_snapshot!(refused("data = \"data\"\n[[source]\n"), @r"
    the settings have a problem
    botnia.toml:2:10: unclosed array table, expected `]`
    ");
}

#[test]
fn the_environment_wins_over_the_file() {
    let text = format!("data = \"one\"\n{LEAST}");
    let settings = with_environment(
        &text,
        &[
            ("BOTNIA_DATA", "two"),
            ("BOTNIA_LANGUAGES", "sv, fi"),
            ("BOTNIA_SERVER_LISTEN", "[::1]:80"),
            ("BOTNIA_CONTACT", "https://example.org"),
            ("BOTNIA_LOG", "debug"),
            ("BOTNIA_LOG_FORMAT", "json"),
            ("BOTNIA_CONFIG", "elsewhere.toml"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(settings.data, "two");
    assert_eq!(&*settings.state, "sqlite:two/state.db");
    assert_eq!(settings.languages, [Language::Sv, Language::Fi]);
    assert_eq!(settings.server.listen.to_string(), "[::1]:80");
    assert_eq!(settings.contact, "https://example.org");
}

#[test]
fn a_wrong_variable_is_named() {
    let error = |variable: &str, value: &str| {
        with_environment(LEAST, &[(variable, value)])
            .unwrap_err()
            .to_string()
    };
    insta::assert_snapshot!(error("BOTNIA_DATE", "x"), @r"
    the settings have a problem
    environment: `BOTNIA_DATE`: unknown variable
      hint: did you mean `BOTNIA_DATA`?
    ");
    insta::assert_snapshot!(error("BOTNIA_TIME_ZONE", "Mars"), @r#"
    the settings have a problem
    environment: `BOTNIA_TIME_ZONE`: unknown time zone `Mars`
      hint: write an IANA name: "Europe/Helsinki"
    "#);
    insta::assert_snapshot!(error("BOTNIA_LANGUAGES", "fi,xx"), @r"
    the settings have a problem
    environment: `BOTNIA_LANGUAGES`: unknown language `xx`
      hint: known here: fi, sv, en
    ");
    insta::assert_snapshot!(error("BOTNIA_STATE", "data/state.db"), @r#"
    the settings have a problem
    environment: `BOTNIA_STATE`: `data/state.db` is no address of a ledger
      hint: write "sqlite:data/state.db" or "postgres://user@host/database"
    "#);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Settings::load(Path::new("no/such.toml"), std::iter::empty()).unwrap_err();
    assert_eq!(error.to_string(), "read `no/such.toml`");
    assert!(error.problems().is_empty());
}

#[test]
fn sets_beside_the_file_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::io::Write::write_all(&mut std::fs::File::create(path).unwrap(), text.as_bytes())
            .unwrap();
    };
    write("botnia.toml", &LEAST.replace("127", "set:oma"));
    let load = || Settings::load(&folder.path().join("botnia.toml"), std::iter::empty());
    assert!(
        load()
            .unwrap_err()
            .to_string()
            .contains("unknown set `oma`")
    );

    std::fs::create_dir(folder.path().join("sets")).unwrap();
    write("sets/oma.toml", include_str!("../../sets/hyte.toml"));
    assert_eq!(
        load().unwrap().source[0].indicators,
        [IndicatorSelector::Set("oma".to_owned())]
    );
}

#[test]
fn the_reference_names_every_key() {
    let page = settings_reference_markdown();
    for key in [
        "data",
        "state",
        "time_zone",
        "languages",
        "contact",
        "source",
        "group",
        "members",
        "regions",
        "classification_url",
        "workers",
        "server",
        "id",
        "kind",
        "base_url",
        "schedule",
        "indicators",
        "years",
        "concurrency",
        "requests_per_second",
        "listen",
        "token",
        "lease_seconds",
        "lost_percent",
        "outlier_factor",
    ] {
        assert!(page.contains(&format!("| `{key}` |")), "{key}\n{page}");
    }
    insta::assert_snapshot!(
        page.lines()
            .filter(|line| ["| `data`", "| `kind`", "| `requests_per_second`"].iter().any(|key| line.starts_with(key)))
            .collect::<Vec<_>>()
            .join("\n"),
        @r#"
    | `data` | text | `"data"` | Where everything is kept: a path, or `s3://bucket/prefix` for an object store that speaks S3; how to reach that is said by the variables `AWS_…` (see the operator's guide). `BOTNIA_DATA` overrides it. |
    | `kind` | one of `sotkanet`, `survey`, `thl-cube`, `pxweb`, `pxweb2`, `jsonstat` | must be given | What it speaks. |
    | `requests_per_second` | a number, more than 0, at most 1000 | `4.0` | Requests per second, over all workers. |
    "#
    );
}

#[test]
fn the_schema_accepts_what_is_shipped_and_names_its_keys() {
    let schema: serde_json::Value = serde_json::from_str(&settings_json_schema()).unwrap();
    assert_eq!(schema["title"], "botnia.toml");
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(
        schema["$defs"]["SourceFile"]["properties"]["concurrency"]["maximum"],
        16
    );
    assert_eq!(schema["$defs"]["SourceFile"]["required"][0], "id");
}
