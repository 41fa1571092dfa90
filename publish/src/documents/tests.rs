use super::*;

const MOMENT: Timestamp = Timestamp::constant(1_795_238_100, 0);

fn text(fi: &str, sv: &str, en: &str) -> Text {
    Text {
        fi: fi.to_owned(),
        sv: sv.to_owned(),
        en: en.to_owned(),
    }
}

fn indicator(id: &str, title: &str, producer: (&str, &str), licence: &str) -> IndicatorFact {
    IndicatorFact {
        id: id.parse().unwrap(),
        title: text(title, "", ""),
        unit: text("Prosenttia", "Procent", "Percent"),
        producer: Some(Producer {
            id: producer.0.to_owned(),
            name: text(producer.1, "", ""),
        }),
        licence: licence.to_owned(),
        redistributable: licence != "third-party",
        state: IndicatorState::Active,
        data_updated: None,
        rows: 10,
        first_year: Some(1990),
        last_year: Some(2025),
    }
}

const THL: (&str, &str) = ("2", "Terveyden ja hyvinvoinnin laitos (THL)");
const TEM: (&str, &str) = ("9", "Työ- ja elinkeinoministeriö (TEM)");

fn revised(id: &str, (fi, sv): (&str, &str), year: i32, (old, new): (f64, f64)) -> RevisedFigure {
    RevisedFigure {
        indicator: id.parse().unwrap(),
        region: text(fi, sv, ""),
        period: Period::of_year(year),
        sex: Sex::Total,
        old,
        new,
        decimals: Some(1),
        reason: RevisionReason::UpstreamUpdate,
    }
}

fn facts() -> ReleaseFacts {
    ReleaseFacts {
        number: 7.try_into().unwrap(),
        moment: MOMENT,
        synthetic: false,
        program_version: "0.1.0".to_owned(),
        schema_version: "1.0.0".to_owned(),
        geo_vintage: "2026-01-01".to_owned(),
        sources: vec![SourceFact {
            id: "sotkanet".parse().unwrap(),
            name: text(
                "Tilasto- ja indikaattoripankki Sotkanet",
                "Statistik- och indikatorbanken Sotkanet",
                "Sotkanet Indicator Bank",
            ),
            url: "https://sotkanet.fi".to_owned(),
        }],
        indicators: vec![
            indicator("sotkanet:127", "Väestö | 31.12. <b>", THL, "CC-BY-4.0"),
            indicator(
                "sotkanet:181",
                "Työttömät, \"%\" työvoimasta",
                TEM,
                "third-party",
            ),
            indicator("sotkanet:289", "Tosi humalassa", THL, "CC-BY-4.0"),
        ],
        regions: vec![(RegionLevel::Municipality, 308), (RegionLevel::Country, 1)],
        rows: 1_234_567,
        changes: vec![
            IndicatorChange {
                id: "sotkanet:127".parse().unwrap(),
                added: 1,
                changed: 0,
                removed: 0,
            },
            IndicatorChange {
                id: "sotkanet:181".parse().unwrap(),
                added: 308,
                changed: 1200,
                removed: 3,
            },
        ],
        new_periods: vec![(
            "sotkanet:181".parse().unwrap(),
            vec![Period::of_year(2024), Period::of_year(2025)],
        )],
        revised_figures: vec![
            revised(
                "sotkanet:181",
                ("Pohjanmaa", "Österbotten"),
                2023,
                (3.16, 3.17),
            ),
            RevisedFigure {
                sex: Sex::Female,
                reason: RevisionReason::BoundaryChange,
                decimals: Some(0),
                ..revised(
                    "sotkanet:127",
                    ("Koko maa", "Hela landet"),
                    2009,
                    (5_351_427.0, 5_351_430.0),
                )
            },
        ],
        new_indicators: vec!["sotkanet:289".parse().unwrap()],
        gone_indicators: vec![("sotkanet:4".parse().unwrap(), text("Vanha", "", ""))],
        held: vec![HeldFact {
            id: "sotkanet:181".parse().unwrap(),
            title: text("Työttömät", "Arbetslösa", "Unemployed"),
            reason: "rows_lost".to_owned(),
        }],
        changed_notes: Vec::new(),
    }
}

fn tables() -> Vec<TableFact> {
    let column = |name: &str, kind| ColumnFact {
        name: name.to_owned(),
        kind,
    };
    vec![
        TableFact {
            path: "indicators.parquet".to_owned(),
            rows: 3,
            bytes: 2048,
            sha256: ContentHash::of(b"indicators"),
            columns: vec![
                column("indicator_id", ColumnKind::Text),
                column("redistributable", ColumnKind::Boolean),
                column("levels", ColumnKind::TextList),
            ],
        },
        TableFact {
            path: "observations.parquet".to_owned(),
            rows: 1_234_567,
            bytes: 4096,
            sha256: ContentHash::of(b"observations"),
            columns: vec![
                column("year", ColumnKind::Integer),
                column("value", ColumnKind::Number),
            ],
        },
    ]
}

fn document(facts: &ReleaseFacts, name: &str) -> String {
    let parent = facts.number.get().checked_sub(1).unwrap();
    let documents = all(facts, parent.try_into().ok(), &tables()).unwrap();
    let (_, bytes) = documents
        .into_iter()
        .find(|(path, _)| *path == name)
        .unwrap();
    String::from_utf8(bytes).unwrap()
}

fn assert_all_in(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}

#[test]
fn the_readme_tells_the_release_in_three_languages() {
    let readme = document(&facts(), "README.md");
    assert_all_in(
        &readme,
        &[
            "# Botnia 1.0.0+7",
            "- Julkaisu: 7\n- Julkaistu: 21.11.2026 klo 5.15 (UTC)",
            "- Havaintoja: 1\u{a0}234\u{a0}567",
            "- Publicerad: 21.11.2026 kl. 5.15 (UTC)",
            "- Observationer: 1\u{a0}234\u{a0}567",
            "- Released: 21 November 2026 at 05:15 (UTC)",
            "- Observations: 1,234,567",
            "- Alueita, joilta on tietoja: kunnat 308, koko maa 1",
            "- Källor: Statistik- och indikatorbanken Sotkanet, <https://sotkanet.fi>",
            "| `indicators.parquet` | the indicators' titles, descriptions, units and producers | 3 |",
            "SELECT period, value FROM 'observations.parquet'",
            "arrow::open_dataset",
        ],
    );
    assert!(!readme.contains("keksittyä"));
}

#[test]
fn synthetic_figures_are_never_passed_off_as_somebodys() {
    let synthetic = ReleaseFacts {
        synthetic: true,
        ..facts()
    };
    for name in ["README.md", "LICENCE.md", "CHANGES.md"] {
        assert_all_in(
            &document(&synthetic, name),
            &["keksittyä aineistoa", "påhittade uppgifter", "made-up data"],
        );
    }
    for name in [
        "CITATION.cff",
        "datapackage.json",
        "catalog.jsonld",
        "croissant.json",
    ] {
        let text = document(&synthetic, name);
        assert_all_in(&text, &["made-up data"]);
        assert!(!text.contains(THL.1), "{name} names a producer");
        assert!(document(&facts(), name).contains(THL.1));
    }
    assert!(!document(&synthetic, "LICENCE.md").contains("Attribution:"));
}

#[test]
fn the_licence_goes_by_producer() {
    let licence = document(&facts(), "LICENCE.md");
    let (finnish, english) = (
        licence.split("# Licenser").next().unwrap(),
        licence.split("# Licences").nth(1).unwrap(),
    );
    assert_all_in(
        finnish,
        &[
            "## Terveyden ja hyvinvoinnin laitos (THL)\n\n- Käyttölupa: [Creative Commons Nimeä 4.0 \
             Kansainvälinen (CC BY 4.0)](https://creativecommons.org/licenses/by/4.0/)\n\
             - Indikaattoreita: 2\n\
             - Lähdemerkintä: \"Lähde: Terveyden ja hyvinvoinnin laitos (THL), Tilasto- ja \
             indikaattoripankki Sotkanet, https://sotkanet.fi, tiedot haettu viimeistään 21.11.2026.\"\n",
            "## Indikaattorit, joiden luvut eivät ole julkaisussa\n\n",
            "\n\n- Työ- ja elinkeinoministeriö (TEM) (Indikaattoreita: 1)\n",
        ],
    );
    assert!(!finnish.contains("Lähde: Työ- ja elinkeinoministeriö"));
    assert_eq!(english.matches("needs the producer's agreement").count(), 1);

    let mut open = facts();
    open.indicators.remove(1);
    assert!(!document(&open, "LICENCE.md").contains("agreement"));
}

#[test]
fn the_largest_revision_comes_first() {
    let changes = document(&facts(), "CHANGES.md");
    assert_all_in(
        &changes,
        &[
            "# Changes: release 7\n\n21 November 2026 at 05:15 (UTC)\n\nCompared with the previous \
             release, number 6.\n",
            "| Indicator | Added | Changed | Removed |\n|---|--:|--:|--:|\n\
             | Työttömät, \"%\" työvoimasta (`sotkanet:181`) | 308 | 1,200 | 3 |\n\
             | Väestö \\| 31.12. \\<b\\> (`sotkanet:127`) | 1 | 0 | 0 |\n",
            "## New indicators\n\n- Tosi humalassa (`sotkanet:289`)\n",
            "## Removed indicators\n\n- Vanha (`sotkanet:4`)\n",
            "- Arbetslösa (`sotkanet:181`): en betydande del av uppgifterna saknades i källans nya \
             svar\n",
        ],
    );
}

#[test]
fn a_revised_figure_stands_with_what_it_was() {
    assert_all_in(
        &document(&facts(), "CHANGES.md"),
        &[
            "## New years\n\n- Työttömät, \"%\" työvoimasta (`sotkanet:181`): 2024–2025\n",
            // With as many decimals as it takes to tell them apart.
            "| Työttömät, \"%\" työvoimasta (`sotkanet:181`) | Pohjanmaa | 2023 | 3.16 | 3.17 |  |\n",
            "| Koko maa, women | 2009 | 5,351,427 | 5,351,430 | The area's borders changed. |\n",
            "| Koko maa, naiset | 2009 | 5\u{a0}351\u{a0}427 | 5\u{a0}351\u{a0}430 | Alueen rajat muuttuivat. |\n",
            "| Österbotten | 2023 | 3,16 | 3,17 |  |\n",
        ],
    );
}

#[test]
fn the_first_release_has_nothing_to_compare_with() {
    let changes = changes::changes(&facts(), None);
    assert_all_in(
        &changes,
        &[
            "Tämä on ensimmäinen julkaisu.",
            "Detta är den första utgåvan.",
            "This is the first release.",
        ],
    );
    assert!(!changes.contains("## Revised"));
}

#[test]
fn the_citation_has_what_its_format_requires() {
    let citation = document(&facts(), "CITATION.cff");
    assert_eq!(
        citation,
        "cff-version: 1.2.0\n\
         type: dataset\n\
         message: \"Please cite the producers of the indicators that you use, the source and this \
         release.\"\n\
         title: \"Wellbeing and social care indicators by area\"\n\
         abstract: \"Indicators of wellbeing and social care from public statistical sources by \
         municipality, region (maakunta) and wellbeing services county, as the sources published \
         them.\"\n\
         version: \"1.0.0+7\"\n\
         date-released: \"2026-11-21\"\n\
         license: \"CC-BY-4.0\"\n\
         authors:\n  \
           - name: \"Terveyden ja hyvinvoinnin laitos (THL)\"\n\
         keywords:\n  - wellbeing\n  - social care\n  - indicators\n  - Finland\n\
         references:\n  \
           - type: database\n    \
             title: \"Sotkanet Indicator Bank\"\n    \
             authors:\n      - name: \"Sotkanet Indicator Bank\"\n    \
             url: \"https://sotkanet.fi\"\n"
    );
    let mut two_licences = facts();
    two_licences.indicators[2].licence = "CC0-1.0".to_owned();
    assert!(!document(&two_licences, "CITATION.cff").contains("license:"));
}

#[test]
fn catalogues_give_every_table_with_its_hash() {
    let hash = ContentHash::of(b"observations").to_string();
    let parse =
        |name| serde_json::from_str::<serde_json::Value>(&document(&facts(), name)).unwrap();

    let package = parse("datapackage.json");
    let table = &package["resources"][1];
    assert_eq!(table["path"], "observations.parquet");
    assert_eq!(table["hash"], format!("sha256:{hash}"));
    assert_eq!(table["bytes"], 4096);
    assert_eq!(table["schema"]["fields"][0]["type"], "integer");
    assert_eq!(package["licenses"][0]["name"], "CC-BY-4.0");

    let catalog = parse("catalog.jsonld");
    let distribution = &catalog["dcat:distribution"][1];
    assert_eq!(
        distribution["dcat:downloadURL"]["@id"],
        "observations.parquet"
    );
    assert_eq!(
        distribution["spdx:checksum"]["spdx:checksumValue"]["@value"],
        hash
    );
    assert_eq!(catalog["dct:temporal"]["dcat:startDate"]["@value"], "1990");
    assert_eq!(catalog["dct:title"][1]["@language"], "sv");

    let croissant = parse("croissant.json");
    assert_eq!(croissant["distribution"][1]["sha256"], hash);
    assert_eq!(
        croissant["license"],
        "https://creativecommons.org/licenses/by/4.0/"
    );
    let mut two_licences = facts();
    two_licences.indicators[2].licence = "CC0-1.0".to_owned();
    let croissant: serde_json::Value =
        serde_json::from_str(&document(&two_licences, "croissant.json")).unwrap();
    assert_eq!(croissant["license"], "LICENCE.md");
    assert_eq!(croissant["recordSet"][0]["field"][2]["dataType"], "sc:Text");
}

#[test]
fn the_documents_are_a_function_of_the_facts() {
    let parent = facts().number;
    assert_eq!(
        all(&facts(), Some(parent), &tables()).unwrap(),
        all(&facts(), Some(parent), &tables()).unwrap()
    );
}

#[test]
fn a_column_that_nobody_described_is_named() {
    use std::sync::Arc;

    use arrow_array::{Int32Array, RecordBatch};
    use arrow_schema::{DataType, Field, Schema};
    use parquet::arrow::ArrowWriter;

    let schema = Arc::new(Schema::new(vec![
        Field::new("year", DataType::Int32, false),
        Field::new("colour", DataType::Int32, false),
    ]));
    let table = |columns: &[usize]| {
        let schema = Arc::new(schema.project(columns).unwrap());
        let values = columns
            .iter()
            .map(|_| Arc::new(Int32Array::from(vec![1])) as _);
        let batch = RecordBatch::try_new(schema.clone(), values.collect()).unwrap();
        let file = tempfile::tempfile().unwrap();
        let mut writer = ArrowWriter::try_new(file.try_clone().unwrap(), schema, None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        file
    };
    let text = data_dictionary(vec![("observations", table(&[0]))]).unwrap();
    assert!(text.contains("| `year` | whole number | "), "{text}");
    let error = data_dictionary(vec![("observations", table(&[0, 1]))]).unwrap_err();
    assert!(error.to_string().contains("`colour`"), "{error}");
}

/// The facts of a release in which no figure moved.
fn quiet() -> ReleaseFacts {
    ReleaseFacts {
        changes: Vec::new(),
        new_periods: Vec::new(),
        revised_figures: Vec::new(),
        new_indicators: Vec::new(),
        gone_indicators: Vec::new(),
        held: Vec::new(),
        changed_notes: Vec::new(),
        ..facts()
    }
}

#[test]
fn the_finnish_bulletin_of_several_changes() {
    assert_eq!(
        document(&facts(), "tiedote.fi.md"),
        "# Hyvinvoinnin indikaattorit päivitettiin 21.11.2026

Julkaisun numero on 7. Siinä on 3 indikaattoria.

## Uutta

1 indikaattorista on uusia tietoja:

- Työttömät, \"%\" työvoimasta: 2024–2025

Mukaan tuli 1 uusi indikaattori:

- Tosi humalassa: 1990–2025

## Korjattua

Aiemmin julkaistuista luvuista muuttui 1\u{a0}200. Aiemmin julkaistuista luvuista poistui 3.

Suurimmat muutokset koko maan, maakuntien ja hyvinvointialueiden luvuissa:

- Työttömät, \"%\" työvoimasta, Pohjanmaa, 2023: 3,16 → 3,17 (prosenttia)
- Väestö \\| 31.12. \\<b\\>, Koko maa, 2009, naiset: 5\u{a0}351\u{a0}427 → 5\u{a0}351\u{a0}430 (prosenttia). Alueen rajat muuttuivat.

## Poistui

1 indikaattori ei ole enää mukana:

- Vanha

## Päivittymättä jäi

1 indikaattori ei päivittynyt. Siitä näytetään viimeisimmät hyväksytyt tiedot:

- Työttömät: lähteen uudesta vastauksesta puuttui huomattava osa tiedoista

Kaikki muutokset ovat tiedostossa `CHANGES.md`. Lähteet ja käyttöluvat ovat tiedostossa `LICENCE.md`.
"
    );
}

#[test]
fn the_swedish_bulletin_of_one_change() {
    let facts = ReleaseFacts {
        changes: vec![IndicatorChange {
            id: "sotkanet:181".parse().unwrap(),
            added: 0,
            changed: 1,
            removed: 0,
        }],
        revised_figures: vec![revised(
            "sotkanet:181",
            ("Pohjanmaa", "Österbotten"),
            2023,
            (-3.0, 0.0),
        )],
        ..quiet()
    };
    assert_eq!(
        document(&facts, "meddelande.sv.md"),
        "# Välfärdsindikatorerna uppdaterades 21.11.2026

Utgåvan har nummer 7. Den innehåller 3 indikatorer.

## Rättat

1 tidigare publicerad siffra har ändrats.

Den största ändringen i siffrorna för hela landet, landskapen och välfärdsområdena:

- Työttömät, \"%\" työvoimasta, Österbotten, 2023: \u{2212}3,0 → 0,0 (procent)

Alla ändringar finns i filen `CHANGES.md`. Källor och licenser finns i filen `LICENCE.md`.
"
    );
}

#[test]
fn a_bulletin_without_changes_says_so() {
    assert_eq!(
        document(&quiet(), "tiedote.fi.md"),
        "# Hyvinvoinnin indikaattorit päivitettiin 21.11.2026

Julkaisun numero on 7. Siinä on 3 indikaattoria.

Luvut ovat samat kuin edellisessä julkaisussa.

Kaikki muutokset ovat tiedostossa `CHANGES.md`. Lähteet ja käyttöluvat ovat tiedostossa `LICENCE.md`.
"
    );
    let [(_, first), _] = bulletin::bulletins(&facts(), true);
    assert_all_in(
        &first,
        &["Siinä on 3 indikaattoria. Tämä on ensimmäinen julkaisu.\n"],
    );
    assert!(!first.contains("## Uutta"));
}

#[test]
fn a_bulletin_stays_short_however_much_there_is() {
    let long = "Pitkä nimi ".repeat(60);
    let many: Vec<IndicatorFact> = (1..=25)
        .map(|number| indicator(&format!("sotkanet:{number}"), &long, THL, "CC-BY-4.0"))
        .collect();
    let facts = ReleaseFacts {
        new_indicators: many.iter().map(|one| one.id.clone()).collect(),
        indicators: many,
        ..quiet()
    };
    for (name, sentence, others) in [
        (
            "tiedote.fi.md",
            "Mukaan tuli 25 uutta indikaattoria:\n",
            "- ja 5 muuta\n",
        ),
        (
            "meddelande.sv.md",
            "25 indikatorer är nya:\n",
            "- och 5 till\n",
        ),
    ] {
        let text = document(&facts, name);
        assert_all_in(&text, &[sentence, others]);
        // A title of any length stays on its line.
        let lines = text.lines().filter(|line| line.starts_with("- Pitkä nimi"));
        assert_eq!(lines.count(), 20, "{name}");
    }
}

#[test]
fn notes_that_came_or_went_are_told_by_region() {
    let of_region = |name: &str, came, went| ChangedNotes {
        region: Text {
            fi: name.to_owned(),
            ..Text::default()
        },
        came,
        went,
    };
    let facts = ReleaseFacts {
        changed_notes: vec![of_region("Närpiö", 0, 1), of_region("Vaasa | *", 2, 1)],
        ..quiet()
    };
    let bulletin = document(&facts, "tiedote.fi.md");
    assert!(
        bulletin.contains(
            "## Muistiinpanot\n\n2 uutta muistiinpanoa lukujen rinnalla:\n\n- Vaasa \\| \\*: 2\n\n\
             2 muistiinpanoa poistui:\n\n- Närpiö: 1\n- Vaasa \\| \\*: 1\n"
        ),
        "{bulletin}"
    );
    assert!(!bulletin.contains("Luvut ovat samat"));
    let changes = document(&facts, "CHANGES.md");
    assert!(changes.contains("| Närpiö | 0 | 1 |\n| Vaasa \\| \\* | 2 | 1 |\n"));
    assert!(changes.contains("## Ändrade anteckningar") && changes.contains("## Changed notes"));
    let without = document(&quiet(), "CHANGES.md");
    assert!(!without.contains("Changed notes"));
}
