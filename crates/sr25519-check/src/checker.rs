//! Checks signatures, a batch at a time.

use crate::signature::{Signature, challenge, point_of, signature_of};
use crate::windows::Table;
use curve25519_dalek::{RistrettoPoint, Scalar, constants::RISTRETTO_BASEPOINT_POINT};
use schnorrkel::context::SigningContext;
use std::borrow::Cow;

/// A signature with the text and the key that it is checked against.
pub struct Signed<'a> {
    pub key: &'a [u8; 32],
    pub signature: &'a [u8; 64],
    pub text: &'a [u8],
    /// which table is the key's
    pub table: Option<usize>,
}

/// Checks signatures of the context `substrate`.
pub struct Checker {
    context: SigningContext,
    /// one half, modulo the group's order
    half: Scalar,
    base: Table<8>,
    tables: Vec<Table<5>>,
}

impl Checker {
    /// How many keys can have a table, 133 kB each.
    pub const TABLES: usize = 256;

    pub fn new() -> Self {
        Self {
            context: SigningContext::new(b"substrate"),
            half: Scalar::from(2u64).invert(),
            base: Table::new(&RISTRETTO_BASEPOINT_POINT),
            tables: Vec::with_capacity(Self::TABLES),
        }
    }

    /// Makes the table of a key, in place of that which is there, or behind the last one.
    ///
    /// Returns whether there is one now: not for what is no key, and not beyond the last place.
    pub fn make_table(&mut self, at: usize, key: &[u8; 32]) -> bool {
        let Some(point) = point_of(key) else { return false };
        if at < self.tables.len() {
            self.tables[at].fill(&point);
        } else if at == self.tables.len() && at < Self::TABLES {
            self.tables.push(Table::new(&point));
        } else {
            return false;
        }
        true
    }

    /// Returns for each signature whether it holds for its key, over the text or over `<Bytes>` + text + `</Bytes>`.
    pub fn check(&self, batch: &[Signed]) -> Vec<bool> {
        let mut holds = vec![false; batch.len()];
        let mut open: Vec<Open> = batch.iter().enumerate().filter_map(|(at, signed)| self.open(at, signed)).collect();
        self.settle(&open, &mut holds, |signed| signed.text.into());
        open.retain(|one| !holds[one.at]);
        self.settle(&open, &mut holds, |signed| [b"<Bytes>", signed.text, b"</Bytes>"].concat().into());
        holds
    }

    /// `None` when nothing can be a signature of it.
    fn open<'a>(&'a self, at: usize, signed: &'a Signed<'a>) -> Option<Open<'a>> {
        let signature = signature_of(signed.signature)?;
        let key = match signed.table.and_then(|table| self.tables.get(table)) {
            Some(table) => Key::Tabled(table),
            None => Key::Plain(point_of(signed.key)?),
        };
        Some(Open { at, signed, signature, key })
    }

    /// Checks s·B − k·A = R for all, with one inversion: the library doubles as it compresses, so each side is halved first.
    fn settle<'a>(&self, open: &[Open<'a>], holds: &mut [bool], text_of: impl Fn(&Signed<'a>) -> Cow<'a, [u8]>) {
        let halves: Vec<RistrettoPoint> = open
            .iter()
            .map(|Open { signed, signature, key, .. }| {
                let k = challenge(&self.context, signed.key, &text_of(signed), &signature.r);
                self.sum(key, &(-k * self.half), &(signature.s * self.half))
            })
            .collect();
        let points = RistrettoPoint::double_and_compress_batch(&halves);
        for (one, point) in open.iter().zip(points) {
            holds[one.at] = point == one.signature.r;
        }
    }

    /// `a` times the key and `b` times the base point.
    fn sum(&self, key: &Key, a: &Scalar, b: &Scalar) -> RistrettoPoint {
        match key {
            Key::Plain(point) => RistrettoPoint::vartime_double_scalar_mul_basepoint(a, point, b),
            Key::Tabled(table) => {
                let mut sum = table.product(a);
                self.base.add_product(&mut sum, b);
                sum
            }
        }
    }
}

impl Default for Checker {
    fn default() -> Self {
        Self::new()
    }
}

/// A signature that may hold.
struct Open<'a> {
    /// its place in the batch
    at: usize,
    signed: &'a Signed<'a>,
    signature: Signature,
    key: Key<'a>,
}

enum Key<'a> {
    Tabled(&'a Table<5>),
    Plain(RistrettoPoint),
}
