//! The text format of Prometheus, version 0.0.4: a family of samples has a help line, a type line and a line a sample.

use std::fmt::Write as _;

use app::platform::meters::{BOUNDS, Times};

/// What the answer says that it is.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Labels of a sample: name and value.
pub type Labels<'a> = [(&'a str, &'a str)];

/// Writes families one after the other.
#[derive(Debug, Default)]
pub struct Page(String);

/// Writes the samples of one family.
pub struct Family<'a> {
    page: &'a mut String,
    name: &'static str,
}

impl Page {
    /// Begins a number that only grows; its name ends with `_total`.
    pub fn counter(&mut self, name: &'static str, help: &str) -> Family<'_> {
        self.family(name, help, "counter")
    }

    /// Begins a number that goes up and down.
    pub fn gauge(&mut self, name: &'static str, help: &str) -> Family<'_> {
        self.family(name, help, "gauge")
    }

    /// Begins times by buckets.
    pub fn histogram(&mut self, name: &'static str, help: &str) -> Family<'_> {
        self.family(name, help, "histogram")
    }

    /// The page.
    pub fn finish(self) -> String {
        self.0
    }

    fn family(&mut self, name: &'static str, help: &str, kind: &str) -> Family<'_> {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        // Writing to a String cannot fail.
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        Family { page: &mut self.0, name }
    }
}

impl Family<'_> {
    /// One whole number.
    pub fn whole(&mut self, labels: &Labels<'_>, value: u64) -> &mut Self {
        self.line("", labels, &value.to_string())
    }

    /// One number.
    pub fn number(&mut self, labels: &Labels<'_>, value: f64) -> &mut Self {
        self.line("", labels, &shown(value))
    }

    /// The lines of one histogram.
    pub fn times(&mut self, labels: &Labels<'_>, times: &Times) -> &mut Self {
        let bounds = BOUNDS.iter().map(|bound| shown(*bound)).chain(["+Inf".to_owned()]);
        for (bound, count) in bounds.zip(times.at_most.into_iter().chain([times.count])) {
            let labels: Vec<(&str, &str)> = labels.iter().copied().chain([("le", bound.as_str())]).collect();
            self.line("_bucket", &labels, &count.to_string());
        }
        self.line("_sum", labels, &shown(times.sum)).line("_count", labels, &times.count.to_string())
    }

    fn line(&mut self, suffix: &str, labels: &Labels<'_>, value: &str) -> &mut Self {
        let _ = write!(self.page, "{}{suffix}", self.name);
        if !labels.is_empty() {
            let pairs: Vec<String> =
                labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
            let _ = write!(self.page, "{{{}}}", pairs.join(","));
        }
        let _ = writeln!(self.page, " {value}");
        self
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn shown(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::platform::meters::Histogram;
    use std::time::Duration;

    #[test]
    fn a_family_has_help_type_and_samples_and_values_are_escaped() {
        let mut page = Page::default();
        page.gauge("x_depth", "How\ndeep.").whole(&[("who", "a \"b\"\\\n")], 3).number(&[], 0.5);
        assert_eq!(
            page.finish(),
            "# HELP x_depth How\\ndeep.\n# TYPE x_depth gauge\nx_depth{who=\"a \\\"b\\\"\\\\\\n\"} 3\nx_depth 0.5\n"
        );
    }

    #[test]
    fn a_histogram_ends_with_all_its_sum_and_its_count() {
        let histogram = Histogram::default();
        histogram.took(Duration::from_millis(20));
        histogram.took(Duration::from_secs(60));
        let mut page = Page::default();
        page.histogram("x_seconds", "Time.").times(&[("class", "rpc")], &histogram.read());
        let text = page.finish();
        for line in [
            "x_seconds_bucket{class=\"rpc\",le=\"0.01\"} 0",
            "x_seconds_bucket{class=\"rpc\",le=\"0.025\"} 1",
            "x_seconds_bucket{class=\"rpc\",le=\"+Inf\"} 2",
            "x_seconds_sum{class=\"rpc\"} 60.02",
            "x_seconds_count{class=\"rpc\"} 2",
        ] {
            assert!(text.lines().any(|other| other == line), "{line} in {text}");
        }
    }

    #[test]
    fn numbers_that_are_none_have_their_own_words() {
        assert_eq!([f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(shown), ["NaN", "+Inf", "-Inf"]);
    }
}
