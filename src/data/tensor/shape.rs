//! The axes of a tensor, and what they come to.

use super::dtype::DType;
use super::fault::Fault;

/// The most axes that are held; numpy allows as many.
pub(super) const AXES_MAX: usize = 64;

/// Numbers and bytes of a tensor, if both can be counted.
///
/// Axes of 0 do not excuse the others: what overflows without them is refused with them.
pub(super) fn extent(shape: &[u64], dtype: DType) -> Result<(u64, u64), Fault> {
    if shape.len() > AXES_MAX {
        return Err(Fault::TooManyAxes { limit: AXES_MAX });
    }
    let product = shape.iter().try_fold(1_u64, |product, &axis| product.checked_mul(axis.max(1)));
    let bytes = product.and_then(|product| product.checked_mul(dtype.bytes()));
    let (Some(product), Some(bytes)) = (product, bytes) else {
        return Err(Fault::ShapeOverflows);
    };
    Ok(if shape.contains(&0) { (0, 0) } else { (product, bytes) })
}
