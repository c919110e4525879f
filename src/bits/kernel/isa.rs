//! What the processor can do, as values that prove it.

/// Proof that the processor has the instructions of the lookup kernel: AVX-512 F, BW, DQ, VL, VBMI
/// and VPOPCNTDQ, and BMI2. The detection below is the only way to get one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vbmi(());

impl Vbmi {
    /// The proof, on a processor that has them.
    pub(super) fn detect() -> Option<Self> {
        let has = Vpopcntdq::detect().is_some() && is_x86_feature_detected!("avx512vbmi");
        has.then_some(Self(()))
    }
}

/// Proof that the processor has the instructions of the popcount kernel: AVX-512 F, BW, DQ, VL and
/// VPOPCNTDQ, and BMI2.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vpopcntdq(());

impl Vpopcntdq {
    /// The proof, on a processor that has them.
    pub(super) fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vpopcntdq")
            && is_x86_feature_detected!("bmi2");
        has.then_some(Self(()))
    }
}

/// Proof that the processor has the instructions that pack codes of numbers: AVX-512 F, BW and
/// VBMI2, GFNI, and BMI2.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vbmi2(());

impl Vbmi2 {
    /// The proof, on a processor that has them.
    pub(super) fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("gfni")
            && is_x86_feature_detected!("bmi2");
        has.then_some(Self(()))
    }
}

/// Proof that the processor has AVX2.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    /// The proof, on a processor that has it.
    pub(super) fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }
}
