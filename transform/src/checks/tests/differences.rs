//! What a person is shown of figures that are held.

use botnia_model::{RegionKey, Status};

use super::row;
use crate::checks::{differences, differences_csv};

#[test]
fn losses_come_first_then_the_largest_changes_then_what_came() {
    let country = RegionKey::finland();
    let rows = |values: &[(i32, f64)]| {
        let rows = values
            .iter()
            .map(|(year, value)| row(&country, *year, *value));
        rows.collect::<Vec<_>>()
    };
    let before = rows(&[(2000, 1.0), (2001, 2.0), (2002, 3.0), (2003, 4.0)]);
    let mut after = rows(&[(2001, 2.5), (2002, 30.0), (2003, 4.0), (2004, 5.0)]);
    after.push(row(&country, 2005, 0.0));
    after[4].value = None;
    after[4].status = Status::NotPublished;
    let found = differences(&before, &after);
    let csv = differences_csv(&found);
    assert_eq!(
        csv.lines().collect::<Vec<_>>(),
        [
            "region_level,region_code,region_id,period,sex,breakdown,what,old_value,new_value,old_status,new_status",
            "country,SSS,SSS,2000,total,,removed,1,,normal,",
            "country,SSS,SSS,2002,total,,changed,3,30,normal,normal",
            "country,SSS,SSS,2001,total,,changed,2,2.5,normal,normal",
            "country,SSS,SSS,2005,total,,changed,,,,not_published",
            "country,SSS,SSS,2004,total,,added,,5,,normal",
        ]
    );
    assert_eq!(differences(&after, &after), []);
}

#[test]
fn a_breakdown_cannot_leave_its_field_or_become_a_formula() {
    let mut one = row(&RegionKey::finland(), 2000, 1.0);
    one.breakdown = Some("+1,\"x=2".parse().unwrap());
    let csv = differences_csv(&differences(&[], &[one]));
    assert!(csv.contains(",\"'+1,\"\"x=2\",added,"), "{csv}");
}
