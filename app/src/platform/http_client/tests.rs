//! Web servers of tests on this machine.

use super::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

fn get(url: &str) -> Request {
    Request {
        method: Method::GET,
        url: url.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        timeout: Duration::from_secs(5),
    }
}

/// Answers one connection with these bytes; says what it was asked.
async fn server(answer: Vec<u8>) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/ping?x=1", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = Vec::new();
        while !heard.windows(4).any(|end| end == b"\r\n\r\n") {
            let mut part = [0; 1024];
            let read = stream.read(&mut part).await.unwrap();
            heard.extend_from_slice(&part[..read]);
        }
        // The client may have hung up on an answer that is too long.
        let _ = stream.write_all(&answer).await;
        String::from_utf8(heard).unwrap()
    });
    (url, asked)
}

fn here() -> HttpClient {
    HttpClient::new(vec!["127.0.0.0/8".parse().unwrap()])
}

#[tokio::test]
async fn an_allowed_server_is_asked_once_and_its_answer_read() {
    let (url, asked) = server(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno".to_vec()).await;
    let request = Request { headers: vec![("Accept".into(), "text/plain".into())], ..get(&url) };
    assert_eq!(here().send(request).await, Ok(Reply { status: 404, body: b"no".to_vec() }));
    let asked = asked.await.unwrap().to_lowercase();
    assert!(asked.starts_with("get /ping?x=1 http/1.1\r\n") && asked.contains("accept: text/plain"), "{asked}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (url, _asked) =
        server(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec()).await;
    assert_eq!(here().send(get(&url)).await, Ok(Reply { status: 302, body: Vec::new() }));
}

#[tokio::test]
async fn an_address_inside_is_refused_before_anything_is_connected() {
    for url in ["http://127.0.0.1/", "http://[::1]:8080/", "https://169.254.169.254/", "http://[::ffff:10.0.0.1]/"] {
        let refused = HttpClient::default().send(get(url)).await;
        assert!(matches!(refused, Err(HttpError::AddressForbidden(_))), "{url}: {refused:?}");
    }
}

#[tokio::test]
async fn only_addresses_of_the_web_are_asked() {
    for url in ["", "ftp://example.org/", "/path", "file:///etc/passwd", "http://user:word@127.0.0.1:8080/", "https://"]
    {
        assert_eq!(here().send(get(url)).await, Err(HttpError::BadUrl), "{url:?}");
    }
    assert_eq!(here().send(get("http://127.0.0.1:25/")).await, Err(HttpError::PortForbidden(25)));
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let mut long = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
    long.resize(long.len() + MAX_BODY + 1, b'x');
    let (url, _asked) = server(long).await;
    assert_eq!(here().send(get(&url)).await, Err(HttpError::TooLong));
}

#[tokio::test]
async fn a_server_that_stays_silent_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let patience = Duration::from_millis(100);
    let request = Request { timeout: patience, ..get(&url) };
    assert_eq!(here().send(request).await, Err(HttpError::TimedOut(patience)));
}

#[tokio::test]
async fn an_address_of_the_web_is_one_with_a_server_and_without_a_password() {
    let refusal = async |url: &str| here().refusal(url, Duration::from_secs(5)).await;
    for good in ["https://hc-ping.example/0b2c", "http://127.0.0.1:8080/x?y=1"] {
        assert_eq!(refusal(good).await, None, "{good}");
    }
    for bad in ["hc-ping.com/0b2c", "ftp://a/b", "https://", "https://a:b@c/d", "javascript:alert(1)", "/x"] {
        assert_eq!(refusal(bad).await, Some(HttpError::BadUrl), "{bad}");
    }
}
