//! Published node: the node after the last change, which readers share with the engine.

use std::sync::{Arc, PoisonError, RwLock};

use parevm_node::Node;

static PUBLISHED: RwLock<Option<Arc<Node>>> = RwLock::new(None);

/// Publishes a copy of `node`, which shares what it does not change.
pub(crate) fn publish(node: &Node) {
    // Only complete nodes are stored, so a poisoned lock is usable. The previous node is dropped after the lock.
    let published = Some(Arc::new(node.clone()));
    let before = std::mem::replace(
        &mut *PUBLISHED.write().unwrap_or_else(PoisonError::into_inner),
        published,
    );
    drop(before);
}

/// Returns the node that was published last; `None` where none was.
pub(crate) fn node() -> Option<Arc<Node>> {
    PUBLISHED
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}
