//! A person's own settings: name, time zone, first day of the week, language of mails, colours, density, keys.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{ZoneField, api::SaveProfile};
use crate::{
    domain::{
        account::{Language, Me, Theme},
        due::SOON_CHOICES,
        week::WeekStart,
    },
    ui::{Choice, ErrorSummary, SelectField, SettingsPage, TextField, plain_error},
};

#[component]
pub fn ProfilePage() -> impl IntoView {
    let me = use_context::<Me>();
    let error = plain_error::<SaveProfile>();
    let themes = Theme::ALL
        .iter()
        .map(|theme| {
            let label = match theme {
                Theme::System => "As the device",
                Theme::Light => "Light",
                Theme::Dark => "Dark",
            };
            Choice::new(theme.as_str(), label)
        })
        .collect::<Vec<_>>();
    let languages =
        Language::ALL.iter().map(|language| Choice::new(language.as_str(), language.label())).collect::<Vec<_>>();
    let weeks = WeekStart::ALL.iter().map(|start| Choice::new(start.as_str(), start.label())).collect::<Vec<_>>();
    let days = SOON_CHOICES
        .map(|days| {
            Choice::new(days.to_string(), if days == 1 { "Tomorrow".to_owned() } else { format!("{days} days") })
        })
        .collect::<Vec<_>>();
    view! {
        <SettingsPage title="Profile" lead="Your name, your time zone, your colours.">
            {me.map(|me| view! {
                <ErrorSummary error=error />
                <form class="form" method="post" action=SaveProfile::url()>
                    <TextField label="Name" name="name" value=me.name autocomplete="name" error=error required=true />
                    <ZoneField value=me.zone error=error />
                    <SelectField label="First day of the week" name="week_start" choices=weeks value=me.week_start.as_str() hint="Where the weeks of calendars and of work notes begin." error=error />
                    <SelectField label="Dates and numbers in mails" name="language" choices=languages value=me.language.as_str() hint="Dates, periods and numbers are written in this language in mails made with your templates. Words of AutoReport, such as findings, due dates and titles of charts, stay English, and so do its own mails." error=error />
                    <SelectField label="Colours" name="theme" choices=themes value=me.theme.as_str() error=error />
                    <label class="choice">
                        <input type="checkbox" name="compact" value="yes" checked=me.is_compact />
                        <span>"Compact boards and tables"<small>"Cards and rows stand closer, so that more of them fit. The menu for the order of a board can say otherwise for that board."</small></span>
                    </label>
                    <label class="choice">
                        <input type="checkbox" name="shortcuts" value="on" checked=me.uses_shortcuts />
                        <span>"Single characters are shortcuts"<small>"Such as M to move a card, C for a new task, ? for the list of keys. Off, only keys with Ctrl, the arrows and the like work."</small></span>
                    </label>
                    <SelectField label="Due soon" name="soon_days" choices=days value=me.soon_days.to_string() hint="So many days after today a due date stands out as soon." error=error />
                    <label class="choice">
                        <input type="checkbox" name="keeps_toasts" value="yes" checked=me.keeps_toasts />
                        <span>"Keep notifications until I dismiss them"<small>"Off, a message goes after 5 seconds, after 8 where it offers something. Errors always stay."</small></span>
                    </label>
                    <label class="choice">
                        <input type="checkbox" name="hears_others" value="yes" checked=me.hears_others />
                        <span>"Announce what others do to my screen reader"<small>"At most one sentence in five seconds. Off, you find their changes on the board without being told."</small></span>
                    </label>
                    <label class="choice"><input type="checkbox" name="shows_presence" value="yes" checked=me.shows_presence /><span>"Show others when I am on a board, and which task I have open"</span></label>
                    <p class="field__hint">{format!("You sign in as {}.", me.email)}</p>
                    <div class="form__actions"><button class="btn is-primary" type="submit">"Save"</button></div>
                </form>
            })}
        </SettingsPage>
    }
    .into_any()
}
