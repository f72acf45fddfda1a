//! The torture messages of RFC 4475, by the names the RFC gives them, in its order.
//!
//! The octets of the signed part of `mpart01` are our own: what matters is that they are binary.

macro_rules! corpus {
    ($($name:literal)*) => {
        /// Name and bytes of every torture message.
        pub const CORPUS: &[(&str, &[u8])] =
            &[$(($name, include_bytes!(concat!($name, ".sip"))),)*];
    };
}

corpus! {
    "wsinv" "intmeth" "esc01" "escnull" "esc02" "lwsdisp" "longreq" "dblreq" "semiuri"
    "transports" "mpart01" "unreason" "noreason"
    "badinv01" "clerr" "ncl" "scalar02" "scalarlg" "quotbal" "ltgtruri" "lwsruri" "lwsstart"
    "trws" "escruri" "baddate" "regbadct" "badaspec" "baddn" "badvers" "mismatch01"
    "mismatch02" "bigcode"
    "badbranch"
    "insuf" "unkscm" "novelsc" "unksm2" "bext01" "invut" "regaut01" "multi01" "mcl01" "bcast"
    "zeromf" "cparam01" "cparam02" "regescrt" "sdp01"
    "inv2543"
}
