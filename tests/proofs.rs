//! Numbers of thirty digits, and what they prove about designs.

#![expect(clippy::unwrap_used, reason = "a failure here is a failure of the test")]

#[path = "support/laws.rs"]
#[expect(dead_code, reason = "other tests read the kinks of the cases")]
mod laws;

use hwgq::density::{Density, Gamma, Gaussian, Mixture};
use hwgq::design::proof::prove;
use hwgq::design::{CertificateKind, Design, LloydMax, Newton, Spacing, Zero, certified, optimal};
use hwgq::math::Double;
use hwgq::quantizer::Codebook;
use proptest::prelude::*;
use std::sync::Arc;

proptest! {
    #[test]
    fn exponentials_and_logarithms_undo_each_other(x in -300.0..300.0_f64) {
        let x = Double::from(x);
        let there = x.exp();
        let back = there.ln() - x;
        // One rounding of the exponential is 2^-96 of it, absolutely so in the logarithm.
        prop_assert!(back.to_f64().abs() <= 1e-27 * (1.0 + x.to_f64().abs()));
        let sum = (x + Double::ONE).exp() / there - Double::ONE.exp();
        prop_assert!(sum.to_f64().abs() <= 1e-26);
    }

    #[test]
    fn products_and_quotients_undo_each_other(a in -1e9..1e9_f64, b in 1e-9..1e9_f64) {
        let (a, b) = (Double::sum(a, a * 1e-17), Double::from(b));
        let error = (a / b * b - a).to_f64().abs();
        prop_assert!(error <= 1e-30 * a.to_f64().abs());
    }
}

#[test]
fn e_has_thirty_digits() {
    // 2.71828182845904523536028747135266249775724709369995… (OEIS A001113), the f64 nearest to it
    // and what that leaves.
    let rest = Double::ONE.exp() - Double::from(std::f64::consts::E);
    assert!((rest.to_f64() - 1.445_646_891_729_250_2e-16).abs() < 1e-29, "{rest:?}");
}

#[test]
fn designs_of_log_concave_laws_are_proved_to_fourteen_digits() {
    let mut proved = 0;
    for case in laws::all() {
        if !case.law.is_log_concave() || case.law.as_affine().is_some() {
            continue;
        }
        for levels in [2, 3, 8, 33] {
            let designed = Newton::default().design(&*case.law, levels).unwrap();
            let Some(proof) = prove(&*case.law, None, &designed.codebook) else { continue };
            let what = format!("{}, {levels} levels: {proof:?}", case.law.describe());
            assert!(proof.level_error <= 1e-14, "{what}");
            assert!((designed.distortion / proof.distortion - 1.0).abs() <= 2e-14, "{what}");
            proved += 1;
        }
    }
    assert!(proved >= 32, "only {proved} designs could be proved");
}

#[test]
fn a_proof_sees_an_error_in_the_thirteenth_digit() {
    let law = Gaussian::STANDARD;
    let designed = Newton::default().design(&law, 16).unwrap();
    let off = designed.codebook.levels().iter().map(|level| level * (1.0 + 1e-13)).collect();
    let proof = prove(&law, None, &Codebook::nearest(off).unwrap()).unwrap();
    assert!((0.5e-13..2e-13).contains(&proof.level_error), "{proof:?}");
    let half = optimal(&law, Spacing::LloydMax, Some(Zero::Cell), 5).unwrap();
    assert!(prove(&law, Some(Zero::Cell), &half.codebook).unwrap().level_error <= 1e-15);
}

#[test]
fn a_search_is_never_beaten_by_lloyds_iteration() {
    let bump = |mean: f64, sd: f64| Arc::new(Gaussian::new(mean, sd).unwrap()) as Arc<dyn Density>;
    let parts = vec![(0.7, bump(-2.0, 0.3)), (0.2, bump(1.0, 0.1)), (0.1, bump(4.0, 1.0))];
    let laws: [Arc<dyn Density>; 2] =
        [Arc::new(Mixture::new(parts).unwrap()), Arc::new(Gamma::new(0.5).unwrap())];
    for law in laws {
        for levels in [1, 2, 3, 5, 9] {
            let (best, certificate) = certified(&*law, Spacing::LloydMax, None, levels).unwrap();
            assert_eq!(certificate.kind, CertificateKind::Search);
            assert!(certificate.lower_bound <= best.distortion);
            assert!(certificate.lower_bound >= best.distortion * 0.999, "{certificate:?}");
            let lloyd = LloydMax { tolerance: 1e-9, ..LloydMax::default() };
            let other = lloyd.design(&*law, levels).unwrap().distortion;
            assert!(certificate.lower_bound <= other, "{}, {levels}", law.describe());
            assert!(best.distortion <= other * (1.0 + 1e-9), "{}, {levels}", law.describe());
        }
    }
}
