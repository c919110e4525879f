"""Thins the 35-digit golden files of an mpmath run to the columns and sizes that the tests read.

Usage: thin_reference.py GOLDEN_FOLDER, from the folder of the package; writes tests/reference/*.csv.
The golden files solve Lloyd's conditions with Newton's method in 50-digit arithmetic; no code is
shared with this package.
"""

import csv
import json
import sys
from pathlib import Path

GOLDEN, OUT = Path(sys.argv[1]), Path("tests/reference")


def short(number):
    """Twenty-five characters: more digits than an f64 holds."""
    mantissa, _, exponent = number.partition("e")
    return mantissa[:25] + ("e" + exponent if exponent else "")


def write(name, header, rows):
    with open(OUT / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_csv(name):
    lines = (line for line in open(GOLDEN / name, newline="") if not line.startswith("#"))
    return list(csv.DictReader(lines))


def levels(row, key):
    return " ".join(short(level) for level in row[key])


# What is kept of each law: enough rows for every parity and size, without a megabyte of digits.
LAWS = ("gaussian", "laplace", "exponential", "rayleigh", "half_normal", "gamma_symmetric")
SPHERES = ("sphere_d16", "sphere_d64", "sphere_d128", "sphere_d256")
for law in LAWS + SPHERES:
    rows = json.load(open(GOLDEN / f"lloydmax_{law}.json"))["rows"]
    key = "positive_levels" if "positive_levels" in rows[0] else "levels"
    write(
        f"lloyd_max_{law}.csv",
        ["levels", "distortion", "entropy_bits", "snr_db", "positive_levels"],
        [
            [r["N"], short(r["mse"]), short(r["entropy_bits"]), short(r["snr_db"]), levels(r, key)]
            for r in rows
            if r["N"] <= 20 or r["N"] in (35, 36, 64, 127, 256)
        ],
    )

big = []
for size in (16, 64, 256, 4096, 65536):
    r = json.load(open(GOLDEN / f"gaussian_big_N{size}.json"))
    big.append([size, short(r["mse"]), " ".join(map(str, r["idx"])), levels(r, "levels")])
write("lloyd_max_gaussian_big.csv", ["levels", "distortion", "positions", "positive_levels"], big)

for law in ("gaussian", "laplace", "gamma_symmetric"):
    write(
        f"uniform_{law}.csv",
        ["levels", "step", "distortion", "entropy_bits"],
        [
            [r["N"], short(r["step"]), short(r["mse"]), short(r["entropy_bits"])]
            for r in read_csv(f"uniform_max_{law}.csv")
            if int(r["N"]) <= 1024
        ],
    )

half_wave = []
for design, name in (("uniform", "uniform_t1_zero"), ("uniform-zero-cell", "uniform_free_deadzone")):
    for r in read_csv(f"halfwave_{name}.csv"):
        half_wave.append([design, r["m"], short(r["mse_vs_relu"]), short(r["entropy_bits"]), short(r["step"])])
for design, name in (
    ("lloyd-max", "nonuniform_t1_zero"),
    ("lloyd-max-zero-cell", "nonuniform_free_deadzone"),
    ("lloyd-max-free", "nonuniform_free_zero_level"),
):
    for r in json.load(open(GOLDEN / f"halfwave_{name}.json"))["rows"]:
        if int(r["m"]) <= 32:
            entropy = short(r["entropy_bits"]) if "entropy_bits" in r else ""
            half_wave.append([design, r["m"], short(r["mse_vs_relu"]), entropy, levels(r, "levels")])
write(
    "half_wave.csv",
    ["design", "positive_levels", "distortion", "entropy_bits", "levels_or_step"],
    half_wave,
)

COLUMNS = {
    "mismatch_E_Q_minus_B_sq": "value_gap",
    "cosine_Q_B": "cosine",
    "G_B_mean_surrogate_derivative": "mean_slope",
    "var_Bprime": "slope_variance",
    "smoothed_gradient_bias": "smoothed_bias",
    "relative_bias": "relative_bias",
}
write(
    "mismatch.csv",
    ["forward", "backward", *COLUMNS.values()],
    [
        [r["forward"], r["backward"], *(short(r[column]) for column in COLUMNS)]
        for r in read_csv("gradient_mismatch_gaussian.csv")
    ],
)
