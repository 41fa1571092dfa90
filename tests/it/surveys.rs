//! A local survey from its file into a release, beside the indicators of a register.

use std::fmt::Write as _;
use std::path::Path;

use arrow_array::Array as _;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Float64Type;
use botnia_sandbox::SandboxOptions;

use super::support::{Upstream, Workspace, assert_whole, files_below, read_parquet, texts};

const SOURCE: &str = "\n[[source]]\nid = \"kyselyt\"\nkind = \"survey\"\n\
                      base_url = \"https://example.org/kyselyt\"\nindicators = [\"all\"]\n";

/// 3 of 60 municipal officials say that families do badly; the remark is nobody's business.
fn barometer(officials_bad: u32) -> String {
    let answers = [
        "Erittäin hyvä",
        "Melko hyvä",
        "Ei hyvä eikä huono",
        "Melko huono",
        "Erittäin huono",
    ];
    let groups: [(&str, [u32; 5]); 3] = [
        ("Kuntien viranhaltijat", [12, 20, 15, 10, officials_bad]),
        ("Luottamushenkilöt", [14, 22, 18, 11, 15]),
        ("Järjestöjen edustajat", [10, 16, 12, 13, 9]),
    ];
    let mut file = String::from(
        "Maakunta;Vuosi;Vastaajaryhmä;Kysymys;Vastaus;Lukumäärä;Vastaajia;Huomautus\r\n",
    );
    let mut put = |group: &str, counts: [u32; 5]| {
        for (answer, count) in answers.iter().zip(counts) {
            let _ = write!(
                file,
                "Pohjanmaa;2021;{group};Lapsiperheiden hyvinvointi;{answer};{count};{};salaisuus\r\n",
                counts.iter().sum::<u32>()
            );
        }
    };
    let mut all = [0; 5];
    for (group, counts) in groups {
        for (sum, count) in all.iter_mut().zip(counts) {
            *sum += count;
        }
        put(group, counts);
    }
    put("Kaikki", all);
    file
}

/// The observations of an indicator: region, breakdown, status and value.
fn observations(release: &Path, indicator: &str) -> Vec<(String, String, String, Option<f64>)> {
    let mut found = Vec::new();
    for batch in read_parquet(&release.join("observations.parquet")) {
        let ids = texts(&batch, "indicator_id");
        let regions = texts(&batch, "region_id");
        let statuses = texts(&batch, "status");
        let values = batch.column_by_name("value").expect("values");
        let values = values.as_primitive::<Float64Type>();
        let breakdowns = batch.column_by_name("breakdown").expect("breakdowns");
        let breakdowns = breakdowns.as_dictionary::<arrow_array::types::Int32Type>();
        let words = breakdowns.values().as_string::<i32>();
        for row in 0..batch.num_rows() {
            if ids[row] != indicator {
                continue;
            }
            let key = (!breakdowns.is_null(row)).then(|| breakdowns.keys().value(row));
            let word = key.map_or("", |key| {
                words.value(usize::try_from(key).expect("a place"))
            });
            let value = (!values.is_null(row)).then(|| values.value(row));
            let region = regions[row].clone();
            found.push((region, word.to_owned(), statuses[row].clone(), value));
        }
    }
    found
}

#[test]
fn a_survey_is_published_beside_register_indicators() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    workspace.write_settings(&(workspace.settings() + SOURCE));
    let import = |file: &str, arguments: &[&str]| {
        std::fs::write(workspace.path().join("barometri.csv"), file).expect("a file");
        let mut all = vec![
            "import",
            "survey",
            "barometri.csv",
            "--map",
            "hyvinvointibarometri",
        ];
        all.extend(arguments);
        workspace.botnia(&all)
    };
    // A file with mistakes changes nothing, and says them in the language that is asked for.
    let wrong = barometer(3).replace("Pohjanmaa;2021;Kaikki", "Pohjamaa;2021;Kaikki");
    let refused = import(&wrong, &["--language", "sv"]).expect_code(2);
    refused.says("barometri.csv: A17: Området ”Pohjamaa” är okänt. Menade du ”Pohjanmaa”?");
    refused.says("Ingenting importerades");
    assert!(!workspace.data().join("surveys").exists());

    import(&barometer(3), &[]).expect_code(0).says("2021:");
    import(&barometer(3), &[])
        .expect_code(0)
        .says("samat luvut kuin ennen");
    workspace.botnia(&["run"]).expect_code(0);
    let release = workspace.release();
    assert_whole(&release, &workspace.record().expect("a release"));

    let id = "kyselyt:lapsiperheiden-hyvinvointi";
    let rows = observations(&release, id);
    let of = |breakdown: &str| {
        let mut rows = rows.iter();
        let row = rows.find(|row| row.1 == breakdown).expect(breakdown);
        (row.2.as_str(), row.3)
    };
    assert_eq!(of(""), ("normal", Some(100.0 * 94.0 / 200.0)));
    assert_eq!(
        of("answer=very_bad;group=municipal_officials"),
        ("suppressed", None)
    );
    let hidden = rows.iter().filter(|row| row.2 == "suppressed").count();
    assert!((4..=8).contains(&hidden), "{hidden} are hidden: {rows:#?}");
    let respondents = observations(&release, "kyselyt:lapsiperheiden-hyvinvointi-vastaajat");
    assert!(respondents.iter().any(|row| row.3 == Some(200.0)));

    // The reporting table has it under the same theme as the registers' indicators.
    let wellbeing = read_parquet(&release.join("wellbeing.parquet"));
    let reported = wellbeing.iter().any(|batch| {
        let ids = texts(batch, "indicator_id");
        let regions = texts(batch, "region_id");
        let sets = texts(batch, "set_id");
        (0..batch.num_rows()).any(|row| {
            ids[row] == id && regions[row] == "MK15" && sets[row] == "hyvinvointibarometri"
        })
    });
    assert!(reported, "the barometer is in the reporting table");
    let others = ["kyselyt:pienryhmapedagogiikka", "kyselyt:henkilosto"];
    for batch in &wellbeing {
        let ids = texts(batch, "indicator_id");
        assert!(ids.iter().all(|id| !others.contains(&id.as_str())));
    }

    // Neither the file nor the small count is anywhere in the data.
    // `latest` is a link to a folder.
    let files = files_below(&workspace.data());
    for path in files.into_iter().filter(|path| path.is_file()) {
        let bytes = std::fs::read(&path).expect("a file");
        let has = |text: &str| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        assert!(
            !has("salaisuus") && !has("Kuntien viranhaltijat;"),
            "{}",
            path.display()
        );
    }
    workspace.botnia(&["verify"]).expect_code(0);

    // Three more would tell what these three said.
    import(&barometer(6), &[])
        .expect_code(3)
        .says("--correction");
    import(&barometer(6), &["--correction"]).expect_code(0);
}

#[test]
fn a_template_is_an_example_that_can_be_imported() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    workspace.write_settings(&(workspace.settings() + SOURCE));
    let map = "henkilosto-ja-kelpoisuus";
    let example = workspace.botnia(&["import", "survey", "--template", "--map", map]);
    let example = example.expect_code(0);
    std::fs::write(workspace.path().join("esimerkki.csv"), &example.stdout).expect("a file");
    let imported = workspace.botnia(&["import", "survey", "esimerkki.csv", "--map", map]);
    imported.expect_code(0).says("2025:");
    let unknown = workspace.botnia(&["import", "survey", "esimerkki.csv", "--map", "henkilosto"]);
    unknown.expect_code(2).says("hyvinvointibarometri");
}

#[test]
fn a_ready_file_adds_the_source_of_surveys_to_an_installation() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    std::fs::write(workspace.path().join("barometri.csv"), barometer(3)).expect("a file");
    let arguments = [
        "import",
        "survey",
        "barometri.csv",
        "--map",
        "hyvinvointibarometri",
    ];
    // Without the source there is nowhere to import to.
    workspace
        .botnia(&arguments)
        .expect_code(2)
        .says("the settings have no source `kyselyt`");

    let folder = workspace.path().join("sources.d");
    std::fs::create_dir(&folder).expect("a folder");
    let ready = include_str!("../../config/sources/kyselyt.toml");
    std::fs::write(folder.join("kyselyt.toml"), ready).expect("a file");
    workspace.botnia(&["validate"]).expect_code(0);
    workspace.botnia(&arguments).expect_code(0).says("2021:");
    workspace.botnia(&["run"]).expect_code(0);
    let release = workspace.release();
    assert_whole(&release, &workspace.record().expect("a release"));
    assert!(!observations(&release, "kyselyt:lapsiperheiden-hyvinvointi").is_empty());
}
