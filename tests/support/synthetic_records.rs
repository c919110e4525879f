//! One record of every kind that has a figure, shaped like what the experiments leave.

use hwgq::record::{Column, Record, Table, Values};

/// A column of numbers.
pub(crate) fn number(name: &str, unit: &str, values: impl IntoIterator<Item = f64>) -> Column {
    let values = Values::Number(values.into_iter().collect());
    Column { name: name.to_owned(), unit: unit.to_owned(), values }
}

/// A column of words.
pub(crate) fn text<S: Into<String>>(name: &str, values: impl IntoIterator<Item = S>) -> Column {
    let values = Values::Text(values.into_iter().map(Into::into).collect());
    Column { name: name.to_owned(), unit: String::new(), values }
}

fn record(id: &str, kind: &str, title: &str, tables: Vec<Table>) -> Record {
    let why = "What one quantizer costs & why <all> layers may share it.".to_owned();
    Record { id: id.to_owned(), kind: kind.to_owned(), title: title.to_owned(), why, tables }
}

/// A record of every kind.
pub(crate) fn all() -> Vec<Record> {
    vec![
        functions(),
        backward_functions(),
        histogram(),
        curves(),
        accuracy(),
        distortion(),
        mismatch(),
        levels(),
        fit(),
        compare(),
        limits(),
        convergence(),
        roofline(),
    ]
}

type Curve = (&'static str, &'static str, &'static str, Vec<(f64, f64)>);

fn curves_table(curves: &[Curve]) -> Table {
    let rows: Vec<_> =
        curves.iter().flat_map(|curve| curve.3.iter().map(move |&point| (curve, point))).collect();
    let columns = vec![
        text("panel", rows.iter().map(|row| row.0.0)),
        text("curve", rows.iter().map(|row| row.0.1)),
        text("role", rows.iter().map(|row| row.0.2)),
        number("x", "", rows.iter().map(|row| row.1.0)),
        number("y", "", rows.iter().map(|row| row.1.1)),
    ];
    Table::new("curves", columns).unwrap()
}

fn sampled(low: f64, high: f64, function: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    (0..=400).map(|k| low + (high - low) * f64::from(k) / 400.0).map(|x| (x, function(x))).collect()
}

/// The paper's 2-bit staircase.
fn staircase(low: f64, high: f64) -> Vec<(f64, f64)> {
    let step = 0.538_811_923_4;
    vec![
        (low, 0.0),
        (0.0, 0.0),
        (0.0, step),
        (1.5 * step, step),
        (1.5 * step, 2.0 * step),
        (2.5 * step, 2.0 * step),
        (2.5 * step, 3.0 * step),
        (high, 3.0 * step),
    ]
}

pub(crate) fn functions() -> Record {
    let sign = vec![(-3.0, -1.0), (0.0, -1.0), (0.0, 1.0), (3.0, 1.0)];
    let curves: Vec<Curve> = vec![
        ("sign and hard tanh", "sign (forward)", "forward", sign),
        (
            "sign and hard tanh",
            "hard tanh (backward)",
            "backward",
            sampled(-3.0, 3.0, |x| x.clamp(-1.0, 1.0)),
        ),
        ("HWGQ and ReLU", "HWGQ, 2 bits (forward)", "forward", staircase(-3.0, 3.0)),
        ("HWGQ and ReLU", "ReLU (backward)", "backward", sampled(-3.0, 3.0, |x| x.max(0.0))),
    ];
    let title = "Figure 1: Forward and backward functions of sign and of HWGQ";
    record("figure-1", "functions", title, vec![curves_table(&curves)])
}

pub(crate) fn backward_functions() -> Record {
    let top: f64 = 3.0 * 0.538_811_923_4;
    let log = move |x: f64| if x > top { top + (x - (top - 1.0)).ln() } else { x.max(0.0) };
    let curves: Vec<Curve> = vec![
        ("value", "HWGQ, 2 bits (forward)", "forward", staircase(-1.0, 4.0)),
        ("value", "vanilla ReLU", "backward", sampled(-1.0, 4.0, |x| x.max(0.0))),
        ("value", "log-tailed ReLU", "backward", sampled(-1.0, 4.0, log)),
        ("value", "clipped ReLU", "backward", sampled(-1.0, 4.0, |x| x.clamp(0.0, top))),
        (
            "slope",
            "vanilla ReLU",
            "derivative",
            vec![(-1.0, 0.0), (0.0, 0.0), (0.0, 1.0), (4.0, 1.0)],
        ),
        (
            "slope",
            "log-tailed ReLU",
            "derivative",
            sampled(-1.0, 4.0, |x| {
                if x <= 0.0 {
                    0.0
                } else if x <= top {
                    1.0
                } else {
                    1.0 / (x - top + 1.0)
                }
            }),
        ),
        (
            "slope",
            "clipped ReLU",
            "derivative",
            vec![(-1.0, 0.0), (0.0, 0.0), (0.0, 1.0), (top, 1.0), (top, 0.0), (4.0, 0.0)],
        ),
    ];
    let title = "Figure 3: Backward functions: vanilla, clipped and log-tailed ReLU";
    record("figure-3", "functions", title, vec![curves_table(&curves)])
}

pub(crate) fn histogram() -> Record {
    let names = [
        "mlp / hidden 1",
        "mlp / hidden 2",
        "lenet / conv 2",
        "lenet / dense 1",
        "vgg-small / conv 2",
        "vgg-small / conv 3",
        "vgg-small / dense 1",
    ];
    let mut bins: Vec<(&str, &str, f64, f64, f64)> = Vec::new();
    for (k, name) in names.into_iter().enumerate() {
        let (mean, deviation) = (0.08 * (k as f64 - 3.0), 1.0 + 0.03 * (k as f64 - 3.0));
        for bin in 0..80 {
            let (low, high) = (-4.0 + 0.1 * f64::from(bin), -3.9 + 0.1 * f64::from(bin));
            let z = (low + 0.05 - mean) / deviation;
            let wobble = 1.0 + 0.08 * f64::from(bin * 7 % 11 - 5) / 5.0;
            let density = (-0.5 * z * z).exp() / 2.506_628_274_631 / deviation * wobble;
            bins.push((name, "before", low, high, density));
        }
        for (level, mass) in [(0.0, 0.5), (0.54, 0.29), (1.08, 0.12), (1.62, 0.09)] {
            bins.push((name, "after", level - 0.05, level + 0.05, mass / 0.1));
        }
    }
    let histogram = Table::new(
        "histogram",
        vec![
            text("layer", bins.iter().map(|bin| bin.0)),
            text("stage", bins.iter().map(|bin| bin.1)),
            number("low", "", bins.iter().map(|bin| bin.2)),
            number("high", "", bins.iter().map(|bin| bin.3)),
            number("density", "", bins.iter().map(|bin| bin.4)),
        ],
    );
    let fit = Table::new(
        "fit",
        vec![
            text("layer", names),
            number("mean", "", (0..7).map(|k| 0.08 * (f64::from(k) - 3.0))),
            number("deviation", "", (0..7).map(|k| 1.0 + 0.03 * (f64::from(k) - 3.0))),
            number("skewness", "", [0.1; 7]),
            number("kurtosis", "", [3.1; 7]),
            number("ks", "", (0..7).map(|k| 0.012 * f64::from(k + 1))),
            number("count", "", [51_200.0; 7]),
        ],
    );
    let title = "Figure 2: Pre-activations after batch norm against the unit normal";
    record("figure-2", "histogram", title, vec![histogram.unwrap(), fit.unwrap()])
}

pub(crate) fn curves() -> Record {
    let mut rows: Vec<(&str, &str, f64, f64, f64, f64)> = Vec::new();
    for (net, floor) in [("mlp", 4.0), ("lenet", 1.5), ("vgg-small", 1.0)] {
        for (run, factor) in [("vanilla", 1.6), ("clipped", 1.0), ("log-tailed", 1.1)] {
            for seed in 0..5 {
                for epoch in 1..=20 {
                    let (seed, epoch) = (f64::from(seed), f64::from(epoch));
                    let noise = 3.0 * ((seed * 7.3 + epoch * 3.1).sin()) / epoch.sqrt();
                    let train = factor * (floor * 0.4 + 40.0 * (-0.5 * epoch).exp()) + noise.abs();
                    let validation = factor * (floor + 36.0 * (-0.42 * epoch).exp()) + noise + 1.0;
                    rows.push((net, run, seed, epoch, train, validation));
                }
            }
        }
    }
    let epochs = Table::new(
        "epochs",
        vec![
            text("panel", rows.iter().map(|row| row.0)),
            text("run", rows.iter().map(|row| row.1)),
            number("seed", "", rows.iter().map(|row| row.2)),
            number("epoch", "", rows.iter().map(|row| row.3)),
            number("train_error", "%", rows.iter().map(|row| row.4)),
            number("validation_error", "%", rows.iter().map(|row| row.5)),
            number("loss", "", rows.iter().map(|row| row.4 / 30.0)),
        ],
    );
    let title = "Figure 5: Training with vanilla, clipped and log-tailed backward functions";
    record("figure-5", "curves", title, vec![epochs.unwrap()])
}

pub(crate) fn accuracy() -> Record {
    let runs = [
        "uniform, m = 1",
        "Lloyd-Max, m = 2",
        "uniform, m = 3",
        "Lloyd-Max, m = 3",
        "zero cell, m = 3",
        "uniform, m = 7",
        "Lloyd-Max, m = 7",
        "uniform, m = 15",
        "full precision",
    ];
    let (mut summary, mut seeds) = (Vec::new(), Vec::new());
    for (net, best) in [("mlp", 96.8), ("lenet", 98.6), ("vgg-small", 99.1)] {
        for (k, run) in runs.into_iter().enumerate() {
            let mean = best - 2.5 / (1.0 + 0.8 * k as f64);
            summary.push((net, run, mean, 0.35 / (1.0 + 0.2 * k as f64)));
            for seed in 0..5 {
                let offset = 0.25 * (f64::from(seed) * 2.4 + k as f64).sin();
                seeds.push((net, run, f64::from(seed), mean + offset));
            }
        }
    }
    let summary = Table::new(
        "summary",
        vec![
            text("group", summary.iter().map(|row| row.0)),
            text("run", summary.iter().map(|row| row.1)),
            number("mean", "%", summary.iter().map(|row| row.2)),
            number("low", "%", summary.iter().map(|row| row.2 - row.3)),
            number("high", "%", summary.iter().map(|row| row.2 + row.3)),
            number("seeds", "", summary.iter().map(|_| 5.0)),
        ],
    );
    let runs = Table::new(
        "runs",
        vec![
            text("group", seeds.iter().map(|row| row.0)),
            text("run", seeds.iter().map(|row| row.1)),
            number("seed", "", seeds.iter().map(|row| row.2)),
            number("accuracy_test", "%", seeds.iter().map(|row| row.3)),
        ],
    );
    let title = "Table 4: Bit width and uniformity of the activations";
    record("table-4", "accuracy", title, vec![summary.unwrap(), runs.unwrap()])
}

pub(crate) fn distortion() -> Record {
    // Loss against Shannon's bound in dB at 1..=8 bits: constant, slowly growing, fast growing.
    let designs = [
        ("Gaussian, Lloyd-Max", [1.63, 2.74, 3.43, 3.86, 4.09, 4.22, 4.29, 4.32]),
        ("Gaussian, uniform", [1.63, 2.79, 3.80, 4.73, 5.53, 6.31, 7.07, 7.86]),
        ("half-wave, Lloyd-Max, t₁ = 0", [1.63, 2.2, 2.9, 3.4, 3.8, 4.0, 4.1, 4.2]),
        ("half-wave, uniform, t₁ = 0", [1.63, 1.41, 1.16, 1.1, 1.2, 1.5, 1.9, 2.3]),
        ("half-wave, uniform, zero cell", [0.4, 0.9, 1.5, 1.9, 2.3, 2.8, 3.3, 3.9]),
    ];
    let rows: Vec<(&str, f64, f64)> = designs
        .iter()
        .flat_map(|(name, loss)| {
            loss.iter().zip(1..).map(move |(loss, bits)| {
                let bits = f64::from(bits);
                (*name, bits, 10_f64.powf(0.1 * loss - 2.0 * bits * 2.0_f64.log10()))
            })
        })
        .collect();
    let table = Table::new(
        "distortion",
        vec![
            text("design", rows.iter().map(|row| row.0)),
            number("levels", "", rows.iter().map(|row| row.1.exp2())),
            number("bits", "bit", rows.iter().map(|row| row.1)),
            number("distortion", "", rows.iter().map(|row| row.2)),
            number("sqnr", "dB", rows.iter().map(|row| -10.0 * row.2.log10())),
        ],
    );
    let bits: Vec<f64> = (0..=32).map(|k| 0.25 * f64::from(k)).collect();
    let rows: Vec<(&str, f64, f64)> = [("Shannon", 1.0), ("Panter-Dite", 2.720_7)]
        .into_iter()
        .flat_map(|(name, factor)| {
            bits.iter().map(move |&bits| (name, bits, factor * (-2.0 * bits).exp2()))
        })
        .collect();
    let bounds = Table::new(
        "bounds",
        vec![
            text("bound", rows.iter().map(|row| row.0)),
            number("bits", "bit", rows.iter().map(|row| row.1)),
            number("distortion", "", rows.iter().map(|row| row.2)),
        ],
    );
    let title = "Section 4.2, beyond: Distortion against bits";
    record("distortion", "distortion", title, vec![table.unwrap(), bounds.unwrap()])
}

pub(crate) fn mismatch() -> Record {
    let forwards = [
        ("hwgq-uniform-m1", 0.181_690),
        ("hwgq-lloyd-m2", 0.058_741),
        ("hwgq-uniform-m3", 0.043_221),
        ("hwgq-uniform-m7", 0.010_203),
        ("hwgq-uniform-m15", 0.002_513),
    ];
    let backwards = [("relu", 1.0, 0.09), ("clipped", 0.61, 0.0), ("log-tailed", 0.81, 0.05)];
    let mut rows: Vec<(&str, &str, f64, f64)> = forwards
        .iter()
        .flat_map(|(forward, gap)| {
            backwards.iter().map(move |(backward, part, bias)| {
                (*forward, *backward, gap * part, bias * gap * 8.0 - 0.01)
            })
        })
        .collect();
    rows.push(("sign", "hard-tanh", 0.253_551, -0.12));
    rows.push(("sign", "approx-sign", 0.31, 0.03));
    let column = |name: &str, factor: f64| number(name, "", rows.iter().map(|row| row.2 * factor));
    let table = Table::new(
        "mismatch",
        vec![
            text("forward", rows.iter().map(|row| row.0)),
            text("backward", rows.iter().map(|row| row.1)),
            number("value_gap", "", rows.iter().map(|row| row.2)),
            column("tail_share", 0.4),
            column("mean_abs_gap", 2.5),
            column("cosine", 1.0),
            column("mean_slope", 2.0),
            number("smoothed_bias", "", rows.iter().map(|row| row.3)),
        ],
    );
    let title = "Section 4.3: Gradient mismatch of forward and backward functions";
    record("mismatch", "mismatch", title, vec![table.unwrap()])
}

pub(crate) fn levels() -> Record {
    // (count, step of the uniform design, published step or NaN), (count, Lloyd-Max levels, published).
    let uniform = [
        (1, 0.797_884_560_8, 0.799),
        (2, 0.651_013_814_9, f64::NAN),
        (3, 0.538_811_923_4, 0.538),
        (7, 0.321_728_909_1, 0.3217),
        (15, 0.184_243_342_8, 0.185),
    ];
    let lloyd: [&[f64]; 3] = [
        &[0.452_780_034_6, 1.510_417_608_5],
        &[0.317_716_369_3, 1.000_106_046_2, 1.893_594_811_6],
        &[
            0.145_706_244_1,
            0.441_320_889_4,
            0.750_442_618,
            1.085_635_312_5,
            1.467_528_268,
            1.938_612_406_5,
            2.625_062_508_2,
        ],
    ];
    let mut rows: Vec<(&str, f64, f64, f64, f64)> = Vec::new();
    for (count, step, published) in uniform {
        for level in 1..=count {
            let (count, level) = (f64::from(count), f64::from(level));
            rows.push(("uniform, t₁ = 0", count, level, level * step, level * published));
        }
    }
    for levels in lloyd {
        for (number, &level) in levels.iter().enumerate() {
            let published = match (levels.len(), number) {
                (2, 0) => 0.453,
                (2, _) => 1.51,
                _ => f64::NAN,
            };
            rows.push((
                "Lloyd-Max, t₁ = 0",
                levels.len() as f64,
                number as f64 + 1.0,
                level,
                published,
            ));
        }
    }
    let table = Table::new(
        "levels",
        vec![
            text("design", rows.iter().map(|row| row.0)),
            number("positive_levels", "", rows.iter().map(|row| row.1)),
            number("level", "", rows.iter().map(|row| row.2)),
            number("ours", "", rows.iter().map(|row| row.3)),
            number("published", "", rows.iter().map(|row| row.4)),
        ],
    );
    let title = "Section 4.2: The optimal half-wave levels beside the published ones";
    record("levels", "levels", title, vec![table.unwrap()])
}

pub(crate) fn compare() -> Record {
    let rows = [
        (2.0, 1.0, "lloyd-max", "optimum", 0.0),
        (2.0, 2.0, "k-means", "rule", 0.002),
        (2.0, 3.0, "ternary", "format", 2.09),
        (4.0, 3.0, "fp4-e2m1", "format", 1.255),
        (4.0, 1.0, "lloyd-max", "optimum", 0.0),
        (4.0, 2.0, "nf", "format", 0.178),
        // Nothing to compare with.
        (5.0, 1.0, "nf", "format", f64::NAN),
    ];
    let table = Table::new(
        "compare",
        vec![
            number("bits", "bit", rows.iter().map(|row| row.0)),
            number("rank", "", rows.iter().map(|row| row.1)),
            text("quantizer", rows.iter().map(|row| row.2)),
            text("sort", rows.iter().map(|row| row.3)),
            number("below_lloyd_max", "dB", rows.iter().map(|row| row.4)),
        ],
    );
    record("compare", "compare", "gaussian: quantizers at equal bits", vec![table.unwrap()])
}

pub(crate) fn fit() -> Record {
    let density = |x: f64| 0.8 * (-x.abs()).exp() / 2.0 + 0.05 * (-x * x / 2.0).exp();
    let bins: Vec<f64> = (0..40).map(|bin| -4.0 + 0.2 * f64::from(bin)).collect();
    let laws: Vec<(&str, f64, f64)> = [("laplace", 1.0), ("student-t", 0.93)]
        .into_iter()
        .flat_map(|(law, height)| {
            let points = (0..=80).map(move |k| -4.0 + 0.1 * f64::from(k));
            points.map(move |x| (law, x, height * (-x.abs()).exp() / 2.0))
        })
        .collect();
    let levels: Vec<(&str, f64)> = [("optimal for the data", 1.1), ("Gaussian", 0.8)]
        .into_iter()
        .flat_map(|(name, step)| [-1.5, -0.5, 0.5, 1.5].map(move |level| (name, level * step)))
        .collect();
    let methods = [
        ("optimal for the data", "optimum", f64::NAN, 9.2),
        ("best law: laplace", "law", f64::NAN, 9.1),
        ("Gaussian", "law", f64::NAN, 7.9),
        ("min-max", "calibrator", 8.5, -0.4),
        ("mse (exact)", "calibrator", 2.1, 7.0),
    ];
    let histogram = Table::new(
        "histogram",
        vec![
            number("low", "", bins.iter().copied()),
            number("high", "", bins.iter().map(|low| low + 0.2)),
            number("density", "", bins.iter().map(|low| density(low + 0.1))),
        ],
    );
    let laws = Table::new(
        "laws",
        vec![
            text("law", laws.iter().map(|row| row.0)),
            number("x", "", laws.iter().map(|row| row.1)),
            number("density", "", laws.iter().map(|row| row.2)),
        ],
    );
    let levels = Table::new(
        "levels",
        vec![
            text("method", levels.iter().map(|row| row.0)),
            number("level", "", levels.iter().map(|row| row.1)),
        ],
    );
    let methods = Table::new(
        "methods",
        vec![
            text("method", methods.iter().map(|row| row.0)),
            text("origin", methods.iter().map(|row| row.1)),
            number("clip", "", methods.iter().map(|row| row.2)),
            number("sqnr", "dB", methods.iter().map(|row| row.3)),
        ],
    );
    let tables = vec![histogram.unwrap(), laws.unwrap(), levels.unwrap(), methods.unwrap()];
    record("fit", "fit", "conv2.activations: 1000000 values, 4 levels", tables)
}

/// Two laws with three designs, 1.5 dB, 4 dB and ever more above a bound of 6.02 dB a bit.
pub(crate) fn limits() -> Record {
    let bound = |rate: f64| (-2.0 * rate).exp2();
    let (mut designs, mut bounds) = (Vec::new(), Vec::new());
    for law in ["gaussian", "laplace"] {
        for rate in (1..=8).map(f64::from) {
            for (name, loss) in [("ECSQ", 1.5), ("Lloyd-Max", 4.0), ("uniform", rate)] {
                designs.push((law, name, rate, bound(rate) * 10_f64.powf(0.1 * loss), loss));
            }
            for (name, low, high) in [("Shannon D(R)", -0.01, 0.0), ("Panter-Dite", 4.3, 4.3)] {
                let at = |decibel: f64| bound(rate) * 10_f64.powf(0.1 * decibel);
                bounds.push((law, name, rate, [at(low), at(high), low, high]));
            }
        }
    }
    let designs = Table::new(
        "designs",
        vec![
            text("law", designs.iter().map(|row| row.0)),
            text("design", designs.iter().map(|row| row.1)),
            number("rate", "bit", designs.iter().map(|row| row.2)),
            number("distortion", "", designs.iter().map(|row| row.3)),
            number("excess", "dB", designs.iter().map(|row| row.4)),
        ],
    );
    let bounds = Table::new(
        "bounds",
        vec![
            text("law", bounds.iter().map(|row| row.0)),
            text("bound", bounds.iter().map(|row| row.1)),
            number("rate", "bit", bounds.iter().map(|row| row.2)),
            number("low", "", bounds.iter().map(|row| row.3[0])),
            number("high", "", bounds.iter().map(|row| row.3[1])),
            number("excess_low", "dB", bounds.iter().map(|row| row.3[2])),
            number("excess_high", "dB", bounds.iter().map(|row| row.3[3])),
        ],
    );
    let title = "Teaching: What a bit can buy";
    record("limits", "limits", title, vec![designs.unwrap(), bounds.unwrap()])
}

/// Linear, faster and quadratic convergence at two sizes, and three rates.
pub(crate) fn convergence() -> Record {
    let mut rounds = Vec::new();
    for (size, rate) in [("16 levels", 0.96_f64), ("64 levels", 0.99)] {
        rounds.extend((1..=400).map(|k| (size, "Lloyd", k, rate.powi(k))));
        rounds.extend((1..=40).map(|k| (size, "Anderson", k, rate.powi(10 * k))));
        rounds.extend((1..=5).map(|k| (size, "Newton", k, 0.1_f64.powi(1 << (k - 1)))));
    }
    let rounds = Table::new(
        "rounds",
        vec![
            text("size", rounds.iter().map(|row| row.0)),
            text("method", rounds.iter().map(|row| row.1)),
            number("round", "", rounds.iter().map(|row| f64::from(row.2))),
            number("distance", "σ", rounds.iter().map(|row| row.3)),
        ],
    );
    let modes = [("k = 1", 1.0_f64), ("k = 2", 2.0), ("k = 3", 3.0)];
    let sizes = [4.0_f64, 16.0, 64.0, 256.0];
    let rows: Vec<_> = modes
        .iter()
        .flat_map(|mode| sizes.map(|n| (mode.0, n, (1.57 * mode.1 / n).powi(2))))
        .collect();
    let rates = Table::new(
        "rates",
        vec![
            text("mode", rows.iter().map(|row| row.0)),
            number("levels", "", rows.iter().map(|row| row.1)),
            number("gap", "", rows.iter().map(|row| 0.98 * row.2)),
            number("law", "", rows.iter().map(|row| row.2)),
        ],
    );
    let title = "Teaching: From a start to the optimum";
    record("convergence", "convergence", title, vec![rounds.unwrap(), rates.unwrap()])
}

/// Two kernels with a limit and a peer without one.
pub(crate) fn roofline() -> Record {
    let kernels = [("lookup", 384.0), ("popcount", 171.0), ("int8 of others", f64::NAN)];
    let lengths = [64.0, 576.0, 1152.0, 4608.0];
    let rows: Vec<_> =
        kernels.iter().flat_map(|kernel| lengths.map(|k| (kernel.0, kernel.1, k))).collect();
    let rate = |limit: f64, k: f64| limit.min(500.0) * k / (k + 100.0);
    let depth = Table::new(
        "depth",
        vec![
            text("kernel", rows.iter().map(|row| row.0)),
            number("length", "", rows.iter().map(|row| row.2)),
            number("mac_per_cycle", "", rows.iter().map(|row| rate(row.1, row.2).min(380.0))),
            number("limit", "", rows.iter().map(|row| row.1)),
        ],
    );
    let size = Table::new(
        "size",
        vec![
            text("kernel", rows.iter().map(|row| row.0)),
            number("macs", "", rows.iter().map(|row| row.2.powi(3))),
            number("time", "ms", rows.iter().map(|row| 1e-9 * row.2.powi(3) + 1e-3)),
        ],
    );
    let title = "Products of signs and 2-bit codes";
    record("roofline", "roofline", title, vec![depth.unwrap(), size.unwrap()])
}
