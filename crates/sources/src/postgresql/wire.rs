//! What comes from a server, message by message: one that is too long for a row is passed over, and an error stands in its
//! place. The library would hold all of it before anybody could look at it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

/// The longest messages, and so the longest rows.
const MAX_MESSAGE: usize = 16 << 20;

/// What a server may tell of its settings, all of which the library keeps.
const MAX_SETTINGS: usize = 64 << 10;

/// The sign of a message and its length.
const HEADER: usize = 5;

/// How much is read at once.
const READ: usize = 64 << 10;

/// A stream of messages.
pub(super) struct Limited<S> {
    stream: S,
    /// What was read, and how much of it is still to be looked at.
    read: Box<[u8]>,
    start: usize,
    end: usize,
    /// Bytes of the present message that go on, and those that do not.
    pass: usize,
    skip: usize,
    /// Bytes that may still be told of settings.
    settings: usize,
    /// What goes on in place of a message.
    instead: Vec<u8>,
}

impl<S> Limited<S> {
    /// Takes the first bytes for no message: a server answers with one byte whether it encrypts.
    pub(super) fn new(stream: S, before: usize) -> Self {
        let read = vec![0; READ].into_boxed_slice();
        Self { stream, read, start: 0, end: 0, pass: before, skip: 0, settings: MAX_SETTINGS, instead: Vec::new() }
    }

    /// Hands on what was read, as far as it is known whether it goes on.
    fn hand_on(&mut self, to: &mut ReadBuf<'_>) {
        loop {
            let known = self.end - self.start;
            if !self.instead.is_empty() {
                let count = self.instead.len().min(to.remaining());
                to.put_slice(&self.instead[..count]);
                self.instead.drain(..count);
                if count == 0 {
                    return;
                }
            } else if self.pass > 0 {
                let count = self.pass.min(known).min(to.remaining());
                to.put_slice(&self.read[self.start..self.start + count]);
                self.start += count;
                self.pass -= count;
                if count == 0 {
                    return;
                }
            } else if self.skip > 0 {
                let count = self.skip.min(known);
                self.start += count;
                self.skip -= count;
                if count == 0 {
                    return;
                }
            } else if let Some(&[sign, ref length @ ..]) = self.read[self.start..self.end].first_chunk::<HEADER>() {
                // A length counts itself; what has none is left to the library.
                let length = usize::try_from(i32::from_be_bytes(*length)).unwrap_or(0).max(HEADER - 1) + 1;
                if sign == b'S' && length > self.settings {
                    self.skip = length;
                } else if length <= MAX_MESSAGE {
                    self.settings -= if sign == b'S' { length } else { 0 };
                    self.pass = length;
                } else {
                    self.skip = length;
                    self.instead = instead_of(sign, length);
                }
            } else {
                return;
            }
        }
    }
}

/// What stands for a message that is too long: nothing for what tells nobody anything.
fn instead_of(sign: u8, length: usize) -> Vec<u8> {
    if matches!(sign, b'N' | b'A') {
        return Vec::new();
    }
    let (megabytes, most) = (length.div_ceil(1 << 20), MAX_MESSAGE >> 20);
    let message = if sign == b'D' {
        format!("a row has {megabytes} MB, more than the {most} MB that one may have: leave out its longest values")
    } else {
        format!("it sent a message of {megabytes} MB, more than {most} MB: is it a PostgreSQL server?")
    };
    // The code of limits that a program has.
    let fields = format!("SERROR\0VERROR\0C54000\0M{message}\0\0");
    let length = u32::try_from(fields.len() + HEADER - 1).unwrap_or(u32::MAX);
    [b"E", length.to_be_bytes().as_slice(), fields.as_bytes()].concat()
}

impl<S: AsyncRead + Unpin> AsyncRead for Limited<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = to.filled().len();
        loop {
            this.hand_on(to);
            if to.filled().len() > before || to.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            this.read.copy_within(this.start..this.end, 0);
            (this.start, this.end) = (0, this.end - this.start);
            let mut more = ReadBuf::new(&mut this.read[this.end..]);
            ready!(Pin::new(&mut this.stream).poll_read(context, &mut more))?;
            if more.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.end += more.filled().len();
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Limited<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: TlsStream + Unpin> TlsStream for Limited<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}

/// Encryption beneath the messages.
pub(super) struct Beneath<T>(pub(super) T);

impl<S, T> TlsConnect<Limited<S>> for Beneath<T>
where
    T: TlsConnect<S, Future: Send + 'static>,
{
    type Stream = Limited<T::Stream>;
    type Error = T::Error;
    type Future = BoxFuture<'static, Result<Self::Stream, Self::Error>>;

    /// What came before the encryption is let go: nobody vouches for it.
    fn connect(self, stream: Limited<S>) -> Self::Future {
        let connecting = self.0.connect(stream.stream);
        connecting.map(|stream| Ok(Limited::new(stream?, 0))).boxed()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn message(sign: u8, body: usize) -> Vec<u8> {
        let length = u32::try_from(body + 4).unwrap();
        [&[sign], length.to_be_bytes().as_slice(), &vec![b'x'; body]].concat()
    }

    /// What is read where these bytes come in pieces of this length.
    fn read(bytes: Vec<u8>, piece: usize, before: usize) -> Vec<u8> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (mut server, client) = tokio::io::duplex(piece);
            let writing = tokio::spawn(async move { server.write_all(&bytes).await });
            let mut read = Vec::new();
            Limited::new(client, before).read_to_end(&mut read).await.unwrap();
            writing.await.unwrap().unwrap();
            read
        })
    }

    #[test]
    fn what_is_short_goes_on_and_an_error_stands_for_what_is_long() {
        let long = |sign| message(sign, MAX_MESSAGE);
        let short = [message(b'T', 30), message(b'D', 0), message(b'D', 200_000)].concat();
        let error = instead_of(b'D', MAX_MESSAGE + 5);
        assert!(String::from_utf8_lossy(&error).contains("a row has 17 MB, more than the 16 MB"));
        assert_eq!(usize::try_from(u32::from_be_bytes(error[1..5].try_into().unwrap())).unwrap(), error.len() - 1);
        for piece in [1, 4, 7, 1 << 10, 1 << 20] {
            assert_eq!(read(short.clone(), piece, 0), short);
            assert_eq!(read([b"N", short.as_slice()].concat(), piece, 1), [b"N", short.as_slice()].concat());
        }
        let other = instead_of(b'H', 1_414_811_695);
        assert!(String::from_utf8_lossy(&other).contains("it sent a message of 1350 MB, more than 16 MB"));
        for piece in [1000, 1 << 20] {
            let bytes = [&*short, &long(b'D'), &message(b'C', 9), &long(b'N'), &message(b'Z', 1)].concat();
            assert_eq!(read(bytes, piece, 0), [&*short, &error, &message(b'C', 9), &message(b'Z', 1)].concat());
        }
        assert_eq!(read(message(b'D', MAX_MESSAGE - 5), 1 << 20, 0).len(), MAX_MESSAGE);
    }

    #[test]
    fn settings_without_end_are_passed_over() {
        let (setting, row) = (message(b'S', 27), message(b'D', 9));
        let told = MAX_SETTINGS / setting.len();
        let bytes = [setting.repeat(told + 100_000), row.clone(), setting.clone(), row.clone()].concat();
        assert_eq!(read(bytes, 1 << 20, 0), [setting.repeat(told), row.repeat(2)].concat());
    }

    #[test]
    fn what_is_no_message_is_left_to_the_library() {
        for bytes in [&b"D\0\0"[..], b"D\xff\xff\xff\xff", b"D\0\0\0\0Z"] {
            let whole = bytes.len() / HEADER * HEADER;
            assert_eq!(read(bytes.to_vec(), 64, 0), bytes[..whole]);
        }
    }
}
