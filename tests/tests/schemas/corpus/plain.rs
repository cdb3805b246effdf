//! Numbers of every width, texts, truth, and nothing.

use std::borrow::Cow;
use std::num::{NonZeroI64, NonZeroU8, NonZeroU64, NonZeroUsize, Wrapping};

corpus! {
    int8: i8 = [0, 1, -128, 127];
    int16: i16 = [0, 1, -32768, 32767];
    int32: i32 = [0, 1, -2147483648, 2147483647];
    int64: i64 = [0, -1, i64::MIN, i64::MAX];
    int128: i128 = [0, -1, i64::MIN, u64::MAX];
    int_size: isize = [0, -1, 7, i64::MIN];
    uint8: u8 = [0, 1, 128, 255];
    uint16: u16 = [0, 1, 256, 65535];
    uint32: u32 = [0, 1, 65536, u32::MAX];
    uint64: u64 = [0, 1, u32::MAX, u64::MAX];
    uint128: u128 = [0, 1, 255, u64::MAX];
    uint_size: usize = [0, 1, 255, 65536];
    nonzero_u8: NonZeroU8 = [1, 2, 128, 255];
    nonzero_u64: NonZeroU64 = [1, 2, 128, u64::MAX];
    nonzero_i64: NonZeroI64 = [1, -1, i64::MIN, i64::MAX];
    nonzero_usize: NonZeroUsize = [1, 2, 128, 255];
    wrapping: Wrapping<u16> = [0, 1, 256, 65535];
    float32: f32 = [0.0, -1.5, 0.1, 3.4e38];
    float64: f64 = [0.0, -1.5, 0.1, 1e-300, 1.7e308];
    character: char = ["a", "\u{e9}", "\u{10ffff}", "\u{0}"];
    boolean: bool = [true, false];
    text: String = ["", "a", "null", "\u{1f600}\n\"", "3"];
    boxed_text: Box<str> = ["", "a", "null", "3"];
    cow_text: Cow<'static, str> = ["", "a", "null", "3"];
    boxed: Box<u8> = [0, 1, 128, 255];
    unit: () = [null, null];
}
