//! The contract of `hwgq fit --format json`, and the table of `--format csv`.

use anyhow::Result;
use serde::Serialize;

use crate::data::TensorEntry;
use crate::density::fit::Fitted;
use crate::experiment::{KOLMOGOROV_MAX, Method, SampleFit};
use crate::record::{Column, Table, Values};

/// Everything that was found in a file.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) file: String,
    pub(super) bits: u32,
    pub(super) tensors: Vec<TensorAnswer>,
    pub(super) skipped: Vec<Skipped>,
}

/// A tensor with its fit.
#[derive(Debug)]
pub(super) struct TensorAnswer {
    pub(super) name: String,
    pub(super) shape: Vec<u64>,
    pub(super) dtype: String,
    pub(super) fit: SampleFit,
}

/// A tensor that cannot be fitted.
#[derive(Debug, Serialize)]
pub(super) struct Skipped {
    pub(super) name: String,
    pub(super) why: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Contract<'a> {
    file: &'a str,
    bits: u32,
    tensors: Vec<TensorContract<'a>>,
    skipped: &'a [Skipped],
}

#[derive(Debug, Serialize)]
struct TensorContract<'a> {
    name: &'a str,
    shape: &'a [u64],
    dtype: &'a str,
    moments: MomentsContract,
    path: PathContract,
    histogram: HistogramContract,
    laws: Vec<LawContract>,
    laws_unfit: Vec<UnfitContract>,
    half_gaussian: Option<HalfGaussianContract>,
    assuming_gaussian_costs_db: Option<f64>,
    methods: Vec<MethodContract<'a>>,
    methods_left_out: &'a [String],
}

#[derive(Debug, Serialize)]
struct MomentsContract {
    count: u64,
    nan: u64,
    infinite: u64,
    zeros: u64,
    atom_at_zero: f64,
    negatives: u64,
    min: f64,
    max: f64,
    mean: f64,
    sd: f64,
    variance: f64,
    skewness: f64,
    kurtosis: f64,
}

/// How the values were held.
#[derive(Debug, Serialize)]
struct PathContract {
    /// `exact` or `binned`.
    kind: &'static str,
    /// Of a bin, `null` on the exact path.
    bin_width: Option<f64>,
}

#[derive(Debug, Serialize)]
struct HistogramContract {
    /// One more than the densities.
    edges: Vec<f64>,
    densities: Vec<f64>,
}

#[derive(Debug, Serialize)]
struct LawContract {
    family: &'static str,
    law: String,
    parameters: serde_json::Map<String, serde_json::Value>,
    mean_log_likelihood: Option<f64>,
    aic: Option<f64>,
    ks: f64,
    ks_p_value: f64,
}

#[derive(Debug, Serialize)]
struct UnfitContract {
    family: &'static str,
    why: String,
}

#[derive(Debug, Serialize)]
struct HalfGaussianContract {
    passes: bool,
    ks: f64,
    ks_max: f64,
    sigma: f64,
}

#[derive(Debug, Serialize)]
struct MethodContract<'a> {
    method: &'a str,
    origin: &'static str,
    clip: Option<f64>,
    levels: &'a [f64],
    thresholds: &'a [f64],
    distortion: f64,
    distortion_uncertainty: f64,
    sqnr_db: Option<f64>,
    below_best_db: Option<f64>,
}

/// JSON has no infinity: nothing is said of a ratio whose noise is nothing.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

impl TensorAnswer {
    pub(super) fn new(entry: &TensorEntry, fit: SampleFit) -> Self {
        Self {
            name: entry.name().to_owned(),
            shape: entry.shape().to_vec(),
            dtype: entry.dtype().to_string(),
            fit,
        }
    }

    fn contract(&self) -> TensorContract<'_> {
        let fit = &self.fit;
        let edges = fit.bins.iter().map(|bin| bin.low).chain(fit.bins.last().map(|bin| bin.high));
        TensorContract {
            name: &self.name,
            shape: &self.shape,
            dtype: &self.dtype,
            moments: moments(fit),
            path: PathContract {
                kind: if fit.bin_width.is_some() { "binned" } else { "exact" },
                bin_width: fit.bin_width,
            },
            histogram: HistogramContract {
                edges: edges.collect(),
                densities: fit.bins.iter().map(|bin| bin.density).collect(),
            },
            laws: fit.laws.iter().map(law).collect(),
            laws_unfit: fit
                .unfit
                .iter()
                .map(|(family, misfit)| UnfitContract { family, why: misfit.why.clone() })
                .collect(),
            half_gaussian: fit.half_gaussian.map(|half| HalfGaussianContract {
                passes: half.passes(),
                ks: half.kolmogorov,
                ks_max: KOLMOGOROV_MAX,
                sigma: half.sigma,
            }),
            assuming_gaussian_costs_db: self.gaussian_costs_db(),
            methods: fit.methods.iter().map(|method| contract_of(fit, method)).collect(),
            methods_left_out: &fit.left_out,
        }
    }

    /// How many decibels the normal codebook is below the optimum.
    pub(super) fn gaussian_costs_db(&self) -> Option<f64> {
        self.fit.gaussian().and_then(|method| finite(self.fit.below_best_db(method)))
    }
}

fn moments(fit: &SampleFit) -> MomentsContract {
    let survey = &fit.survey;
    MomentsContract {
        count: survey.count,
        nan: survey.nan,
        infinite: survey.infinite,
        zeros: survey.zeros,
        atom_at_zero: fit.atom_at_zero,
        negatives: survey.negatives,
        min: survey.low,
        max: survey.high,
        mean: survey.mean,
        sd: survey.deviation(),
        variance: survey.variance,
        skewness: survey.skewness,
        kurtosis: survey.kurtosis,
    }
}

fn law(fitted: &Fitted) -> LawContract {
    let parameters = fitted.parameters.iter();
    LawContract {
        family: fitted.family,
        law: fitted.law.describe(),
        parameters: parameters.map(|&(name, value)| (name.to_owned(), value.into())).collect(),
        mean_log_likelihood: fitted.mean_log_likelihood,
        aic: fitted.aic,
        ks: fitted.kolmogorov,
        ks_p_value: fitted.p_value,
    }
}

fn contract_of<'a>(fit: &SampleFit, method: &'a Method) -> MethodContract<'a> {
    MethodContract {
        method: &method.name,
        origin: method.origin.name(),
        clip: method.clip,
        levels: method.codebook.levels(),
        thresholds: method.codebook.thresholds(),
        distortion: method.distortion,
        distortion_uncertainty: method.uncertainty,
        sqnr_db: finite(method.sqnr_db),
        below_best_db: finite(fit.below_best_db(method)),
    }
}

impl Answer {
    pub(super) fn contract(&self) -> Contract<'_> {
        Contract {
            file: &self.file,
            bits: self.bits,
            tensors: self.tensors.iter().map(TensorAnswer::contract).collect(),
            skipped: &self.skipped,
        }
    }

    /// One row a tensor and method.
    pub(super) fn table(&self) -> Result<Table> {
        let rows: Vec<(&TensorAnswer, &Method)> = self
            .tensors
            .iter()
            .flat_map(|tensor| tensor.fit.methods.iter().map(move |method| (tensor, method)))
            .collect();
        let text = |name: &str, of: &dyn Fn(&(&TensorAnswer, &Method)) -> String| Column {
            name: name.to_owned(),
            unit: String::new(),
            values: Values::Text(rows.iter().map(of).collect()),
        };
        let number =
            |name: &str, unit: &str, of: &dyn Fn(&(&TensorAnswer, &Method)) -> f64| Column {
                name: name.to_owned(),
                unit: unit.to_owned(),
                values: Values::Number(rows.iter().map(of).collect()),
            };
        let known = |value: f64| finite(value).unwrap_or(f64::NAN);
        Ok(Table::new(
            "methods",
            vec![
                text("tensor", &|row| row.0.name.clone()),
                text("method", &|row| row.1.name.clone()),
                text("origin", &|row| row.1.origin.name().to_owned()),
                number("clip", "", &|row| row.1.clip.unwrap_or(f64::NAN)),
                number("distortion", "", &|row| row.1.distortion),
                number("sqnr", "dB", &|row| known(row.1.sqnr_db)),
                number("below_best", "dB", &|row| known(row.0.fit.below_best_db(row.1))),
            ],
        )?)
    }
}
