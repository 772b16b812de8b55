//! The built files of the pages: logical names and the hashed paths they are served under.

use std::{collections::HashMap, path::Path};

use super::hash::sha256;

/// The header in which an answer to a page names the server's build.
pub const BUILD_HEADER: &str = "autoreport-build";

/// What the build wrote into `manifest.json`: `autoreport.css` → `pkg/autoreport.1a2b.css`.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    paths: HashMap<String, String>,
    build: String,
}

impl Assets {
    /// Reads the manifest of a site folder.
    ///
    /// # Errors
    /// A sentence that says which file is missing or broken.
    pub fn read(site_root: &Path) -> Result<Self, String> {
        let path = site_root.join("manifest.json");
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("The built pages are missing: {} ({error}). Run `make build`.", path.display()))?;
        let paths: HashMap<String, String> =
            serde_json::from_str(&text).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        // The names in it change with the content of the files: they are one build and no other.
        let build = sha256(text.as_bytes()).chars().take(16).collect();
        Ok(Self { paths, build })
    }

    /// Tells these pages from those of another build, in hex; empty where nothing was built.
    pub fn build(&self) -> &str {
        &self.build
    }

    /// The paths that a lazy module of pages is made of, beside the first one.
    pub fn module(&self, name: &str) -> Vec<String> {
        let listed = self.paths.get(&format!("module/{name}"));
        listed.into_iter().flat_map(|paths| paths.split(' ')).map(|path| format!("/{path}")).collect()
    }

    /// The path a file is served under; its plain name where the build has none.
    pub fn path(&self, name: &str) -> String {
        match self.paths.get(name) {
            Some(path) => format!("/{path}"),
            None => format!("/{name}"),
        }
    }
}
