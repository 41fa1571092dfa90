//! Texts of a source: titles become plain text, longer texts become safe HTML.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// A title or a name as plain text: tags removed, entities decoded, and characters
/// cleaned as in [`clean_characters`]. What it returns is text, not HTML: a `<` in it is
/// the sign, and whoever writes HTML has to escape it.
pub fn clean_title(raw: &str) -> String {
    // Tags go before entities are decoded: `&lt;b&gt;` is text that speaks of a tag.
    clean_characters(&html_escape::decode_html_entities(&without_tags(raw)))
}

/// A text as an HTML fragment that is safe to show: only paragraphs, line breaks, lists,
/// emphasis, sub- and superscripts and links to the web are kept, everything unclosed is
/// closed, and characters are cleaned as in [`clean_characters`].
pub fn sanitise_html(raw: &str) -> String {
    // After the parser, because it also decodes what was written as an entity.
    clean_characters(&SANITISER.clean(raw).to_string().replace("&nbsp;", " "))
}

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .tags(HashSet::from([
            "p", "br", "b", "strong", "i", "em", "ul", "ol", "li", "a", "sub", "sup",
        ]))
        .generic_attributes(HashSet::new())
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .url_schemes(HashSet::from(["http", "https"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"));
    builder
});

/// Replaces what does not belong into text: every kind of white space by a plain space,
/// C1 control characters by what they stand for in windows-1252 (U+0096 is a broken en
/// dash), other control characters, zero-width characters and bidirectional controls by
/// nothing; then collapses spaces and trims.
pub fn clean_characters(raw: &str) -> String {
    let mut cleaned = String::with_capacity(raw.len());
    for character in raw.chars() {
        let Some(character) = replacement(character) else {
            continue;
        };
        if character != ' ' || !(cleaned.is_empty() || cleaned.ends_with(' ')) {
            cleaned.push(character);
        }
    }
    cleaned.truncate(cleaned.trim_end().len());
    cleaned
}

fn replacement(character: char) -> Option<char> {
    match character {
        '\u{80}'..='\u{9f}' => windows_1252(character),
        character if character.is_whitespace() => Some(' '),
        // Soft hyphen, zero-width and bidirectional controls, invisible operators, BOM.
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => None,
        character if character.is_control() => None,
        character => Some(character),
    }
}

/// What a C1 control character was before windows-1252 bytes were read as ISO-8859-1.
fn windows_1252(control: char) -> Option<char> {
    const CHARACTERS: [Option<char>; 32] = [
        Some('€'),
        None,
        Some('‚'),
        Some('ƒ'),
        Some('„'),
        Some('…'),
        Some('†'),
        Some('‡'),
        Some('ˆ'),
        Some('‰'),
        Some('Š'),
        Some('‹'),
        Some('Œ'),
        None,
        Some('Ž'),
        None,
        None,
        Some('‘'),
        Some('’'),
        Some('“'),
        Some('”'),
        Some('•'),
        Some('–'),
        Some('—'),
        Some('˜'),
        Some('™'),
        Some('š'),
        Some('›'),
        Some('œ'),
        None,
        Some('ž'),
        Some('Ÿ'),
    ];
    let position = (control as usize).checked_sub(0x80)?;
    CHARACTERS.get(position).copied().flatten()
}

/// Removes tags and comments. A tag that separates words on the page (a line break, a
/// paragraph, a list item) leaves a space. A `<` that begins no tag stays.
fn without_tags(raw: &str) -> String {
    const SEPARATING: [&str; 6] = ["br", "p", "li", "ul", "ol", "div"];
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(start) = rest.find('<') {
        let (before, from_tag) = rest.split_at(start);
        text.push_str(before);
        let inside = &from_tag[1..];
        let name = inside.trim_start_matches('/');
        let begins_tag =
            name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '!');
        if let Some(end) = inside.find('>').filter(|_| begins_tag) {
            let name = name
                .split(|character: char| !character.is_ascii_alphanumeric())
                .next()
                .unwrap_or_default();
            if SEPARATING.iter().any(|tag| tag.eq_ignore_ascii_case(name)) {
                text.push(' ');
            }
            rest = &inside[end + 1..];
        } else {
            text.push('<');
            rest = inside;
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn titles_become_plain_text() {
        for (raw, clean) in [
            ("Lihavia (BMI&#8805;30 kg/m2)", "Lihavia (BMI≥30 kg/m2)"),
            ("0 \u{96} 17-åringar", "0 – 17-åringar"),
            ("aged 15&#150;64", "aged 15–64"),
            ("/ 1\u{a0}0000 invånare", "/ 1 0000 invånare"),
            ("1&nbsp;000", "1 000"),
            ("of same age<br />", "of same age"),
            ("aged 18 <br />and over", "aged 18 and over"),
            ("one<BR>two", "one two"),
            ("m<sup>2</sup>", "m2"),
            (
                " leading, trailing  and \t double ",
                "leading, trailing and double",
            ),
            ("a\u{200b}b\u{202e}c\u{feff}d\u{7}e", "abcde"),
            ("alle 5 < 10 ja <5 % > 3", "alle 5 < 10 ja <5 % > 3"),
            ("R&amp;D &lt;b&gt;", "R&D <b>"),
            ("never closed <b", "never closed <b"),
            ("", ""),
        ] {
            assert_eq!(clean_title(raw), clean, "{raw:?}");
        }
    }

    #[test]
    fn texts_keep_their_structure_and_nothing_else() {
        for (raw, safe) in [
            ("<p>one<p id=x>two", "<p>one</p><p>two</p>"),
            ("<UL><LI>a<LI>b", "<ul><li>a</li><li>b</li></ul>"),
            ("a<br />b<BR>c", "a<br>b<br>c"),
            (
                r#"<a href="https://thl.fi/x" TARGET="_blank" onclick="x()">THL</a>"#,
                r#"<a href="https://thl.fi/x" rel="noopener noreferrer">THL</a>"#,
            ),
            (
                r#"<a href="javascript:x()">no</a><a href="/relative">no</a>"#,
                r#"<a rel="noopener noreferrer">no</a><a rel="noopener noreferrer">no</a>"#,
            ),
            ("<script>alert(1)</script><img src=x onerror=y>t", "t"),
            ("&#8594; 0&nbsp;&#150;\u{96} 5 &lt; 6", "→ 0 –– 5 &lt; 6"),
            ("CO<sub>2</sub> <b>", "CO<sub>2</sub> <b></b>"),
            (" ", ""),
        ] {
            assert_eq!(sanitise_html(raw), safe, "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_is_final(raw in "[ -~\u{80}-\u{a0}\u{200b}-\u{200f}\u{2028}a-zåäö]{0,60}") {
            let once = clean_characters(&raw);
            prop_assert_eq!(&clean_characters(&once), &once);
            let invisible = once.chars().any(char::is_control);
            prop_assert!(!invisible);
            prop_assert_eq!(once.trim(), once.as_str());
        }

        #[test]
        fn what_is_sanitised_stays_as_it_is(raw in "[a-z<>/&;=\"' ]{0,60}") {
            let once = sanitise_html(&raw);
            prop_assert_eq!(&sanitise_html(&once), &once);
        }
    }
}
