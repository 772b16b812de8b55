//! The door for connections to other machines. A name is looked up once, each of its addresses is held against the rule,
//! and what is connected to is an address that was checked: the name cannot lead elsewhere in between.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use crate::domain::network::{Network, is_of_server, is_public};

/// Which addresses may be connected to without the operator having allowed them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those of the public internet. A name that has any other is refused as a whole: nobody who means well has one.
    Public,
    /// Those of servers inside a network, too, for names that administrators alone enter (see [`is_of_server`]). What
    /// else a name has is left out.
    Servers,
}

/// What may be connected to.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'a> {
    pub reach: Reach,
    /// What the operator allows besides.
    pub allowed: &'a [Network],
}

/// The checked addresses of a name, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    allowed: Vec<SocketAddr>,
    left_out: Vec<SocketAddr>,
}

/// Why there is no connection. Words are those of the system.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unconnected {
    #[error("{0}")]
    NameNotFound(String),
    #[error("{0} may not be connected to")]
    Forbidden(IpAddr),
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Unreachable(String),
    #[error("there was no answer within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
}

const NO_ADDRESS: &str = "the name has no address";

/// Looks a name up and checks its addresses.
///
/// # Errors
/// [`Unconnected::NameNotFound`], [`Unconnected::Forbidden`].
pub async fn resolve(rule: Rule<'_>, host: &str, port: u16, patience: Duration) -> Result<Addresses, Unconnected> {
    match timeout(patience, lookup_host((host, port))).await {
        Ok(Ok(found)) => rule.check(found.collect()),
        Ok(Err(error)) => Err(Unconnected::NameNotFound(error.to_string())),
        Err(_) => Err(Unconnected::NameNotFound("the name server did not answer".to_owned())),
    }
}

/// Looks a name up and connects to the first of its addresses that answers. `patience` is for the look-up and for each
/// address.
///
/// # Errors
/// Where none answers, or may be asked.
pub async fn connect(rule: Rule<'_>, host: &str, port: u16, patience: Duration) -> Result<TcpStream, Unconnected> {
    resolve(rule, host, port, patience).await?.connect(patience, |_| {}).await
}

/// Another connection to where one led that was made by this door.
///
/// # Errors
/// Those of the system.
pub async fn connect_again(checked: SocketAddr) -> io::Result<TcpStream> {
    TcpStream::connect(checked).await
}

impl Rule<'_> {
    fn allows(&self, address: IpAddr) -> bool {
        let is_usual = match self.reach {
            Reach::Public => is_public(address),
            Reach::Servers => is_of_server(address),
        };
        is_usual || self.allowed.iter().any(|network| network.contains(address))
    }

    fn check(&self, found: Vec<SocketAddr>) -> Result<Addresses, Unconnected> {
        let (allowed, left_out): (Vec<_>, Vec<_>) = found.into_iter().partition(|address| self.allows(address.ip()));
        match left_out.first() {
            Some(other) if self.reach == Reach::Public || allowed.is_empty() => Err(Unconnected::Forbidden(other.ip())),
            None if allowed.is_empty() => Err(Unconnected::NameNotFound(NO_ADDRESS.to_owned())),
            _ => Ok(Addresses { allowed, left_out }),
        }
    }
}

impl Addresses {
    /// Those that may be connected to, in the order of the look-up.
    pub fn all(&self) -> &[SocketAddr] {
        &self.allowed
    }

    /// Those that the name has besides and that are never spoken to.
    pub fn left_out(&self) -> &[SocketAddr] {
        &self.left_out
    }

    /// Connects to the first that answers, each within `patience`; `note` hears of each before it is tried.
    ///
    /// # Errors
    /// What came of the last one.
    pub async fn connect(
        &self,
        patience: Duration,
        mut note: impl FnMut(SocketAddr),
    ) -> Result<TcpStream, Unconnected> {
        let mut last = Unconnected::NameNotFound(NO_ADDRESS.to_owned());
        for address in &self.allowed {
            note(*address);
            last = match timeout(patience, TcpStream::connect(*address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
                    Unconnected::Refused(error.to_string())
                }
                Ok(Err(error)) => Unconnected::Unreachable(error.to_string()),
                Err(_) => Unconnected::TimedOut(patience),
            };
        }
        Err(last)
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);
    const PUBLIC: Rule<'static> = Rule { reach: Reach::Public, allowed: &[] };
    const SERVERS: Rule<'static> = Rule { reach: Reach::Servers, allowed: &[] };

    fn at(addresses: &[&str]) -> Vec<SocketAddr> {
        addresses.iter().map(|address| SocketAddr::new(address.parse().unwrap(), 443)).collect()
    }

    #[test]
    fn a_public_name_with_one_address_inside_is_refused_as_a_whole() {
        let inside: IpAddr = "10.0.0.5".parse().unwrap();
        assert_eq!(PUBLIC.check(at(&["8.8.8.8", "10.0.0.5"])), Err(Unconnected::Forbidden(inside)));
        let networks: [Network; 1] = ["10.0.0.0/8".parse().unwrap()];
        let allowing = Rule { allowed: &networks, ..PUBLIC };
        assert_eq!(allowing.check(at(&["8.8.8.8", "10.0.0.5"])).unwrap().all(), at(&["8.8.8.8", "10.0.0.5"]));
    }

    #[test]
    fn of_a_server_inside_the_addresses_that_no_server_has_are_left_out() {
        let found = SERVERS.check(at(&["fe80::1", "192.168.1.1", "127.0.0.1"])).unwrap();
        assert_eq!(found.all(), at(&["192.168.1.1", "127.0.0.1"]));
        assert_eq!(found.left_out(), at(&["fe80::1"]));
        let metadata: IpAddr = "169.254.169.254".parse().unwrap();
        assert_eq!(SERVERS.check(at(&["169.254.169.254"])), Err(Unconnected::Forbidden(metadata)));
        let networks: [Network; 1] = ["169.254.0.0/16".parse().unwrap()];
        assert!(Rule { allowed: &networks, ..SERVERS }.check(at(&["169.254.169.254"])).is_ok());
        assert!(matches!(SERVERS.check(Vec::new()), Err(Unconnected::NameNotFound(_))));
    }

    #[tokio::test]
    async fn what_is_forbidden_is_never_connected_to_however_it_is_written() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "::ffff:127.0.0.1"] {
            let refused = connect(PUBLIC, host, port, PATIENCE).await.unwrap_err();
            let is_refused = matches!(refused, Unconnected::Forbidden(_) | Unconnected::NameNotFound(_));
            assert!(is_refused, "{host}: {refused:?}");
        }
        let nobody = timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(nobody.is_err(), "somebody connected");
        connect(SERVERS, "127.0.0.1", port, PATIENCE).await.unwrap();
        assert!(timeout(PATIENCE, listener.accept()).await.is_ok());
    }

    #[tokio::test]
    async fn the_first_address_that_answers_is_taken() {
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listener.local_addr().unwrap();
        let mut tried = Vec::new();
        let stream = SERVERS.check(vec![closed, open]).unwrap().connect(PATIENCE, |address| tried.push(address)).await;
        assert_eq!((stream.unwrap().peer_addr().unwrap(), tried), (open, vec![closed, open]));
        let none = SERVERS.check(vec![closed]).unwrap().connect(PATIENCE, |_| {}).await.unwrap_err();
        assert!(matches!(none, Unconnected::Refused(_)), "{none:?}");
    }
}
