//! Revisions: what becomes of an observation from one release to a later one, and why.

use serde::{Deserialize, Serialize};

use crate::indicator::word_enum;

word_enum!(
    /// What became of an observation.
    Change {
        /// The later release has it, the earlier one has not.
        Added = "added",
        /// Both have it, with another value, count, status or origin.
        Changed = "changed",
        /// Only the earlier release has it.
        Removed = "removed",
    }
);

word_enum!(
    /// Why an observation differs between two releases, as far as known.
    RevisionReason {
        /// The source's figures are others.
        UpstreamUpdate = "upstream_update",
        /// The region's border moved between the divisions of the two releases.
        BoundaryChange = "boundary_change",
        /// The source's answers are the same; botnia reads them differently.
        OurCode = "our_code",
        /// The later release no longer has the indicator.
        IndicatorRemoved = "indicator_removed",
        /// The source no longer lists the region.
        RegionListChanged = "region_list_changed",
        /// The whole indicator is new. Only a comparison of releases says so: what is new
        /// altogether is no revision.
        IndicatorAdded = "indicator_added",
    }
);
