//! Floor 1: laws of the input, each answering one hard question: the moments of a cell.

mod affine;
mod balance;
mod empirical;
mod error;
mod exponential;
mod family;
pub mod fit;
mod gamma;
mod gaussian;
mod generalized_gaussian;
mod half_normal;
mod integral;
mod laplace;
mod logistic;
mod mixture;
mod parts;
mod rayleigh;
mod rectified;
mod smooth;
mod spec;
mod sphere_coordinate;
mod student_t;
mod survey;
mod uniform;

use std::fmt::Debug;

pub use affine::Affine;
pub use balance::Balance;
pub use empirical::Empirical;
pub use error::DensityError;
pub use exponential::Exponential;
pub use family::{FAMILIES, Family, Parameter};
pub use gamma::Gamma;
pub use gaussian::Gaussian;
pub use generalized_gaussian::GeneralizedGaussian;
pub use half_normal::HalfNormal;
pub use integral::{integrate_density, integrate_part};
pub use laplace::Laplace;
pub use logistic::Logistic;
pub use mixture::Mixture;
pub use parts::Parts;
pub use rayleigh::Rayleigh;
pub use rectified::Rectified;
pub use spec::LawSpec;
pub use sphere_coordinate::SphereCoordinate;
pub use student_t::StudentT;
pub use survey::{Binning, EXACT_MAX, Gathered, Gathering, Histogram, Sample, Survey, SurveyError};
pub use uniform::Uniform;

use crate::math::normal::Balances;
use crate::math::{Double, Interval, Moments};

/// A probability law on the real line.
///
/// # Laws of the trait
///
/// Every implementor is tested for them in `tests/laws_of_density.rs`:
///
/// - additivity: `moments((a, b]) + moments((b, c]) = moments((a, c])`;
/// - normalisation: `moments(support).mass = 1`;
/// - agreement: `moments` equals the integral of `pdf` plus the atoms in the cell;
/// - translation: `moments_about(cell, origin)` are the moments of `X - origin` over the cell;
/// - logarithm: `ln_pdf` is that of `pdf`, `ln_pdf_change` a difference of two of them, and
///   `pdf_parts(c, u)` are `(p(c + u) ± p(c - u))/2`;
/// - smoothness: a cell within `smooth_half` has the moments that its two halves have;
/// - equivariance: the moments of `Affine { law, scale, shift }` are `Moments::affine`.
pub trait Density: Debug + Send + Sync {
    /// Name and parameters, as printed: `gaussian(mean=0, sd=1)`.
    fn describe(&self) -> String;

    /// The least interval that holds all the probability.
    fn support(&self) -> Interval;

    /// Density of the part without atoms at `x`, per unit of `x`.
    fn pdf(&self, x: f64) -> f64;

    /// `ln p(x)`, finite wherever the density is not 0 even if `pdf` underflows.
    fn ln_pdf(&self, x: f64) -> f64 {
        libm::log(self.pdf(x))
    }

    /// `ln p(from + by) - ln p(from)`, both points in one smooth piece.
    ///
    /// Laws with a density answer without subtracting two logarithms, so that the change over a
    /// distance of `1e-12` keeps all of its digits; the fallback subtracts.
    fn ln_pdf_change(&self, from: f64, by: f64) -> f64 {
        self.ln_pdf(from + by) - self.ln_pdf(from)
    }

    /// The even and the odd part of the density about `middle`, `offset` away from it, both points
    /// in one smooth piece.
    ///
    /// The odd part is what pulls the centroid of a cell away from its middle.
    fn pdf_parts(&self, middle: f64, offset: f64) -> Parts {
        let above = self.ln_pdf_change(middle, offset);
        let below = self.ln_pdf_change(middle, -offset);
        Parts::exponential(self.pdf(middle), 0.5 * (above + below), 0.5 * (above - below))
    }

    /// How far a cell may reach on both sides of `middle` for sixteen Gauss-Legendre nodes to
    /// integrate the density to the last digit.
    ///
    /// Such a cell lies in the support and holds no kink; at a pole, and at a point whose every
    /// neighbourhood is rough, the answer is 0. A law that does not say is never smooth.
    fn smooth_half(&self, _middle: f64) -> f64 {
        0.0
    }

    /// The density up to a constant factor, at a point of the support and to thirty digits, for
    /// laws that can be proved to that many: see [`crate::design::proof`].
    fn shape(&self, _x: Double) -> Option<Double> {
        None
    }

    /// Inner points of the support where the density is not smooth (a kink, a jump or a pole),
    /// increasing; ends of the support are not among them.
    fn kinks(&self) -> Vec<f64> {
        Vec::new()
    }

    /// `∫ xᵏ dP` over `cell = (low, high]`, k = 0, 1, 2.
    fn moments(&self, cell: Interval) -> Moments {
        self.moments_about(cell, 0.0)
    }

    /// `∫ (x - origin)ᵏ dP` over the cell, k = 0, 1, 2.
    ///
    /// With a level as origin the first moment is the pull towards the centroid, the second the
    /// distortion. Nothing cancels, so that both keep their digits however narrow the cell.
    fn moments_about(&self, cell: Interval, origin: f64) -> Moments {
        smooth::moments_about(self, cell, origin)
    }

    /// `∫ (x - middle)ᵏ dP` over `(middle - half, middle + half]`, k = 0, 1, 2, `half` finite.
    ///
    /// Unlike [`Density::moments_about`] the width is given and not the difference of two rounded
    /// ends, so that a codebook that is known by its spacings keeps their digits.
    fn moments_around(&self, middle: f64, half: f64) -> Moments {
        if half <= self.smooth_half(middle) {
            smooth::moments_around(self, middle, half)
        } else {
            self.moments_about(Interval::new(middle - half, middle + half), middle)
        }
    }

    /// How the centroid of `(middle - half, middle + half]` lies; `None` without probability.
    fn balance(&self, middle: f64, half: f64) -> Option<Balance> {
        let moments = self.moments_around(middle, half);
        Some(Balance {
            offset: moments.centroid()?,
            rate_low: self.pdf(middle - half) / moments.mass,
            rate_high: self.pdf(middle + half) / moments.mass,
        })
    }

    /// [`Density::balance`] of every cell: laws that can look at several at a time do.
    fn balances(&self, middles: &[f64], halves: &[f64], found: &mut Balances) {
        balance::one_by_one(self, middles, halves, found);
    }

    /// [`Density::moments_around`] of every cell: laws that can look at several at a time do.
    ///
    /// There are as many middles, halves and places to write to.
    fn moments_around_each(&self, middles: &[f64], halves: &[f64], found: &mut [Moments]) {
        for ((&middle, &half), found) in middles.iter().zip(halves).zip(found) {
            *found = self.moments_around(middle, half);
        }
    }

    /// The point below which `∫ p^{1/3}` has reached `position` (in 0..1) of its whole, where that
    /// is known in closed form: the compressor of Panter and Dite, inverted.
    fn compand(&self, _position: f64) -> Option<f64> {
        None
    }

    /// Points that carry probability of their own, as `(point, probability)`, increasing.
    fn atoms(&self) -> Vec<(f64, f64)> {
        Vec::new()
    }

    /// The point about which the law is symmetric, if there is one.
    fn centre(&self) -> Option<f64> {
        None
    }

    /// Whether the logarithm of the density is concave on the support and there are no atoms.
    ///
    /// Such a law has one stationary quantizer of each size, the optimal one (Fleischer 1964,
    /// Trushkin 1982, Kieffer 1983), which is symmetric when the law is.
    fn is_log_concave(&self) -> bool {
        false
    }

    /// Whether the logarithm of the density is concave above 0, whatever lies below or on it: the
    /// half wave of such a law has one stationary quantizer of each size too.
    fn is_log_concave_above_zero(&self) -> bool {
        self.is_log_concave()
    }

    /// The law as a sample, for designs that search its points.
    fn as_empirical(&self) -> Option<&Empirical> {
        None
    }

    /// The law as an image of a simpler one: designs are made for that one and mapped, so that
    /// neither tiny nor huge scales overflow in between.
    fn as_affine(&self) -> Option<&Affine> {
        None
    }
}

/// A law seen through a reference is the same law.
impl<D: Density + ?Sized> Density for &D {
    fn describe(&self) -> String {
        (**self).describe()
    }

    fn support(&self) -> Interval {
        (**self).support()
    }

    fn pdf(&self, x: f64) -> f64 {
        (**self).pdf(x)
    }

    fn ln_pdf(&self, x: f64) -> f64 {
        (**self).ln_pdf(x)
    }

    fn ln_pdf_change(&self, from: f64, by: f64) -> f64 {
        (**self).ln_pdf_change(from, by)
    }

    fn pdf_parts(&self, middle: f64, offset: f64) -> Parts {
        (**self).pdf_parts(middle, offset)
    }

    fn smooth_half(&self, middle: f64) -> f64 {
        (**self).smooth_half(middle)
    }

    fn shape(&self, x: Double) -> Option<Double> {
        (**self).shape(x)
    }

    fn kinks(&self) -> Vec<f64> {
        (**self).kinks()
    }

    fn moments(&self, cell: Interval) -> Moments {
        (**self).moments(cell)
    }

    fn moments_about(&self, cell: Interval, origin: f64) -> Moments {
        (**self).moments_about(cell, origin)
    }

    fn moments_around(&self, middle: f64, half: f64) -> Moments {
        (**self).moments_around(middle, half)
    }

    fn balances(&self, middles: &[f64], halves: &[f64], found: &mut Balances) {
        (**self).balances(middles, halves, found);
    }

    fn moments_around_each(&self, middles: &[f64], halves: &[f64], found: &mut [Moments]) {
        (**self).moments_around_each(middles, halves, found);
    }

    fn compand(&self, position: f64) -> Option<f64> {
        (**self).compand(position)
    }

    fn balance(&self, middle: f64, half: f64) -> Option<Balance> {
        (**self).balance(middle, half)
    }

    fn atoms(&self) -> Vec<(f64, f64)> {
        (**self).atoms()
    }

    fn centre(&self) -> Option<f64> {
        (**self).centre()
    }

    fn is_log_concave(&self) -> bool {
        (**self).is_log_concave()
    }

    fn is_log_concave_above_zero(&self) -> bool {
        (**self).is_log_concave_above_zero()
    }

    fn as_empirical(&self) -> Option<&Empirical> {
        (**self).as_empirical()
    }

    fn as_affine(&self) -> Option<&Affine> {
        (**self).as_affine()
    }
}
