//! The part of the ledger that keeps what people say beside the figures.

use botnia_model::{ContentHash, Event, Note, NoteId};
use botnia_transform::notes::NoteRequest;
use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::stored::{from_json, json, optional_text, text};
use super::writing::{Writing, despite_conflicts};
use super::{Ledger, LedgerError, failed};

/// A note, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptNote {
    /// Its name.
    pub id: NoteId,
    /// The note.
    pub note: Note,
    /// The archived file that it came in.
    pub file: ContentHash,
    /// When it came.
    pub imported_at: Timestamp,
    /// When it was withdrawn; none while it holds.
    pub withdrawn_at: Option<Timestamp>,
}

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotesImported {
    /// Notes that are new, or hold again.
    pub added: u32,
    /// Notes that were there and hold already.
    pub known: u32,
    /// Notes that no longer hold.
    pub withdrawn: u32,
    /// Notes that were withdrawn before, and stay so.
    pub left_out: Vec<NoteId>,
}

impl Ledger {
    /// Every note that was ever imported, by id.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn notes(&self) -> Result<Vec<KeptNote>, LedgerError> {
        sqlx::query(
            "SELECT note_id, note, file, imported_at, withdrawn_at FROM notes ORDER BY note_id",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(failed("list the notes"))?
        .iter()
        .map(read_note)
        .collect()
    }

    /// Keeps and withdraws what a file asks for, all of it or nothing. A note that was
    /// withdrawn before holds again only where `restore` says so.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub async fn import_notes(
        &self,
        now: Timestamp,
        file: &ContentHash,
        requests: &[NoteRequest],
        restore: bool,
    ) -> Result<NotesImported, LedgerError> {
        despite_conflicts!(self.import_notes_once(now, file, requests, restore))
    }

    async fn import_notes_once(
        &self,
        now: Timestamp,
        file: &ContentHash,
        requests: &[NoteRequest],
        restore: bool,
    ) -> Result<NotesImported, LedgerError> {
        let mut writing = self.write("import notes", now).await?;
        let mut imported = NotesImported::default();
        for request in requests {
            match request {
                NoteRequest::Keep(note) => {
                    writing
                        .keep_note(file, note, restore, &mut imported)
                        .await?;
                }
                NoteRequest::Replace { withdrawn, note } => {
                    // Whoever corrects a note wants it said, also where it was withdrawn.
                    writing.withdraw_note(withdrawn, &mut imported).await?;
                    writing.keep_note(file, note, true, &mut imported).await?;
                }
                NoteRequest::Withdraw(id) => writing.withdraw_note(id, &mut imported).await?,
            }
        }
        if imported.added > 0 || imported.withdrawn > 0 {
            writing
                .append(Event::NotesImported {
                    file: *file,
                    added: imported.added,
                    withdrawn: imported.withdrawn,
                })
                .await?;
        }
        writing.commit().await?;
        Ok(imported)
    }
}

impl Writing<'_> {
    async fn keep_note(
        &mut self,
        file: &ContentHash,
        note: &Note,
        restore: bool,
        imported: &mut NotesImported,
    ) -> Result<(), LedgerError> {
        let id = note.id();
        let inserted = self
            .execute(
                sqlx::query(
                    "INSERT INTO notes (note_id, note, file, imported_at) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (note_id) DO NOTHING",
                )
                .bind(id.to_string())
                .bind(json(note))
                .bind(file.to_string())
                .bind(self.now.to_string()),
            )
            .await?;
        if inserted > 0 {
            imported.added += 1;
            return Ok(());
        }
        if restore {
            let restored = self
                .execute(
                    sqlx::query(
                        "UPDATE notes SET withdrawn_at = NULL, file = $2, imported_at = $3
                         WHERE note_id = $1 AND withdrawn_at IS NOT NULL",
                    )
                    .bind(id.to_string())
                    .bind(file.to_string())
                    .bind(self.now.to_string()),
                )
                .await?;
            if restored > 0 {
                imported.added += 1;
                return Ok(());
            }
        }
        let withdrawn = self
            .row(
                sqlx::query(
                    "SELECT note_id FROM notes WHERE note_id = $1 AND withdrawn_at IS NULL",
                )
                .bind(id.to_string()),
            )
            .await?
            .is_none();
        if withdrawn {
            imported.left_out.push(id);
        } else {
            imported.known += 1;
        }
        Ok(())
    }

    async fn withdraw_note(
        &mut self,
        id: &NoteId,
        imported: &mut NotesImported,
    ) -> Result<(), LedgerError> {
        let withdrawn = self
            .execute(
                sqlx::query(
                    "UPDATE notes SET withdrawn_at = $2
                     WHERE note_id = $1 AND withdrawn_at IS NULL",
                )
                .bind(id.to_string())
                .bind(self.now.to_string()),
            )
            .await?;
        imported.withdrawn += u32::try_from(withdrawn).unwrap_or(u32::MAX);
        Ok(())
    }
}

fn read_note(row: &AnyRow) -> Result<KeptNote, LedgerError> {
    Ok(KeptNote {
        id: text("note_id", row.get("note_id"))?,
        note: from_json("note", row.get("note"))?,
        file: text("file", row.get("file"))?,
        imported_at: text("imported_at", row.get("imported_at"))?,
        withdrawn_at: optional_text("withdrawn_at", row)?,
    })
}
