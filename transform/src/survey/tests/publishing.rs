//! What is published of a survey: figures, breaks, and what is hidden.

use botnia_model::{Sex, Status, ValueKind};

use super::*;

const HEADINGS: &str = "Maakunta;Vuosi;Ryhmä;Kysymys;Vastaus;Lukumäärä;Vastaajia\n";

/// Rows of the question `Asuminen` for one region, wave and group.
fn rows(region: &str, wave: u32, group: &str, yes: u32, no: u32) -> String {
    let all = yes + no;
    format!(
        "{region};{wave};{group};Asuminen;Kyllä;{yes};{all}\n\
         {region};{wave};{group};Asuminen;Ei;{no};{all}\n"
    )
}

fn published(file: &str) -> Publishable {
    publishable(&table(file), &map(), tables(), &[], false).unwrap()
}

/// Region, breakdown, value, count and status of an indicator's rows.
fn shown(document: &Document, id: &str) -> Vec<String> {
    let mut indicators = document.indicators.iter();
    let indicator = indicators
        .find(|indicator| indicator.id.as_str() == id)
        .unwrap();
    indicator
        .rows
        .iter()
        .map(|row| {
            let breakdown = row
                .breakdown
                .as_ref()
                .map_or("", |breakdown| breakdown.as_str());
            let number = |number: Option<f64>| number.map_or("-".to_owned(), |it| it.to_string());
            format!(
                "{} [{breakdown}] {} {} {}",
                row.region.id(),
                number(row.value),
                number(row.absolute_value),
                row.status
            )
        })
        .collect()
}

#[test]
fn shares_counts_and_respondents_are_published() {
    let file = HEADINGS.to_owned() + &rows("Pohjanmaa", 2018, "Kaikki", 30, 20);
    let documents = published(&file).documents;
    assert_eq!(documents.len(), 1);
    let document = &documents[0];
    assert_eq!(
        shown(document, "asuminen"),
        [
            "MK15 [] 60 30 normal",
            "MK15 [answer=no] 40 20 normal",
            "MK15 [answer=yes] 60 30 normal",
        ]
    );
    assert_eq!(
        shown(document, "asuminen-vastaajat"),
        ["MK15 [] 50 - normal"]
    );
    let about = &document.indicators[0].about;
    assert_eq!(about.value_kind, ValueKind::SurveyShare);
    assert_eq!(about.licence, "CC-BY-4.0");
    let bytes = document.to_bytes().unwrap();
    assert_eq!(Document::from_bytes(&bytes).unwrap(), *document);
}

#[test]
fn waves_are_kept_apart_and_breaks_are_marked() {
    let file = HEADINGS.to_owned()
        + &rows("Pohjanmaa", 2018, "Kaikki", 30, 20)
        + &rows("Pohjanmaa", 2021, "Kaikki", 25, 25);
    let documents = published(&file).documents;
    let waves: Vec<_> = documents
        .iter()
        .map(|document| document.wave.as_str())
        .collect();
    assert_eq!(waves, ["2018", "2021"]);
    assert!(shown(&documents[0], "asuminen")[0].ends_with("normal"));
    assert!(shown(&documents[1], "asuminen")[0].ends_with("break"));
}

/// 3 of 40 officials said no; the other group is large.
fn with_small_count() -> String {
    HEADINGS.to_owned()
        + &rows("Pohjanmaa", 2018, "Kaikki", 77, 43)
        + &rows("Pohjanmaa", 2018, "Viranhaltijat", 37, 3)
        + &rows("Pohjanmaa", 2018, "Luottamushenkilöt", 40, 40)
}

#[test]
fn a_small_count_is_nowhere_in_the_document() {
    let document = published(&with_small_count()).documents.remove(0);
    let rows = shown(&document, "asuminen");
    let status = |start: &str| {
        let row = rows.iter().find(|row| row.starts_with(start)).unwrap();
        row.rsplit(' ').next().unwrap().to_owned()
    };
    for hidden in [
        "MK15 [answer=no;group=officials]",
        "MK15 [answer=yes;group=officials]",
        "MK15 [answer=no;group=elected]",
        "MK15 [answer=yes;group=elected]",
        // The headline is the answer yes: it would tell.
        "MK15 [group=officials]",
    ] {
        assert_eq!(status(hidden), "suppressed", "{hidden}: {rows:#?}");
    }
    assert_eq!(status("MK15 [answer=no] "), "normal");
    assert_eq!(status("MK15 [] "), "normal");
    assert_eq!(document.figures(), (12, 6));
    for row in document
        .indicators
        .iter()
        .flat_map(|indicator| &indicator.rows)
    {
        assert_eq!(row.value.is_some(), row.status.has_value());
        assert!(row.absolute_value.is_none() || row.value.is_some());
    }
}

#[test]
fn too_few_respondents_are_said_so() {
    let file = HEADINGS.to_owned() + &rows("Pohjanmaa", 2018, "Kaikki", 5, 4);
    let document = published(&file).documents.remove(0);
    assert_eq!(
        shown(&document, "asuminen")[0],
        "MK15 [] - - below_respondent_limit"
    );
    assert_eq!(
        shown(&document, "asuminen-vastaajat"),
        ["MK15 [] - - below_respondent_limit"]
    );
}

#[test]
fn the_same_file_again_is_the_same_document() {
    let first = published(&with_small_count());
    let table = table(&with_small_count());
    let again = publishable(&table, &map(), tables(), &first.documents, false).unwrap();
    assert_eq!(again.documents, first.documents);
    assert_eq!(again.published_before, 0);
}

#[test]
fn a_revision_by_few_persons_is_refused_until_it_is_accepted() {
    let file = |yes| HEADINGS.to_owned() + &rows("Pohjanmaa", 2018, "Kaikki", yes, 20);
    let first = published(&file(30)).documents;
    let of = |yes, accepts| {
        let table = table(&file(yes));
        publishable(&table, &map(), tables(), &first, accepts)
    };
    let refused = of(32, false).unwrap_err();
    let expected = Refusal::SmallRevision {
        wave: "2018".to_owned(),
        figures: 3,
    };
    assert_eq!(refused, expected);
    assert!(of(32, true).is_ok());
    assert!(of(50, false).is_ok(), "twenty persons hide one another");
    // Another wave is no revision.
    let other = HEADINGS.to_owned() + &rows("Pohjanmaa", 2021, "Kaikki", 32, 20);
    assert!(publishable(&table(&other), &map(), tables(), &first, false).is_ok());
}

/// First only all together, then also the groups: what was published before is known.
#[test]
fn an_earlier_import_does_not_help() {
    let early = HEADINGS.to_owned()
        + &rows("Pohjanmaa", 2018, "Kaikki", 77, 43)
        + &rows("Pohjanmaa", 2018, "Luottamushenkilöt", 40, 40);
    let first = published(&early).documents;
    let table = table(&with_small_count());
    let refused = publishable(&table, &map(), tables(), &first, false).unwrap_err();
    assert!(
        matches!(refused, Refusal::Exposed { figures: 1.. }),
        "{refused}"
    );
}

#[test]
fn weighted_shares_are_published_as_written_without_counts() {
    let text = MAP
        .replace(
            "respondents = \"persons\"",
            "respondents = \"persons\"\nweighted = true",
        )
        .replace("count = [\"Lukumäärä\"]", "count = []");
    let map = SurveyMap::parse("barometri", "barometri.toml", &text).unwrap();
    let file = "Maakunta;Vuosi;Ryhmä;Kysymys;Vastaus;Osuus;Vastaajia\n\
                Pohjanmaa;2018;Kaikki;Asuminen;Kyllä;61,3;80\n\
                Pohjanmaa;2018;Kaikki;Asuminen;Ei;38,7;80\n";
    let table = read(file.as_bytes(), &map, None, tables()).unwrap();
    let published = publishable(&table, &map, tables(), &[], false).unwrap();
    assert_eq!(
        shown(&published.documents[0], "asuminen"),
        [
            "MK15 [] 61.3 - normal",
            "MK15 [answer=no] 38.7 - normal",
            "MK15 [answer=yes] 61.3 - normal",
        ]
    );
}

fn builtin(id: &str) -> SurveyMap {
    let maps = SurveyMap::builtin();
    maps.into_iter().find(|map| map.id == id).unwrap()
}

#[test]
fn one_social_worker_is_one_person() {
    let staff = builtin("henkilosto-ja-kelpoisuus");
    let file = "Työnantaja;Vuosi;Tehtävä;Henkilöstö;Kelpoisia;Aloittaneita;Lähteneitä\n\
                Vaasa;2025;Yhteensä;60;45;..;..\n\
                Vaasa;2025;Sosiaalityöntekijä;25;18;..;..\n\
                Vaasa;2025;Sosiaaliohjaaja;20;14;..;..\n\
                Vaasa;2025;Perhetyöntekijä;14;13;..;..\n\
                Vaasa;2025;Lastenvalvoja;1;0;..;..\n\
                Vaasa;2025;Johto- ja esihenkilötehtävät;0;0;..;..\n";
    let table = read(file.as_bytes(), &staff, None, tables()).unwrap();
    let published = publishable(&table, &staff, tables(), &[], false).unwrap();
    let rows = shown(&published.documents[0], "henkilosto");
    assert!(
        rows.contains(&"KU905 [] 60 - normal".to_owned()),
        "{rows:#?}"
    );
    for role in ["child_supervisor", "manager"] {
        let row = format!("KU905 [role={role}] - - below_respondent_limit");
        assert!(rows.contains(&row), "{rows:#?}");
    }
    // One person between two roles of which one is empty: a third role goes with them.
    let hidden = rows
        .iter()
        .filter(|row| row.ends_with("suppressed"))
        .count();
    assert_eq!(hidden, 1, "{rows:#?}");
    let shares = shown(&published.documents[0], "kelpoiset");
    assert!(
        shares.contains(&"KU905 [] 75 45 normal".to_owned()),
        "{shares:#?}"
    );
    let started = shown(&published.documents[0], "aloittaneet");
    assert!(
        started.iter().all(|row| row.ends_with("not_collected")),
        "{started:#?}"
    );
}

#[test]
fn municipalities_answer_publicly() {
    let map = builtin("varhaiskasvatus");
    let file = "Kunta;Vuosi;Pienryhmäpedagogiikka;Varhaisen tuen malli\n\
                Vaasa;2025;Kyllä;Osittain\n\
                Laihia;2025;Ei;..\n";
    let table = read(file.as_bytes(), &map, None, tables()).unwrap();
    let published = publishable(&table, &map, tables(), &[], false).unwrap();
    assert_eq!(
        shown(&published.documents[0], "pienryhmapedagogiikka"),
        [
            "KU399 [] 0 0 normal",
            "KU399 [answer=no] 100 1 normal",
            "KU399 [answer=partly] 0 0 normal",
            "KU399 [answer=yes] 0 0 normal",
            "KU905 [] 100 1 normal",
            "KU905 [answer=no] 0 0 normal",
            "KU905 [answer=partly] 0 0 normal",
            "KU905 [answer=yes] 100 1 normal",
        ]
    );
    let early = shown(&published.documents[0], "varhaisen-tuen-malli");
    assert!(
        early.contains(&"KU399 [] - - not_collected".to_owned()),
        "{early:#?}"
    );
}

#[test]
fn sex_has_its_own_column() {
    let text = MAP
        .replace("key = \"group\"", "key = \"sex\"")
        .replace("officials", "female")
        .replace("elected", "male");
    let map = SurveyMap::parse("barometri", "barometri.toml", &text).unwrap();
    let file = HEADINGS.to_owned() + &rows("Pohjanmaa", 2018, "Viranhaltijat", 30, 20);
    let table = read(file.as_bytes(), &map, None, tables()).unwrap();
    let published = publishable(&table, &map, tables(), &[], false).unwrap();
    let rows = &published.documents[0].indicators[0].rows;
    assert!(rows.iter().all(|row| row.sex == Sex::Female));
    assert!(
        rows.iter()
            .any(|row| row.breakdown.is_none() && row.status == Status::Normal)
    );
}
