//! Clip where the noise of rounding and that of clipping have the same slope, on the data.

use super::{Code, Folded};

/// Rounds of the fixed point, which near its end gains digits by a constant factor.
const ROUNDS_MAX: u32 = 1000;
/// Two clips this close are one.
const TOLERANCE: f64 = 1e-13;

/// The fixed point of `s = E[|X|; |X| > s] / (4^-B/3 P(0 < |X| <= s) + P(|X| > s))`.
///
/// It minimises the model `s²/(3·4^B) P(0 < |X| <= s) + E[(|X| - s)²; |X| > s]` of the error, 4^-B/12
/// in place of 4^-B/3 for unsigned codes, whose steps are half as wide. `None` without values.
///
/// # References
///
/// Sakr et al., "Optimal clipping and magnitude-aware differentiation for improved quantization-aware
/// training", ICML 2022, eq. (6).
pub fn octav(folded: &Folded<'_>, code: Code) -> Option<f64> {
    let parts = if code.signed { 3.0 } else { 12.0 };
    let noise = 4.0_f64.powi(-code.bits.cast_signed()) / parts;
    let all = folded.all();
    // Begun at the mean magnitude, as in the paper, the rounds increase towards the fixed point.
    let mut clip = folded.all().centroid()?;
    for _ in 0..ROUNDS_MAX {
        let above = folded.above(clip);
        let next = above.first / (noise * (all.mass - above.mass) + above.mass);
        let moved = (next - clip).abs();
        clip = next;
        if moved <= TOLERANCE * clip {
            break;
        }
    }
    (clip > 0.0).then_some(clip)
}
