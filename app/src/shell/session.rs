//! Who is signed in and what the page was made for: written into the HTML by the server, read from
//! there by the browser, so that both render the same.

use chrono::{DateTime, Utc, Weekday};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    domain::account::{Me, Theme},
    error::AppError,
    ui::{FirstDay, KeptRefusal},
};

/// The facts a page starts from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Nobody on the sign-in page.
    pub me: Option<Me>,
    pub theme: Theme,
    /// The server's time when the page was made.
    pub now: DateTime<Utc>,
    /// The person's zone ahead of UTC at that time, in minutes.
    pub utc_offset_minutes: i32,
    /// Where the person's weeks begin.
    pub first_day: Weekday,
    /// Whether the sidebar shows icons alone.
    pub is_narrow: bool,
    /// Why the form of the page was refused, where that is too long for its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<AppError>,
}

/// Makes the session, and the person where somebody is signed in, known to all below.
pub fn provide_session() -> Session {
    let session = read();
    if let Some(me) = session.me.clone() {
        provide_context(me);
    }
    if let Some(refusal) = session.refusal.clone() {
        provide_context(KeptRefusal(refusal));
    }
    provide_context(FirstDay(session.first_day));
    provide_context(session.clone());
    session
}

#[cfg(feature = "ssr")]
use server::read;

#[cfg(not(feature = "ssr"))]
use browser::read;

#[cfg(feature = "ssr")]
mod server {
    use chrono::{Offset, TimeZone};
    use leptos::prelude::use_context;

    use super::Session;
    use crate::{
        domain::{account::Theme, week::WeekStart},
        platform::{ctx::Ctx, kept_form::Kept, page},
    };

    pub fn read() -> Session {
        let ctx = Ctx::current().ok();
        let me = ctx.as_ref().and_then(|ctx| ctx.me().ok().cloned());
        let now = ctx.map(|ctx| ctx.now).unwrap_or_default();
        let theme = page::cookie("theme").and_then(|word| word.parse().ok()).unwrap_or(Theme::System);
        let zone: chrono_tz::Tz = me.as_ref().and_then(|me| me.zone.parse().ok()).unwrap_or(chrono_tz::UTC);
        let offset = zone.offset_from_utc_datetime(&now.naive_utc()).fix().local_minus_utc() / 60;
        let start = me.as_ref().map_or(WeekStart::Locale, |me| me.week_start);
        let first_day = start.day(&page::languages());
        let is_narrow = page::cookie("sidebar").as_deref() == Some("narrow");
        let refusal = use_context::<Kept>().and_then(|Kept(refusal)| refusal);
        Session { me, theme, now, utc_offset_minutes: offset, first_day, is_narrow, refusal }
    }
}

#[cfg(not(feature = "ssr"))]
mod browser {
    use chrono::Weekday;
    use leptos::prelude::document;

    use super::Session;
    use crate::domain::account::Theme;

    pub fn read() -> Session {
        document()
            .get_element_by_id("session")
            .and_then(|element| element.text_content())
            .and_then(|json| serde_json::from_slice(json.as_bytes()).ok())
            .unwrap_or(Session {
                me: None,
                theme: Theme::System,
                now: Default::default(),
                utc_offset_minutes: 0,
                first_day: Weekday::Mon,
                is_narrow: false,
                refusal: None,
            })
    }
}
