//! What the activations of a trained network read, written as arrays and read back.

#![expect(clippy::unwrap_used, reason = "a test says by panicking what it did not get")]

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Output};

use hwgq::data::{DType, Dataset, Images, TensorEntry, tensors};
use hwgq::nn::{Mode, Net, Staircase};
use hwgq::scheme::Forward;
use hwgq::train::{DumpError, TrainSpec, Trainer, dump_activations, fill};
use tempfile::tempdir;

/// Images of 16 x 16 whose bytes are a mixed-up counter, and labels that the bytes tell.
fn images(count: usize, seed: usize) -> Images {
    let bytes = (0..count * 256).map(|i| ((i + seed) * 2_654_435_761).to_le_bytes()[2]);
    let labels = (0..count).map(|i| u8::from(i % 3 == 1)).collect();
    Images::new(16, 16, bytes.collect(), labels).unwrap()
}

fn dataset() -> Dataset {
    let name = "mixed".to_owned();
    Dataset { name, classes: 3, train: images(60, 0), validation: images(9, 7), test: images(9, 9) }
}

fn numbers(entry: &TensorEntry) -> Vec<f64> {
    let mut numbers = Vec::new();
    entry
        .stream(&mut |chunk| {
            numbers.extend_from_slice(chunk);
            ControlFlow::Continue(())
        })
        .unwrap();
    numbers
}

/// Pixels by rows and then channels, as tensors keep them, from channels and then rows.
fn channels_last(numbers: &[f64], images: usize, channels: usize) -> Vec<f64> {
    let pixels = numbers.len() / images / channels;
    let place = |image: usize, pixel: usize, channel: usize| {
        numbers[(image * channels + channel) * pixels + pixel]
    };
    let mut moved = Vec::new();
    for image in 0..images {
        for pixel in 0..pixels {
            moved.extend((0..channels).map(|channel| place(image, pixel, channel)));
        }
    }
    moved
}

#[test]
fn every_activation_s_input_is_written_and_gives_its_output() {
    let data = dataset();
    let folder = tempdir().unwrap();
    let path = folder.path().join("inputs.npz");
    for (net, layers) in [(Net::Mlp, 2), (Net::VggSmall, 6)] {
        let spec = TrainSpec { epochs: 1, batch: 20, hidden: 12, width: 2, ..TrainSpec::new(net) };
        let mut trainer = Trainer::new(spec, &data).unwrap();
        trainer.run(&mut |_| ControlFlow::Continue(())).unwrap();
        let state = trainer.state_mut();
        dump_activations(&mut state.network, &data.validation, state.normalisation, &path).unwrap();
        let entries = tensors(&path).unwrap();
        let names: Vec<&str> = entries.iter().map(TensorEntry::name).collect();
        assert_eq!(names.len(), layers, "{names:?}");
        let indices: Vec<usize> = (0..data.validation.len()).collect();
        fill(&mut state.network, &data.validation, &indices, state.normalisation);
        state.network.forward(Mode::Evaluate);
        for entry in &entries {
            let mut trace = state.network.trace();
            let (_, layer, input, output) = trace.find(|(name, ..)| *name == entry.name()).unwrap();
            let shape = input.shape();
            let axes = [shape.channels, shape.height, shape.width].map(|axis| axis as u64);
            let flat = shape.height * shape.width == 1;
            let expected = [&[9][..], if flat { &axes[..1] } else { &axes[..] }].concat();
            assert_eq!((entry.shape(), entry.dtype()), (&*expected, DType::F32), "{net:?}");
            let written = channels_last(&numbers(entry), 9, shape.channels);
            #[expect(clippy::cast_possible_truncation, reason = "they were written as f32")]
            let written: Vec<f32> = written.iter().map(|&x| x as f32).collect();
            let read: Vec<f32> = input.to_compact();
            assert!(written.iter().zip(&read).all(|(x, y)| x.to_bits() == y.to_bits()));
            assert_eq!(written.len(), read.len());
            // Independently of what the network says that it read.
            let mut activated: Vec<f32> = written.iter().map(|x| x.max(0.0)).collect();
            match layer.codebook() {
                Some(codebook) => Staircase::new(codebook).quantize(&written, &mut activated),
                None => assert_eq!(entry.name(), "relu6"),
            }
            assert_eq!(activated, output.to_compact(), "{net:?} {}", entry.name());
        }
    }
}

#[test]
fn activations_in_full_precision_are_written_too() {
    let data = dataset();
    let folder = tempdir().unwrap();
    let path = folder.path().join("inputs.npz");
    let spec = TrainSpec {
        epochs: 1,
        batch: 20,
        hidden: 12,
        activation: Forward::Relu,
        ..TrainSpec::new(Net::Mlp)
    };
    let mut trainer = Trainer::new(spec, &data).unwrap();
    let state = trainer.state_mut();
    dump_activations(&mut state.network, &data.validation, state.normalisation, &path).unwrap();
    assert_eq!(tensors(&path).unwrap().len(), 2);
    // In the way stands a folder, which stays.
    let refused =
        dump_activations(&mut state.network, &data.validation, state.normalisation, folder.path());
    assert!(matches!(refused, Err(DumpError::File { .. })));
}

fn hwgq(arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hwgq")).args(arguments.split(' ')).output().unwrap()
}

#[test]
fn train_writes_the_same_activations_with_any_threads_and_when_resumed() {
    let folder = tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let train = |threads: usize, name: &str| {
        let output = hwgq(&format!(
            "train --epochs 1 --hidden 16 --batch 25 --threads {threads} --out {} \
             --dump-activations {}",
            at("out"),
            at(name)
        ));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read(at(name)).unwrap()
    };
    let bytes = train(1, "one.npz");
    assert_eq!(bytes, train(2, "two.npz"));
    let entries = tensors(Path::new(&at("one.npz"))).unwrap();
    let shapes: Vec<(&str, &[u64])> =
        entries.iter().map(|entry| (entry.name(), entry.shape())).collect();
    assert_eq!(shapes, [("act1", [25, 16].as_slice()), ("act2", [25, 16].as_slice())]);
    let again = hwgq(&format!(
        "train --resume {}/checkpoint.safetensors --out {} --dump-activations {}",
        at("out"),
        at("out"),
        at("again.npz")
    ));
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(bytes, fs::read(at("again.npz")).unwrap());
}

#[test]
fn a_place_that_cannot_be_written_is_told_before_the_training() {
    let folder = tempdir().unwrap();
    let out = folder.path().join("out");
    for place in [folder.path().to_owned(), folder.path().join("nowhere/a.npz")] {
        let output = hwgq(&format!(
            "train --epochs 1 --hidden 16 --out {} --dump-activations {}",
            out.display(),
            place.display()
        ));
        assert_eq!(output.status.code(), Some(1));
        let talk = String::from_utf8(output.stderr).unwrap();
        assert!(talk.contains(&place.display().to_string()), "{talk}");
        assert!(!out.join("checkpoint.safetensors").exists(), "it trained: {talk}");
    }
}
