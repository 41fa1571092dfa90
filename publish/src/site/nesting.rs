//! Sanitised HTML of a source as it may stand in a page: no paragraph or list within an
//! emphasis or a link, where the source left one open over several.

/// What opens a block; everything else that the sanitiser leaves stands in a line.
const BLOCKS: [&str; 4] = ["p", "ul", "ol", "li"];

/// The same text with every emphasis and link closed before a block begins or ends, and
/// opened again within it.
pub(super) fn well_nested(html: &str) -> String {
    let mut nested = String::with_capacity(html.len());
    // The tags, as they were written, that are open and stand in a line.
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        nested.push_str(&rest[..start]);
        let Some(length) = rest[start..].find('>') else {
            break;
        };
        let tag = &rest[start..=start + length];
        rest = &rest[start + length + 1..];
        let name = name(tag);
        if BLOCKS.contains(&name) {
            for inline in open.iter().rev() {
                close(&mut nested, inline);
            }
            nested.push_str(tag);
            for inline in &open {
                nested.push_str(inline);
            }
        } else if tag.starts_with("</") {
            if let Some(position) = open.iter().rposition(|opened| self::name(opened) == name) {
                let opened = open.remove(position);
                close(&mut nested, opened);
            }
        } else {
            if name != "br" {
                open.push(tag);
            }
            nested.push_str(tag);
        }
    }
    nested.push_str(rest);
    for inline in open.iter().rev() {
        close(&mut nested, inline);
    }
    without_empty(nested)
}

fn name(tag: &str) -> &str {
    let inner = tag.trim_start_matches(['<', '/']);
    let end = inner.find(|letter: char| !letter.is_ascii_alphanumeric());
    &inner[..end.unwrap_or(inner.len())]
}

fn close(html: &mut String, tag: &str) {
    // What was opened and holds nothing leaves nothing.
    if html.ends_with(tag) {
        html.truncate(html.len() - tag.len());
    } else {
        html.push_str("</");
        html.push_str(name(tag));
        html.push('>');
    }
}

/// Without emphases that hold nothing.
fn without_empty(mut html: String) -> String {
    for name in ["b", "strong", "i", "em", "sub", "sup"] {
        html = html.replace(&format!("<{name}></{name}>"), "");
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emphasis_over_paragraphs_becomes_one_in_each() {
        for (html, expected) in [
            ("<b>x<p>y</p>z</b>", "<b>x</b><p><b>y</b></p><b>z</b>"),
            ("<p>a <b>b</b> c</p>", "<p>a <b>b</b> c</p>"),
            ("<b><p>y</p></b>", "<p><b>y</b></p>"),
            (
                "<ul><li><a href=\"https://a.example\">x</a><br>y</li></ul>",
                "<ul><li><a href=\"https://a.example\">x</a><br>y</li></ul>",
            ),
            (
                "<a href=\"https://a.example\">x<p>y</p></a>",
                "<a href=\"https://a.example\">x</a><p><a href=\"https://a.example\">y</a></p>",
            ),
            ("5 &lt; 6", "5 &lt; 6"),
            ("<b>open", "<b>open</b>"),
        ] {
            assert_eq!(well_nested(html), expected, "{html}");
        }
    }
}
