//! Sources with tables, and sources in files of their own.

use super::*;
use botnia_model::ValueKind;

use crate::{RegionCodes, SourceKind};

const STATFIN: &str = r#"
[[source]]
id = "statfin"
kind = "pxweb"
base_url = "https://pxdata.stat.fi/PxWeb/api/v1/fi/StatFin"
licence = "CC-BY-4.0"
producer = { fi = "Tilastokeskus", sv = "Statistikcentralen", en = "Statistics Finland" }

[[source.table]]
name = "11re"
path = "vaerak/11re.px"
region = "alue*"
select = { "ika*|ikä*" = ["SSS"] }

[[source.indicator]]
id = "vaesto"
table = "11re"
measure = "vaesto"
title = { fi = "Väestö 31.12.", sv = "Befolkning 31.12", en = "Population 31 Dec" }
value_kind = "count"
"#;

fn parse(text: &str) -> Result<Settings, SettingsError> {
    Settings::parse("botnia.toml", text, std::iter::empty())
}

fn problems(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn a_table_becomes_indicators() {
    let settings = parse(STATFIN).unwrap();
    let source = &settings.source[0];
    assert_eq!(source.kind, SourceKind::Pxweb);
    let id = "vaesto".parse().unwrap();
    assert_eq!(source.indicators, [IndicatorSelector::Id(id)]);
    let mapping = &source.mappings[0];
    assert_eq!(mapping.table.path, "vaerak/11re.px");
    assert_eq!(mapping.table.region_codes, RegionCodes::Finland);
    assert_eq!(mapping.title.sv, "Befolkning 31.12");
    assert_eq!(mapping.producer.fi, "Tilastokeskus");
    assert_eq!(mapping.licence, "CC-BY-4.0");
    assert!(mapping.redistributable);
    assert_eq!(mapping.value_kind.map(ValueKind::as_str), Some("count"));
    // Without a licence figures are kept for one's own use.
    let mapping = &parse(&STATFIN.replace("licence =", "# licence ="))
        .unwrap()
        .source[0]
        .mappings[0];
    assert!(!mapping.redistributable);
}

#[test]
fn mistakes_in_tables_are_told_at_their_lines() {
    for (from, to, words) in [
        (
            "table = \"11re\"",
            "table = \"11er\"",
            "botnia.toml:17:9: `source[1].indicator[1].table`: there is no table `11er`\n  hint: did you mean \"11re\"?",
        ),
        (
            "region = ",
            "regoin = ",
            "unknown key\n  hint: did you mean `region`?",
        ),
        ("\"count\"", "\"cuont\"", "hint: did you mean `count`?"),
        ("vaerak/11re.px", "../x", "does not stay below `base_url`"),
        (
            "region = \"alue*\"",
            "sexes = { \"1\" = \"men\" }",
            "`source[1].table[1].sexes.1`: unknown word `men`",
        ),
        (
            "region = \"alue*\"",
            "symbols = { \"...\" = \"supressed\" }",
            "did you mean `suppressed`?",
        ),
        (
            "region = \"alue*\"",
            "regions = { \"00\" = \"Ruotsi!\" }",
            "is not a region id",
        ),
        (
            "region = \"alue*\"",
            "breakdown = { \"Ikä\" = \"ikä\" }",
            "is no key of a breakdown",
        ),
        (
            "name = \"11re\"",
            "about = \"SSS\"",
            "the key `name` is missing",
        ),
        ("path = \"vaerak/11re.px\"", "", "the key `path` is missing"),
        ("title = {", "title = {} # {", "must not be empty"),
        (
            "kind = \"pxweb\"",
            "kind = \"pxwbe\"",
            "hint: did you mean `pxweb`?",
        ),
        (
            "kind = \"pxweb\"",
            "kind = \"sotkanet\"\nindicators = [\"127\"]",
            "a source of kind `sotkanet` has no tables",
        ),
        (
            "licence =",
            "indicators = [\"vaetso\"]\nlicence =",
            "there is no `[[source.indicator]]` `vaetso`\n  hint: did you mean `vaesto`?",
        ),
    ] {
        assert!(STATFIN.contains(from), "{from}");
        let text = problems(&STATFIN.replacen(from, to, 1));
        assert!(text.contains(words), "{to}: {text}");
    }
    let none = STATFIN.split("[[source.indicator]]").next().unwrap();
    let text = problems(none);
    assert!(text.contains("`source[1]`: it has no indicator"), "{text}");
}

#[test]
fn sources_stand_in_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &Path, text: &str| {
        std::io::Write::write_all(&mut std::fs::File::create(path).unwrap(), text.as_bytes())
            .unwrap();
    };
    let settings = folder.path().join("botnia.toml");
    write(&settings, "contact = \"x@example.org\"\n");
    let sources = folder.path().join("sources.d");
    std::fs::create_dir(&sources).unwrap();
    let load = || Settings::load(&settings, std::iter::empty());
    let nothing = load().unwrap_err().to_string();
    assert!(nothing.contains("there is no source"), "{nothing}");

    write(&sources.join("b.toml"), STATFIN);
    write(&sources.join("notes.txt"), "not a source");
    let aland = STATFIN.replace("id = \"statfin\"", "id = \"asub\"");
    write(&sources.join("a.toml"), &aland);
    let ids: Vec<_> = load()
        .unwrap()
        .source
        .into_iter()
        .map(|source| source.id)
        .collect();
    assert_eq!(ids, ["asub".parse().unwrap(), "statfin".parse().unwrap()]);

    write(&sources.join("c.toml"), STATFIN);
    let twice = load().unwrap_err().to_string();
    assert!(twice.contains("c.toml:3:6: `source[1].id`"), "{twice}");
    assert!(
        twice.contains("another source has the id `statfin`, in `"),
        "{twice}"
    );
    assert!(twice.contains("b.toml`"), "{twice}");

    write(&sources.join("c.toml"), "data = \"elsewhere\"\n");
    let other = load().unwrap_err().to_string();
    assert!(other.contains("c.toml:1:1: `data`: unknown key"), "{other}");
}

#[test]
fn every_ready_source_can_be_used() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/sources"));
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    assert!(files.len() >= 8, "{files:?}");
    let texts: Vec<(String, String)> = files
        .iter()
        .map(|path| {
            (
                path.display().to_string(),
                std::fs::read_to_string(path).unwrap(),
            )
        })
        .collect();
    // Together, so that no two have the same id.
    let settings =
        Settings::parse_with_sources("botnia.toml", "", &texts, std::iter::empty()).unwrap();
    assert!(settings.source.len() >= files.len());
    let with_tables = settings
        .source
        .iter()
        .filter(|source| source.kind.has_tables());
    for source in with_tables {
        assert!(source.schedule.is_some(), "{} has no schedule", source.id);
        assert!(!source.name.fi.is_empty(), "{} has no name", source.id);
        for mapping in &source.mappings {
            for text in [&mapping.title, &mapping.comparability] {
                assert!(!text.sv.is_empty(), "{}:{}", source.id, mapping.id);
            }
            assert!(
                !mapping.producer.fi.is_empty(),
                "{}:{}",
                source.id,
                mapping.id
            );
        }
    }
}
