//! `hwgq bench gemm`: products of signs and packed codes, against f32 and against others.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::Ending;
use super::answer::{Answer, Peer, Row, Subject};
use super::contest::{Contest, ContestArguments};
use super::operands::{self, WeightKind};
use super::output::Format;
use super::peers::PeerArguments;
use super::roofline::{self, Roofline};
use super::shape::Shape;
use super::timing::Work;
use crate::bits::{Codes, Ladders, Product, Quantized, quantize};
use crate::math::{MatrixView, MatrixViewMut, product_in_parallel};

/// Measure products of binary weights and packed codes
///
/// M rows of K codes times N rows of K small weights, by every kernel of this processor, with 32-bit sums
/// or packed codes as output; once with quantizing and packing from f32 included; and beside them
/// the f32 product of this program. GMAC/s counts 10⁹ useful multiply-adds a second. Each number is
/// the median of seven repetitions, taken in turn; cycles follow from the clock of the core,
/// measured beside each one. One thread is timed by its processor time, several by the wall.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Sizes of the product; may be repeated
    #[arg(long = "shape", value_name = "MxNxK")]
    shapes: Vec<Shape>,
    #[command(flatten)]
    contest: ContestArguments,
    /// Weights; ternary and two-bit ones are two planes of bits
    #[arg(long, value_enum, default_value_t)]
    weights: WeightKind,
    #[command(flatten)]
    peers: PeerArguments,
    /// Draw work a cycle against K, and cost against size, to this file; measures shapes of its own
    #[arg(long, value_name = "FILE.svg", conflicts_with = "shapes")]
    figure: Option<PathBuf>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Square matrices, and the convolutions of a 56 x 56 image with kernel 3.
const SHAPES: [Shape; 10] = [
    Shape::new(256, 256, 256),
    Shape::new(512, 512, 512),
    Shape::new(1024, 1024, 1024),
    Shape::new(2048, 2048, 2048),
    Shape::new(3136, 64, 576),
    Shape::new(3136, 64, 1152),
    Shape::new(3136, 128, 1152),
    Shape::new(3136, 256, 576),
    Shape::new(3136, 256, 1152),
    Shape::new(3136, 256, 2304),
];

/// What a product asks of the peers.
#[derive(Debug, Serialize)]
struct Request {
    m: usize,
    n: usize,
    k: usize,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    if let Some(figure) = &arguments.figure {
        roofline::check_name(figure)?;
    }
    let shapes = match (&arguments.figure, arguments.shapes.as_slice()) {
        (Some(_), _) => Roofline::SHAPES.to_vec(),
        (None, []) => SHAPES.to_vec(),
        (None, shapes) => shapes.to_vec(),
    };
    let contest = Contest::new(&arguments.contest)?;
    let mut peers = arguments.peers.start(contest.threads())?;
    let mut answer = Answer::new(peers.as_ref());
    for shape in shapes {
        answer.rows.extend(rows(&contest, arguments.weights, shape)?);
        if let (Some(peers), Some(rows)) = (&mut peers, &mut answer.peers) {
            let Shape { m, n, k } = shape;
            let peer = |timed| Peer::new(timed, &shape.to_string(), shape.macs(), &answer.rows);
            rows.extend(peers.ask(&Request { m, n, k })?.into_iter().map(peer));
        }
    }
    if let Some(figure) = &arguments.figure {
        Roofline::new(&answer, contest.bits()).draw(figure)?;
    }
    answer.print(arguments.format)?;
    Ok(Ending::Done)
}

/// The measurements of one shape.
fn rows(contest: &Contest, kind: WeightKind, shape: Shape) -> Result<Vec<Row>> {
    let Shape { m, n, k } = shape;
    let (planes, weights) = kind.draw(n, k)?;
    let (values, thresholds) = (operands::activations(m * k), contest.thresholds());
    let ladders = contest.ladders(n, k)?;
    let codes = quantize(&values, thresholds, m, k)?;
    let product = |kernel| Product::of_levels(planes.clone(), contest.levels().clone(), kernel);
    let products = contest.kernels().iter().map(|&kernel| product(Some(kernel)));
    let products: Vec<Product> = products.collect::<Result<_, _>>()?;
    let chosen = product(None)?.kernel();
    let chosen = products.iter().find(|product| product.kernel() == chosen).or(products.first());

    let subject =
        |subject: Subject| Subject { shape: shape.to_string(), macs: shape.macs(), ..subject };
    let mut entries: Vec<(Subject, Work<'_>)> = Vec::new();
    for product in &products {
        let row = |input, output| subject(contest.subject(product.kernel(), kind, input, output));
        entries.push((row("codes", "codes"), fused(product, &codes, &ladders)?));
        entries.push((row("codes", "i32"), summed(product, &codes)));
        if chosen.is_some_and(|chosen| std::ptr::eq(chosen, product)) {
            let work = end_to_end(product, &values, thresholds, &ladders)?;
            entries.push((row("f32", "codes"), work));
        }
    }
    entries.push((subject(contest.f32_subject()), floating(shape, &values, &weights)));
    contest.rows(entries)
}

pub(super) fn fused<'a>(
    product: &'a Product,
    codes: &'a Codes,
    ladders: &'a Ladders,
) -> Result<Work<'a>> {
    let mut output = Codes::zeros(ladders.bits(), codes.rows(), product.rows())?;
    Ok(Box::new(move || Ok(product.codes(codes, ladders, &mut output)?)))
}

fn summed<'a>(product: &'a Product, codes: &'a Codes) -> Work<'a> {
    let mut sums = vec![0; codes.rows() * product.rows()];
    Box::new(move || Ok(product.sums(codes, &mut sums)?))
}

/// Quantized and packed, multiplied, and packed again.
fn end_to_end<'a>(
    product: &'a Product,
    values: &'a [f32],
    thresholds: &'a [f32],
    ladders: &'a Ladders,
) -> Result<Work<'a>> {
    let rows = values.len() / product.columns();
    let mut output = Codes::zeros(ladders.bits(), rows, product.rows())?;
    Ok(Box::new(move || {
        let input = Quantized::new(values, thresholds, rows, product.columns())?;
        Ok(product.codes(&input, ladders, &mut output)?)
    }))
}

pub(super) fn floating<'a>(shape: Shape, values: &'a [f32], weights: &'a [f32]) -> Work<'a> {
    let mut output = vec![0.0; shape.m * shape.n];
    let left = MatrixView::rows_of(values, shape.k);
    let right = MatrixView::rows_of(weights, shape.k).transposed();
    Box::new(move || {
        let output = MatrixViewMut::rows_of(&mut output, shape.n);
        product_in_parallel(output, false, left, right);
        Ok(())
    })
}
