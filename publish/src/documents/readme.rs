//! `README.md`: what this release is, in plain words.

use std::fmt::Write;

use botnia_model::Language;

use super::words::{
    count, dataset_description, dataset_title, in_markdown, level_plural, moment, synthetic_notice,
};
use super::{ReleaseFacts, TableFact};

/// One language's words.
struct Phrases {
    heading: &'static str,
    release: &'static str,
    made: &'static str,
    version: &'static str,
    indicators: &'static str,
    years: &'static str,
    observations: &'static str,
    division: &'static str,
    sources: &'static str,
    areas: &'static str,
    files: &'static str,
    file_header: &'static str,
    folders: [(&'static str, &'static str); 9],
    reading: &'static str,
    reading_text: &'static str,
    good_to_know: &'static str,
    notes: [&'static str; 5],
    citing: &'static str,
    citing_text: &'static str,
    licences: &'static str,
    licences_text: &'static str,
    checking: &'static str,
}

const FINNISH: Phrases = Phrases {
    heading: "Suomeksi",
    release: "Julkaisu",
    made: "Julkaistu",
    version: "Aineiston versio",
    indicators: "Indikaattoreita",
    years: "Vuodet",
    observations: "Havaintoja",
    division: "Aluejako",
    sources: "Lähteet",
    areas: "Alueita, joilta on tietoja",
    files: "Mitä missäkin tiedostossa on",
    file_header: "| Tiedosto | Sisältö | Rivejä |\n|---|---|--:|\n",
    folders: [
        (
            "by_province/province=14/observations.parquet",
            "yhden maakunnan ja sen kuntien havainnot",
        ),
        (
            "municipalities/743-seinajoki/",
            "yhden kunnan kansio: havainnot (Parquet ja CSV) ja hyvinvointikertomuksen taulukko",
        ),
        (
            "provinces/14-etela-pohjanmaa/",
            "samoin jokaisesta maakunnasta",
        ),
        (
            "wellbeing-counties/16-etela-pohjanmaa/",
            "samoin jokaisesta hyvinvointialueesta",
        ),
        ("CHANGES.md", "mikä on muuttunut edellisestä julkaisusta"),
        (
            "tiedote.fi.md, meddelande.sv.md",
            "sama pähkinänkuoressa, suomeksi ja ruotsiksi",
        ),
        ("LICENCE.md", "käyttöluvat ja lähdemerkinnät tuottajittain"),
        (
            "manifest.json, recipe.json, SHA256SUMS",
            "tiedostoluettelo, julkaisun lähtötiedot ja tarkistussummat",
        ),
        (
            "CITATION.cff, datapackage.json, catalog.jsonld, croissant.json",
            "viittaustiedot ja kuvailutiedot ohjelmien käyttöön",
        ),
    ],
    reading: "Näin luet tiedot",
    reading_text: "CSV-tiedostot avautuvat suoraan Excelissä, jossa on Suomen alueasetukset: erottimena on \
                   puolipiste ja desimaalierottimena pilkku. Parquet-taulukot luetaan esimerkiksi \
                   näin:",
    good_to_know: "Hyvä tietää",
    notes: [
        "Kun lähde ei ole julkaissut arvoa, rivi puuttuu tai arvo on tyhjä, ei koskaan nolla. Taulukossa `wellbeing.parquet` on rivi myös silloin, ja sarake `status` kertoo, miksi arvo puuttuu.",
        "Aluekoodit ovat tekstiä: `005` on eri asia kuin luku 5. Yhdistä taulukot sarakkeella \
         `region_id` (esimerkiksi `KU743`), koska sama koodi tarkoittaa eri tasoilla eri aluetta.",
        "Arvot ovat pyöristämättömiä, sellaisina kuin lähde on ne julkaissut. Niitä ei ole \
         laskettu vähentämällä muista luvuista. Jos sarakkeessa `origin` on `computed`, Botnia on \
         laskenut arvon julkaistuista luvuista, koska lähde ei julkaise sitä.",
        "`first_release` kertoo, missä julkaisussa arvo oli ensimmäisen kerran tällaisena. Muuttuneet arvot \
         ovat taulukossa `revisions.parquet`.",
        "Julkaisua ei muuteta jälkikäteen. Uudet tiedot tulevat uuteen julkaisuun.",
    ],
    citing: "Viittaaminen",
    citing_text: "Mainitse indikaattorin tuottaja, lähde ja julkaisun numero. Valmiit \
                  viittaustiedot ovat tiedostossa `CITATION.cff` ja lähdemerkinnät tiedostossa \
                  `LICENCE.md`.",
    licences: "Käyttöluvat",
    licences_text: "Käyttöluvat on koottu tuottajittain tiedostoon `LICENCE.md`.",
    checking: "Tiedostojen eheyden voi tarkistaa komennolla",
};

const SWEDISH: Phrases = Phrases {
    heading: "På svenska",
    release: "Utgåva",
    made: "Publicerad",
    version: "Datamaterialets version",
    indicators: "Indikatorer",
    years: "År",
    observations: "Observationer",
    division: "Områdesindelning",
    sources: "Källor",
    areas: "Områden med uppgifter",
    files: "Vad filerna innehåller",
    file_header: "| Fil | Innehåll | Rader |\n|---|---|--:|\n",
    folders: [
        (
            "by_province/province=14/observations.parquet",
            "observationerna för ett landskap och dess kommuner",
        ),
        (
            "municipalities/743-seinajoki/",
            "en kommuns mapp: observationerna (Parquet och CSV) och tabellen för \
             välfärdsberättelsen",
        ),
        (
            "provinces/14-etela-pohjanmaa/",
            "likadant för varje landskap",
        ),
        (
            "wellbeing-counties/16-etela-pohjanmaa/",
            "likadant för varje välfärdsområde",
        ),
        ("CHANGES.md", "vad som har ändrats sedan föregående utgåva"),
        (
            "tiedote.fi.md, meddelande.sv.md",
            "samma sak i korthet, på finska och svenska",
        ),
        ("LICENCE.md", "licenser och källhänvisningar per producent"),
        (
            "manifest.json, recipe.json, SHA256SUMS",
            "filförteckning, underlaget för utgåvan och kontrollsummor",
        ),
        (
            "CITATION.cff, datapackage.json, catalog.jsonld, croissant.json",
            "uppgifter för hänvisning och metadata för program",
        ),
    ],
    reading: "Så här läser du uppgifterna",
    reading_text: "CSV-filerna kan öppnas direkt i Excel med finländska regionala inställningar: fälten skiljs åt med \
                   semikolon och decimalerna med kommatecken. Parquet-tabellerna läses till \
                   exempel så här:",
    good_to_know: "Bra att veta",
    notes: [
        "När källan inte har publicerat ett värde saknas raden eller är värdet tomt, aldrig noll. Tabellen `wellbeing.parquet` har en rad också då, och kolumnen `status` anger varför värdet saknas.",
        "Områdeskoderna är text: `005` är inte samma sak som talet 5. Koppla ihop tabellerna med \
         kolumnen `region_id` (till exempel `KU743`), eftersom samma kod betyder olika områden på \
         olika nivåer.",
        "Värdena är oavrundade, sådana som källan har publicerat dem. De har inte räknats fram \
         genom subtraktion. Om kolumnen `origin` har `computed` har Botnia beräknat värdet utifrån \
         publicerade värden, eftersom källan inte publicerar det.",
        "`first_release` anger i vilken utgåva värdet först hade denna form. Ändrade värden \
         finns i tabellen `revisions.parquet`.",
        "En utgåva ändras inte i efterhand. Nya uppgifter ges ut i en ny utgåva.",
    ],
    citing: "Hänvisning",
    citing_text: "Ange indikatorns producent, källan och utgåvans nummer. Färdiga uppgifter \
                  för hänvisning finns i filen `CITATION.cff` och källhänvisningarna i filen \
                  `LICENCE.md`.",
    licences: "Licenser",
    licences_text: "Licenserna har samlats per producent i filen `LICENCE.md`.",
    checking: "Filernas integritet kan kontrolleras med kommandot",
};

const ENGLISH: Phrases = Phrases {
    heading: "In English",
    release: "Release",
    made: "Released",
    version: "Dataset version",
    indicators: "Indicators",
    years: "Years",
    observations: "Observations",
    division: "Territorial division",
    sources: "Sources",
    areas: "Areas with figures",
    files: "What is in which file",
    file_header: "| File | Content | Rows |\n|---|---|--:|\n",
    folders: [
        (
            "by_province/province=14/observations.parquet",
            "the observations of one region (maakunta) and its municipalities",
        ),
        (
            "municipalities/743-seinajoki/",
            "a municipality's folder: its observations (Parquet and CSV) and the table for the \
             wellbeing report",
        ),
        (
            "provinces/14-etela-pohjanmaa/",
            "the same for every region (maakunta)",
        ),
        (
            "wellbeing-counties/16-etela-pohjanmaa/",
            "the same for every wellbeing services county",
        ),
        ("CHANGES.md", "what changed since the previous release"),
        (
            "tiedote.fi.md, meddelande.sv.md",
            "the same in short, in Finnish and Swedish",
        ),
        ("LICENCE.md", "licences and attributions by producer"),
        (
            "manifest.json, recipe.json, SHA256SUMS",
            "the list of files, what the release was made from, and checksums",
        ),
        (
            "CITATION.cff, datapackage.json, catalog.jsonld, croissant.json",
            "citation data, and metadata for programs",
        ),
    ],
    reading: "How to read the data",
    reading_text: "The CSV files open directly in Excel with Finnish regional settings: fields are separated by \
                   semicolons and decimals by commas. The Parquet tables are read, for example, \
                   like this:",
    good_to_know: "Good to know",
    notes: [
        "Where the source publishes no value, the row is absent or the value empty, never zero. The table `wellbeing.parquet` has a row even then, and its column `status` says why there is no value.",
        "Area codes are text: `005` is not the number 5. Join tables by `region_id` (for example \
         `KU743`): the same code means different areas on different levels.",
        "Values are unrounded, as the source published them. None was derived by subtraction. \
         Where `origin` is `computed`, botnia calculated the value from published ones, because \
         the source does not publish it.",
        "`first_release` is the release in which the value first appeared as it is. Changed \
         values are listed in `revisions.parquet`.",
        "A release is never changed afterwards. New figures come in a new release.",
    ],
    citing: "How to cite",
    citing_text: "Name the indicator's producer, the source and the number of the release. \
                  `CITATION.cff` holds the citation data, `LICENCE.md` the attributions.",
    licences: "Licences",
    licences_text: "The licences are listed by producer in `LICENCE.md`.",
    checking: "The files can be checked with",
};

/// How the tables are read, in the four common ways.
const EXAMPLES: [(&str, &str, &str); 4] = [
    (
        "DuckDB",
        "sql",
        "SELECT period, value FROM 'observations.parquet' WHERE indicator_id = 'sotkanet:127' \
         AND region_id = 'KU743' AND sex = 'total' ORDER BY period;",
    ),
    (
        "Python (pandas)",
        "python",
        "import pandas as pd; observations = pd.read_parquet(\"observations.parquet\", \
         filters=[(\"region_id\", \"==\", \"KU743\")])",
    ),
    (
        "Python (polars)",
        "python",
        "import polars as pl; observations = \
         pl.scan_parquet(\"observations.parquet\").filter(pl.col(\"region_id\") == \
         \"KU743\").collect()",
    ),
    (
        "R (arrow)",
        "r",
        "observations <- dplyr::collect(dplyr::filter(arrow::open_dataset(\"observations.parquet\"), \
         region_id == \"KU743\"))",
    ),
];

/// The text of `README.md`. Writing to a String cannot fail.
pub(super) fn readme(facts: &ReleaseFacts, tables: &[TableFact]) -> String {
    let mut text = format!("# Botnia {}\n", facts.version());
    if facts.synthetic {
        for language in Language::ALL {
            let _ = write!(text, "\n> **{}**\n", synthetic_notice(language));
        }
    }
    for language in Language::ALL {
        section(&mut text, facts, tables, language);
    }
    text
}

fn section(text: &mut String, facts: &ReleaseFacts, tables: &[TableFact], language: Language) {
    let phrases = match language {
        Language::Fi => &FINNISH,
        Language::Sv => &SWEDISH,
        Language::En => &ENGLISH,
    };
    let _ = write!(
        text,
        "\n## {}\n\n**{}.** {}\n\n",
        phrases.heading,
        dataset_title(language),
        dataset_description(language)
    );
    summary(text, facts, phrases, language);

    let _ = write!(text, "\n### {}\n\n{}", phrases.files, phrases.file_header);
    for table in tables {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            table.path,
            table_content(language, table.name()),
            count(language, table.rows)
        );
    }
    for (path, content) in phrases.folders {
        let _ = writeln!(text, "| `{path}` | {content} | |");
    }

    let _ = write!(
        text,
        "\n### {}\n\n{}\n",
        phrases.reading, phrases.reading_text
    );
    for (program, syntax, example) in EXAMPLES {
        let _ = write!(text, "\n{program}:\n\n```{syntax}\n{example}\n```\n");
    }

    let _ = write!(text, "\n### {}\n\n", phrases.good_to_know);
    for note in phrases.notes {
        let _ = writeln!(text, "- {note}");
    }
    let _ = writeln!(text, "- {} `sha256sum -c SHA256SUMS`.", phrases.checking);

    let _ = write!(
        text,
        "\n### {}\n\n{}\n\n### {}\n\n{}\n",
        phrases.citing, phrases.citing_text, phrases.licences, phrases.licences_text
    );
}

fn summary(text: &mut String, facts: &ReleaseFacts, phrases: &Phrases, language: Language) {
    let mut line = |label: &str, value: &str| {
        let _ = writeln!(text, "- {label}: {value}");
    };
    line(phrases.release, &facts.number.to_string());
    line(phrases.made, &moment(language, facts.moment));
    line(phrases.version, &facts.version());
    line(
        phrases.indicators,
        &count(language, facts.indicators.len() as u64),
    );
    if let Some((first, last)) = facts.years() {
        line(phrases.years, &format!("{first}–{last}"));
    }
    line(phrases.observations, &count(language, facts.rows));
    line(phrases.division, &facts.geo_vintage);
    let sources: Vec<_> = facts
        .sources
        .iter()
        .map(|source| {
            let name = in_markdown(source.name.or_finnish(language));
            format!("{name}, <{}>", source.url)
        })
        .collect();
    line(phrases.sources, &sources.join("; "));
    let regions: Vec<_> = facts
        .regions
        .iter()
        .map(|(one, number)| {
            format!(
                "{} {}",
                level_plural(language, *one),
                count(language, *number)
            )
        })
        .collect();
    line(phrases.areas, &regions.join(", "));
}

/// What a top-level table holds, by its name.
pub(crate) fn table_content(language: Language, table: &str) -> &'static str {
    let [fi, sv, en] = match table {
        "observations" => [
            "kaikki havainnot kaikilta aluetasoilta",
            "alla observationer på alla områdesnivåer",
            "all observations, of every level",
        ],
        "indicators" => [
            "indikaattorien nimet, kuvaukset, yksiköt ja tuottajat",
            "indikatorernas namn, beskrivningar, enheter och producenter",
            "the indicators' titles, descriptions, units and producers",
        ],
        "regions" => [
            "alueiden koodit, nimet ja voimassaolo",
            "områdenas koder, namn och giltighet",
            "the areas' codes, names and validity",
        ],
        "region_changes" => [
            "aluejaon muutokset: kuntaliitokset ja siirrot",
            "ändringar i områdesindelningen: kommunsammanslagningar och överföringar",
            "changes in the division: mergers and moves",
        ],
        "region_memberships" => [
            "mihin alueisiin kunnat ovat kuuluneet ja milloin",
            "vilka områden kommunerna har hört till och när",
            "which areas the municipalities belonged to and when",
        ],
        "region_classes" => [
            "kuntien kielisuhde ja kuntaryhmä eri aikoina",
            "kommunernas språkförhållande och kommungrupp vid olika tidpunkter",
            "language status and type of the municipalities over time",
        ],
        "revisions" => [
            "lisätyt, muuttuneet ja poistuneet havainnot julkaisuittain",
            "tillagda, ändrade och borttagna observationer per utgåva",
            "observations added, changed and removed, by release",
        ],
        "wellbeing" => [
            "hyvinvointikertomuksen taulukko: yksi rivi kutakin indikaattorijoukon indikaattoria ja aluetta kohti",
            "tabellen för välfärdsberättelsen: en rad per indikatoruppsättning, indikator och område",
            "the table for wellbeing reports: one row per set, indicator and area",
        ],
        "peers" => [
            "mihin muihin alueisiin kutakin aluetta verrataan ja millä perusteella",
            "med vilka andra områden varje område jämförs och på vilken grund",
            "with which other areas each area is compared, and why",
        ],
        _ => ["taulukko", "tabell", "a table"],
    };
    match language {
        Language::Fi => fi,
        Language::Sv => sv,
        Language::En => en,
    }
}
