//! Chances that bytes decide, and when there are no more of them, a count that goes on from the last.

/// A source of numbers.
pub(super) struct Dice<'b> {
    bytes: &'b [u8],
    state: u64,
    names: usize,
}

impl<'b> Dice<'b> {
    /// The bytes themselves, one each time; zeros behind them.
    pub(super) fn of(bytes: &'b [u8]) -> Self {
        Dice { bytes, state: 0, names: 0 }
    }

    /// Numbers that a text leads to, without an end.
    pub(super) fn seeded(text: &str) -> Dice<'static> {
        let mix = |state: u64, byte: u8| (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        Dice { bytes: &[], state: text.bytes().fold(0xcbf2_9ce4_8422_2325, mix) | 1, names: 0 }
    }

    /// A number below `sides`.
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        if let [first, rest @ ..] = self.bytes {
            self.bytes = rest;
            return usize::from(*first) % sides.max(1);
        }
        if self.state == 0 {
            return 0;
        }
        // xorshift: it need not be good, only the same each time.
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).unwrap_or_default() % sides.max(1)
    }

    /// Once in so many times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.roll(times) == times - 1
    }

    pub(super) fn pick<'v, T>(&mut self, values: &'v [T]) -> Option<&'v T> {
        values.get(self.roll(values.len()))
    }

    /// A name that nothing else has.
    pub(super) fn name(&mut self) -> String {
        self.names += 1;
        format!("n{}", self.names)
    }
}
