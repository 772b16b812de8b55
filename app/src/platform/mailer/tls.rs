//! TLS for mail: which authorities are trusted, and what a handshake tells.

use super::certificate::fingerprint;
use super::wire::Recorder;
use mail_send::smtp::tls::build_tls_connector;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject};
use rustls::{ClientConfig, DigitallySignedStruct, ProtocolVersion, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;
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

/// A connector that accepts certificates from the given roots and writes down those that it is shown, accepted or not.
/// The error is in words.
pub(super) fn connector(roots: &Roots, recorder: &Recorder) -> Result<TlsConnector, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let judge = judge(roots, provider.clone())?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Witness { judge, recorder: recorder.clone() }))
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Who decides whether a certificate is accepted.
fn judge(roots: &Roots, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, String> {
    match roots {
        Roots::System => Ok(Arc::new(Verifier::new(provider).map_err(|error| error.to_string())?)),
        Roots::Pem(pem) => {
            let mut store = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate = certificate.map_err(|_| "The custom authority is no PEM certificate.".to_owned())?;
                store.add(certificate).map_err(|error| format!("The custom authority is not usable: {error}."))?;
            }
            let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider).build();
            Ok(verifier.map_err(|error| error.to_string())?)
        }
    }
}

/// Writes down what a server shows, and leaves the judgement to another.
#[derive(Debug)]
struct Witness {
    judge: Arc<dyn ServerCertVerifier>,
    recorder: Recorder,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let shown = std::iter::once(end_entity).chain(intermediates);
        self.recorder.shown(shown.map(|certificate| certificate.clone().into_owned()).collect());
        self.judge.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
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
