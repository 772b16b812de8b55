//! Signing in: which mechanism to use of those that the server offers.

use super::failure::{Failure, FailureKind, Step};
use super::server::{Credentials, MailServer};
use super::wire::{Recorder, Wire};
use crate::domain::mail_account::AuthMethod;
use base64::{Engine, engine::general_purpose::STANDARD};
use mail_send::{Credentials as SmtpCredentials, SmtpClient};
use smtp_proto::{AUTH_CRAM_MD5, AUTH_LOGIN, AUTH_PLAIN, AUTH_XOAUTH2, EhloResponse};

const NAMES: [(u64, &str); 4] =
    [(AUTH_PLAIN, "PLAIN"), (AUTH_LOGIN, "LOGIN"), (AUTH_CRAM_MD5, "CRAM-MD5"), (AUTH_XOAUTH2, "XOAUTH2")];

/// Signs in with the wanted mechanism, or does nothing if none is wanted.
pub(super) async fn sign_in(
    client: &mut SmtpClient<Wire>,
    server: &MailServer,
    mut offer: EhloResponse<String>,
    recorder: &Recorder,
) -> Result<(), Failure> {
    if server.auth == AuthMethod::None {
        return Ok(());
    }
    let failed = |kind| Failure::new(Step::SignIn, kind);
    let Some(credentials) = &server.credentials else {
        return Err(failed(FailureKind::MissingCredentials));
    };
    let wanted = preference(server.auth, client.stream.is_encrypted());
    let Some(mechanism) = wanted.iter().copied().find(|mechanism| offer.auth_mechanisms & mechanism != 0) else {
        return Err(failed(FailureKind::SignInNotOffered(names(offer.auth_mechanisms))));
    };
    hide(recorder, credentials);
    recorder.client(format!("AUTH {} (user name and password hidden)", names(mechanism)));
    // The library tries everything that is offered, strongest first and more than once; one is enough.
    offer.auth_mechanisms = mechanism;
    let (username, secret) = (credentials.username.as_str(), credentials.password.expose());
    let known = match server.auth {
        AuthMethod::XOAuth2 => SmtpCredentials::new_xoauth2(username, secret),
        _ => SmtpCredentials::new(username, secret),
    };
    match client.authenticate(&known, &offer).await {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::from_smtp(Step::SignIn, error, client.stream.is_closed, server.timeouts.phase)),
    }
}

/// Over TLS the mechanisms that work everywhere; in clear the one that does not show the password.
fn preference(method: AuthMethod, encrypted: bool) -> &'static [u64] {
    match method {
        AuthMethod::None => &[],
        AuthMethod::Plain => &[AUTH_PLAIN],
        AuthMethod::Login => &[AUTH_LOGIN],
        AuthMethod::CramMd5 => &[AUTH_CRAM_MD5],
        AuthMethod::XOAuth2 => &[AUTH_XOAUTH2],
        AuthMethod::Automatic if encrypted => &[AUTH_PLAIN, AUTH_LOGIN, AUTH_CRAM_MD5],
        AuthMethod::Automatic => &[AUTH_CRAM_MD5, AUTH_PLAIN, AUTH_LOGIN],
    }
}

fn names(mechanisms: u64) -> String {
    let known = NAMES.iter().filter(|(bit, _)| mechanisms & bit != 0).map(|(_, name)| *name);
    known.collect::<Vec<_>>().join(", ")
}

/// A server may repeat what it was told; the transcript does not.
fn hide(recorder: &Recorder, credentials: &Credentials) {
    let password = credentials.password.expose();
    recorder.hide(STANDARD.encode(format!("\0{}\0{password}", credentials.username)));
    recorder.hide(STANDARD.encode(format!("user={}\x01auth=Bearer {password}\x01\x01", credentials.username)));
    recorder.hide(STANDARD.encode(password));
    recorder.hide(password.to_owned());
}
