//! `<Sim>`: a SIM card to ring.

element! {
    /// A SIM card to ring.
    pub struct Sim = "Sim" of sid: String;
    -> content {
        /// The SID of the card.
        sid: String,
    }
}
