//! How a line is drawn: colour, width and dashes, so that series differ in grey print too.

use plotters::style::RGBColor;

use super::clip::Point;
use super::theme;

/// The look of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stroke {
    /// The colour.
    pub(super) color: RGBColor,
    /// The width in canvas units.
    pub(super) width: u32,
    /// The pattern.
    pub(super) dash: Dash,
    /// 1 hides what is below.
    pub(super) opacity: f64,
}

impl Stroke {
    /// A solid, opaque line.
    pub(super) const fn solid(color: RGBColor, width: u32) -> Self {
        Self { color, width, dash: Dash::Solid, opacity: 1.0 }
    }

    /// The same in dashes.
    pub(super) const fn dashed(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }

    /// The line of series number `series`.
    pub(super) fn series(series: usize, width: u32) -> Self {
        Self::solid(theme::color(series), width).dashed(Dash::series(series))
    }
}

/// The pattern of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dash {
    /// One stroke.
    Solid,
    /// `– – –`
    Dashed,
    /// `· · ·`
    Dotted,
    /// `– · –`
    Mixed,
    /// `—— ——`
    Long,
}

impl Dash {
    const ALL: [Self; 5] = [Self::Solid, Self::Dashed, Self::Mixed, Self::Long, Self::Dotted];

    /// The pattern of series number `series`.
    pub(super) fn series(series: usize) -> Self {
        Self::ALL[series % Self::ALL.len()]
    }

    /// Lengths of stroke and gap in turn, in canvas units.
    fn pattern(self) -> &'static [f64] {
        match self {
            Self::Solid => &[],
            Self::Dashed => &[44.0, 24.0],
            Self::Dotted => &[10.0, 18.0],
            Self::Mixed => &[52.0, 20.0, 10.0, 20.0],
            Self::Long => &[88.0, 28.0],
        }
    }

    /// The strokes of a line through `points`, given in canvas units.
    pub(super) fn cut(self, points: &[Point]) -> Vec<Vec<Point>> {
        let pattern = self.pattern();
        if pattern.is_empty() || points.len() < 2 {
            return vec![points.to_vec()];
        }
        let mut strokes = vec![vec![points[0]]];
        let (mut part, mut left) = (0, pattern[0]);
        for pair in points.windows(2) {
            let run = [pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]];
            let length = run[0].hypot(run[1]);
            let mut walked = 0.0;
            while length - walked > left {
                walked += left;
                let at =
                    [pair[0][0] + run[0] * walked / length, pair[0][1] + run[1] * walked / length];
                // Even parts are strokes: this one ends here, or the next one starts here.
                if part % 2 == 0 {
                    push(&mut strokes, at);
                } else {
                    strokes.push(vec![at]);
                }
                part = (part + 1) % pattern.len();
                left = pattern[part];
            }
            left -= length - walked;
            if part % 2 == 0 {
                push(&mut strokes, pair[1]);
            }
        }
        strokes.retain(|stroke| stroke.len() > 1);
        strokes
    }
}

fn push(strokes: &mut [Vec<Point>], point: Point) {
    if let Some(stroke) = strokes.last_mut() {
        stroke.push(point);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn length(stroke: &[Point]) -> f64 {
        let part = |pair: &[Point]| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
        stroke.windows(2).map(part).sum()
    }

    proptest! {
        #[test]
        fn dashes_ignore_the_corners_of_a_line(
            points in prop::collection::vec([0.0..300.0_f64, 0.0..300.0_f64], 2..20),
        ) {
            let whole = length(&points);
            let straight = [[0.0, 0.0], [whole, 0.0]];
            for dash in Dash::ALL {
                let bent: f64 = dash.cut(&points).iter().map(|stroke| length(stroke)).sum();
                let flat: f64 = dash.cut(&straight).iter().map(|stroke| length(stroke)).sum();
                // Some 20 · 300 / 28 strokes, each rounded a few times at the size of the line.
                prop_assert!((bent - flat).abs() <= 1e4 * f64::EPSILON * (1.0 + whole), "{dash:?}");
            }
        }
    }

    #[test]
    fn the_first_stroke_starts_with_the_line() {
        let strokes = Dash::Dashed.cut(&[[0.0, 0.0], [100.0, 0.0]]);
        assert_eq!(strokes, [[[0.0, 0.0], [44.0, 0.0]], [[68.0, 0.0], [100.0, 0.0]]]);
    }
}
