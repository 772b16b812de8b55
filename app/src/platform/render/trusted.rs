//! Templates with Tera: plain data in, HTML or text out.
//!
//! HTML templates escape every value. Only templates that ship with the program are rendered here;
//! those that people write are rendered in a child process under limits, as Tera has none.

use serde::Serialize;
use tera::{Context, Tera};

/// A set of templates, read once.
#[derive(Debug)]
pub struct Templates {
    tera: Tera,
}

/// Why a template could not be read or filled in; a fault of the program.
#[derive(Debug, thiserror::Error)]
#[error("template {name}: {source}")]
pub struct RenderError {
    name: String,
    source: tera::Error,
}

impl Templates {
    /// Reads templates by name and source. Names that end in `.html.tera` escape what they insert.
    ///
    /// # Errors
    /// [`RenderError`], where a source is no template.
    pub fn new(sources: &[(&str, &str)]) -> Result<Self, RenderError> {
        let mut tera = Tera::default();
        tera.autoescape_on(vec![".html.tera"]);
        tera.add_raw_templates(sources.iter().copied()).map_err(|source| RenderError {
            name: sources.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "),
            source,
        })?;
        Ok(Self { tera })
    }

    /// Fills in a template. A variable that the data lack is an error, never an empty place.
    ///
    /// # Errors
    /// [`RenderError`], where the template is missing or asks for what the data do not have.
    pub fn render(&self, name: &str, data: &impl Serialize) -> Result<String, RenderError> {
        let failed = |source| RenderError { name: name.into(), source };
        let context = Context::from_serialize(data).map_err(failed)?;
        self.tera.render(name, &context).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Data {
        title: &'static str,
    }

    const DATA: Data = Data { title: "<b>A & B</b>" };

    #[test]
    fn html_escapes_and_text_does_not() {
        let templates =
            Templates::new(&[("a.html.tera", "<p>{{ title }}</p>"), ("a.txt.tera", "{{ title }}")]).unwrap();
        let html = templates.render("a.html.tera", &DATA).unwrap();
        assert!(html.starts_with("<p>&lt;b&gt;A &amp; B&lt;"), "{html}");
        assert_eq!(templates.render("a.txt.tera", &DATA).unwrap(), "<b>A & B</b>");
    }

    #[test]
    fn what_the_data_lack_is_an_error_with_the_template_s_name() {
        let templates = Templates::new(&[("a.html.tera", "{{ titel }}")]).unwrap();
        let error = templates.render("a.html.tera", &DATA).unwrap_err().to_string();
        assert!(error.contains("a.html.tera") && error.contains("titel"), "{error}");
        assert!(Templates::new(&[("b.html.tera", "{% if %}")]).is_err());
    }
}
