//! The HTTP API: authenticate, parse, ask store or switch, render.
