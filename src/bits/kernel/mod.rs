//! The kernels: one operation, computed in four ways that agree to the last integer.
//!
//! All compute, for bits `s` of weights and digits `d` of codes, `S[i, n] = Σ_k s[n, k]·d[i, k]`.
//! The rows of digits come in a [`Panel`], a few at a time, read where they lie or copied and padded; the
//! weights lie in the layout of the kernel. Holding an [`Isa`] proves that the processor has the instructions.

#![allow(
    unsafe_code,
    reason = "intrinsics and an inner loop in assembly; each use stands under the fact that makes it sound"
)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod encoder;
#[cfg(not(target_arch = "x86_64"))]
#[path = "no_encoder.rs"]
mod encoder;
#[cfg(target_arch = "x86_64")]
mod isa;
#[cfg(target_arch = "x86_64")]
mod line;
#[cfg(target_arch = "x86_64")]
mod lookup;
mod panel;
#[cfg(target_arch = "x86_64")]
mod popcount;
mod portable;
#[cfg(target_arch = "x86_64")]
mod ranker;
#[cfg(not(target_arch = "x86_64"))]
#[path = "no_ranker.rs"]
mod ranker;
#[cfg(target_arch = "x86_64")]
mod rungs;

use std::fmt;
use std::str::FromStr;

#[cfg(target_arch = "x86_64")]
use self::avx2::Avx2Weights;
pub(super) use self::encoder::Encoder;
#[cfg(target_arch = "x86_64")]
use self::lookup::LookupWeights;
pub(super) use self::panel::Panel;
#[cfg(target_arch = "x86_64")]
use self::popcount::PopcountWeights;
use self::portable::PortableWeights;
pub(super) use self::ranker::Ranker;
use super::error::BitsError;
use super::ladders::Ladders;
use super::levels::Levels;
use super::weights::WeightPlanes;

/// How a product is computed. The results do not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// Safe Rust that counts the bits of words, on any processor.
    Portable,
    /// 16-entry tables looked up by `vpshufb`: AVX2.
    Avx2,
    /// Bits counted by `vpopcntq`: AVX-512 with VPOPCNTDQ.
    Popcount,
    /// 128-entry tables looked up by `vpermi2b`: AVX-512 with VBMI and VPOPCNTDQ.
    Lookup,
}

impl Kernel {
    /// Every kernel, the plainest first.
    pub const ALL: [Self; 4] = [Self::Portable, Self::Avx2, Self::Popcount, Self::Lookup];

    /// The name by which it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Popcount => "popcount",
            Self::Lookup => "lookup",
        }
    }

    /// Whether this processor can run it.
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => isa::Avx2::detect().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Popcount => isa::Vpopcntdq::detect().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Lookup => isa::Vbmi::detect().is_some(),
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// The fastest that this processor can run for weights of `rows` rows and codes of `bits` bits.
    ///
    /// A table serves 64 channels at least, so that it pays for more than half as many; codes of one
    /// bit have one plane, which is counted as fast as it is looked up.
    pub(super) fn best(rows: usize, bits: u32) -> Self {
        let order = if bits == 1 || rows <= 32 {
            [Self::Popcount, Self::Lookup, Self::Avx2, Self::Portable]
        } else {
            [Self::Lookup, Self::Popcount, Self::Avx2, Self::Portable]
        };
        order.into_iter().find(|kernel| kernel.is_available()).unwrap_or(Self::Portable)
    }

    /// Whether its tables take codes that count for `levels` as they are, though not uniform.
    fn looks_up(self, levels: &Levels) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Lookup => LookupWeights::levels(levels).is_some(),
            _ => false,
        }
    }

    /// Rows of digits for each row of codes that count for `levels`: two where a digit of two bits
    /// does not hold a level.
    pub(super) fn digits(self, levels: &Levels) -> usize {
        let is_one = if levels.are_uniform() { levels.bits() <= 2 } else { self.looks_up(levels) };
        if is_one { 1 } else { 2 }
    }

    /// The multiply-adds a cycle that the instructions of its inner loop allow on a Zen 4 core, for
    /// signs times codes that count for `levels`; `None` for the portable one, whose instructions the
    /// compiler chooses.
    pub fn limit(self, levels: &Levels) -> Option<f64> {
        let digits = self.digits(levels) as f64;
        match self {
            Self::Portable => None,
            // vpshufb and vpaddb, two of each a cycle at 32 lanes of 4 weights each.
            Self::Avx2 => Some(256.0 / digits),
            // vpandq, vpopcntq and vpaddq take one and a half cycles for 512 bits of a plane.
            Self::Popcount => Some(1024.0 / 3.0 / (digits * digit_bits(levels) as f64)),
            // vpermi2b and vpaddb at 64 lanes of 7 weights each, and a quarter of a vpaddb for the
            // table: 18 cycles for 16 lookups.
            Self::Lookup => Some(7168.0 / 18.0 / digits),
        }
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kernel {
    type Err = BitsError;

    fn from_str(name: &str) -> Result<Self, BitsError> {
        let known = Self::ALL.into_iter().find(|kernel| kernel.name() == name);
        known.ok_or_else(|| BitsError::UnknownKernel { given: name.to_owned() })
    }
}

/// Weights in the layout of one kernel.
#[derive(Debug, Clone)]
pub(super) enum Weights {
    /// For [`Kernel::Portable`].
    Portable(PortableWeights),
    /// For [`Kernel::Avx2`].
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2Weights),
    /// For [`Kernel::Popcount`].
    #[cfg(target_arch = "x86_64")]
    Popcount(PopcountWeights),
    /// For [`Kernel::Lookup`].
    #[cfg(target_arch = "x86_64")]
    Lookup(LookupWeights),
}

impl Weights {
    /// `planes` in the layout of `kernel`, to meet codes that count for `levels`.
    pub(super) fn new(
        planes: &WeightPlanes,
        levels: &Levels,
        kernel: Kernel,
    ) -> Result<Self, BitsError> {
        match kernel {
            Kernel::Portable => {
                Ok(Self::Portable(PortableWeights::new(planes, digit_bits(levels))))
            }
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => Ok(Self::Avx2(Avx2Weights::new(planes)?)),
            #[cfg(target_arch = "x86_64")]
            Kernel::Popcount => {
                Ok(Self::Popcount(PopcountWeights::new(planes, digit_bits(levels))?))
            }
            #[cfg(target_arch = "x86_64")]
            Kernel::Lookup => Ok(Self::Lookup(LookupWeights::new(planes, levels)?)),
            #[cfg(not(target_arch = "x86_64"))]
            _ => Err(BitsError::Unavailable { kernel: kernel.name() }),
        }
    }

    /// Which kernel reads them.
    pub(super) fn kernel(&self) -> Kernel {
        match self {
            Self::Portable(_) => Kernel::Portable,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => Kernel::Avx2,
            #[cfg(target_arch = "x86_64")]
            Self::Popcount(_) => Kernel::Popcount,
            #[cfg(target_arch = "x86_64")]
            Self::Lookup(_) => Kernel::Lookup,
        }
    }

    /// Room for rows of `columns` codes that count for `levels`, as digits that they meet.
    pub(super) fn panel<'a>(&self, levels: &Levels, columns: usize) -> Panel<'a> {
        let is_translated = !levels.are_uniform() && !self.kernel().looks_up(levels);
        let of = |digit_bits| {
            Panel::new(levels.bits(), columns, digit_bits, is_translated.then_some(levels))
        };
        match self {
            Self::Portable(_) => of(digit_bits(levels)),
            #[cfg(target_arch = "x86_64")]
            Self::Popcount(_) => of(digit_bits(levels)).borrowing(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) | Self::Lookup(_) => of(2).borrowing(),
        }
    }

    /// `output[i, n] = factor·S[i, n] + offset·Σ_k d[i, k]`, a row for each row of digits and a
    /// column for each plane row of the weights.
    pub(super) fn sums(
        &self,
        panel: &Panel<'_>,
        affine: Affine,
        workspace: &mut Workspace,
        output: &mut [i32],
    ) {
        match self {
            Self::Portable(weights) => weights.sums(panel, affine, output),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(weights) => weights.sums(panel, affine, workspace, output),
            #[cfg(target_arch = "x86_64")]
            Self::Popcount(weights) => weights.sums(panel, affine, workspace, output),
            #[cfg(target_arch = "x86_64")]
            Self::Lookup(weights) => weights.sums(panel, affine, workspace, output),
        }
    }

    /// Ladders for [`Weights::codes`]; `None` where sums have to be written first.
    pub(super) fn climb<'a>(&self, ladders: &'a Ladders) -> Option<&'a Climb> {
        #[cfg(target_arch = "x86_64")]
        let can_climb = match self {
            Self::Avx2(weights) => weights.can_climb(ladders),
            Self::Lookup(weights) => weights.can_climb(ladders),
            Self::Popcount(weights) => weights.can_climb(ladders),
            Self::Portable(_) => false,
        };
        #[cfg(target_arch = "x86_64")]
        if can_climb {
            return Some(ladders.climb(|| Climb::Rungs(rungs::Rungs::new(ladders))));
        }
        None
    }

    /// The codes of signs times codes of one digit, `stride` bytes of output a row.
    pub(super) fn codes(
        &self,
        panel: &Panel<'_>,
        climb: &Climb,
        workspace: &mut Workspace,
        output: (&mut [u8], usize),
    ) {
        match (self, climb) {
            #[cfg(target_arch = "x86_64")]
            (Self::Avx2(weights), Climb::Rungs(rungs)) => {
                weights.codes(panel, rungs, workspace, output);
            }
            #[cfg(target_arch = "x86_64")]
            (Self::Popcount(weights), Climb::Rungs(rungs)) => {
                weights.codes(panel, rungs, workspace, output);
            }
            #[cfg(target_arch = "x86_64")]
            (Self::Lookup(weights), Climb::Rungs(rungs)) => {
                weights.codes(panel, rungs, workspace, output);
            }
            _ => unreachable!("these weights made no such ladders"),
        }
    }
}

/// Ladders in the form of a kernel.
#[derive(Debug, Clone)]
pub(super) enum Climb {
    /// For all kernels but the portable one.
    #[cfg(target_arch = "x86_64")]
    Rungs(rungs::Rungs),
}

/// What a thread keeps from panel to panel.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    #[cfg(target_arch = "x86_64")]
    avx2: avx2::Room,
    #[cfg(target_arch = "x86_64")]
    windows: lookup::Windows,
    #[cfg(target_arch = "x86_64")]
    spill: Vec<[line::Line; panel::TILE_ROWS]>,
    #[cfg(target_arch = "x86_64")]
    planes: popcount::Planes,
}

/// What is made of a sum over bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Affine {
    /// Factor of the sum over the digits under a set bit.
    pub(super) factor: i32,
    /// Factor of the sum over all digits of the row.
    pub(super) offset: i32,
}

impl Affine {
    /// The sum itself.
    pub(super) const IDENTITY: Self = Self { factor: 1, offset: 0 };

    /// Exact modulo 2³², so exact whenever the result is an `i32`.
    #[inline]
    pub(super) fn of(self, sum: i32, total: i32) -> i32 {
        self.factor.wrapping_mul(sum).wrapping_add(self.offset.wrapping_mul(total))
    }
}

/// Bits of a digit where the kernel counts bits: a digit of one bit has no second plane.
fn digit_bits(levels: &Levels) -> usize {
    if levels.bits() == 1 && levels.are_uniform() { 1 } else { 2 }
}
