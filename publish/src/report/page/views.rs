//! What the templates of the pages read.

use serde::Serialize;

use super::neighbours::Neighbours;
use crate::report::figures::{Figure, NoteView};
use crate::report::words::Words;

#[derive(Serialize)]
pub(super) struct ReportPage<'a> {
    pub(super) w: &'static Words,
    pub(super) styles: &'static str,
    pub(super) name: String,
    pub(super) about: String,
    pub(super) languages: Vec<LanguageLink>,
    pub(super) synthetic: Option<&'static str>,
    pub(super) glance: Vec<String>,
    pub(super) tiles: Vec<Tile>,
    pub(super) judged: String,
    pub(super) highlights: [Points; 3],
    pub(super) neighbours: Option<Neighbours>,
    pub(super) columns: Vec<ColumnView<'a>>,
    pub(super) keys: Vec<Key>,
    pub(super) themes: Vec<Theme>,
    pub(super) annex: Vec<Missing>,
    pub(super) peers: Option<String>,
    pub(super) producers: Vec<ProducerLine>,
    pub(super) services: Vec<Link>,
    pub(super) cite: String,
    pub(super) next_check: &'static str,
    pub(super) files: Vec<FileLink>,
    pub(super) edition: String,
}

#[derive(Serialize)]
pub(super) struct ShortPage {
    pub(super) w: &'static Words,
    pub(super) styles: &'static str,
    pub(super) name: String,
    pub(super) about: String,
    pub(super) languages: Vec<LanguageLink>,
    pub(super) synthetic: Option<&'static str>,
    pub(super) glance: Vec<String>,
    pub(super) judged: String,
    pub(super) highlights: [Points; 3],
    pub(super) whole: &'static str,
    pub(super) missing: usize,
    pub(super) cite: String,
    pub(super) edition: String,
}

#[derive(Serialize)]
pub(super) struct LanguageLink {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) url: &'static str,
    pub(super) current: bool,
}

#[derive(Serialize)]
pub(super) struct Tile {
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) count: usize,
}

#[derive(Serialize)]
pub(super) struct Points {
    pub(super) title: &'static str,
    /// How many figures there are of the kind, in a sentence.
    pub(super) says: String,
    pub(super) items: Vec<Item>,
}

#[derive(Serialize)]
pub(super) struct Item {
    pub(super) anchor: String,
    pub(super) title: String,
    pub(super) period: String,
    pub(super) sentence: String,
    pub(super) class: &'static str,
    pub(super) verdict: String,
    pub(super) detail: String,
}

#[derive(Serialize)]
pub(super) struct ColumnView<'a> {
    pub(super) label: &'a str,
    pub(super) name: &'a str,
}

#[derive(Serialize)]
pub(super) struct Key {
    pub(super) class: &'static str,
    pub(super) name: String,
}

#[derive(Serialize)]
pub(super) struct Theme {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) notes: Vec<NoteView>,
    pub(super) figures: Vec<Figure>,
    pub(super) reach: String,
    pub(super) profile: Vec<ProfileLine>,
    pub(super) missing: usize,
}

#[derive(Serialize)]
pub(super) struct ProfileLine {
    pub(super) title: String,
    pub(super) track: String,
    pub(super) own: String,
    pub(super) class: &'static str,
    pub(super) verdict: &'static str,
}

#[derive(Serialize)]
pub(super) struct Missing {
    pub(super) title: String,
    pub(super) theme: String,
    pub(super) reason: String,
}

#[derive(Serialize)]
pub(super) struct ProducerLine {
    pub(super) name: String,
    pub(super) count: usize,
    pub(super) licence: String,
    pub(super) licence_url: Option<&'static str>,
}

#[derive(Serialize)]
pub(super) struct Link {
    pub(super) name: String,
    pub(super) url: Option<String>,
}

#[derive(Serialize)]
pub(super) struct FileLink {
    pub(super) name: String,
    pub(super) url: &'static str,
    /// Where it is another than the page's.
    pub(super) language: Option<&'static str>,
}
