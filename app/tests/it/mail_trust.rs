//! Whom an account trusts, and what its test says of a certificate, against real servers.

use app::{
    domain::{
        ids::AccountId,
        mail_probe::{ProbeReport, ProbeResult},
    },
    entities::smtp_account,
    error::{AppError, Problem},
    mail::service::{
        accounts::{self, AccountInput},
        authorities,
        probe::{self, Probe},
    },
    platform::ctx::Ctx,
    testing::{
        Cast, TestApp, each_database,
        smtp_server::{SmtpServer, local_account},
    },
};
use chrono::TimeDelta;
use sea_orm::EntityTrait;
use uuid::Uuid;

async fn encrypted(ctx: &Ctx, server: &SmtpServer, host: &str) -> AccountId {
    let name = format!("Office {}", Uuid::now_v7());
    let input = AccountInput { name, host: host.into(), tls: "implicit".into(), ..local_account(server.port) };
    accounts::create(ctx, input).await.unwrap()
}

async fn tested(ctx: &Ctx, id: AccountId) -> ProbeReport {
    probe::run(ctx, id, Probe::Talk).await.unwrap()
}

async fn stored(app: &TestApp, id: AccountId) -> smtp_account::Model {
    smtp_account::Entity::find_by_id(id).one(app.reader()).await.unwrap().unwrap()
}

fn problem(error: AppError) -> Problem {
    match error {
        AppError::Invalid(invalid) => {
            assert_eq!((invalid.fields.len(), invalid.fields[0].field.as_str()), (1, "authorities"));
            invalid.fields[0].problem.clone()
        }
        other => panic!("not a form's error: {other:?}"),
    }
}

#[tokio::test]
async fn a_private_authority_is_trusted_by_its_account_alone_until_it_is_removed() {
    each_database(async |app| {
        let server = SmtpServer::start(&["--tls", "implicit", "--certificate", "authority"]);
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let (one, other) = (encrypted(&ctx, &server, "localhost").await, encrypted(&ctx, &server, "localhost").await);

        let refused = tested(&ctx, one).await;
        assert_eq!(refused.result, ProbeResult::Bad);
        let advice = refused.advice.unwrap();
        assert!(advice.contains("Private test authority, is not known here"), "{advice}");
        let shown = &refused.chain[0];
        assert!(shown.subject.contains("localhost") && shown.issuer.contains("Private test authority"), "{shown:?}");
        assert_eq!(
            (shown.names.as_slice(), shown.key.as_str()),
            (["localhost".to_owned(), "127.0.0.1".to_owned()].as_slice(), "ECDSA, 256 bits")
        );
        assert_eq!(shown.fingerprint.len(), 95, "shown although it was refused");

        let pem = format!("A note that somebody wrote\n{}", server.certificate.clone().unwrap());
        authorities::save(&ctx, one, &pem).await.unwrap();
        let row = stored(&app, one).await;
        assert_eq!((row.version, row.last_test.is_none()), (2, true), "what was tested is no longer what is stored");
        assert!(!row.authorities.as_ref().unwrap().contains("note"), "only the certificate is kept");
        let known = authorities::of(&ctx, &row);
        assert!(known.len() == 1 && known[0].is_authority && known[0].is_self_signed());
        let good = tested(&ctx, one).await;
        assert_eq!((good.result, good.chain.len()), (ProbeResult::Good, 1), "{good:?}");
        assert_eq!(tested(&ctx, other).await.result, ProbeResult::Bad, "the other account does not trust it");

        authorities::remove(&ctx, one).await.unwrap();
        assert_eq!(tested(&ctx, one).await.result, ProbeResult::Bad);
    })
    .await;
}

#[tokio::test]
async fn each_fault_of_a_certificate_is_diagnosed_with_what_it_says() {
    each_database(async |app| {
        let ctx = app.as_person(&Cast::new(&app).await.mina);
        let own = SmtpServer::start(&["--tls", "implicit"]);
        let report = tested(&ctx, encrypted(&ctx, &own, "localhost").await).await;
        assert!(report.advice.as_deref().is_some_and(|advice| advice.contains("signed by itself")), "{report:?}");
        assert!(report.chain[0].is_self_signed());

        let expired = SmtpServer::start(&["--tls", "implicit", "--certificate", "expired"]);
        let id = encrypted(&ctx, &expired, "localhost").await;
        authorities::save(&ctx, id, &expired.certificate.clone().unwrap()).await.unwrap();
        let report = tested(&ctx, id).await;
        assert!(report.advice.as_ref().unwrap().contains("was valid until 1 Feb 2020"), "{report:?}");
        assert!(report.chain[0].days_left < 0 && report.chain[0].validity().ends_with("expired"));

        let elsewhere =
            SmtpServer::start(&["--tls", "implicit", "--certificate", "authority", "--names", "mail.example.org"]);
        let id = encrypted(&ctx, &elsewhere, "127.0.0.1").await;
        authorities::save(&ctx, id, &elsewhere.certificate.clone().unwrap()).await.unwrap();
        let advice = tested(&ctx, id).await.advice.unwrap();
        assert!(advice.contains("is for mail.example.org; you connect to 127.0.0.1"), "{advice}");

        let another = SmtpServer::start(&["--tls", "implicit", "--certificate", "authority"]);
        let id = encrypted(&ctx, &another, "localhost").await;
        authorities::save(&ctx, id, &elsewhere.certificate.clone().unwrap()).await.unwrap();
        let report = tested(&ctx, id).await;
        assert_eq!(report.result, ProbeResult::Bad, "an authority of the same name with another key");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_authority_is_refused_beside_the_field() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let ctx = app.as_person(&cast.mina);
        let server = SmtpServer::start(&["--tls", "implicit"]);
        let private = SmtpServer::start(&["--tls", "implicit", "--certificate", "authority"]);
        let (own, authority) = (server.certificate.clone().unwrap(), private.certificate.clone().unwrap());
        let id = encrypted(&ctx, &server, "localhost").await;
        let refused = async |pem: &str| problem(authorities::save(&ctx, id, pem).await.unwrap_err());
        assert_eq!(refused(" ").await, Problem::Required);
        assert_eq!(refused("hello").await, Problem::NotPem);
        assert_eq!(refused(&own).await, Problem::NotAnAuthority { number: 1 });
        assert_eq!(refused(&format!("{authority}{own}")).await, Problem::NotAnAuthority { number: 2 });
        assert_eq!(refused(&authority.repeat(21)).await, Problem::TooMany { max: 20 });
        assert!(stored(&app, id).await.authorities.is_none(), "nothing was kept of what was refused");

        let jonas = app.as_person(&cast.jonas);
        assert_eq!(authorities::save(&jonas, id, &authority).await, Err(AppError::Forbidden));
        assert_eq!(authorities::remove(&jonas, id).await, Err(AppError::Forbidden));
        assert!(matches!(authorities::save(&ctx, accounts::OUTBOX, &authority).await, Err(AppError::Invalid(_))));

        authorities::save(&ctx, id, &authority).await.unwrap();
        app.clock.advance(TimeDelta::days(4_000));
        let later = app.as_person(&cast.mina);
        let late = authorities::save(&later, id, &authority).await.unwrap_err();
        assert_eq!(problem(late), Problem::CertificateExpired { number: 1 });
        let known = authorities::of(&later, &stored(&app, id).await);
        assert!(known.len() == 1 && known[0].days_left < 0, "one that has ended since is still shown");
    })
    .await;
}
