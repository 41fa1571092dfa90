//! A local store that counts the steps which change something, and does with one of them
//! as it is told: the power fails, or its writer is kept waiting.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt as _};
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::sync::Notify;

/// At which point of a step the power fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Before its effect.
    Before,
    /// After half of a file was written under its temporary name; of a step that writes
    /// none, before its effect.
    Half,
    /// After its effect, before its answer.
    After,
}

/// What happens to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing, to none.
    Nothing,
    /// The power fails at the step with this number, from 1. Nothing is done after it.
    PowerFails(usize, Moment),
    /// The first step below this place waits before its effect until it is let go.
    Waits(&'static str),
}

/// A step that changes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Whether it writes a file of its own, rather than linking or deleting one.
    pub(crate) writes: bool,
    pub(crate) location: String,
}

/// The steps of a store, for who watches it.
#[derive(Debug)]
pub(crate) struct Steps {
    fate: Fate,
    seen: Mutex<Vec<Step>>,
    reached: Notify,
    let_go: Notify,
}

impl Steps {
    pub(crate) fn with(fate: Fate) -> Arc<Self> {
        Arc::new(Self {
            fate,
            seen: Mutex::default(),
            reached: Notify::new(),
            let_go: Notify::new(),
        })
    }

    /// Ends when the power has failed, or a writer waits.
    pub(crate) async fn reached(&self) {
        self.reached.notified().await;
    }

    /// Lets the writer that waits go on.
    pub(crate) fn let_go(&self) {
        self.let_go.notify_one();
    }

    /// The steps so far.
    pub(crate) fn seen(&self) -> Vec<Step> {
        self.seen.lock().expect("no panic").clone()
    }

    /// Counts a step, and says at which of its moments the power fails.
    async fn next(&self, writes: bool, location: &Path) -> Option<Moment> {
        let (number, first_below) = {
            let mut seen = self.seen.lock().expect("no panic");
            let step = Step {
                writes,
                location: location.to_string(),
            };
            let below = |step: &Step| match self.fate {
                Fate::Waits(place) => step.location.starts_with(place),
                _ => false,
            };
            let first_below = below(&step) && !seen.iter().any(below);
            seen.push(step);
            (seen.len(), first_below)
        };
        match self.fate {
            Fate::PowerFails(fatal, _) if number > fatal => std::future::pending().await,
            Fate::PowerFails(fatal, moment) => (number == fatal).then_some(moment),
            Fate::Waits(_) if first_below => {
                self.reached.notify_one();
                self.let_go.notified().await;
                None
            }
            Fate::Waits(_) | Fate::Nothing => None,
        }
    }

    async fn power_fails<T>(&self) -> T {
        self.reached.notify_one();
        std::future::pending().await
    }
}

/// The store.
#[derive(Clone, Debug)]
pub(crate) struct CrashStore {
    inner: Arc<dyn ObjectStore>,
    root: PathBuf,
    steps: Arc<Steps>,
}

impl CrashStore {
    /// Around `inner`, whose files are below `root`.
    pub(crate) fn new(inner: Arc<dyn ObjectStore>, root: PathBuf, steps: Arc<Steps>) -> Self {
        Self { inner, root, steps }
    }

    async fn step<T>(
        &self,
        writes: Option<&PutPayload>,
        location: &Path,
        effect: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        match self.steps.next(writes.is_some(), location).await {
            None => return effect.await,
            Some(Moment::Before) => {}
            Some(Moment::Half) => {
                if let Some(payload) = writes {
                    self.write_half(location, &payload.clone().into());
                }
            }
            // Whatever it came to: nobody hears of it.
            Some(Moment::After) => drop(effect.await),
        }
        self.steps.power_fails().await
    }

    /// As the local store names a file until it is whole.
    fn write_half(&self, location: &Path, bytes: &bytes::Bytes) {
        let temporary = self.root.join(format!("{location}#1"));
        let folder = temporary.parent().expect("below the root");
        std::fs::create_dir_all(folder).expect("a folder");
        std::fs::write(&temporary, &bytes[..bytes.len() / 2]).expect("written");
    }

    async fn delete_one(&self, location: Path) -> Result<Path> {
        let locations = stream::iter([Ok(location.clone())]).boxed();
        let mut deleting = self.inner.delete_stream(locations);
        let effect = async { deleting.next().await.expect("an answer for each") };
        self.step(None, &location, effect).await
    }
}

impl fmt::Display for CrashStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CrashStore({})", self.inner)
    }
}

impl ObjectStore for CrashStore {
    fn put_opts<'life0, 'life1, 'async_trait>(
        &'life0 self,
        location: &'life1 Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> BoxFuture<'async_trait, Result<PutResult>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        async move {
            let effect = self.inner.put_opts(location, payload.clone(), options);
            self.step(Some(&payload), location, effect).await
        }
        .boxed()
    }

    fn put_multipart_opts<'life0, 'life1, 'async_trait>(
        &'life0 self,
        location: &'life1 Path,
        _: PutMultipartOptions,
    ) -> BoxFuture<'async_trait, Result<Box<dyn MultipartUpload>>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        panic!("nothing is uploaded in parts: `{location}` would not be counted")
    }

    fn get_opts<'life0, 'life1, 'async_trait>(
        &'life0 self,
        location: &'life1 Path,
        options: GetOptions,
    ) -> BoxFuture<'async_trait, Result<GetResult>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        self.inner.get_opts(location, options)
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        locations
            .then(move |location| {
                let store = store.clone();
                async move { store.delete_one(location?).await }
            })
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    fn list_with_delimiter<'life0, 'life1, 'async_trait>(
        &'life0 self,
        prefix: Option<&'life1 Path>,
    ) -> BoxFuture<'async_trait, Result<ListResult>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        self.inner.list_with_delimiter(prefix)
    }

    fn copy_opts<'life0, 'life1, 'life2, 'async_trait>(
        &'life0 self,
        from: &'life1 Path,
        to: &'life2 Path,
        options: CopyOptions,
    ) -> BoxFuture<'async_trait, Result<()>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        'life2: 'async_trait,
        Self: 'async_trait,
    {
        async move {
            let effect = self.inner.copy_opts(from, to, options);
            self.step(None, to, effect).await
        }
        .boxed()
    }
}
