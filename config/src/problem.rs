//! What is wrong with a file that an operator writes, said so that it can be put right.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file's name as it was given, or `environment`.
    pub file: String,
    /// Line and column, counted from 1; none where nothing in the file stands for it.
    pub place: Option<(usize, usize)>,
    /// The key from the top of the file, list items counted from 1: `source[1].schedule`.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.file)?;
        if let Some((line, column)) = self.place {
            write!(formatter, ":{line}:{column}")?;
        }
        if !self.key.is_empty() {
            write!(formatter, ": `{}`", self.key)?;
        }
        write!(formatter, ": {}", self.what)?;
        if let Some(hint) = &self.hint {
            write!(formatter, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

/// Settings or indicator sets that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file or folder cannot be read.
    #[error("read `{}`", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What was read cannot be used. Carries everything that is wrong, in reading order.
    #[error("{}", summary(problems))]
    Invalid {
        /// At least one.
        problems: Vec<Problem>,
    },
}

impl SettingsError {
    /// What is wrong; empty where the file could not be read at all.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Read { .. } => &[],
            Self::Invalid { problems } => problems,
        }
    }
}

fn summary(problems: &[Problem]) -> String {
    let mut text = match problems.len() {
        1 => "the settings have a problem".to_owned(),
        count => format!("the settings have {count} problems"),
    };
    for problem in problems {
        text.push('\n');
        text.push_str(&problem.to_string());
    }
    text
}

/// The word of `known` that `text` was probably meant to be.
pub fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|word| {
            let likeness = strsim::jaro_winkler(&text.to_lowercase(), &word.to_lowercase());
            (word, likeness)
        })
        .filter(|(_, likeness)| *likeness >= 0.75)
        .max_by(|(_, left), (_, right)| left.total_cmp(right))
        .map(|(word, _)| word)
}

/// "did you mean `schedule`?", or what there is to choose from.
pub(crate) fn suggestion(text: &str, known: &[&str]) -> String {
    match nearest(text, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("known here: {}", known.join(", ")),
    }
}
