//! Which exchanges are kept.

use sha2::{Digest as _, Sha256};

/// Whether an exchange is among the `share` (from 0 to 1) that is kept. Its id decides, so
/// that its lines are kept together, or none of them.
#[must_use]
pub fn is_sampled(event_id: &str, share: f64) -> bool {
    if share >= 1.0 {
        return true;
    }
    let digest = Sha256::digest(event_id);
    let head = digest.iter().take(6).fold(0u64, |all, &byte| all << 8 | u64::from(byte));
    (head as f64) < share * (1u64 << 48) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_the_share_is_kept_and_always_the_same() {
        let kept = |share| {
            let ids = (0..10_000).map(|id: u32| format!("event-{id}"));
            ids.filter(|id| is_sampled(id, share)).count()
        };
        assert_eq!((kept(0.0), kept(1.0)), (0, 10_000));
        // Give or take five standard deviations.
        assert!((1_800..=2_200).contains(&kept(0.2)), "{}", kept(0.2));
        let mut ids = (0..10_000).map(|id: u32| id.to_string());
        assert!(ids.all(|id| !is_sampled(&id, 0.2) || is_sampled(&id, 0.3)));
    }
}
