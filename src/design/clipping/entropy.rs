//! Clip where the histogram loses least information: the calibrator of `TensorRT`.

use super::{Code, Folded};
use crate::math::CompensatedSum;

/// Bins of the magnitude from 0 to the greatest.
const BINS: usize = 2048;
/// The narrowest clip that is tried, in bins.
const FIRST: usize = 128;

/// The clip whose quantized histogram has the least Kullback-Leibler divergence from the histogram.
///
/// The magnitudes are counted in 2048 bins. For each clip of 128 bins or more, what lies beyond it
/// is counted into its last bin, and compared with the same bins merged into as many groups as there
/// are levels on a side, each spread evenly over those of its bins that are not empty. The first
/// bin, which holds the zeros, counts as much as the second. Of equal divergences the widest clip
/// is taken. `None` without values.
///
/// # References
///
/// Migacz, "8-bit inference with `TensorRT`", GTC 2017; the number of groups and the treatment of
/// the first bin as in NVIDIA's `ModelOpt` and pytorch-quantization.
pub fn entropy_clip(folded: &Folded<'_>, code: Code) -> Option<f64> {
    let width = folded.top() / BINS as f64;
    if folded.all().mass <= 0.0 || width <= 0.0 {
        return None;
    }
    let shares: Vec<f64> = (0..=BINS)
        .map(|edge| {
            folded.share_up_to(if edge == BINS { folded.top() } else { edge as f64 * width })
        })
        .collect();
    let mut bins: Vec<f64> = shares.windows(2).map(|pair| (pair[1] - pair[0]).max(0.0)).collect();
    bins[0] = bins[1];
    let groups = 1_usize << (code.bits - u32::from(code.signed));
    let mut best = (f64::INFINITY, BINS);
    for clip in FIRST..=BINS {
        let divergence = divergence(&bins, clip, groups);
        if divergence <= best.0 {
            best = (divergence, clip);
        }
    }
    Some(best.1 as f64 * width)
}

/// Of the histogram clipped to `clip` bins from that of its groups, both normalised.
fn divergence(bins: &[f64], clip: usize, groups: usize) -> f64 {
    let outside: f64 = bins[clip..].iter().sum();
    let total = bins[..clip].iter().sum::<f64>() + outside;
    // Outliers are no part of what is quantized, but of its normalisation.
    let of_last = |bin: usize| if bin + 1 == clip { outside } else { 0.0 };
    let mut sum = CompensatedSum::default();
    let mut start = 0;
    for group in 0..groups {
        // Bins whose low edge lies in the group.
        let end = ((group + 1) * clip).div_ceil(groups);
        let part = &bins[start..end];
        let filled = part.iter().filter(|&&bin| bin > 0.0).count();
        let level = part.iter().sum::<f64>() / filled.max(1) as f64;
        for (bin, &own) in (start..end).zip(part) {
            let reference = own + of_last(bin);
            if reference <= 0.0 {
                continue;
            }
            if own <= 0.0 {
                // Probability where the quantized histogram has none.
                return f64::INFINITY;
            }
            sum.add(reference / total * libm::log(reference / level));
        }
        start = end;
    }
    let quantized: f64 = bins[..clip].iter().sum();
    // Each histogram is divided by its own sum.
    sum.value() + libm::log(quantized / total)
}
