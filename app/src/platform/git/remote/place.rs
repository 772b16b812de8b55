//! Where a server is: its name becomes addresses that are checked, and nothing connects to any other.

use std::{net::IpAddr, time::Duration};

use super::{GitSettings, Remote, RemoteError, RemoteRule};
use crate::{
    domain::git_remote::Transport,
    platform::outbound::{self, Addresses, Reach, Rule, Unconnected},
};

/// For the look-up of a name, and for each of its addresses.
const PATIENCE: Duration = Duration::from_secs(10);

impl Remote {
    /// The checked addresses that the name has now; git and ssh are told to connect to these and to no other.
    pub(super) async fn place(&self) -> Result<Option<Addresses>, RemoteError> {
        let GitSettings { remotes, allowed, .. } = &self.settings;
        let rule = match (remotes, self.address.transport) {
            // Tests answer for the server themselves.
            (RemoteRule::Files, _) => return Ok(None),
            (RemoteRule::Public | RemoteRule::Internal, Transport::File) => return Err(RemoteError::NoFiles),
            (RemoteRule::Public, _) => Rule { reach: Reach::Public, allowed: &[] },
            (RemoteRule::Internal, _) => Rule { reach: Reach::Servers, allowed },
        };
        let found = outbound::resolve(rule, &self.address.host, self.address.port(), PATIENCE).await;
        found.map(Some).map_err(|error| self.unconnected(error))
    }

    /// Why nothing may ever be pushed there, if the rule forbids it. A name that cannot be looked up now says nothing.
    pub async fn forbidden(&self) -> Option<RemoteError> {
        match self.place().await {
            Err(error @ (RemoteError::NotPublic(..) | RemoteError::NoServer(..))) => Some(error),
            Ok(_) | Err(_) => None,
        }
    }

    /// ssh is told one address: of several the first that answers.
    pub(super) async fn one_of(&self, place: &Addresses) -> Result<IpAddr, RemoteError> {
        if let [only] = place.all() {
            return Ok(only.ip());
        }
        let stream = place.connect(PATIENCE, |_| {}).await.map_err(|error| self.unconnected(error))?;
        stream.peer_addr().map(|address| address.ip()).map_err(|error| RemoteError::System(error.to_string()))
    }

    fn unconnected(&self, error: Unconnected) -> RemoteError {
        let host = self.address.host.clone();
        match error {
            Unconnected::NameNotFound(words) => RemoteError::NoAddress(host, words),
            Unconnected::Forbidden(address) if self.settings.remotes == RemoteRule::Public => {
                RemoteError::NotPublic(host, address)
            }
            Unconnected::Forbidden(address) => RemoteError::NoServer(host, address),
            Unconnected::Refused(_) | Unconnected::Unreachable(_) | Unconnected::TimedOut(_) => {
                RemoteError::Said(format!("{host} cannot be reached: {error}."))
            }
        }
    }
}
