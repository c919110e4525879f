//! What this processor can do, in a few words.

/// The architecture and those of its extensions that change how fast, and in sums of floats how
/// exactly, a run computes: `x86_64 avx2 fma avx512f avx512vnni`.
pub fn instruction_set() -> String {
    let mut words = vec![std::env::consts::ARCH];
    words.extend(extensions().into_iter().filter_map(|(name, there)| there.then_some(name)));
    words.join(" ")
}

#[cfg(target_arch = "x86_64")]
fn extensions() -> [(&'static str, bool); 8] {
    use std::arch::is_x86_feature_detected as has;
    [
        ("popcnt", has!("popcnt")),
        ("avx2", has!("avx2")),
        ("fma", has!("fma")),
        ("avxvnni", has!("avxvnni")),
        ("avx512f", has!("avx512f")),
        ("avx512bw", has!("avx512bw")),
        ("avx512vnni", has!("avx512vnni")),
        ("avx512vpopcntdq", has!("avx512vpopcntdq")),
    ]
}

#[cfg(target_arch = "aarch64")]
fn extensions() -> [(&'static str, bool); 3] {
    use std::arch::is_aarch64_feature_detected as has;
    [("neon", has!("neon")), ("dotprod", has!("dotprod")), ("i8mm", has!("i8mm"))]
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn extensions() -> [(&'static str, bool); 0] {
    []
}
