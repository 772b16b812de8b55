//! A whole site in memory, and a browser without JavaScript to visit it.

use app::{
    entities::user,
    frame, // the pages are linked in, so that the server functions are registered
    platform::{ctx::Ctx, state::AppState},
    testing::TestApp,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, Response, StatusCode, header},
};
use sea_orm::EntityTrait;
use server::{router::router, sessions::TrustedProxies};
use tower::ServiceExt;

/// Where the site says that it is.
pub const SITE: &str = "http://127.0.0.1:3000";

/// The administrator whom the first page has made, as the services know them.
pub async fn administrator(app: &TestApp) -> Ctx {
    let row = user::Entity::find().one(app.reader()).await.unwrap().unwrap();
    app.as_person(&row.into())
}

/// A browser without JavaScript: keeps its cookies, sends forms, follows nothing by itself.
#[derive(Clone)]
pub struct Visitor {
    router: Router,
    cookies: Vec<(String, String)>,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// Where it sends the browser.
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }
}

impl Visitor {
    pub fn new(app: &TestApp) -> Self {
        Self::of_state(app.app.clone())
    }

    pub fn of_state(app: AppState) -> Self {
        // Referring to the frame keeps the linker from dropping the pages.
        let _ = frame::frame;
        let router = router(app, std::path::Path::new("no-built-pages-here"), TrustedProxies::default());
        Self { router, cookies: Vec::new() }
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form from a page of the same site.
    pub async fn post(&mut self, path: &str, referer: &str, form: &[(&str, &str)]) -> Answer {
        let body: Vec<String> =
            form.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "text/html")
            .header(header::REFERER, referer)
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body.join("&")))
            .unwrap();
        self.send(request).await
    }

    /// Sends any request with the cookies, and waits for the whole answer.
    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        let (parts, body) = self.open(request).await.into_parts();
        let body = String::from_utf8_lossy(&to_bytes(body, 50_000_000).await.unwrap()).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Sends any request with the cookies; the answer may go on coming.
    pub async fn open(&mut self, mut request: Request<Body>) -> Response<Body> {
        if !self.cookies.is_empty() && !request.headers().contains_key(header::COOKIE) {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(other, _)| other != name);
            if !value.is_empty() {
                self.cookies.push((name.into(), value.into()));
            }
        }
        response
    }

    /// The address of the form with a button or field of this name on a page.
    pub async fn form_action(&mut self, page: &str, function: &str) -> String {
        let html = self.get(page).await.body;
        let start = html
            .find(&format!("action=\"/rpc/{function}"))
            .unwrap_or_else(|| panic!("{page} has no form {function}: {html}"));
        html[start + 8..].split('"').next().unwrap().to_owned()
    }

    /// Makes the administrator through the sign-up page.
    pub async fn sign_up(&mut self) -> Answer {
        let action = self.form_action("/sign-up", "sign_up").await;
        let form = [
            ("name", "Mina Kovač"),
            ("email", "mina@example.org"),
            ("password", "grey pebble under the bridge"),
            ("zone", "Europe/Ljubljana"),
        ];
        self.post(&action, &format!("{SITE}/sign-up"), &form).await
    }

    /// As [`Visitor::sign_up`], and makes the project `WD`.
    pub async fn sign_up_with_project(&mut self) {
        self.sign_up().await;
        let action = self.form_action("/projects/new", "create_project").await;
        let form = [("name", "Weekly duties"), ("zone", "Europe/Ljubljana")];
        let made = self.post(&action, &format!("{SITE}/projects/new"), &form).await;
        assert!(made.status.is_redirection(), "{}", made.body);
    }

    /// Signs in through the sign-in page.
    pub async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        let action = self.form_action("/sign-in", "sign_in").await;
        let form = [("email", email), ("password", password)];
        self.post(&action, &format!("{SITE}/sign-in"), &form).await
    }

    pub fn has_cookie(&self, name: &str) -> bool {
        self.cookies.iter().any(|(other, _)| other == name)
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
