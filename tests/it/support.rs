//! What the tests share: a workspace with settings, an upstream, and the program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, LazyLock};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int32Type;
use botnia_model::{CommitRecord, ContentHash, FileEntry, Manifest};
use botnia_sandbox::{Sandbox, SandboxOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

/// The runtime on which sandboxes run while the program under test is another process.
pub(crate) static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
});

/// Recorded answers, where they are present.
pub(crate) fn recordings() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recordings/sotkanet");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the recordings are absent");
    None
}

/// An upstream that stops with the test.
pub(crate) struct Upstream(Option<Arc<Sandbox>>);

impl Upstream {
    pub(crate) fn start(options: SandboxOptions) -> Self {
        let sandbox = RUNTIME
            .block_on(Sandbox::start(options))
            .expect("the sandbox starts");
        Self(Some(Arc::new(sandbox)))
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        self.0.as_ref().expect("a running sandbox")
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        let _entered = RUNTIME.enter();
        drop(self.0.take());
    }
}

/// A folder with settings and data, and the program run in it.
pub(crate) struct Workspace {
    folder: TempDir,
}

impl Workspace {
    /// Settings for one Sotkanet at `base_url` and these indicators: the years from 2015 on,
    /// and folders for Seinäjoki and Vaasa alone, which saves most of the time of a release.
    pub(crate) fn new(base_url: &str, indicators: &[&str]) -> Self {
        let workspace = Self::with_every_year(base_url, indicators);
        let settings = workspace.settings();
        workspace.write_settings(&(settings + "years = \"2015..\"\n"));
        workspace
    }

    /// The same with all years that there are.
    pub(crate) fn with_every_year(base_url: &str, indicators: &[&str]) -> Self {
        let workspace = Self::with_every_folder(base_url, indicators);
        let packages = "[regions]\npackages = [\"KU743\", \"KU905\"]\n\n[[source]]";
        let settings = workspace.settings();
        workspace.write_settings(&settings.replacen("[[source]]", packages, 1));
        workspace
    }

    /// The same with a folder for every region, too.
    pub(crate) fn with_every_folder(base_url: &str, indicators: &[&str]) -> Self {
        let list: Vec<_> = indicators
            .iter()
            .map(|name| format!("\"{name}\""))
            .collect();
        let workspace = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        workspace.write_settings(&format!(
            "data = \"{data}\"\ncontact = \"tests\"\n\n[[source]]\nid = \"sotkanet\"\nkind = \"sotkanet\"\nbase_url = \"{base_url}\"\nindicators = [{list}]\nconcurrency = 4\nrequests_per_second = 50.0\n",
            data = workspace.data().display(),
            list = list.join(", "),
        ));
        workspace
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub(crate) fn settings(&self) -> String {
        std::fs::read_to_string(self.path().join("botnia.toml")).expect("settings")
    }

    pub(crate) fn write_settings(&self, text: &str) {
        std::fs::write(self.path().join("botnia.toml"), text).expect("settings");
    }

    /// The program with these arguments, ready to run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_botnia"));
        command
            .current_dir(self.path())
            .env_clear()
            .arg("--config")
            .arg(self.path().join("botnia.toml"))
            .args(arguments);
        command
    }

    pub(crate) fn botnia(&self, arguments: &[&str]) -> Ran {
        Ran::of(
            self.command(arguments)
                .output()
                .expect("the program starts"),
        )
    }

    /// The newest commit record.
    pub(crate) fn record(&self) -> Option<CommitRecord> {
        let mut records: Vec<_> = std::fs::read_dir(self.data().join("published/_log"))
            .ok()?
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .collect();
        records.sort();
        let newest = std::fs::read(records.last()?).expect("a record");
        Some(serde_json::from_slice(&newest).expect("a commit record"))
    }

    /// The folder of the newest release.
    pub(crate) fn release(&self) -> PathBuf {
        let record = self.record().expect("a release");
        self.data()
            .join("published/releases")
            .join(record.release.folder())
    }

    pub(crate) fn latest(&self) -> PathBuf {
        self.data().join("published/latest")
    }
}

/// What the program said and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
        }
    }

    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn says(&self, text: &str) {
        assert!(
            self.stderr.contains(text) || self.stdout.contains(text),
            "«{text}» is not in:\n{}\n{}",
            self.stdout,
            self.stderr
        );
    }
}

/// Every file of a release is what its manifest says, the manifest is what the commit
/// record says, and there is nothing else.
#[track_caller]
pub(crate) fn assert_whole(release: &Path, record: &CommitRecord) -> Manifest {
    let bytes = std::fs::read(release.join("manifest.json")).expect("a manifest");
    assert_eq!(
        ContentHash::of(&bytes),
        record.manifest,
        "the manifest's hash"
    );
    let manifest: Manifest = serde_json::from_slice(&bytes).expect("a manifest");
    let mut listed: BTreeMap<String, ContentHash> = manifest
        .files
        .iter()
        .map(|file| (file.path.clone(), file.sha256))
        .collect();
    for path in files_below(release) {
        let name = path
            .strip_prefix(release)
            .expect("below the release")
            .to_str()
            .expect("UTF-8")
            .to_owned();
        if name == "manifest.json" || name == "SHA256SUMS" {
            continue;
        }
        let expected = listed
            .remove(&name)
            .unwrap_or_else(|| panic!("{name} is not in the manifest"));
        assert_eq!(
            ContentHash::of(&std::fs::read(&path).expect("a file")),
            expected,
            "{name}"
        );
    }
    assert!(listed.is_empty(), "missing: {:?}", listed.keys());
    manifest
}

/// All files below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// A column of texts, each of them there; as itself or as a dictionary.
pub(crate) fn texts(batch: &RecordBatch, column: &str) -> Vec<String> {
    let column = batch.column_by_name(column).expect("a column");
    let column = arrow_array::ArrayRef::clone(column);
    if let Some(dictionary) = column.as_dictionary_opt::<Int32Type>() {
        let texts = dictionary.values().as_string::<i32>();
        let keys = dictionary.keys().iter();
        return keys
            .map(|key| usize::try_from(key.expect("a key")).expect("a position"))
            .map(|key| texts.value(key).to_owned())
            .collect();
    }
    let texts = column.as_string::<i32>().iter();
    texts.map(|text| text.expect("a text").to_owned()).collect()
}

/// All rows of a Parquet file.
pub(crate) fn read_parquet(path: &Path) -> Vec<RecordBatch> {
    let file =
        std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    ParquetRecordBatchReaderBuilder::try_new(file)
        .expect("Parquet")
        .build()
        .expect("a reader")
        .map(|batch| batch.expect("a batch"))
        .collect()
}

/// What a file of a release holds, whatever the release's moment, where that decides whether
/// it is carried over: tables by their bytes, and what is made of them by what it shows, as
/// pages and workbooks tell their moment.
pub(crate) fn held_by(file: &FileEntry) -> Option<ContentHash> {
    let content = file.content_hash?;
    let ending = Path::new(&file.path).extension();
    let is_table = ending.is_some_and(|ending| ending == "parquet" || ending == "csv");
    Some(if is_table { file.sha256 } else { content })
}
