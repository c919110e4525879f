"""Moments of cells of every law, to 40 digits: tests/reference/cells.csv.

Run with mpmath: python3 tests/oracles/cells.py > tests/reference/cells.csv
Columns: law, middle and half width of a cell (for a tail the half width is inf and the middle its
start), probability, centroid less middle, and second moment about the middle.
"""

import mpmath as mp

mp.mp.dps = 45
s2, pi, exp, log, gamma = mp.sqrt(2), mp.pi, mp.exp, mp.log, mp.gamma


def student(nu):
    c = gamma((nu + 1) / mp.mpf(2)) / gamma(nu / mp.mpf(2)) / mp.sqrt(pi * (nu - 2))
    return lambda x: c * (1 + x * x / (nu - 2)) ** (-(nu + 1) / mp.mpf(2))


def generalized(beta):
    beta = mp.mpf(beta)
    a = mp.sqrt(gamma(1 / beta) / gamma(3 / beta))
    return lambda x: beta / (2 * a * gamma(1 / beta)) * exp(-((abs(x) / a) ** beta))


def two_sided_gamma(k):
    k = mp.mpf(k)
    t = 1 / mp.sqrt(k * (k + 1))
    return lambda x: abs(x) ** (k - 1) * exp(-abs(x) / t) / (2 * gamma(k) * t**k)


def sphere(d):
    c = gamma(mp.mpf(d) / 2) / gamma(mp.mpf(d - 1) / 2) / mp.sqrt(pi * d)
    return lambda x: c * (1 - x * x / d) ** (mp.mpf(d - 3) / 2)


s = mp.sqrt(3) / pi
LAWS = [
    ("gaussian", lambda x: exp(-x * x / 2) / mp.sqrt(2 * pi), 0),
    ("half-normal", lambda x: 2 * exp(-x * x / 2) / mp.sqrt(2 * pi), 0),
    ("laplace", lambda x: exp(-s2 * abs(x)) / s2, 0),
    ("logistic", lambda x: 1 / (4 * s * mp.cosh(x / (2 * s)) ** 2), 0),
    ("student-t(nu=5)", student(5), 0),
    ("student-t(nu=2.5)", student(mp.mpf("2.5")), 0),
    ("generalized-gaussian(beta=1.5)", generalized("1.5"), 0),
    ("generalized-gaussian(beta=0.5)", generalized("0.5"), 0),
    ("gamma(shape=0.5)", two_sided_gamma("0.5"), 0),
    ("rayleigh", lambda x: x * exp(-x * x / 2), 0),
    ("exponential", lambda x: exp(-x), 0),
    ("sphere-coordinate(d=16)", sphere(16), mp.sqrt(16)),
    ("sphere-coordinate(d=128)", sphere(128), mp.sqrt(128)),
]
CELLS = ["0.5 0.5", "0.03125 0.03125", "1 0.25", "1 1e-3", "0.75 1e-6", "1.5 1e-9", "2 1e-12",
         "3 0.5", "3.5 1e-4", "2 2"]
TAILS = ["0", "0.5", "2", "3.5"]
BREAKS = [mp.mpf(10) ** k for k in range(-30, 40, 2)]

print("law,middle,half,mass,offset,second")
for name, p, end in LAWS:
    top = end or mp.inf
    rows = [(mp.mpf(a), mp.mpf(b)) for a, b in (cell.split() for cell in CELLS)]
    for middle, half in rows:
        middle, half = mp.mpf(float(middle)), mp.mpf(float(half))
        low, high = middle - half, middle + half
        cuts = [low] + [low + b for b in BREAKS if low + b < high and half > 0.1] + [high]
        if half <= 0.1:
            cuts = [low, high]
        m = [mp.quad(lambda u, k=k: u**k * p(middle + u), [c - middle for c in cuts]) for k in (0, 1, 2)]
        print(f"{name},{float(middle)!r},{float(half)!r}," + ",".join(mp.nstr(v, 25) for v in (m[0], m[1] / m[0], m[2])))
    for start in TAILS:
        start = mp.mpf(start)
        cuts = [start] + [start + b for b in BREAKS if start + b < top] + [top]
        m = [mp.quad(lambda u, k=k: u**k * p(start + u), [c - start for c in cuts]) for k in (0, 1, 2)]
        print(f"{name},{float(start)!r},inf," + ",".join(mp.nstr(v, 25) for v in (m[0], m[1] / m[0], m[2])))
