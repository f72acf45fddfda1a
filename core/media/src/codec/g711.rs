//! ITU-T G.711, both laws, computed from the segment rule at compile time into tables.

/// One table gives the sample of each of 256 octets.
type Expansion = [i16; 256];

/// Compression looks at the 13 upper bits of a sample (14 for mu-law).
const MU_STEPS: usize = 1 << 14;
const A_STEPS: usize = 1 << 13;

const MU_BIAS: i32 = 0x84;
const MU_CLIP: i32 = 32_635;

const fn expand_mu(octet: u8) -> i16 {
    let octet = !octet;
    let segment = ((octet >> 4) & 7) as i32;
    let step = (octet & 15) as i32;
    let magnitude = (((step << 3) + MU_BIAS) << segment) - MU_BIAS;
    (if octet & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    }) as i16
}

const fn expand_a(octet: u8) -> i16 {
    let octet = octet ^ 0x55;
    let segment = ((octet >> 4) & 7) as i32;
    let step = (octet & 15) as i32;
    let magnitude = match segment {
        0 => (step << 4) + 8,
        _ => ((step << 4) + 0x108) << (segment - 1),
    };
    (if octet & 0x80 == 0 {
        -magnitude
    } else {
        magnitude
    }) as i16
}

const fn compress_mu(sample: i16) -> u8 {
    let (sign, magnitude) = if sample < 0 {
        (0x80, -(sample as i32))
    } else {
        (0, sample as i32)
    };
    let magnitude = if magnitude > MU_CLIP {
        MU_CLIP
    } else {
        magnitude
    } + MU_BIAS;
    let segment = 24 - magnitude.leading_zeros() as i32;
    let step = (magnitude >> (segment + 3)) & 15;
    !(sign | (segment << 4) | step) as u8
}

const fn compress_a(sample: i16) -> u8 {
    let (sign, magnitude) = if sample < 0 {
        (0, !(sample as i32))
    } else {
        (0x80, sample as i32)
    };
    let code = if magnitude < 256 {
        magnitude >> 4
    } else {
        let segment = 24 - magnitude.leading_zeros() as i32;
        (segment << 4) | ((magnitude >> (segment + 3)) & 15)
    };
    ((sign | code) ^ 0x55) as u8
}

const fn expansion(mu: bool) -> Expansion {
    let mut table = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        table[octet] = if mu {
            expand_mu(octet as u8)
        } else {
            expand_a(octet as u8)
        };
        octet += 1;
    }
    table
}

const fn mu_compression() -> [u8; MU_STEPS] {
    let mut table = [0; MU_STEPS];
    let mut step = 0;
    while step < MU_STEPS {
        // Of the four samples that share a step, the one nearest to zero decides: both signs alike.
        let sample = ((step << 2) as u16) as i16;
        table[step] = compress_mu(if sample < 0 { sample + 3 } else { sample });
        step += 1;
    }
    table
}

const fn a_compression() -> [u8; A_STEPS] {
    let mut table = [0; A_STEPS];
    let mut step = 0;
    while step < A_STEPS {
        table[step] = compress_a(((step << 3) as u16) as i16);
        step += 1;
    }
    table
}

static FROM_MU: Expansion = expansion(true);
static FROM_A: Expansion = expansion(false);
static TO_MU: [u8; MU_STEPS] = mu_compression();
static TO_A: [u8; A_STEPS] = a_compression();

/// The sample a mu-law octet stands for.
pub fn from_mu(octet: u8) -> i16 {
    FROM_MU[usize::from(octet)]
}

/// The sample an A-law octet stands for.
pub fn from_a(octet: u8) -> i16 {
    FROM_A[usize::from(octet)]
}

/// The mu-law octet nearest to a sample.
pub fn to_mu(sample: i16) -> u8 {
    TO_MU[usize::from(sample as u16 >> 2)]
}

/// The A-law octet nearest to a sample.
pub fn to_a(sample: i16) -> u8 {
    TO_A[usize::from(sample as u16 >> 3)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snr_db(round: fn(i16) -> i16, peak: f32) -> f32 {
        let (mut signal, mut noise) = (0.0f64, 0.0f64);
        for n in 0..8000 {
            let sample = (peak * (n as f32 * 0.801).sin()) as i16;
            let wrong = f64::from(sample) - f64::from(round(sample));
            signal += f64::from(sample).powi(2);
            noise += wrong * wrong;
        }
        (10.0 * (signal / noise).log10()) as f32
    }

    #[test]
    fn every_octet_survives_a_round_trip() {
        for octet in 0..=255u8 {
            // Mu-law has two zeros; the negative one comes back as the positive.
            let mu = if octet == 0x7F { 0xFF } else { octet };
            assert_eq!(to_mu(from_mu(octet)), mu, "mu {octet:#x}");
            assert_eq!(to_a(from_a(octet)), octet, "A {octet:#x}");
        }
    }

    #[test]
    fn the_standard_s_corner_values_hold() {
        assert_eq!(from_mu(0xFF), 0);
        assert_eq!(to_mu(0), 0xFF);
        assert_eq!((from_mu(0x80), from_mu(0x00)), (32_124, -32_124));
        assert_eq!((from_a(0xAA), from_a(0x2A)), (32_256, -32_256));
        assert_eq!((from_a(0xD5), from_a(0x55)), (8, -8));
        assert_eq!((to_mu(i16::MAX), to_mu(i16::MIN)), (0x80, 0x00));
        assert_eq!((to_a(i16::MAX), to_a(i16::MIN)), (0xAA, 0x2A));
    }

    #[test]
    fn compression_is_monotonic() {
        for sample in i16::MIN..i16::MAX {
            assert!(from_mu(to_mu(sample)) <= from_mu(to_mu(sample + 1)));
            assert!(from_a(to_a(sample)) <= from_a(to_a(sample + 1)));
        }
    }

    #[test]
    fn noise_stays_where_g_712_wants_it() {
        for peak in [30_000.0, 3_000.0, 600.0] {
            let (mu, a) = (
                snr_db(|s| from_mu(to_mu(s)), peak),
                snr_db(|s| from_a(to_a(s)), peak),
            );
            assert!(
                mu > 33.0 && a > 33.0,
                "peak {peak}: mu-law {mu} dB, A-law {a} dB"
            );
        }
    }
}
