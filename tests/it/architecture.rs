//! Who may import whom: the picture in `docs/ARCHITECTURE.md`, read from `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde::Deserialize;

/// Every crate of the workspace with the crates of the workspace that it may use, in its
/// tests too: a stage whose tests need another stage is no stage of its own.
const PICTURE: &[(&str, &[&str])] = &[
    ("botnia-model", &[]),
    ("botnia-config", &["botnia-model"]),
    ("botnia-ingest", &["botnia-model", "botnia-config"]),
    ("botnia-transform", &["botnia-model", "botnia-config"]),
    ("botnia-publish", &["botnia-model", "botnia-config"]),
    ("botnia-sandbox", &["botnia-model", "botnia-config"]),
    (
        "botnia",
        &[
            "botnia-model",
            "botnia-config",
            "botnia-ingest",
            "botnia-transform",
            "botnia-publish",
            "botnia-sandbox",
        ],
    ),
];

/// The crates that must stay pure: what they link can do no network, no async, no ledger.
const PURE: &[&str] = &["botnia-model", "botnia-config", "botnia-transform"];
const IMPURE: &[&str] = &[
    "async-trait",
    "axum",
    "futures",
    "hyper",
    "object_store",
    "reqwest",
    "rustls",
    "sqlx",
    "tokio",
];

/// Must not be linked at all: TLS is rustls with ring.
const BANNED: &[&str] = &[
    "aws-lc-rs",
    "aws-lc-sys",
    "native-tls",
    "openssl",
    "openssl-sys",
];

/// Two versions of these are two types of the same name.
fn stands_once(package: &str) -> bool {
    package.starts_with("arrow-") || matches!(package, "parquet" | "object_store" | "reqwest")
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// A folder: only crates of the workspace are named by one.
    path: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<ResolvedDependency>,
}

#[derive(Deserialize)]
struct ResolvedDependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

impl Metadata {
    /// The metadata of this workspace, for the machine that runs the test: crates of other
    /// platforms may not be on the disk.
    fn of_this_workspace() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1"])
            .args(["--offline", "--locked", "--filter-platform", "host-tuple"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("run cargo metadata");
        assert!(
            output.status.success(),
            "cargo metadata: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).expect("read what cargo metadata says")
    }

    fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }

    /// The names of everything that `package` links or builds with, itself left out.
    /// What only its tests use is not among them.
    fn tree(&self, package: &str) -> BTreeSet<&str> {
        let names: BTreeMap<&str, &str> = self
            .packages
            .iter()
            .map(|package| (package.id.as_str(), package.name.as_str()))
            .collect();
        let nodes: BTreeMap<&str, &Node> = self
            .resolve
            .nodes
            .iter()
            .map(|node| (node.id.as_str(), node))
            .collect();
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<&str> = names
            .iter()
            .filter(|(_, name)| **name == package)
            .map(|(id, _)| *id)
            .collect();
        while let Some(id) = waiting.pop() {
            for dependency in &nodes[id].deps {
                let is_linked = dependency
                    .dep_kinds
                    .iter()
                    .any(|kind| kind.kind.as_deref() != Some("dev"));
                if is_linked && seen.insert(dependency.pkg.as_str()) {
                    waiting.push(&dependency.pkg);
                }
            }
        }
        seen.into_iter().map(|id| names[id]).collect()
    }

    /// Everything that the rules of this file forbid, one sentence each.
    fn violations(&self) -> Vec<String> {
        let mut violations = Vec::new();
        for member in self.members() {
            let name = member.name.as_str();
            let Some((_, allowed)) = PICTURE.iter().find(|(drawn, _)| *drawn == name) else {
                violations.push(format!("{name} is not in the picture"));
                continue;
            };
            let imported: BTreeSet<&str> = member
                .dependencies
                .iter()
                .filter(|dependency| dependency.path.is_some())
                .map(|dependency| dependency.name.as_str())
                .collect();
            for import in imported {
                if !allowed.contains(&import) {
                    violations.push(format!("{name} must not use {import}"));
                }
            }
            if PURE.contains(&name) {
                let tree = self.tree(name);
                for impure in IMPURE.iter().filter(|impure| tree.contains(**impure)) {
                    violations.push(format!("{name} is pure and must not link {impure}"));
                }
            }
        }

        let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for package in &self.packages {
            versions
                .entry(&package.name)
                .or_default()
                .insert(&package.version);
        }
        for (name, versions) in versions {
            if BANNED.contains(&name) {
                violations.push(format!("{name} is banned"));
            }
            if stands_once(name) && versions.len() > 1 {
                let versions: Vec<_> = versions.into_iter().collect();
                violations.push(format!("{name} stands twice: {}", versions.join(", ")));
            }
        }
        violations
    }
}

#[test]
fn the_workspace_is_as_drawn() {
    let metadata = Metadata::of_this_workspace();
    assert_eq!(metadata.violations(), [] as [String; 0]);

    // What the rules were applied to is really there.
    let members: BTreeSet<&str> = metadata
        .members()
        .map(|member| member.name.as_str())
        .collect();
    assert_eq!(members, PICTURE.iter().map(|(name, _)| *name).collect());
    assert!(metadata.tree("botnia-transform").contains("parquet"));
    assert!(metadata.tree("botnia-ingest").contains("tokio"));
}

/// A workspace of two crates with one dependency, which the caller bends.
fn workspace(edit: impl FnOnce(&mut serde_json::Value)) -> Vec<String> {
    let mut metadata = serde_json::json!({
        "workspace_members": ["transform", "ingest"],
        "packages": [
            { "id": "transform", "name": "botnia-transform", "version": "1.0.0", "dependencies": [] },
            { "id": "ingest", "name": "botnia-ingest", "version": "1.0.0", "dependencies": [] },
            { "id": "parquet", "name": "parquet", "version": "60.0.0", "dependencies": [] },
            { "id": "tokio", "name": "tokio", "version": "1.0.0", "dependencies": [] },
        ],
        "resolve": { "nodes": [
            { "id": "transform", "deps": [{ "pkg": "parquet", "dep_kinds": [{ "kind": null }] }] },
            { "id": "ingest", "deps": [{ "pkg": "tokio", "dep_kinds": [{ "kind": null }] }] },
            { "id": "parquet", "deps": [] },
            { "id": "tokio", "deps": [] },
        ] },
    });
    edit(&mut metadata);
    serde_json::from_value::<Metadata>(metadata)
        .expect("metadata in cargo's shape")
        .violations()
}

#[test]
fn a_workspace_within_the_rules_passes() {
    assert_eq!(workspace(|_| {}), [] as [String; 0]);
}

#[test]
fn an_edge_that_the_picture_lacks_is_reported_even_in_tests() {
    let violations = workspace(|metadata| {
        metadata["packages"][0]["dependencies"] = serde_json::json!([
            { "name": "botnia-ingest", "path": "ingest", "kind": "dev" },
            { "name": "botnia-model", "path": "model", "kind": null },
            { "name": "parquet", "kind": null },
        ]);
    });
    assert_eq!(violations, ["botnia-transform must not use botnia-ingest"]);
}

#[test]
fn a_crate_that_the_picture_lacks_is_reported() {
    let violations = workspace(|metadata| {
        metadata["packages"][0]["name"] = "botnia-extra".into();
    });
    assert_eq!(violations, ["botnia-extra is not in the picture"]);
}

#[test]
fn what_a_pure_crate_links_is_followed_through_others() {
    let of_kind = |kind: serde_json::Value| {
        workspace(move |metadata| {
            metadata["resolve"]["nodes"][2]["deps"] =
                serde_json::json!([{ "pkg": "tokio", "dep_kinds": [{ "kind": kind }] }]);
        })
    };
    assert_eq!(
        of_kind(serde_json::Value::Null),
        ["botnia-transform is pure and must not link tokio"]
    );
    assert_eq!(of_kind("dev".into()), [] as [String; 0]);
}

#[test]
fn banned_crates_and_second_versions_are_reported() {
    let violations = workspace(|metadata| {
        let packages = metadata["packages"].as_array_mut().unwrap();
        for (name, version) in [("openssl-sys", "0.9.0"), ("parquet", "59.0.0")] {
            packages.push(serde_json::json!(
                { "id": format!("{name}@{version}"), "name": name, "version": version, "dependencies": [] }
            ));
        }
    });
    assert_eq!(
        violations,
        [
            "openssl-sys is banned",
            "parquet stands twice: 59.0.0, 60.0.0"
        ]
    );
}
