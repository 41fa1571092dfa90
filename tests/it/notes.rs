//! What people say beside the figures: from their file to the releases.

use std::path::Path;

use botnia_model::Manifest;
use botnia_sandbox::SandboxOptions;

use crate::support::{Ran, Upstream, Workspace, assert_whole, files_below};

const NOTES: &str = "municipalities/743-seinajoki/notes.csv";

const FORM: &str = "\u{feff}Alueen tunnus;Indikaattorin tunnus;Teema;Tulkinta tai ehdotus;Laatija;Päivä\r\n\
    KU743;sotkanet:127;;\"=cmd|'/c calc'!A1\nMuuttoliike selittää.\";Työpaja;22.11.2025\r\n\
    KU743;;Lapset, nuoret ja perheet;Nuoret haluavat tiloja.;Nuorisovaltuusto;21.11.2025\r\n";

fn import(workspace: &Workspace, text: &str, options: &[&str]) -> Ran {
    let file = workspace.path().join("muistiinpanot.csv");
    std::fs::write(&file, text).expect("a file");
    let file = file.to_str().expect("UTF-8");
    let mut arguments = vec!["import", "notes", file];
    arguments.extend(options);
    workspace.botnia(&arguments)
}

fn manifest(workspace: &Workspace) -> Manifest {
    assert_whole(&workspace.release(), &workspace.record().expect("a record"))
}

fn notes(workspace: &Workspace) -> Vec<Vec<String>> {
    read_csv(&workspace.release().join(NOTES))
}

fn read_csv(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).expect("a CSV file");
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let records = reader.records().map(|record| record.expect("a record"));
    let texts = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    records.map(texts).collect()
}

/// In the second release only what shows a note of Seinäjoki is new, beside the pages of the
/// site that tell of every release.
fn assert_only_seinajoki_changed(manifest: &Manifest) {
    let files = manifest.files.iter();
    let changed: Vec<_> = files
        .filter(|file| file.release.get() == 2 && file.content_hash.is_some())
        .map(|file| file.path.as_str())
        .collect();
    for path in &changed {
        let is_of_a_region = ["municipalities/", "provinces/", "wellbeing-counties/"]
            .iter()
            .any(|folder| path.starts_with(folder));
        assert!(
            !is_of_a_region || path.starts_with("municipalities/743-seinajoki/"),
            "{path}"
        );
        assert!(!path.ends_with(".parquet"), "{path}");
    }
    for file in [
        "notes.csv",
        "indikaattorit.fi.xlsx",
        "tyopaja.fi.html",
        "raportti.fi.html",
    ] {
        let path = format!("municipalities/743-seinajoki/{file}");
        assert!(changed.contains(&path.as_str()), "{path}");
    }
}

#[test]
fn notes_survive_refreshes_until_they_are_withdrawn() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    import(&workspace, FORM, &[]).expect_code(1).says("no data");
    workspace.botnia(&["run"]).expect_code(0);
    assert_eq!(notes(&workspace), [[""; 0]; 0]);

    import(&workspace, FORM, &[])
        .expect_code(0)
        .says("uusia 2, ennestään tuotuja 0, poistettuja 0");
    let archived = files_below(&workspace.data().join("raw/index/notes"));
    assert_eq!(archived.len(), 1, "{archived:?}");
    let record = std::fs::read_to_string(&archived[0]).expect("a record");
    assert!(record.contains("\"muistiinpanot.csv\""), "{record}");

    // A note alone makes a release, and changes nothing but what shows it.
    workspace
        .botnia(&["run"])
        .expect_code(0)
        .says("Release    2 is published");
    assert_only_seinajoki_changed(&manifest(&workspace));
    let changes = std::fs::read_to_string(workspace.release().join("CHANGES.md"));
    let changes = changes.expect("the changes");
    assert!(changes.contains("| Seinäjoki | 2 | 0 |"), "{changes}");
    for file in ["raportti.fi.html", "tyopaja.fi.html"] {
        let page = workspace
            .release()
            .join("municipalities/743-seinajoki")
            .join(file);
        let page = std::fs::read_to_string(page).expect("a page");
        assert!(page.contains("Nuoret haluavat tiloja."), "{file}");
        assert!(page.contains("Nuorisovaltuusto, 21.11.2025"), "{file}");
    }
    let first = notes(&workspace);
    assert_eq!(first.len(), 2);
    assert_eq!(first[0][4], "children");
    assert_eq!(first[0][12], "Nuoret haluavat tiloja.");
    assert_eq!(first[1][1], "KU743");
    assert_eq!(first[1][12], "'=cmd|'/c calc'!A1\nMuuttoliike selittää.");
    workspace
        .botnia(&["run"])
        .expect_code(0)
        .says("nothing changed");
    workspace.botnia(&["verify"]).expect_code(0);

    // The same file again brings nothing, and neither does what the release has of it.
    import(&workspace, FORM, &[])
        .expect_code(0)
        .says("uusia 0, ennestään tuotuja 2, poistettuja 0");
    let published = std::fs::read_to_string(workspace.release().join(NOTES)).expect("a file");
    import(&workspace, &published, &["--language", "sv"])
        .expect_code(0)
        .says("nya 0, importerade tidigare 2, borttagna 0");
    workspace
        .botnia(&["run"])
        .expect_code(0)
        .says("nothing changed");

    upstream.sandbox().advance();
    workspace
        .botnia(&["run"])
        .expect_code(0)
        .says("Release    3 is published");
    assert_eq!(notes(&workspace), first);

    let withdrawal = format!("note_id;withdraw\n{};x\n", first[1][0]);
    import(&workspace, &withdrawal, &[])
        .expect_code(0)
        .says("poistettuja 1");
    workspace.botnia(&["run"]).expect_code(0);
    assert_eq!(notes(&workspace), first[..1]);
    // The old release still has it, and the old file does not bring it back.
    let old = workspace
        .data()
        .join("published/releases/000003")
        .join(NOTES);
    assert_eq!(read_csv(&old), first);
    import(&workspace, FORM, &[])
        .expect_code(0)
        .says("--restore");
    workspace
        .botnia(&["run"])
        .expect_code(0)
        .says("nothing changed");
    import(&workspace, FORM, &["--restore"])
        .expect_code(0)
        .says("uusia 1");
    workspace.botnia(&["run"]).expect_code(0);
    assert_eq!(notes(&workspace), first);
}

#[test]
fn a_file_with_mistakes_changes_nothing_and_tells_all_of_them() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    workspace.botnia(&["run"]).expect_code(0);
    let wrong = format!("{FORM}KU743;sotkanet:1;;a;b;32.1.2026\r\nKunta;;Lapset;a;;\r\n");
    let ran = import(&workspace, &wrong, &[]).expect_code(2);
    for line in [
        "muistiinpanot.csv: rivi 4, sarake F: ”32.1.2026” ei ole päivä.",
        "muistiinpanot.csv: rivi 5, sarake A: Aluetta ”Kunta” ei ole.",
        "muistiinpanot.csv: rivi 5, sarake C: Teemaa ”Lapset” ei ole.",
        "Tiedostossa on 6 virhettä. Mitään ei tuotu.",
    ] {
        ran.says(line);
    }
    import(&workspace, &wrong, &["--language", "sv"])
        .expect_code(2)
        .says("muistiinpanot.csv: rad 4, kolumn F: ”32.1.2026” är inget datum.");
    workspace
        .botnia(&["run"])
        .expect_code(0)
        .says("nothing changed");
    assert!(!workspace.data().join("raw/index/notes").exists());
    import(&workspace, FORM, &["--language", "de"]).expect_code(2);
}
