//! Every row of the golden tables designed anew: `cargo bench --bench golden` prints for each table how
//! long all of its rows take and the worst relative error of a level and of a distortion.

#![expect(clippy::unwrap_used, reason = "a table that cannot be read ends the measurement")]
#![expect(clippy::print_stdout, reason = "the answer of a benchmark")]

use std::fs;
use std::path::Path;

use hwgq::density::{
    Density, Exponential, Gamma, Gaussian, HalfNormal, Laplace, Rayleigh, SphereCoordinate,
};
use hwgq::design::{Design, Designed, HalfWave, Newton, Spacing, UniformStep, Zero};
use hwgq::record::Clock;

/// Which quantizer a table is of.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Free,
    /// The symmetric codebook of a law whose best one is not symmetric: twice its upper half.
    Half,
    Step,
}

fn main() {
    let sphere = |d: f64| SphereCoordinate::new(d).unwrap();
    let gamma = Gamma::new(0.5).unwrap();
    let spheres = [sphere(16.0), sphere(64.0), sphere(128.0), sphere(256.0)];
    let tables: [(&str, &dyn Density, Kind); 14] = [
        ("lloyd_max_gaussian", &Gaussian::STANDARD, Kind::Free),
        ("lloyd_max_gaussian_big", &Gaussian::STANDARD, Kind::Free),
        ("lloyd_max_laplace", &Laplace::STANDARD, Kind::Free),
        ("lloyd_max_exponential", &Exponential, Kind::Free),
        ("lloyd_max_rayleigh", &Rayleigh, Kind::Free),
        ("lloyd_max_half_normal", &HalfNormal, Kind::Free),
        ("lloyd_max_gamma_symmetric", &gamma, Kind::Half),
        ("lloyd_max_sphere_d16", &spheres[0], Kind::Free),
        ("lloyd_max_sphere_d64", &spheres[1], Kind::Free),
        ("lloyd_max_sphere_d128", &spheres[2], Kind::Free),
        ("lloyd_max_sphere_d256", &spheres[3], Kind::Free),
        ("uniform_gaussian", &Gaussian::STANDARD, Kind::Step),
        ("uniform_laplace", &Laplace::STANDARD, Kind::Step),
        ("uniform_gamma_symmetric", &gamma, Kind::Step),
    ];
    println!("{:26} {:>4}  {:>10}  {:>10}  {:>10}", "table", "rows", "level", "distortion", "ms");
    for (name, law, kind) in tables {
        let rows = rows(name);
        let watch = Clock::System.start();
        let designed: Vec<Designed> = rows.iter().map(|row| design(law, kind, row.size)).collect();
        let milliseconds = 1e3 * watch.seconds();
        let (mut level, mut distortion) = (0.0_f64, 0.0_f64);
        for (row, designed) in rows.iter().zip(&designed) {
            let copies = if kind == Kind::Half { 2.0 } else { 1.0 };
            distortion =
                distortion.max((copies * designed.distortion / row.distortion - 1.0).abs());
            let levels = designed.codebook.levels();
            let positive: Vec<f64> = levels.iter().copied().filter(|&level| level > 0.0).collect();
            if kind == Kind::Step {
                let [first, .., last] = levels[..] else { continue };
                // The sum of both ends as a multiple of the step keeps every digit; a gap would not.
                let step = (last - first) / (levels.len() - 1) as f64;
                level = level.max((step / row.numbers[0] - 1.0).abs());
                continue;
            }
            for (&place, golden) in row.places.iter().zip(&row.numbers) {
                level = level.max((positive[place] / golden - 1.0).abs());
            }
        }
        let count = rows.len();
        println!("{name:26} {count:4}  {level:10.1e}  {distortion:10.1e}  {milliseconds:10.3}");
    }
}

fn design(law: &dyn Density, kind: Kind, size: usize) -> Designed {
    match kind {
        Kind::Free => Newton::default().design(law, size).unwrap(),
        Kind::Step => UniformStep.design(law, size).unwrap(),
        Kind::Half => {
            let zero = if size.is_multiple_of(2) { Zero::NonPositive } else { Zero::Cell };
            HalfWave { spacing: Spacing::LloydMax, zero }.design(law, size / 2 + 1).unwrap()
        }
    }
}

/// A row of a golden table: its positive levels, or some of them, or its step.
#[derive(Debug)]
struct Row {
    size: usize,
    distortion: f64,
    places: Vec<usize>,
    numbers: Vec<f64>,
}

fn rows(name: &str) -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let text = fs::read_to_string(folder.join(format!("{name}.csv"))).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = |wanted: &str| header.iter().position(|column| column == wanted);
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let list = &record[at("positive_levels").or(at("step")).unwrap()];
        let numbers: Vec<f64> = list.split(' ').map(|word| word.parse().unwrap()).collect();
        let places = match at("positions") {
            Some(column) => record[column].split(' ').map(|word| word.parse().unwrap()).collect(),
            None => (0..numbers.len()).collect(),
        };
        let size = record[at("levels").unwrap()].parse().unwrap();
        Row {
            size,
            distortion: record[at("distortion").unwrap()].parse().unwrap(),
            places,
            numbers,
        }
    });
    rows.collect()
}
