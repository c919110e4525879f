//! The kernels that every test of a kernel runs over.

use hwgq::bits::Kernel;

/// Names one kernel; the only place that reads it.
const FORCED: &str = "HWGQ_KERNEL";

/// Those of this processor; or the one that the environment names, which must be able to run, so that
/// a test of it cannot pass by leaving it out.
#[expect(clippy::disallowed_methods, reason = "a test has no command line to be asked on")]
pub(crate) fn kernels() -> impl Iterator<Item = Kernel> {
    let forced = std::env::var(FORCED).ok();
    let forced = forced.filter(|name| !name.is_empty()).map(|name| -> Kernel {
        let kernel: Kernel = name.parse().unwrap_or_else(|error| panic!("{FORCED}: {error}"));
        assert!(kernel.is_available(), "{FORCED}: this processor cannot run `{kernel}`");
        kernel
    });
    Kernel::ALL.into_iter().filter(move |&kernel| match forced {
        Some(forced) => kernel == forced,
        None => kernel.is_available(),
    })
}
