//! Words that several documents share, in the three languages.

pub(crate) use botnia_config::words::level_plural;
pub(crate) use botnia_config::words::numbers::{count, old_and_new};
pub(crate) use botnia_config::words::times::{day, moment, periods};
use botnia_model::Language;

/// What the dataset is called.
pub(crate) fn dataset_title(language: Language) -> &'static str {
    match language {
        Language::Fi => "Hyvinvoinnin ja sosiaalihuollon indikaattorit alueittain",
        Language::Sv => "Indikatorer för välfärd och socialvård efter område",
        Language::En => "Wellbeing and social care indicators by area",
    }
}

/// What it is, in a sentence.
pub(crate) fn dataset_description(language: Language) -> &'static str {
    match language {
        Language::Fi => {
            "Hyvinvoinnin ja sosiaalihuollon indikaattorit julkisista tilastolähteistä kunnittain, \
             maakunnittain ja hyvinvointialueittain, sellaisina kuin lähteet ovat ne julkaisseet."
        }
        Language::Sv => {
            "Indikatorer för välfärd och socialvård ur offentliga statistikkällor efter kommun, \
             landskap och välfärdsområde, sådana som källorna har publicerat dem."
        }
        Language::En => {
            "Indicators of wellbeing and social care from public statistical sources by \
             municipality, region (maakunta) and wellbeing services county, as the sources \
             published them."
        }
    }
}

/// What must stand wherever synthetic figures are shown.
pub(crate) fn synthetic_notice(language: Language) -> &'static str {
    match language {
        Language::Fi => {
            "Tämä on keksittyä aineistoa. Luvut on tuotettu keinotekoisesti ohjelman kokeilemista \
             varten. Ne eivät kuvaa mitään todellista aluetta, eikä niitä saa käyttää eikä \
             siteerata tilastotietona."
        }
        Language::Sv => {
            "Detta är påhittade uppgifter. Siffrorna har framställts på konstgjord väg för att \
             prova programmet. De beskriver inget verkligt område och får inte användas eller \
             citeras som statistik."
        }
        Language::En => {
            "This is made-up data. The figures were generated to try the program out. They \
             describe no real area and must not be used or cited as statistics."
        }
    }
}

/// A licence as a person knows it, by its SPDX id.
pub(crate) fn licence_name(language: Language, licence: &str) -> String {
    match (licence, language) {
        ("CC-BY-4.0", Language::Fi) => "Creative Commons Nimeä 4.0 Kansainvälinen (CC BY 4.0)",
        ("CC-BY-4.0", Language::Sv) => "Creative Commons Erkännande 4.0 Internationell (CC BY 4.0)",
        ("CC-BY-4.0", Language::En) => "Creative Commons Attribution 4.0 International (CC BY 4.0)",
        ("CC0-1.0", _) => "Creative Commons CC0 1.0",
        ("third-party", Language::Fi) => "tuottajan omat käyttöehdot",
        ("third-party", Language::Sv) => "producentens egna användningsvillkor",
        ("third-party", Language::En) => "the producer's own terms of use",
        (other, _) => other,
    }
    .to_owned()
}

/// Where the licence's text is, for those that have one.
pub(crate) fn licence_url(licence: &str) -> Option<&'static str> {
    match licence {
        "CC-BY-4.0" => Some("https://creativecommons.org/licenses/by/4.0/"),
        "CC0-1.0" => Some("https://creativecommons.org/publicdomain/zero/1.0/"),
        _ => None,
    }
}

/// Text from a source as one line of Markdown: shown as it is, never as markup.
pub(crate) fn in_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '~'
            | '&' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}
