#![allow(missing_docs, clippy::pedantic)]
use hwgq::bits::*;
use std::time::Instant;
fn chain() -> f64 {
    let mut a = std::hint::black_box(1u64);
    let c = std::hint::black_box(0x9E37u64);
    let d = std::hint::black_box(77u64);
    let t = Instant::now();
    for _ in 0..20000 {
        a = a.wrapping_add(c) ^ d;
    }
    std::hint::black_box(a);
    40000.0 / t.elapsed().as_secs_f64()
}
fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let kernel: Kernel = std::env::var("K").unwrap_or("lookup".into()).parse().unwrap();
    let all=std::env::args().nth(1).unwrap_or("512x512x512,1024x1024x1024,2048x2048x2048,3136x256x576,3136x256x1152,3136x256x2304,3136x64x576".into());
    let zero = std::env::var("Z").is_ok();
    pool.install(|| {
        println!(
            "{:>16} {:>9} {:>9} {:>9} {:>9} {:>9}",
            "shape", "codes med", "codes max", "i32 med", "i32 max", "cyc/tile"
        );
        for s in all.split(',') {
            let v: Vec<usize> = s.split('x').map(|x| x.parse().unwrap()).collect();
            let (m, n, k) = (v[0], v[1], v[2]);
            let mut r = 0x1234567u64;
            let mut next = || {
                r ^= r << 13;
                r ^= r >> 7;
                r ^= r << 17;
                (r >> 40) as f64 / 16777216.0
            };
            let codes: Vec<u8> = (0..m * k)
                .map(|_| {
                    let u = next();
                    if zero || u < 0.606 {
                        0
                    } else if u < 0.79 {
                        1
                    } else if u < 0.911 {
                        2
                    } else {
                        3
                    }
                })
                .collect();
            let w: Vec<f32> = (0..n * k).map(|_| if next() < 0.5 { 1.0 } else { -1.0 }).collect();
            let codes = Codes::new(2, m, k, &codes).unwrap();
            let signs = SignMatrix::new(n, k, &w).unwrap();
            let p = Product::with_kernel(&signs, 2, kernel).unwrap();
            let sp = (k as f64).sqrt() * 3.0 / 2.5;
            let l: Vec<i64> = [-0.5, 0.0, 0.5].iter().map(|x| (x * sp) as i64).collect();
            let ladders =
                Ladders::new(2, (0..n).map(|c| Ladder { falling: c % 2 == 1, limits: &l }))
                    .unwrap();
            let mut out = Codes::new(2, m, n, &vec![0; m * n]).unwrap();
            let mut sums = vec![0i32; m * n];
            let macs = (m * n * k) as f64;
            let reps = ((0.004 / (macs / 0.9e12)).ceil() as usize).max(1);
            let (mut a, mut b) = (vec![], vec![]);
            for _ in 0..(if std::env::var("LONG").is_ok() { 400 } else { 25 }) {
                let c0 = chain();
                let t = Instant::now();
                for _ in 0..reps {
                    p.codes(&codes, &ladders, &mut out).unwrap();
                }
                let e = t.elapsed().as_secs_f64();
                let c = c0.max(chain());
                a.push(macs * reps as f64 / (e * c));
                let c0 = chain();
                let t = Instant::now();
                for _ in 0..reps {
                    p.sums(&codes, &mut sums).unwrap();
                }
                let e = t.elapsed().as_secs_f64();
                let c = c0.max(chain());
                b.push(macs * reps as f64 / (e * c));
            }
            a.sort_by(f64::total_cmp);
            b.sort_by(f64::total_cmp);
            println!(
                "{s:>16} {:9.1} {:9.1} {:9.1} {:9.1} {:9.0}",
                a[12],
                a[24],
                b[12],
                b[24],
                4.0 * 256.0 * k as f64 / a[24]
            );
        }
    });
}
