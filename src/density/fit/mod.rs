//! Laws fitted to samples by maximum likelihood, and how well they suit.

mod closed;
mod gamma;
mod generalized_gaussian;
mod goodness;
mod half_wave;
mod logistic;
mod points;
mod student_t;

use std::sync::Arc;

pub use goodness::{kolmogorov_distance, kolmogorov_distance_from, kolmogorov_p_value};
pub use points::Points;

use super::{Density, DensityError, Sample, Survey};

/// A law with the parameters that suit a sample best.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The name of the family.
    pub family: &'static str,
    /// The law.
    pub law: Arc<dyn Density>,
    /// Names and values of the parameters that were fitted.
    pub parameters: Vec<(&'static str, f64)>,
    /// `E ln p(X)` over the sample, in nats; `None` where it is -∞: values outside the support, or
    /// an atom of the data that the law has not.
    pub mean_log_likelihood: Option<f64>,
    /// Akaike's criterion `2k - 2n E ln p(X)`, smaller is better.
    pub aic: Option<f64>,
    /// `sup |F_n - F|`.
    pub kolmogorov: f64,
    /// Of a sample of the law; optimistic, because the law was fitted to this one.
    pub p_value: f64,
}

/// A family that does not suit the sample at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Why.
    pub why: String,
}

impl Misfit {
    fn new(why: &str) -> Self {
        Self { why: why.to_owned() }
    }
}

impl From<DensityError> for Misfit {
    fn from(error: DensityError) -> Self {
        Self { why: error.to_string() }
    }
}

/// A law with its estimated parameters.
struct Estimate {
    law: Arc<dyn Density>,
    parameters: Vec<(&'static str, f64)>,
}

impl Estimate {
    fn new(law: Arc<dyn Density>, parameters: &[(&'static str, f64)]) -> Self {
        Self { law, parameters: parameters.to_vec() }
    }
}

type Fit = Result<Estimate, Misfit>;

/// A family by name, and how it is fitted.
type Fitter = (&'static str, fn(&Points) -> Fit);

/// The families that are fitted, in the order of ties.
const FITTED: &[Fitter] = &[
    ("gaussian", closed::gaussian),
    ("laplace", closed::laplace),
    ("logistic", logistic::fit),
    ("student-t", student_t::fit),
    ("generalized-gaussian", generalized_gaussian::fit),
    ("gamma", gamma::fit),
    ("uniform", closed::uniform),
    ("half-normal", closed::half_normal),
    ("exponential", closed::exponential),
    ("rayleigh", closed::rayleigh),
    ("half-wave", half_wave::half_wave),
    ("rectified-gaussian", half_wave::rectified),
];

/// Every family fitted to a sample, the best first, and those that cannot be, each with the reason.
///
/// Ranked by Akaike's criterion, then by Kolmogorov's distance. Where the data have an atom at
/// 0 ([`Sample::atom_at_zero`]), laws without one give it no probability: they have no
/// likelihood and come after those that have.
pub fn fit(survey: &Survey, sample: &Sample) -> (Vec<Fitted>, Vec<(&'static str, Misfit)>) {
    let points = Points::new(survey, sample);
    let (mut fitted, mut unfit) = (Vec::new(), Vec::new());
    for &(family, estimate) in FITTED {
        match estimate(&points) {
            Ok(estimate) => fitted.push(assessed(family, estimate, &points, sample)),
            Err(misfit) => unfit.push((family, misfit)),
        }
    }
    let key = |fitted: &Fitted| (fitted.aic.unwrap_or(f64::INFINITY), fitted.kolmogorov);
    fitted.sort_by(|one, other| {
        let (one, other) = (key(one), key(other));
        one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
    });
    (fitted, unfit)
}

fn assessed(family: &'static str, estimate: Estimate, points: &Points, sample: &Sample) -> Fitted {
    let Estimate { law, parameters } = estimate;
    let count = points.survey().count as f64;
    let mean_log_likelihood = mean_log_likelihood(&*law, points);
    let kolmogorov = kolmogorov_distance(sample.points(), &*law);
    let penalty = 2.0 * parameters.len() as f64;
    Fitted {
        family,
        law,
        parameters,
        mean_log_likelihood,
        aic: mean_log_likelihood.map(|mean| penalty - 2.0 * count * mean),
        kolmogorov,
        p_value: kolmogorov_p_value(kolmogorov, count),
    }
}

/// `E ln p(X)`, the probability of an atom standing for the density there.
fn mean_log_likelihood(law: &dyn Density, points: &Points) -> Option<f64> {
    let is_atom = points.atom_at_zero() > 0.0;
    let of_law = law.atoms().into_iter().find(|atom| atom.0.abs() <= 0.0);
    let at_zero = match (is_atom, of_law) {
        (true, None) => return None,
        (true, Some((_, probability))) => libm::log(probability),
        // A lone 0 is a rounded number, and the density at 0 may be infinite.
        (false, _) => law.ln_pdf(points.magnitude(0.0)),
    };
    let mean = points.mean_of(|x| if x.abs() <= 0.0 { at_zero } else { law.ln_pdf(x) });
    mean.is_finite().then_some(mean)
}
