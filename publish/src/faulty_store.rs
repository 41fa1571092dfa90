//! A store for tests that fails when it is told to.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use futures::stream::{self, BoxStream, StreamExt};
use object_store::path::Path;
use object_store::{
    CopyMode, CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// When the failing operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Before it does anything.
    Before,
    /// After it has done everything: the answer is lost.
    After,
}

/// How a store copies where it should only create.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Copies {
    /// As it should.
    CreateOnly,
    /// Over what exists.
    Over,
    /// Not at all.
    Never,
}

/// What is wrong with a store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Faults {
    /// The operation that fails, counted from 1.
    pub(crate) at: u64,
    /// How it fails.
    pub(crate) failure: Failure,
    /// Whether all later operations fail, too: the process was stopped.
    pub(crate) for_good: bool,
    /// How the failures look.
    pub(crate) kind: io::ErrorKind,
    /// Overwrites where it should only create.
    pub(crate) overwrites: bool,
    /// How it copies where it should only create.
    pub(crate) copies: Copies,
}

impl Faults {
    /// A store without faults.
    pub(crate) const NONE: Self = Self {
        at: u64::MAX,
        failure: Failure::Before,
        for_good: false,
        kind: io::ErrorKind::ConnectionReset,
        overwrites: false,
        copies: Copies::CreateOnly,
    };
}

#[derive(Debug)]
pub(crate) struct FaultyStore {
    inner: Arc<dyn ObjectStore>,
    faults: Faults,
    operations: AtomicU64,
}

impl FaultyStore {
    pub(crate) fn new(inner: Arc<dyn ObjectStore>, faults: Faults) -> Self {
        Self {
            inner,
            faults,
            operations: AtomicU64::new(0),
        }
    }

    /// Operations so far.
    pub(crate) fn operations(&self) -> u64 {
        self.operations.load(Ordering::SeqCst)
    }

    fn error(&self) -> Error {
        Error::Generic {
            store: "FaultyStore",
            source: Box::new(io::Error::from(self.faults.kind)),
        }
    }

    /// Whether this operation fails, and when.
    fn next(&self) -> Option<Failure> {
        let number = self.operations.fetch_add(1, Ordering::SeqCst) + 1;
        if number == self.faults.at {
            Some(self.faults.failure)
        } else {
            (number > self.faults.at && self.faults.for_good).then_some(Failure::Before)
        }
    }

    async fn run<T>(&self, operation: impl Future<Output = Result<T>> + Send) -> Result<T> {
        match self.next() {
            None => operation.await,
            Some(Failure::Before) => Err(self.error()),
            Some(Failure::After) => {
                operation.await?;
                Err(self.error())
            }
        }
    }
}

impl fmt::Display for FaultyStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "FaultyStore({})", self.inner)
    }
}

#[async_trait]
impl ObjectStore for FaultyStore {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        mut options: PutOptions,
    ) -> Result<PutResult> {
        if self.faults.overwrites {
            options.mode = PutMode::Overwrite;
        }
        self.run(self.inner.put_opts(location, payload, options))
            .await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.run(self.inner.put_multipart_opts(location, options))
            .await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.run(self.inner.get_opts(location, options)).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        match self.next() {
            None => self.inner.delete_stream(locations),
            Some(_) => stream::iter([Err(self.error())]).boxed(),
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.next() {
            None => self.inner.list(prefix),
            Some(_) => stream::iter([Err(self.error())]).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.run(self.inner.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, mut options: CopyOptions) -> Result<()> {
        if self.faults.copies == Copies::Never {
            return Err(Error::NotImplemented {
                operation: "`copy_opts`".to_owned(),
                implementer: self.to_string(),
            });
        }
        if self.faults.copies == Copies::Over {
            options.mode = CopyMode::Overwrite;
        }
        self.run(self.inner.copy_opts(from, to, options)).await
    }
}
