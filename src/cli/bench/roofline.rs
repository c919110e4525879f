//! The record and the figure of how near products come to the limits of their kernels.

use std::path::Path;

use anyhow::{Context as _, Result};

use super::Usage;
use super::answer::{Answer, Row, number, text};
use super::output::say;
use super::shape::Shape;
use crate::figure;
use crate::record::{Record, Table, replace_file};

/// Whether a figure can have this name.
pub(super) fn check_name(figure: &Path) -> Result<()> {
    if figure.extension().is_some_and(|ending| ending == "svg") {
        return Ok(());
    }
    let name = figure.display();
    Err(Usage(format!("--figure {name}: figures are SVG; end the name in .svg")).into())
}

/// What is drawn of an answer for [`Roofline::SHAPES`].
#[derive(Debug)]
pub(super) struct Roofline<'a> {
    answer: &'a Answer,
    bits: u32,
}

/// A point of either panel.
struct Point {
    kernel: String,
    shape: Shape,
    mac_per_cycle: f64,
    limit: f64,
    milliseconds: f64,
}

/// The rows and columns of the products that differ in the length of their sums.
const DEPTH: (usize, usize) = (1024, 256);

/// What int8 dot products can do, 64 multiply-adds a cycle: `vpdpbusd`.
const INT8_LIMIT: f64 = 64.0;

impl<'a> Roofline<'a> {
    /// Sums of growing length, and growing squares.
    pub(super) const SHAPES: [Shape; 15] = [
        Shape::new(DEPTH.0, DEPTH.1, 64),
        Shape::new(DEPTH.0, DEPTH.1, 128),
        Shape::new(DEPTH.0, DEPTH.1, 256),
        Shape::new(DEPTH.0, DEPTH.1, 576),
        Shape::new(DEPTH.0, DEPTH.1, 1152),
        Shape::new(DEPTH.0, DEPTH.1, 2304),
        Shape::new(DEPTH.0, DEPTH.1, 4608),
        Shape::new(DEPTH.0, DEPTH.1, 9216),
        Shape::new(64, 64, 64),
        Shape::new(128, 128, 128),
        Shape::new(256, 256, 256),
        Shape::new(512, 512, 512),
        Shape::new(768, 768, 768),
        Shape::new(1024, 1024, 1024),
        Shape::new(2048, 2048, 2048),
    ];

    pub(super) fn new(answer: &'a Answer, bits: u32) -> Self {
        Self { answer, bits }
    }

    /// Draws it to a file.
    pub(super) fn draw(&self, path: &Path) -> Result<()> {
        let drawing = figure::draw(&self.record()?)?;
        replace_file(path, drawing.svg().as_bytes()).with_context(|| path.display().to_string())?;
        say(&format!("figure written to {}", path.display()));
        Ok(())
    }

    fn record(&self) -> Result<Record> {
        let points: Vec<Point> = self.ours().chain(self.others()).collect();
        let of = |keep: fn(Shape) -> bool| -> Vec<&Point> {
            points.iter().filter(|point| keep(point.shape)).collect()
        };
        let depth = of(|shape| (shape.m, shape.n) == DEPTH);
        let size = of(|shape| shape.m == shape.n && shape.n == shape.k);
        let depth_columns = vec![
            text("kernel", &depth, |point| point.kernel.clone()),
            number("length", "", &depth, |point| point.shape.k as f64),
            number("mac_per_cycle", "", &depth, |point| point.mac_per_cycle),
            number("limit", "", &depth, |point| point.limit),
        ];
        let size_columns = vec![
            text("kernel", &size, |point| point.kernel.clone()),
            number("macs", "", &size, |point| point.shape.macs()),
            number("time", "ms", &size, |point| point.milliseconds),
        ];
        let (bits, threads) = (self.bits, self.answer.rows.first().map_or(1, |row| row.threads));
        let threads = if threads == 1 { "one thread".into() } else { format!("{threads} threads") };
        let (rows, weights) = DEPTH;
        Ok(Record {
            id: "roofline".to_owned(),
            kind: "roofline".to_owned(),
            title: format!("Signs times {bits}-bit codes, {threads}; left {rows} × {weights} × K"),
            why: "How much of what its instructions allow does each kernel reach?".to_owned(),
            tables: vec![Table::new("depth", depth_columns)?, Table::new("size", size_columns)?],
        })
    }

    /// Our kernels, with packed codes out, and the product in f32.
    fn ours(&self) -> impl Iterator<Item = Point> + '_ {
        let point = |row: &Row| {
            Some(Point {
                kernel: row.kernel.clone(),
                shape: row.shape.parse().ok()?,
                mac_per_cycle: row.mac_per_cycle,
                limit: row.mac_per_cycle / row.fraction_of_kernel_limit.unwrap_or(f64::NAN),
                milliseconds: row.milliseconds,
            })
        };
        let packed = self.answer.rows.iter().filter(|row| row.output != "i32");
        packed.filter(|row| row.operands.is_none() || row.input == "codes").filter_map(point)
    }

    /// The best int8 product of others at each shape; their cycles are counted by our clock.
    fn others(&self) -> impl Iterator<Item = Point> + '_ {
        let peers = self.answer.peers.as_deref().unwrap_or_default();
        Self::SHAPES.into_iter().filter_map(|shape| {
            let name = shape.to_string();
            let best = peers
                .iter()
                .filter(|peer| peer.shape == name && peer.input == "packed")
                .filter(|peer| peer.name.starts_with("int8"))
                .map(|peer| peer.gmacs)
                .max_by(f64::total_cmp)?;
            let row = self.answer.rows.iter().find(|row| row.shape == name)?;
            Some(Point {
                kernel: "best int8 of others".to_owned(),
                shape,
                mac_per_cycle: best / row.clock_ghz / row.threads as f64,
                limit: INT8_LIMIT,
                milliseconds: 1e-6 * shape.macs() / best,
            })
        })
    }
}
