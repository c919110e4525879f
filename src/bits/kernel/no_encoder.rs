//! No special instructions to encode sums on this processor.

/// What no processor of this kind can do, so there is none.
#[derive(Debug, Clone, Copy)]
pub(in crate::bits) enum Encoder {}

impl Encoder {
    /// None.
    pub(in crate::bits) fn detect() -> Option<Self> {
        None
    }

    /// Never called.
    pub(in crate::bits) fn encode(self, _: &[i32], _: &[i32], _: &[i32], _: (&mut [u8], usize)) {
        match self {}
    }
}
