//! The evidence that no other codebook of that size is better.

use serde::Serialize;

/// What proves a codebook optimal, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateKind {
    /// Stationary, and the law is log-concave: it has one stationary codebook of each size.
    LogConcave,
    /// A search over all codebooks, with bounds on what it did not look at.
    Search,
    /// The second derivatives are positive definite: no codebook nearby is better.
    Local,
    /// Nothing beyond the residual: the family of codebooks has no theorem.
    Stationary,
}

/// Bounds on the least distortion of any codebook of the same size and family.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Certificate {
    /// What the bounds rest on.
    pub kind: CertificateKind,
    /// Whether the codebook is proved to be the only optimal one.
    pub unique_global: bool,
    /// What is left of the optimality conditions, in the unit of `x`.
    pub residual: f64,
    /// No codebook has a smaller distortion; 0 where nothing better is known.
    pub lower_bound: f64,
    /// The distortion of the codebook itself, rounded up.
    pub upper_bound: f64,
}
