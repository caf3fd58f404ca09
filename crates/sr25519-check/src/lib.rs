//! Checks sr25519 signatures for JavaScript, which writes a batch to `room`, and reads a byte for each verdict.
//!
//! A batch is a record for each signature, then all texts in the same order. A record holds the key (32 bytes), the
//! signature (64 bytes), the place of the key's table or -1, and the length of the text (both 4 bytes, little-endian).

mod checker;
mod signature;
mod windows;

pub use checker::{Checker, Signed};

#[cfg(target_arch = "wasm32")]
mod exports;
