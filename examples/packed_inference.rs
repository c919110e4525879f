//! A trained net on integer products: binary weights and packed 2-bit activations.
//!
//! `cargo run --release --example packed_inference`
//!
//! Batch norm and quantizer are folded into integer limits, so a binary layer between two quantizers
//! never sees a floating-point number. The predictions are those of the net that was trained.

use std::ops::ControlFlow;

use hwgq::data::{Name, Search, load};
use hwgq::nn::{Mode, Net, Packed};
use hwgq::train::{TrainSpec, Trainer, fill};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = load(Name::Digits, &Search::default())?;
    let spec = TrainSpec { hidden: 128, batch: 32, epochs: 20, ..TrainSpec::new(Net::Mlp) };
    let mut trainer = Trainer::new(spec, &data)?;
    let outcome = trainer.run(&mut |_| ControlFlow::Continue(()))?;
    show(&format!("trained to {:.2} % on the test images", 100.0 * outcome.accuracy_test));

    // The same test images through the net as it was trained, and through its packed form.
    let normalisation = data.normalisation();
    let state = trainer.into_state();
    let mut network = state.network;
    let everything: Vec<usize> = (0..data.test.len()).collect();
    fill(&mut network, &data.test, &everything, normalisation);
    network.forward(Mode::Evaluate);
    let (input, floating) = (network.input().clone(), network.output().to_compact());
    let mut packed = Packed::new(network)?;
    let classes = packed.classify(&input)?;

    let agree = floating.chunks(data.classes).zip(&classes).filter(|(logits, class)| {
        let largest = logits.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b));
        logits.iter().position(|&logit| logit >= largest) == Some(**class)
    });
    show(&format!(
        "packed and floating point agree on {} of {} images",
        agree.count(),
        classes.len()
    ));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "an example talks to its reader")]
fn show(line: &str) {
    println!("{line}");
}
