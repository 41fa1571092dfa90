//! Under which licence a producer's figures stand: the one place where it is decided.

/// A licence and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Licence {
    /// The SPDX id, or [`THIRD_PARTY`].
    pub(super) id: &'static str,
    /// `false` where the producer's agreement is needed to publish the figures onward.
    pub(super) redistributable: bool,
}

/// The name under which figures stand whose producer has set no open licence in Sotkanet.
pub(super) const THIRD_PARTY: &str = "third-party";

const OPEN: Licence = Licence {
    id: "CC-BY-4.0",
    redistributable: true,
};

/// Sotkanet's ids of organisations whose figures are open, each with the reason.
const OPEN_PRODUCERS: [(&str, &str); 3] = [
    (
        "2",
        "THL: all its Sotkanet figures, by decision of its Director General",
    ),
    (
        "30",
        "THL again, under the id that a few older indicators carry",
    ),
    ("3", "Statistics Finland: all its open data"),
];

/// The licence of the figures of the organisation with `producer_id`. Sotkanet's terms
/// open THL's own figures only; those of others need an agreement with the producer
/// unless the producer has opened them elsewhere.
pub(super) fn licence_of(producer_id: Option<&str>) -> Licence {
    let open = OPEN_PRODUCERS
        .iter()
        .any(|(open_id, _reason)| Some(*open_id) == producer_id);
    if open {
        OPEN
    } else {
        Licence {
            id: THIRD_PARTY,
            redistributable: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_producers_are_open() {
        for open in ["2", "3", "30"] {
            assert_eq!(licence_of(Some(open)), OPEN, "{open}");
        }
        for other in [Some("5"), Some("58"), Some("4"), Some(""), None] {
            assert!(!licence_of(other).redistributable, "{other:?}");
            assert_eq!(licence_of(other).id, "third-party");
        }
    }
}
