//! No special instructions for thresholds on this processor.

/// What no processor of this kind can do, so there is none.
#[derive(Debug, Clone, Copy)]
pub(in crate::bits) enum Ranker {}

impl Ranker {
    /// None.
    pub(in crate::bits) fn new(_: &[f32]) -> Option<Self> {
        None
    }

    /// Never called.
    pub(in crate::bits) fn rank(&self, _: &[f32], _: &mut [u8]) {
        match *self {}
    }
}
