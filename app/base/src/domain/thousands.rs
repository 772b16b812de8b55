//! Large numbers as people read them.

/// A whole number that is not negative with its thousands apart, as in English: "1,234".
pub fn grouped(number: impl ToString) -> String {
    apart(&number.to_string(), ",")
}

/// Digits with a mark between their thousands.
pub(super) fn apart(digits: &str, mark: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push_str(mark);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0_u64, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
