//! Words of people in patterns of LIKE.

use sea_orm::sea_query::LikeExpr;

/// For texts that hold these words as they stand: `%` and `_` mean themselves.
pub fn holding(words: &str) -> LikeExpr {
    LikeExpr::new(format!("%{}%", literal(words))).escape('\\')
}

fn literal(words: &str) -> String {
    words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_a_pattern_mean_themselves() {
        assert_eq!(literal("100%_of\\it"), "100\\%\\_of\\\\it");
    }
}
