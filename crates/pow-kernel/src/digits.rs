//! Tables of short digit strings: lanes step the last digits of a text nonce through them.

use std::sync::LazyLock;

/// Digits that vary inside one segment.
pub const MOST_DIGITS: u32 = 4;

/// Room behind each table so that a last, partial pass may read past its end.
const SLACK: usize = 64;

/// All strings of `digits` digits in order, each with its first character in the top byte and
/// zero bytes behind its last.
///
/// # Panics
///
/// When `digits` is not 1 to [`MOST_DIGITS`].
pub fn table(base: u64, digits: u32) -> &'static [u32] {
    let tables = if base == 10 { &*DECIMAL } else { &*HEX };
    &tables[digits as usize - 1]
}

static DECIMAL: LazyLock<[Vec<u32>; 4]> = LazyLock::new(|| [1, 2, 3, 4].map(|n| build(10, n)));
static HEX: LazyLock<[Vec<u32>; 4]> = LazyLock::new(|| [1, 2, 3, 4].map(|n| build(16, n)));

fn build(base: u32, digits: u32) -> Vec<u32> {
    let count = base.pow(digits);
    let strings = (0..count).map(|number| {
        let place = |i: u32| number / base.pow(digits - 1 - i) % base;
        let character = |i: u32| char::from_digit(place(i), base).map_or(0, u32::from);
        (0..digits).fold(0, |word, i| word | character(i) << (24 - 8 * i))
    });
    strings.chain(std::iter::repeat_n(0, SLACK)).collect()
}
