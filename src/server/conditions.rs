//! What a reader asks of a file beyond its name: a part of it, or only what is new
//! (RFC 9110, sections 13 and 14).

use axum::http::{HeaderMap, HeaderName, header};

/// The part of a file that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    Whole,
    /// The bytes from `first` to `last`, both included.
    Part {
        /// The first byte.
        first: u64,
        /// The last byte.
        last: u64,
    },
    /// Nothing that the file has.
    Unsatisfiable,
}

/// The range that `headers` ask of a file of `length` bytes. Several ranges at once, other
/// units and what is no range at all are answered with the whole file, as the standard
/// allows: none of the programs that read Parquet asks so.
pub(super) fn wanted(headers: &HeaderMap, length: u64) -> Wanted {
    headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| range(text, length))
        .unwrap_or(Wanted::Whole)
}

fn range(text: &str, length: u64) -> Option<Wanted> {
    let (unit, range) = text.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    let wanted = match (first.trim(), last.trim()) {
        ("", suffix) => match number(suffix)? {
            0 => Wanted::Unsatisfiable,
            _ if length == 0 => Wanted::Unsatisfiable,
            suffix => Wanted::Part {
                first: length.saturating_sub(suffix),
                last: length - 1,
            },
        },
        (first, last) => {
            let first = number(first)?;
            let last = if last.is_empty() {
                u64::MAX
            } else {
                number(last)?
            };
            if last < first {
                return None;
            }
            if first >= length {
                Wanted::Unsatisfiable
            } else {
                Wanted::Part {
                    first,
                    last: last.min(length - 1),
                }
            }
        }
    };
    Some(wanted)
}

/// Digits alone; a number beyond all files is as good as the largest.
fn number(digits: &str) -> Option<u64> {
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| digits.parse().unwrap_or(u64::MAX))
}

/// Whether two entity tags must be the same bytes, or may be the same in meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// `W/"a"` never matches.
    Strong,
    /// `W/"a"` is as good as `"a"`.
    Weak,
}

/// The first of `own` that a header's list of entity tags names; `*` names the first.
/// `None` also where the header is absent: ask [`HeaderMap::contains_key`] first.
pub(super) fn named<'a>(
    headers: &HeaderMap,
    name: &HeaderName,
    own: &'a [String],
    comparison: Comparison,
) -> Option<&'a String> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        // Our own tags have no comma in them, so another's that has one is split in vain.
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .find_map(|tag| {
            if tag == "*" {
                return own.first();
            }
            let tag = match (tag.strip_prefix("W/"), comparison) {
                (Some(_), Comparison::Strong) => return None,
                (Some(tag), Comparison::Weak) => tag,
                (None, _) => tag,
            };
            own.iter().find(|own| *own == tag)
        })
}

/// Whether `Accept-Encoding` names gzip with a weight above zero.
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case("gzip"))
                && !parts.any(|parameter| {
                    parameter
                        .strip_prefix("q=")
                        .and_then(|weight| weight.parse::<f64>().ok())
                        .is_some_and(|weight| weight <= 0.0)
                })
        })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn ranges_are_read_as_the_standard_has_them() {
        let part = |first, last| Wanted::Part { first, last };
        let cases = [
            ("bytes=0-0", part(0, 0)),
            ("bytes=2-5", part(2, 5)),
            ("bytes=7-", part(7, 9)),
            ("bytes=5-99999999999999999999999", part(5, 9)),
            ("bytes=-3", part(7, 9)),
            ("bytes=-30", part(0, 9)),
            ("Bytes = 1-1", part(1, 1)),
            ("bytes=10-", Wanted::Unsatisfiable),
            ("bytes=99999999999999999999999-", Wanted::Unsatisfiable),
            ("bytes=-0", Wanted::Unsatisfiable),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=0-1,4-5", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("bytes=--3", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("rows=0-1", Wanted::Whole),
            ("0-1", Wanted::Whole),
        ];
        for (text, expected) in cases {
            assert_eq!(
                wanted(&headers(header::RANGE, text), 10),
                expected,
                "{text}"
            );
        }
        assert_eq!(wanted(&HeaderMap::new(), 10), Wanted::Whole);
        let empty = wanted(&headers(header::RANGE, "bytes=-1"), 0);
        assert_eq!(empty, Wanted::Unsatisfiable);
    }

    proptest! {
        #[test]
        fn a_part_lies_within_the_file(text in "bytes=[0-9]{0,4}-[0-9]{0,4}", length in 0u64..5000) {
            if let Wanted::Part { first, last } = wanted(&headers(header::RANGE, &text), length) {
                prop_assert!(first <= last && last < length, "{first}-{last} of {length}");
            }
        }

        #[test]
        fn no_header_is_too_odd(text in "[ -~]{0,40}", length: u64) {
            wanted(&headers(header::RANGE, &text), length);
            accepts_gzip(&headers(header::ACCEPT_ENCODING, &text));
        }
    }

    #[test]
    fn tags_are_compared_strongly_or_weakly() {
        let own = ["\"a\"".to_owned(), "\"b\"".to_owned()];
        let cases = [
            ("\"a\"", Some("\"a\""), Some("\"a\"")),
            ("\"x\", \"b\"", Some("\"b\""), Some("\"b\"")),
            ("W/\"b\"", None, Some("\"b\"")),
            ("*", Some("\"a\""), Some("\"a\"")),
            ("a", None, None),
            ("\"x\"", None, None),
        ];
        for (text, strong, weak) in cases {
            let given = headers(header::IF_NONE_MATCH, text);
            let named = |comparison| {
                named(&given, &header::IF_NONE_MATCH, &own, comparison).map(String::as_str)
            };
            assert_eq!(named(Comparison::Strong), strong, "{text}");
            assert_eq!(named(Comparison::Weak), weak, "{text}");
        }
    }

    #[test]
    fn gzip_must_be_wanted() {
        for (text, expected) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0", false),
            ("identity", false),
            ("x-gzipped", false),
        ] {
            let given = headers(header::ACCEPT_ENCODING, text);
            assert_eq!(accepts_gzip(&given), expected, "{text}");
        }
    }
}
