//! Groups of regions in the settings.

use botnia_model::{RegionKey, RegionLevel, Text};

use super::*;

const THREE: &str = r#"
[[group]]
id = "pohjanmaat"
name = { fi = "Pohjanmaan maakunnat", sv = "Österbottens landskap", en = "Ostrobothnian provinces" }
members = ["MK14", "MK15", "MK16"]
"#;

fn with_members(members: &str) -> String {
    let group = THREE.replace("\"MK14\", \"MK15\", \"MK16\"", members);
    format!("{LEAST}{group}")
}

#[test]
fn a_group_is_a_region_of_its_own_level() {
    let settings = parse(&format!("{LEAST}{THREE}")).unwrap();
    let [group] = settings.groups.as_slice() else {
        panic!("one group, not {:?}", settings.groups);
    };
    assert_eq!(group.key().id().as_str(), "CUSTOM-pohjanmaat");
    assert_eq!(group.name.sv, "Österbottens landskap");
    let province = |code: &str| RegionKey::new(RegionLevel::Province, code.parse().unwrap());
    assert_eq!(group.members, ["14", "15", "16"].map(province));
    assert!(parse(LEAST).unwrap().groups.is_empty());
}

#[test]
fn a_group_may_mix_levels_that_do_not_overlap() {
    let settings = parse(&with_members("\"KU905\", \"HVA16\", \"SK161\"")).unwrap();
    let ids: Vec<_> = settings.groups[0]
        .members
        .iter()
        .map(|key| key.id().to_string())
        .collect();
    assert_eq!(ids, ["KU905", "HVA16", "SK161"]);
}

#[test]
fn a_name_that_is_missing_in_a_language_is_the_finnish_one() {
    let text = format!("{LEAST}{THREE}").replace(", sv = \"Österbottens landskap\"", "");
    let group = parse(&text).unwrap().groups.remove(0);
    assert_eq!(
        group.name,
        Text {
            fi: "Pohjanmaan maakunnat".to_owned(),
            sv: "Pohjanmaan maakunnat".to_owned(),
            en: "Ostrobothnian provinces".to_owned(),
        }
    );
    let nameless = text.replace("fi = \"Pohjanmaan maakunnat\", ", "");
    insta::assert_snapshot!(refused(&nameless), @r#"
    the settings have a problem
    botnia.toml:10:8: `group[1].name`: has no Finnish text
      hint: write name = { fi = "…", sv = "…", en = "…" }
    "#);
}

#[test]
fn a_member_that_cannot_be_is_named_with_the_right_one() {
    insta::assert_snapshot!(refused(&with_members("\"MK14\", \"MK3\", \"15\", \"Kokkola\", \"?\"")), @r#"
    the settings have 4 problems
    botnia.toml:11:20: `group[1].members[2]`: unknown region `MK3`
      hint: did you mean `MK13` (Keski-Suomi)?
    botnia.toml:11:27: `group[1].members[3]`: unknown region `15`
      hint: did you mean `MK15` (Pohjanmaa) or `HVA15` (Keski-Suomen hyvinvointialue)?
    botnia.toml:11:33: `group[1].members[4]`: unknown region `Kokkola`
      hint: did you mean `KU272` (Kokkola) or `SK162` (Kokkola)?
    botnia.toml:11:44: `group[1].members[5]`: unknown region `?`
      hint: write ids of regions: "MK14" is a province, "HVA16" a wellbeing services county, "KU743" a municipality
    "#);
    insta::assert_snapshot!(refused(&with_members("\"KU004\", \"SHP15\", \"EUR752\"")), @r#"
    the settings have 3 problems
    botnia.toml:11:12: `group[1].members[1]`: `KU004` (Alahärmä) ended on 2008-12-31
      hint: name a region that exists today
    botnia.toml:11:21: `group[1].members[2]`: `SHP15` (Etelä-Pohjanmaan sairaanhoitopiiri) ended on 2022-12-31
      hint: name a region that exists today
    botnia.toml:11:30: `group[1].members[3]`: `EUR752` (Ruotsi) does not consist of Finnish municipalities
      hint: leave it out of the list
    "#);
}

#[test]
fn nothing_is_counted_twice() {
    insta::assert_snapshot!(refused(&with_members("\"MK14\", \"KU743\", \"MK14\", \"HVA16\"")), @r#"
    the settings have 3 problems
    botnia.toml:11:20: `group[1].members[2]`: `KU743` (Seinäjoki) overlaps `MK14` (Etelä-Pohjanmaa): both have Seinäjoki, which would be counted twice
      hint: leave one of the two out
    botnia.toml:11:29: `group[1].members[3]`: `MK14` (Etelä-Pohjanmaa) stands there twice
      hint: leave it out of the list
    botnia.toml:11:37: `group[1].members[4]`: `HVA16` (Etelä-Pohjanmaan hyvinvointialue) overlaps `MK14` (Etelä-Pohjanmaa): both have Alajärvi and 17 more, which would be counted twice
      hint: leave one of the two out
    "#);
}

#[test]
fn a_group_has_an_id_of_its_own_and_members() {
    let empty = with_members("");
    let twice = format!("{empty}{}", THREE.replace("pohjanmaat", "Pohjan maat"));
    let both = format!("{twice}{}", THREE.replace("\"MK14\", ", ""));
    insta::assert_snapshot!(refused(&both), @r#"
    the settings have 3 problems
    botnia.toml:11:11: `group[1].members`: must not be empty
      hint: write the ids of regions: ["MK14", "MK15"]
    botnia.toml:14:6: `group[2].id`: `Pohjan maat` is not a region code: 1 to 24 letters, digits or hyphens
    botnia.toml:19:6: `group[3].id`: another group has the id `pohjanmaat`
      hint: give each group an id of its own
    "#);
    insta::assert_snapshot!(refused(&with_members("\"MK14\"").replace("members", "member")), @r#"
    the settings have 2 problems
    botnia.toml:8:1: `group[1]`: the key `members` is missing
    botnia.toml:11:1: `group[1].member`: unknown key
      hint: did you mean `members`?
    "#);
}
