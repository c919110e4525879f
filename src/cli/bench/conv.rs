//! `hwgq bench conv`: convolutions of packed images, against the bare product and against others.

use anyhow::{Context as _, Result};
use clap::Args;
use serde::Serialize;

use super::answer::{Answer, Peer, Row, Subject};
use super::contest::{Contest, ContestArguments};
use super::layer::{Layer, SIDE_MAX};
use super::operands::{self, WeightKind};
use super::output::Format;
use super::peers::PeerArguments;
use super::timing::Work;
use super::{Ending, Usage, gemm};
use crate::bits::{CodeImages, Convolution, ImageSize, Ladders, Product, quantize};

/// Measure convolutions with binary weights on packed images
///
/// Images of H x W pixels of C codes, a square window (default 3 x 3, moved by 1, padded to keep the
/// size) and N outputs, by every kernel of this processor. No matrix of windows is made; what that
/// saves or costs shows beside `im2col`, the bare product of such a matrix made beforehand. The f32
/// row is the product of this size alone. Counted and timed as in `hwgq bench gemm`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Sizes, then if need be kernel, stride and padding: 56x56x64x256k3s1p1; may be repeated
    #[arg(long = "shape", value_name = "HxWxCxN[kK][sS][pP]")]
    shapes: Vec<Layer>,
    /// Images in a batch
    #[arg(long, value_name = "N", default_value_t = 1)]
    images: usize,
    #[command(flatten)]
    contest: ContestArguments,
    #[command(flatten)]
    peers: PeerArguments,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Layers of the 56 x 56 stage of residual networks, and of the stages after it.
const LAYERS: [Layer; 9] = [
    Layer::same(56, 64, 64, 3),
    Layer::same(56, 64, 256, 3),
    Layer::same(56, 128, 256, 3),
    Layer::same(56, 256, 256, 3),
    Layer::same(56, 256, 64, 1),
    Layer::same(32, 128, 128, 3),
    Layer::same(28, 128, 128, 3),
    Layer::same(14, 256, 256, 3),
    Layer::same(7, 512, 512, 3),
];

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let layers = if arguments.shapes.is_empty() { &LAYERS } else { arguments.shapes.as_slice() };
    let images = arguments.images;
    if !(1..=SIDE_MAX).contains(&images) {
        return Err(Usage(format!("--images {images}: give 1 to {SIDE_MAX}")).into());
    }
    for layer in layers {
        layer.check_size(images)?;
    }
    let contest = Contest::new(&arguments.contest)?;
    let mut peers = arguments.peers.start(contest.threads())?;
    let mut answer = Answer::new(peers.as_ref());
    for &layer in layers {
        let (rows, macs) = rows(&contest, layer, images)?;
        answer.rows.extend(rows);
        if let (Some(peers), Some(rows)) = (&mut peers, &mut answer.peers) {
            let request = Request { images, layer };
            let peer = |timed| Peer::new(timed, &layer.to_string(), macs, &answer.rows);
            rows.extend(peers.ask(&request)?.into_iter().map(peer));
        }
    }
    answer.print(arguments.format)?;
    Ok(Ending::Done)
}

/// What a convolution asks of the peers.
#[derive(Debug, Serialize)]
struct Request {
    images: usize,
    #[serde(flatten)]
    layer: Layer,
}

/// The measurements of one layer, and its multiply-adds.
fn rows(contest: &Contest, layer: Layer, images: usize) -> Result<(Vec<Row>, f64)> {
    let (levels, thresholds) = (contest.levels(), contest.thresholds());
    let (size, window) = (layer.input(), layer.window());
    let (signs, weights) = operands::signs(layer.outputs, layer.columns())?;
    let ladders = contest.ladders(layer.outputs, layer.columns())?;
    let values = operands::activations(images * size.pixels() * layer.channels);
    let input = pack(&values, thresholds, images, size)?;
    let convolution = |kernel| Convolution::of_levels(&signs, levels, size, window, kernel);
    let convolutions = contest.kernels().iter().map(|&kernel| convolution(Some(kernel)));
    let convolutions: Vec<Convolution> = convolutions.collect::<Result<_, _>>()?;
    let chosen = convolution(None)?.kernel();
    let chosen = convolutions.iter().find(|convolution| convolution.kernel() == chosen);
    let chosen = chosen.or(convolutions.first()).context("there is a kernel")?;
    let positions = images * chosen.output_size().pixels();
    let macs = (positions * layer.outputs) as f64 * layer.columns() as f64;

    let product = Product::of_levels(&signs, levels.clone(), Some(chosen.kernel()))?;
    // Any matrix of this size costs the same.
    let matrix_values = operands::activations(positions * layer.columns());
    let matrix = quantize(&matrix_values, thresholds, positions, layer.columns())?;

    let subject = |subject: Subject| Subject { shape: layer.to_string(), macs, ..subject };
    let mut entries: Vec<(Subject, Work<'_>)> = Vec::new();
    for convolution in &convolutions {
        let row = |input, output| {
            subject(contest.subject(convolution.kernel(), WeightKind::Signs, input, output))
        };
        entries.push((row("codes", "codes"), fused(convolution, &input, &ladders)?));
        let mut sums = vec![0; positions * layer.outputs];
        let input = &input;
        let work = move || Ok(convolution.sums(input, &mut sums)?);
        entries.push((row("codes", "i32"), Box::new(work)));
    }
    let row =
        |input, output| subject(contest.subject(chosen.kernel(), WeightKind::Signs, input, output));
    let work = end_to_end(chosen, &values, thresholds, &ladders, images)?;
    entries.push((row("f32", "codes"), work));
    entries.push((row("im2col", "codes"), gemm::fused(&product, &matrix, &ladders)?));
    let shape = super::shape::Shape::new(positions, layer.outputs, layer.columns());
    let work = gemm::floating(shape, &matrix_values, &weights);
    entries.push((subject(contest.f32_subject()), work));
    Ok((contest.rows(entries)?, macs))
}

fn pack(values: &[f32], thresholds: &[f32], images: usize, size: ImageSize) -> Result<CodeImages> {
    let codes = quantize(values, thresholds, images * size.pixels(), size.channels)?;
    Ok(CodeImages::new(images, size.height, size.width, codes)?)
}

fn fused<'a>(
    convolution: &'a Convolution,
    input: &'a CodeImages,
    ladders: &'a Ladders,
) -> Result<Work<'a>> {
    let size = convolution.output_size();
    let mut output = CodeImages::zeros(ladders.bits(), input.images(), size)?;
    Ok(Box::new(move || Ok(convolution.codes(input, ladders, &mut output)?)))
}

/// Quantized and packed, convolved, and packed again.
fn end_to_end<'a>(
    convolution: &'a Convolution,
    values: &'a [f32],
    thresholds: &'a [f32],
    ladders: &'a Ladders,
    images: usize,
) -> Result<Work<'a>> {
    let (size, bits) = (convolution.input_size(), ladders.bits());
    let mut output = CodeImages::zeros(bits, images, convolution.output_size())?;
    Ok(Box::new(move || {
        let input = pack(values, thresholds, images, size)?;
        Ok(convolution.codes(&input, ladders, &mut output)?)
    }))
}
