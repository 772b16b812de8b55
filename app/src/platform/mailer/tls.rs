//! TLS for mail: which authorities are trusted, and what a handshake tells.

use mail_send::smtp::tls::build_tls_connector;
use ring::digest;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use rustls::{ClientConfig, ProtocolVersion, RootCertStore};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The authorities whose certificates are accepted.
#[derive(Clone, Debug, Default)]
pub enum Roots {
    /// Those of the operating system (`SSL_CERT_FILE` is honoured).
    #[default]
    System,
    /// Only these, in PEM.
    Pem(String),
}

/// A connector that accepts certificates from the given roots. The error is in words.
pub(super) fn connector(roots: &Roots) -> Result<TlsConnector, String> {
    match roots {
        Roots::System => build_tls_connector(false),
        Roots::Pem(pem) => {
            let mut store = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate = certificate.map_err(|_| "The custom authority is no PEM certificate.".to_owned())?;
                store.add(certificate).map_err(|error| format!("The custom authority is not usable: {error}."))?;
            }
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .map_err(|error| error.to_string())?
                .with_root_certificates(store)
                .with_no_client_auth();
            Ok(TlsConnector::from(Arc::new(config)))
        }
    }
}

/// A connector that accepts anything: only to find out whether a port speaks TLS; nothing is said over it.
pub(super) fn accepting_connector() -> Result<TlsConnector, String> {
    build_tls_connector(true)
}

/// What was agreed, for the transcript: version and the certificate's fingerprint.
pub(super) fn describe(stream: &TlsStream<TcpStream>) -> String {
    let connection = stream.get_ref().1;
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "TLS",
    };
    match connection.peer_certificates().and_then(|chain| chain.first()) {
        Some(certificate) => format!("{version}, certificate SHA-256 {}", fingerprint(certificate)),
        None => version.to_owned(),
    }
}

fn fingerprint(certificate: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, certificate);
    hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}
