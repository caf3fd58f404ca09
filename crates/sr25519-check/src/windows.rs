//! Multiplication of a point that stays the same, by scalars that are public: a table holds the multiples of each window,
//! so that a product is one addition a window, without a doubling. Variable time.

use curve25519_dalek::{RistrettoPoint, Scalar, traits::Identity};

/// The multiples of a point: for each window of `WIDTH` bits, 1 to 2^(WIDTH-1) times the point shifted by that window.
pub struct Table<const WIDTH: usize> {
    multiples: Vec<RistrettoPoint>,
}

impl<const WIDTH: usize> Table<WIDTH> {
    /// Scalars are below 2^253, and the highest window takes a carry.
    const WINDOWS: usize = 253 / WIDTH + 1;
    const HALF: usize = 1 << (WIDTH - 1);

    pub fn new(point: &RistrettoPoint) -> Self {
        let mut table = Self { multiples: Vec::with_capacity(Self::WINDOWS * Self::HALF) };
        table.fill(point);
        table
    }

    /// Makes it the table of another point, in the same memory.
    pub fn fill(&mut self, point: &RistrettoPoint) {
        self.multiples.clear();
        let mut base = *point;
        for _ in 0..Self::WINDOWS {
            let mut multiple = base;
            for _ in 1..Self::HALF {
                self.multiples.push(multiple);
                multiple += base;
            }
            self.multiples.push(multiple);
            // HALF times the base, doubled, is the base of the next window.
            base = multiple + multiple;
        }
    }

    /// Adds `scalar` times the point to `sum`.
    pub fn add_product(&self, sum: &mut RistrettoPoint, scalar: &Scalar) {
        for (window, digit) in digits::<WIDTH>(scalar).enumerate() {
            let at = window * Self::HALF + digit.unsigned_abs() as usize;
            if digit > 0 {
                *sum += self.multiples[at - 1];
            } else if digit < 0 {
                *sum -= self.multiples[at - 1];
            }
        }
    }

    /// `scalar` times the point.
    pub fn product(&self, scalar: &Scalar) -> RistrettoPoint {
        let mut sum = RistrettoPoint::identity();
        self.add_product(&mut sum, scalar);
        sum
    }
}

/// The digits of a scalar to the base 2^WIDTH, from the lowest on, each from -2^(WIDTH-1) to 2^(WIDTH-1) - 1, so that the
/// table needs half the multiples.
fn digits<const WIDTH: usize>(scalar: &Scalar) -> impl Iterator<Item = i32> {
    let bytes = scalar.to_bytes();
    let mut carry = 0;
    (0..Table::<WIDTH>::WINDOWS).map(move |window| {
        let raw = bits(&bytes, window * WIDTH, WIDTH) + carry;
        carry = (raw >= 1 << (WIDTH - 1)) as i32;
        raw - (carry << WIDTH)
    })
}

/// `count` bits from the bit `at` on, at most 8. Bits behind the last one are zero.
fn bits(bytes: &[u8; 32], at: usize, count: usize) -> i32 {
    let byte = |index: usize| bytes.get(index).copied().unwrap_or(0) as u32;
    let pair = byte(at / 8) | byte(at / 8 + 1) << 8;
    (pair >> (at % 8) & ((1 << count) - 1)) as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT as BASE;

    fn value<const WIDTH: usize>(scalar: &Scalar) -> Scalar {
        let radix = Scalar::from(1u64 << WIDTH);
        let all: Vec<i32> = digits::<WIDTH>(scalar).collect();
        all.iter().rev().fold(Scalar::ZERO, |sum, &digit| {
            assert!((-(1 << (WIDTH - 1))..1 << (WIDTH - 1)).contains(&digit), "{digit} is out of range");
            let size = Scalar::from(digit.unsigned_abs());
            sum * radix + if digit < 0 { -size } else { size }
        })
    }

    fn assert_recodes<const WIDTH: usize>(scalar: &Scalar) {
        assert_eq!(value::<WIDTH>(scalar), *scalar);
    }

    #[test]
    fn digits_add_up_to_the_scalar() {
        for scalar in edges().chain(random(2_000)) {
            assert_recodes::<4>(&scalar);
            assert_recodes::<5>(&scalar);
            assert_recodes::<6>(&scalar);
            assert_recodes::<8>(&scalar);
        }
    }

    #[test]
    fn products_are_those_of_the_library() {
        let point = BASE * Scalar::from(7u64);
        let (five, eight) = (Table::<5>::new(&point), Table::<8>::new(&point));
        for scalar in edges().chain(random(200)) {
            let product = (point * scalar).compress();
            assert_eq!(five.product(&scalar).compress(), product);
            assert_eq!(eight.product(&scalar).compress(), product);
        }
    }

    /// 0, 1, the order less 1, all powers of two and what is one below them, and runs of ones, which carry far.
    fn edges() -> impl Iterator<Item = Scalar> {
        let powers = (0..253).scan(Scalar::ONE, |power, _| {
            let this = *power;
            *power += this;
            Some(this)
        });
        let near = powers.clone().flat_map(|power| [power, power - Scalar::ONE, -power]);
        let runs =
            powers.clone().step_by(7).flat_map(move |high| powers.clone().step_by(11).map(move |low| high - low));
        [Scalar::ZERO, Scalar::ONE, -Scalar::ONE].into_iter().chain(near).chain(runs)
    }

    /// The same ones in each run.
    fn random(count: u64) -> impl Iterator<Item = Scalar> {
        (0..count).map(|seed| {
            let mut wide = [0; 64];
            let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
            for byte in &mut wide {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                *byte = state as u8;
            }
            Scalar::from_bytes_mod_order_wide(&wide)
        })
    }
}
