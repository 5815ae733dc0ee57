//! API keys: how programs sign in, each on behalf of a user and never further than that user.
use super::role::{self, Permission};
use super::user::User;
use crate::core::actor::Grants;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use derive::Record;
use ipnet::IpNet;
use std::net::IpAddr;

/// How a program signs in, on behalf of a user. The key itself is shown once, when it is made.
#[derive(Debug, Clone, Record)]
#[record(path = "/api-keys", one = "api_key", many = "api_keys", tag = "Access", fa = "کلیدهای API")]
pub struct ApiKey {
    #[record(base)]
    pub base: Base,
    /// What the key is for.
    #[record(fa = "نام", min = 1, max = 100, example = r#""Nightly export""#)]
    pub name: String,
    /// On whose behalf it acts: who made it.
    #[record(fa = "کاربر", server)]
    pub user_id: Option<Id<User>>,
    /// What it may do, at most what its user may; empty for the same as its user.
    #[record(fa = "مجوزها", items = Permission, max = 500, example = r#"[{"permission": "customers:read", "scope": "unit"}]"#)]
    pub permissions: Vec<Permission>,
    /// The addresses it may be used from, each an IP address or a network such as `10.0.0.0/8`; empty for any.
    #[record(fa = "نشانی‌های مجاز", max = 50, example = r#"["192.0.2.0/24"]"#)]
    pub allowed_ips: Vec<String>,
    /// When it ends; null for when it is deleted.
    #[record(fa = "انقضا", example = r#""2027-03-21T00:00:00.000Z""#)]
    pub expires_at: Option<Instant>,
    /// The key's public part, by which it is told from others: `pvd_live_` and these 8 characters.
    #[record(fa = "پیشوند", server, max = 20, example = r#""4f9Zk2Qa""#)]
    pub prefix: String,
    /// When it was last used, to the minute; null if it never was.
    #[record(fa = "آخرین کاربرد", server)]
    pub last_used_at: Option<Instant>,
}

/// An address or a network; an address is the network of itself.
pub fn network(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Whether a key with these networks may be used from an address. An IPv4 address written as IPv6 is IPv4.
pub fn may_come_from(networks: &[IpNet], ip: IpAddr) -> bool {
    networks.is_empty() || networks.iter().any(|n| n.contains(&ip.to_canonical()))
}

impl ApiKey {
    /// Whether it has not expired.
    pub fn is_good(&self, now: Instant) -> bool {
        self.expires_at.is_none_or(|at| now < at)
    }

    /// What it leaves of its user's permissions.
    pub fn narrow(&self, mine: &Grants) -> Grants {
        if self.permissions.is_empty() {
            mine.clone()
        } else {
            mine.both(&role::grants(&self.permissions))
        }
    }
}

impl Rules for ApiKey {
    fn check(&mut self, setting: &Setting) -> Problems {
        let mut problems = role::check(&self.permissions);
        for (i, text) in self.allowed_ips.iter().enumerate() {
            if network(text).is_none() {
                problems.with(format!("/allowed_ips/{i}"), Code::Format, vec![("format", "IP or CIDR".to_owned())]);
            }
        }
        if self.expires_at.is_some_and(|at| at <= setting.now) {
            problems.with(
                "/expires_at",
                Code::OutOfRange,
                vec![("min", setting.now.to_string()), ("max", String::new())],
            );
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;

    #[test]
    fn a_key_is_good_from_its_networks_alone() {
        let of = |texts: &[&str]| texts.iter().map(|t| network(t).unwrap()).collect::<Vec<_>>();
        let rows = [
            (&[][..], "203.0.113.9", true),
            (&["192.0.2.7"][..], "192.0.2.7", true),
            (&["192.0.2.7"][..], "192.0.2.8", false),
            (&["10.0.0.0/8", "2001:db8::/32"][..], "10.255.0.1", true),
            (&["10.0.0.0/8", "2001:db8::/32"][..], "::ffff:10.0.0.1", true),
            (&["10.0.0.0/8", "2001:db8::/32"][..], "2001:db8:1::1", true),
            (&["10.0.0.0/8", "2001:db8::/32"][..], "11.0.0.1", false),
        ];
        for (networks, ip, expected) in rows {
            assert_eq!(may_come_from(&of(networks), ip.parse().unwrap()), expected, "{networks:?} {ip}");
        }
        for wrong in ["", "10.0.0.0/33", "10.0.0", "example.com", "10.0.0.0/", "0x0a.0.0.1"] {
            assert_eq!(network(wrong), None, "{wrong}");
        }
    }
}
