//! What other crates write is read back to the bit.

use std::io::{Cursor, Write as _};

use ::safetensors::tensor::{Dtype, TensorView, serialize};
use hwgq::data::tensors;
use npyz::WriterBuilder as _;
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::files::{Files, numbers};
use crate::same;

fn npy<T: npyz::AutoSerialize + Copy>(values: &[T], shape: &[u64], fortran: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let order = if fortran { npyz::Order::Fortran } else { npyz::Order::C };
    let options = npyz::WriteOptions::new().default_dtype().order(order).shape(shape);
    let mut writer = options.writer(&mut bytes).begin_nd().unwrap();
    writer.extend(values.iter().copied()).unwrap();
    writer.finish().unwrap();
    bytes
}

/// Any bits: NaN, infinities, subnormal numbers.
fn floats() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(any::<u64>().prop_map(f64::from_bits), 0..300)
}

proptest! {
    #[test]
    fn arrays_of_npyz_are_read_back(values in floats(), fortran in any::<bool>()) {
        let files = Files::new();
        let narrow: Vec<f32> = values.iter().map(|x| f32::from_bits((x.to_bits() >> 32) as u32)).collect();
        let whole: Vec<i64> = values.iter().map(|x| x.to_bits().cast_signed() >> 10).collect();
        let shape = [values.len() as u64, 1];
        let read = |bytes: &[u8]| {
            let path = files.write("array.npy", bytes);
            let entries = tensors(&path).unwrap();
            assert_eq!((entries[0].name(), entries[0].shape()), ("array", shape.as_slice()));
            numbers(&entries[0]).unwrap()
        };
        prop_assert!(same(&read(&npy(&values, &shape, fortran)), &values));
        let wide: Vec<f64> = narrow.iter().map(|&x| f64::from(x)).collect();
        prop_assert!(same(&read(&npy(&narrow, &shape, fortran)), &wide));
        let wide: Vec<f64> = whole.iter().map(|&x| x as f64).collect();
        prop_assert!(same(&read(&npy(&whole, &shape, fortran)), &wide));
    }

    #[test]
    fn archives_of_the_zip_crate_are_read_back(
        tensors_in in prop::collection::vec((floats(), any::<bool>(), any::<bool>()), 0..6),
    ) {
        let files = Files::new();
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (index, (values, pack, large)) in tensors_in.iter().enumerate() {
            let method = if *pack { CompressionMethod::Deflated } else { CompressionMethod::Stored };
            let options =
                SimpleFileOptions::default().compression_method(method).large_file(*large);
            writer.start_file(format!("array {index}.npy"), options).unwrap();
            writer.write_all(&npy(values, &[values.len() as u64], false)).unwrap();
        }
        let path = files.write("a.npz", &writer.finish().unwrap().into_inner());
        let entries = tensors(&path).unwrap();
        prop_assert_eq!(entries.len(), tensors_in.len());
        for (index, (entry, (values, ..))) in entries.iter().zip(&tensors_in).enumerate() {
            prop_assert_eq!(entry.name(), format!("array {index}"));
            prop_assert!(same(&numbers(entry).unwrap(), values));
        }
    }

    #[test]
    fn files_of_the_safetensors_crate_are_read_back(
        tensors_in in prop::collection::btree_map("[ -~é\"\\\\\n]{0,12}", floats(), 0..6),
    ) {
        prop_assume!(!tensors_in.contains_key("__metadata__"));
        let files = Files::new();
        let bytes: Vec<(&String, Vec<u8>)> = tensors_in
            .iter()
            .map(|(name, values)| (name, values.iter().flat_map(|x| x.to_le_bytes()).collect()))
            .collect();
        let views = bytes.iter().map(|(name, bytes)| {
            (name.as_str(), TensorView::new(Dtype::F64, vec![bytes.len() / 8], bytes).unwrap())
        });
        let path = files.write("a.safetensors", &serialize(views, None).unwrap());
        let entries = tensors(&path).unwrap();
        prop_assert_eq!(entries.len(), tensors_in.len());
        for entry in &entries {
            prop_assert!(same(&numbers(entry).unwrap(), &tensors_in[entry.name()]));
        }
    }

    #[test]
    fn text_is_read_back(values in floats()) {
        prop_assume!(!values.is_empty());
        let files = Files::new();
        let lines: Vec<String> = values.iter().map(|x| format!("{x:?}")).collect();
        let entries = tensors(&files.write("a.txt", lines.join("\n").as_bytes())).unwrap();
        prop_assert!(same(&numbers(&entries[0]).unwrap(), &values));
    }
}
