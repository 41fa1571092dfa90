//! Sanitised HTML of a source as plain text.

use super::charts::visible;

/// The text of `html` without its markup, with its entities read and its white space in one
/// line.
pub(crate) fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        // A block that ends is the end of a word.
        text.push(' ');
        let Some(end) = rest[start..].find('>') else {
            rest = "";
            break;
        };
        rest = &rest[start + end + 1..];
    }
    text.push_str(rest);
    let text = visible(&entities(&text));
    let words: Vec<&str> = text.split_whitespace().collect();
    kept_together(&words.join(" ").replace(" .", ".").replace(" ,", ","))
}

/// The first sentences of a text, at most `letters` of it; the whole text where it is short.
pub(crate) fn beginning(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let end = text
        .char_indices()
        .nth(letters)
        .map_or(text.len(), |(index, _)| index);
    let head = &text[..end];
    let sentence = head.rfind(". ").map(|index| index + 1);
    match sentence.or_else(|| head.rfind(' ')) {
        Some(end) => format!("{} …", head[..end].trim_end()),
        None => format!("{head} …"),
    }
}

/// The named entities that sanitised HTML has, and those by number.
fn entities(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        read.push_str(&rest[..start]);
        let entity = &rest[start + 1..];
        let end = entity.bytes().take(10).position(|byte| byte == b';');
        if let Some((end, letter)) = end.and_then(|end| Some((end, letter(&entity[..end])?))) {
            read.push(letter);
            rest = &entity[end + 1..];
        } else {
            read.push('&');
            rest = entity;
        }
    }
    read.push_str(rest);
    read
}

fn letter(entity: &str) -> Option<char> {
    Some(match entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

/// The first sentence of a text. A point after an ordinal ("8. ja 9. luokka") ends none.
pub(crate) fn first_sentence(text: &str) -> &str {
    let begins = |rest: &str| rest.chars().next().is_some_and(char::is_uppercase);
    text.match_indices(". ")
        .find(|(end, point)| begins(&text[end + point.len()..]))
        .map_or(text, |(end, _)| &text[..=end])
}

/// The text with spaces that no line breaks at between the groups of a number's digits,
/// around the dash between two numbers, and before a percent sign.
pub(crate) fn kept_together(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_digit = |letter: &&char| letter.is_ascii_digit();
    let kept = letters.iter().enumerate().map(|(place, letter)| {
        let (before, after) = (&letters[..place], &letters[place + 1..]);
        let last_group = before.iter().rev().take_while(is_digit).count();
        let next_group = after.iter().take_while(is_digit).count();
        let is_in_number = (1..=3).contains(&last_group) && next_group == 3;
        let is_before_percent = place > 0 && after.first() == Some(&'%');
        let is_before_dash =
            last_group > 0 && matches!(after, ['-' | '–', ' ', next, ..] if next.is_ascii_digit());
        let is_after_dash =
            next_group > 0 && matches!(before, [.., last, ' ', '-' | '–'] if last.is_ascii_digit());
        let is_kept = is_in_number || is_before_percent || is_before_dash || is_after_dash;
        match letter {
            ' ' if is_kept => '\u{a0}',
            letter => *letter,
        }
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_what_it_meant_stays() {
        assert_eq!(
            plain("<p>Osuus <b>väestöstä</b>.</p><ul><li>A &amp; B &lt; C</li></ul>"),
            "Osuus väestöstä. A & B < C"
        );
        // An entity that reads as markup is text, and a mark that turns the text is gone.
        assert_eq!(
            plain("&lt;script&gt; &#8238;x &#x41;&unknown;"),
            "<script> x A&unknown;"
        );
        assert_eq!(plain("broken <a href="), "broken");
    }

    #[test]
    fn a_long_text_ends_with_a_sentence() {
        assert_eq!(beginning("One. Two is long.", 9), "One. …");
        assert_eq!(beginning("Äiti on kotona", 7), "Äiti …");
        assert_eq!(beginning("Short.", 9), "Short.");
    }

    #[test]
    fn a_number_and_its_percent_sign_stay_on_one_line() {
        for (text, kept) in [
            ("/ 10 000 asukasta", "/ 10\u{a0}000 asukasta"),
            ("1 234 567", "1\u{a0}234\u{a0}567"),
            ("Työttömät, % 12 %", "Työttömät,\u{a0}% 12\u{a0}%"),
            ("0 - 17-vuotiaat", "0\u{a0}-\u{a0}17-vuotiaat"),
            // Numbers beside each other, years, and what has no digits before.
            ("8 - ja 9", "8 - ja 9"),
            ("vuonna 2024 100", "vuonna 2024 100"),
            ("8. ja 9. luokka 10 0000", "8. ja 9. luokka 10 0000"),
            ("% ja", "% ja"),
        ] {
            assert_eq!(kept_together(text), kept);
        }
    }

    #[test]
    fn a_sentence_ends_before_the_next_one_begins() {
        for (text, first) in [
            (
                "Humalassa oli 8. ja 9. luokalla 4,5 %. Luku on pienempi. Se laski.",
                "Humalassa oli 8. ja 9. luokalla 4,5 %.",
            ),
            ("Yksi virke.", "Yksi virke."),
            ("", ""),
        ] {
            assert_eq!(first_sentence(text), first);
        }
    }
}
