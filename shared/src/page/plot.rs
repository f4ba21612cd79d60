//! Plots of points and lines over two axes, as SVG that needs nothing else.

use std::fmt::Write;

use maud::{Markup, html};

use super::format::number;

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 260.0;

/// Room around the data: left and bottom for the axes.
const LEFT: f64 = 46.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 38.0;

/// About how many ticks an axis has.
const TICKS: f64 = 5.0;

/// The most points of a line: more cannot be seen.
const MOST_POINTS: usize = 200;

/// What is drawn; `class` names its style.
pub(crate) enum Layer<'a> {
    /// A line through points.
    Line(&'static str, &'a [(f64, f64)]),
    /// A dot at each point.
    Dots(&'static str, &'a [(f64, f64)]),
    /// An area between two lines: where, from, and to.
    Band(&'static str, &'a [(f64, f64, f64)]),
    /// A bar from the lower end of the plot: from, to, and its height.
    Bars(&'static str, &'a [(f64, f64, f64)]),
}

/// A plot with two axes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plot<'a> {
    /// What the plot shows, for those who cannot see it.
    pub(crate) title: &'a str,
    /// Label and range of the horizontal axis.
    pub(crate) x: (&'a str, f64, f64),
    /// Label and range of the vertical axis.
    pub(crate) y: (&'a str, f64, f64),
}

impl Plot<'_> {
    /// The plot with its layers, the first one at the back.
    pub(crate) fn draw(&self, layers: &[Layer<'_>]) -> Markup {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        html! {
            svg .plot viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" {
                title { (self.title) }
                @for tick in ticks(self.x.1, self.x.2) {
                    @let at = pixel(self.at_x(tick));
                    line .grid x1=(at) x2=(at) y1=(TOP) y2=(bottom) {}
                    text x=(at) y=(bottom + 14.0) text-anchor="middle" { (number(tick)) }
                }
                @for tick in ticks(self.y.1, self.y.2) {
                    @let at = pixel(self.at_y(tick));
                    line .grid x1=(LEFT) x2=(right) y1=(at) y2=(at) {}
                    text x=(LEFT - 6.0) y=(pixel(self.at_y(tick) + 3.5)) text-anchor="end" {
                        (number(tick))
                    }
                }
                @for layer in layers { (self.layer(layer)) }
                text .label x=(f64::midpoint(LEFT, right)) y=(HEIGHT - 6.0) text-anchor="middle" {
                    (self.x.0)
                }
                text .label transform=(format!("translate(10 {}) rotate(-90)",
                    f64::midpoint(TOP, bottom))) text-anchor="middle" { (self.y.0) }
            }
        }
    }

    fn layer(&self, layer: &Layer<'_>) -> Markup {
        match layer {
            Layer::Line(class, points) => html! {
                path class={ "line " (class) } d=(self.line(points)) {}
            },
            Layer::Dots(class, points) => html! {
                // Zero-length strokes with round ends: one path for all dots.
                path class={ "dots " (class) } d=(self.dots(points)) {}
            },
            Layer::Band(class, area) => html! {
                path class={ "band " (class) } d=(self.band(area)) {}
            },
            Layer::Bars(class, bars) => html! {
                path class={ "bars " (class) } d=(self.bars(bars)) {}
            },
        }
    }

    fn line(&self, points: &[(f64, f64)]) -> String {
        self.path(thinned(points))
    }

    fn path(&self, points: impl Iterator<Item = (f64, f64)>) -> String {
        let mut path = String::new();
        for (index, (x, y)) in points.enumerate() {
            let command = if index == 0 { 'M' } else { 'L' };
            // Writing to a string cannot fail.
            let _ = write!(path, "{command}{} {}", pixel(self.at_x(x)), pixel(self.at_y(y)));
        }
        path
    }

    fn dots(&self, points: &[(f64, f64)]) -> String {
        let mut path = String::new();
        for &(x, y) in points {
            let _ = write!(path, "M{} {}h0", pixel(self.at_x(x)), pixel(self.at_y(y)));
        }
        path
    }

    fn band(&self, area: &[(f64, f64, f64)]) -> String {
        let area: Vec<(f64, f64, f64)> = thinned(area).collect();
        let there = area.iter().map(|(x, _, high)| (*x, *high));
        let back = area.iter().rev().map(|(x, low, _)| (*x, *low));
        let around: Vec<(f64, f64)> = there.chain(back).collect();
        if around.is_empty() { String::new() } else { self.path(around.into_iter()) + "Z" }
    }

    fn bars(&self, bars: &[(f64, f64, f64)]) -> String {
        let mut path = String::new();
        for &(from, to, height) in bars {
            let (left, right) = (self.at_x(from), self.at_x(to));
            let (top, bottom) = (self.at_y(height), self.at_y(self.y.1));
            // A hair between neighbours.
            let _ = write!(
                path,
                "M{} {}V{}H{}V{}Z",
                pixel(left + 0.5),
                pixel(bottom),
                pixel(top),
                pixel((right - 0.5).max(left + 0.6)),
                pixel(bottom)
            );
        }
        path
    }

    fn at_x(&self, value: f64) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * place(value, self.x.1, self.x.2)
    }

    fn at_y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * place(value, self.y.1, self.y.2)
    }
}

/// Where a value lies between two others, from 0 to 1.
fn place(value: f64, low: f64, high: f64) -> f64 {
    if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 }
}

/// A coordinate with as many digits as can be seen.
fn pixel(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// First, last and evenly spaced points between them.
fn thinned<T: Copy>(points: &[T]) -> impl Iterator<Item = T> {
    let kept = points.len().min(MOST_POINTS);
    let last = points.len().saturating_sub(1);
    (0..kept)
        .filter_map(move |index| points.get(index * last / kept.saturating_sub(1).max(1)).copied())
}

/// Round numbers between two others.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let rough = (high - low) / TICKS;
    if !(rough > 0.0 && rough.is_finite()) {
        return vec![low];
    }
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough * 0.999)
        .unwrap_or(rough);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|index| index as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks(0.0, 1.0), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks(-3.0, 12.0), [0.0, 5.0, 10.0].map(|tick| tick));
        assert_eq!(ticks(2.0, 2.0), [2.0]);
        assert!(ticks(1e9, 3e9).iter().all(|tick| (1e9..=3e9).contains(tick)));
    }

    #[test]
    fn a_long_line_keeps_its_ends() {
        let points: Vec<(f64, f64)> = (0..5_000).map(|at| (f64::from(at), 1.0)).collect();
        let kept: Vec<(f64, f64)> = thinned(&points).collect();
        assert_eq!(kept.len(), MOST_POINTS);
        assert_eq!((kept[0].0, kept[MOST_POINTS - 1].0), (0.0, 4_999.0));
        assert_eq!(thinned(&points[..1]).collect::<Vec<_>>(), [(0.0, 1.0)]);
        assert_eq!(thinned::<(f64, f64)>(&[]).count(), 0);
    }

    #[test]
    fn what_lies_outside_is_drawn_at_the_edge() {
        let plot = Plot { title: "a < b", x: ("x", 0.0, 1.0), y: ("y", 0.0, 1.0) };
        let drawn = plot.draw(&[Layer::Dots("s0", &[(9.0, f64::INFINITY)])]).into_string();
        assert!(drawn.contains("M312 8h0"), "{drawn}");
        assert!(drawn.contains("a &lt; b"));
    }
}
