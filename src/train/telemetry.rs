//! What the numbers in front of and behind each quantizer look like.

use super::evaluation::fill;
use crate::data::Images;
use crate::math::normal;
use crate::nn::{Mode, Network, Tensor};

/// Images that are looked at: enough for a histogram, little enough to sort.
const IMAGES_MAX: usize = 100;

/// Counts on a fixed grid, so that histograms of different layers and runs can be laid over each
/// other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    /// One count for each cell `[edge, edge + 0.1)`, the first edge at -4, the last at 3.9.
    pub counts: Vec<u64>,
    /// Numbers below -4.
    pub below: u64,
    /// Numbers from 4 on.
    pub above: u64,
}

/// Moments of a sample about its mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleMoments {
    /// How many numbers.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// Root of their mean squared deviation.
    pub deviation: f64,
    /// Mean cubed deviation over the cubed deviation; 0 for a normal law.
    pub skewness: f64,
    /// Mean fourth power over the fourth power of the deviation; 3 for a normal law.
    pub kurtosis: f64,
}

/// One quantizer at work.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerActivations {
    /// Name of the layer.
    pub layer: String,
    /// What it reads.
    pub before: Histogram,
    /// What it writes.
    pub after: Histogram,
    /// Moments of what it reads.
    pub moments: SampleMoments,
    /// Largest distance of the distribution of what it reads from that of the standard normal law.
    pub kolmogorov_smirnov: f64,
    /// How often it writes each level, from the lowest.
    pub levels: Vec<(f64, u64)>,
}

impl Histogram {
    const LOW: f64 = -4.0;
    /// Cells per unit.
    const CELLS_A_UNIT: f64 = 10.0;
    const CELLS: usize = 80;

    /// The edges of the cells, one more than there are.
    pub fn edges() -> Vec<f64> {
        (0..=Self::CELLS).map(|cell| Self::LOW + cell as f64 / Self::CELLS_A_UNIT).collect()
    }

    /// The counts of `numbers`; NaN is counted nowhere.
    fn of(numbers: impl Iterator<Item = f32>) -> Self {
        let mut histogram = Self { counts: vec![0; Self::CELLS], below: 0, above: 0 };
        for number in numbers.filter(|number| !number.is_nan()) {
            let place = ((f64::from(number) - Self::LOW) * Self::CELLS_A_UNIT).floor();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked: 0 or more, and `as` saturates"
            )]
            let cell = (place >= 0.0).then_some(place as usize);
            match cell.map(|cell| histogram.counts.get_mut(cell)) {
                Some(Some(count)) => *count += 1,
                Some(None) => histogram.above += 1,
                None => histogram.below += 1,
            }
        }
        histogram
    }
}

impl SampleMoments {
    /// Two passes: the mean first, then the powers of the deviations from it.
    fn of(sample: &[f32]) -> Self {
        let count = sample.len() as f64;
        let mean = sample.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
        let power = |exponent: i32| {
            sample.iter().map(|&x| (f64::from(x) - mean).powi(exponent)).sum::<f64>() / count
        };
        let deviation = power(2).sqrt();
        Self {
            count: sample.len() as u64,
            mean,
            deviation,
            skewness: power(3) / deviation.powi(3),
            kurtosis: power(4) / deviation.powi(4),
        }
    }
}

/// `sup |F(x) - Φ(x)|` of the empirical distribution `F` of a sorted sample.
///
/// # References
///
/// Kolmogorov, Giornale dell'Istituto Italiano degli Attuari 4 (1933), the statistic `D_n`.
fn kolmogorov_smirnov(sorted: &[f32]) -> f64 {
    let count = sorted.len() as f64;
    sorted.iter().enumerate().fold(0.0, |largest, (rank, &x)| {
        let theory = normal::cdf(f64::from(x));
        // The empirical distribution jumps here from rank/n to (rank + 1)/n.
        largest.max(theory - rank as f64 / count).max((rank as f64 + 1.0) / count - theory)
    })
}

/// How often each level of `codebook` occurs in `output`.
fn count_levels(levels: &[f64], output: &Tensor) -> Vec<(f64, u64)> {
    let mut counts: Vec<(f64, u64)> = levels.iter().map(|&level| (level, 0)).collect();
    for &number in output.rows().flatten() {
        // The network rounds a level to f32 once; rounding keeps the order.
        let place = levels.partition_point(|&level| {
            #[expect(clippy::cast_possible_truncation, reason = "as the network rounds it")]
            let level = level as f32;
            level < number
        });
        if let Some((_, count)) = counts.get_mut(place) {
            *count += 1;
        }
    }
    counts
}

/// Each quantizer of `network` on the first 100 of `images`, with the remembered statistics.
///
/// # Panics
///
/// When the images have another size than the network's input.
pub fn activations(
    network: &mut Network,
    images: &Images,
    normalisation: (f32, f32),
) -> Vec<LayerActivations> {
    let indices: Vec<usize> = (0..images.len().min(IMAGES_MAX)).collect();
    fill(network, images, &indices, normalisation);
    network.forward(Mode::Evaluate);
    let quantizers = network.trace().filter_map(|(name, layer, input, output)| {
        layer.codebook().map(|codebook| (name, codebook, input, output))
    });
    quantizers
        .map(|(name, codebook, input, output)| {
            let mut sample = input.to_compact();
            sample.sort_by(f32::total_cmp);
            LayerActivations {
                layer: name.to_owned(),
                before: Histogram::of(sample.iter().copied()),
                after: Histogram::of(output.rows().flatten().copied()),
                moments: SampleMoments::of(&sample),
                kolmogorov_smirnov: kolmogorov_smirnov(&sample),
                levels: count_levels(codebook.levels(), output),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_counted_once() {
        let numbers = [-4.0, -4.1, 3.99, 4.0, 0.0, 0.05, f32::INFINITY, f32::NAN];
        let histogram = Histogram::of(numbers.into_iter());
        assert_eq!((histogram.below, histogram.above), (1, 2));
        assert_eq!((histogram.counts[0], histogram.counts[40], histogram.counts[79]), (1, 2, 1));
        assert_eq!(histogram.counts.iter().sum::<u64>(), 4);
    }

    #[test]
    fn the_quantiles_of_the_normal_law_are_nearly_normal() {
        let count = 1000;
        #[expect(clippy::cast_possible_truncation, reason = "a sample is f32")]
        let sample: Vec<f32> =
            (0..count).map(|i| normal::quantile((f64::from(i) + 0.5) / 1000.0) as f32).collect();
        // Half a step on each side, and what rounding to f32 moves.
        assert!((kolmogorov_smirnov(&sample) - 0.0005).abs() < 1e-6);
        let moments = SampleMoments::of(&sample);
        assert!(moments.mean.abs() < 1e-6 && moments.skewness.abs() < 1e-6);
        // The tails beyond the 0.9995 quantile are missing.
        assert!((moments.deviation - 1.0).abs() < 0.005 && (moments.kurtosis - 3.0).abs() < 0.1);
    }
}
