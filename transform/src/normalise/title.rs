//! The pin of an id to a title: is this still the indicator that was reviewed?
//!
//! Ids have been seen to carry one indicator for good, while wordings are polished over
//! the years; and lists of ids made from memory have been seen to name other indicators.
//! So an expected title is compared with the one that came, in Finnish, after cleaning
//! and without regard to case, punctuation and spaces:
//!
//! 1. The same words, numbers and signs in the same order: [`TitleCheck::Same`].
//! 2. Another number (an age, a base, a grade), or another unit (percent, "per", euro,
//!    thousands): [`TitleCheck::Different`]. Years in brackets are left aside, because
//!    "(2006 alkaen)" and "(-2007)" come and go with the series.
//! 3. Among the words that only one of the two has, a *telling* one that the other side
//!    lacks: [`TitleCheck::Different`]. Telling are those by which Sotkanet divides
//!    siblings: sexes, school types, education, age-standardised or not, bought or own.
//! 4. Alike enough: [`TitleCheck::Drift`], otherwise [`TitleCheck::Different`].
//!
//! Likeness is the Dice coefficient (Dice 1945) over the multisets of three-letter
//! sequences of the words, each word with its ends marked, because Finnish inflects and
//! compounds: whole words would take "vastaavanikäistä" and "vastaavan ikäistä" for
//! strangers. The thresholds are argued at [`WHOLE_ALIKE`] and [`REST_ALIKE`].

use std::collections::BTreeMap;

use crate::text::clean_title;

/// How the title that came compares with the one that a set expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TitleCheck {
    /// No set expects one.
    NotExpected,
    /// The same, apart from case, punctuation and spaces.
    Same,
    /// The same indicator in another wording: a note.
    Drift {
        /// The title in the set.
        expected: String,
        /// The title that came.
        found: String,
    },
    /// Another indicator: it has to be held.
    Different {
        /// The title in the set.
        expected: String,
        /// The title that came.
        found: String,
    },
}

/// The whole titles have to be at least this alike. The furthest drift on record,
/// "Yksinhuoltajaperheet, % lapsiperheistä" to "Yhden vanhemman perheet, % lapsiperheistä",
/// has 0.58; the others have over 0.9.
const WHOLE_ALIKE: f64 = 0.55;

/// Where both titles have words of their own, those have to be at least this alike: a
/// long common base ("% ammatillisen oppilaitoksen 1. ja 2. vuoden opiskelijoista") must
/// not carry two subjects that have nothing in common. The furthest drift has 0.29.
const REST_ALIKE: f64 = 0.25;

/// Parts of words that divide siblings from each other. With them, 31 of the 194 376
/// pairs that 624 recorded titles make are taken for a drift; without them 329 are.
const TELLING: [&str; 60] = [
    "koulutu",
    "mieh",
    "naisi",
    "naist",
    "poik",
    "poja",
    "tyttö",
    "tytö",
    "luki",
    "ammatilli",
    "ostet",
    "myyd",
    "omat",
    "kunnilta",
    "kuntay",
    "valtio",
    "muilta",
    "kustan",
    "päiväkod",
    "perhepäiv",
    "kokopäiv",
    "osapäiv",
    "pitkäaika",
    "julki",
    "yksity",
    "jakso",
    "päivä",
    "potila",
    "käyn",
    "asiak",
    "lääkär",
    "hammas",
    "ennuste",
    "vakioi",
    "mato",
    "mätön",
    "talou",
    "diabet",
    "epilep",
    "astma",
    "psyko",
    "verenp",
    "sepelv",
    "tuettu",
    "tuetu",
    "ohja",
    "laito",
    "päivys",
    "menot",
    "tulot",
    "netto",
    "henkil",
    "työttöm",
    "työvoim",
    "perusterv",
    "erikoiss",
    "psykiat",
    "kirurg",
    "ruots",
    "syö",
];

impl TitleCheck {
    /// Compares two Finnish titles, as they stand in a set and at the source.
    pub fn compare(expected: &str, found: &str) -> Self {
        let expected = clean_title(expected);
        let found = clean_title(found);
        let tokens = (tokens(&expected), tokens(&found));
        if tokens.0 == tokens.1 {
            Self::Same
        } else if is_drift(&Title::new(&expected), &Title::new(&found)) {
            Self::Drift { expected, found }
        } else {
            Self::Different { expected, found }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// Letters, in lower case.
    Word(String),
    /// Digits, thousands joined: `1 000` is `1000`.
    Number(String),
    /// `%` or `/`.
    Sign(char),
}

/// A title taken apart for rules 2 to 4.
struct Title {
    /// Sorted.
    numbers: Vec<String>,
    units: [bool; 4],
    words: Vec<String>,
}

impl Title {
    fn new(clean: &str) -> Self {
        let mut numbers = Vec::new();
        let mut units = [false; 4];
        let mut words = Vec::new();
        for token in tokens(&without_year_notes(clean)) {
            match token {
                Token::Number(digits) => numbers.push(digits),
                Token::Sign('%') => units[0] = true,
                Token::Sign(_) => units[1] = true,
                Token::Word(word) if word.starts_with("prosent") => units[0] = true,
                Token::Word(word) if word == "kohti" || word == "kohden" => units[1] = true,
                Token::Word(word) => {
                    units[2] |= word.starts_with("euro");
                    units[3] |= word.starts_with("tuhat") || word.starts_with("tuhan");
                    words.push(word);
                }
            }
        }
        numbers.sort_unstable();
        Self {
            numbers,
            units,
            words,
        }
    }
}

fn is_drift(expected: &Title, found: &Title) -> bool {
    if expected.numbers != found.numbers || expected.units != found.units {
        return false;
    }
    let only_expected = without(&expected.words, &found.words);
    let only_found = without(&found.words, &expected.words);
    TELLING
        .iter()
        .all(|part| contains(&only_expected, part) == contains(&only_found, part))
        && likeness(&expected.words, &found.words) >= WHOLE_ALIKE
        && (only_expected.is_empty()
            || only_found.is_empty()
            || likeness(&only_expected, &only_found) >= REST_ALIKE)
}

fn contains(words: &[String], part: &str) -> bool {
    words.iter().any(|word| word.contains(part))
}

/// The words of the first list that the second lacks, with their number.
fn without(words: &[String], others: &[String]) -> Vec<String> {
    let mut others = others.to_vec();
    words
        .iter()
        .filter(
            |word| match others.iter().position(|other| other == *word) {
                Some(position) => {
                    others.swap_remove(position);
                    false
                }
                None => true,
            },
        )
        .cloned()
        .collect()
}

/// From 0, nothing in common, to 1, the same sequences as often.
fn likeness(left: &[String], right: &[String]) -> f64 {
    let (left, right) = (sequences(left), sequences(right));
    let total: usize = left.values().chain(right.values()).sum();
    let common: usize = left
        .iter()
        .map(|(sequence, count)| right.get(sequence).map_or(0, |other| *count.min(other)))
        .sum();
    if total == 0 {
        1.0
    } else {
        2.0 * common as f64 / total as f64
    }
}

fn sequences(words: &[String]) -> BTreeMap<[char; 3], usize> {
    let mut counts = BTreeMap::new();
    for word in words {
        let marked: Vec<char> = ['^'].into_iter().chain(word.chars()).chain(['$']).collect();
        for sequence in marked.windows(3) {
            *counts
                .entry([sequence[0], sequence[1], sequence[2]])
                .or_default() += 1;
        }
    }
    counts
}

fn tokens(clean: &str) -> Vec<Token> {
    // The one slash that is no "per".
    let lower = clean.to_lowercase().replace("ja/tai", "ja tai");
    let characters: Vec<char> = lower
        .chars()
        .map(|character| match character {
            '²' => '2',
            '³' => '3',
            other => other,
        })
        .collect();
    let mut tokens = Vec::new();
    let mut position = 0;
    while let Some(first) = characters.get(position) {
        let run = |start: usize, class: fn(&char) -> bool| {
            characters[start..]
                .iter()
                .take_while(|next| class(next))
                .count()
        };
        let start = position;
        if first.is_ascii_digit() {
            position += run(position, char::is_ascii_digit);
            if position - start <= 3 {
                while characters.get(position) == Some(&' ')
                    && run(position + 1, char::is_ascii_digit) == 3
                {
                    position += 4;
                }
            }
            let digits = characters[start..position]
                .iter()
                .filter(|next| **next != ' ');
            tokens.push(Token::Number(digits.collect()));
        } else if first.is_alphabetic() {
            position += run(position, |next| next.is_alphabetic());
            tokens.push(Token::Word(characters[start..position].iter().collect()));
        } else {
            if matches!(first, '%' | '/') {
                tokens.push(Token::Sign(*first));
            }
            position += 1;
        }
    }
    tokens
}

/// Takes out brackets that say from or until which year a series goes, and nothing else.
fn without_year_notes(clean: &str) -> String {
    const WORDS: [&str; 6] = ["alkaen", "lähtien", "asti", "saakka", "vuodesta", "vuoteen"];
    let is_note = |inside: &str| {
        let tokens = tokens(inside);
        tokens.iter().any(|token| matches!(token, Token::Number(_)))
            && tokens.iter().all(|token| match token {
                Token::Number(digits) => digits.len() == 4,
                Token::Word(word) => WORDS.contains(&word.as_str()),
                Token::Sign(_) => false,
            })
    };
    let mut text = String::with_capacity(clean.len());
    let mut rest = clean;
    while let Some(start) = rest.find('(') {
        let (before, bracket) = rest.split_at(start);
        text.push_str(before);
        match bracket.find(')') {
            Some(end) if is_note(&bracket[1..end]) => rest = &bracket[end + 1..],
            Some(end) => {
                text.push_str(&bracket[..=end]);
                rest = &bracket[end + 1..];
            }
            None => {
                text.push_str(bracket);
                rest = "";
            }
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_case_and_spaces_are_the_same() {
        for (expected, found) in [
            ("Väestö 31.12.", "väestö 31.12"),
            (
                "Kuolleisuus / 100 000 asukasta",
                "Kuolleisuus/100000 asukasta ",
            ),
            (
                "0 - 17-vuotiaat, % väestöstä",
                "0–17-vuotiaat, %\u{a0}väestöstä",
            ),
            ("Lihavia (BMI&#8805;30 kg/m2)", "Lihavia (BMI ≥ 30 kg/m²)"),
        ] {
            assert_eq!(
                TitleCheck::compare(expected, found),
                TitleCheck::Same,
                "{found}"
            );
        }
    }

    #[test]
    fn polished_wordings_are_a_drift() {
        for (expected, found) in [
            (
                "Yksinhuoltajaperheet, % lapsiperheistä",
                "Yhden vanhemman perheet, % lapsiperheistä",
            ),
            (
                "Kuolleisuus 65 vuotta täyttäneillä / 100 000 vastaavanikäistä",
                "Kuolleisuus 65 vuotta täyttäneillä / 100 000 vastaavan ikäistä",
            ),
            (
                "Alkoholisairauksien hoitojaksot / 1 000 asukasta",
                "Alkoholisairauksien vuodeosastohoitojaksot / 1 000 asukasta",
            ),
            (
                "Mielenterveyden häiriöihin sairaalahoitoa saaneet 0 - 17-vuotiaat / 1 000 vastaavanikäistä",
                "Mielenterveyden häiriöihin sairaalahoitoa saaneet 0-17-vuotiaat / 1000 vastaavan ikäistä kohti",
            ),
            (
                "Toimeentulotukea saaneet 25 - 64-vuotiaat, % vastaavanikäisestä väestöstä",
                "Toimeentulotukea saaneet 25 - 64-vuotiaat, % vastaavan ikäisestä väestöstä",
            ),
            (
                "Sosiaalihuolto, henkilöstö yhteensä / 10 000 asukasta",
                "Sosiaalihuolto, henkilöstö yhteensä / 10 000 asukasta (-2007)",
            ),
            (
                "Lapsiperheet, % perheistä (2006 alkaen)",
                "Lapsiperheet, prosenttia perheistä",
            ),
        ] {
            let check = TitleCheck::compare(expected, found);
            assert!(matches!(check, TitleCheck::Drift { .. }), "{check:?}");
        }
    }

    #[test]
    fn other_indicators_are_different() {
        let notifications = "0 - 17-vuotiaat, % väestöstä";
        for (expected, found) in [
            // What public code takes these ids for, and what they are.
            (
                "THL:n sairastavuusindeksi, ikävakioitu",
                "Pakkotoimet psykiatrisessa sairaalahoidossa 25 - 64-vuotiailla",
            ),
            (
                "Perusterveydenhuollon avohoidon lääkärikäynnit / 1 000 asukasta",
                "Erityiskorvattaviin lääkkeisiin verenpainetaudin vuoksi oikeutettuja 40 - 64-vuotiaita, % vastaavanikäisestä väestöstä",
            ),
            (
                "Psykiatrian avohoitokäynnit / 1 000 asukasta",
                "Tosi humalassa vähintään kerran kuukaudessa, % 8. ja 9. luokan oppilaista",
            ),
            (
                "Ahdistuneisuutta kokeneiden osuus (%), 65 vuotta täyttäneet",
                "Psyykkisesti merkittävästi kuormittuneiden osuus (%), 65 vuotta täyttäneet",
            ),
            (
                "Kohtalainen tai vaikea ahdistuneisuus, % 8. ja 9. luokan oppilaista",
                "Psyykkisesti merkittävästi kuormittuneiden osuus (%), 65 vuotta täyttäneet",
            ),
            // Another age, base or unit.
            (notifications, "0 - 20-vuotiaat, % väestöstä"),
            (notifications, "0 - 17-vuotiaat / 1 000 asukasta"),
            (
                "65 vuotta täyttäneet, % väestöstä",
                "75 vuotta täyttäneet, % väestöstä",
            ),
            (
                "Kuolleisuus / 1 000 asukasta",
                "Kuolleisuus / 100 000 asukasta",
            ),
            (
                "Toimeentulotuki, euroa / asukas",
                "Toimeentulotuki, 1 000 euroa",
            ),
            ("Toimeentulotuki, euroa / asukas", "Toimeentulotuki, euroa"),
            ("Väestöennuste 2030", "Väestöennuste 2040"),
            // Siblings that one word divides.
            (
                "THL:n sairastavuusindeksi, ikävakioitu",
                "THL:n sairastavuusindeksi, ikävakioimaton",
            ),
            (
                "Pitkäaikaistyöttömät, % työttömistä",
                "Pitkäaikaistyöttömät, % työvoimasta",
            ),
            (
                "Toimeentulotukea saaneet 25 - 64-vuotiaat, % vastaavanikäisestä väestöstä",
                "Toimeentulotukea pitkäaikaisesti saaneet 25 - 64-vuotiaat, % vastaavanikäisestä väestöstä",
            ),
            (
                "Ylipaino, % lukion 1. ja 2. vuoden opiskelijoista",
                "Ylipaino, % ammatillisen oppilaitoksen 1. ja 2. vuoden opiskelijoista",
            ),
            (
                "Itsensä yksinäiseksi tuntevien osuus (%)",
                "Itsensä yksinäiseksi tuntevien osuus (%), matala koulutus",
            ),
            // A long common base and nothing else.
            (
                "Pelaa rahapelejä viikoittain, % ammatillisen oppilaitoksen 1. ja 2. vuoden opiskelijoista",
                "Ylipaino, % ammatillisen oppilaitoksen 1. ja 2. vuoden opiskelijoista",
            ),
            ("Väestö 31.12.", ""),
        ] {
            let check = TitleCheck::compare(expected, found);
            assert!(matches!(check, TitleCheck::Different { .. }), "{check:?}");
        }
    }

    #[test]
    fn hardly_any_two_recorded_titles_pass_for_each_other() {
        use crate::normalise::sotkanet::recordings::{folder, read};

        let Some(folder) = folder() else { return };
        let entries: Vec<serde_json::Value> =
            serde_json::from_slice(&read(&folder.join("indicators.2015.json"))).unwrap();
        let titles: Vec<(String, Title)> = entries
            .iter()
            .map(|entry| clean_title(entry["title"]["fi"].as_str().unwrap()))
            .map(|clean| (clean.clone(), Title::new(&clean)))
            .collect();
        let mut passing = Vec::new();
        for (position, (one, one_title)) in titles.iter().enumerate() {
            for (other, other_title) in &titles[..position] {
                if is_drift(one_title, other_title) {
                    passing.push((one, other));
                }
            }
        }
        assert!(passing.len() <= 31, "{}: {passing:#?}", passing.len());
    }
}
