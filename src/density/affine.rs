//! A law stretched, shifted or mirrored.

use std::sync::Arc;

use super::error::finite;
use super::{Density, DensityError, Parts};
use crate::math::{Double, Interval, Moments};

/// The law of `scale·X + shift`, when `X` follows `law`; a negative scale mirrors it.
#[derive(Debug, Clone)]
pub struct Affine {
    law: Arc<dyn Density>,
    // Invariant: finite, not 0.
    scale: f64,
    shift: f64,
    has_atoms: bool,
}

impl Affine {
    /// The law of `scale·X + shift`.
    ///
    /// # Errors
    ///
    /// When a number is not finite or the scale is 0.
    pub fn new(law: Arc<dyn Density>, scale: f64, shift: f64) -> Result<Self, DensityError> {
        let scale = finite("the scale", scale)?;
        let shift = finite("the shift", shift)?;
        if scale == 0.0 {
            return Err(DensityError::ZeroScale);
        }
        let has_atoms = !law.atoms().is_empty();
        Ok(Self { law, scale, shift, has_atoms })
    }

    /// The law of `X`.
    pub fn law(&self) -> &dyn Density {
        &*self.law
    }

    /// What `X` is multiplied by, not 0.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// What is added to `scale·X`.
    pub fn shift(&self) -> f64 {
        self.shift
    }

    /// The `x` that is mapped to `y`.
    fn preimage(&self, y: f64) -> f64 {
        (y - self.shift) / self.scale
    }

    /// The cell of `X` that is mapped to a cell of `scale·X + shift`.
    fn preimage_of(&self, cell: Interval) -> Interval {
        let (low, high) = (self.preimage(cell.low), self.preimage(cell.high));
        if self.scale > 0.0 {
            Interval::new(low, high)
        } else if self.has_atoms {
            // The mirror image of (low, high] is [high, low): closed at the other end. No f64 lies
            // between an end and its predecessor, so moving both ends down by one says the same.
            Interval::new(high.next_down(), low.next_down())
        } else {
            Interval::new(high, low)
        }
    }
}

impl Density for Affine {
    fn describe(&self) -> String {
        let law = self.law.describe();
        if self.shift == 0.0 {
            format!("{} · {law}", readable(self.scale))
        } else {
            format!("{} · {law} + {}", readable(self.scale), readable(self.shift))
        }
    }

    fn support(&self) -> Interval {
        let support = self.law.support();
        let ends = [support.low, support.high].map(|x| self.scale * x + self.shift);
        let low = ends[0].min(ends[1]);
        // An atom may sit on the end that would be left out.
        let low = if self.has_atoms { low.next_down() } else { low };
        Interval::new(low, ends[0].max(ends[1]))
    }

    fn pdf(&self, x: f64) -> f64 {
        self.law.pdf(self.preimage(x)) / self.scale.abs()
    }

    fn ln_pdf(&self, x: f64) -> f64 {
        self.law.ln_pdf(self.preimage(x)) - libm::log(self.scale.abs())
    }

    fn ln_pdf_change(&self, from: f64, by: f64) -> f64 {
        self.law.ln_pdf_change(self.preimage(from), by / self.scale)
    }

    fn shape(&self, x: Double) -> Option<Double> {
        self.law.shape((x - Double::from(self.shift)) / Double::from(self.scale))
    }

    fn smooth_half(&self, middle: f64) -> f64 {
        self.scale.abs() * self.law.smooth_half(self.preimage(middle))
    }

    fn pdf_parts(&self, middle: f64, offset: f64) -> Parts {
        // A mirror turns the offset around, and with it the sign of the odd part.
        let parts = self.law.pdf_parts(self.preimage(middle), offset / self.scale);
        self.scale.abs().recip() * parts
    }

    fn kinks(&self) -> Vec<f64> {
        let mut kinks: Vec<f64> =
            self.law.kinks().iter().map(|x| self.scale * x + self.shift).collect();
        kinks.sort_by(f64::total_cmp);
        kinks
    }

    fn moments_about(&self, cell: Interval, origin: f64) -> Moments {
        if cell.is_empty() {
            return Moments::ZERO;
        }
        self.law
            .moments_about(self.preimage_of(cell), self.preimage(origin))
            .affine(self.scale, 0.0)
    }

    fn moments_around(&self, middle: f64, half: f64) -> Moments {
        if self.has_atoms {
            return self.moments_about(Interval::new(middle - half, middle + half), middle);
        }
        self.law
            .moments_around(self.preimage(middle), half / self.scale.abs())
            .affine(self.scale, 0.0)
    }

    fn atoms(&self) -> Vec<(f64, f64)> {
        let mut atoms = self.law.atoms();
        for (point, _) in &mut atoms {
            *point = self.scale * *point + self.shift;
        }
        if self.scale < 0.0 {
            atoms.reverse();
        }
        atoms
    }

    fn centre(&self) -> Option<f64> {
        self.law.centre().map(|centre| self.scale * centre + self.shift)
    }

    fn is_log_concave(&self) -> bool {
        self.law.is_log_concave()
    }

    fn as_affine(&self) -> Option<&Affine> {
        Some(self)
    }
}

/// A number as people write it: 3 and not 3.0, and 1e300 and not three hundred zeros.
fn readable(value: f64) -> String {
    if value != 0.0 && !(1e-5..1e16).contains(&value.abs()) {
        format!("{value:e}")
    } else {
        format!("{value}")
    }
}
