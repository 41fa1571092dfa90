//! What an operator decides and nobody else may read: it never reaches a log, a page or an
//! error.

use std::fmt;
use std::ops::Deref;

use url::Url;

/// What stands in place of a secret.
const REDACTED: &str = "REDACTED";

/// A secret. It has no `Display`, and `Debug` prints `REDACTED`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself, for the one place that compares or sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(REDACTED)
    }
}

/// The address of a ledger, which may hold a password: `sqlite:data/state.db` or
/// `postgres://user:password@host/database`. As `&str` it is whole, for whoever connects; it
/// has no `Display`, and `Debug` prints [`LedgerAddress::redacted`].
#[derive(Clone, PartialEq, Eq)]
pub struct LedgerAddress(String);

impl LedgerAddress {
    /// The address with this text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The address with `REDACTED` for its password, for people to read:
    /// `postgres://user:REDACTED@host/database`.
    pub fn redacted(&self) -> String {
        let may_hold_one = !self.0.starts_with("sqlite:")
            && (self.0.contains('@') || self.0.to_lowercase().contains("password"));
        if !may_hold_one {
            return self.0.clone();
        }
        // What cannot be taken apart for sure may have its password anywhere.
        without_password(&self.0).unwrap_or_else(|| REDACTED.to_owned())
    }
}

impl Deref for LedgerAddress {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LedgerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.redacted())
    }
}

fn without_password(address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok()?;
    if url.password().is_some() {
        url.set_password(Some(REDACTED)).ok()?;
    }
    // PostgreSQL takes the password, and those of keys, as parameters too.
    let parameters: Vec<_> = url
        .query_pairs()
        .map(|(name, value)| {
            let value = if name.to_lowercase().contains("password") {
                REDACTED.to_owned()
            } else {
                value.into_owned()
            };
            (name.into_owned(), value)
        })
        .collect();
    if !parameters.is_empty() {
        url.query_pairs_mut().clear().extend_pairs(parameters);
    }
    // A password with an unescaped `/`, `?` or `#` ends up behind the host, with the `@`
    // that was to end it.
    let behind = [
        url.path(),
        url.query().unwrap_or(""),
        url.fragment().unwrap_or(""),
    ];
    let spilled = behind
        .iter()
        .any(|part| part.contains('@') || part.contains("%40"));
    (!spilled).then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (address, shown) in [
            ("sqlite:data/state.db", "sqlite:data/state.db"),
            (
                "sqlite:data/me@home/state.db",
                "sqlite:data/me@home/state.db",
            ),
            ("postgres://db/botnia", "postgres://db/botnia"),
            ("postgres://botnia@db/botnia", "postgres://botnia@db/botnia"),
            (
                "postgres://botnia:hunter2@db:5432/botnia",
                "postgres://botnia:REDACTED@db:5432/botnia",
            ),
            (
                "postgresql://botnia:hunt@er2@db/botnia",
                "postgresql://botnia:REDACTED@db/botnia",
            ),
            (
                "postgres://db/botnia?user=botnia&password=hunter2&sslmode=require",
                "postgres://db/botnia?user=botnia&password=REDACTED&sslmode=require",
            ),
            (
                "postgres://db/botnia?PassWord=hunter2",
                "postgres://db/botnia?PassWord=REDACTED",
            ),
            // Unescaped, so that another part seems to be the host or the port.
            ("postgres://botnia:12/hunter2@db/botnia", "REDACTED"),
            ("postgres://botnia:12?hunter2@db/botnia", "REDACTED"),
            ("postgres://botnia:12#hunter2@db/botnia", "REDACTED"),
            ("postgres://botnia:hunter2/x@db/botnia", "REDACTED"),
            ("host=db password=hunter2", "REDACTED"),
        ] {
            let address = LedgerAddress::new(address.to_owned());
            assert_eq!(address.redacted(), shown);
            assert_eq!(format!("{address:?}"), shown);
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::new("correct-horse-battery".to_owned());
        assert_eq!(format!("{secret:?} {:#?}", Some(&secret)), {
            "REDACTED Some(\n    REDACTED,\n)"
        });
        assert_eq!(secret.expose(), "correct-horse-battery");
    }
}
