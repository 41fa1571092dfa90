//! What symbols mean: in place of a value, and beside one.

use std::collections::BTreeMap;

use botnia_model::Status;

/// Symbols in place of a value that mean the same at the Nordic offices.
const USUAL: [(&str, Status); 10] = [
    ("-", Status::Nil),
    ("–", Status::Nil),
    (".", Status::NotApplicable),
    ("..", Status::NotPublished),
    ("...", Status::Suppressed),
    ("....", Status::NotPublished),
    (".....", Status::NotPublished),
    ("......", Status::NotPublished),
    (".......", Status::NotPublished),
    (":", Status::NotPublished),
];

/// Single letters of Eurostat's list, of which a cell may have several. In place of a value.
const LETTERS_WITHOUT_VALUE: [(char, Status); 3] = [
    ('c', Status::Suppressed),
    ('z', Status::NotApplicable),
    ('m', Status::NotPublished),
];

/// The same, beside a value.
const LETTERS: [(char, Status); 5] = [
    ('b', Status::Break),
    ('f', Status::Projection),
    ('p', Status::Provisional),
    ('e', Status::Provisional),
    ('s', Status::Provisional),
];

/// Beginnings of words by which tables describe their symbols.
const WORDS: [(&str, Status); 24] = [
    ("magnitude nil", Status::Nil),
    ("nil", Status::Nil),
    ("ei yhtään", Status::Nil),
    ("inget finns", Status::Nil),
    ("secre", Status::Suppressed),
    ("confiden", Status::Suppressed),
    ("suppress", Status::Suppressed),
    ("salas", Status::Suppressed),
    ("salattu", Status::Suppressed),
    ("sekret", Status::Suppressed),
    ("tietosuoj", Status::Suppressed),
    ("skydd", Status::Suppressed),
    ("not applicable", Status::NotApplicable),
    ("epälooginen", Status::NotApplicable),
    ("inte tillämp", Status::NotApplicable),
    ("ej tillämp", Status::NotApplicable),
    ("not asked", Status::NotCollected),
    ("not collected", Status::NotCollected),
    ("ei kysytty", Status::NotCollected),
    ("not available", Status::NotPublished),
    ("missing", Status::NotPublished),
    ("puuttuu", Status::NotPublished),
    ("ei saatu", Status::NotPublished),
    ("uppgift saknas", Status::NotPublished),
];

/// What the symbols of one table mean.
pub(super) struct Symbols<'a> {
    /// As the settings say.
    pub(super) stated: &'a BTreeMap<String, Status>,
    /// As the answer describes them in words.
    pub(super) described: &'a BTreeMap<String, String>,
}

impl Symbols<'_> {
    /// What a symbol says where there is no value; `None` where nobody has said it.
    pub(super) fn in_place_of_value(&self, symbol: &str) -> Option<Status> {
        let symbol = symbol.trim();
        if let Some(stated) = self.stated.get(symbol) {
            return Some(*stated);
        }
        if let Some(words) = self.described.get(symbol) {
            return in_words(words).or_else(|| usual(words.trim()));
        }
        usual(symbol)
            .or_else(|| in_words(symbol))
            .or_else(|| letter(symbol, &LETTERS_WITHOUT_VALUE))
            // Flags of a value that is not there explain nothing.
            .or_else(|| letter(symbol, &LETTERS).map(|_| Status::NotPublished))
    }

    /// What a symbol says of a value. What says nothing of its state leaves it as usual.
    pub(super) fn beside_value(&self, symbol: &str) -> Option<Status> {
        let symbol = symbol.trim();
        if let Some(stated) = self.stated.get(symbol) {
            return stated.has_value().then_some(*stated);
        }
        if symbol.starts_with('*') {
            return Some(Status::Provisional);
        }
        letter(symbol, &LETTERS)
    }
}

fn usual(symbol: &str) -> Option<Status> {
    let mut usual = USUAL.iter();
    usual
        .find(|(known, _)| *known == symbol)
        .map(|(_, status)| *status)
}

fn in_words(text: &str) -> Option<Status> {
    let text = text.to_lowercase();
    if text.chars().filter(|letter| letter.is_alphabetic()).count() < 3 {
        return None;
    }
    WORDS
        .iter()
        .find(|(words, _)| text.contains(words))
        .map(|(_, status)| *status)
}

/// The gravest of a few letters, in the order of `known`.
fn letter(symbol: &str, known: &[(char, Status)]) -> Option<Status> {
    const ALL: &str = "bcdefimnprstuz";
    let is_letters =
        (1..=4).contains(&symbol.len()) && symbol.chars().all(|letter| ALL.contains(letter));
    if !is_letters {
        return None;
    }
    known
        .iter()
        .find(|(letter, _)| symbol.contains(*letter))
        .map(|(_, status)| *status)
}
