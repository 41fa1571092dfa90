use botnia_config::PeerRule;
use botnia_model::{Language, NoteFormat, NoteSubject, ValueKind};

use super::*;

const MOMENT: &str = "2026-11-22T03:15:07.25Z";

fn hash(text: &str) -> ContentHash {
    ContentHash::of(text.as_bytes())
}

fn note() -> Note {
    Note {
        region: RegionKey::finland(),
        subject: NoteSubject::Indicator("sotkanet:127".parse().unwrap()),
        date: "2026-11-21".parse().unwrap(),
        author: "Kokemusasiantuntijat".to_owned(),
        language: Language::Fi,
        format: NoteFormat::Plain,
        text: "Luku kertoo vain osan.".to_owned(),
    }
}

fn recipe() -> Recipe {
    let indicator = IndicatorRecipe {
        indicator_id: "sotkanet:127".parse().unwrap(),
        description: hash("description"),
        data: vec![hash("rows")],
        regions: Some(hash("regions")),
        normalised: hash("figures"),
        state: IndicatorState::Held,
        state_since: Some("2026-11-21".to_owned()),
        reason: Some("rows_lost".to_owned()),
        read_under: Some(ReadUnder { expected: None }),
        mapping: None,
    };
    let terms = Terms {
        schema_version: "1.0.0".to_owned(),
        geo_vintage: "2026-01-01".to_owned(),
        synthetic: false,
        sources: vec![SourceTerms {
            id: "sotkanet".parse().unwrap(),
            kind: SourceKind::Sotkanet,
            name: Text::default(),
            url: "https://sotkanet.example".to_owned(),
        }],
        sets: IndicatorSet::builtin(),
        region_tables: RegionTables::builtin().clone(),
        groups: vec![CustomGroup {
            id: "pohjanmaat".parse().unwrap(),
            name: Text::default(),
            members: vec![RegionKey::finland()],
        }],
        packages: Some([RegionKey::finland()].into()),
        peers: vec![RegionPeers {
            region: RegionKey::finland(),
            rule: PeerRule::Nearest,
        }],
        notes: vec![note()],
    };
    Recipe::new(
        ReleaseNumber::FIRST,
        MOMENT.parse().unwrap(),
        vec![RegionList {
            source: "sotkanet".parse().unwrap(),
            answer: hash("regions"),
        }],
        vec![indicator],
        terms,
    )
}

fn inputs(recipe: &Recipe) -> ContentHash {
    let ingredients = Ingredients {
        series: Vec::new(),
        regions: Vec::new(),
    };
    recipe.inputs(&ingredients).unwrap()
}

#[test]
fn a_recipe_is_read_back_as_it_was_written() {
    let recipe = recipe();
    let bytes = recipe.write().unwrap();
    let read = Recipe::read(ReleaseNumber::FIRST, &bytes).unwrap();
    assert_eq!(read, recipe);
    assert_eq!(read.write().unwrap(), bytes);
}

#[test]
fn a_recipe_of_another_form_is_told_with_the_version_that_made_it() {
    let mut recipe = recipe();
    recipe.form = 0;
    // Whatever else an older form has is not looked at.
    let text = String::from_utf8(recipe.write().unwrap()).unwrap();
    let older = text.replace("\"terms\"", "\"conditions\"");
    let error = Recipe::read(ReleaseNumber::FIRST, older.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "`recipe.json` of release 1 has form 0, and this botnia reads form 1; botnia {} made it",
            env!("CARGO_PKG_VERSION")
        )
    );
    // Of its own form it is read whole or not at all.
    let unknown = text.replace("\"form\":0", "\"form\":1,\"spice\":1");
    let error = Recipe::read(ReleaseNumber::FIRST, unknown.as_bytes()).unwrap_err();
    assert!(matches!(error, RecipeError::Read { .. }), "{error:?}");
}

#[test]
fn what_makes_no_release_is_not_among_the_inputs() {
    let expected = inputs(&recipe());
    let mut later = recipe();
    later.release = later.release.next();
    later.moment = "2027-01-01T00:00:00Z".parse().unwrap();
    later.program_version = "9.9.9".to_owned();
    // Other bytes that say the same.
    later.region_lists[0].answer = hash("other bytes");
    later.indicators[0].data = vec![hash("other bytes")];
    later.indicators[0].state = IndicatorState::Active;
    later.indicators[0].reason = None;
    assert_eq!(inputs(&later), expected);

    let mut revised = recipe();
    revised.indicators[0].normalised = hash("other figures");
    assert_ne!(inputs(&revised), expected);
    let changes: [fn(&mut Terms); 10] = [
        |terms| terms.geo_vintage = "2027-01-01".to_owned(),
        |terms| terms.synthetic = true,
        |terms| terms.sources[0].url.push('/'),
        |terms| terms.sets[0].indicators[0].value_kind = ValueKind::Index,
        |terms| terms.region_tables.municipalities[0].valid_to = None,
        |terms| terms.groups.clear(),
        |terms| terms.packages = None,
        |terms| terms.peers.clear(),
        |terms| terms.region_tables.borders.clear(),
        |terms| terms.notes[0].text.push('!'),
    ];
    for (position, change) in changes.into_iter().enumerate() {
        let mut other = recipe();
        change(&mut other.terms);
        assert_ne!(inputs(&other), expected, "change {position}");
    }
}

#[test]
fn a_recipe_from_before_there_were_notes_is_read_and_decides_the_same() {
    let mut older = recipe();
    older.terms.notes.clear();
    let bytes = older.write().unwrap();
    assert!(!String::from_utf8(bytes.clone()).unwrap().contains("notes"));
    let read = Recipe::read(ReleaseNumber::FIRST, &bytes).unwrap();
    assert_eq!(inputs(&read), inputs(&older));
}
