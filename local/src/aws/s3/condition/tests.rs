use std::time::{Duration, SystemTime};

use super::*;

fn tag(value: &str) -> ETagCondition {
    value.parse().unwrap()
}

fn at(seconds: u64) -> Timestamp {
    (SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).into()
}

#[test]
fn a_write_goes_ahead_only_when_its_condition_holds() {
    let same = WriteCondition::Present(tag("\"a\""));
    let weak = WriteCondition::Present(tag("W/\"a\""));
    let any = WriteCondition::Present(ETagCondition::Any);
    assert!(WriteCondition::Always.check("k", None).is_ok());
    assert!(WriteCondition::Always.check("k", Some("a")).is_ok());
    assert!(WriteCondition::Absent.check("k", None).is_ok());
    assert!(same.check("k", Some("a")).is_ok());
    assert!(any.check("k", Some("a")).is_ok());
    for refused in [
        WriteCondition::Absent.check("k", Some("a")),
        same.check("k", Some("b")),
        weak.check("k", Some("a")),
    ] {
        assert!(matches!(refused, Err(RequestError::PreconditionFailed { key }) if key == "k"));
    }
    for missing in [same.check("k", None), any.check("k", None)] {
        assert!(matches!(missing, Err(RequestError::NoSuchKey { key }) if key == "k"));
    }
}

#[test]
fn tags_take_precedence_over_dates() {
    let judge = |condition: ReadCondition| condition.judge("a", &at(10));
    let none = ReadCondition::default;
    assert_eq!(judge(none()), Verdict::Read);
    for (if_match, since, verdict) in [
        (Some(tag("\"a\"")), Some(at(5)), Verdict::Read),
        (Some(tag("\"b\"")), Some(at(15)), Verdict::Failed),
        (Some(ETagCondition::Any), None, Verdict::Read),
        (None, Some(at(5)), Verdict::Failed),
        (None, Some(at(10)), Verdict::Read),
    ] {
        let condition = ReadCondition { if_match, if_unmodified_since: since, ..none() };
        assert_eq!(judge(condition.clone()), verdict, "{condition:?}");
    }
    for (if_none_match, since, verdict) in [
        (Some(tag("\"a\"")), Some(at(5)), Verdict::NotModified),
        (Some(tag("W/\"a\"")), None, Verdict::NotModified),
        (Some(tag("\"b\"")), Some(at(15)), Verdict::Read),
        (Some(ETagCondition::Any), None, Verdict::NotModified),
        (None, Some(at(10)), Verdict::NotModified),
        (None, Some(at(9)), Verdict::Read),
    ] {
        let condition = ReadCondition { if_none_match, if_modified_since: since, ..none() };
        assert_eq!(judge(condition.clone()), verdict, "{condition:?}");
    }
}
