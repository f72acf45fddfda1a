//! The program: carries every input in and every output out.
