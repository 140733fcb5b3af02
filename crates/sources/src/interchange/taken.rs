//! The memory that reading a table takes, counted where there is a limit.

use aracari_engine::Room;

use super::TableError;

/// Bytes that are taken now.
#[derive(Debug, Default)]
pub(super) struct Taken<'a> {
    room: Option<&'a Room>,
    bytes: usize,
    is_full: bool,
}

impl<'a> Taken<'a> {
    pub(super) fn of(room: &'a Room) -> Self {
        Self { room: Some(room), ..Self::default() }
    }

    pub(super) fn add(&mut self, bytes: usize) -> Result<(), TableError> {
        self.set(self.bytes.saturating_add(bytes))
    }

    pub(super) fn give_back(&mut self, bytes: usize) -> Result<(), TableError> {
        self.set(self.bytes.saturating_sub(bytes))
    }

    /// So many bytes in all.
    pub(super) fn set(&mut self, bytes: usize) -> Result<(), TableError> {
        self.is_full = self.room.is_some_and(|room| room.resize(bytes).is_err());
        if self.is_full {
            return Err(TableError::Memory);
        }
        self.bytes = bytes;
        Ok(())
    }

    /// True after more was wanted than there is.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }
}
