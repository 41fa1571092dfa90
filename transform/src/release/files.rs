//! Decides for every file of a release whether it is written or carried over, and
//! writes it.

use std::collections::HashMap;
use std::io::{self, Seek, Write};

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use botnia_model::hash::ContentHasher;
use botnia_model::{ContentHash, FileEntry, Manifest, ReleaseNumber, SCHEMA_VERSION};
use parquet::arrow::ArrowWriter;

use super::credits::Credit;
use super::table::{hash_rows, hash_schema};
use super::{Output, TableFile};
use crate::TransformError;
use crate::observation_table::{
    FileMetadata, ROW_GROUP_ROWS, SLICED_ROW_GROUP_ROWS, writer_properties,
};

/// The files of the release that is being built.
pub(super) struct Files<'a> {
    output: &'a mut dyn Output,
    release: ReleaseNumber,
    geo_vintage: &'a str,
    synthetic: bool,
    previous: HashMap<&'a str, &'a FileEntry>,
    tables: Vec<TableFile>,
}

impl<'a> Files<'a> {
    /// None yet.
    pub(super) fn new(
        output: &'a mut dyn Output,
        release: ReleaseNumber,
        geo_vintage: &'a str,
        synthetic: bool,
        previous: Option<&'a Manifest>,
    ) -> Self {
        Self {
            output,
            release,
            geo_vintage,
            synthetic,
            previous: previous
                .into_iter()
                .flat_map(|manifest| &manifest.files)
                .map(|file| (file.path.as_str(), file))
                .collect(),
            tables: Vec::new(),
        }
    }

    /// All of them, by path.
    pub(super) fn finish(mut self) -> Vec<TableFile> {
        self.tables.sort_by(|one, other| one.path.cmp(&other.path));
        self.tables
    }

    /// The hash of a file: of its rows and of everything it says about itself, apart
    /// from the release. A file whose producer was renamed is another file.
    pub(super) fn hash(&self, rows: ContentHash, credit: &Credit) -> ContentHash {
        ContentHash::of_parts([
            SCHEMA_VERSION.as_bytes(),
            self.geo_vintage.as_bytes(),
            &[u8::from(self.synthetic)],
            credit.licence.as_bytes(),
            credit.attribution.fi.as_bytes(),
            credit.attribution.sv.as_bytes(),
            credit.attribution.en.as_bytes(),
            credit.sources.as_bytes(),
            rows.as_bytes(),
        ])
    }

    /// Lists a file as carried over if the previous release has it with this content.
    pub(super) fn carry(&mut self, path: &str, rows: u64, content_hash: ContentHash) -> bool {
        let Some(previous) = self
            .previous
            .get(path)
            .filter(|file| file.content_hash == Some(content_hash))
        else {
            return false;
        };
        self.tables.push(TableFile {
            path: path.to_owned(),
            rows,
            content_hash,
            release: previous.release,
            carried: true,
        });
        true
    }

    /// Lists a file of the previous release as carried over, whatever is in it. False if
    /// that release does not have it.
    pub(super) fn carry_as_it_is(&mut self, path: &str) -> bool {
        let entry = self
            .previous
            .get(path)
            .and_then(|file| Some((file.rows?, file.content_hash?)));
        entry.is_some_and(|(rows, content_hash)| self.carry(path, rows, content_hash))
    }

    /// Opens a file that is to be written, and lists it.
    pub(super) fn create(
        &mut self,
        path: &str,
        schema: &SchemaRef,
        sorted_by: &[&str],
        content: &Content,
    ) -> Result<TableWriter<Box<dyn Write + Send>>, TransformError> {
        let sink = self.sink(path)?;
        let mut writer = TableWriter::new(path, sink, schema, sorted_by)?;
        writer.describe(&self.metadata(content));
        self.list(path, content);
        Ok(writer)
    }

    /// A writer into a scratch file, for content whose hash is known only at its end.
    pub(super) fn scratch(
        &mut self,
        path: &str,
        schema: &SchemaRef,
        sorted_by: &[&str],
    ) -> Result<TableWriter<std::fs::File>, TransformError> {
        let file = self.scratch_file()?;
        TableWriter::new(path, file, schema, sorted_by)
    }

    /// Opens the file of the figures that are for own use only.
    pub(super) fn own_use(
        &mut self,
        name: &str,
        schema: &SchemaRef,
        sorted_by: &[&str],
    ) -> Result<TableWriter<Box<dyn Write + Send>>, TransformError> {
        let sink = self
            .output
            .own_use()
            .map_err(|source| TransformError::WriteFile {
                path: name.to_owned(),
                source,
            })?;
        TableWriter::new(name, sink, schema, sorted_by)
    }

    /// An empty scratch file.
    pub(super) fn scratch_file(&mut self) -> Result<std::fs::File, TransformError> {
        self.output.scratch().map_err(TransformError::scratch)
    }

    /// Ends what was begun with [`scratch`](Self::scratch): carried over where the
    /// previous release has the same, else written and listed.
    pub(super) fn keep(
        &mut self,
        mut writer: TableWriter<std::fs::File>,
        content: &Content,
    ) -> Result<(), TransformError> {
        let path = writer.path.clone();
        if self.carry(&path, content.rows, content.hash) {
            return Ok(());
        }
        writer.describe(&self.metadata(content));
        let mut file = writer.into_inner()?;
        let mut sink = self.sink(&path)?;
        file.rewind().map_err(TransformError::scratch)?;
        io::copy(&mut file, &mut sink)
            .and_then(|_| sink.flush())
            .map_err(|source| TransformError::WriteFile {
                path: path.clone(),
                source,
            })?;
        self.list(&path, content);
        Ok(())
    }

    /// Writes or carries over a table that is in memory.
    pub(super) fn table(
        &mut self,
        path: &str,
        batch: Result<RecordBatch, ArrowError>,
        sorted_by: &[&str],
        credit: Credit,
    ) -> Result<(), TransformError> {
        let mut hasher = ContentHasher::new();
        let batch = batch
            .and_then(|batch| {
                hash_schema(&mut hasher, &batch.schema());
                hash_rows(&mut hasher, &batch)?;
                Ok(batch)
            })
            .map_err(|source| failed(path, source.into()))?;
        let content = Content {
            rows: batch.num_rows() as u64,
            hash: self.hash(hasher.finish(), &credit),
            credit,
        };
        if self.carry(path, content.rows, content.hash) {
            return Ok(());
        }
        let mut writer = self.create(path, &batch.schema(), sorted_by, &content)?;
        writer.write(&batch)?;
        writer.finish()
    }

    fn sink(&mut self, path: &str) -> Result<Box<dyn Write + Send>, TransformError> {
        self.output
            .create(path)
            .map_err(|source| TransformError::WriteFile {
                path: path.to_owned(),
                source,
            })
    }

    fn list(&mut self, path: &str, content: &Content) {
        self.tables.push(TableFile {
            path: path.to_owned(),
            rows: content.rows,
            content_hash: content.hash,
            release: self.release,
            carried: false,
        });
    }

    fn metadata(&self, content: &Content) -> FileMetadata {
        FileMetadata {
            release: Some(self.release),
            ..self.metadata_outside(content.hash, &content.credit)
        }
    }

    /// What a file outside the release says of itself.
    pub(super) fn metadata_outside(&self, rows: ContentHash, credit: &Credit) -> FileMetadata {
        FileMetadata {
            release: None,
            schema_version: SCHEMA_VERSION.to_owned(),
            content_hash: rows,
            licence: credit.licence.clone(),
            attribution: credit.attribution.clone(),
            sources: credit.sources.clone(),
            geo_vintage: self.geo_vintage.to_owned(),
            synthetic: self.synthetic,
        }
    }
}

/// What a file contains, as far as its metadata say.
pub(super) struct Content {
    pub(super) rows: u64,
    pub(super) hash: ContentHash,
    pub(super) credit: Credit,
}

/// One Parquet file on its way.
pub(super) struct TableWriter<W: Write + Send> {
    path: String,
    writer: ArrowWriter<W>,
}

impl<W: Write + Send> TableWriter<W> {
    fn new(
        path: &str,
        sink: W,
        schema: &SchemaRef,
        sorted_by: &[&str],
    ) -> Result<Self, TransformError> {
        let row_group_rows = if path.starts_with("by_province/") {
            SLICED_ROW_GROUP_ROWS
        } else {
            ROW_GROUP_ROWS
        };
        let properties = writer_properties(schema, sorted_by, row_group_rows);
        ArrowWriter::try_new(sink, schema.clone(), Some(properties))
            .map(|writer| Self {
                path: path.to_owned(),
                writer,
            })
            .map_err(|source| failed(path, source))
    }

    /// Adds what the file says of itself.
    pub(super) fn describe(&mut self, metadata: &FileMetadata) {
        for entry in metadata.key_values() {
            self.writer.append_key_value_metadata(entry);
        }
    }

    /// Adds rows.
    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), TransformError> {
        self.writer
            .write(batch)
            .map_err(|source| failed(&self.path, source))
    }

    /// Ends the file.
    pub(super) fn finish(self) -> Result<(), TransformError> {
        let path = self.path.clone();
        let mut sink = self.into_inner()?;
        sink.flush()
            .map_err(|source| TransformError::WriteFile { path, source })
    }

    fn into_inner(self) -> Result<W, TransformError> {
        self.writer
            .into_inner()
            .map_err(|source| failed(&self.path, source))
    }
}

/// A failure to write a table.
pub(super) fn failed(path: &str, source: parquet::errors::ParquetError) -> TransformError {
    TransformError::WriteParquet {
        object: format!("`{path}`"),
        source,
    }
}
