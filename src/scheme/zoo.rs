//! The published systems: what each does forwards and backwards, and where it is written.

use std::fmt;

use super::UnknownName;
use super::names::find_named;

/// One published system, as `hwgq explain` prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheme {
    /// As it is typed.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// What the forward pass computes.
    pub forward: &'static str,
    /// What the backward pass computes.
    pub backward: &'static str,
    /// What the quantized values are multiplied by.
    pub scale: &'static str,
    /// Where it is written.
    pub reference: &'static str,
    /// Whether the formulas are quoted from memory and were not checked against the source.
    pub recalled: bool,
}

/// The scheme of that name.
///
/// # Errors
///
/// When there is none, with the nearest name.
pub fn find_scheme(name: &str) -> Result<&'static Scheme, UnknownName> {
    let all: Vec<&'static Scheme> = ZOO.iter().collect();
    find_named("scheme", name, &all, |scheme| scheme.name)
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.name, self.summary)?;
        writeln!(f, "  forward    {}", self.forward)?;
        writeln!(f, "  backward   {}", self.backward)?;
        writeln!(f, "  scale      {}", self.scale)?;
        write!(f, "  reference  {}", self.reference)?;
        if self.recalled {
            write!(
                f,
                "\n  evidence   recalled from the literature, not checked against the source"
            )?;
        }
        Ok(())
    }
}

/// Every scheme: first the functions that networks here can be built from, then the systems that
/// the paper compares itself with or that came after it.
pub const ZOO: &[Scheme] = &[
    Scheme {
        name: "hwgq",
        summary: "The paper's quantizer: a uniform half wave without a dead zone.",
        forward: "Q(x) = i·Δ if x ∈ (tᵢ, tᵢ₊₁], i = 1..m; 0 if x ≤ 0; t₁ = 0, tᵢ = (i − ½)Δ, tₘ₊₁ = ∞",
        backward: "any; the paper settles on clipped: 1 if 0 < x ≤ q_m, else 0",
        scale: "Δ once for all layers, optimal for N(0,1): 0.538 (released, m = 3), exactly 0.538811923399690",
        reference: "Cai, He, Sun, Vasconcelos, CVPR 2017, eqs. (8) to (10) (numbers recalled); released Caffe code",
        recalled: false,
    },
    Scheme {
        name: "hwgq-lloyd",
        summary: "The half wave without a dead zone, with Lloyd-Max levels.",
        forward: "Q(x) = qᵢ if x ∈ (tᵢ, tᵢ₊₁], i = 1..m; 0 if x ≤ 0; t₁ = 0, tᵢ = (qᵢ₋₁ + qᵢ)/2, qᵢ = E[X | tᵢ < X ≤ tᵢ₊₁]",
        backward: "any; usually clipped: 1 if 0 < x ≤ q_m, else 0",
        scale: "levels for N(0,1): the positive half of the 2m-level Lloyd-Max quantizer; m = 2: 0.4528, 1.5104",
        reference: "Cai, He, Sun, Vasconcelos, CVPR 2017, eqs. (7), (9), (10) (numbers recalled); Max 1960; Lloyd 1982",
        recalled: false,
    },
    Scheme {
        name: "hwgq-zero-cell",
        summary: "The uniform half wave with rounding: small positive inputs go to zero.",
        forward: "Q(x) = Δ · min(m, max(0, ⌈x/Δ − ½⌉)), so t₁ = Δ/2",
        backward: "any; usually clipped: 1 if 0 < x ≤ q_m, else 0",
        scale: "Δ optimal for N(0,1): 0.650769703996839 (m = 3), 46 % less distortion than t₁ = 0",
        reference: "Cai, Vasconcelos, EdMIPS, CVPR 2020 (which keeps the steps of t₁ = 0); optimum computed here",
        recalled: false,
    },
    Scheme {
        name: "sign",
        summary: "One bit: the sign of the input.",
        forward: "sign(x) = +1 if x ≥ 0, else −1",
        backward: "usually hard-tanh: 1 if −1 ≤ x ≤ 1, else 0",
        scale: "none",
        reference: "Cai, He, Sun, Vasconcelos, CVPR 2017, eqs. (3) and (5) (numbers recalled); released Caffe code",
        recalled: false,
    },
    Scheme {
        name: "relu",
        summary: "The rectifier: full-precision activation, or vanilla backward function.",
        forward: "g(x) = max(0, x)",
        backward: "g′(x) = 1 if x > 0, else 0",
        scale: "none",
        reference: "Cai, He, Sun, Vasconcelos, CVPR 2017, eqs. (6) and (11) (numbers recalled)",
        recalled: false,
    },
    Scheme {
        name: "hard-tanh",
        summary: "The clipped identity: full-precision activation, or backward function of the sign.",
        forward: "h(x) = max(−1, min(1, x))",
        backward: "h′(x) = 1 if −1 ≤ x ≤ 1, else 0",
        scale: "none",
        reference: "Cai, He, Sun, Vasconcelos, CVPR 2017, eq. (5) (number recalled); released Caffe code",
        recalled: false,
    },
    Scheme {
        name: "identity",
        summary: "The straight-through estimator.",
        forward: "B(x) = x",
        backward: "B′(x) = 1",
        scale: "none",
        reference: "Bengio, Léonard, Courville, arXiv 1308.3432, 2013",
        recalled: false,
    },
    Scheme {
        name: "clipped",
        summary: "The backward function that ignores what lies above the top level.",
        forward: "B(x) = q_m if x > q_m; x if 0 < x ≤ q_m; 0 if x ≤ 0",
        backward: "B′(x) = 1 if 0 < x ≤ q_m, else 0",
        scale: "none; the clip is the top level q_m of the forward quantizer",
        reference: "Cai, He, Sun, Vasconcelos, CVPR 2017, eq. (12) (number recalled); released Caffe code",
        recalled: false,
    },
    Scheme {
        name: "log-tailed",
        summary: "The backward function between clipping and not clipping.",
        forward: "B(x) = q_m + ln(x − τ) if x > q_m; x if 0 < x ≤ q_m; 0 if x ≤ 0; τ = q_m − 1",
        backward: "B′(x) = 1/(x − τ) if x > q_m; 1 if 0 < x ≤ q_m; 0 if x ≤ 0",
        scale: "none; the tail starts at the top level q_m of the forward quantizer",
        reference: "Cai, He, Sun, Vasconcelos, CVPR 2017, eqs. (13) and (14) (numbers recalled); not in the released code",
        recalled: true,
    },
    Scheme {
        name: "approx-sign",
        summary: "A piecewise quadratic backward function of the sign.",
        forward: "B(x) = x(2 − |x|) if |x| < 1, else sign(x)",
        backward: "B′(x) = 2 − 2|x| if |x| < 1, else 0",
        scale: "none",
        reference: "Liu et al., Bi-Real Net, ECCV 2018, arXiv 1808.00278",
        recalled: false,
    },
    Scheme {
        name: "full",
        summary: "Weights as they are.",
        forward: "W",
        backward: "∂C/∂W",
        scale: "none",
        reference: "–",
        recalled: false,
    },
    Scheme {
        name: "binary",
        summary: "The paper's binary weights.",
        forward: "W̃ = α · sign(W), sign(0) = +1, anew at every forward pass",
        backward: "∂C/∂W := ∂C/∂W̃, unchanged: no mask |w| ≤ 1, no clipping of w, no dα/dW",
        scale: "α = ‖W‖₁/n of each output filter",
        reference: "Cai, He, Sun, Vasconcelos, CVPR 2017, eq. (2) (number recalled); released Caffe code",
        recalled: false,
    },
    Scheme {
        name: "binary-connect",
        summary: "Binary weights, full-precision activations.",
        forward: "w_b = sign(w), or P(w_b = 1) = clip((w + 1)/2, 0, 1)",
        backward: "∂w := ∂w_b; after the update w ← clip(w, −1, 1)",
        scale: "none",
        reference: "Courbariaux, Bengio, David, BinaryConnect, NIPS 2015",
        recalled: true,
    },
    Scheme {
        name: "bnn",
        summary: "Binary weights and binary activations.",
        forward: "w_b = sign(w), a_b = sign(a) (a stochastic option exists)",
        backward: "g_a = g_{a_b} · 1[|a| ≤ 1]; w ← clip(w, −1, 1)",
        scale: "none; batch norm, or its shift-based form",
        reference: "Hubara et al., Binarized Neural Networks, NIPS 2016",
        recalled: true,
    },
    Scheme {
        name: "bwn",
        summary: "Binary weights with a scale.",
        forward: "W̃ = α · sign(W)",
        backward: "∂W_i = ∂W̃_i (1/n + α · 1[|W_i| ≤ 1])",
        scale: "α = ‖W‖₁/n of each filter",
        reference: "Rastegari et al., XNOR-Net, ECCV 2016",
        recalled: true,
    },
    Scheme {
        name: "xnor-net",
        summary: "Binary weights and binary inputs, each with a scale.",
        forward: "I ∗ W ≈ (sign(I) ⊛ sign(W)) ⊙ K·α, K = A ∗ k, A = mean over channels of |I|",
        backward: "∂W_i = ∂W̃_i (1/n + α · 1[|W_i| ≤ 1]); activations: hard tanh",
        scale: "α = ‖W‖₁/n of each filter, K of each position; order batch norm, binarize, convolve, pool",
        reference: "Rastegari et al., XNOR-Net, ECCV 2016",
        recalled: true,
    },
    Scheme {
        name: "twn",
        summary: "Ternary weights.",
        forward: "α · sign(w) · 1[|w| > Δ], Δ = 0.7 · E|W|",
        backward: "straight through",
        scale: "α = mean of |w| over |w| > Δ; for Gaussian weights the optimum is Δ = 0.612003 σ, α = 1.224006 σ",
        reference: "Li, Zhang, Liu, Ternary Weight Networks, 2016",
        recalled: true,
    },
    Scheme {
        name: "ttq",
        summary: "Ternary weights with two learned scales.",
        forward: "{−W_n, 0, W_p}, thresholds ±0.05 · max|w|",
        backward: "W_p and W_n get the sums of the gradients of their weights; latent gradients are scaled by them",
        scale: "W_p, W_n, learned",
        reference: "Zhu, Han, Mao, Dally, Trained Ternary Quantization, ICLR 2017",
        recalled: true,
    },
    Scheme {
        name: "dorefa",
        summary: "Uniform quantization of weights, activations and gradients.",
        forward: "quantize_k(r) = round((2ᵏ − 1) r)/(2ᵏ − 1); W, k = 1: sign(w) · E|w|; W, k > 1: 2·quantize_k(tanh w/(2 max|tanh w|) + ½) − 1; A: quantize_k(clip(x, 0, 1))",
        backward: "straight through quantize_k, 1[0 ≤ x ≤ 1] for activations; gradients: 2 max|dr| · [quantize_k(dr/(2 max|dr|) + ½ + N) − ½], N uniform on ±½/(2ᵏ − 1)",
        scale: "E|w| of each layer for k = 1",
        reference: "Zhou et al., DoReFa-Net, arXiv 1606.06160, 2016",
        recalled: true,
    },
    Scheme {
        name: "fixed-point",
        summary: "Fixed point with a budget of signal-to-noise ratio for each layer.",
        forward: "uniform symmetric quantizer with step s = σ · step(bits); step(1..4) = 1.596, 0.996, 0.586, 0.335",
        backward: "none (after training), or fine-tuning",
        scale: "σ of each layer; fractional bits from ⌈log₂ s⌉; about 6 dB a bit",
        reference: "Lin, Talathi, Annapureddy, ICML 2016",
        recalled: true,
    },
    Scheme {
        name: "gradient-mismatch",
        summary: "The analysis that gave the mismatch its name, with three remedies.",
        forward: "fixed point activations; presumed and effective activation differ",
        backward: "straight through; the error accumulates towards the bottom layers. Remedies: full-precision activations while weights train, fine-tune top layers only, bottom-to-top schedule",
        scale: "–",
        reference: "Lin, Talathi, arXiv 1607.02241, 2016",
        recalled: true,
    },
    Scheme {
        name: "eight-bit",
        summary: "Eight bits after training.",
        forward: "weights int8, linear by max|w|; activations uint8 after the sigmoid; int32 accumulators",
        backward: "none (after training)",
        scale: "max|w|",
        reference: "Vanhoucke, Senior, Mao, 2011",
        recalled: true,
    },
    Scheme {
        name: "stochastic-rounding",
        summary: "Low-precision fixed point training.",
        forward: "(dynamic) fixed point, x rounded down or up with probability by distance",
        backward: "straight through",
        scale: "2⁻ᶠ",
        reference: "Courbariaux, Bengio, David 2014; Gupta et al., ICML 2015",
        recalled: true,
    },
    Scheme {
        name: "deep-compression",
        summary: "Pruning, shared weights, Huffman codes.",
        forward: "|w| < τ removed; the rest w → c_{I}, one-dimensional k-means from a linear start",
        backward: "∂c_k = Σᵢⱼ ∂wᵢⱼ · 1[Iᵢⱼ = k]",
        scale: "the codebook; rate nb/(n log₂ k + kb)",
        reference: "Han, Mao, Dally, Deep Compression, ICLR 2016",
        recalled: true,
    },
    Scheme {
        name: "vector-quantization",
        summary: "Codebooks for fully connected layers.",
        forward: "sign, scalar k-means, product quantization of sub-columns, or residual quantization",
        backward: "none (after training)",
        scale: "the codebook",
        reference: "Gong, Liu, Yang, Bourdev, 2014",
        recalled: true,
    },
    Scheme {
        name: "hashed-nets",
        summary: "Weights shared by a hash function.",
        forward: "Vᵢⱼ = ξ(i,j) · w_{h(i,j)}, ξ = ±1",
        backward: "∂w_k = Σᵢⱼ aⱼ δᵢ ξ(i,j) · 1[h(i,j) = k]",
        scale: "none",
        reference: "Chen et al., HashedNets, ICML 2015",
        recalled: true,
    },
    Scheme {
        name: "few-multiplications",
        summary: "Training without most multiplications.",
        forward: "stochastic binary or ternary weights",
        backward: "hidden activations rounded to sign · 2^round(log₂|x|): updates are shifts",
        scale: "powers of two",
        reference: "Lin, Courbariaux, Memisevic, Bengio, ICLR 2016",
        recalled: true,
    },
    Scheme {
        name: "expectation-backprop",
        summary: "Bayesian training of networks with ±1 weights.",
        forward: "mean of the posterior over ±1 weights, then the sign",
        backward: "expectation propagation",
        scale: "none",
        reference: "Soudry, Hubara, Meir, NIPS 2014",
        recalled: true,
    },
    Scheme {
        name: "bitwise-networks",
        summary: "Binary networks from a warm start.",
        forward: "tanh(w) first, then sign(w)",
        backward: "straight through",
        scale: "none",
        reference: "Kim, Smaragdis, 2015",
        recalled: true,
    },
    Scheme {
        name: "low-rank",
        summary: "Factorised filters.",
        forward: "K×K kernels as K×1 · 1×K or as sums of few outer products (SVD, CP)",
        backward: "exact",
        scale: "–",
        reference: "Denton et al. 2014; Jaderberg et al. 2014; Zhang et al. 2015",
        recalled: true,
    },
    Scheme {
        name: "prelu",
        summary: "The rectifier with a learned slope below zero.",
        forward: "max(0, x) + a · min(0, x); initial weights of variance 2/((1 + a²) n)",
        backward: "exact",
        scale: "–",
        reference: "He, Zhang, Ren, Sun, ICCV 2015",
        recalled: true,
    },
    Scheme {
        name: "maxout",
        summary: "The largest of several linear maps.",
        forward: "max_j (W_j x + b_j)",
        backward: "exact",
        scale: "–",
        reference: "Goodfellow et al., Maxout Networks, ICML 2013",
        recalled: true,
    },
    Scheme {
        name: "network-in-network",
        summary: "Small networks between the convolutions.",
        forward: "1×1 convolutions with rectifiers after each convolution",
        backward: "exact",
        scale: "–",
        reference: "Lin, Chen, Yan, ICLR 2014",
        recalled: true,
    },
    Scheme {
        name: "squeezenet",
        summary: "A compact architecture.",
        forward: "fire module: 1×1 squeeze, then 1×1 and 3×3 expand",
        backward: "exact",
        scale: "–",
        reference: "Iandola et al., SqueezeNet, 2016",
        recalled: true,
    },
    Scheme {
        name: "pact",
        summary: "A learned clip.",
        forward: "clip(x, 0, α), quantized uniformly",
        backward: "straight through for 0 ≤ x < α; ∂α = 1[x ≥ α]",
        scale: "α/(2ᵏ − 1)",
        reference: "Choi et al., PACT, arXiv 1805.06085, 2018",
        recalled: true,
    },
    Scheme {
        name: "lq-nets",
        summary: "A learned basis.",
        forward: "vᵀ e, e ∈ {−1, +1}ᵏ: levels are sums and differences of the basis",
        backward: "straight through; v by least squares (quantization error minimisation)",
        scale: "v, learned",
        reference: "Zhang, Yang, Ye, Hua, LQ-Nets, ECCV 2018",
        recalled: true,
    },
    Scheme {
        name: "edmips",
        summary: "Searched mixed precision, with the half wave of the same first author.",
        forward: "A: Δ · clip(round(x/Δ), 0, m) with the steps of t₁ = 0 (18.6 % more distortion than its own optimum at 2 bits); W: (round(w/s + ½) − ½) s",
        backward: "straight through the rounding, clipped at mΔ",
        scale: "s = step · std(W); Δ = 0.799, 0.538, 0.3217, 0.185 for 1 to 4 bits",
        reference: "Cai, Vasconcelos, EdMIPS, CVPR 2020; released code",
        recalled: false,
    },
];
