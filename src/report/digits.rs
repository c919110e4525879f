//! Numbers as people read them in a table; every digit is in the CSV file beside it.

/// What stands where there is no number.
pub(super) const NOTHING: &str = "–";

/// How the numbers of one column are written, so that they align and can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Digits {
    /// With this many decimals.
    Decimals(usize),
    /// As `2.513×10⁻³`, with this many decimals.
    Scientific(usize),
}

impl Digits {
    /// What suits `values` of the given unit.
    ///
    /// Whole numbers stay whole, percentages and decibels get two decimals, everything else five
    /// significant digits at its largest, or powers of ten where that would hide the smallest.
    pub(super) fn of(values: &[f64], unit: &str) -> Self {
        let sizes = || values.iter().filter(|value| value.is_finite()).map(|value| value.abs());
        let largest = sizes().fold(0.0, f64::max);
        let smallest = sizes().filter(|&size| size > 0.0).fold(f64::INFINITY, f64::min);
        if largest < 1e15 && sizes().all(|size| size.fract() == 0.0) {
            return Self::Decimals(0);
        }
        let decimals = match unit {
            "%" | "points" | "dB" => 2,
            _ => decimals_for(largest, 5),
        };
        // The smallest number keeps at least two significant digits.
        if largest >= 1e6 || decimals > 7 || decimals_for(smallest, 2) > decimals {
            Self::Scientific(3)
        } else {
            Self::Decimals(decimals)
        }
    }

    /// The number in these digits, with a true minus sign.
    pub(super) fn write(self, value: f64) -> String {
        if value.is_nan() {
            return NOTHING.to_owned();
        }
        if value.is_infinite() {
            return if value > 0.0 { "∞" } else { "−∞" }.to_owned();
        }
        let text = match self {
            Self::Decimals(decimals) => format!("{value:.decimals$}"),
            Self::Scientific(decimals) => {
                let text = format!("{value:.decimals$e}");
                match text.split_once('e') {
                    Some((mantissa, exponent)) if exponent != "0" => {
                        format!("{mantissa}×10{}", raised(exponent))
                    }
                    Some((mantissa, _)) => mantissa.to_owned(),
                    None => text,
                }
            }
        };
        // `-0.00` is a rounded small number; its sign would only puzzle.
        let is_zero = text.chars().all(|letter| matches!(letter, '-' | '0' | '.'));
        if is_zero { text.replace('-', "") } else { text.replace('-', "−") }
    }
}

/// Decimals that leave `significant` digits of a number of size `size`, at most 17.
pub(super) fn decimals_for(size: f64, significant: i32) -> usize {
    if size <= 0.0 || !size.is_finite() {
        return 0;
    }
    // The exponent as it is printed: a logarithm may round 999.9999 up to 3.
    let exponent = format!("{size:e}").split_once('e').and_then(|(_, digits)| digits.parse().ok());
    let decimals = significant - 1 - exponent.unwrap_or(0);
    usize::try_from(decimals.clamp(0, 17)).unwrap_or(0)
}

fn raised(exponent: &str) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |letter: char| letter.to_digit(10).map_or('⁻', |digit| RAISED[digit as usize]);
    exponent.chars().map(raise).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column(values: &[f64], unit: &str) -> Vec<String> {
        let digits = Digits::of(values, unit);
        values.iter().map(|&value| digits.write(value)).collect()
    }

    #[test]
    fn counts_have_no_decimals_and_percentages_two() {
        assert_eq!(column(&[1.0, 51_200.0, f64::NAN], ""), ["1", "51200", "–"]);
        assert_eq!(column(&[98.257, 7.0], "%"), ["98.26", "7.00"]);
    }

    #[test]
    fn levels_show_five_significant_digits() {
        assert_eq!(column(&[0.145_706_244_1, 2.625_062_508_2], ""), ["0.1457", "2.6251"]);
    }

    #[test]
    fn numbers_of_very_different_size_are_powers_of_ten() {
        let gaps = [0.181_690_113_8, 0.000_000_012_5];
        assert_eq!(column(&gaps, ""), ["1.817×10⁻¹", "1.250×10⁻⁸"]);
        assert_eq!(Digits::Scientific(3).write(-2.5), "−2.500");
    }

    #[test]
    fn a_rounded_away_number_has_no_sign() {
        assert_eq!(Digits::Decimals(2).write(-0.001), "0.00");
        assert_eq!(Digits::Decimals(2).write(-0.01), "−0.01");
    }

    proptest! {
        #[test]
        fn what_is_printed_is_the_number_to_two_significant_digits(
            values in prop::collection::vec(any::<f64>().prop_filter("finite", |value| value.is_finite()), 1..8),
        ) {
            let digits = Digits::of(&values, "");
            for value in values {
                let text = digits.write(value).replace('−', "-");
                let (mantissa, power) = text.split_once("×10").unwrap_or((&text, "⁰"));
                let lowered = power.chars().map(|letter| match letter {
                    '⁻' => '-',
                    '¹' => '1',
                    '²' => '2',
                    '³' => '3',
                    '⁰' => '0',
                    // ⁴ to ⁹ follow each other.
                    raised => char::from(b'4' + u8::try_from(raised as u32 - '⁴' as u32).unwrap()),
                });
                let read: f64 = format!("{mantissa}e{}", lowered.collect::<String>()).parse().unwrap();
                // Two digits kept: off by half a unit of the second one, at most 5 % of the number.
                prop_assert!((read - value).abs() <= 0.05 * value.abs(), "{value} reads {text}");
            }
        }
    }
}
