//! The ledger's password and the server's token are read, and never printed.

use super::*;

const TOKEN: &str = "0123456789abcdef";

fn with_token(value: &str) -> Result<Settings, SettingsError> {
    parse(&format!("{LEAST}[server]\ntoken = {value}\n"))
}

#[test]
fn a_password_of_the_ledger_is_not_printed() {
    for scheme in ["postgres", "postgresql"] {
        let address = format!("{scheme}://botnia:hunter2@db.example/botnia");
        let settings = parse(&format!("state = \"{address}\"\n{LEAST}")).unwrap();
        assert_eq!(&*settings.state, address);
        let printed = format!("{settings:?} {settings:#?}");
        assert!(printed.contains("botnia:REDACTED@db.example"), "{printed}");
        assert!(!printed.contains("hunter2"), "{printed}");
    }
    let mistyped = "postgress://botnia:hunter2@db.example/botnia";
    insta::assert_snapshot!(refused(&format!("state = \"{mistyped}\"\n{LEAST}")), @r#"
    the settings have a problem
    botnia.toml:1:9: `state`: `postgress://botnia:REDACTED@db.example/botnia` is no address of a ledger
      hint: write "sqlite:data/state.db" or "postgres://user@host/database"
    "#);
    let error = with_environment(LEAST, &[("BOTNIA_STATE", mistyped)]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
}

#[test]
fn a_token_is_read_and_not_printed() {
    let written = with_token(&format!("\"{TOKEN}\"")).unwrap();
    let given = with_environment(
        &format!("{LEAST}[server]\ntoken = \"another-0123456789\"\n"),
        &[("BOTNIA_SERVER_TOKEN", TOKEN)],
    )
    .unwrap();
    for settings in [written, given] {
        assert_eq!(settings.server.token.as_ref().unwrap().expose(), TOKEN);
        let printed = format!("{settings:?} {settings:#?}");
        assert!(printed.contains("REDACTED"), "{printed}");
        assert!(!printed.contains(TOKEN), "{printed}");
    }
}

#[test]
fn a_token_that_can_be_guessed_or_not_be_sent_is_refused() {
    insta::assert_snapshot!(with_token("\"0123456789abcde\"").unwrap_err(), @r#"
    the settings have a problem
    botnia.toml:8:9: `server.token`: must be at least 16 ASCII letters, digits and signs, without spaces
      hint: write a long random one, such as `openssl rand -hex 32` prints
    "#);
    let error = with_environment(LEAST, &[("BOTNIA_SERVER_TOKEN", "")]).unwrap_err();
    insta::assert_snapshot!(error, @r#"
    the settings have a problem
    environment: `BOTNIA_SERVER_TOKEN`: must be at least 16 ASCII letters, digits and signs, without spaces
      hint: write a long random one, such as `openssl rand -hex 32` prints
    "#);
    for token in [
        "0123456789 abcdef",
        "0123456789abcdé€",
        "0123456789abcdef\\n",
    ] {
        let error = with_token(&format!("\"{token}\"")).unwrap_err();
        assert!(error.to_string().contains("without spaces"), "{token}");
    }
}

#[test]
fn no_complaint_repeats_a_token() {
    for value in [
        "8642086420864208",
        "8642086420864208.5",
        "[\"8642086420864208\"]",
        "8642086420864208x",
        "\"8642086420864208",
        "\"8642086420864208\"\ntoken = \"8642086420864208\"",
        "\"8642086420864208\\q\"",
        "\"8642086420864208 \"",
    ] {
        let error = with_token(value).unwrap_err();
        let printed = format!("{error} {error:?}");
        assert!(!printed.contains("86420864"), "{value}: {printed}");
    }
}
