//! A proxy for clients on this machine: apps that speak to the API's own hosts reach this one.
