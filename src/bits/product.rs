//! Products of small weights and rows of codes, exact to the last integer.

use rayon::prelude::*;

use super::codes::{CodeRows, Codes};
use super::error::BitsError;
use super::kernel::{Affine, Kernel, Panel, Weights, Workspace};
use super::ladders::Ladders;
use super::levels::Levels;
use super::weights::WeightPlanes;

/// Rows that a thread takes at a time: the panel stays in the first cache, and the weights are read
/// from the second one once for all of them.
const BLOCK: usize = 32;

/// Weights in the layout of one kernel, to be multiplied with rows of codes again and again.
///
/// `sum[i, n] = Σ_k w[n, k]·c[i, k]`, exactly, whatever the kernel and the number of threads.
///
/// # Examples
///
/// ```
/// use hwgq::bits::{Codes, Product, SignMatrix};
/// let weights = SignMatrix::new(2, 3, &[1.0, -1.0, 1.0, -1.0, -1.0, -1.0])?;
/// let product = Product::new(&weights, 2)?;
/// let mut sums = [0; 2];
/// product.sums(&Codes::new(2, 1, 3, &[3, 1, 2])?, &mut sums)?;
/// assert_eq!(sums, [3 - 1 + 2, -3 - 1 - 2]);
/// # Ok::<(), hwgq::bits::BitsError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Product {
    levels: Levels,
    rows: usize,
    columns: usize,
    factors: Vec<i32>,
    offset: i32,
    weights: Weights,
}

impl Product {
    /// `weights` for codes of `bits` bits, with the kernel that suits their shape and this processor.
    ///
    /// # Errors
    ///
    /// As [`Product::of_levels`].
    pub fn new(weights: impl Into<WeightPlanes>, bits: u32) -> Result<Self, BitsError> {
        Self::of_levels(weights, Levels::uniform(bits)?, None)
    }

    /// `weights` for codes of `bits` bits, with this kernel.
    ///
    /// # Errors
    ///
    /// As [`Product::of_levels`].
    pub fn with_kernel(
        weights: impl Into<WeightPlanes>,
        bits: u32,
        kernel: Kernel,
    ) -> Result<Self, BitsError> {
        Self::of_levels(weights, Levels::uniform(bits)?, Some(kernel))
    }

    /// `weights` for codes that count for `levels`: `sum[i, n] = Σ_k w[n, k]·levels[c[i, k]]`, in steps,
    /// with this kernel or the one that suits shape and processor.
    ///
    /// The lookup kernel takes levels of at most nine steps and two bits, the first 0, as fast as
    /// uniform ones. All other levels become two digits of two bits, at half the speed.
    ///
    /// # Errors
    ///
    /// When the weights have no columns, a sum of that many greatest levels would not fit in an `i32`,
    /// or this processor cannot run the kernel.
    pub fn of_levels(
        weights: impl Into<WeightPlanes>,
        levels: Levels,
        kernel: Option<Kernel>,
    ) -> Result<Self, BitsError> {
        let planes = weights.into();
        let (rows, columns) = (planes.rows(), planes.columns());
        if columns == 0 {
            return Err(BitsError::NoColumns);
        }
        // A sum of levels alone must fit too.
        let most = u64::from(levels.most()) * u64::from(planes.most().max(1));
        let worst = u64::try_from(columns).ok().and_then(|columns| columns.checked_mul(most));
        // The greatest i32 itself is left out, so that a limit above every sum is one too.
        if worst.is_none_or(|worst| worst >= u64::from(i32::MAX.unsigned_abs())) {
            let most = u32::try_from(most).unwrap_or(u32::MAX);
            return Err(BitsError::Overflow { columns, most });
        }
        let kernel = kernel.unwrap_or_else(|| Kernel::best(planes.plane_rows(), levels.bits()));
        let weights = Weights::new(&planes, &levels, kernel)?;
        let (factors, offset) = (planes.factors().to_vec(), planes.offset());
        Ok(Self { levels, rows, columns, factors, offset, weights })
    }

    /// How the product is computed.
    pub fn kernel(&self) -> Kernel {
        self.weights.kernel()
    }

    /// Rows of the weights: the channels of the output.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Codes in a row of the input.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Bits of a code of the input.
    pub fn bits(&self) -> u32 {
        self.levels.bits()
    }

    /// What the codes of the input count for.
    pub fn levels(&self) -> &Levels {
        &self.levels
    }

    /// Writes the sums: a row for each row of the input, a column for each row of the weights.
    ///
    /// The rows are spread over the threads of the current `rayon` pool.
    ///
    /// # Errors
    ///
    /// When the input has codes of another width or rows of another length, or `output` has not one
    /// place for each sum.
    pub fn sums(
        &self,
        input: &(impl CodeRows + ?Sized),
        output: &mut [i32],
    ) -> Result<(), BitsError> {
        self.check_input(input)?;
        if self.rows.checked_mul(input.rows()) != Some(output.len()) {
            let (inputs, weights, output) = (input.rows(), self.rows, output.len());
            return Err(BitsError::WrongOutput { inputs, weights, output });
        }
        let blocks = output.par_chunks_mut((self.rows * BLOCK).max(1)).enumerate();
        blocks.for_each_init(
            || Scratch::new(self),
            |scratch, (block, output)| {
                let count = output.len() / self.rows;
                scratch.panel.fill(input, block * BLOCK, count);
                self.block_sums(scratch, output);
            },
        );
        Ok(())
    }

    /// Writes the codes of the sums by the ladder of each channel: batch norm and quantizer, folded.
    ///
    /// The rows are spread over the threads of the current `rayon` pool.
    ///
    /// # Errors
    ///
    /// As [`Product::sums`], and when there is not one ladder for each channel, or `output` is not a
    /// row for each row of the input and a column for each channel, of codes as the ladders have.
    pub fn codes(
        &self,
        input: &(impl CodeRows + ?Sized),
        ladders: &Ladders,
        output: &mut Codes,
    ) -> Result<(), BitsError> {
        self.check_input(input)?;
        if ladders.channels() != self.rows {
            let (ladders, weights) = (ladders.channels(), self.rows);
            return Err(BitsError::WrongLadders { ladders, weights });
        }
        if ladders.bits() != output.bits() {
            let (given, expected) = (output.bits(), ladders.bits());
            return Err(BitsError::WrongBits { given, expected });
        }
        if (output.rows(), output.columns()) != (input.rows(), self.rows) {
            let (inputs, weights) = (input.rows(), self.rows);
            let output = output.rows().saturating_mul(output.columns());
            return Err(BitsError::WrongOutput { inputs, weights, output });
        }
        let stride = output.stride();
        let steps = ladders.steps();
        let climb = self.is_direct().then(|| self.weights.climb(ladders)).flatten();
        let blocks = output.bytes_mut().par_chunks_mut((stride * BLOCK).max(1)).enumerate();
        blocks.for_each_init(
            || (Scratch::new(self), Vec::new()),
            |(scratch, sums), (block, output)| {
                let count = output.len() / stride;
                scratch.panel.fill(input, block * BLOCK, count);
                if let Some(climb) = climb {
                    let Scratch { panel, workspace, .. } = scratch;
                    return self.weights.codes(panel, climb, workspace, (output, stride));
                }
                sums.resize(count * self.rows, 0);
                self.block_sums(scratch, sums);
                steps.encode(sums, (output, stride));
            },
        );
        Ok(())
    }

    /// Whether a sum of the kernel is one of the product, up to a factor and an offset.
    fn is_direct(&self) -> bool {
        self.factors.len() == 1 && self.kernel().digits(&self.levels) == 1
    }

    fn check_input(&self, input: &(impl CodeRows + ?Sized)) -> Result<(), BitsError> {
        if input.columns() != self.columns {
            let (weights, inputs) = (self.columns, input.columns());
            return Err(BitsError::InnerMismatch { weights, inputs });
        }
        let (given, expected) = (input.bits(), self.bits());
        if given != expected {
            return Err(BitsError::WrongBits { given, expected });
        }
        Ok(())
    }

    /// The sums of the rows of a panel.
    fn block_sums(&self, scratch: &mut Scratch<'_>, output: &mut [i32]) {
        let Scratch { panel, workspace, parts } = scratch;
        if self.is_direct() {
            let affine = Affine { factor: self.factors[0], offset: self.offset };
            return self.weights.sums(panel, affine, workspace, output);
        }
        let rows = output.chunks_exact_mut(self.rows);
        let (digits, planes) = (panel.rows() / rows.len().max(1), self.factors.len());
        parts.resize(panel.rows() * planes * self.rows, 0);
        self.weights.sums(panel, Affine::IDENTITY, workspace, parts);
        let parts = parts.chunks_exact(digits * planes * self.rows);
        for (row, (output, parts)) in rows.zip(parts).enumerate() {
            let totals = (0..digits).map(|digit| panel.total(row * digits + digit) << (2 * digit));
            let total = totals.fold(0_i32, i32::wrapping_add);
            output.fill(self.offset.wrapping_mul(total));
            let factors = (0..digits)
                .flat_map(|digit| self.factors.iter().map(move |factor| factor << (2 * digit)));
            for (factor, parts) in factors.zip(parts.chunks_exact(self.rows)) {
                for (output, &part) in output.iter_mut().zip(parts) {
                    *output = output.wrapping_add(factor.wrapping_mul(part));
                }
            }
        }
    }
}

/// What a thread needs for itself.
struct Scratch<'a> {
    panel: Panel<'a>,
    workspace: Workspace,
    /// Sums over single planes and digits.
    parts: Vec<i32>,
}

impl Scratch<'_> {
    fn new(product: &Product) -> Self {
        let panel = product.weights.panel(&product.levels, product.columns);
        Self { panel, workspace: Workspace::default(), parts: Vec::new() }
    }
}
