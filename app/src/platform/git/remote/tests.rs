//! Whom git is let to, and what it gets to know.

use super::*;

fn remote(address: &str, sign_in: SignIn) -> Remote {
    Remote {
        address: GitRemote::parse(address).unwrap(),
        sign_in,
        settings: GitSettings::default(),
        folder: std::env::temp_dir().join(format!("autoreport-remote-{}", std::process::id())),
    }
}

fn token() -> SignIn {
    SignIn::Token { user: "reports".into(), token: Secret::new("glpat-very-secret") }
}

#[tokio::test]
async fn a_server_inside_is_not_connected_to_unless_the_operator_allows_it() {
    for address in ["https://127.0.0.1/x.git", "https://[::1]/x.git", "https://169.254.169.254/x.git"] {
        let refused = remote(address, token()).list().await.unwrap_err();
        assert!(matches!(refused, RemoteError::NotPublic(..)), "{address}: {refused}");
    }
    let mut allowed = remote("https://127.0.0.1:9/x.git", token());
    allowed.settings.remotes = RemoteRule::Internal;
    assert!(matches!(allowed.list().await.unwrap_err(), RemoteError::Said(_)));
    for address in ["https://169.254.169.254/x.git", "git@169.254.169.254:x.git", "https://0.0.0.0/x.git"] {
        let mut inside = remote(address, token());
        inside.settings.remotes = RemoteRule::Internal;
        let refused = inside.list().await.unwrap_err();
        assert!(matches!(refused, RemoteError::NoServer(..)), "{address}: {refused}");
    }
    let refused = remote("file:///tmp/x.git", SignIn::Nothing).list().await.unwrap_err();
    assert!(matches!(refused, RemoteError::NoFiles), "{refused}");
}

#[tokio::test]
async fn without_git_the_words_say_what_to_install() {
    let mut remote = remote("https://127.0.0.1:9/x.git", token());
    remote.settings = GitSettings { remotes: RemoteRule::Internal, path: "/nowhere".into(), ..remote.settings };
    let words = remote.list().await.unwrap_err().to_string();
    assert!(words.contains("git is not installed"), "{words}");
    assert_eq!(version(&remote.settings).await, None);
}

#[tokio::test]
async fn secrets_are_in_no_argument() {
    let mut remote = remote("https://localhost:9/x.git", token());
    remote.settings.remotes = RemoteRule::Internal;
    let stage = remote.stage().await.unwrap();
    let command = remote.git(&stage, None);
    let args: Vec<_> = command.as_std().get_args().map(|arg| arg.to_string_lossy().into_owned()).collect();
    assert!(args.iter().any(|arg| arg.contains("curloptResolve=localhost:9:")), "{args:?}");
    assert!(!args.iter().any(|arg| arg.contains("very-secret")), "{args:?}");
    assert!(!remote.without_secrets("fatal: glpat-very-secret is wrong").contains("very-secret"));
}

#[tokio::test]
async fn without_confirmed_keys_nothing_is_sent_by_ssh() {
    let key = SignIn::Key { private: Secret::new("key"), host_keys: Vec::new() };
    let mut remote = remote("git@127.0.0.1:x.git", key);
    remote.settings.remotes = RemoteRule::Internal;
    assert!(matches!(remote.list().await.unwrap_err(), RemoteError::NotConfirmed));
}
