//! The memory that reading a table takes, counted where there is a limit.

use aracari_engine::Room;

use super::TableError;

/// Bytes that are taken now.
#[derive(Debug, Default)]
pub(super) struct Taken<'a> {
    room: Option<&'a Room>,
    bytes: usize,
}

impl<'a> Taken<'a> {
    pub(super) fn of(room: &'a Room) -> Self {
        Self { room: Some(room), bytes: 0 }
    }

    pub(super) fn add(&mut self, bytes: usize) -> Result<(), TableError> {
        self.set(self.bytes.saturating_add(bytes))
    }

    pub(super) fn give_back(&mut self, bytes: usize) -> Result<(), TableError> {
        self.set(self.bytes.saturating_sub(bytes))
    }

    /// So many bytes in all.
    pub(super) fn set(&mut self, bytes: usize) -> Result<(), TableError> {
        if let Some(room) = self.room {
            room.resize(bytes).map_err(|_| TableError::Memory)?;
        }
        self.bytes = bytes;
        Ok(())
    }
}
