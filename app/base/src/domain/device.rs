//! What a browser says of itself, in words.

/// The browser and the system of a `User-Agent` (RFC 9110 §10.1.5) as a person calls them: "Firefox on Linux". Most
/// browsers name others, too, so that pages take them for those; the order of the names here tells them apart.
pub fn in_words(user_agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| *name)
    };
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Macintosh", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "A device that does not say what it is".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn browsers_are_told_apart_although_they_name_each_other() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (agent, words) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0".to_owned(), "Firefox on Linux"),
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/130.0.0.0 Safari/537.36"), "Chrome on Windows"),
            (
                format!("Mozilla/5.0 (Windows NT 10.0) {webkit} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0"),
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15".to_owned(),
                "Safari on macOS",
            ),
            (format!("Mozilla/5.0 (Linux; Android 14) {webkit} Chrome/130.0.0.0 Mobile Safari/537.36"), "Chrome on Android"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/130.0 Mobile Safari/604.1".to_owned(),
                "Chrome on iPhone",
            ),
            ("curl/8.5.0".to_owned(), "curl"),
            (String::new(), "A device that does not say what it is"),
            ("<script>alert(1)</script>".to_owned(), "A device that does not say what it is"),
        ] {
            assert_eq!(in_words(&agent), words, "{agent}");
        }
    }
}
