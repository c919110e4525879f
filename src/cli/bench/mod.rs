//! `hwgq bench`: how fast, measured here and now.

mod answer;
mod contest;
mod conv;
mod design;
mod gemm;
mod kmeans;
mod layer;
mod operands;
mod pack;
mod peers;
mod roofline;
mod shape;
mod timing;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::{Ending, Usage, law, output};

/// Measure how fast the program is on this machine
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Design(design::Arguments),
    Kmeans(kmeans::Arguments),
    Gemm(gemm::Arguments),
    Conv(conv::Arguments),
    Pack(pack::Arguments),
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    match &arguments.what {
        What::Design(arguments) => design::run(arguments),
        What::Kmeans(arguments) => kmeans::run(arguments),
        What::Gemm(arguments) => gemm::run(arguments),
        What::Conv(arguments) => conv::run(arguments),
        What::Pack(arguments) => pack::run(arguments),
    }
}
