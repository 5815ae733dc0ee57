//! The chart: what a request costs in processor time, beside what its statements cost bare, and how that grows with the customers.
use crate::report::{Points, median};
use plotters::prelude::*;
use std::path::Path;

const NAMES: [(&str, &str); 6] = [
    ("W1", "read by id"),
    ("W2", "list 50"),
    ("W3", "create"),
    ("W4", "stage change"),
    ("W5", "search"),
    ("W6", "360"),
];
const COLORS: [RGBColor; 3] = [RGBColor(38, 84, 124), RGBColor(6, 155, 120), RGBColor(214, 106, 30)];

struct Bar {
    label: String,
    color: RGBColor,
    value: f64,
}

/// Draws one group of bars for each kind of work, each on a scale of its own: costs differ a thousandfold.
pub fn draw(points: &Points, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::new(path, (1200, 760)).into_drawing_area();
    root.fill(&WHITE)?;
    let root = root.titled(
        "Processor time of one request, in µs, at 32 connections (lower is better)",
        ("sans-serif", 24),
    )?;
    let areas = root.split_evenly((2, 3));
    for (area, (work, title)) in areas.iter().zip(NAMES) {
        let bars = bars(points, work);
        let most = bars.iter().map(|b| b.value).fold(1.0, f64::max) * 1.25;
        let width = bars.len().max(1) as f64;
        let mut chart = ChartBuilder::on(area)
            .caption(format!("{work} {title}"), ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(18)
            .y_label_area_size(56)
            .build_cartesian_2d(0.0..width, 0.0..most)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .disable_x_axis()
            .y_labels(5)
            .light_line_style(WHITE)
            .draw()?;
        for (i, bar) in bars.iter().enumerate() {
            let (left, right) = (i as f64 + 0.12, i as f64 + 0.88);
            chart.draw_series([Rectangle::new([(left, 0.0), (right, bar.value)], bar.color.filled())])?;
            chart.draw_series([
                Text::new(format!("{:.0}", bar.value), (left, bar.value + most * 0.055), ("sans-serif", 13)),
                Text::new(bar.label.clone(), (left, -most * 0.02), ("sans-serif", 12)),
            ])?;
        }
    }
    root.present()?;
    Ok(())
}

fn bars(points: &Points, work: &str) -> Vec<Bar> {
    let mut bars = Vec::new();
    for ((engine, size, _, _), all) in points.iter().filter(|((_, _, w, c), _)| *w == work && *c == 32) {
        let short = if *size >= 1_000_000 {
            format!("{}M", size / 1_000_000)
        } else {
            format!("{}k", size / 1000)
        };
        let bare = median(all.iter().filter_map(|p| p.bare.map(|b| b.1)));
        if bare.is_finite() {
            bars.push(Bar {
                label: format!("bare {short}"),
                color: COLORS[2],
                value: bare,
            });
        }
        let (color, name) = if engine == "SQLite" {
            (COLORS[0], "SQLite")
        } else {
            (COLORS[1], "PG")
        };
        bars.push(Bar {
            label: format!("{name} {short}"),
            color,
            value: median(all.iter().map(|p| p.cpu + p.database_cpu)),
        });
    }
    bars
}
