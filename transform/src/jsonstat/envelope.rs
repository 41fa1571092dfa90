//! What some servers wrap around their JSON.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::de::IgnoredAny;

/// The JSON text in an answer: without a byte order mark, without the function call of
/// JSONP, without what follows the value, and with control characters in texts escaped
/// where they stand raw (THL's server does not escape them).
///
/// # Errors
/// There is no JSON value at the beginning.
pub(super) fn open(bytes: &[u8]) -> Result<Cow<'_, str>, serde_json::Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = String::from_utf8_lossy(bytes);
    let failure = match first_value(&text) {
        Ok(end) => return Ok(cut(text, 0, end)),
        Err(failure) => failure,
    };
    let begin = call(&text).unwrap_or(0);
    if let Ok(end) = first_value(&text[begin..]) {
        return Ok(cut(text, begin, begin + end));
    }
    if let Some(escaped) = escape_control_characters(&text[begin..])
        && let Ok(end) = first_value(&escaped)
    {
        return Ok(cut(Cow::Owned(escaped), 0, end));
    }
    Err(failure)
}

/// Where the first JSON value ends.
fn first_value(text: &str) -> Result<usize, serde_json::Error> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => Ok(values.byte_offset()),
        Some(Err(error)) => Err(error),
        None => Err(serde::de::Error::custom("the answer is empty")),
    }
}

fn cut(text: Cow<'_, str>, begin: usize, end: usize) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[begin..end]),
        Cow::Owned(text) => Cow::Owned(text[begin..end].to_owned()),
    }
}

/// Where the argument of a call begins: `thl.pivot.loadDimensions(`.
fn call(text: &str) -> Option<usize> {
    let open = text.find('(')?;
    let name = text[..open].trim();
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$'));
    is_name.then_some(open + 1)
}

/// The text with control characters within quotes escaped; `None` where there are none.
fn escape_control_characters(text: &str) -> Option<String> {
    let mut escaped = String::with_capacity(text.len());
    let mut in_quotes = false;
    let mut after_backslash = false;
    let mut changed = false;
    for character in text.chars() {
        if in_quotes && character < ' ' {
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
            after_backslash = false;
            changed = true;
            continue;
        }
        match character {
            '"' if !after_backslash => in_quotes = !in_quotes,
            _ => {}
        }
        after_backslash = in_quotes && character == '\\' && !after_backslash;
        escaped.push(character);
    }
    changed.then_some(escaped)
}
