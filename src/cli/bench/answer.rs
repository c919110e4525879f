//! What the measurements of products answer: rows of ours, rows of peers.

use anyhow::Result;
use serde::Serialize;

use super::output::{Format, print, print_csv, print_json, rendered, significant};
use super::peers::{Peers, Timed};
use super::timing::Reading;
use crate::record::{Column, Table, Values};

/// The contract of `--format json`.
#[derive(Debug, Default, Serialize)]
pub(super) struct Answer {
    /// Of this program.
    pub(super) rows: Vec<Row>,
    /// Of others, with `--peers`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) peers: Option<Vec<Peer>>,
    /// Of the peers' libraries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) peer_versions: Option<String>,
}

/// One measurement of ours.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    pub(super) shape: String,
    pub(super) kernel: String,
    /// Left out in floating point.
    #[serde(flatten)]
    pub(super) operands: Option<Operands>,
    /// `codes`, or `f32` when quantizing and packing are included.
    pub(super) input: &'static str,
    /// `codes`, `i32` or `f32`.
    pub(super) output: &'static str,
    pub(super) threads: usize,
    /// Useful multiply-adds a nanosecond: padding does not count.
    pub(super) gmacs: f64,
    /// The same by the processor time of the thread that works most: what several threads would
    /// reach at least on processors of their own.
    pub(super) gmacs_of_processor_time: f64,
    /// Of one thread.
    pub(super) mac_per_cycle: f64,
    /// Measured beside each repetition.
    pub(super) clock_ghz: f64,
    /// Null for the portable kernel, whose instructions the compiler chooses.
    pub(super) fraction_of_kernel_limit: Option<f64>,
    pub(super) fraction_of_best_limit: f64,
    /// Of one call, the median.
    pub(super) milliseconds: f64,
    /// Largest less smallest time, as a fraction of the median.
    pub(super) spread: f64,
}

/// Activations and weights that are not floating point.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Operands {
    /// Of an activation.
    pub(super) bits: u32,
    /// What each code of an activation counts for.
    pub(super) levels: Vec<u8>,
    /// The largest distance of a level from its integer times the step, as a share of the greatest.
    pub(super) scaling_error: f64,
    /// `signs`, `ternary` or `two-bit`.
    pub(super) weights: &'static str,
}

impl Operands {
    /// The levels of the codes, side by side.
    fn levels_text(&self) -> String {
        self.levels.iter().map(u8::to_string).collect::<Vec<_>>().join(" ")
    }
}

/// What is measured in a row, apart from how long it took.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub(super) shape: String,
    pub(super) kernel: String,
    pub(super) operands: Option<Operands>,
    pub(super) input: &'static str,
    pub(super) output: &'static str,
    pub(super) threads: usize,
    /// Multiply-adds of a call.
    pub(super) macs: f64,
    /// Multiply-adds a cycle of this kernel at most.
    pub(super) kernel_limit: Option<f64>,
    /// The same of the best kernel.
    pub(super) best_limit: f64,
}

impl Row {
    pub(super) fn new(subject: Subject, reading: Reading) -> Self {
        let mac_per_cycle = subject.macs / reading.cycles / subject.threads as f64;
        Self {
            gmacs: 1e-9 * subject.macs / reading.seconds,
            gmacs_of_processor_time: 1e-9 * subject.macs / reading.processor_seconds,
            mac_per_cycle,
            clock_ghz: reading.clock_ghz,
            fraction_of_kernel_limit: subject.kernel_limit.map(|limit| mac_per_cycle / limit),
            fraction_of_best_limit: mac_per_cycle / subject.best_limit,
            milliseconds: 1e3 * reading.seconds,
            spread: reading.spread,
            shape: subject.shape,
            kernel: subject.kernel,
            operands: subject.operands,
            input: subject.input,
            output: subject.output,
            threads: subject.threads,
        }
    }
}

/// One measurement of somebody else's, and how many times as fast ours is at the same shape.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Peer {
    pub(super) name: String,
    pub(super) shape: String,
    /// `packed`, or `f32` when its own quantization is included.
    pub(super) input: String,
    pub(super) gmacs: f64,
    /// Our best kernel with output `codes`, over the peer; both quantize first when `input` is f32.
    pub(super) ratio: Option<f64>,
    /// Our best kernel with output `i32`, over the peer; null when `input` is f32.
    pub(super) ratio_i32: Option<f64>,
}

impl Peer {
    /// The measurement of a peer beside our `rows` of the same shape.
    pub(super) fn new(timed: Timed, shape: &str, macs: f64, rows: &[Row]) -> Self {
        let gmacs = 1e-9 * macs / timed.seconds;
        let ours = if timed.input == "f32" { "f32" } else { "codes" };
        let ratio = |output: &str| {
            let same = rows.iter().filter(|row| {
                row.shape == shape
                    && row.operands.is_some()
                    && row.input == ours
                    && row.output == output
            });
            same.map(|row| row.gmacs / gmacs).max_by(f64::total_cmp)
        };
        let (ratio, ratio_i32) = (ratio("codes"), ratio("i32"));
        let shape = shape.to_owned();
        Self { name: timed.name, shape, input: timed.input, gmacs, ratio, ratio_i32 }
    }
}

impl Answer {
    /// No rows yet.
    pub(super) fn new(peers: Option<&Peers>) -> Self {
        let peer_versions = peers.map(|peers| peers.versions.clone());
        Self { rows: Vec::new(), peers: peers.map(|_| Vec::new()), peer_versions }
    }

    /// Prints all there is.
    pub(super) fn print(&self, format: Format) -> Result<()> {
        match format {
            Format::Json => print_json(self),
            Format::Csv => print_csv(&self.rows_table()?),
            Format::Table => {
                print(&format!("{}\n", rendered(&self.rows_table()?, four_digits)))?;
                match self.peers.as_deref() {
                    None | Some([]) => Ok(()),
                    Some(peers) => {
                        let table = rendered(&peers_table(peers)?, four_digits);
                        let versions = self.peer_versions.as_deref().unwrap_or_default();
                        print(&format!("\npeers: {versions}\n{table}\n"))
                    }
                }
            }
        }
    }

    fn rows_table(&self) -> Result<Table> {
        let words = |name, value: fn(&Row) -> String| text(name, &self.rows, value);
        let numbers = |name, unit, value: fn(&Row) -> f64| number(name, unit, &self.rows, value);
        let columns = vec![
            words("shape", |row| row.shape.clone()),
            words("kernel", |row| row.kernel.clone()),
            words("weights", |row| {
                row.operands.as_ref().map_or_else(String::new, |o| o.weights.into())
            }),
            words("levels", |row| {
                row.operands.as_ref().map_or_else(String::new, Operands::levels_text)
            }),
            words("input", |row| row.input.to_owned()),
            words("output", |row| row.output.to_owned()),
            numbers("threads", "", |row| row.threads as f64),
            numbers("gmacs", "GMAC/s", |row| row.gmacs),
            numbers("gmacs_of_processor_time", "GMAC/s", |row| row.gmacs_of_processor_time),
            numbers("mac_per_cycle", "", |row| row.mac_per_cycle),
            numbers("clock_ghz", "GHz", |row| row.clock_ghz),
            numbers("fraction_of_kernel_limit", "", |row| {
                row.fraction_of_kernel_limit.unwrap_or(f64::NAN)
            }),
            numbers("fraction_of_best_limit", "", |row| row.fraction_of_best_limit),
            numbers("milliseconds", "ms", |row| row.milliseconds),
            numbers("spread", "", |row| row.spread),
        ];
        Ok(Table::new("rows", columns)?)
    }
}

fn peers_table(peers: &[Peer]) -> Result<Table> {
    let columns = vec![
        text("shape", peers, |peer: &Peer| peer.shape.clone()),
        text("name", peers, |peer: &Peer| peer.name.clone()),
        text("input", peers, |peer: &Peer| peer.input.clone()),
        number("gmacs", "GMAC/s", peers, |peer| peer.gmacs),
        number("ratio", "", peers, |peer| peer.ratio.unwrap_or(f64::NAN)),
        number("ratio_i32", "", peers, |peer| peer.ratio_i32.unwrap_or(f64::NAN)),
    ];
    Ok(Table::new("peers", columns)?)
}

pub(super) fn text<R>(name: &str, rows: &[R], value: impl Fn(&R) -> String) -> Column {
    let values = Values::Text(rows.iter().map(value).collect());
    Column { name: name.to_owned(), unit: String::new(), values }
}

pub(super) fn number<R>(name: &str, unit: &str, rows: &[R], value: impl Fn(&R) -> f64) -> Column {
    let values = Values::Number(rows.iter().map(value).collect());
    Column { name: name.to_owned(), unit: unit.to_owned(), values }
}

/// As many as a measurement on a machine that is shared can be trusted with, and one more.
pub(super) fn four_digits(value: f64) -> String {
    significant(value, 4)
}
