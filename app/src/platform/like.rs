//! Words of people in patterns of LIKE.

use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};

/// For texts that hold these words as they stand: `%` and `_` mean themselves.
pub fn holding(words: &str) -> LikeExpr {
    LikeExpr::new(format!("%{}%", literal(words))).escape('\\')
}

/// Whether a text holds these words, in any case of letters as far as the engine knows it.
pub fn holds(text: Expr, words: &str) -> Expr {
    let lower = Expr::expr(Func::lower(text.clone())).like(holding(&words.to_lowercase()));
    // SQLite lowers the letters of English alone: the others are found as they are typed.
    lower.or(text.like(holding(words)))
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
