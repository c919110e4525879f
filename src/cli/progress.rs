//! A progress bar of training images on a terminal, and nothing anywhere else.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt;
use super::output::{is_watched, say};
use crate::experiment::Observer;

/// Images that have gone through a net, with their rate and the time that remains.
#[derive(Debug)]
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// A bar of `images`; hidden when nobody watches.
    pub(super) fn new(images: u64) -> Self {
        let target =
            if is_watched() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(images), target);
        let template =
            "{bar:30} {percent:>3} %  {human_pos} images  {per_sec}  {eta} left  {wide_msg}";
        bar.set_style(
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        Self(bar)
    }

    /// Says what is going on.
    pub(super) fn say(&self, what: impl Into<String>) {
        self.0.set_message(what.into());
    }

    /// Says something that stays, above the bar.
    pub(super) fn note(&self, what: &str) {
        self.0.suspend(|| say(what));
    }

    /// Removes the bar.
    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Observer for Bar {
    fn advance(&self, images: u64) -> bool {
        self.0.inc(images);
        !interrupt::asked()
    }
}
