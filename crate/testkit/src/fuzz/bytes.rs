//! Mutation of bytes.

use crate::random::Random;

/// Bytes at the limits of RLP, JSON and integers, where decoders err.
const BOUNDARY_BYTES: [&[u8]; 24] = [
    &[0x00],
    &[0x7f],
    &[0x80],
    &[0x81, 0x00],
    &[0xb7],
    &[0xb8, 0x00],
    &[0xbb, 0xff, 0xff, 0xff, 0xff],
    &[0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0xc0],
    &[0xf7],
    &[0xf8, 0xff],
    &[0xfb, 0x7f, 0xff, 0xff, 0xff],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    b"\"0x\"",
    b"\"0x00\"",
    b"\"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\"",
    b"-1",
    b"1e999",
    b"null",
    b"{}",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"{\"\":{\"\":{\"\":{\"\":{\"\":{\"\":",
    b"\"\\ud800\"",
    b"18446744073709551616",
];

/// Returns `bytes` with one to six changes, some of which copy parts of `other`.
#[must_use]
pub fn mutate(random: &mut Random, bytes: &[u8], other: &[u8]) -> Vec<u8> {
    let mut mutated = bytes.to_vec();
    // Mostly one change: a decoder rejects many at the first of them.
    let changes = if random.below(3) == 0 {
        1 + random.below(6)
    } else {
        1
    };
    for _ in 0..changes {
        change(random, &mut mutated, other);
    }
    mutated
}

fn change(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8]) {
    let (from, to) = range(random, bytes.len());
    match random.below(10) {
        0 => bytes.truncate(from),
        1 => {
            bytes.drain(from..to);
        }
        2 => {
            let again = bytes[from..to].to_vec();
            bytes.splice(to..to, again);
        }
        3 => {
            let (start, end) = range(random, other.len());
            bytes.splice(from..to, other[start..end].iter().copied());
        }
        4 | 5 => {
            let boundary = BOUNDARY_BYTES[below(random, BOUNDARY_BYTES.len())];
            let end = (from + below(random, 2) * boundary.len()).min(bytes.len());
            bytes.splice(from..end, boundary.iter().copied());
        }
        6 => {
            if let Some(byte) = bytes.get_mut(from) {
                *byte = byte.wrapping_add(1);
            }
        }
        7 => {
            if let Some(byte) = bytes.get_mut(from) {
                *byte = byte.wrapping_sub(1);
            }
        }
        _ => {
            if let Some(byte) = bytes.get_mut(from) {
                *byte ^= 1 << random.below(8);
            }
        }
    }
}

/// Returns a range of positions, mostly a short one.
fn range(random: &mut Random, length: usize) -> (usize, usize) {
    let from = below(random, length + 1);
    let most = [4, 40, length][below(random, 3)];
    let to = (from + below(random, most + 1)).min(length);
    (from, to)
}

fn below(random: &mut Random, bound: usize) -> usize {
    usize::try_from(random.below(bound.max(1) as u64)).unwrap_or(0)
}
