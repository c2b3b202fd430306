//! Maximum length of an error message.

/// Most characters of an error message. It may quote the request, which the caller knows.
const MOST_CHARACTERS: usize = 200;

/// Returns `text`, or its first 200 characters and an ellipsis where it is longer.
///
/// # Example
///
/// ```
/// use parevm_simulate::brief;
///
/// assert_eq!(brief("nonce too low".to_owned()), "nonce too low");
/// assert_eq!(brief("é".repeat(201)), format!("{}…", "é".repeat(200)));
/// ```
#[must_use]
pub fn brief(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MOST_CHARACTERS) {
        text.truncate(end);
        text.push('…');
        text.shrink_to_fit();
    }
    text
}
