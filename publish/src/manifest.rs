//! The bytes of `manifest.json` and `SHA256SUMS`.

use std::fmt::Write;

use botnia_model::{CommitRecord, ContentHash, Manifest};

use crate::PublishError;

/// The manifest's name within its release.
pub const MANIFEST: &str = "manifest.json";

/// The name of the record of what a release was made from, within the release.
pub const RECIPE: &str = "recipe.json";

/// The name of the checksums within their release.
pub const CHECKSUMS: &str = "SHA256SUMS";

/// The manifest as its canonical bytes: JSON in the order of the fields, indented, with a
/// line break at the end. Equal manifests give equal bytes.
///
/// # Errors
/// [`PublishError::WriteJson`].
pub fn encode(manifest: &Manifest) -> Result<Vec<u8>, PublishError> {
    to_json(MANIFEST, manifest)
}

/// The manifest that `record` committed.
///
/// # Errors
/// [`PublishError::ManifestDiffers`] for other bytes than the committed ones, and
/// [`PublishError::ReadManifest`] for bytes that another version of botnia wrote.
pub fn decode(record: &CommitRecord, bytes: &[u8]) -> Result<Manifest, PublishError> {
    let found = ContentHash::of(bytes);
    if found != record.manifest {
        return Err(PublishError::ManifestDiffers {
            release: record.release,
            expected: record.manifest,
            found,
        });
    }
    serde_json::from_slice(bytes).map_err(|source| PublishError::ReadManifest {
        release: record.release,
        source,
    })
}

/// The text of `SHA256SUMS`, as `sha256sum -c` reads it: every file of the release and
/// the manifest, in the order of their paths.
pub fn checksums(manifest: &Manifest, manifest_hash: ContentHash) -> String {
    let mut lines: Vec<_> = manifest
        .files
        .iter()
        .map(|file| (file.path.as_str(), file.sha256))
        .chain([(MANIFEST, manifest_hash)])
        .collect();
    lines.sort_unstable();
    lines.iter().fold(String::new(), |mut text, (path, hash)| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{hash}  {path}");
        text
    })
}

/// Indented JSON with a line break at the end.
pub(crate) fn to_json(
    document: &'static str,
    value: &impl serde::Serialize,
) -> Result<Vec<u8>, PublishError> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|source| PublishError::WriteJson { document, source })?;
    bytes.push(b'\n');
    Ok(bytes)
}
