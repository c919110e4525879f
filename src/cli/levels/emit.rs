//! Tables ready to paste: exact to the last bit, with their certificate in a comment.

use clap::ValueEnum;

use super::Answer;

/// The language of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Language {
    /// `pub const LEVELS: [f64; N]`
    Rust,
    /// `static const double LEVELS[N]`, C99 hexadecimal beside the decimals
    C,
    /// A list
    Python,
    /// An object with `certificate`, `levels` and `thresholds`
    Json,
    /// `level,low,high`, a row a level, the certificate in lines of #
    Csv,
    /// One level a line, in hexadecimal floating point
    Hexfloat,
}

/// The type of the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Precision {
    /// Single: levels rounded once to 24 bits
    F32,
    /// Double: 53 bits
    #[default]
    F64,
}

/// The whole text, ending with a line break.
pub(super) fn table(answer: &Answer, language: Language, precision: Precision) -> String {
    let wide = precision == Precision::F64;
    let heading =
        |comment: &str| evidence(answer).map(|line| format!("{comment} {line}")).join("\n");
    match language {
        Language::Json => json(answer, wide),
        Language::Csv => {
            format!("{}\nlevel,low,high\n{}\n", heading("#"), rows(answer, wide).join("\n"))
        }
        Language::Rust | Language::C => lists(answer, language, wide, heading("//")),
        Language::Python | Language::Hexfloat => lists(answer, language, wide, heading("#")),
    }
}

/// The levels and the thresholds, one below the other.
fn lists(answer: &Answer, language: Language, wide: bool, mut text: String) -> String {
    for (name, values) in [("LEVELS", &answer.levels), ("THRESHOLDS", &answer.thresholds)] {
        let lines: Vec<String> = values.iter().map(|&value| line(value, language, wide)).collect();
        let (open, close) = brackets(name, lines.len(), language, wide);
        text = format!("{text}\n{open}\n{}\n{close}", lines.join("\n"));
    }
    format!("{}\n", text.trim_end())
}

/// What the table is, and what proves it.
fn evidence(answer: &Answer) -> [String; 3] {
    let kind = serde_json::to_value(answer.certificate.kind).ok();
    let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default();
    let zero = answer.zero.map_or(String::new(), |zero| format!(", zero {zero}"));
    let unique = if answer.certificate.unique_global { ", the only optimum" } else { "" };
    let rivals =
        if answer.spacing == "entropy-coded" { "code of that entropy" } else { "such codebook" };
    [
        format!("{} levels for {}, {}{zero}", answer.levels.len(), answer.law, answer.spacing),
        if answer.distortion.is_nan() {
            format!("distortion beyond the range of f64, certified by {kind}{unique}")
        } else {
            format!(
                "distortion {:?}, certified by {kind}{unique}: no {rivals} is below {:?}",
                answer.distortion, answer.certificate.lower_bound
            )
        },
        format!("residual of the optimality conditions {:e}", answer.certificate.residual),
    ]
}

/// One array element a line, as in the other languages.
fn json(answer: &Answer, wide: bool) -> String {
    let list = |items: Vec<String>| format!("[\n    {}\n  ]", items.join(",\n    "));
    let numbers = |values: &[f64]| list(values.iter().map(|&value| decimal(value, wide)).collect());
    let lines = list(evidence(answer).iter().map(|line| format!("{line:?}")).collect());
    let (levels, thresholds) = (numbers(&answer.levels), numbers(&answer.thresholds));
    format!(
        "{{\n  \"certificate\": {lines},\n  \"levels\": {levels},\n  \"thresholds\": {thresholds}\n}}\n"
    )
}

fn rows(answer: &Answer, wide: bool) -> Vec<String> {
    let ends = |value: Option<&f64>| value.map_or(String::new(), |&value| decimal(value, wide));
    let cells = answer.levels.iter().enumerate().map(|(index, &level)| {
        let low = index.checked_sub(1).and_then(|below| answer.thresholds.get(below));
        let high = answer.thresholds.get(index);
        format!("{},{},{}", decimal(level, wide), ends(low), ends(high))
    });
    cells.collect()
}

fn brackets(name: &str, count: usize, language: Language, wide: bool) -> (String, &'static str) {
    match language {
        Language::Rust => {
            let kind = if wide { "f64" } else { "f32" };
            (format!("pub const {name}: [{kind}; {count}] = ["), "];")
        }
        Language::C => {
            let kind = if wide { "double" } else { "float" };
            // C has no arrays of nothing: one level has no thresholds.
            (format!("static const {kind} {name}[{}] = {{", count.max(1)), "};")
        }
        Language::Python => (format!("{name} = ["), "]"),
        _ => (format!("# {}", name.to_lowercase()), ""),
    }
}

/// The shortest decimals that are read back to the same bits.
fn decimal(value: f64, wide: bool) -> String {
    if wide { format!("{value:?}") } else { format!("{:?}", single(value)) }
}

fn single(value: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "rounding to single is what was asked for")]
    let single = value as f32;
    single
}

/// A number of a list; in C and hexfloat the bits themselves.
fn line(value: f64, language: Language, wide: bool) -> String {
    let decimal = decimal(value, wide);
    let hex = hexadecimal(if wide { value } else { f64::from(single(value)) });
    match language {
        Language::C => {
            let suffix = if wide { "" } else { "f" };
            format!("    {hex}{suffix}, /* {decimal} */")
        }
        Language::Hexfloat => hex,
        _ => format!("    {decimal},"),
    }
}

/// `±0x1.…p±e`, as C99 reads and prints it.
fn hexadecimal(value: f64) -> String {
    let bits = value.to_bits();
    let sign = if bits >> 63 == 1 { "-" } else { "" };
    let exponent = (bits >> 52) & 0x7ff;
    let mantissa = bits & ((1 << 52) - 1);
    if exponent == 0 && mantissa == 0 {
        return format!("{sign}0x0p+0");
    }
    let (lead, exponent) = match exponent {
        0 => (0, -1022),
        #[expect(clippy::cast_possible_wrap, reason = "eleven bits")]
        _ => (1, exponent as i64 - 1023),
    };
    let digits = format!("{mantissa:013x}");
    let digits = digits.trim_end_matches('0');
    let point = if digits.is_empty() { "" } else { "." };
    format!("{sign}0x{lead}{point}{digits}p{exponent:+}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_is_what_c_prints() {
        // printf("%a") of glibc.
        for (value, printed) in [
            (1.0, "0x1p+0"),
            (-0.1, "-0x1.999999999999ap-4"),
            (0.0, "0x0p+0"),
            (6.5, "0x1.ap+2"),
            (f64::MIN_POSITIVE, "0x1p-1022"),
            (5e-324, "0x0.0000000000001p-1022"),
        ] {
            assert_eq!(hexadecimal(value), printed);
        }
    }
}
