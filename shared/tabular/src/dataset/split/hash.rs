//! A seeded order of hashes.

/// The positions of the hashes in an order that the seed decides.
pub(super) fn order(hashes: Vec<u64>, seed: u64) -> Vec<usize> {
    let mut order: Vec<(u64, usize)> =
        hashes.into_iter().map(|hash| mix(hash ^ mix(seed))).zip(0..).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, position)| position).collect()
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
pub(super) fn mix(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
