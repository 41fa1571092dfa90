//! What holds for every dataset, and for every answer that is none.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Budget, read, validate};
use super::*;

/// A dataset, and its figures with their statuses in row-major order.
#[derive(Clone, Debug)]
struct Made {
    sizes: Vec<usize>,
    figures: Vec<(Option<i32>, Option<u8>)>,
}

fn made() -> impl Strategy<Value = Made> {
    prop::collection::vec(1_usize..4, 1..5).prop_flat_map(|sizes| {
        let count = sizes.iter().product::<usize>();
        let figure = (
            prop::option::weighted(0.8, any::<i32>()),
            prop::option::weighted(0.3, 0_u8..3),
        );
        prop::collection::vec(figure, count).prop_map(move |figures| Made {
            sizes: sizes.clone(),
            figures,
        })
    })
}

/// The same dataset in one of the ways of writing it.
fn written(made: &Made, style: u8) -> Value {
    let ids: Vec<String> = (0..made.sizes.len()).map(|at| format!("d{at}")).collect();
    let mut dimension = serde_json::Map::new();
    for (id, size) in ids.iter().zip(&made.sizes) {
        let codes: Vec<String> = (0..*size).map(|at| format!("{at:03}")).collect();
        let category = match style % 3 {
            0 => json!({"index": codes}),
            1 => {
                let mut index = serde_json::Map::new();
                for (at, code) in codes.iter().enumerate().rev() {
                    index.insert(code.clone(), json!(at));
                }
                json!({"index": index})
            }
            _ if *size == 1 => json!({"label": {"000": "the only one"}}),
            _ => json!({"index": codes}),
        };
        dimension.insert(id.clone(), json!({"category": category}));
    }
    let symbol = |status: u8| [".", "..", "p"][usize::from(status)];
    let value = if style & 4 == 0 {
        json!(
            made.figures
                .iter()
                .map(|(value, _)| value)
                .collect::<Vec<_>>()
        )
    } else {
        let filled = made.figures.iter().enumerate();
        filled
            .filter_map(|(at, (value, _))| Some((at.to_string(), json!((*value)?))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let status = if style & 8 == 0 {
        json!(
            made.figures
                .iter()
                .map(|(_, status)| status.map(symbol))
                .collect::<Vec<_>>()
        )
    } else {
        let said = made.figures.iter().enumerate();
        said.filter_map(|(at, (_, status))| Some((at.to_string(), json!(symbol((*status)?)))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    if style & 16 == 0 {
        json!({"version": "2.0", "class": "dataset", "id": ids, "size": made.sizes,
            "dimension": dimension, "value": value, "status": status})
    } else {
        dimension.insert("id".to_owned(), json!(ids));
        dimension.insert("size".to_owned(), json!(made.sizes));
        json!({"dataset": {"dimension": dimension, "value": value, "status": status}})
    }
}

static RECORDINGS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let all = recordings::all();
    if all.is_empty() {
        eprintln!("left out: mutated recordings: the recordings are absent");
    }
    // Small ones: what goes wrong goes wrong in few bytes.
    let small = all.into_iter().map(|(_, bytes)| bytes);
    small.filter(|bytes| bytes.len() < 20_000).collect()
});

proptest! {
    #[test]
    fn every_way_of_writing_says_the_same(made in made(), style in 0_u8..32) {
        // One status for one cell would be one for all; it is the same cell.
        let text = written(&made, style).to_string();
        let dataset = dataset(&text);
        prop_assert_eq!(dataset.cell_count(), made.figures.len());
        let found = cells(&dataset);
        prop_assert_eq!(found.len(), made.figures.len());
        for (at, ((ids, value, status), (figure, said))) in
            found.iter().zip(&made.figures).enumerate()
        {
            // The position is the one that the codes of its categories say.
            let mut position = 0;
            for (id, size) in ids.iter().zip(&made.sizes) {
                position = position * size + id.parse::<usize>().unwrap();
            }
            prop_assert_eq!(position, at);
            match figure {
                Some(figure) => prop_assert_eq!(value, &figure.to_string()),
                None => prop_assert!(value == "null" || value == "absent"),
            }
            let expected = said.map(|said| [".", "..", "p"][usize::from(said)].to_owned());
            prop_assert_eq!(status, &expected);
        }
        if style < 16 {
            prop_assert!(validate(text.as_bytes(), Budget::default()).is_valid());
        }
    }

    #[test]
    fn no_answer_makes_it_panic_or_take_more_than_its_budget(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..5), 1..12),
    ) {
        if RECORDINGS.is_empty() {
            return Ok(());
        }
        let mut bytes = which.get(&RECORDINGS).clone();
        for (place, byte, change) in changes {
            let at = place.index(bytes.len().max(1));
            match change {
                0 if at < bytes.len() => bytes[at] = byte,
                1 => bytes.truncate(at),
                2 => bytes.insert(at.min(bytes.len()), byte),
                // Numbers grow, brackets and quotes go missing.
                3 => {
                    let digits = b"99999999999";
                    let at = bytes[at.min(bytes.len())..]
                        .iter()
                        .position(u8::is_ascii_digit)
                        .map_or(at.min(bytes.len()), |found| at + found);
                    bytes.splice(at..at, digits.iter().copied());
                }
                _ => {
                    let sign = [b'[', b'{', b'"', b','][usize::from(byte % 4)];
                    if let Some(found) = bytes.iter().skip(at).position(|other| *other == sign) {
                        bytes.remove(at + found);
                    }
                }
            }
        }
        let budget = Budget { cells: 50_000, ..Budget::default() };
        let verdict = validate(&bytes, budget);
        prop_assert!(verdict.issues().len() <= budget.issues + 2);
        if let Ok(Document::Dataset(dataset)) = read("a mutated answer", &bytes, budget) {
            // Cells beyond the budget are only ever described, never carried.
            prop_assert!(dataset.cell_count() <= budget.cells || dataset.cells.are_absent());
            if dataset.cell_count() <= budget.cells {
                prop_assert_eq!(dataset.rows().count(), dataset.cell_count());
            }
        }
    }

    #[test]
    fn any_text_at_all_is_judged(text in "\\PC{0,200}") {
        let _ = validate(text.as_bytes(), Budget::default());
        let structure = format!(r#"{{"dimension": {{"id": {text}, "size": [{text}]}}}}"#);
        let _ = validate(structure.as_bytes(), Budget::default());
    }
}
