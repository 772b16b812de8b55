//! The bell in the head, with how much was not read.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::api::count_unread;
use crate::{
    error::AppResult,
    ui::{Icon, PageResource, resource},
};

/// How much was not read; asked again on every page.
#[derive(Clone, Copy)]
pub struct Unread(PageResource<AppResult<u32>>);

impl Unread {
    /// Asks the server again.
    pub fn refresh(self) {
        self.0.refetch();
    }
}

/// Makes the count known to the head and to pages; inside the router.
pub fn provide_unread() {
    let path = use_location().pathname;
    provide_context(Unread(resource(move || path.get(), |_| count_unread())));
}

#[component]
pub fn Bell() -> impl IntoView {
    let Some(Unread(count)) = use_context::<Unread>() else { return ().into_any() };
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let unread = count.await.unwrap_or(0);
                let words = match unread {
                    0 => "Notifications".to_owned(),
                    many => format!("Notifications, {many} unread"),
                };
                let shown = if unread > 99 { "99+".to_owned() } else { unread.to_string() };
                view! {
                    <a class="icon-btn bell" href="/notifications" aria-label=words.clone() title=words>
                        <Icon name="bell" />
                        {(unread > 0).then(|| view! { <span class="bell__count" aria-hidden="true">{shown}</span> })}
                    </a>
                }
            })}
        </Transition>
    }
    .into_any()
}
