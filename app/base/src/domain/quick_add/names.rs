//! Whom and what the words behind `@` and `#` name: without regard to case, accents and the signs
//! between the words of a name.

/// What a name led to.
pub enum Found<T> {
    One(T, String),
    /// More than one fits equally well.
    Several(Vec<String>),
    Unknown,
    /// The word is not written like a name: an address, a sign, a price.
    NoName,
}

/// A person by whole name, first name, last name or the beginning of one, the best fit first.
pub fn person<T: Copy>(word: &str, people: &[(T, String)]) -> Found<T> {
    let Some(wanted) = folded_name(word) else { return Found::NoName };
    best(people, |name| {
        let parts: Vec<String> = name.split_whitespace().map(fold).filter(|part| !part.is_empty()).collect();
        let whole = parts.concat();
        Some(match () {
            () if whole == wanted => 0,
            () if parts.first() == Some(&wanted) => 1,
            () if parts.last() == Some(&wanted) => 2,
            () if whole.starts_with(&wanted) || parts.iter().any(|part| part.starts_with(&wanted)) => 3,
            () => return None,
        })
    })
}

/// A label by name (`#steering-group` is "Steering group") or by at least two letters of its beginning.
pub fn label<T: Copy>(word: &str, labels: &[(T, String)]) -> Found<T> {
    let Some(wanted) = folded_name(word) else { return Found::NoName };
    best(labels, |name| {
        let name = fold(name);
        Some(match () {
            () if name == wanted => 0,
            () if wanted.chars().count() > 1 && name.starts_with(&wanted) => 1,
            () => return None,
        })
    })
}

fn best<T: Copy>(all: &[(T, String)], fit: impl Fn(&str) -> Option<u8>) -> Found<T> {
    let fits: Vec<(u8, T, &String)> =
        all.iter().filter_map(|(id, name)| fit(name).map(|level| (level, *id, name))).collect();
    let Some(least) = fits.iter().map(|(level, ..)| *level).min() else { return Found::Unknown };
    let mut nearest = fits.into_iter().filter(|(level, ..)| *level == least).map(|(_, id, name)| (id, name.clone()));
    match (nearest.next(), nearest.next()) {
        (Some((id, name)), None) => Found::One(id, name),
        (Some((_, one)), Some((_, other))) => {
            Found::Several([one, other].into_iter().chain(nearest.map(|(_, name)| name)).collect())
        }
        (None, _) => Found::Unknown,
    }
}

/// A word that is written like a name, folded.
fn folded_name(word: &str) -> Option<String> {
    let is_of_name = |c: char| c.is_alphanumeric() || is_combining(c) || matches!(c, '-' | '_' | '.' | '\'' | '’');
    let folded = word.chars().all(is_of_name).then(|| fold(word))?;
    let ends_in_sign = word.ends_with(['.', '\'', '’']);
    (!folded.is_empty() && !ends_in_sign).then_some(folded)
}

/// Letters and digits alone, in lower case, without the accents of the Latin script.
fn fold(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).map(without_accent).collect()
}

const fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

const fn without_accent(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => 'i',
        'ł' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ť' | 'ț' => 't',
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        c => c,
    }
}
