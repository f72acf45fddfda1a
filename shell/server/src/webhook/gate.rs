//! Which addresses may be connected to in a customer's name.
//!
//! Whoever may write a URL into this program makes it connect somewhere. Without a gate that
//! somewhere could be the machine itself, its neighbours, or the service that hands out the
//! cloud's credentials. So an address is judged once it is known: after the name was resolved,
//! before anything is connected, at every redirect anew.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

/// Judges addresses. What the operator forbids is forbidden; what they allow is allowed; what
/// is left is allowed if it is public, or if everything is.
#[derive(Debug, Clone)]
pub struct Gate {
    allow: Vec<IpNet>,
    forbid: Vec<IpNet>,
    public_only: bool,
}

impl Gate {
    /// Everything is allowed, as in `dev`.
    pub fn open() -> Gate {
        Gate {
            allow: Vec::new(),
            forbid: Vec::new(),
            public_only: false,
        }
    }

    /// Public addresses are allowed but for some, others are not but for some.
    pub fn public(allow: Vec<IpNet>, forbid: Vec<IpNet>) -> Gate {
        Gate {
            allow,
            forbid,
            public_only: true,
        }
    }

    /// Whether this address may be connected to.
    pub fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let inner = match address {
            IpAddr::V6(address) => embedded(address).map(IpAddr::V4),
            IpAddr::V4(_) => None,
        };
        let within = |nets: &[IpNet]| {
            nets.iter().any(|net| {
                net.contains(&address) || inner.is_some_and(|inner| net.contains(&inner))
            })
        };
        if within(&self.forbid) {
            return false;
        }
        if !self.public_only || within(&self.allow) {
            return true;
        }
        // What carries an IPv4 address leads where that one does.
        let judged = inner.unwrap_or(address);
        !NOT_PUBLIC.iter().any(|net| net.contains(&judged))
    }
}

/// The IPv4 address that an IPv6 address leads to: behind a translator or a tunnel.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let (high, low) = match [a, b, c, d, e, f] {
        // Compatible (RFC 4291 §2.5.5.1), and translated by SIIT (RFC 2765 §2.1).
        [0, 0, 0, 0, 0, 0] if g != 0 => (g, h),
        [0, 0, 0, 0, 0xffff, 0] => (g, h),
        // NAT64's well-known prefix (RFC 6052 §2.1).
        [0x64, 0xff9b, 0, 0, 0, 0] => (g, h),
        // 6to4 (RFC 3056 §2).
        [0x2002, high, low, ..] => (high, low),
        _ => return None,
    };
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Some(Ipv4Addr::new(a, b, c, d))
}

/// What isn't public: the special ranges of IANA's registries for both families, and one public
/// address behind which a cloud's own service answers its guests.
static NOT_PUBLIC: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    [
        "0.0.0.0/8",        // this host (RFC 1122 §3.2.1.3)
        "10.0.0.0/8",       // private (RFC 1918)
        "100.64.0.0/10",    // behind a carrier's translator (RFC 6598)
        "127.0.0.0/8",      // loopback
        "169.254.0.0/16",   // link-local (RFC 3927), with the clouds' metadata services
        "172.16.0.0/12",    // private
        "192.0.0.0/24",     // protocol assignments (RFC 6890)
        "192.0.2.0/24",     // documentation (RFC 5737)
        "192.88.99.0/24",   // 6to4 relays, given up (RFC 7526)
        "192.168.0.0/16",   // private
        "198.18.0.0/15",    // benchmarks (RFC 2544)
        "198.51.100.0/24",  // documentation
        "203.0.113.0/24",   // documentation
        "224.0.0.0/4",      // multicast
        "240.0.0.0/4",      // reserved, and broadcast
        "168.63.129.16/32", // Azure's host, seen from its guests
        // All that isn't global unicast (RFC 4291 §2.4): unspecified, loopback, local NAT64
        // (RFC 8215), discard-only (RFC 6666), unique local (RFC 4193), link-local, site-local,
        // multicast.
        "::/3",
        "4000::/2",
        "8000::/1",
        "2001::/23",     // protocol assignments, Teredo among them (RFC 2928)
        "2001:db8::/32", // documentation (RFC 3849)
        "3fff::/20",     // documentation (RFC 9637)
    ]
    .iter()
    .map(|net| net.parse().expect("the table is well formed"))
    .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn nets(texts: &[&str]) -> Vec<IpNet> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn only_public_addresses_pass_a_gate_that_is_shut() {
        let gate = Gate::public(Vec::new(), Vec::new());
        for private in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "2002:c0a8:101::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!gate.admits(address(private)), "{private}");
        }
        for public in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.255.255",
            "172.32.0.1",
            "192.167.255.255",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::1",
        ] {
            assert!(gate.admits(address(public)), "{public}");
        }
    }

    #[test]
    fn the_operator_opens_and_shuts_it() {
        let gate = Gate::public(
            nets(&["10.1.0.0/16", "fd00:1::/32"]),
            nets(&["10.1.2.3/32", "1.1.1.0/24"]),
        );
        for (text, admitted) in [
            ("10.1.0.9", true),
            ("::ffff:10.1.0.9", true),
            ("64:ff9b::10.1.0.9", true),
            ("fd00:1::9", true),
            ("10.2.0.9", false),
            ("fd00:2::9", false),
            // What is forbidden stays so in any form, also within what is allowed.
            ("10.1.2.3", false),
            ("::ffff:10.1.2.3", false),
            ("2002:a01:203::1", false),
            ("1.1.1.1", false),
            ("64:ff9b::1.1.1.1", false),
            ("1.1.2.1", true),
        ] {
            assert_eq!(gate.admits(address(text)), admitted, "{text}");
        }
        assert!(Gate::open().admits(address("169.254.169.254")));
    }
}
