//! Products of packed matrices: and, xor, and counting bits.

#![expect(
    clippy::inline_always,
    reason = "what is not inlined into a vectorised loop is compiled for the oldest processor"
)]

use pulp::{Arch, NullaryFnOnce};

use super::codes::code_max;
use super::error::BitsError;
use super::planes::CodePlanes;
use super::signs::SignMatrix;

/// `output[i, o] = Σ_k w[o, k]·c[i, k]` for signs `w` and codes `c`, exactly.
///
/// With `s` the bits of a row of signs (`w = 2s - 1`) and `b_p` the planes of a row of codes:
///
/// `Σ_k w·c = Σ_p 2^p (2·popcount(s ∧ b_p) - popcount(b_p))`
///
/// `output` has a row for each row of codes and a column for each row of weights.
///
/// # Errors
///
/// When the columns differ, when a sum of that many greatest codes would not fit in an `i32`, or
/// when `output` has not one place for each sum.
///
/// # Examples
///
/// ```
/// use hwgq::bits::{CodePlanes, SignMatrix, product};
/// let weights = SignMatrix::new(2, 3, &[1.0, -1.0, 1.0, -1.0, -1.0, -1.0])?;
/// let codes = CodePlanes::new(2, 1, 3, &[3, 1, 2])?;
/// let mut sums = [0; 2];
/// product(&weights, &codes, &mut sums)?;
/// assert_eq!(sums, [3 - 1 + 2, -3 - 1 - 2]);
/// # Ok::<(), hwgq::bits::BitsError>(())
/// ```
pub fn product(
    weights: &SignMatrix,
    codes: &CodePlanes,
    output: &mut [i32],
) -> Result<(), BitsError> {
    check_columns(weights.columns(), codes.columns(), code_max(codes.bits()))?;
    check_output(weights.rows(), codes.rows(), output.len())?;
    Arch::new().dispatch(CodeProduct { weights, codes, output });
    Ok(())
}

/// `output[i, o] = Σ_k w[o, k]·x[i, k]` for signs `w` and signs `x`, exactly.
///
/// Equal signs give +1, different ones -1: with `s` and `r` the bits of two rows of `K` signs,
///
/// `Σ_k w·x = K - 2·popcount(s ⊕ r)`
///
/// `output` has a row for each row of inputs and a column for each row of weights.
///
/// # Errors
///
/// When the columns differ, when there are more of them than the greatest `i32`, or when `output`
/// has not one place for each sum.
///
/// # Examples
///
/// ```
/// use hwgq::bits::{SignMatrix, sign_product};
/// let weights = SignMatrix::new(1, 3, &[1.0, -1.0, 1.0])?;
/// let inputs = SignMatrix::new(2, 3, &[1.0, -1.0, 1.0, 1.0, 1.0, -1.0])?;
/// let mut sums = [0; 2];
/// sign_product(&weights, &inputs, &mut sums)?;
/// assert_eq!(sums, [1 + 1 + 1, 1 - 1 - 1]);
/// # Ok::<(), hwgq::bits::BitsError>(())
/// ```
pub fn sign_product(
    weights: &SignMatrix,
    inputs: &SignMatrix,
    output: &mut [i32],
) -> Result<(), BitsError> {
    let columns = check_columns(weights.columns(), inputs.columns(), 1)?;
    check_output(weights.rows(), inputs.rows(), output.len())?;
    Arch::new().dispatch(SignProduct { columns, weights, inputs, output });
    Ok(())
}

/// The loop of [`product`], compiled once for each instruction set: the oldest one cannot count the
/// bits of a word. A type and not a closure, because only a method can be told to be inlined there.
struct CodeProduct<'a> {
    weights: &'a SignMatrix,
    codes: &'a CodePlanes,
    output: &'a mut [i32],
}

impl NullaryFnOnce for CodeProduct<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let rows = self.output.chunks_exact_mut(self.weights.rows().max(1));
        for (input, sums) in rows.enumerate() {
            let planes = self.codes.planes(input);
            let total = weighted(planes.clone().map(|plane| count(plane.iter().copied())));
            for (row, sum) in sums.iter_mut().enumerate() {
                let signs = self.weights.row(row);
                let shared = planes.clone().map(|plane| count_pairs(signs, plane, |s, b| s & b));
                let positive = weighted(shared);
                // 2·positive - total, written so that nothing on the way exceeds the worst sum:
                // the codes under a +1 less the codes under a -1.
                *sum = positive.cast_signed() - (total - positive).cast_signed();
            }
        }
    }
}

/// The loop of [`sign_product`].
struct SignProduct<'a> {
    columns: u32,
    weights: &'a SignMatrix,
    inputs: &'a SignMatrix,
    output: &'a mut [i32],
}

impl NullaryFnOnce for SignProduct<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let rows = self.output.chunks_exact_mut(self.weights.rows().max(1));
        for (input, sums) in rows.enumerate() {
            let signs = self.inputs.row(input);
            for (row, sum) in sums.iter_mut().enumerate() {
                let different = count_pairs(self.weights.row(row), signs, |s, r| s ^ r);
                // K - 2·different, again without leaving the range of the result.
                *sum = (self.columns - different).cast_signed() - different.cast_signed();
            }
        }
    }
}

#[inline(always)]
fn count(words: impl Iterator<Item = u64>) -> u32 {
    words.map(u64::count_ones).sum()
}

#[inline(always)]
fn count_pairs(one: &[u64], two: &[u64], combine: impl Fn(u64, u64) -> u64) -> u32 {
    count(one.iter().zip(two).map(|(&one, &two)| combine(one, two)))
}

/// `Σ_p 2^p · counts_p`.
#[inline(always)]
fn weighted(counts: impl Iterator<Item = u32>) -> u32 {
    counts.zip(0_u32..).map(|(count, plane)| count << plane).sum()
}

/// The columns, when they agree and no sum of numbers up to `most` leaves the `i32`.
fn check_columns(weights: usize, inputs: usize, most: u32) -> Result<u32, BitsError> {
    if weights != inputs {
        return Err(BitsError::InnerMismatch { weights, inputs });
    }
    let columns = u32::try_from(weights).ok();
    let fits = |&columns: &u32| {
        columns.checked_mul(most).is_some_and(|worst| worst <= i32::MAX.cast_unsigned())
    };
    columns.filter(fits).ok_or(BitsError::Overflow { columns: weights, most })
}

fn check_output(weights: usize, inputs: usize, output: usize) -> Result<(), BitsError> {
    if weights.checked_mul(inputs) == Some(output) {
        Ok(())
    } else {
        Err(BitsError::WrongOutput { inputs, weights, output })
    }
}
