//! Bodies: read up to a cap, gunzipped whole, checked to be JSON, never interpreted.

use std::fmt;
use std::io::{self, Read};
use std::str::Utf8Error;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use tokio::task::JoinError;
use tokio::time::timeout;

use super::ClientLimits;
use crate::SourceError;
use crate::error::{Cause, Failure};

/// A small answer may expand freely: short repetitive JSON compresses beyond any ratio
/// that would be suspicious in a large one.
const FREE_EXPANSION: usize = 1 << 20;

/// What an answer must be as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A JSON array whose every element is an object; it may be empty.
    ArrayOfObjects,
    /// A JSON array of anything.
    Array,
    /// A JSON object.
    Object,
    /// A JSON object in whose texts control characters may stand unescaped.
    LooseObject,
    /// JSONP: a function's call, whose argument is not looked at.
    Call,
}

/// What can be wrong with a body.
#[derive(Debug)]
pub(super) enum BodyFault {
    BrokenOff(reqwest::Error),
    Silent,
    TooLarge { limit: usize },
    ForeignEncoding(String),
    CutShort(io::Error),
    NotGzip(io::Error),
    Bomb { compressed: usize },
    NotUtf8(Utf8Error),
    Html,
    JsonCutShort(serde_json::Error),
    NotJson(serde_json::Error),
    OtherShape(serde_json::Error),
    Interrupted(JoinError),
}

impl BodyFault {
    /// The fault as an error; `fail` makes the failure from the problem's text.
    pub(super) fn into_error(self, fail: impl FnOnce(String) -> Failure) -> SourceError {
        type Variant = fn(Failure, Option<Cause>) -> SourceError;
        let (variant, problem, cause): (Variant, String, Option<Cause>) = match self {
            Self::BrokenOff(cause) => (
                SourceError::unavailable,
                "the answer broke off".into(),
                Some(cause.without_url().into()),
            ),
            Self::Silent => (
                SourceError::unavailable,
                "the answer stopped coming".into(),
                None,
            ),
            Self::TooLarge { limit } => (
                SourceError::contract,
                format!("the answer is larger than {limit} bytes"),
                None,
            ),
            Self::ForeignEncoding(encoding) => (
                SourceError::contract,
                format!("the answer is encoded as `{encoding}`, and only gzip was offered"),
                None,
            ),
            Self::CutShort(cause) => (
                SourceError::unavailable,
                "the compressed answer is cut short".into(),
                Some(cause.into()),
            ),
            Self::NotGzip(cause) => (
                SourceError::malformed,
                "the answer cannot be decompressed".into(),
                Some(cause.into()),
            ),
            Self::Bomb { compressed } => (
                SourceError::malformed,
                format!("an answer of {compressed} bytes expands beyond belief"),
                None,
            ),
            Self::NotUtf8(cause) => (
                SourceError::malformed,
                "the answer is not UTF-8".into(),
                Some(cause.into()),
            ),
            Self::Html => (
                SourceError::malformed,
                "the server answered 200 with HTML or XML instead of JSON".into(),
                None,
            ),
            Self::JsonCutShort(cause) => (
                SourceError::unavailable,
                "the JSON is cut short".into(),
                Some(cause.into()),
            ),
            Self::NotJson(cause) => (
                SourceError::malformed,
                "the answer is not JSON".into(),
                Some(cause.into()),
            ),
            Self::OtherShape(cause) => (
                SourceError::contract,
                "the answer is JSON of another shape than the API promises".into(),
                Some(cause.into()),
            ),
            Self::Interrupted(cause) => (
                SourceError::unavailable,
                "reading the answer was interrupted".into(),
                Some(cause.into()),
            ),
        };
        variant(fail(problem), cause)
    }
}

/// How a body was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Gzip,
}

impl Encoding {
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, BodyFault> {
        let mut encoding = Self::Identity;
        for value in headers.get_all(CONTENT_ENCODING) {
            match value.as_bytes().to_ascii_lowercase().as_slice() {
                b"" | b"identity" => {}
                b"gzip" | b"x-gzip" if encoding == Self::Identity => encoding = Self::Gzip,
                other => {
                    return Err(BodyFault::ForeignEncoding(
                        String::from_utf8_lossy(other).into_owned(),
                    ));
                }
            }
        }
        Ok(encoding)
    }
}

/// Reads a body as sent, up to the cap, without undoing its encoding.
pub(super) async fn read(
    mut response: Response,
    encoding: Encoding,
    limits: &ClientLimits,
) -> Result<Bytes, BodyFault> {
    let limit = match encoding {
        Encoding::Identity => limits.body_bytes,
        Encoding::Gzip => limits.compressed_bytes,
    };
    let declared = response.content_length().unwrap_or_default();
    if usize::try_from(declared).map_or(true, |length| length > limit) {
        return Err(BodyFault::TooLarge { limit });
    }
    let mut body = Vec::new();
    while let Some(chunk) = timeout(limits.idle_timeout, response.chunk())
        .await
        .map_err(|_| BodyFault::Silent)?
        .map_err(BodyFault::BrokenOff)?
    {
        if chunk.len() > limit - body.len() {
            return Err(BodyFault::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}

/// Undoes the encoding. Takes as long as decompression takes: for a blocking thread.
pub(super) fn unpack(
    sent: Bytes,
    encoding: Encoding,
    limits: &ClientLimits,
) -> Result<Bytes, BodyFault> {
    if encoding == Encoding::Identity {
        return Ok(sent);
    }
    let believable = sent
        .len()
        .saturating_mul(limits.expansion)
        .max(FREE_EXPANSION);
    let limit = believable.min(limits.body_bytes);
    let mut body = Vec::new();
    // One byte beyond the limit tells a body of exactly that size from a larger one.
    MultiGzDecoder::new(sent.as_ref())
        .take(limit as u64 + 1)
        .read_to_end(&mut body)
        .map_err(|cause| {
            if cause.kind() == io::ErrorKind::UnexpectedEof {
                BodyFault::CutShort(cause)
            } else {
                BodyFault::NotGzip(cause)
            }
        })?;
    if body.len() <= limit {
        Ok(body.into())
    } else if limit == limits.body_bytes {
        Err(BodyFault::TooLarge { limit })
    } else {
        Err(BodyFault::Bomb {
            compressed: sent.len(),
        })
    }
}

/// Checks that the whole body is UTF-8 and JSON of the given shape, without building any
/// of it. Takes as long as parsing takes: for a blocking thread.
pub(super) fn check(body: &[u8], shape: Shape) -> Result<(), BodyFault> {
    let text = std::str::from_utf8(body).map_err(BodyFault::NotUtf8)?;
    match shape {
        Shape::ArrayOfObjects => serde_json::from_str(text).map(|ArrayOfObjects| ()),
        Shape::Array => serde_json::from_str(text).map(|_: Vec<IgnoredAny>| ()),
        Shape::Object => serde_json::from_str(text).map(|Object| ()),
        Shape::LooseObject => {
            // Between texts a space does as well as what stood there.
            let mended = text.replace(char::is_control, " ");
            serde_json::from_str(&mended).map(|Object| ())
        }
        Shape::Call => call(text),
    }
    .map_err(|cause| {
        if text.trim_start().starts_with('<') {
            BodyFault::Html
        } else if cause.is_eof() {
            BodyFault::JsonCutShort(cause)
        } else if cause.is_data() {
            BodyFault::OtherShape(cause)
        } else {
            BodyFault::NotJson(cause)
        }
    })
}

/// A name, and brackets that are closed again.
fn call(text: &str) -> Result<(), serde_json::Error> {
    let text = text.trim();
    let name = text.split('(').next().unwrap_or_default();
    let is_name = !name.is_empty()
        && name.len() < text.len()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$'));
    if text.is_empty() || (is_name && !text.trim_end_matches(';').trim_end().ends_with(')')) {
        // What an end too early is to a parser of JSON.
        return serde_json::from_str::<IgnoredAny>("[").map(|_| ());
    }
    if is_name {
        Ok(())
    } else {
        Err(serde::de::Error::custom(
            "the answer is no call of a function",
        ))
    }
}

struct Object;

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Object)
            }
        }

        deserializer.deserialize_map(Members)
    }
}

struct ArrayOfObjects;

impl<'de> Deserialize<'de> for ArrayOfObjects {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements;

        impl<'de> Visitor<'de> for Elements {
            type Value = ArrayOfObjects;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an array of objects")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
                while array.next_element::<Object>()?.is_some() {}
                Ok(ArrayOfObjects)
            }
        }

        deserializer.deserialize_seq(Elements)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::test_server;

    fn gzip(body: &[u8]) -> Bytes {
        test_server::gzip(body).into()
    }

    fn limits(body_bytes: usize, expansion: usize) -> ClientLimits {
        ClientLimits {
            body_bytes,
            expansion,
            ..ClientLimits::default()
        }
    }

    proptest! {
        #[test]
        fn unpacking_undoes_packing(body: Vec<u8>, rest: Vec<u8>) {
            // Two members in a row are one body.
            let sent = [gzip(&body), gzip(&rest)].concat();
            let unpacked = unpack(sent.into(), Encoding::Gzip, &ClientLimits::default()).unwrap();
            prop_assert_eq!(unpacked, [body, rest].concat());
        }
    }

    #[test]
    fn the_cap_and_the_ratio_hold_to_the_byte() {
        let two_mebibytes = vec![b' '; 2 << 20];
        let sent = gzip(&two_mebibytes);
        let unpack = |limits: &ClientLimits| unpack(sent.clone(), Encoding::Gzip, limits);
        assert_eq!(unpack(&limits(2 << 20, 10_000)).unwrap(), two_mebibytes);
        assert!(matches!(
            unpack(&limits((2 << 20) - 1, 10_000)),
            Err(BodyFault::TooLarge { .. })
        ));
        let ratio = two_mebibytes.len().div_ceil(sent.len());
        assert_eq!(unpack(&limits(1 << 30, ratio)).unwrap(), two_mebibytes);
        assert!(matches!(
            unpack(&limits(1 << 30, ratio - 1)),
            Err(BodyFault::Bomb { .. })
        ));
    }

    #[test]
    fn every_cut_of_a_compressed_body_is_found() {
        let sent = gzip(br#"[{"year":2024}]"#);
        for length in 0..sent.len() {
            let cut = sent.slice(..length);
            assert!(
                matches!(
                    unpack(cut, Encoding::Gzip, &ClientLimits::default()),
                    Err(BodyFault::CutShort(_))
                ),
                "{length}"
            );
        }
    }

    #[test]
    fn shapes_are_checked_to_the_end() {
        let remedy = |body: &[u8], shape| match check(body, shape) {
            Ok(()) => "fine",
            Err(fault) => fault
                .into_error(|problem| Failure {
                    operation: String::new(),
                    problem,
                    rejected: None,
                })
                .remedy(),
        };
        let cases: [(&[u8], Shape, &str); 23] = [
            (b"[]", Shape::ArrayOfObjects, "fine"),
            (b" [{\"a\":[1,{}]},{}]\n", Shape::ArrayOfObjects, "fine"),
            (b"{\"a\":null}", Shape::Object, "fine"),
            (b"", Shape::ArrayOfObjects, "unavailable"),
            (b"[{\"a\":1},", Shape::ArrayOfObjects, "unavailable"),
            (b"{\"a\":\"x", Shape::Object, "unavailable"),
            (b"[{\"a\":1}]]", Shape::ArrayOfObjects, "malformed"),
            (b"[{a:1}]", Shape::ArrayOfObjects, "malformed"),
            (b"[{\"a\":\"\xe4\"}]", Shape::ArrayOfObjects, "malformed"),
            (b"\n<html></html>", Shape::Object, "malformed"),
            (b"[{},1]", Shape::ArrayOfObjects, "contract"),
            (b"{\"error\":1}", Shape::ArrayOfObjects, "contract"),
            (b"[]", Shape::Object, "contract"),
            (b"{\"a\":\"b\tc\"}", Shape::Object, "malformed"),
            (b"{\n\"a\":\"b\tc\"}", Shape::LooseObject, "fine"),
            (b"{\"a\":\"b\tc", Shape::LooseObject, "unavailable"),
            (b"[\"a\",{}]", Shape::Array, "fine"),
            (b"{}", Shape::Array, "contract"),
            (b"thl.pivot.loadDimensions(\n[]\n);\n", Shape::Call, "fine"),
            (b"thl.pivot.loadDimensions([{", Shape::Call, "unavailable"),
            (b"", Shape::Call, "unavailable"),
            (b"{\"a\":1}", Shape::Call, "contract"),
            (b"<html>(sorry)</html>", Shape::Call, "malformed"),
        ];
        for (body, shape, expected) in cases {
            assert_eq!(
                remedy(body, shape),
                expected,
                "{}",
                String::from_utf8_lossy(body)
            );
        }
    }

    #[test]
    fn only_gzip_is_undone() {
        let encoding = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_ENCODING, (*value).try_into().unwrap());
            }
            Encoding::of(&headers).ok()
        };
        assert_eq!(encoding(&[]), Some(Encoding::Identity));
        assert_eq!(encoding(&["GZip"]), Some(Encoding::Gzip));
        assert_eq!(encoding(&["identity", "x-gzip"]), Some(Encoding::Gzip));
        assert_eq!(encoding(&["gzip", "gzip"]), None);
        assert_eq!(encoding(&["gzip, br"]), None);
    }
}
