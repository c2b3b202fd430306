//! Terminal output: untrusted text (files, fixtures, arguments) cannot control the terminal.
//!
//! All output goes through `out!` and `err!`. JSON is escaped as JSON, so its value does not change.

use std::fmt::{Arguments, Write as _};
use std::io;

/// Prints lines on stdout.
macro_rules! out {
    ($($words:tt)*) => { $crate::terminal::print(std::io::stdout(), format_args!($($words)*)) };
}

/// Prints lines on stderr.
macro_rules! err {
    ($($words:tt)*) => { $crate::terminal::print(std::io::stderr(), format_args!($($words)*)) };
}

/// Ranges of characters that change direction or are invisible (general category Cf and
/// `Default_Ignorable_Code_Point` of Unicode 16), and separators of lines and paragraphs.
const INVISIBLE: [(char, char); 25] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

fn is_hostile(character: char) -> bool {
    let is_in = |&(first, last): &(char, char)| (first..=last).contains(&character);
    character.is_control() || INVISIBLE.iter().any(is_in)
}

/// Returns untrusted `text` on one line, with escapes for control and invisible characters.
pub(crate) fn clean(text: &str) -> String {
    escaped(text, is_hostile)
}

/// Prints `words` and a line end. A closed pipe is no error.
pub(crate) fn print(mut to: impl io::Write, words: Arguments<'_>) {
    let text = escaped(&words.to_string(), |c| c != '\n' && is_hostile(c));
    let _ = writeln!(to, "{text}");
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            _ if !is_escaped(character) => shown.push(character),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a string never fails.
                    let _ = write!(shown, "\\u{unit:04x}");
                }
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{clean, print};

    #[test]
    fn control_characters_are_escaped() {
        for (text, shown) in [
            ("\u{1b}[2J", "\\u001b[2J"),
            ("\u{9b}2J\u{7f}", "\\u009b2J\\u007f"),
            ("a\nb\r\t", "a\\nb\\r\\t"),
            ("\u{2028}\u{2029}", "\\u2028\\u2029"),
            (
                "\u{202e}\u{2066}\u{200f}\u{61c}",
                "\\u202e\\u2066\\u200f\\u061c",
            ),
            (
                "\u{200b}\u{feff}\u{3164}\u{fe0f}",
                "\\u200b\\ufeff\\u3164\\ufe0f",
            ),
            ("\u{e0041}", "\\udb40\\udc41"),
            ("日本語 العربية 🦄", "日本語 العربية 🦄"),
        ] {
            assert_eq!(clean(text), shown);
        }
    }

    #[test]
    fn printed_json_keeps_its_value() {
        let value = serde_json::json!({ "name": "\u{1b}\u{9b}\u{2028}\u{202e}\u{e0041}\n" });
        let mut printed = Vec::new();
        print(&mut printed, format_args!("{value:#}"));
        assert!(
            printed
                .iter()
                .all(|byte| matches!(byte, b' '..=b'~' | b'\n'))
        );
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&printed).ok(),
            Some(value)
        );
    }
}
