//! Floor 3: the published pairs of a forward quantizer and a backward function.
