//! `<Echo>`: lets the caller hear themselves.

element! {
    /// Sends the caller's own sound back until the call ends.
    pub struct Echo = "Echo";
    -> content {}
}
