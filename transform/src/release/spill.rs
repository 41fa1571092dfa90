//! What waits on disk for the files of its region.
//!
//! Figures come indicator by indicator, but a folder holds those of one region. Reading
//! all of them once per group of open files costs far more than writing them down once,
//! region by region, in blocks of one scratch file.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use crate::TransformError;

/// Bytes of a region that are held before they are written: 350 regions of these are
/// some ten megabytes.
const BLOCK: usize = 32 * 1024;

/// Takes runs, in any order of regions.
pub(super) struct Spill {
    file: BufWriter<File>,
    length: u64,
    regions: Vec<Waiting>,
}

#[derive(Default)]
struct Waiting {
    block: Vec<u8>,
    /// Where its written blocks begin, and their lengths.
    written: Vec<(u64, usize)>,
}

impl Spill {
    /// An empty one in `file`.
    pub(super) fn new(file: File) -> Self {
        Self {
            file: BufWriter::new(file),
            length: 0,
            regions: Vec::new(),
        }
    }

    /// Adds the encoded run of a region and an indicator, both by position. The
    /// indicators of a region come in order.
    pub(super) fn add(
        &mut self,
        region: usize,
        indicator: usize,
        run: &[u8],
    ) -> Result<(), TransformError> {
        if self.regions.len() <= region {
            self.regions.resize_with(region + 1, Waiting::default);
        }
        let block = &mut self.regions[region].block;
        block.extend((indicator as u64).to_le_bytes());
        block.extend((run.len() as u64).to_le_bytes());
        block.extend(run);
        if block.len() >= BLOCK {
            self.write(region).map_err(TransformError::scratch)?;
        }
        Ok(())
    }

    fn write(&mut self, region: usize) -> io::Result<()> {
        let waiting = &mut self.regions[region];
        self.file.write_all(&waiting.block)?;
        waiting.written.push((self.length, waiting.block.len()));
        self.length += waiting.block.len() as u64;
        waiting.block.clear();
        Ok(())
    }

    /// Ends the writing.
    pub(super) fn finish(mut self) -> Result<Spilled, TransformError> {
        for region in 0..self.regions.len() {
            self.write(region).map_err(TransformError::scratch)?;
        }
        let file = self
            .file
            .into_inner()
            .map_err(|error| TransformError::scratch(error.into_error()))?;
        Ok(Spilled {
            file,
            regions: self
                .regions
                .into_iter()
                .map(|waiting| waiting.written)
                .collect(),
        })
    }
}

/// Hands runs over, region by region.
pub(super) struct Spilled {
    file: File,
    regions: Vec<Vec<(u64, usize)>>,
}

impl Spilled {
    /// The runs of a region, in the order in which they were added.
    pub(super) fn read(
        &mut self,
        region: usize,
        mut run: impl FnMut(usize, &[u8]) -> Result<(), TransformError>,
    ) -> Result<(), TransformError> {
        let mut block = Vec::new();
        for (start, length) in self.regions.get(region).into_iter().flatten() {
            block.resize(*length, 0);
            self.file
                .seek(SeekFrom::Start(*start))
                .and_then(|_| self.file.read_exact(&mut block))
                .map_err(TransformError::scratch)?;
            let mut rest = block.as_slice();
            while !rest.is_empty() {
                let (indicator, bytes, after) = split_run(rest)
                    .ok_or_else(|| TransformError::scratch(io::ErrorKind::UnexpectedEof.into()))?;
                run(indicator, bytes)?;
                rest = after;
            }
        }
        Ok(())
    }
}

fn split_run(bytes: &[u8]) -> Option<(usize, &[u8], &[u8])> {
    let number = |bytes: [u8; 8]| usize::try_from(u64::from_le_bytes(bytes)).ok();
    let (indicator, bytes) = bytes.split_first_chunk()?;
    let (length, bytes) = bytes.split_first_chunk()?;
    let (run, rest) = bytes.split_at_checked(number(*length)?)?;
    Some((number(*indicator)?, run, rest))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn every_region_gets_its_runs_back_in_order(
            runs in prop::collection::vec((0..4_usize, 0..60_000_usize), 0..24),
        ) {
            let mut spill = Spill::new(tempfile::tempfile().unwrap());
            let mut added = BTreeMap::<usize, Vec<_>>::new();
            for (indicator, (region, length)) in runs.into_iter().enumerate() {
                let run = vec![indicator.to_le_bytes()[0]; length];
                spill.add(region, indicator, &run).unwrap();
                added.entry(region).or_default().push((indicator, run));
            }
            let mut spilled = spill.finish().unwrap();
            // Twice, because a municipality stands in two files.
            for region in (0..5).chain(0..5) {
                let mut read = Vec::new();
                spilled.read(region, |indicator, run| {
                    read.push((indicator, run.to_vec()));
                    Ok(())
                }).unwrap();
                prop_assert_eq!(read.as_slice(), added.get(&region).map_or(&[][..], Vec::as_slice));
            }
        }
    }
}
