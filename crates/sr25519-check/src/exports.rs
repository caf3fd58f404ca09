//! The functions that JavaScript calls. Each module instance has one checker and one room for batches.

use crate::{Checker, Signed};
use std::cell::RefCell;

struct Instance {
    checker: Checker,
    room: Vec<u8>,
    verdicts: Vec<u8>,
}

thread_local! {
    static INSTANCE: RefCell<Instance> = RefCell::new(Instance {
        checker: Checker::new(),
        room: Vec::new(),
        verdicts: Vec::new(),
    });
}

const RECORD: usize = 32 + 64 + 4 + 4;

/// Returns where a batch of so many bytes is to be written.
#[unsafe(no_mangle)]
extern "C" fn room(bytes: usize) -> *mut u8 {
    INSTANCE.with_borrow_mut(|Instance { room, .. }| {
        room.resize(bytes, 0);
        room.as_mut_ptr()
    })
}

/// Makes the table of the key that the room holds. Returns whether there is one.
#[unsafe(no_mangle)]
extern "C" fn make_table(at: usize) -> bool {
    INSTANCE.with_borrow_mut(|Instance { checker, room, .. }| {
        room.first_chunk().is_some_and(|key| checker.make_table(at, key))
    })
}

/// Checks the batch that the room holds. Returns where the verdicts are, 1 or 0 for each signature; null when the room holds
/// no such batch.
#[unsafe(no_mangle)]
extern "C" fn check(count: usize) -> *const u8 {
    INSTANCE.with_borrow_mut(|Instance { checker, room, verdicts }| {
        let Some(batch) = batch_of(room, count) else { return std::ptr::null() };
        verdicts.clear();
        verdicts.extend(checker.check(&batch).into_iter().map(u8::from));
        verdicts.as_ptr()
    })
}

fn batch_of(room: &[u8], count: usize) -> Option<Vec<Signed<'_>>> {
    let (records, mut texts) = room.split_at_checked(count.checked_mul(RECORD)?)?;
    records
        .chunks_exact(RECORD)
        .map(|record| {
            let (key, rest) = record.split_first_chunk()?;
            let (signature, rest) = rest.split_first_chunk()?;
            let (table, rest) = rest.split_first_chunk()?;
            let length = u32::from_le_bytes(*rest.first_chunk()?);
            let (text, others) = texts.split_at_checked(length as usize)?;
            texts = others;
            Some(Signed { key, signature, text, table: usize::try_from(i32::from_le_bytes(*table)).ok() })
        })
        .collect()
}
