//! The codes, and what their pages say.

use super::Page;

/// A code with its word and its page, each written once.
macro_rules! error_codes {
    ($(
        $name:ident = $word:literal, $title:literal {
            happened: $happened:literal,
            serves: $serves:expr,
            remedies: [$($remedy:literal),+ $(,)?],
        }
    )+) => {
        /// A code of what an operator may see go wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum ErrorCode {
            $(#[doc = $title] $name,)+
        }

        impl ErrorCode {
            /// All codes, in the order of the index.
            pub(crate) const ALL: [Self; [$($word),+].len()] = [$(Self::$name),+];

            /// The code as it is printed.
            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            pub(super) fn page(self) -> &'static Page {
                match self {
                    $(Self::$name => &Page {
                        title: $title,
                        happened: $happened,
                        serves: $serves,
                        remedies: &[$($remedy),+],
                    },)+
                }
            }
        }
    };
}

const EVERYTHING: &str = "Everything that is published. Nothing was changed.";
const PUBLISHED: &str = "Everything that is published.";
const LAST_GOOD: &str = "Everything that is published: the indicator keeps its last good figures, \
     marked `stale` with the day. The other indicators go on.";

error_codes! {
    Usage = "usage", "The command asks for what does not exist" {
        happened: "A source, an indicator, a release or a region was named that there is not, or \
            options were given that do not go together. The message says which.",
        serves: EVERYTHING,
        remedies: [
            "Read the message: it names what there is to choose from.",
            "`botnia help COMMAND` lists the options.",
        ],
    }
    Settings = "settings", "The settings or an indicator set cannot be used" {
        happened: "A key is unknown or has a value that cannot work. The message names the file, \
            the line, the key and, where there is one, the nearest right word.",
        serves: "Everything that is published, for as long as a service that runs is not \
            restarted. Nothing was changed.",
        remedies: [
            "Put right what the message names.",
            "`botnia validate` lists everything that is wrong at once.",
            "`docs/reference/settings.md` has every key with its default.",
        ],
    }
    NothingToDecide = "nothing_to_decide", "There is nothing of this name to decide on" {
        happened: "No figures of the indicator are held, other figures took the place of those \
            that were looked at, or no job of this number waits.",
        serves: EVERYTHING,
        remedies: [
            "`botnia held` and `botnia status` list what waits now.",
            "Where other figures came meanwhile, look at those before you decide.",
        ],
    }
    NoData = "no_data", "There are no data yet" {
        happened: "The data folder of the settings does not exist, or nothing was published in it.",
        serves: "Nothing: there was no release yet.",
        remedies: [
            "Look whether `data` (or `--data`, or BOTNIA_DATA) is the place that you mean.",
            "`botnia run` makes the first release.",
        ],
    }
    DataLocked = "data_locked", "Another botnia works on the same data" {
        happened: "A service or a run holds the data folder. Two must not write at once.",
        serves: EVERYTHING,
        remedies: [
            "Wait until the other has finished; `botnia status` shows what it does.",
            "Stop the service first: `systemctl stop botnia`.",
            "A lock ends with its process, however it ends: there is no file to remove.",
        ],
    }
    DataUnusable = "data_unusable", "The place of the data cannot be opened" {
        happened: "The folder or the object store of `data` cannot be opened, for want of rights, \
            of a network or of credentials. The cause below the message says which.",
        serves: "What readers have of the releases themselves: files that a web server or the \
            object store gives. `botnia serve` cannot start.",
        remedies: [
            "`botnia doctor` looks at the place and names the remedy.",
            "A folder has to belong to the user that botnia runs as.",
            "An object store needs AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and, for \
             another S3 than Amazon's, AWS_ENDPOINT in that user's environment.",
        ],
    }
    DiskFull = "disk_full", "No room is left" {
        happened: "The disk or the quota is exhausted. What was being written was not published.",
        serves: "The last release, whole.",
        remedies: [
            "`botnia gc` removes what nothing refers to; `botnia gc --keep-releases N` removes \
             old releases.",
            "Or move the data folder to a larger disk.",
            "Run again: answers that were fetched are kept, only the unpublished files are made \
             anew.",
        ],
    }
    StoreFailed = "store_failed", "A stored file could not be read or written" {
        happened: "The disk or the object store failed at one file, which the message names.",
        serves: PUBLISHED,
        remedies: [
            "Run again: what was interrupted goes on.",
            "`botnia doctor` looks at rights, room and the store.",
            "Where it stays, look at the machine's own log: a disk may be failing. Then back up \
             before anything else.",
        ],
    }
    FileUnusable = "file_unusable", "A file could not be read or written" {
        happened: "A file that the command names (a settings file, a table to write) could not be \
            opened, read or written.",
        serves: EVERYTHING,
        remedies: ["Look at the path in the message, and at the rights of its folder."],
    }
    CreateOnlyNotHeld = "create_only_not_held", "The object store overwrites what exists" {
        happened: "A commit rests on a write that creates and never overwrites. The store was \
            tried at the start, and it overwrote.",
        serves: EVERYTHING,
        remedies: [
            "Use a store that refuses: Amazon S3 does, and others in newer versions.",
            "Some want a header of their own: AWS_COPY_IF_NOT_EXISTS, see `docs/operator.md`.",
            "Or keep the data on a disk.",
        ],
    }
    LedgerUnreachable = "ledger_unreachable", "The ledger cannot be used" {
        happened: "The ledger (`state.db`, or PostgreSQL) cannot be opened, read or written. \
            Nothing new is swept, decided or published meanwhile.",
        serves: PUBLISHED,
        remedies: [
            "PostgreSQL: it has to run, and be reachable from this machine with the address and \
             the password of `state`. A service goes on by itself once it answers.",
            "SQLite: `state.db` has to belong to the user that botnia runs as, and its disk needs \
             room.",
            "`botnia doctor` says what is wrong with it.",
        ],
    }
    LedgerNewer = "ledger_newer", "The ledger was written by a newer version" {
        happened: "An upgrade moved the ledger to a newer layout, and this program is older.",
        serves: EVERYTHING,
        remedies: [
            "Run the newer version.",
            "Or restore the ledger from before the upgrade, as `docs/operator.md` says.",
        ],
    }
    LedgerDamaged = "ledger_damaged", "The ledger has a value that cannot be read" {
        happened: "A stored value is not what belongs there: the file is damaged, or somebody \
            wrote into it.",
        serves: PUBLISHED,
        remedies: [
            "`botnia doctor` checks the whole file.",
            "Restore the ledger from a backup.",
            "Without a backup, move `state.db` away and run: a new ledger is begun from what the \
             newest release says.",
        ],
    }
    LeaseLost = "lease_lost", "A job was taken over by another worker" {
        happened: "This process was paused or cut off for longer than its lease. Nothing of its \
            attempt was recorded.",
        serves: PUBLISHED,
        remedies: [
            "Nothing: whoever holds the job now does it.",
            "Where it happens often, look for a machine that sleeps or is overloaded, or raise \
             `lease_seconds` under `[workers]`.",
        ],
    }
    Unavailable = "unavailable", "The source did not answer" {
        happened: "No connection, a timeout, a broken-off answer or a failure of the source's \
            server, several times in a row.",
        serves: LAST_GOOD,
        remedies: [
            "Usually nothing: it is asked again after minutes, then hours, then at the next slot.",
            "`botnia doctor` tries the source now.",
            "Where only you cannot reach it, look at the network, the proxy and the name server.",
        ],
    }
    Throttled = "throttled", "The source asked for a pause" {
        happened: "It answered 429 or 503 with a pause longer than a run sits out. Until it is \
            over nothing is sent there, by any worker.",
        serves: LAST_GOOD,
        remedies: [
            "Nothing: the jobs go on exactly when the source said.",
            "Where it happens every night, lower `requests_per_second` or `concurrency` of the \
             source.",
        ],
    }
    NotFound = "not_found", "The source does not have it" {
        happened: "It answered 404 or 410: the indicator was withdrawn, or its id is mistyped.",
        serves: LAST_GOOD,
        remedies: [
            "Look at the source's own page of the indicator.",
            "Take the id out of the settings or the set; the job is then let go by itself.",
        ],
    }
    Refused = "refused", "The source does not let botnia through" {
        happened: "It answered 401, 403 or another refusal, or sent on to another host.",
        serves: LAST_GOOD,
        remedies: [
            "`base_url` must be the final address: look whether it moved.",
            "Look for a proxy or a firewall that answers in its place.",
            "Ask its keepers, and give them the `contact` that you send with every request.",
            "Then `botnia retry`: it is not asked again before that, or before the next sweep.",
        ],
    }
    Malformed = "malformed", "The source's answer cannot be read" {
        happened: "HTML in place of data, broken JSON or broken compression came. The answer is \
            kept in the archive as evidence.",
        serves: LAST_GOOD,
        remedies: [
            "Usually nothing: a page of maintenance passes by itself, and it is asked again.",
            "Where it stays, look at what came: `botnia retry` prints the hash under which it \
             lies in `raw/`.",
        ],
    }
    Contract = "contract", "The source's answer is not what was agreed" {
        happened: "The answer can be read, but lacks a field, names what was not asked for, or \
            the source did not accept the question.",
        serves: LAST_GOOD,
        remedies: [
            "Where the text says that a mapping or a cube does not fit, it names what the settings \
             expect and what the source has: correct `[[source.table]]` or `indicators` by that, \
             then `botnia validate` and `botnia run --source ID`. There is nothing to approve.",
            "Look for a notice that the source's interface changed.",
            "See what came: `botnia retry` prints the hash under which it lies in `raw/`.",
            "Look for a newer version of botnia, and report it where there is none.",
        ],
    }
    Archive = "archive", "An archived answer is lost or damaged" {
        happened: "The figures have to be read again from an answer that is no longer in `raw/`, \
            or not whole. Its hash is named.",
        serves: LAST_GOOD,
        remedies: [
            "Restore the file from a backup of `raw/`.",
            "Or fetch the indicator anew: `botnia run --full --indicator ID`. The lost answer \
             itself cannot be had again, and releases that were made from it cannot be verified.",
            "`botnia verify --self` looks at the whole archive: a disk may be failing.",
        ],
    }
    Engine = "engine", "The fault is on this side, not at the source" {
        happened: "A job failed for a reason of this machine: the disk, the store, a table. Its \
            message has the error itself.",
        serves: PUBLISHED,
        remedies: [
            "Read the message of the job: `botnia retry` lists it.",
            "`botnia doctor` looks at everything that botnia needs.",
            "Then `botnia retry JOB`.",
        ],
    }
    FiguresLost = "figures_lost", "Figures are lost and cannot be made again" {
        happened: "An object of `normalised/` is gone, and the archived answers that it was made \
            from are gone too, or give other figures now.",
        serves: PUBLISHED,
        remedies: [
            "Restore `normalised/` or `raw/` from a backup.",
            "Or fetch the indicator anew: `botnia run --full --indicator ID`.",
        ],
    }
    ReportDamaged = "report_damaged", "A report or an announcement cannot be read" {
        happened: "A file of the quarantine, or an announcement that waits in the ledger, is not \
            what was written there.",
        serves: PUBLISHED,
        remedies: [
            "Remove the folder of the indicator under `quarantine/` and run again: the report is \
             written anew.",
            "`botnia doctor` says whether the ledger is whole.",
        ],
    }
    ReleaseDamaged = "release_damaged", "A published release was changed" {
        happened: "A file, the manifest or the commit record of a release is not what was \
            committed. Nothing new is published upon it, so that the damage is not carried on.",
        serves: "The releases as they lie there; the damaged file must not be used, and `botnia \
            serve` does not give it where its length is another.",
        remedies: [
            "Restore the folder of that release (or `published/_log/`) from a backup.",
            "`botnia verify RELEASE` then says whether it is whole.",
            "Find out who wrote there: published files are read-only.",
        ],
    }
    NoSuchRelease = "no_such_release", "There is no such release" {
        happened: "The number was never committed, or its files were removed by `botnia gc`.",
        serves: PUBLISHED,
        remedies: [
            "`botnia releases` lists those that there are.",
            "What a removed release said can be had from a later one: `botnia export --as-of N`.",
        ],
    }
    ReleaseContended = "release_contended", "Somebody else published meanwhile" {
        happened: "The number of the release was taken, or the lease under which it was made had \
            passed to another worker. This one was not published.",
        serves: "The release of whoever was first.",
        remedies: [
            "Nothing: what is not in that release yet comes with the next.",
            "Where it repeats, two ledgers publish to the same data: give each its own.",
        ],
    }
    ReleaseUncertain = "release_uncertain", "It is not known whether the release was published" {
        happened: "The store failed at the very moment of the commit, and did not answer \
            afterwards.",
        serves: "The release before it, or the new one: never a mix.",
        remedies: [
            "`botnia releases` says which it is, once the store answers again.",
            "Run again: it goes on from whatever is true.",
        ],
    }
    LatestNotMoved = "latest_not_moved", "The release is published, but `latest` does not lead to it" {
        happened: "The commit succeeded. The link `published/latest` (or `latest.json`) could not \
            be moved.",
        serves: "The new release under its number, and over HTTP under `/latest/`; the link leads \
            to the one before.",
        remedies: [
            "Look at the rights of `published/`.",
            "Run again: the link is moved at the next start.",
        ],
    }
    ReleaseInterrupted = "release_interrupted", "The release could not be put together" {
        happened: "A file changed, went missing or could not be taken over while the release was \
            being made.",
        serves: "The last release, whole.",
        remedies: [
            "Run again.",
            "See that nothing else cleans or writes in the data folder: backups only read.",
        ],
    }
    ReleaseUnderWay = "release_under_way", "A release is being made" {
        happened: "What would be removed may be needed by it. Nothing was removed.",
        serves: EVERYTHING,
        remedies: ["Try again when it is done; `botnia status` shows it."],
    }
    ManifestLost = "manifest_lost", "The manifest of a kept release is lost" {
        happened: "What that release refers to cannot be told, so nothing was removed.",
        serves: EVERYTHING,
        remedies: ["Restore the folder of the release from a backup; then run `botnia gc` again."],
    }
    RecipeUnusable = "recipe_unusable", "The recipe of a release cannot be used" {
        happened: "`recipe.json` of the release is missing, was changed, or has a form that this \
            version does not read.",
        serves: EVERYTHING,
        remedies: [
            "Verify the release with the version of botnia that made it; `manifest.json` says \
             which.",
            "Where the file was changed, restore the folder of the release from a backup.",
        ],
    }
    TableUnreadable = "table_unreadable", "A table cannot be read or written" {
        happened: "A Parquet or CSV file is not what it should be, or writing it failed.",
        serves: PUBLISHED,
        remedies: [
            "`botnia verify` says whether the newest release is whole; restore it where it is not.",
            "Where the object is one of `normalised/`, remove it and run again: it is made anew \
             from the archive.",
        ],
    }
    NotDissolved = "not_dissolved", "The figures cannot be brought to other borders" {
        happened: "Only counts can be summed over mergers, and only where every part has its \
            figure. The cause says what stands against it.",
        serves: EVERYTHING,
        remedies: ["Choose another day, or an indicator that counts."],
    }
    AddressUnusable = "address_unusable", "The web server cannot listen" {
        happened: "Another program listens on that address already, or the machine does not have \
            it.",
        serves: "What a service that runs already serves. Nothing was changed.",
        remedies: [
            "Set `listen` under `[server]`, or `--listen`, to a free address.",
            "`ss -ltnp` shows who listens.",
        ],
    }
    ProgramFault = "program_fault", "A fault of botnia itself" {
        happened: "Something happened that should be impossible.",
        serves: PUBLISHED,
        remedies: [
            "Run again.",
            "Report it, with the message and the version (`botnia --version`).",
        ],
    }
}
