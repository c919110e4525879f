//! A mixture of laws.

use std::sync::Arc;

use super::{Density, DensityError, Parts};
use crate::math::{Interval, Moments};

/// `P = Σ weight · law`: with the probability `weight` the input follows `law`.
#[derive(Debug, Clone)]
pub struct Mixture {
    // Invariant: not empty; weights positive, their sum 1.
    components: Vec<(f64, Arc<dyn Density>)>,
}

/// How far the weights may be from a sum of 1: what decimal fractions leave when they are rounded.
const SUM_TOLERANCE: f64 = 1e-9;

impl Mixture {
    /// The mixture of these laws with these weights.
    ///
    /// # Errors
    ///
    /// When there is no component, a weight is not positive, or the weights do not sum to 1.
    pub fn new(components: Vec<(f64, Arc<dyn Density>)>) -> Result<Self, DensityError> {
        if let Some(&(given, _)) =
            components.iter().find(|(weight, _)| !(weight.is_finite() && *weight > 0.0))
        {
            return Err(DensityError::NotPositive { what: "a weight of the mixture", given });
        }
        let sum: f64 = components.iter().map(|(weight, _)| weight).sum();
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Err(DensityError::WeightSum { sum });
        }
        let components = components.into_iter().map(|(weight, law)| (weight / sum, law)).collect();
        Ok(Self { components })
    }

    fn sum<T: std::iter::Sum>(&self, term: impl Fn(f64, &dyn Density) -> T) -> T {
        self.components.iter().map(|(weight, law)| term(*weight, &**law)).sum()
    }
}

impl Density for Mixture {
    fn describe(&self) -> String {
        let term = |(weight, law): &(f64, Arc<dyn Density>)| format!("{weight}·{}", law.describe());
        let terms: Vec<String> = self.components.iter().map(term).collect();
        format!("mixture({})", terms.join(" + "))
    }

    fn support(&self) -> Interval {
        let supports = self.components.iter().map(|(_, law)| law.support());
        supports.fold(Interval::new(f64::INFINITY, f64::NEG_INFINITY), |all, one| {
            Interval::new(all.low.min(one.low), all.high.max(one.high))
        })
    }

    fn pdf(&self, x: f64) -> f64 {
        self.sum(|weight, law| weight * law.pdf(x))
    }

    fn ln_pdf(&self, x: f64) -> f64 {
        let logs = self.components.iter().map(|(weight, law)| libm::log(*weight) + law.ln_pdf(x));
        let largest = logs.clone().fold(f64::NEG_INFINITY, f64::max);
        if largest.is_infinite() {
            return largest;
        }
        largest + libm::log(logs.map(|log| libm::exp(log - largest)).sum::<f64>())
    }

    fn pdf_parts(&self, middle: f64, offset: f64) -> Parts {
        self.sum(|weight, law| weight * law.pdf_parts(middle, offset))
    }

    fn smooth_half(&self, middle: f64) -> f64 {
        let halves = self.components.iter().map(|(_, law)| law.smooth_half(middle));
        halves.fold(f64::INFINITY, f64::min)
    }

    fn kinks(&self) -> Vec<f64> {
        let support = self.support();
        let ends = |law: &dyn Density| [law.support().low, law.support().high];
        let mut kinks: Vec<f64> = self
            .components
            .iter()
            .flat_map(|(_, law)| law.kinks().into_iter().chain(ends(&**law)))
            .filter(|&kink| support.low < kink && kink < support.high)
            .collect();
        kinks.sort_by(f64::total_cmp);
        kinks.dedup();
        kinks
    }

    fn moments_about(&self, cell: Interval, origin: f64) -> Moments {
        self.sum(|weight, law| law.moments_about(cell, origin).weighted(weight))
    }

    fn moments_around(&self, middle: f64, half: f64) -> Moments {
        self.sum(|weight, law| law.moments_around(middle, half).weighted(weight))
    }

    fn atoms(&self) -> Vec<(f64, f64)> {
        let atoms = |(weight, law): &(f64, Arc<dyn Density>)| {
            let weight = *weight;
            law.atoms().into_iter().map(move |(point, mass)| (point, weight * mass))
        };
        let mut all: Vec<(f64, f64)> = self.components.iter().flat_map(atoms).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        all
    }
}
