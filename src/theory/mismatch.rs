//! How far a backward function is from the quantizer whose derivative it stands in for.

use serde::Serialize;

use crate::density::Gaussian;
use crate::design::{Design, DesignError, HalfWave, Spacing, Zero};
use crate::math::{Interval, SIXTEEN, bracketed_root, normal};
use crate::quantizer::{Codebook, Ties};
use crate::surrogate::{ClippedRelu, HardTanh, Identity, LogTailedRelu, Relu, Surrogate};

/// Distances between a quantizer `Q` and a surrogate `B` for a standard normal input `X`, on the
/// whole line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mismatch {
    /// `E (Q - B)²`.
    pub value_gap: f64,
    /// The share of `value_gap` that comes from inputs above the top level.
    pub tail_share: f64,
    /// `E |Q - B|`.
    pub mean_abs_gap: f64,
    /// `E QB / √(E Q² E B²)`.
    pub cosine: f64,
    /// `E B'`.
    pub mean_slope: f64,
    /// `Var B'`.
    pub slope_variance: f64,
    /// `E B' - d/dμ E Q(μ + X)` at `μ = 0`: what the surrogate adds to the slope of the quantizer
    /// smoothed by its own input.
    pub smoothed_bias: f64,
    /// The same as a share of the slope of the smoothed quantizer.
    pub relative_bias: f64,
}

/// The mismatch of one pair, with its names.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MismatchRow {
    /// The quantizer: `sign`, `hwgq-uniform-m3`.
    pub forward: String,
    /// The surrogate: `clipped-relu`.
    pub backward: &'static str,
    /// The numbers.
    #[serde(flatten)]
    pub mismatch: Mismatch,
}

/// The mismatch of a quantizer and a continuous surrogate.
///
/// The slope of the smoothed quantizer is `Σ (q_i - q_{i-1}) φ(t_i)` by Stein's identity.
///
/// # Examples
///
/// ```
/// use hwgq::quantizer::Codebook;
/// use hwgq::surrogate::Identity;
/// let sign = Codebook::nearest(vec![-1.0, 1.0])?;
/// let gap = hwgq::theory::mismatch(&sign, &Identity).value_gap;
/// let by_hand = 2.0 - 2.0 * (2.0 / std::f64::consts::PI).sqrt(); // E(1 - |X|)²
/// assert!((gap - by_hand).abs() < 1e-14);
/// # Ok::<(), hwgq::quantizer::CodebookError>(())
/// ```
pub fn mismatch(codebook: &Codebook, surrogate: &dyn Surrogate) -> Mismatch {
    let nodes = nodes(codebook, surrogate);
    let mean = |function: &dyn Fn(&Node) -> f64| -> f64 {
        nodes.iter().map(|node| node.weight * function(node)).sum()
    };
    let square_gap = |node: &Node| (node.quantized - node.value).powi(2);
    let top = codebook.top();
    let value_gap = mean(&square_gap);
    let tail_gap = mean(&|node| if node.x > top { square_gap(node) } else { 0.0 });
    let energy = mean(&|node| node.quantized.powi(2)) * mean(&|node| node.value.powi(2));
    let mean_slope = mean(&|node| node.slope);
    let jumps = codebook.levels().windows(2).zip(codebook.thresholds());
    let smoothed: f64 =
        jumps.map(|(pair, &threshold)| (pair[1] - pair[0]) * normal::pdf(threshold)).sum();
    Mismatch {
        value_gap,
        tail_share: if value_gap > 0.0 { tail_gap / value_gap } else { 0.0 },
        mean_abs_gap: mean(&|node| (node.quantized - node.value).abs()),
        cosine: mean(&|node| node.quantized * node.value) / energy.sqrt(),
        mean_slope,
        slope_variance: mean(&|node| (node.slope - mean_slope).powi(2)),
        smoothed_bias: mean_slope - smoothed,
        relative_bias: (mean_slope - smoothed) / smoothed,
    }
}

/// The sign and the half waves at 1, 2, 3, 7 and 15 positive levels, each with each surrogate.
///
/// Clip and logarithm start at the top level of the quantizer.
///
/// # Errors
///
/// When a design does not converge.
pub fn table() -> Result<Vec<MismatchRow>, DesignError> {
    let mut rows = Vec::new();
    for (forward, codebook) in forwards()? {
        let top = codebook.top();
        let backwards: [(&'static str, &dyn Surrogate); 5] = [
            ("identity", &Identity),
            ("hard-tanh", &HardTanh),
            ("relu", &Relu),
            ("clipped-relu", &ClippedRelu::new(top)),
            ("log-tailed-relu", &LogTailedRelu::new(top)),
        ];
        rows.extend(backwards.map(|(backward, surrogate)| MismatchRow {
            forward: forward.clone(),
            backward,
            mismatch: mismatch(&codebook, surrogate),
        }));
    }
    Ok(rows)
}

fn forwards() -> Result<Vec<(String, Codebook)>, DesignError> {
    let sign = Codebook::nearest(vec![-1.0, 1.0])?.with_ties(Ties::Up);
    let mut forwards = vec![("sign".to_owned(), sign)];
    let families = [
        ("hwgq-uniform", Spacing::Uniform, Zero::NonPositive),
        ("hwgq-lloyd-max", Spacing::LloydMax, Zero::NonPositive),
        ("hwgq-zero-cell", Spacing::Uniform, Zero::Cell),
    ];
    for (name, spacing, zero) in families {
        for positive in [1, 2, 3, 7, 15] {
            let designed = HalfWave { spacing, zero }.design(&Gaussian::STANDARD, positive + 1)?;
            forwards.push((format!("{name}-m{positive}"), designed.codebook));
        }
    }
    Ok(forwards)
}

/// A point at which both functions are known, with the probability it stands for.
struct Node {
    x: f64,
    weight: f64,
    quantized: f64,
    value: f64,
    slope: f64,
}

/// The widest piece for one quadrature rule. With `φ(c + u) = φ(c) e^{-cu - u²/2}` and `|c| < 13`
/// sixteen nodes leave 1e-17 of it; the logarithm of the tail is tamer, its singularity lies a
/// whole unit below the piece.
const PIECE_MAX: f64 = 0.5;

/// Beyond this distance from the outermost kink `φ` has fallen by `e^{-40}`.
const REACH: f64 = 9.0;

/// A sum that stands for the normal law: exact to rounding for functions that are smooth between
/// the thresholds, the kinks and the points where `Q` and `B` cross.
fn nodes(codebook: &Codebook, surrogate: &dyn Surrogate) -> Vec<Node> {
    let mut breaks = surrogate.kinks();
    breaks.extend(codebook.thresholds());
    breaks.push(codebook.top());
    let reach = REACH + breaks.iter().fold(0.0, |reach, at| f64::max(reach, at.abs()));
    breaks.extend([-reach, reach]);
    breaks.sort_by(f64::total_cmp);
    let crossings: Vec<f64> = breaks
        .windows(2)
        .filter_map(|ends| {
            let level = codebook.quantize(ends[0].midpoint(ends[1]));
            bracketed_root(|x| surrogate.value(x) - level, ends[0], ends[1]).map(|root| root.x)
        })
        .collect();
    breaks.extend(crossings);
    breaks.sort_by(f64::total_cmp);
    breaks
        .windows(2)
        .filter(|ends| ends[0] < ends[1])
        .flat_map(|ends| SIXTEEN.nodes(Interval::new(ends[0], ends[1]), PIECE_MAX))
        .map(|(x, weight)| Node {
            x,
            weight: weight * normal::pdf(x),
            quantized: codebook.quantize(x),
            value: surrogate.value(x),
            slope: surrogate.slope(x),
        })
        .collect()
}
