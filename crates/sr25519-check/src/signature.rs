//! The parts of a signature, and what it must be a signature of.

use curve25519_dalek::{RistrettoPoint, Scalar, ristretto::CompressedRistretto, traits::IsIdentity};
use schnorrkel::context::{SigningContext, SigningTranscript};

/// A signature in its parts.
pub struct Signature {
    pub r: CompressedRistretto,
    pub s: Scalar,
}

/// Takes a signature apart: R, then s, whose highest bit is schnorrkel's marker. `None` without the marker, and for an s
/// that is not below the group's order.
pub fn signature_of(bytes: &[u8; 64]) -> Option<Signature> {
    let (r, s) = bytes.split_at(32);
    let mut s: [u8; 32] = s.try_into().ok()?;
    if s[31] & MARKER == 0 {
        return None;
    }
    s[31] &= !MARKER;
    let s = Option::from(Scalar::from_canonical_bytes(s))?;
    Some(Signature { r: CompressedRistretto(r.try_into().ok()?), s })
}

const MARKER: u8 = 0x80;

/// The point of a public key. `None` when the bytes are no point, and for the identity, for which anyone can sign.
pub fn point_of(key: &[u8; 32]) -> Option<RistrettoPoint> {
    CompressedRistretto(*key).decompress().filter(|point| !point.is_identity())
}

/// The challenge of schnorrkel's `PublicKey::verify`, w3f/schnorrkel src/sign.rs.
pub fn challenge(context: &SigningContext, key: &[u8; 32], text: &[u8], r: &CompressedRistretto) -> Scalar {
    let mut transcript = context.bytes(text);
    transcript.proto_name(b"Schnorr-sig");
    transcript.commit_point(b"sign:pk", &CompressedRistretto(*key));
    transcript.commit_point(b"sign:R", r);
    transcript.challenge_scalar(b"sign:c")
}
