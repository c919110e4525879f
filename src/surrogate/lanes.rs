//! One f32 loop for every surrogate, on the widest registers that the processor has.

use pulp::Arch;

// The closures are inlined into the loop, the loop into pulp's copy for each instruction set. Rust
// never contracts a·b + c into a fused product, so every copy gives the same bits. Closures own
// their clip (`move`): behind a reference it would be loaded again in every turn of the loop, which
// keeps the compiler from using vectors and costs a factor of twenty.

/// `output = function(input)`, element by element.
pub(super) fn map(input: &[f32], output: &mut [f32], function: impl Fn(f32) -> f32) {
    assert_eq!(input.len(), output.len(), "input and output differ in length");
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (value, &x) in output.iter_mut().zip(input) {
                *value = function(x);
            }
        },
    );
}

/// `grad_input = function(input, grad_output)`, element by element.
pub(super) fn map_gradient(
    input: &[f32],
    grad_output: &[f32],
    grad_input: &mut [f32],
    function: impl Fn(f32, f32) -> f32,
) {
    assert_eq!(input.len(), grad_output.len(), "input and grad_output differ in length");
    assert_eq!(input.len(), grad_input.len(), "input and grad_input differ in length");
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for ((grad, &x), &above) in grad_input.iter_mut().zip(input).zip(grad_output) {
                *grad = function(x, above);
            }
        },
    );
}

/// `grad` where `open`, zero elsewhere: a mask, so that no `∞ · 0` makes a NaN.
#[inline]
pub(super) fn gate(open: bool, grad: f32) -> f32 {
    if open { grad } else { 0.0 }
}
