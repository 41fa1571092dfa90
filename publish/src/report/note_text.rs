//! The text of a note as HTML: paragraphs, lists, emphasis and links to the web where its
//! author wrote Markdown, and nothing else that a page could run or load.

use botnia_model::{Note, NoteFormat};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::charts::escape;
use super::figures::web_address;
use super::plain::kept_together;

/// The text of `note`, safe to stand in a page.
pub(crate) fn note_html(note: &Note) -> String {
    match note.format {
        NoteFormat::Plain => {
            let mut html = "<p>".to_owned();
            lines(&note.text, &mut html);
            html.push_str("</p>");
            html
        }
        NoteFormat::Markdown => from_markdown(&note.text),
    }
}

/// Text with its lines, escaped.
fn lines(text: &str, html: &mut String) {
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            html.push('\n');
        }
        escape(&kept_together(line), html);
    }
}

fn from_markdown(text: &str) -> String {
    let mut html = String::new();
    // Whether each open link leads to the web, and is one in the page.
    let mut links: Vec<bool> = Vec::new();
    for event in Parser::new_ext(text, Options::empty()) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                let address = web_address(&dest_url);
                links.push(address.is_some());
                if let Some(address) = address {
                    html.push_str("<a rel=\"nofollow\" href=\"");
                    escape(&address, &mut html);
                    html.push_str("\">");
                }
            }
            Event::End(TagEnd::Link) => html.push_str(match links.pop() {
                Some(true) => "</a>",
                _ => "",
            }),
            Event::Start(tag) => html.push_str(begin(&tag)),
            Event::End(tag) => html.push_str(end(tag)),
            Event::HardBreak => html.push_str("<br>"),
            Event::SoftBreak => html.push('\n'),
            // Code, and HTML that somebody wrote, is text like any other.
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                lines(&text, &mut html);
            }
            _ => {}
        }
    }
    html
}

/// The page has headings of its own: one of a note is a line that stands out. Of a picture
/// its text remains.
fn begin(tag: &Tag<'_>) -> &'static str {
    match tag {
        Tag::Paragraph | Tag::CodeBlock(_) | Tag::HtmlBlock => "<p>",
        Tag::Heading { .. } => "<p><strong>",
        Tag::List(None) => "<ul>",
        Tag::List(Some(_)) => "<ol>",
        Tag::Item => "<li>",
        Tag::Emphasis => "<em>",
        Tag::Strong => "<strong>",
        _ => "",
    }
}

fn end(tag: TagEnd) -> &'static str {
    match tag {
        TagEnd::Paragraph | TagEnd::CodeBlock | TagEnd::HtmlBlock => "</p>",
        TagEnd::Heading(_) => "</strong></p>",
        TagEnd::List(false) => "</ul>",
        TagEnd::List(true) => "</ol>",
        TagEnd::Item => "</li>",
        TagEnd::Emphasis => "</em>",
        TagEnd::Strong => "</strong>",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use botnia_model::{Language, NoteSubject, RegionKey, RegionLevel};

    use super::*;

    fn html(format: NoteFormat, text: &str) -> String {
        note_html(&Note {
            region: RegionKey::new(RegionLevel::Municipality, "905".parse().unwrap()),
            subject: NoteSubject::Theme("children".to_owned()),
            date: jiff::civil::date(2026, 11, 1),
            author: "Vaasa".to_owned(),
            language: Language::Fi,
            format,
            text: text.to_owned(),
        })
    }

    #[test]
    fn markdown_has_paragraphs_lists_emphasis_and_links_to_the_web() {
        let text = "# Työllisyys\n\nLuku **kasvoi**, *vähän*.\n\n1. yksi\n2. [kaksi](https://thl.fi/?a=1&b=2)\n";
        assert_eq!(
            html(NoteFormat::Markdown, text),
            "<p><strong>Työllisyys</strong></p><p>Luku <strong>kasvoi</strong>, <em>vähän</em>.</p>\
             <ol><li>yksi</li><li><a rel=\"nofollow\" href=\"https://thl.fi/?a=1&amp;b=2\">kaksi</a></li></ol>"
        );
    }

    #[test]
    fn what_would_run_or_load_is_text() {
        for text in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "[x](javascript:alert(1))",
            "[x](data:text/html,y)",
            "![kuva](https://example.org/a.png)",
            "<style>\n*{}\n</style>",
            "`<b onclick=\"x\">`",
            "[x](https://a.example/\"onmouseover=\"y)",
        ] {
            let html = html(NoteFormat::Markdown, text);
            for tag in html.split('<').skip(1) {
                let name = tag.split('>').next().unwrap();
                assert!(
                    ["p", "/p", "/a"].contains(&name)
                        || name.starts_with("a rel=\"nofollow\" href=\"https:"),
                    "{text}: {html}"
                );
                assert!(!name.contains("\"onmouseover"), "{text}: {html}");
            }
        }
    }

    #[test]
    fn a_plain_text_keeps_its_lines_and_its_signs() {
        assert_eq!(
            html(NoteFormat::Plain, "*a*\n<b> 10 000\u{202e}"),
            "<p>*a*\n&lt;b&gt; 10\u{a0}000</p>"
        );
    }
}
