//! Training: it learns, it repeats itself to the bit, it stops and goes on, it says what is wrong.

#![expect(clippy::unwrap_used, reason = "a test says by panicking what it did not get")]

use std::ops::ControlFlow;

use hwgq::data::{Dataset, Images};
use hwgq::nn::{Mode, Net};
use hwgq::scheme::{Backward, Forward, Weights};
use hwgq::train::{Outcome, Progress, State, TrainError, TrainSpec, Trainer, fill, run};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Images of `size` x `size` noise with a bright square in one of four corners: its label.
fn corners(count: usize, size: usize, seed: u64) -> Images {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let label: u8 = random.random_range(0..4);
        for row in 0..size {
            for column in 0..size {
                let corner = u8::from(row >= size / 2) * 2 + u8::from(column >= size / 2);
                let low = if corner == label { 90 } else { 0 };
                pixels.push(random.random_range(low..=low + 150));
            }
        }
        labels.push(label);
    }
    Images::new(size, size, pixels, labels).unwrap()
}

fn dataset(size: usize) -> Dataset {
    Dataset {
        name: "corners".to_owned(),
        classes: 4,
        train: corners(205, size, 1),
        validation: corners(60, size, 2),
        test: corners(70, size, 3),
    }
}

fn spec(net: Net) -> TrainSpec {
    TrainSpec { epochs: 4, batch: 20, hidden: 24, width: 4, ..TrainSpec::new(net) }
}

fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn params(state: &mut State) -> Vec<u32> {
    let mut bits = Vec::new();
    state.network.visit_params(&mut |_, param| {
        bits.extend(param.value.iter().chain(&param.velocity).map(|x| x.to_bits()));
    });
    bits
}

fn logits(state: &mut State, images: &Images) -> Vec<u32> {
    let indices: Vec<usize> = (0..images.len()).collect();
    fill(&mut state.network, images, &indices, state.normalisation);
    state.network.forward(Mode::Evaluate).to_compact().iter().map(|x| x.to_bits()).collect()
}

#[test]
fn every_net_learns_with_every_quantizer() {
    for (net, size) in [(Net::Mlp, 8), (Net::VggSmall, 8), (Net::Lenet, 16)] {
        for activation in Forward::ALL {
            let spec = TrainSpec { activation, ..spec(net) };
            let outcome = run(spec, &dataset(size), &mut go_on).unwrap();
            // Guessing gets a quarter; the square is plain to see.
            assert!(
                outcome.accuracy_test > 0.8,
                "{net:?} {activation:?}: {}",
                outcome.accuracy_test
            );
            let (first, last) = (outcome.history[0], outcome.history[3]);
            assert!(last.train_loss < first.train_loss, "{net:?} {activation:?}");
        }
    }
}

#[test]
fn a_spec_and_a_data_set_determine_every_bit() {
    let data = dataset(8);
    let train = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut trainer =
                Trainer::new(TrainSpec { seed, ..spec(Net::VggSmall) }, &data).unwrap();
            let outcome = trainer.run(&mut go_on).unwrap();
            (outcome, params(trainer.state_mut()))
        })
    };
    let one = train(1, 0);
    assert!(one == train(1, 0), "the same run twice");
    assert!(one == train(2, 0), "two threads");
    assert!(one == train(3, 0), "three threads");
    assert!(one.1 != train(1, 1).1, "another seed is another run");
}

#[test]
fn a_run_that_was_stopped_and_resumed_is_the_run_that_never_stopped() {
    let data = dataset(8);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let straight = |trainer: &mut Trainer| -> Outcome { trainer.run(&mut go_on).unwrap() };
    let mut whole = Trainer::new(spec(Net::VggSmall), &data).unwrap();
    let expected = straight(&mut whole);
    // Ten steps an epoch: in the middle of one, at the end of one, one step before the last.
    for stop in [7, 10, 20, 39] {
        let mut first = Trainer::new(spec(Net::VggSmall), &data).unwrap();
        let stopped = first.run(&mut |progress| match progress {
            Progress::Step { step, .. } if step == stop => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        });
        assert!(matches!(stopped, Err(TrainError::Interrupted { step, .. }) if step == stop));
        first.state_mut().write(&path).unwrap();
        let before = logits(first.state_mut(), &data.test);
        let mut state = State::read(&path).unwrap();
        assert!(before == logits(&mut state, &data.test), "the checkpoint computes other logits");
        let mut second = Trainer::resume(state, &data).unwrap();
        assert_eq!(straight(&mut second), expected, "stopped after step {stop}");
        assert!(params(second.state_mut()) == params(whole.state_mut()), "after step {stop}");
    }
}

#[test]
fn equal_runs_write_equal_files() {
    let data = dataset(8);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let mut trainer = Trainer::new(spec(Net::Mlp), &data).unwrap();
        trainer.run(&mut go_on).unwrap();
        let path = folder.path().join(name);
        trainer.state_mut().write(&path).unwrap();
        std::fs::read(path).unwrap()
    };
    assert!(write("one") == write("two"));
}

#[test]
fn a_damaged_checkpoint_is_refused() {
    let data = dataset(8);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let mut trainer = Trainer::new(spec(Net::Mlp), &data).unwrap();
    trainer.state_mut().write(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let refused = |bytes: &[u8], why: &str| {
        std::fs::write(&path, bytes).unwrap();
        let error = State::read(&path).unwrap_err().to_string();
        assert!(error.contains(why) && error.contains("run.safetensors"), "{error}");
    };
    refused(&bytes[..bytes.len() - 1], "not a checkpoint");
    refused(b"", "not a checkpoint");
    let text = String::from_utf8_lossy(&bytes[8..600]).into_owned();
    let replace = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len(), "lengths are written in the file");
        assert!(text.contains(from), "{text}");
        let at = bytes.windows(from.len()).position(|part| part == from.as_bytes()).unwrap();
        [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
    };
    refused(&replace(r#"version\":1"#, r#"version\":7"#), "version 7");
    refused(&replace(r#"hidden\":24"#, r#"hidden\":25"#), "value/fc1.weight");
    refused(&replace(r#"classes\":4"#, r#"classes\":5"#), "value/fc3.weight");
    refused(&replace(r#"epochs\":4"#, r#"epochs\":0"#), "epochs is 0");
    let mut broken = bytes.clone();
    let end = broken.len();
    broken[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    refused(&broken, "not finite");
    std::fs::remove_file(&path).unwrap();
    assert!(State::read(&path).unwrap_err().to_string().contains("run.safetensors"));
}

#[test]
fn a_checkpoint_is_not_resumed_on_other_data() {
    let (data, folder) = (dataset(8), tempfile::tempdir().unwrap());
    let path = folder.path().join("run.safetensors");
    Trainer::new(spec(Net::Mlp), &data).unwrap().state_mut().write(&path).unwrap();
    let other = Dataset { train: corners(205, 8, 9), ..data };
    let error = Trainer::resume(State::read(&path).unwrap(), &other).unwrap_err();
    assert!(matches!(error, TrainError::OtherData { .. }), "{error}");
}

#[test]
fn a_loss_that_is_not_finite_names_the_first_layer_to_blame() {
    let spec = TrainSpec {
        learning_rate: 10.0,
        activation: Forward::Relu,
        weights: Weights::Full,
        epochs: 50,
        ..spec(Net::Mlp)
    };
    let data = dataset(8);
    let mut trainer = Trainer::new(spec, &data).unwrap();
    trainer.state_mut().network.visit_params(&mut |name, param| {
        if name == "fc2.weight" {
            param.value[3] = f32::NAN;
        }
    });
    let error = trainer.run(&mut go_on).unwrap_err();
    assert!(error.to_string().contains("`fc2`: lower the learning rate (it is 10)"), "{error}");
}

#[test]
fn an_observer_hears_of_every_step_and_every_epoch() {
    let (mut steps, mut epochs) = (Vec::new(), Vec::new());
    run(spec(Net::Mlp), &dataset(8), &mut |progress| {
        match progress {
            Progress::Step { step, steps: all, images, .. } => {
                // 205 images are ten batches of twenty; the five left over are dropped.
                assert_eq!((all, images), (40, 20));
                steps.push(step);
            }
            Progress::Epoch { epoch, .. } => epochs.push((epoch, steps.len())),
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(steps, (1..=40).collect::<Vec<u64>>());
    assert_eq!(epochs, [(1, 10), (2, 20), (3, 30), (4, 40)]);
}

#[test]
fn the_outcome_tells_the_best_epoch_from_the_last() {
    let outcome = run(spec(Net::Mlp), &dataset(8), &mut go_on).unwrap();
    let validation: Vec<f64> =
        outcome.history.iter().map(|epoch| epoch.validation_accuracy).collect();
    let best = validation.iter().copied().fold(0.0, f64::max);
    assert_eq!(outcome.accuracy_best_validation.to_bits(), best.to_bits());
    let first = validation.iter().position(|accuracy| accuracy.to_bits() == best.to_bits());
    assert_eq!(outcome.epoch_best_validation, first.unwrap() + 1);
    assert_eq!(outcome.accuracy_last.to_bits(), validation[3].to_bits());
}

#[test]
fn the_numbers_in_front_of_a_quantizer_are_nearly_normal() {
    let outcome = run(spec(Net::VggSmall), &dataset(8), &mut go_on).unwrap();
    assert_eq!(outcome.activations.len(), 5, "one for each quantizer");
    for layer in &outcome.activations {
        let name = &layer.layer;
        let counted =
            layer.before.counts.iter().sum::<u64>() + layer.before.below + layer.before.above;
        assert_eq!(counted, layer.moments.count, "{name}");
        assert_eq!(layer.levels.iter().map(|level| level.1).sum::<u64>(), counted, "{name}");
        // Statistics of other images and of 40 steps: near, not equal.
        assert!(layer.moments.mean.abs() < 0.3, "{name}: mean {}", layer.moments.mean);
        assert!((0.6..1.5).contains(&layer.moments.deviation), "{name}: {:?}", layer.moments);
        assert!(layer.kolmogorov_smirnov < 0.35, "{name}: {}", layer.kolmogorov_smirnov);
        // The levels of the released networks, in f32 as in f64.
        let levels: Vec<f64> = layer.levels.iter().map(|level| level.0).collect();
        assert_eq!(levels, [0.0, 0.538, 1.076, 1.614], "{name}");
    }
}

#[test]
fn data_that_do_not_fit_are_refused() {
    let refused = |spec: TrainSpec, data: &Dataset, why: &str| {
        let error = Trainer::new(spec, data).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    };
    let data = dataset(8);
    let none = data.validation.select(&[]);
    refused(
        spec(Net::Mlp),
        &Dataset { validation: none, ..data.clone() },
        "validation part of `corners` has 0 images",
    );
    let larger = corners(5, 9, 0);
    refused(spec(Net::Mlp), &Dataset { test: larger, ..data.clone() }, "9 x 9");
    refused(spec(Net::Mlp), &Dataset { classes: 3, ..data.clone() }, "has a label 3");
    refused(
        TrainSpec { batch: 300, ..spec(Net::Mlp) },
        &data,
        "at least 300 are needed, or a smaller batch",
    );
    refused(
        TrainSpec {
            backward: Some(Backward::Identity),
            activation: Forward::Relu,
            ..spec(Net::Mlp)
        },
        &data,
        "leave `backward` out",
    );
}
