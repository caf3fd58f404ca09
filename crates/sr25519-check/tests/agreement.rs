//! Each verdict is that of schnorrkel's own `PublicKey::verify`, with and without a table, wherever in a batch.

use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey, PublicKey, Signature};
use sr25519_check::{Checker, Signed};

fn keypair(seed: u8) -> Keypair {
    MiniSecretKey::from_bytes(&[seed; 32]).unwrap().expand_to_keypair(ExpansionMode::Ed25519)
}

/// A signature, and what it is of.
#[derive(Clone)]
struct Case {
    key: [u8; 32],
    signature: [u8; 64],
    text: Vec<u8>,
}

impl Case {
    fn good(seed: u8, text: &[u8]) -> Self {
        let pair = keypair(seed);
        let signature = pair.sign_simple(b"substrate", text).to_bytes();
        Self { key: pair.public.to_bytes(), signature, text: text.to_vec() }
    }

    fn signed(&self, table: Option<usize>) -> Signed<'_> {
        Signed { key: &self.key, signature: &self.signature, text: &self.text, table }
    }

    /// The verdict of the library.
    fn holds(&self) -> bool {
        let (Ok(key), Ok(signature)) = (PublicKey::from_bytes(&self.key), Signature::from_bytes(&self.signature))
        else {
            return false;
        };
        let wrapped = [b"<Bytes>", &self.text[..], b"</Bytes>"].concat();
        [&self.text, &wrapped].iter().any(|text| key.verify_simple(b"substrate", text, &signature).is_ok())
    }
}

#[test]
fn every_changed_bit_is_seen() {
    let mut checker = Checker::new();
    let good = Case::good(1, b"some text");
    assert!(checker.make_table(0, &good.key));
    assert_eq!(checker.check(&[good.signed(Some(0)), good.signed(None)]), [true, true]);
    for bit in 0..512 {
        let mut case = good.clone();
        case.signature[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(
            checker.check(&[case.signed(Some(0)), case.signed(None)]),
            [case.holds(), case.holds()],
            "bit {bit}"
        );
    }
    for bit in 0..256 {
        let mut case = good.clone();
        case.key[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(checker.check(&[case.signed(None)]), [case.holds()], "bit {bit} of the key");
    }
}

#[test]
fn a_forgery_is_found_at_each_place_of_a_batch() {
    let mut checker = Checker::new();
    let good: Vec<Case> = (0..64).map(|at| Case::good(at % 5, &[at; 150])).collect();
    for seed in 0..3 {
        assert!(checker.make_table(seed, &keypair(seed as u8).public.to_bytes()));
    }
    let table = |at: usize| Some(at % 5).filter(|seed| *seed < 3);
    for size in 1..=64 {
        for forged in 0..size {
            let mut cases = good[..size].to_vec();
            cases[forged].text.push(0);
            let batch: Vec<Signed> = cases.iter().enumerate().map(|(at, case)| case.signed(table(at))).collect();
            let expected: Vec<bool> = (0..size).map(|at| at != forged).collect();
            assert_eq!(checker.check(&batch), expected);
        }
    }
}

#[test]
fn a_table_belongs_to_one_key() {
    let mut checker = Checker::new();
    let (alice, bob) = (Case::good(1, b"text"), Case::good(2, b"text"));
    assert!(checker.make_table(0, &alice.key));
    assert!(checker.make_table(0, &bob.key));
    assert_eq!(checker.check(&[bob.signed(Some(0)), alice.signed(None)]), [true, true]);
}

#[test]
fn there_is_no_table_of_what_is_no_key_nor_beyond_the_last_place() {
    let mut checker = Checker::new();
    let good = Case::good(1, b"text");
    assert!(!checker.make_table(0, &[0; 32]));
    assert!(!checker.make_table(0, &[0xff; 32]));
    assert!(!checker.make_table(1, &good.key));
    for place in 0..Checker::TABLES {
        assert!(checker.make_table(place, &good.key));
    }
    assert!(!checker.make_table(Checker::TABLES, &good.key));
    assert_eq!(
        checker.check(&[good.signed(Some(Checker::TABLES - 1)), good.signed(Some(Checker::TABLES))]),
        [true, true]
    );
}

#[test]
fn the_identity_is_no_key() {
    // Anyone can sign for it: R is s times the base point.
    let mut case = Case::good(1, b"text");
    case.key = [0; 32];
    case.signature[..32].fill(0);
    case.signature[32..].fill(0);
    case.signature[63] = 0x80;
    assert!(PublicKey::from_bytes(&case.key).is_ok_and(|_| case.holds()));
    assert_eq!(Checker::new().check(&[case.signed(None)]), [false]);
}
