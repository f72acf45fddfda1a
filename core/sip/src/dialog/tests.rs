//! Every state against every event.
