//! An axis: its range, its scale and its ticks at numbers people count in.

/// A tick, at a position in the unit of the axis's scale.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    /// Where, in `0..=1` along the axis.
    pub(super) fraction: f64,
    /// What it says; empty for a minor tick.
    pub(super) label: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    Linear,
    /// `low` and `high` are decimal logarithms.
    Log,
    /// `low` and `high` are row numbers.
    Rows,
}

/// One axis of a panel.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// Its title with the unit.
    pub(super) label: String,
    scale: Scale,
    // Invariant: finite and different.
    low: f64,
    high: f64,
    ticks: Vec<Tick>,
}

/// Blank part of the range at each end, so that no mark sits on the frame.
const PADDING: f64 = 0.04;
/// About how many labelled ticks an axis gets.
const TICKS: f64 = 6.0;
/// An axis narrower than this part of its numbers would need unreadably long labels.
const RELATIVE_WIDTH_MIN: f64 = 1e-6;

impl Axis {
    /// A linear axis with room for all of `values`, which are finite.
    pub(super) fn linear(label: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = span(values);
        let padding = PADDING * (high - low);
        Self::of_range(label, low - padding, high + padding)
    }

    /// The same for a narrow panel: fewer ticks.
    pub(super) fn narrow(label: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = span(values);
        let padding = PADDING * (high - low);
        let step = nice_step((high - low) / (TICKS / 2.0));
        Self::ticked(label, low - padding, high + padding, step)
    }

    /// A linear axis from the smallest to the largest of `values`, which are finite.
    pub(super) fn tight(label: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = span(values);
        Self::of_range(label, low, high)
    }

    /// A linear axis that ends exactly at `low` and `high`.
    pub(super) fn of_range(label: &str, low: f64, high: f64) -> Self {
        Self::ticked(label, low, high, nice_step((high - low) / TICKS))
    }

    /// A linear axis for counts: no tick between whole numbers.
    pub(super) fn counts(label: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = span(values);
        let padding = PADDING * (high - low);
        let step = nice_step((high - low) / TICKS).max(1.0);
        Self::ticked(label, low - padding, high + padding, step)
    }

    /// A logarithmic axis with room for all of `values`, which are positive and finite.
    pub(super) fn log(label: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = span(values.into_iter().map(f64::log10));
        let padding = (PADDING * (high - low)).max(0.05);
        let (low, high) = (low - padding, high + padding);
        let mut axis =
            Self { label: label.to_owned(), scale: Scale::Log, low, high, ticks: Vec::new() };
        axis.ticks = log_ticks(low, high)
            .into_iter()
            .map(|(exponent, label)| Tick { fraction: axis.along(exponent), label })
            .collect();
        axis
    }

    /// An axis of named rows, the first one on top; row k is at the number k.
    pub(super) fn rows<S: AsRef<str>>(names: &[S]) -> Self {
        let (low, high) = (names.len() as f64 - 0.5, -0.5);
        let mut axis =
            Self { label: String::new(), scale: Scale::Rows, low, high, ticks: Vec::new() };
        let tick = |(row, name): (usize, &S)| Tick {
            fraction: axis.along(row as f64),
            label: name.as_ref().to_owned(),
        };
        axis.ticks = names.iter().enumerate().map(tick).collect();
        axis
    }

    fn ticked(label: &str, low: f64, high: f64, step: f64) -> Self {
        let mut axis =
            Self { label: label.to_owned(), scale: Scale::Linear, low, high, ticks: Vec::new() };
        // Multiples of the step by their number: no drift, and never more than a handful.
        let (first, last) = ((low / step).ceil(), (high / step).floor());
        let count = small_count(last - first);
        axis.ticks = (0..=count)
            .map(|k| (first + k as f64) * step)
            .filter(|value| (low..=high).contains(value))
            .map(|value| Tick { fraction: axis.along(value), label: linear_label(value, step) })
            .collect();
        axis
    }

    /// Where `value` lies along the axis: 0 at its start, 1 at its end.
    pub(super) fn fraction(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Log => self.along(value.log10()),
            Scale::Linear | Scale::Rows => self.along(value),
        }
    }

    /// The ends of the axis in data units.
    pub(super) fn ends(&self) -> (f64, f64) {
        match self.scale {
            Scale::Log => (10_f64.powf(self.low), 10_f64.powf(self.high)),
            Scale::Linear | Scale::Rows => (self.low, self.high),
        }
    }

    /// The ticks, from the start of the axis to its end.
    pub(super) fn ticks(&self) -> &[Tick] {
        &self.ticks
    }

    /// Whether the axis names rows.
    pub(super) fn is_rows(&self) -> bool {
        self.scale == Scale::Rows
    }

    fn along(&self, position: f64) -> f64 {
        (position - self.low) / (self.high - self.low)
    }
}

/// Smallest and largest value, apart enough to draw; `(0, 1)` when there are none.
fn span(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let ends = values.into_iter().fold(None, |ends: Option<(f64, f64)>, value| {
        Some(ends.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
    });
    let (low, high) = ends.unwrap_or((0.0, 1.0));
    let size = low.abs().max(high.abs());
    let missing = (RELATIVE_WIDTH_MIN * size - (high - low)).max(0.0);
    if high > low {
        (low - missing / 2.0, high + missing / 2.0)
    } else {
        // A single value: one tenth of it at each side, so that its label is a short number.
        let room = if size > 0.0 { size / 10.0 } else { 0.5 };
        (low - room, high + room)
    }
}

/// A whole number that a formula left as a float: ticks, decades or decimals, never many.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of a count"
)]
fn small_count(number: f64) -> usize {
    // The widest axis, from the smallest number to the largest, has 700 decades.
    number.clamp(0.0, 700.0).round() as usize
}

/// The smallest of 1, 2, 5 · 10ᵏ that is at least `step`, for positive `step`.
pub(super) fn nice_step(step: f64) -> f64 {
    let decade = 10_f64.powf(step.log10().floor());
    // The rounding of the logarithm can leave `step / decade` a few ulps beside 1 or 10.
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * decade)
        .find(|&nice| nice >= step * (1.0 - 1e-9))
        .unwrap_or(10.0 * decade)
}

/// Exponents and labels of the ticks between two exponents; minor ticks have no label.
fn log_ticks(low: f64, high: f64) -> Vec<(f64, String)> {
    // Whole decades alone, every k-th of them, once there are many.
    let stride = nice_step(((high - low) / TICKS).max(1.0));
    let labelled: &[u32] = if high - low < 1.0 {
        &[1, 2, 3, 5, 7]
    } else if high - low < 3.0 {
        &[1, 2, 5]
    } else {
        &[1]
    };
    // One way of writing for the whole axis.
    let plain = (-3.0..=3.0).contains(&low) && (-3.0..=3.0).contains(&high);
    let (first, last) = (low.floor(), high.ceil());
    let mut ticks = Vec::new();
    for decade in (0..=small_count(last - first)).map(|k| first + k as f64) {
        for digit in 1..10_u32 {
            let exponent = decade + f64::from(digit).log10();
            let whole = digit == 1 && (decade / stride).fract() == 0.0;
            let major = if stride > 1.0 { whole } else { labelled.contains(&digit) };
            if !(low..=high).contains(&exponent) || (!major && stride > 1.0) {
                continue;
            }
            let label = match (major, plain) {
                (false, _) => String::new(),
                (true, true) => format!("{}", f64::from(digit) * 10_f64.powf(decade)),
                (true, false) => power_label(digit, decade),
            };
            ticks.push((exponent, label));
        }
    }
    ticks
}

/// `2×10⁻³`, or `10⁻³` for digit 1.
fn power_label(digit: u32, decade: f64) -> String {
    let power = format!("10{}", superscript(decade));
    if digit == 1 { power } else { format!("{digit}×{power}") }
}

/// A multiple of `step` with as many decimals as the step has.
fn linear_label(value: f64, step: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let finest = step.log10().floor();
    let label = if (1e-4..1e6).contains(&value.abs()) && finest >= -6.0 {
        let decimals = small_count(-finest);
        format!("{value:.decimals$}")
    } else {
        let exponent = value.abs().log10().floor();
        let decimals = small_count(exponent - finest);
        let mantissa = value / 10_f64.powf(exponent);
        format!("{mantissa:.decimals$}×10{}", superscript(exponent))
    };
    label.replace('-', "−")
}

/// A whole number in raised digits: `⁻³`.
fn superscript(number: f64) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |letter: char| letter.to_digit(10).map_or('⁻', |digit| RAISED[digit as usize]);
    format!("{number:.0}").chars().map(raise).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks()
            .iter()
            .map(|tick| tick.label.as_str())
            .filter(|label| !label.is_empty())
            .collect()
    }

    #[test]
    fn people_count_in_ones_twos_and_fives() {
        assert_eq!(labels(&Axis::of_range("", -3.0, 3.0)), ["−3", "−2", "−1", "0", "1", "2", "3"]);
        assert_eq!(labels(&Axis::of_range("", 0.0, 0.5)), ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]);
        assert_eq!(
            labels(&Axis::of_range("", 97.0, 98.0)),
            ["97.0", "97.2", "97.4", "97.6", "97.8", "98.0"]
        );
    }

    #[test]
    fn epochs_have_no_halves() {
        assert_eq!(labels(&Axis::counts("", [1.0, 3.0])), ["1", "2", "3"]);
    }

    #[test]
    fn decades_are_powers_of_ten() {
        assert_eq!(labels(&Axis::log("", [1e-5, 0.2])), ["10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹"]);
        assert_eq!(labels(&Axis::log("", [0.02, 0.3])), ["0.02", "0.05", "0.1", "0.2"]);
    }

    #[test]
    fn rows_are_read_from_the_top() {
        let axis = Axis::rows(&["first", "second"]);
        assert_eq!(axis.ticks()[0], Tick { fraction: 0.75, label: "first".to_owned() });
        assert_eq!(axis.ticks()[1], Tick { fraction: 0.25, label: "second".to_owned() });
    }

    fn number() -> impl Strategy<Value = f64> {
        prop_oneof![
            Just(0.0),
            -10.0..10.0_f64,
            -1e100..1e100_f64,
            (-300.0..100.0_f64).prop_map(|exponent| 10_f64.powf(exponent)),
            // Neighbouring numbers: a range of a few ulps.
            (0..4_u32).prop_map(|ulps| 1.0 + f64::from(ulps) * f64::EPSILON),
        ]
    }

    proptest! {
        #[test]
        fn every_value_and_every_tick_lies_on_a_linear_axis(values in prop::collection::vec(number(), 1..20)) {
            let axis = Axis::linear("", values.clone());
            for value in values {
                prop_assert!((0.0..=1.0).contains(&axis.fraction(value)), "{value}");
            }
            prop_assert!(axis.ticks().len() >= 2 && axis.ticks().len() <= 13);
            for tick in axis.ticks() {
                prop_assert!((0.0..=1.0).contains(&tick.fraction), "{tick:?}");
            }
        }

        #[test]
        fn every_value_and_every_tick_lies_on_a_log_axis(
            exponents in prop::collection::vec(-300.0..100.0_f64, 1..20),
        ) {
            let values: Vec<f64> = exponents.iter().map(|&exponent| 10_f64.powf(exponent)).collect();
            let axis = Axis::log("", values.clone());
            for value in values {
                prop_assert!((0.0..=1.0).contains(&axis.fraction(value)), "{value}");
            }
            prop_assert!(!labels(&axis).is_empty() && axis.ticks().len() <= 80);
            for tick in axis.ticks() {
                prop_assert!((0.0..=1.0).contains(&tick.fraction), "{tick:?}");
            }
        }

        #[test]
        fn a_nice_step_is_never_smaller_and_at_most_two_and_a_half_times_larger(step in number()) {
            prop_assume!(step > 0.0);
            let nice = nice_step(step);
            prop_assert!(nice >= step * (1.0 - 1e-9) && nice <= 2.5 * step * (1.0 + 1e-9));
        }
    }
}
