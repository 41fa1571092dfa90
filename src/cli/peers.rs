//! `botnia peers`: with which others a region is compared, according to the latest release.

use std::collections::BTreeMap;

use botnia_model::{PeerMethod, RegionId, ReleaseNumber, Text};
use botnia_publish::{PublishError, Releases};
use botnia_transform::release::{ReleasedPeer, region_names, released_peers};

use super::output::{count, data, field, note};
use super::{Exit, Global, UsageError, no_data_yet};
use crate::engine::storage::Storage;

/// With which others a region is compared, and why, according to the latest release.
#[derive(Debug, clap::Args)]
pub(super) struct Peers {
    /// The region by its id or its name: `KU743`, `MK14`, `Seinäjoki`. Without it, a line
    /// for every region that has peers.
    #[arg(value_name = "REGION")]
    region: Option<String>,
}

impl Peers {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let settings = global.settings()?;
        let storage =
            Storage::open_to_read(&settings.data)?.ok_or_else(|| no_data_yet(&settings.data))?;
        let releases = storage.releases();
        let Some((record, _)) = releases.latest().await? else {
            note("There is no release yet.\nhint: `botnia run` makes the first one");
            return Ok(Exit::Done);
        };
        let release = record.release;
        let names = region_names(releases.open_file(release, "regions.parquet").await?)?;
        let peers = released_peers(table(&releases, release).await?)?;
        match self.region {
            Some(region) => of_one(&region, release, &peers, &names)?,
            None => of_all(release, &peers, &names),
        }
        Ok(Exit::Done)
    }
}

/// The table of peers, which releases of earlier versions do not have.
async fn table(releases: &Releases, release: ReleaseNumber) -> anyhow::Result<std::fs::File> {
    let (_, manifest) = releases.get(release).await?;
    let is_there = manifest
        .files
        .iter()
        .any(|file| file.path == "peers.parquet");
    if !is_there {
        return Err(UsageError(format!(
            "release {release} has no peers: it was made by botnia {}\nhint: `botnia run` makes \
             a release that has them",
            manifest.program_version
        ))
        .into());
    }
    let file: Result<_, PublishError> = releases.open_file(release, "peers.parquet").await;
    Ok(file?)
}

type Names = BTreeMap<RegionId, Text>;

fn name(names: &Names, id: &RegionId) -> String {
    field(names.get(id).map_or("", |name| name.fi.as_str()))
}

fn of_one(
    wanted: &str,
    release: ReleaseNumber,
    peers: &[ReleasedPeer],
    names: &Names,
) -> Result<(), UsageError> {
    let id = region(wanted, peers, names)?;
    let own: Vec<&ReleasedPeer> = peers.iter().filter(|peer| peer.region == id).collect();
    let Some(first) = own.first() else {
        note(format_args!(
            "{} ({id}) has no peers in release {release}.\nhint: name some in the settings, in \
             a table `[[peers]]`",
            name(names, &id)
        ));
        return Ok(());
    };
    note(format_args!(
        "{} ({id}), release {release}: {}",
        name(names, &id),
        in_words(first.method)
    ));
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(["position", "region", "name", "distance"]);
    for peer in &own {
        let distance = peer.distance.map(|distance| format!("{distance:.3}"));
        table.add_row([
            peer.position.to_string(),
            peer.peer.to_string(),
            name(names, &peer.peer),
            distance.unwrap_or_default(),
        ]);
    }
    data(table);
    note(format_args!("Found by: {}", field(&first.basis)));
    Ok(())
}

fn of_all(release: ReleaseNumber, peers: &[ReleasedPeer], names: &Names) {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(["region", "name", "method", "peers", "first"]);
    let groups: Vec<_> = peers
        .chunk_by(|one, other| one.region == other.region)
        .collect();
    for group in &groups {
        let first = &group[0];
        table.add_row([
            first.region.to_string(),
            name(names, &first.region),
            first.method.to_string(),
            group.len().to_string(),
            name(names, &first.peer),
        ]);
    }
    note(format_args!(
        "Release {release}: {} with peers",
        count(groups.len() as u64, "region")
    ));
    if !groups.is_empty() {
        data(table);
    }
}

fn in_words(method: PeerMethod) -> &'static str {
    match method {
        PeerMethod::Chosen => "chosen in the settings",
        PeerMethod::Neighbours => "those that share a border with it",
        PeerMethod::Nearest => "the nearest by structure",
    }
}

/// The region that is asked for. A name that several have is one of a region with peers,
/// if only one of them has any.
fn region(wanted: &str, peers: &[ReleasedPeer], names: &Names) -> Result<RegionId, UsageError> {
    if let Ok(id) = wanted.parse::<RegionId>()
        && names.contains_key(&id)
    {
        return Ok(id);
    }
    let lower = wanted.to_lowercase();
    let is_named = |name: &Text| {
        [&name.fi, &name.sv, &name.en]
            .into_iter()
            .any(|name| name.to_lowercase() == lower)
    };
    let mut named: Vec<&RegionId> = names
        .iter()
        .filter(|(_, name)| is_named(name))
        .map(|(id, _)| id)
        .collect();
    if named.len() > 1 {
        let with_peers = |id: &RegionId| peers.iter().any(|peer| peer.region == *id);
        let some: Vec<&RegionId> = named.iter().copied().filter(|id| with_peers(id)).collect();
        if some.len() == 1 {
            named = some;
        }
    }
    match named.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(UsageError(format!(
            "there is no region `{wanted}` in the latest release\nhint: write its id (KU743, \
             MK14, HVA16) or its name; `botnia peers` lists those that have peers"
        ))),
        several => {
            let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(UsageError(format!(
                "`{wanted}` is the name of several regions\nhint: write the id of the one you \
                 mean: {}",
                ids.join(", ")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> RegionId {
        text.parse().unwrap()
    }

    fn named(fi: &str, sv: &str) -> Text {
        Text {
            fi: fi.to_owned(),
            sv: sv.to_owned(),
            en: String::new(),
        }
    }

    #[test]
    fn a_region_is_found_by_its_id_or_its_name() {
        let names = BTreeMap::from([
            (id("KU905"), named("Vaasa", "Vasa")),
            (id("MK15"), named("Pohjanmaa", "Österbotten")),
            (id("SK152"), named("Vaasa", "Vasa")),
            (id("HVA91"), named("Ahvenanmaa", "Åland")),
            (id("MK21"), named("Ahvenanmaa", "Åland")),
        ]);
        let peers = [ReleasedPeer {
            region: id("KU905"),
            peer: id("KU743"),
            position: 1,
            method: PeerMethod::Nearest,
            distance: Some(0.5),
            basis: String::new(),
        }];
        let found = |wanted| region(wanted, &peers, &names).map_err(|error| error.0);
        assert_eq!(found("MK15"), Ok(id("MK15")));
        assert_eq!(found("österbotten"), Ok(id("MK15")));
        // Of the two it is the one that has peers.
        assert_eq!(found("Vasa"), Ok(id("KU905")));
        insta::assert_snapshot!(found("Åland").unwrap_err(), @"
        `Åland` is the name of several regions
        hint: write the id of the one you mean: HVA91, MK21
        ");
        insta::assert_snapshot!(found("905").unwrap_err(), @"
        there is no region `905` in the latest release
        hint: write its id (KU743, MK14, HVA16) or its name; `botnia peers` lists those that have peers
        ");
    }
}
