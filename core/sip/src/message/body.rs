//! Bodies of several parts (RFC 2046 §5.1, RFC 5621): finding the part one can use.
