//! Liang–Barsky clipping: plotting backends clamp points that leave the axes and so bend the lines.

/// Abscissa and ordinate.
pub(super) type Point = [f64; 2];

/// An upright rectangle, ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Window {
    /// Smallest coordinates.
    pub(super) low: Point,
    /// Largest coordinates.
    pub(super) high: Point,
}

impl Window {
    /// `[0, 1]²`: a panel in fractions of its axes, where log axes are straight too.
    pub(super) const UNIT: Self = Self { low: [0.0, 0.0], high: [1.0, 1.0] };

    /// Whether the point lies inside or on the border; never true of NaN.
    pub(super) fn contains(&self, point: Point) -> bool {
        (0..2).all(|k| self.low[k] <= point[k] && point[k] <= self.high[k])
    }
}

/// The pieces of a polyline that lie in the window, in order.
///
/// Points inside come back unchanged, to the bit. A point that is not finite breaks the line.
pub(super) fn clip_polyline(points: &[Point], window: &Window) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let mut open = false;
    for pair in points.windows(2) {
        let Some((from, to)) = clip_segment(pair[0], pair[1], window) else {
            open = false;
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if open => piece.push(to),
            _ => pieces.push(vec![from, to]),
        }
        // The next segment continues this piece only if this one ended at its own end.
        open = window.contains(pair[1]);
    }
    pieces
}

/// The part of the segment `from`–`to` in the window.
///
/// A point of the segment is `from + t (to − from)`. Each border turns into one inequality in t;
/// what they leave of `[0, 1]` is the visible part.
pub(super) fn clip_segment(from: Point, to: Point, window: &Window) -> Option<(Point, Point)> {
    if !from.iter().chain(&to).all(|coordinate| coordinate.is_finite()) {
        return None;
    }
    // The parameter where the segment enters and leaves, with the border that decides it.
    let (mut enter, mut leave) = ((0.0, None), (1.0, None));
    for k in 0..2 {
        let run = to[k] - from[k];
        if run == 0.0 {
            if from[k] < window.low[k] || window.high[k] < from[k] {
                return None;
            }
            continue;
        }
        let (near, far) = if run > 0.0 {
            (window.low[k], window.high[k])
        } else {
            (window.high[k], window.low[k])
        };
        let (first, last) = ((near - from[k]) / run, (far - from[k]) / run);
        if first > enter.0 {
            enter = (first, Some((k, near)));
        }
        if last < leave.0 {
            leave = (last, Some((k, far)));
        }
    }
    if enter.0 > leave.0 {
        return None;
    }
    let cut = |(t, border): (f64, Option<(usize, f64)>), end: Point| {
        // An end that no border cuts is inside and kept to the bit.
        let Some((k, border)) = border else { return end };
        let other = 1 - k;
        let across = from[other] + t * (to[other] - from[other]);
        let mut point = [border; 2];
        // Rounding may carry the cut past a corner by ulps: clamping puts it back.
        point[other] = across.clamp(window.low[other], window.high[other]);
        point
    };
    let (start, end) = (cut(enter, from), cut(leave, to));
    // A segment so long that both its ends round to the same parameter may seem to enter.
    (window.contains(start) && window.contains(end)).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Coordinates that hit the borders and corners of the unit window often.
    fn coordinate() -> impl Strategy<Value = f64> {
        prop_oneof![Just(0.0), Just(1.0), Just(0.5), -3.0..4.0_f64, -1e100..1e100_f64]
    }

    /// Equal to the bit is what is claimed.
    fn bits(point: Point) -> [u64; 2] {
        point.map(f64::to_bits)
    }

    fn point() -> impl Strategy<Value = Point> {
        [coordinate(), coordinate()]
    }

    proptest! {
        #[test]
        fn nothing_drawn_lies_outside_the_window(points in vec(point(), 0..40)) {
            for drawn in clip_polyline(&points, &Window::UNIT).concat() {
                prop_assert!(Window::UNIT.contains(drawn), "{drawn:?}");
            }
        }

        #[test]
        fn points_inside_come_back_unchanged_and_in_order(points in vec(point(), 2..40)) {
            let drawn = clip_polyline(&points, &Window::UNIT).concat();
            let mut rest = drawn.iter();
            for &inside in points.iter().filter(|&&point| Window::UNIT.contains(point)) {
                prop_assert!(rest.any(|&point| bits(point) == bits(inside)), "{inside:?} of {points:?} is gone");
            }
        }

        #[test]
        fn a_line_that_stays_inside_is_one_unchanged_piece(
            points in vec([0.0..=1.0_f64, 0.0..=1.0_f64], 2..40),
        ) {
            prop_assert_eq!(clip_polyline(&points, &Window::UNIT), vec![points]);
        }

        #[test]
        fn a_crossing_is_cut_on_the_line_and_on_the_border(
            inside in [0.01..0.99_f64, 0.01..0.99_f64],
            outside in [1.01..100.0_f64, -100.0..100.0_f64],
        ) {
            let (start, cut) = clip_segment(inside, outside, &Window::UNIT).unwrap();
            prop_assert_eq!(bits(start), bits(inside));
            prop_assert!(cut.contains(&0.0) || cut.contains(&1.0), "{cut:?} is on no border");
            let run = [outside[0] - inside[0], outside[1] - inside[1]];
            let off = run[0] * (cut[1] - inside[1]) - run[1] * (cut[0] - inside[0]);
            // Five roundings in the parameter and the cut, three in this cross product, each of a
            // number below 200 · 100.
            prop_assert!(off.abs() <= 8.0 * f64::EPSILON * 2e4, "{off} off the line");
        }

        #[test]
        fn clipping_does_not_depend_on_the_direction(from in point(), to in point()) {
            let there = clip_segment(from, to, &Window::UNIT);
            let back = clip_segment(to, from, &Window::UNIT);
            // A segment that only grazes a corner may be seen from one side alone.
            if let (Some(there), Some(back)) = (there, back) {
                let size = from.iter().chain(&to).fold(1.0_f64, |size, x| size.max(x.abs()));
                for k in 0..2 {
                    let tolerance = 8.0 * f64::EPSILON * size; // eight roundings at the segment's size
                    prop_assert!((there.0[k] - back.1[k]).abs() <= tolerance);
                    prop_assert!((there.1[k] - back.0[k]).abs() <= tolerance);
                }
            }
        }
    }

    #[test]
    fn a_line_that_leaves_and_returns_is_two_pieces() {
        let points = [[0.5, 0.5], [0.5, 2.0], [0.75, 2.0], [0.75, 0.5]];
        let pieces = clip_polyline(&points, &Window::UNIT);
        assert_eq!(pieces, [[[0.5, 0.5], [0.5, 1.0]], [[0.75, 1.0], [0.75, 0.5]]]);
    }

    #[test]
    fn a_line_that_passes_by_is_not_drawn() {
        assert!(clip_polyline(&[[-1.0, 0.5], [0.5, 3.0]], &Window::UNIT).is_empty());
    }

    #[test]
    fn a_gap_in_the_data_is_a_gap_in_the_line() {
        let points = [[0.0, 0.0], [0.2, 0.2], [f64::NAN, 0.4], [0.6, 0.6], [0.8, 0.8]];
        assert_eq!(clip_polyline(&points, &Window::UNIT).len(), 2);
    }
}
