//! Who is at the other end: address, scheme and host of a request, believing forwarded ones from trusted proxies only.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, Uri, header};
use ipnet::IpNet;

/// The other end of a request, after trusted proxies are looked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Client {
    /// The client's address as far as trusted proxies vouch for it.
    pub address: IpAddr,
    /// True when the client speaks https, to us or to a trusted proxy.
    pub secure: bool,
    /// The host, with its port, that the client asked.
    pub host: String,
    /// True when the connection itself comes from this machine, no proxy is involved, and it asked for this machine: a page
    /// whose name was pointed here afterwards asks for that name.
    pub local: bool,
}

/// How a request's page relates to this instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Site {
    /// A browser says that our own page sent it.
    Same,
    /// A browser says that a page of somebody else sent it.
    Foreign,
    /// No browser says anything.
    Unknown,
}

impl Client {
    /// Reads the request's end points; `tls` tells whether our own listener speaks it.
    pub(crate) fn read(headers: &HeaderMap, uri: &Uri, peer: SocketAddr, tls: bool, trusted: &[IpNet]) -> Self {
        let peer_address = peer.ip().to_canonical();
        let trusts_peer = is_trusted(peer_address, trusted);
        let own_host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .or_else(|| uri.authority().map(http::uri::Authority::as_str))
            .unwrap_or_default();
        let local = peer_address.is_loopback() && !trusts_peer && !is_forwarded(headers) && is_loopback_host(own_host);
        if !trusts_peer {
            return Self { address: peer_address, secure: tls, host: own_host.to_ascii_lowercase(), local };
        }
        let address = forwarded_address(headers, trusted);
        let secure = last_item(headers, "x-forwarded-proto").map_or(tls, |scheme| scheme.eq_ignore_ascii_case("https"));
        let host = last_item(headers, "x-forwarded-host").unwrap_or(own_host).to_ascii_lowercase();
        Self { address: address.unwrap_or(peer_address), secure, host, local }
    }

    /// What a browser calls the origin of our own pages.
    #[must_use]
    pub(crate) fn origin(&self) -> String {
        let (scheme, default_port) = if self.secure { ("https", ":443") } else { ("http", ":80") };
        let host = self.host.strip_suffix(default_port).unwrap_or(&self.host);
        format!("{scheme}://{host}")
    }

    /// Where the page is from that sent this request.
    ///
    /// `Sec-Fetch-Site` cannot be set by a page; `Origin` is the fallback of browsers that do not send it.
    #[must_use]
    pub(crate) fn site(&self, headers: &HeaderMap) -> Site {
        if let Some(relation) = headers.get("sec-fetch-site") {
            return if relation == "same-origin" { Site::Same } else { Site::Foreign };
        }
        match headers.get(header::ORIGIN) {
            None => Site::Unknown,
            Some(origin) if origin.as_bytes() == self.origin().as_bytes() => Site::Same,
            Some(_) => Site::Foreign,
        }
    }
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

fn is_forwarded(headers: &HeaderMap) -> bool {
    let names = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];
    names.iter().any(|name| headers.contains_key(*name))
}

/// True for what only this machine is called, with or without a port.
fn is_loopback_host(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    if name.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    address.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// The nearest address in the chain that is not a proxy of ours; what stands to its left is only claimed, readable or not.
fn forwarded_address(headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let mut nearest = None;
    for value in headers.get_all("x-forwarded-for").iter().rev() {
        for item in value.as_bytes().rsplit(|byte| *byte == b',') {
            let Some(address) = std::str::from_utf8(item).ok().and_then(|text| parse_address(text.trim())) else {
                return nearest;
            };
            nearest = Some(address);
            if !is_trusted(address, trusted) {
                return nearest;
            }
        }
    }
    nearest
}

/// An address as proxies write it: bare, with a port, or in brackets.
fn parse_address(text: &str) -> Option<IpAddr> {
    let address = text
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()))
        .or_else(|_| text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>());
    address.ok().map(|address| address.to_canonical())
}

/// The last item of a list header: the one that the nearest proxy wrote.
fn last_item<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get_all(name).iter().next_back()?;
    let item = value.as_bytes().rsplit(|byte| *byte == b',').next()?;
    std::str::from_utf8(item).ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn read(pairs: &[(&'static str, &str)], peer: &str) -> Client {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        Client::read(&headers(pairs), &Uri::from_static("/"), peer.parse().unwrap(), false, &trusted)
    }

    const FORWARDED: [(&str, &str); 4] = [
        ("host", "inside:8080"),
        ("x-forwarded-for", "6.6.6.6, 203.0.113.7, 10.0.0.2"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "analytics.example.com"),
    ];

    #[test]
    fn a_trusted_proxy_is_believed_and_only_as_far_as_it_vouches() {
        let client = read(&FORWARDED, "10.0.0.1:5000");
        assert_eq!(client.address.to_string(), "203.0.113.7");
        assert!(client.secure);
        assert_eq!(client.origin(), "https://analytics.example.com");
    }

    #[test]
    fn nobody_else_is_believed() {
        let client = read(&FORWARDED, "192.0.2.1:5000");
        assert_eq!(client.address.to_string(), "192.0.2.1");
        assert!(!client.secure);
        assert_eq!(client.origin(), "http://inside:8080");
    }

    #[test]
    fn a_mapped_address_is_the_address_it_maps() {
        assert_eq!(read(&FORWARDED, "[::ffff:10.0.0.1]:5000").address.to_string(), "203.0.113.7");
    }

    #[test]
    fn a_forwarded_connection_from_this_machine_is_not_local() {
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080", "[::1]"] {
            assert!(read(&[("host", host)], "127.0.0.1:5000").local, "{host}");
            assert!(!read(&[("host", host)], "192.0.2.1:5000").local, "{host}");
        }
        assert!(!read(&FORWARDED, "127.0.0.1:5000").local);
        for name in ["via", "x-real-ip", "x-forwarded-proto"] {
            assert!(!read(&[("host", "localhost"), (name, "1")], "127.0.0.1:5000").local, "{name}");
        }
    }

    #[test]
    fn who_asks_for_another_name_or_is_a_trusted_proxy_is_not_local() {
        for host in ["", "x", "evil.com:8080", "localhost.evil.com", "127.0.0.1.evil.com", "192.0.2.1", "::1:x"] {
            assert!(!read(&[("host", host)], "127.0.0.1:5000").local, "{host}");
        }
        let trusted = ["127.0.0.0/8".parse().unwrap()];
        let headers = headers(&[("host", "localhost")]);
        let peer = "127.0.0.1:5000".parse().unwrap();
        assert!(!Client::read(&headers, &Uri::from_static("/"), peer, false, &trusted).local);
    }

    #[test]
    fn what_cannot_be_read_hides_nothing_to_its_right() {
        let address = |forwarded: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.append("x-forwarded-for", http::HeaderValue::from_bytes(forwarded).unwrap());
            let trusted = ["10.0.0.0/8".parse().unwrap()];
            let peer = "10.0.0.1:5000".parse().unwrap();
            Client::read(&headers, &Uri::from_static("/"), peer, false, &trusted).address.to_string()
        };
        assert_eq!(address(b"\xff, 203.0.113.7"), "203.0.113.7");
        assert_eq!(address(b"\xff, 203.0.113.7, 10.0.0.2"), "203.0.113.7");
        assert_eq!(address(b"203.0.113.7, \xff, 10.0.0.2"), "10.0.0.2", "the proxy that could not say more");
        assert_eq!(address(b"203.0.113.7, \xff"), "10.0.0.1", "the proxy's own");
    }

    #[test]
    fn a_page_of_somebody_else_is_foreign_however_it_is_spelled() {
        let client = read(&[("host", "good.com")], "192.0.2.1:1");
        let cases = [
            (vec![("origin", "http://good.com")], Site::Same),
            (vec![("origin", "null")], Site::Foreign),
            (vec![("origin", "https://good.com")], Site::Foreign),
            (vec![("origin", "http://good.com.evil.com")], Site::Foreign),
            (vec![("sec-fetch-site", "same-origin")], Site::Same),
            (vec![("sec-fetch-site", "same-site"), ("origin", "http://good.com")], Site::Foreign),
            (vec![("sec-fetch-site", "cross-site")], Site::Foreign),
            (vec![], Site::Unknown),
        ];
        for (pairs, expected) in cases {
            assert_eq!(client.site(&headers(&pairs)), expected, "{pairs:?}");
        }
    }
}
