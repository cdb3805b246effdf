//! HTTP/1 or HTTP/2? The first bytes of a connection tell.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

/// What every HTTP/2 connection begins with, and no HTTP/1 request does.
const PREFACE: [u8; 24] = *b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A stream whose first bytes were read already, and are read again.
pub(crate) struct Reread<S> {
    stream: S,
    read: [u8; PREFACE.len()],
    /// Which of them are still to come.
    from: u8,
    to: u8,
}

/// Reads no further than it takes to tell whether HTTP/2 is spoken.
pub(crate) async fn tell<S: AsyncRead + Unpin>(stream: S) -> io::Result<(bool, Reread<S>)> {
    let mut it = Reread { stream, read: [0; PREFACE.len()], from: 0, to: 0 };
    loop {
        let (known, rest) = it.read.split_at_mut(it.to.into());
        if *known == PREFACE {
            return Ok((true, it));
        }
        if !PREFACE.starts_with(known) {
            return Ok((false, it));
        }
        match it.stream.read(rest).await? {
            0 => return Ok((false, it)),
            n => it.to += u8::try_from(n).unwrap_or_default(),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Reread<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let it = &mut *self;
        let again = it.read.get(it.from.into()..it.to.into()).unwrap_or_default();
        if again.is_empty() {
            return Pin::new(&mut it.stream).poll_read(cx, buffer);
        }
        let fits = again.len().min(buffer.remaining());
        buffer.put_slice(again.get(..fits).unwrap_or_default());
        it.from += u8::try_from(fits).unwrap_or_default();
        if it.from == it.to && buffer.remaining() > 0 {
            // What has come behind them goes along: for so few bytes alone hyper would double its buffer. An end or an
            // error comes again.
            let _pending_too = Pin::new(&mut it.stream).poll_read(cx, buffer);
        }
        Poll::Ready(Ok(()))
    }
}

super::writes_through!(Reread);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_read_is_read_again() {
        let long = [&PREFACE[..], b"more of it"].concat();
        for (bytes, is_preface) in [
            (&long[..], true),
            (&PREFACE, true),
            (b"POST /mcp HTTP/1.1\r\n", false),
            (b"PRI * HTTP/1.1", false),
            (b"", false),
        ] {
            for piece in 1..=bytes.len().max(1) {
                let mut mock = tokio::io::duplex(piece);
                let writer = async {
                    tokio::io::AsyncWriteExt::write_all(&mut mock.1, bytes).await.expect("it reads");
                    drop(mock.1);
                };
                let reader = async {
                    let (told, mut stream) = tell(mock.0).await.expect("it can be read");
                    assert_eq!(told, is_preface, "{piece}");
                    let mut all = Vec::new();
                    stream.read_to_end(&mut all).await.expect("it can be read");
                    assert_eq!(all, bytes, "{piece}");
                };
                tokio::join!(writer, reader);
            }
        }
    }
}
