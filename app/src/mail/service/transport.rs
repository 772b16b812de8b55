//! A way for messages to leave: an SMTP server or the built-in outbox, behind one door.
//!
//! `open` reads the account, without any network; `deliver` sends one message to one recipient and
//! keeps the connection for the next. What a failure means for a delivery is said by
//! [`Failure::event`].

use std::time::Duration;

use crate::{
    domain::{
        address::EmailAddress,
        delivery::DeliveryPhase,
        header_text::HeaderText,
        ids::AccountId,
        mail_account::{AccountKind, AuthMethod, MailHost},
        smtp_reply::SmtpReply,
    },
    entities::smtp_account,
    error::AppResult,
    platform::{
        ctx::Ctx,
        fault,
        mailer::{
            Cleartext, Credentials, DkimKey, Envelope, Failure, FailureKind, MailServer, Mailbox, PhaseHook, Recorder,
            Roots, Session, Step, Stop,
        },
    },
};

/// Accepted with the server's reply, or why not.
pub type Outcome = Result<SmtpReply, Failure>;

/// A connection that has been idle this long may have been dropped by the server: it is opened anew.
const IDLE: Duration = Duration::from_secs(60);

/// A way for messages to leave. Messages go one after the other; open several for more.
pub struct Transport {
    account_id: AccountId,
    sender: Mailbox,
    signer: Option<DkimKey>,
    way: Way,
}

enum Way {
    Outbox,
    Smtp { line: Box<Line>, session: Option<(Session, tokio::time::Instant)> },
}

/// How to reach a server, with a token that renews itself where that is set up.
pub(super) struct Line {
    pub(super) server: MailServer,
    /// The account, and the user name that its tokens are for.
    renewal: Option<(AccountId, String)>,
}

/// Reads an account and its secret. Nothing is connected yet.
///
/// # Errors
/// `NotFound` for an account that is gone, `Internal` for a secret that does not open.
pub async fn open(ctx: &Ctx, id: AccountId) -> AppResult<Transport> {
    let account = super::accounts::read(ctx, id).await?;
    let sender = sender_of(&account)?;
    let way = match account.kind {
        AccountKind::Outbox => Way::Outbox,
        AccountKind::Smtp => Way::Smtp { line: Box::new(line_of(ctx, &account).await?), session: None },
    };
    let signer = super::signing::open(ctx, id).await?;
    Ok(Transport { account_id: id, sender, signer, way })
}

impl Transport {
    /// Whom the account's mail is from.
    pub fn sender(&self) -> &Mailbox {
        &self.sender
    }

    /// What signs the account's mail when it is written.
    pub fn signer(&self) -> Option<&DkimKey> {
        self.signer.as_ref()
    }

    /// Sends one message. The hook is called before MAIL FROM and before the final dot; see
    /// [`PhaseHook`]. The row must be `connecting` when this is called.
    ///
    /// # Errors
    /// A [`Failure`] that tells at which step it failed and whether the outcome is unknown.
    pub async fn deliver(&mut self, ctx: &Ctx, envelope: &Envelope, mime: &[u8], hook: &dyn PhaseHook) -> Outcome {
        match &mut self.way {
            Way::Outbox => keep(ctx, self.account_id, envelope, mime, hook).await,
            Way::Smtp { line, session } => {
                let (mut open, is_reused) = match session.take() {
                    Some((open, used_at)) if open.is_usable() && used_at.elapsed() < IDLE => (open, true),
                    _ => (line.open(ctx, Recorder::default()).await?, false),
                };
                let mut outcome = open.deliver(envelope, mime, hook).await;
                if is_reused && outcome.as_ref().is_err_and(|failure| failure.step == Step::Reset) {
                    // The server closed the idle connection; nothing was said about this message yet.
                    open = line.open(ctx, Recorder::default()).await?;
                    outcome = open.deliver(envelope, mime, hook).await;
                }
                if open.is_usable() {
                    *session = Some((open, tokio::time::Instant::now()));
                }
                outcome
            }
        }
    }

    /// Makes an open connection ready for a message that comes next. One that the server has closed is opened anew with
    /// that message.
    pub async fn make_ready(&mut self) {
        if let Way::Smtp { session: Some((session, _)), .. } = &mut self.way {
            session.make_ready().await;
        }
    }

    /// Says goodbye to the server.
    pub async fn close(self) {
        if let Way::Smtp { session: Some((session, _)), .. } = self.way {
            session.quit().await;
        }
    }
}

/// The outbox keeps a message once, whatever happens: its row is there before `data_sent` is
/// stored, and a second try finds it.
async fn keep(ctx: &Ctx, account: AccountId, envelope: &Envelope, mime: &[u8], hook: &dyn PhaseHook) -> Outcome {
    let stopped = |Stop(words): Stop| Failure { step: Step::Body, kind: FailureKind::Stopped(words) };
    hook.before(DeliveryPhase::Envelope).await.map_err(stopped)?;
    let id = super::outbox::catch(ctx, account, envelope, mime)
        .await
        .map_err(|error| Failure { step: Step::Body, kind: FailureKind::Broken(error.words()) })?;
    hook.before(DeliveryPhase::DataSent).await.map_err(stopped)?;
    Ok(SmtpReply::new(250, None, &format!("Kept in the outbox as {id}")))
}

fn sender_of(account: &smtp_account::Model) -> AppResult<Mailbox> {
    let broken = |error: &dyn std::fmt::Display| fault::internal("reading a mail account", error);
    Ok(Mailbox {
        name: HeaderText::parse(&account.sender_name).ok(),
        address: EmailAddress::parse(&account.sender_address).map_err(|error| broken(&error))?,
    })
}

impl Line {
    /// Whether its tokens renew themselves.
    pub(super) fn renews(&self) -> bool {
        self.renewal.is_some()
    }

    /// Connects and signs in. A token that is refused is renewed once: it may have been revoked before its end.
    pub(super) async fn open(&mut self, ctx: &Ctx, recorder: Recorder) -> Result<Session, Failure> {
        let Some((account, username)) = &self.renewal else { return Session::open(&self.server, recorder).await };
        let credentials = |password| Some(Credentials { username: username.clone(), password });
        let token = super::oauth::token(ctx, *account, None).await?;
        self.server.credentials = credentials(token.clone());
        match Session::open(&self.server, recorder.clone()).await {
            Err(Failure { kind: FailureKind::WrongPassword(_), .. }) => {
                recorder.note("The access token was refused; a fresh one is asked for.");
                self.server.credentials = credentials(super::oauth::token(ctx, *account, Some(&token)).await?);
                Session::open(&self.server, recorder).await
            }
            opened => opened,
        }
    }
}

/// How to reach the account's server, with what it signs in with.
pub(super) async fn line_of(ctx: &Ctx, account: &smtp_account::Model) -> AppResult<Line> {
    let renews = account.auth == AuthMethod::XOAuth2 && super::oauth::is_set_up(ctx, account.id).await?;
    let renewal = renews.then(|| (account.id, account.username.clone()));
    Ok(Line { server: server_of(ctx, account)?, renewal })
}

/// How to reach the account's server, with its password opened.
fn server_of(ctx: &Ctx, account: &smtp_account::Model) -> AppResult<MailServer> {
    let row = account.id.to_string();
    let password = match &account.secret_ciphertext {
        Some(sealed) => {
            let opened = ctx.app.keyring.open(super::accounts::secret_of(&row), sealed);
            Some(opened.map_err(|error| fault::internal("opening a password", error))?)
        }
        None => None,
    };
    let credentials = password
        .filter(|_| account.auth != AuthMethod::None)
        .map(|password| Credentials { username: account.username.clone(), password });
    Ok(MailServer {
        host: MailHost::parse(&account.host).map_err(|error| fault::internal("reading a mail account", error))?,
        port: u16::try_from(account.port).map_err(|error| fault::internal("reading a mail account", error))?,
        tls: account.tls,
        auth: account.auth,
        credentials,
        helo_name: None,
        roots: account.authorities.clone().map_or(Roots::System, Roots::Pem),
        cleartext: Cleartext::AlsoTo(ctx.app.settings.smtp_cleartext.clone()),
        allowed: ctx.app.settings.outbound_allow.clone(),
        timeouts: ctx.app.settings.smtp,
    })
}
