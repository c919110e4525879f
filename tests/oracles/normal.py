"""Golden values of the standard normal law, by mpmath.

Run from the folder of the package: python3 tests/oracles/normal.py
Writes tests/reference/normal.csv (functions) and normal_moments.csv (moments of cells).
"""

import csv
import random
from math import inf

from mpmath import erfc, exp, mp, mpf, nstr, pi, sqrt

# Far tails are differences from 1 here: e^{-25²/2} starts at the 136th digit.
mp.dps = 200
random.seed(1)


def pdf(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


def survival(x):
    return erfc(x / sqrt(mpf(2))) / 2


def tail(start, origin):
    """Moments of (start, inf] about origin, in closed form: the digits hide the cancellation."""
    zeroth, first = survival(start), pdf(start)
    second = zeroth + start * first
    return zeroth, first - origin * zeroth, second - 2 * origin * first + origin**2 * zeroth


def moments(low, high, origin):
    low, high, origin = mpf(low), mpf(high), mpf(origin)
    upper = tail(high, origin) if high != inf else (0, 0, 0)
    lower = tail(low, origin) if low != -inf else (1, -origin, 1 + origin**2)
    return [a - b for a, b in zip(lower, upper)]


def digits(number):
    return nstr(number, 22, strip_zeros=False)


with open("tests/reference/normal.csv", "w") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["function", "x", "value"])
    points = [random.uniform(-37, 37) for _ in range(80)] + [random.uniform(-3, 3) for _ in range(80)]
    points += [0.0, 1.0, -1.0, 1e-12, 2.0, 8.0, -8.0, 37.5]
    for x in points:
        rows.writerow(["pdf", repr(x), digits(pdf(mpf(x)))])
        rows.writerow(["survival", repr(x), digits(survival(mpf(x)))])
    for x in (abs(x) for x in points):
        rows.writerow(["mills", repr(x), digits(survival(mpf(x)) / pdf(mpf(x)))])
    for _ in range(60):
        # Newton's method on the survival function, from a start by double precision.
        x = random.uniform(-8, 8)
        p = float(survival(mpf(-x)))
        root = mpf(x)
        for _ in range(6):
            root += (mpf(p) - survival(-root)) / pdf(root)
        rows.writerow(["quantile", repr(p), digits(root)])

with open("tests/reference/normal_moments.csv", "w") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["low", "high", "origin", "mass", "first", "second"])
    cells = []
    for _ in range(120):
        low = random.uniform(-6, 6)
        width = 10 ** random.uniform(-6, 1)
        cells.append((low, low + width, low + width * random.random()))
    for _ in range(60):
        low = random.choice([-1, 1]) * 10 ** random.uniform(-3, 1.4)
        cells.append((low, inf, low))
        cells.append((-inf, low, low))
    # Both sides of every switch between formulas, and a cell across the centre.
    for low, high in [(0, 2), (0, 2.0000001), (2, inf), (1.9999999, inf), (3.5, 5.5), (3.5, 5.8), (-2.5, 2.5), (-inf, inf), (-1, 1), (0, inf)]:
        cells.append((float(low), float(high), 0.5))
    for low, high, origin in cells:
        rows.writerow([repr(low), repr(high), repr(origin), *map(digits, moments(low, high, origin))])
