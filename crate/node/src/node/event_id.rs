//! Id of a filter or a subscription.

use alloy_primitives::U128;

/// Id of a filter or a subscription: 16 random bytes, which JSON-RPC writes as a quantity.
pub(crate) type EventId = U128;

/// Returns `id`, or the next free one. Hosts give each request other random bytes, so `id` is free unless they
/// repeat.
pub(super) fn free(id: EventId, is_taken: impl Fn(&EventId) -> bool) -> EventId {
    let mut free = id;
    while is_taken(&free) {
        free = free.wrapping_add(U128::ONE);
    }
    free
}
