//! From chunks of bytes to lines, each at most so long.

use bytes::{Buf, Bytes, BytesMut};

/// What the stream gave.
#[derive(Debug, PartialEq)]
pub(crate) enum Line {
    /// One line without its end, never blank.
    Text(Bytes),
    /// A line over the limit began; this is its beginning, the rest is skipped.
    TooLong(Bytes),
}

/// Up to here a line is copied out of what was read, so that whoever keeps it keeps nothing else. A longer one is taken
/// with the memory it came in, and what follows it is copied.
const COPIED: usize = 16 << 10;

/// Short lines that came together are copied together: whoever keeps one keeps so much at most.
const BLOCK: usize = 4 << 10;

/// Splits a stream at its newlines.
pub(crate) struct Lines {
    /// Whole lines, each with its end.
    block: Bytes,
    buffer: BytesMut,
    /// How far `buffer` was searched for a newline.
    searched: usize,
    limit: usize,
    skipping: bool,
}

impl Lines {
    pub(crate) fn new(limit: usize) -> Self {
        Lines { block: Bytes::new(), buffer: BytesMut::new(), searched: 0, limit, skipping: false }
    }

    /// Where the next bytes go.
    pub(crate) fn buffer(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// What was read somewhere else.
    #[cfg(feature = "stdio")]
    pub(crate) fn push(&mut self, mut chunk: &[u8]) {
        if self.block.is_empty() && self.buffer.is_empty() && !self.skipping {
            self.block = block(chunk);
            chunk = chunk.get(self.block.len()..).unwrap_or_default();
        }
        self.buffer.extend_from_slice(chunk);
    }

    /// The next line that is complete.
    pub(crate) fn next(&mut self) -> Option<Line> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.block) {
                let line = self.block.split_to(end);
                self.block.advance(1);
                if line.len() > self.limit {
                    return Some(Line::TooLong(head(&line)));
                }
                match text(line) {
                    Some(line) => return Some(line),
                    None => continue,
                }
            }
            if !self.skipping && self.searched == 0 {
                self.block = block(&self.buffer);
                if !self.block.is_empty() {
                    self.buffer.advance(self.block.len());
                    continue;
                }
            }
            let unsearched = self.buffer.get(self.searched..).unwrap_or_default();
            match memchr::memchr(b'\n', unsearched) {
                Some(at) => {
                    let end = self.searched + at;
                    self.searched = 0;
                    if std::mem::take(&mut self.skipping) {
                        self.buffer.advance(end + 1);
                        continue;
                    }
                    let line = self.cut(end);
                    if line.len() > self.limit {
                        return Some(Line::TooLong(head(&line)));
                    }
                    if let Some(line) = text(line) {
                        return Some(line);
                    }
                }
                None => {
                    self.searched = self.buffer.len();
                    if self.skipping {
                        self.clear();
                    } else if self.buffer.len() > self.limit {
                        let head = head(&self.buffer);
                        self.clear();
                        self.skipping = true;
                        return Some(Line::TooLong(head));
                    }
                    return None;
                }
            }
        }
    }

    /// Takes the line that ends here, and its newline.
    fn cut(&mut self, end: usize) -> Bytes {
        if end <= COPIED {
            let line = Bytes::copy_from_slice(self.buffer.get(..end).unwrap_or_default());
            self.buffer.advance(end + 1);
            return line;
        }
        let line = self.buffer.split_to(end).freeze();
        self.buffer = BytesMut::from(self.buffer.get(1..).unwrap_or_default());
        line
    }

    /// What is left when the stream has ended: a last line without a newline counts.
    pub(crate) fn last(&mut self) -> Option<Line> {
        let line = std::mem::take(&mut self.buffer);
        self.searched = 0;
        if std::mem::take(&mut self.skipping) { None } else { text(line.freeze()) }
    }

    fn clear(&mut self) {
        self.buffer = BytesMut::new();
        self.searched = 0;
    }
}

/// A copy of the first whole lines, as many as one block has room for.
fn block(bytes: &[u8]) -> Bytes {
    let together = bytes.get(..BLOCK).unwrap_or(bytes);
    let lines = memchr::memrchr(b'\n', together).and_then(|end| together.get(..=end));
    lines.map_or_else(Bytes::new, Bytes::copy_from_slice)
}

/// Enough of a long line to find its id in.
fn head(line: &[u8]) -> Bytes {
    Bytes::copy_from_slice(line.get(..line.len().min(64 << 10)).unwrap_or_default())
}

fn text(mut line: Bytes) -> Option<Line> {
    if line.last() == Some(&b'\r') {
        line.truncate(line.len() - 1);
    }
    if line.iter().all(u8::is_ascii_whitespace) { None } else { Some(Line::Text(line)) }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, COPIED, Line, Lines};
    use proptest::prelude::*;

    fn all(limit: usize, chunks: &[&str]) -> Vec<String> {
        let got = all_by(limit, chunks, |lines, chunk| lines.buffer().extend_from_slice(chunk));
        #[cfg(feature = "stdio")]
        assert_eq!(all_by(limit, chunks, Lines::push), got);
        got
    }

    fn all_by(limit: usize, chunks: &[&str], mut push: impl FnMut(&mut Lines, &[u8])) -> Vec<String> {
        let mut lines = Lines::new(limit);
        let mut got = Vec::new();
        let mut show = |line: Line| match line {
            Line::Text(line) => got.push(String::from_utf8_lossy(&line).into_owned()),
            Line::TooLong(head) => got.push(format!("too long: {}", String::from_utf8_lossy(&head))),
        };
        for chunk in chunks {
            push(&mut lines, chunk.as_bytes());
            while let Some(line) = lines.next() {
                show(line);
            }
        }
        if let Some(line) = lines.last() {
            show(line);
        }
        got
    }

    #[test]
    fn lines_come_whole_however_they_are_cut() {
        assert_eq!(all(10, &["a", "b\nc\r\n", "\n  \n", "d"]), ["ab", "c", "d"]);
        assert_eq!(all(10, &["a\nb\nc\n"]), ["a", "b", "c"]);
    }

    #[test]
    fn a_long_line_is_reported_once_and_skipped() {
        assert_eq!(all(4, &["abcde", "fgh", "ij\nok\n"]), ["too long: abcde", "ok"]);
        assert_eq!(all(4, &["abcdefgh\nok\n"]), ["too long: abcdefgh", "ok"]);
        assert_eq!(all(4, &["abcd\n", "abcdef"]), ["abcd", "too long: abcdef"]);
    }

    proptest! {
        #[test]
        fn lines_are_the_same_however_many_come_together(
            sizes in proptest::collection::vec(prop_oneof![0..40_usize, BLOCK - 3..BLOCK + 3, COPIED - 2..COPIED + 2], 0..40),
            chunk in prop_oneof![1..60_usize, BLOCK - 2..BLOCK + 2, Just(64 << 10)],
            end in prop_oneof![Just("\n"), Just("\r\n")],
        ) {
            const LIMIT: usize = COPIED;
            let line = |(at, size): (usize, &usize)| char::from(b'a' + (at % 26) as u8).to_string().repeat(*size);
            let sent: Vec<String> = sizes.iter().enumerate().map(line).collect();
            let text: String = sent.iter().map(|line| line.clone() + end).collect();
            let chunks: Vec<&str> = text.as_bytes().chunks(chunk).map(|part| std::str::from_utf8(part).expect("ASCII")).collect();
            let got = all(LIMIT, &chunks);
            // Whether the carriage return counts is decided before it is cut off.
            let too_long = |line: &String| line.len() + end.len() - 1 > LIMIT;
            let expected: Vec<&String> = sent.iter().filter(|line| !line.is_empty()).collect();
            prop_assert_eq!(got.len(), expected.len());
            for (got, line) in got.iter().zip(expected) {
                let fits = if too_long(line) { got.starts_with("too long: ") } else { got == line };
                prop_assert!(fits, "{} of {} bytes", got.len(), line.len());
            }
        }
    }
}
