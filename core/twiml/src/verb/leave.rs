//! `<Leave>`: leaves the queue whose waiting document this is.

element! {
    /// Leaves the queue.
    pub struct Leave = "Leave";
    -> content {}
}
