//! Which municipalities share a border.

use botnia_model::{RegionKey, RegionLevel};
use serde::Deserialize;

use super::{Municipalities, Place, lines};
use crate::problem::Problem;
use crate::region_tables::SharedBorder;

const BORDERS: [&str; 2] = ["land", "sea"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BorderLine {
    municipality: String,
    neighbour: String,
    border: String,
    day: String,
}

/// The lines, in their order: each pair once, the lower code first, both in existence on
/// the day, and one day for all of them.
pub(super) fn borders(
    text: &str,
    municipalities: &Municipalities,
) -> Result<Vec<SharedBorder>, Problem> {
    let mut borders = Vec::<SharedBorder>::new();
    for (place, line) in lines::<BorderLine>("regions/neighbours.csv", text)? {
        let day = place.date("day", &line.day)?;
        if let Some(first) = borders.first().filter(|first| first.day != day) {
            let what = format!("`{day}` is not {}, the day of the lines above", first.day);
            return Err(place.problem("day", what));
        }
        let known = |column: &str, code: &str| {
            let code = place.code(column, code)?;
            let key = RegionKey::new(RegionLevel::Municipality, code.clone());
            let Some(municipality) = municipalities.get(&key) else {
                return Err(place.unknown(column, &key));
            };
            if municipality.exists_on(day) {
                Ok(code)
            } else {
                let what = format!("{key} did not exist on {day}");
                Err(place.problem(column, what))
            }
        };
        let border = SharedBorder {
            municipality: known("municipality", &line.municipality)?,
            neighbour: known("neighbour", &line.neighbour)?,
            border: place.word("border", &line.border, &BORDERS)?,
            day,
        };
        check_order(place, &border, borders.last())?;
        borders.push(border);
    }
    Ok(borders)
}

/// In order, no line can be there twice, in one direction or the other.
fn check_order(
    place: Place,
    border: &SharedBorder,
    before: Option<&SharedBorder>,
) -> Result<(), Problem> {
    fn codes(border: &SharedBorder) -> (&str, &str) {
        (border.municipality.as_str(), border.neighbour.as_str())
    }
    let (one, other) = codes(border);
    let problem = |what: String| Err(place.problem("neighbour", what));
    if one >= other {
        return problem(format!("`{other}` does not come after `{one}`"));
    }
    match before.map(codes) {
        Some(before) if before == (one, other) => {
            Err(place.twice(&format!("the border of {one} and {other}")))
        }
        Some(before) if before > (one, other) => problem(format!(
            "the border of {one} and {other} stands after that of {} and {}",
            before.0, before.1
        )),
        _ => Ok(()),
    }
}
