//! Ctrl-C: the first asks for an orderly stop, the second stops at once.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};

use super::output::say;

static ASKED: AtomicBool = AtomicBool::new(false);

/// Exit code of a program that SIGINT stopped, by the shells' convention.
pub(super) const EXIT_CODE: u8 = 130;

/// From here on Ctrl-C is noted, to be seen by [`asked`].
pub(super) fn watch() -> Result<()> {
    let note = || {
        if ASKED.swap(true, Ordering::Relaxed) {
            process::exit(i32::from(EXIT_CODE));
        }
        say("stopping; press Ctrl-C again to stop at once");
    };
    ctrlc::set_handler(note).context("cannot watch for Ctrl-C")
}

/// Whether Ctrl-C was pressed.
pub(super) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
