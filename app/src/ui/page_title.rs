//! The words of `<title>`. The framework writes them into the HTML as they are, so what a person has typed would be
//! HTML there: on the server they are escaped, in the browser they are text already.

#[cfg(not(feature = "ssr"))]
use browser::as_written;
#[cfg(feature = "ssr")]
use server::as_written;

/// The title of a page, with the name of the program behind it.
pub fn page_title(title: &str) -> String {
    if title.is_empty() { "AutoReport".into() } else { as_written(&format!("{title} · AutoReport")) }
}

#[cfg(feature = "ssr")]
mod server {
    pub fn as_written(title: &str) -> String {
        title.replace('&', "&amp;").replace('<', "&lt;")
    }

    #[cfg(test)]
    mod tests {
        use super::super::page_title;

        #[test]
        fn a_title_cannot_end_itself_and_is_read_as_it_was_typed() {
            assert_eq!(page_title("</title><script> &lt;"), "&lt;/title>&lt;script> &amp;lt; · AutoReport");
            assert_eq!(page_title(""), "AutoReport");
        }
    }
}

#[cfg(not(feature = "ssr"))]
mod browser {
    pub fn as_written(title: &str) -> String {
        title.to_owned()
    }
}
