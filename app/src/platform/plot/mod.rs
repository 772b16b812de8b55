//! Charts, drawn with plotters: one drawing for pages in both themes and for mail.

mod ageing;
mod bars;
mod cumulative;
mod cycle;
mod drawing;
mod fit;
mod flow;
mod forecast;
mod frame;
mod grid;
mod ink;
mod limits;
mod palette;
mod paper;
mod png;
mod scripts;
mod sheet;
mod spark;
mod status;
#[cfg(test)]
mod tests;
mod words;

pub use ageing::ageing_chart;
pub use bars::{label_chart, late_chart, person_chart, priority_chart};
pub use cumulative::cumulative_chart;
pub use cycle::cycle_chart;
pub use drawing::Drawing;
pub use flow::flow_chart;
pub use forecast::forecast_chart;
pub use frame::{Frame, Totals};
pub use png::PictureError;
pub use spark::sparkline;
pub use status::status_chart;
