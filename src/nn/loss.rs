//! The loss: cross-entropy of the softmax of the last layer.

use super::tensor::Tensor;

/// How well a batch was told apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loss {
    /// Mean cross-entropy, in nats.
    pub mean: f64,
    /// Images whose largest output is that of their label.
    pub correct: usize,
}

/// `mean over images of ln Σ exp(z_j) - z_label`; its gradient is `(softmax(z) - one hot)/images`.
///
/// The gradient is written when there is a place for it. Of equal outputs the first counts as the
/// answer. Computed in f64 from the largest output down, so nothing overflows.
///
/// # Panics
///
/// When there is not one label an image, or a label has no output.
///
/// # Examples
///
/// ```
/// use hwgq::nn::{Shape, Tensor, cross_entropy};
/// let undecided = Tensor::compact(Shape::features(10), vec![0.0; 20]);
/// let loss = cross_entropy(&undecided, &[3, 0], None);
/// assert!((loss.mean - 10.0_f64.ln()).abs() < 1e-15);
/// assert_eq!(loss.correct, 1);
/// ```
pub fn cross_entropy(logits: &Tensor, labels: &[u8], grad: Option<&mut Tensor>) -> Loss {
    assert_eq!(logits.images(), labels.len(), "one label an image");
    let classes = logits.shape().len();
    let mut grad = grad.map(|grad| grad.data_mut().chunks_exact_mut(classes));
    let (mut sum, mut correct) = (0.0, 0);
    for (logits, &label) in logits.data().chunks_exact(classes).zip(labels) {
        let label = usize::from(label);
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let exponent = |logit: f32| f64::from(logit) - f64::from(largest);
        let total: f64 = logits.iter().map(|&logit| exponent(logit).exp()).sum();
        sum += total.ln() - exponent(logits[label]);
        // NaN equals nothing, so an image with no number for an answer is not correct.
        correct += usize::from(logits.iter().position(|&logit| logit >= largest) == Some(label));
        if let Some(grad) = grad.as_mut().and_then(Iterator::next) {
            for (class, (grad, &logit)) in grad.iter_mut().zip(logits).enumerate() {
                let target = f64::from(u8::from(class == label));
                #[expect(clippy::cast_possible_truncation, reason = "gradients are f32")]
                let value = ((exponent(logit).exp() / total - target) / labels.len() as f64) as f32;
                *grad = value;
            }
        }
    }
    Loss { mean: sum / labels.len() as f64, correct }
}
