//! Understand, verify and reproduce low-precision quantization.
//!
//! `hwgq` implements "Deep Learning with Low Precision by Half-Wave Gaussian Quantization" (Cai,
//! He, Sun, Vasconcelos, CVPR 2017): the quantizer mathematics, a small trainer, and the
//! experiments and figures.
//!
//! The modules stand on floors; each names only lower ones (`tests/architecture.rs` checks it).
//!
//! | floor | modules |
//! |---|---|
//! | 0 | [`math`], [`bits`] |
//! | 1 | [`density`], [`quantizer`] |
//! | 2 | [`design`], [`surrogate`] |
//! | 3 | [`theory`], [`scheme`] |
//! | 4 | [`nn`], [`data`], [`record`] |
//! | 5 | [`train`] |
//! | 6 | [`experiment`], [`figure`] |
//! | 7 | [`report`] |
//! | 8 | [`cli`] |

pub mod bits;
pub mod cli;
pub mod data;
pub mod density;
pub mod design;
pub mod experiment;
pub mod figure;
pub mod math;
pub mod nn;
pub mod quantizer;
pub mod record;
pub mod report;
pub mod scheme;
pub mod surrogate;
pub mod theory;
pub mod train;
