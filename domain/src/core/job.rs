//! Where work that waits can stand.

crate::choice! {
    /// Where a job stands.
    pub enum State {
        /// Waits for its time, or for a worker.
        Queued = "queued",
        /// A worker holds it.
        Running = "running",
        /// It did what it was for.
        Done = "done",
        /// It failed as often as it may be tried; it waits for a person.
        Parked = "parked",
        /// A person stopped it.
        Cancelled = "cancelled",
    }
}
