"""Files of tensors as numpy and safetensors write them: tests/fixtures/tensors/.

Run with numpy, ml_dtypes and safetensors: python3 tests/oracles/tensors.py
expected.csv lists file, tensor, type, shape and numbers in the order of the file. digests.csv has,
for each narrow float, the SHA-256 of all its bit patterns in order, as little-endian binary64, NaN
as 7ff8000000000000.
"""

import csv
import hashlib
import io
import pathlib
import zipfile

import ml_dtypes
import numpy as np
from safetensors.numpy import save_file

folder = pathlib.Path(__file__).parent.parent / "fixtures" / "tensors"
folder.mkdir(parents=True, exist_ok=True)
rows = []

NAMES = {
    "bool": "BOOL", "float16": "F16", "float32": "F32", "float64": "F64", "bfloat16": "BF16",
    "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2",
}


def expect(file, tensor, array):
    name = array.dtype.newbyteorder("=").name if array.dtype.kind != "V" else array.dtype.name
    kind = NAMES.get(name) or name.replace("uint", "U").replace("int", "I")
    order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    numbers = array.astype(np.float64).ravel(order=order)
    shape = "x".join(map(str, array.shape))
    rows.append([file, tensor, kind, shape, ";".join(repr(float(x)) for x in numbers)])


def numbers(dtype):
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return np.array([[True, False, True], [False, False, True]])
    if dtype.kind in "iu":
        facts = np.iinfo(dtype)
        low, high = max(facts.min, -(2**53)), min(facts.max, 2**53)
        return np.array([[low, low + 1, 0], [1, high - 1, high]], dtype)
    facts = ml_dtypes.finfo(dtype)
    tiny = facts.smallest_subnormal
    return np.array([[facts.max, facts.min, tiny], [-0.0, 1.1, facts.smallest_normal]], dtype)


def npy(name, array, version=None):
    with open(folder / name, "wb") as file:
        np.lib.format.write_array(file, array, version=version)
    expect(name, name[:-4], array)


for code in ["?", "u1", "i1", "<u2", ">u2", "<i2", ">i2", "<u4", ">u4", "<i4", ">i4", "<u8", ">u8",
             "<i8", ">i8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]:
    name = code.replace("<", "little-").replace(">", "big-").replace("?", "bool")
    npy(f"{name}.npy", numbers(code).astype(code))
npy("fortran.npy", np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4)))
npy("version2.npy", np.arange(5, dtype="<f8"), (2, 0))
npy("version3.npy", np.arange(5, dtype="<f8"), (3, 0))
npy("scalar.npy", np.array(-2.5))
npy("none.npy", np.zeros((3, 0, 2), "<f4"))
npy("special.npy", np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, 1.7976931348623157e308]))

arrays = {
    "weights": np.linspace(-1, 1, 12).reshape(3, 4).astype("<f4"),
    "layer/bias": np.arange(4, dtype=">i2"),
    "scale": np.array(0.5),
    "empty": np.zeros((0, 7)),
    "wide": np.zeros(100, "<f8"),
}


class Pipe(io.RawIOBase):
    """A file that cannot go back, so that sizes stand behind the contents."""

    def __init__(self):
        self.data = b""

    def writable(self):
        return True

    def write(self, data):
        self.data += bytes(data)
        return len(data)


# The same bytes every time: savez stamps its members with 1980 by itself.
np.savez(folder / "stored.npz", **arrays)
np.savez_compressed(folder / "deflated.npz", **arrays)
pipe = Pipe()
np.savez_compressed(pipe, **arrays)
(folder / "piped.npz").write_bytes(pipe.data)
with zipfile.ZipFile(folder / "plain.npz", "w") as archive:
    # Without the 64-bit extra fields that savez forces.
    for name, array in arrays.items():
        data = io.BytesIO()
        np.save(data, array)
        archive.writestr(zipfile.ZipInfo(name + ".npy"), data.getvalue())
for file in ["stored.npz", "deflated.npz", "piped.npz", "plain.npz"]:
    for name, array in arrays.items():
        expect(file, name, array)
with zipfile.ZipFile(folder / "no-arrays.npz", "w"):
    pass

tensors = {
    dtype.__name__ if isinstance(dtype, type) else dtype: numbers(dtype).astype(dtype)
    for dtype in ["bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
                  "float16", "float32", "float64", ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn,
                  ml_dtypes.float8_e5m2]
}
tensors["a scalar"] = np.array(7.25, "float32")
tensors["nothing"] = np.zeros((2, 0), "float32")
save_file(tensors, folder / "all.safetensors", metadata={"format": "np", "note": "\u00e9\n"})
for name, array in tensors.items():
    expect("all.safetensors", name, array)

with open(folder / "expected.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["file", "tensor", "type", "shape", "numbers"])
    writer.writerows(rows)

with open(folder / "digests.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["type", "sha256"])
    for dtype in ["float16", ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2]:
        dtype = np.dtype(dtype)
        bits = np.arange(1 << 8 * dtype.itemsize, dtype=f"<u{dtype.itemsize}")
        values = bits.view(dtype).astype(np.float64)
        values[np.isnan(values)] = np.frombuffer(bytes.fromhex("000000000000f87f"), "<f8")[0]
        writer.writerow([NAMES[dtype.name], hashlib.sha256(values.tobytes()).hexdigest()])
