//! The activation: a staircase (or a full-precision function) forward, a surrogate backward.

use super::layer::{Layer, Mode};
use super::parallel::{map_rows, vectorised, zip_rows};
use super::tensor::{Shape, Tensor};
use crate::quantizer::{Codebook, Ties};
use crate::surrogate::Surrogate;

/// Forward `Q(x)`, or `B(x)` where there is no codebook; backward `grad · B'(x)`.
///
/// Any forward goes with any backward.
///
/// # References
///
/// Cai, He, Sun, Vasconcelos, CVPR 2017, eqs. (10) to (14).
#[derive(Debug)]
pub struct Activation {
    shape: Shape,
    codebook: Option<(Codebook, Staircase)>,
    backward: Box<dyn Surrogate>,
}

impl Activation {
    /// Quantizes to `codebook`, or takes `backward`'s own value in full precision without one.
    pub fn new(shape: Shape, codebook: Option<Codebook>, backward: Box<dyn Surrogate>) -> Self {
        let with_staircase = |codebook| {
            let staircase = Staircase::new(&codebook);
            (codebook, staircase)
        };
        Self { shape, codebook: codebook.map(with_staircase), backward }
    }
}

impl Layer for Activation {
    fn describe(&self) -> String {
        let levels = match self.codebook() {
            Some(codebook) => format!("{} levels", codebook.len()),
            None => "full precision".to_owned(),
        };
        format!("activation, {levels}, backward {}", self.backward.describe())
    }

    fn output_shape(&self) -> Shape {
        self.shape
    }

    fn codebook(&self) -> Option<&Codebook> {
        self.codebook.as_ref().map(|(codebook, _)| codebook)
    }

    fn forward(&mut self, input: &Tensor, output: &mut Tensor, _mode: Mode) {
        match &self.codebook {
            Some((_, staircase)) => {
                map_rows(input, output, |from, to| staircase.quantize(from, to));
            }
            None => map_rows(input, output, |from, to| self.backward.values_f32(from, to)),
        }
    }

    fn backward(&mut self, input: &Tensor, grad_output: &Tensor, grad_input: Option<&mut Tensor>) {
        if let Some(grad_input) = grad_input {
            zip_rows(input, grad_output, grad_input, |input, grad_output, grad_input| {
                self.backward.backward_f32(input, grad_output, grad_input);
            });
        }
    }
}

/// A codebook in f32: levels and thresholds are rounded once, here, and never again.
#[derive(Debug, Clone, PartialEq)]
pub struct Staircase {
    lowest: f32,
    /// `(threshold, level above it)`, from left to right.
    steps: Vec<(f32, f32)>,
    ties: Ties,
}

/// Inputs that are compared with one threshold before the next: four vectors of sixteen, which
/// stay in registers.
const LANES: usize = 64;

impl Staircase {
    /// The f32 form of `codebook`.
    #[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is the point")]
    pub fn new(codebook: &Codebook) -> Self {
        let levels = codebook.levels();
        let steps = codebook.thresholds().iter().zip(&levels[1..]);
        Self {
            lowest: levels[0] as f32,
            steps: steps.map(|(&threshold, &level)| (threshold as f32, level as f32)).collect(),
            ties: codebook.ties(),
        }
    }

    /// The level of each input; NaN for NaN, so that a broken tensor is seen and not zeroed.
    ///
    /// # Panics
    ///
    /// When the slices differ in length.
    pub fn quantize(&self, input: &[f32], output: &mut [f32]) {
        assert_eq!(input.len(), output.len(), "one output an input");
        vectorised(|| match self.ties {
            Ties::Down => self.climb(input, output, |x, threshold| x > threshold),
            Ties::Up => self.climb(input, output, |x, threshold| x >= threshold),
        });
    }

    #[expect(clippy::inline_always, reason = "must be compiled for the caller's instruction set")]
    #[inline(always)]
    fn climb(&self, input: &[f32], output: &mut [f32], above: impl Fn(f32, f32) -> bool) {
        let (whole, rest) = input.as_chunks::<LANES>();
        let (whole_output, rest_output) = output.as_chunks_mut::<LANES>();
        for (input, output) in whole.iter().zip(whole_output) {
            // A local copy, so that the levels in progress live in registers.
            let mut level = [self.lowest; LANES];
            for &(threshold, next) in &self.steps {
                for (level, &x) in level.iter_mut().zip(input) {
                    *level = if above(x, threshold) { next } else { *level };
                }
            }
            for ((output, &x), level) in output.iter_mut().zip(input).zip(level) {
                *output = if x.is_nan() { x } else { level };
            }
        }
        for (output, &x) in rest_output.iter_mut().zip(rest) {
            let mut level = self.lowest;
            for &(threshold, next) in &self.steps {
                level = if above(x, threshold) { next } else { level };
            }
            *output = if x.is_nan() { x } else { level };
        }
    }
}
