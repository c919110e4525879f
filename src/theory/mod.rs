//! Floor 3: what quantization costs.
