//! The pages of a release as people meet them: every link leads somewhere, and a headless
//! Chromium looks at them (`tests/browser/`), with the rules of WCAG 2.1 A and AA, the
//! keyboard alone, scripts off, and a validator of HTML.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use botnia_sandbox::SandboxOptions;

use crate::left_out::leave_out;
use crate::support::{Upstream, Workspace};

/// A count, shares, a survey, an indicator with many missing values, and one that may not
/// be published.
const INDICATORS: [&str; 5] = ["127", "190", "4", "3219", "181"];

/// The regions whose pages are looked at: bilingual, Swedish-speaking for the most part,
/// small, and what they lie in.
const PACKAGES: &str = "\"KU905\", \"KU545\", \"KU743\", \"MK16\", \"HVA18\"";

/// A page of each kind in the three languages: the first is looked at closely, the others
/// for what a language changes.
const PAGES: [[&str; 3]; 11] = [
    ["index.html", "sv/index.html", "en/index.html"],
    [
        "indikaattorit/index.html",
        "sv/indikatorer/index.html",
        "en/indicators/index.html",
    ],
    [
        "indikaattorit/sotkanet-190.html",
        "sv/indikatorer/sotkanet-190.html",
        "en/indicators/sotkanet-190.html",
    ],
    ["aineisto.html", "sv/data.html", "en/data.html"],
    ["julkaisut.html", "sv/utgavor.html", "en/releases.html"],
    [
        "saavutettavuus.html",
        "sv/tillganglighet.html",
        "en/accessibility.html",
    ],
    [
        "municipalities/905-vaasa/raportti.fi.html",
        "municipalities/545-narpio/rapport.sv.html",
        "municipalities/905-vaasa/report.en.html",
    ],
    [
        "municipalities/074-halsua/raportti.fi.html",
        "municipalities/074-halsua/rapport.sv.html",
        "municipalities/074-halsua/report.en.html",
    ],
    [
        "provinces/16-keski-pohjanmaa/raportti.fi.html",
        "wellbeing-counties/18-keski-pohjanmaa/rapport.sv.html",
        "wellbeing-counties/18-keski-pohjanmaa/report.en.html",
    ],
    [
        "municipalities/905-vaasa/index.html",
        "municipalities/545-narpio/index.sv.html",
        "municipalities/743-seinajoki/index.en.html",
    ],
    [
        "municipalities/905-vaasa/paatoksentekijalle.fi.html",
        "municipalities/545-narpio/for-beslutsfattare.sv.html",
        "municipalities/743-seinajoki/decision-makers.en.html",
    ],
];

/// The boundaries beside the project, where they are.
fn boundaries() -> Option<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/regions/kunnat_2026_land_3067.geojson");
    file.is_file().then_some(file)
}

/// A release of few indicators and regions, with maps where the boundaries are.
fn release() -> (Upstream, Workspace) {
    let boundaries = boundaries();
    if boundaries.is_none() {
        leave_out("the maps of the pages", "the boundaries are absent");
    }
    let upstream = Upstream::start(SandboxOptions {
        boundaries,
        ..SandboxOptions::default()
    });
    let sandbox = upstream.sandbox();
    let workspace = Workspace::with_every_folder(sandbox.base_url().as_str(), &INDICATORS);
    let settings = workspace.settings();
    workspace.write_settings(&format!(
        "{settings}years = \"2015..\"\n\n[[group]]\nid = \"pohjanmaat\"\nname = {{ fi = \"Pohjanmaat\" }}\n\
         members = [\"MK14\", \"MK15\", \"MK16\"]\n\n[regions]\npackages = [{PACKAGES}]\n\n\
         [boundaries]\nurl = \"{}\"\n",
        sandbox.boundaries_url()
    ));
    workspace.botnia(&["run", "--quiet"]).expect_code(0);
    (upstream, workspace)
}

#[test]
fn the_pages_of_a_release_hold_together_and_are_accessible() {
    let (_upstream, workspace) = release();
    let release = workspace.release();
    let broken = broken_links(&release);
    assert!(broken.is_empty(), "{broken:#?}");
    if boundaries().is_some() {
        let page = std::fs::read_to_string(release.join("indikaattorit/sotkanet-190.html"));
        let page = page.expect("the page of an indicator");
        assert_eq!(page.matches("<figure class=\"map\">").count(), 3);
        let start = std::fs::read_to_string(release.join("index.html")).expect("the start page");
        assert!(start.contains("<figure class=\"map-finder\""));
        let report = release.join("municipalities/074-halsua/raportti.fi.html");
        let report = std::fs::read_to_string(report).expect("a report");
        assert!(report.contains("<title>Halsua: "), "Halsua on a map");
    }
    look(&release);
}

#[test]
fn boundaries_that_cannot_be_had_leave_out_the_maps_and_nothing_else() {
    // This sandbox has none.
    let upstream = Upstream::start(SandboxOptions::default());
    let sandbox = upstream.sandbox();
    let workspace = Workspace::new(sandbox.base_url().as_str(), &["190"]);
    let settings = workspace.settings();
    workspace.write_settings(&format!(
        "{settings}\n[boundaries]\nurl = \"{}\"\n",
        sandbox.boundaries_url()
    ));
    workspace.botnia(&["run", "--quiet"]).expect_code(0);
    let asked = sandbox.requests();
    assert!(asked.iter().any(|request| request.path.contains("/wfs")));
    let page = workspace.release().join("indikaattorit/sotkanet-190.html");
    let page = std::fs::read_to_string(page).expect("the page of an indicator");
    assert!(page.contains("<figure class=\"dots\">"));
    assert!(!page.contains("<figure class=\"map\">"));
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    };
    write(
        "index.html",
        "<a href=\"a/b.html#x\">x</a><a href='gone.html'>y</a>",
    );
    write(
        "a/b.html",
        "<p id=\"y\"></p><a href=\"../index.html\">z</a><img src=\"../../etc.png\"><a href=\"#y\">",
    );
    assert_eq!(
        broken_links(folder.path()),
        [
            "a/b.html: ../../etc.png",
            "index.html: a/b.html#x",
            "index.html: gone.html"
        ]
    );
}

/// Links of the pages in `release` that lead to no file of it, or to no place in a page.
fn broken_links(release: &Path) -> Vec<String> {
    let mut files = BTreeSet::new();
    collect(release, release, &mut files);
    let pages: BTreeMap<&String, String> = files
        .iter()
        .filter(|path| {
            Path::new(path)
                .extension()
                .is_some_and(|ending| ending == "html")
        })
        .map(|path| {
            let text = std::fs::read_to_string(release.join(path)).expect("a page");
            (path, text.replace("&#x2f;", "/").replace("&#x27;", "'"))
        })
        .collect();
    let places: BTreeMap<&str, BTreeSet<&str>> = pages
        .iter()
        .map(|(path, text)| (path.as_str(), attributes(text, &["id"]).collect()))
        .collect();
    let base = url::Url::parse("http://release.example/in/").expect("an address");
    let mut broken = BTreeSet::new();
    for (path, text) in &pages {
        let here = base.join(path).expect("a path");
        for link in attributes(text, &["href", "src"]) {
            let target = here.join(&link.replace("&amp;", "&"));
            let target = target.unwrap_or_else(|error| panic!("{path}: {link}: {error}"));
            if target.host_str() != base.host_str() {
                continue;
            }
            let file = target.path().strip_prefix("/in/").map(|file| {
                percent_encoding::percent_decode_str(file)
                    .decode_utf8_lossy()
                    .into_owned()
            });
            let is_there = file.is_some_and(|file| {
                let place = target.fragment().filter(|place| !place.is_empty());
                files.contains(&file)
                    && place.is_none_or(|place| {
                        let places = places.get(file.as_str());
                        places.is_some_and(|places| places.contains(place))
                    })
            });
            if !is_there {
                broken.insert(format!("{path}: {link}"));
            }
        }
    }
    broken.into_iter().collect()
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let path = path.strip_prefix(root).expect("within");
            files.insert(path.to_str().expect("UTF-8").to_owned());
        }
    }
}

/// The values of some attributes of a page.
fn attributes<'a>(text: &'a str, names: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    names.iter().flat_map(move |name| {
        ["\"", "'"].into_iter().flat_map(move |quote| {
            let begin = format!(" {name}={quote}");
            text.match_indices(&begin)
                .map(|(start, begin)| start + begin.len())
                .collect::<Vec<_>>()
                .into_iter()
                .filter_map(move |start| text[start..].split(quote).next())
        })
    })
}

/// Has Chromium look at the pages, if it is there with what it needs.
fn look(release: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let modules = root.join("target/browser/node_modules");
    let chromium = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|program| is_there(program));
    let (Some(chromium), true, true, true) = (
        chromium,
        modules.is_dir(),
        is_there("node"),
        is_there("java"),
    ) else {
        leave_out(
            "the look at the pages in Chromium",
            "it needs chromium, node, java and what `make test` puts into target/browser",
        );
        return;
    };
    let of_language = |language: usize| PAGES.iter().map(move |page| page[language]);
    let output = Command::new("node")
        .arg(root.join("tests/browser/check.mjs"))
        .arg(chromium)
        .arg(modules)
        .arg(release)
        .args(of_language(0))
        .args(of_language(1))
        .args(of_language(2))
        .output()
        .expect("run node");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn is_there(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
}
