//! The door to web servers: one request, one answer. Every address of the name must be public or allowed by the operator
//! (`platform::outbound`), redirects are not followed, the answer and the time that it takes are bounded.

use std::{fmt, net::IpAddr, time::Duration};

use http::{HeaderName, HeaderValue, Method, Uri, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};

use super::outbound::{self, Reach, Rule, Unconnected};
use crate::domain::network::Network;

/// Longest body of an answer, in bytes.
const MAX_BODY: usize = 256 * 1024;

/// Asks web servers.
#[derive(Clone, Debug, Default)]
pub struct HttpClient {
    allowed: Vec<Network>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    /// `https://…` or `http://…`, without user name and password.
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// For everything together, from the look-up of the name to the end of the answer.
    pub timeout: Duration,
}

/// What was answered, whatever the status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Why there is no answer. Its words never hold the address that was asked: that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpError {
    /// The address is no address of the web, or has a part that is not allowed.
    BadUrl,
    BadHeader,
    /// A port that no web server has.
    PortForbidden(u16),
    /// The name leads to an address inside a network, which the operator has not allowed.
    AddressForbidden(IpAddr),
    NameNotFound,
    Unreachable(String),
    Tls(String),
    TimedOut(Duration),
    TooLong,
    Broken(String),
}

impl HttpClient {
    /// A client that reaches public addresses and those that the operator allows (`Settings::outbound_allow`).
    pub fn new(allowed: Vec<Network>) -> Self {
        Self { allowed }
    }

    /// Asks and waits for the answer.
    ///
    /// # Errors
    /// Where there is no answer; a status like 500 is one.
    pub async fn send(&self, request: Request) -> Result<Reply, HttpError> {
        let patience = request.timeout;
        match timeout(patience, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(HttpError::TimedOut(patience)),
        }
    }

    /// Why an address will never be asked: it is none of a web server, or leads where nothing may be asked. A name that
    /// cannot be looked up now says nothing.
    pub async fn refusal(&self, url: &str, patience: Duration) -> Option<HttpError> {
        let target = match Target::read(url) {
            Ok(target) => target,
            Err(error) => return Some(error),
        };
        match outbound::resolve(self.rule(), &target.host, target.port, patience).await {
            Err(Unconnected::Forbidden(address)) => Some(HttpError::AddressForbidden(address)),
            Ok(_) | Err(_) => None,
        }
    }

    fn rule(&self) -> Rule<'_> {
        Rule { reach: Reach::Public, allowed: &self.allowed }
    }

    async fn exchange(&self, request: Request) -> Result<Reply, HttpError> {
        let target = Target::read(&request.url)?;
        let patience = request.timeout;
        let message = target.message(request)?;
        let stream = self.connect(&target, patience).await?;
        if !target.is_tls {
            return talk(stream, message).await;
        }
        let connector = mail_send::smtp::tls::build_tls_connector(false).map_err(HttpError::Tls)?;
        let name = ServerName::try_from(target.host.clone()).map_err(|_| HttpError::BadUrl)?;
        let stream = connector.connect(name, stream).await.map_err(|error| HttpError::Tls(error.to_string()))?;
        talk(stream, message).await
    }

    async fn connect(&self, target: &Target, patience: Duration) -> Result<TcpStream, HttpError> {
        outbound::connect(self.rule(), &target.host, target.port, patience).await.map_err(|error| match error {
            Unconnected::NameNotFound(_) => HttpError::NameNotFound,
            Unconnected::Forbidden(address) => HttpError::AddressForbidden(address),
            Unconnected::Refused(words) | Unconnected::Unreachable(words) => HttpError::Unreachable(words),
            Unconnected::TimedOut(patience) => HttpError::TimedOut(patience),
        })
    }
}

/// Where a request goes.
struct Target {
    uri: Uri,
    is_tls: bool,
    /// Without the brackets of an IPv6 address.
    host: String,
    port: u16,
}

impl Target {
    fn read(url: &str) -> Result<Self, HttpError> {
        let uri: Uri = url.parse().map_err(|_| HttpError::BadUrl)?;
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(HttpError::BadUrl),
        };
        let authority = uri.authority().ok_or(HttpError::BadUrl)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() || authority.as_str().contains('@') {
            return Err(HttpError::BadUrl);
        }
        let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        // Below 1024 stand the doors of other services: SSH, SMTP, databases of names.
        if port < 1024 && port != 80 && port != 443 {
            return Err(HttpError::PortForbidden(port));
        }
        Ok(Self { uri, is_tls, host, port })
    }

    fn message(&self, request: Request) -> Result<hyper::Request<Full<Bytes>>, HttpError> {
        let Request { method, url: _, headers, body, timeout: _ } = request;
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let authority = self.uri.authority().map(|authority| authority.as_str().to_owned()).unwrap_or_default();
        let mut message = hyper::Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, authority)
            .header(header::CONNECTION, "close")
            .header(header::USER_AGENT, concat!("AutoReport/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| HttpError::BadUrl)?;
        for (name, value) in headers {
            let name = HeaderName::try_from(name).map_err(|_| HttpError::BadHeader)?;
            let value = HeaderValue::try_from(value).map_err(|_| HttpError::BadHeader)?;
            message.headers_mut().insert(name, value);
        }
        Ok(message)
    }
}

async fn talk<S>(stream: S, message: hyper::Request<Full<Bytes>>) -> Result<Reply, HttpError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let exchange = async move {
        let answer = sender.send_request(message).await.map_err(broken)?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), MAX_BODY).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() { HttpError::TooLong } else { HttpError::Broken(error.to_string()) }
        })?;
        Ok(Reply { status, body: body.to_bytes().to_vec() })
    };
    // The connection is driven here and not by a task of its own, so that nothing of it is left when time is up.
    let mut connection = std::pin::pin!(connection);
    let mut exchange = std::pin::pin!(exchange);
    let mut is_open = true;
    loop {
        tokio::select! {
            biased;
            answer = &mut exchange => return answer,
            _ = &mut connection, if is_open => is_open = false,
        }
    }
}

fn broken(error: hyper::Error) -> HttpError {
    HttpError::Broken(error.to_string())
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadUrl => f.write_str("This is no address of a web server."),
            Self::BadHeader => f.write_str("A header of the request has a character that is not allowed."),
            Self::PortForbidden(port) => write!(f, "Port {port} is not one of a web server."),
            Self::AddressForbidden(address) => write!(
                f,
                "The name leads to {address}, which is not on the public internet. The operator can allow it with AUTOREPORT_OUTBOUND_ALLOW."
            ),
            Self::NameNotFound => f.write_str("The server's name was not found."),
            Self::Unreachable(words) => write!(f, "The server cannot be reached ({words})."),
            Self::Tls(words) => write!(f, "The TLS handshake failed ({words})."),
            Self::TimedOut(patience) => write!(f, "The server did not answer within {} s.", patience.as_secs()),
            Self::TooLong => write!(f, "The server's answer is longer than {} kB.", MAX_BODY / 1024),
            Self::Broken(words) => write!(f, "The connection broke ({words})."),
        }
    }
}

impl std::error::Error for HttpError {}

#[cfg(test)]
mod tests;
