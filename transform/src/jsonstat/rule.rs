//! The rules of the official validator, by their names.

use std::fmt;

/// How grave a breach is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Only said.
    Info,
    /// Allowed, and a bad idea.
    Warning,
    /// The document is not valid.
    Error,
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $severity:ident;)+) => {
        /// A rule of the official validator (rule set 1.0.0).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule {
            $($(#[$doc])* $name,)+
        }

        impl Rule {
            /// All of them, in the validator's order.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// Its name.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// How grave a breach of it is.
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)+ }
            }
        }
    };
}

rules! {
    /// There are as many ids of dimensions as sizes.
    IdSizeLenMismatch = "ID_SIZE_LEN_MISMATCH", Error;
    /// The keys of `dimension` are the values of `id`.
    DimKeyIdMismatch = "DIM_KEY_ID_MISMATCH", Error;
    /// A dense `value` has as many elements as there are cells.
    ValueLenMismatch = "VALUE_LEN_MISMATCH", Error;
    /// The keys of a sparse `value` are positions of cells.
    SparseKeyOutOfRange = "SPARSE_KEY_OUT_OF_RANGE", Error;
    /// A role names dimensions that exist.
    RoleIdUnknown = "ROLE_ID_UNKNOWN", Error;
    /// A dense `status` has as many elements as there are cells.
    StatusLenMismatch = "STATUS_LEN_MISMATCH", Error;
    /// The keys of a sparse `status` are positions of cells.
    StatusKeyOutOfRange = "STATUS_KEY_OUT_OF_RANGE", Error;
    /// A dimension of metrics says their units.
    MetricUnitMissing = "METRIC_UNIT_MISSING", Warning;
    /// An array `index` has as many elements as its dimension has size.
    IndexCountMismatch = "INDEX_COUNT_MISMATCH", Error;
    /// The positions of an object `index` are 0 to size-1, each once.
    IndexPositionsInvalid = "INDEX_POSITIONS_INVALID", Error;
    /// Labels are of categories that exist.
    LabelKeyUnknown = "LABEL_KEY_UNKNOWN", Error;
    /// Every category has a label.
    LabelKeyIncomplete = "LABEL_KEY_INCOMPLETE", Warning;
    /// Units are of categories that exist.
    UnitKeyUnknown = "UNIT_KEY_UNKNOWN", Error;
    /// Coordinates are of categories that exist.
    CoordKeyUnknown = "COORD_KEY_UNKNOWN", Error;
    /// Notes are of categories that exist.
    NoteKeyUnknown = "NOTE_KEY_UNKNOWN", Error;
    /// Parents and children are categories that exist.
    ChildIdUnknown = "CHILD_ID_UNKNOWN", Error;
    /// No category is below itself.
    ChildCycle = "CHILD_CYCLE", Error;
    /// Collections are not nested deeper than the budget.
    RecursionLimit = "RECURSION_LIMIT", Info;
    /// A bundle of the versions before 2.0.
    BundleDeprecated = "BUNDLE_DEPRECATED", Info;
    /// There are more cells than the budget has.
    CubeSizeOverflow = "CUBE_SIZE_OVERFLOW", Error;
    /// It is no JSON.
    ParseError = "PARSE_ERROR", Error;
    /// It breaks the schema: a member is missing, unknown or of another type.
    StructuralViolation = "STRUCTURAL_VIOLATION", Error;
    /// Not everything was looked at.
    BudgetExceeded = "BUDGET_EXCEEDED", Warning;
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// One breach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The rule.
    pub rule: Rule,
    /// Where, from the top: `dimension.sex.category.index`.
    pub place: String,
    /// What is there and what should be.
    pub detail: String,
}

impl fmt::Display for Issue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.rule)?;
        if !self.place.is_empty() {
            write!(formatter, " at `{}`", self.place)?;
        }
        write!(formatter, ": {}", self.detail)
    }
}

/// Everything that is wrong with a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    issues: Vec<Issue>,
}

impl Verdict {
    pub(super) fn new(issues: Vec<Issue>) -> Self {
        Self { issues }
    }

    /// Whether it is valid JSON-stat 2.0: nothing as grave as an error.
    pub fn is_valid(&self) -> bool {
        self.issues
            .iter()
            .all(|issue| issue.rule.severity() < Severity::Error)
    }

    /// What was found, in reading order.
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }
}
