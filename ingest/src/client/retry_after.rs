//! `Retry-After`, RFC 9110 section 10.2.3.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The three forms of an HTTP date, all in GMT (RFC 9110 section 5.6.7); the last two are
/// obsolete, but a recipient must accept them.
const DATE_FORMS: [&str; 3] = [
    "%a, %d %b %Y %H:%M:%S GMT",
    "%A, %d-%b-%y %H:%M:%S GMT",
    "%a %b %e %H:%M:%S %Y",
];

/// The pause that `text` asks for at `now`. A moment that has passed asks for none; text in
/// neither form is no request for a pause.
pub(super) fn parse(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let moment = DATE_FORMS
        .iter()
        .find_map(|form| DateTime::strptime(form, text).ok())?
        .to_zoned(TimeZone::UTC)
        .ok()?
        .timestamp();
    Some(
        moment
            .duration_since(now)
            .try_into()
            .unwrap_or(Duration::ZERO),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_understood_and_nothing_else() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let cases = [
            ("120", seconds(120)),
            (" 0 ", seconds(0)),
            ("99999999999999999999999", seconds(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", seconds(37)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", seconds(37)),
            ("Sun Nov  6 08:49:37 1994", seconds(37)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", seconds(0)),
            ("Sun, 06 Nov 1994 08:49:37 +0200", None),
            ("soon", None),
            ("-5", None),
            ("1.5", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text, now), expected, "{text}");
        }
    }
}
