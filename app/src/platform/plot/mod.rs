//! Charts, drawn with plotters: one drawing for pages in both themes and for mail.

mod drawing;
mod flow;
mod grid;
mod ink;
mod paper;
mod png;
mod spark;
mod status;
#[cfg(test)]
mod tests;
mod words;

pub use drawing::Drawing;
pub use flow::{Frame, Totals, flow_chart};
pub use png::PictureError;
pub use spark::sparkline;
pub use status::{StatusFrame, status_chart};
