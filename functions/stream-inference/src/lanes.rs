//! Order: what comes after a failed record of its lane waits with it.

use std::collections::BTreeSet;

use crate::record::Lane;

/// All records that must be delivered again when those at `failed` must: of each lane the
/// first one that failed, and what comes after it. `lanes` are those of all records, in
/// their order.
pub(crate) fn held_back(lanes: &[&Lane], failed: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut closed: BTreeSet<&Lane> = BTreeSet::new();
    let mut held = BTreeSet::new();
    for (place, &lane) in lanes.iter().enumerate() {
        let is_ordered = *lane != Lane::Own;
        if failed.contains(&place) || is_ordered && closed.contains(lane) {
            held.insert(place);
            if is_ordered {
                closed.insert(lane);
            }
        }
    }
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_holds_back_what_follows_in_its_lane_only() {
        let [a, b] = ["a", "b"].map(|group| Lane::Of(group.to_owned()));
        let lanes = [&a, &b, &Lane::Own, &a, &b, &Lane::Own, &a];
        let held = |failed: &[usize]| -> Vec<usize> {
            held_back(&lanes, &failed.iter().copied().collect()).into_iter().collect()
        };
        assert_eq!(held(&[]), [0; 0]);
        assert_eq!(held(&[3]), [3, 6]);
        assert_eq!(held(&[2, 4]), [2, 4], "what has no order stands alone");
        assert_eq!(held(&[0, 1]), [0, 1, 3, 4, 6]);
    }
}
