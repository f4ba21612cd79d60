//! What a function's log tells of its progress.

use std::sync::Arc;

use serde_json::Value;

use crate::aws::lambda::{LogLine, LogListener};

/// Prints the training's steps as they are logged.
pub(super) fn listener() -> LogListener {
    Arc::new(|line: &LogLine<'_>| {
        if let Some(step) = step(line.function, line.text) {
            println!("   {step}");
        }
    })
}

/// The step that a line of a function's log tells of.
fn step(function: &str, text: &str) -> Option<String> {
    if function != "training-trigger" {
        return None;
    }
    let line: Value = serde_json::from_str(text).ok()?;
    let field = |name: &str| line.get(name);
    let message = field("message")?.as_str()?;
    if let Some(rows) = field("rows").and_then(Value::as_u64) {
        return Some(format!("{rows} rows read"));
    }
    let candidate = field("candidate").and_then(Value::as_str)?;
    let score = field("score").and_then(Value::as_f64).unwrap_or(f64::NAN);
    let metric = field("metric").and_then(Value::as_str).unwrap_or_default();
    Some(format!("{message}: {candidate}, {metric} {score:.4}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_and_rows_are_told_and_the_rest_is_not() {
        let line = r#"{"message":"candidate 2 of 6","candidate":"linear alpha=1","metric":"rmse","score":1.25}"#;
        assert_eq!(
            step("training-trigger", line).as_deref(),
            Some("candidate 2 of 6: linear alpha=1, rmse 1.2500")
        );
        let line = r#"{"message":"the data is read","rows":7}"#;
        assert_eq!(step("training-trigger", line).as_deref(), Some("7 rows read"));
        assert_eq!(step("inference", line), None);
        assert_eq!(step("training-trigger", "not json"), None);
    }
}
