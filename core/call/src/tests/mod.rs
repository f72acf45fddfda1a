//! Small stories: call control in a world that answers as it is told.

mod asked_for;
mod bounds;
mod dial;
mod fuzz;
mod inbound;
mod outbound;
mod queue;
mod recording;
mod refer;
mod verbs;
mod verification;
mod world;
