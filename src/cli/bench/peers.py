"""Products that a user would run instead, measured on request.

Reads a JSON request a line from standard input: for a matrix product {"m", "n", "k"}, for a
convolution {"images", "height", "width", "channels", "outputs", "kernel", "stride", "padding"}.
Answers with a line for each peer, {"name", "input", "seconds"}, and then {"done": true}. The first
line of all says which versions run, {"versions"}, or what is {"missing"}.

One thread is timed by its processor time, several by the clock on the wall; each number is the
median of seven repetitions of a few milliseconds each, as in hwgq.
"""
import json
import statistics
import sys
import time
import warnings

THREADS = int(sys.argv[1])
REPETITIONS = 7
REPETITION_S = 4e-3
warnings.filterwarnings("ignore", message=".*deprecated.*")


def say(answer):
    print(json.dumps(answer), flush=True)


try:
    import numpy as np
except ImportError:
    say({"missing": "numpy"})
    sys.exit()
try:
    import torch

    torch.set_num_threads(THREADS)
    torch.set_grad_enabled(False)
except ImportError:
    torch = None

clock = time.thread_time if THREADS == 1 else time.perf_counter


def median_s(call):
    call()
    start = clock()
    call()
    calls = max(1, round(REPETITION_S / max(clock() - start, 1e-7)))
    readings = []
    for _ in range(REPETITIONS):
        start = clock()
        for _ in range(calls):
            call()
        readings.append((clock() - start) / calls)
    return statistics.median(readings)


def blas():
    try:
        return np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"].split("-")[-1]
    except (KeyError, TypeError):
        return "BLAS"


def report(name, given, call):
    """One answer; a peer that cannot do this shape says why and is left out."""
    try:
        say({"name": name, "input": given, "seconds": median_s(call)})
    except Exception as error:
        say({"name": name, "failed": str(error).splitlines()[0][:120]})


def engines():
    """The int8 libraries that this build of torch has."""
    for engine, library in (("onednn", "oneDNN"), ("fbgemm", "fbgemm")):
        if engine in torch.backends.quantized.supported_engines:
            torch.backends.quantized.engine = engine
            yield library


def gemm(m, n, k):
    left, right = np.random.rand(m, k).astype("f"), np.random.rand(k, n).astype("f")
    out = np.empty((m, n), "f")
    report(f"{blas()} sgemm (numpy)", "packed", lambda: np.dot(left, right, out=out))
    if torch is None:
        return
    left, right, out = torch.from_numpy(left), torch.from_numpy(right), torch.empty(m, n)
    report("f32 mm (torch)", "packed", lambda: torch.mm(left, right, out=out))
    codes = torch.randint(0, 4, (m, k), dtype=torch.int8)
    signs = (torch.randint(0, 2, (k, n)) * 2 - 1).to(torch.int8)
    report("int8 _int_mm (torch, oneDNN)", "packed", lambda: torch._int_mm(codes, signs))
    weight = torch.quantize_per_tensor(signs.t().contiguous().float(), 1.0, 0, torch.qint8)
    for library in engines():
        packed = torch.ops.quantized.linear_prepack(weight, None)
        linear = torch.ops.quantized.linear
        values = codes.float()
        quantized = torch.quantize_per_tensor(values, 1.0, 0, torch.quint8)
        name = f"int8 linear (torch, {library})"
        report(name, "packed", lambda: linear(quantized, packed, 1.0, 0))
        quantize = lambda: torch.quantize_per_tensor(values, 1.0, 0, torch.quint8)
        report(name, "f32", lambda: linear(quantize(), packed, 1.0, 0))


def convolution(images, height, width, channels, outputs, kernel, stride, padding):
    if torch is None:
        return
    values = torch.randint(0, 4, (images, channels, height, width)).float()
    values = values.contiguous(memory_format=torch.channels_last)
    signs = (torch.randint(0, 2, (outputs, channels, kernel, kernel)) * 2 - 1).float()
    signs = signs.contiguous(memory_format=torch.channels_last)
    conv2d = torch.nn.functional.conv2d
    report("f32 conv2d (torch)", "packed", lambda: conv2d(values, signs, None, stride, padding))
    weight = torch.quantize_per_tensor(signs, 1.0, 0, torch.qint8)
    for library in engines():
        pairs = [[stride] * 2, [padding] * 2, [1] * 2]
        packed = torch.ops.quantized.conv2d_prepack(weight, None, *pairs, 1)
        conv = torch.ops.quantized.conv2d
        quantize = lambda: torch.quantize_per_tensor(values, 1.0, 0, torch.quint8)
        quantized = quantize()
        name = f"int8 conv2d (torch, {library})"
        report(name, "packed", lambda: conv(quantized, packed, 1.0, 0))
        report(name, "f32", lambda: conv(quantize(), packed, 1.0, 0))


say({"versions": f"numpy {np.__version__}" + (f", torch {torch.__version__}" if torch else "")})
for line in sys.stdin:
    request = json.loads(line)
    (gemm if "m" in request else convolution)(**request)
    say({"done": True})
