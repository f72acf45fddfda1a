//! Small stories: call control in a world that answers as it is told.

mod outbound;
mod world;
