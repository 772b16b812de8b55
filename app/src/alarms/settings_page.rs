//! Settings → Alarms: what comes by mail; for administrators, the ping of the instance.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::{ChooseAlarmTemplate, SaveAlarmChoices, load_alarm_settings},
    ping_panel::instance_panel,
    view::{AlarmSettings, AlarmStyle, Silence},
};
use crate::{
    domain::{alarm::Choices, suppression::SuppressionReason},
    ui::{Choice, ErrorPage, ErrorSummary, Icon, SelectField, SettingsPage, coming, plain_error, resource},
};

#[component]
pub fn AlarmsPage() -> impl IntoView {
    let settings = resource(|| (), |()| load_alarm_settings());
    view! {
        <SettingsPage title="Alarms" lead="You hear of the jobs that are yours: always in the app, and by mail as you choose here.">
            <Transition set_pending=coming()>
                {move || Suspend::new(async move {
                    match settings.await {
                        Err(error) => view! { <ErrorPage error=error /> }.into_any(),
                        Ok(settings) => shown(settings),
                    }
                })}
            </Transition>
        </SettingsPage>
    }
    .into_any()
}

fn shown(settings: AlarmSettings) -> AnyView {
    let AlarmSettings { choices, email, silence, ping, style } = settings;
    let Choices { failure, late, pause, solved } = choices;
    view! {
        <section class="panel is-padded" aria-labelledby="by-mail-head">
            <div class="panel__head">
                <h2 id="by-mail-head">"By mail"</h2>
                <p>{format!("To {email}, at most one an hour about the same job: the next one says what has happened since. A draft that waits for you always comes by mail.")}</p>
            </div>
            {silence.map(silenced)}
            <form class="form" method="post" action=SaveAlarmChoices::url()>
                {choice("failure", failure, "Failures", "A run failed or reached only some, a message waits for a decision, a mail account does not work.")}
                {choice("late", late, "Late starts", "A run did not start within the minutes that its job allows.")}
                {choice("pause", pause, "Pauses", "A job has paused itself after failed runs in a row.")}
                {choice("solved", solved, "Solved", "A run after failures went well.")}
                <div class="form__actions"><button class="btn is-primary" type="submit">"Save"</button></div>
            </form>
        </section>
        {style.map(style_panel)}
        {ping.map(instance_panel)}
    }
    .into_any()
}

/// No mail goes to the address: the alarms are in the app all the same.
fn silenced(silence: Silence) -> AnyView {
    let Silence { reason, words, since, can_lift } = silence;
    let why = match reason {
        SuppressionReason::Bounced => "A mail to it came back",
        SuppressionReason::ByHand => "An administrator put it on the list of addresses that get no mail",
        SuppressionReason::Unsubscribed => "It is on the list of addresses that get no mail",
    };
    view! {
        <div class="banner" data-tone="bad" role="status">
            <Icon name="mail-x" />
            <div>
                <strong>"No mail goes to this address."</strong>
                <p>{why}", "<time datetime=since.machine>{since.words}</time>". Alarms reach you in the app alone."</p>
                {(!words.is_empty()).then(|| view! { <p dir="auto">{words}</p> })}
                {if can_lift {
                    view! { <p><a class="link" href="/settings/suppressions">"Take it off the list"</a></p> }.into_any()
                } else {
                    view! { <p>"An administrator can take it off the list, in Settings, No mail."</p> }.into_any()
                }}
            </div>
        </div>
    }
    .into_any()
}

/// What the mails are written with, for everybody.
fn style_panel(style: AlarmStyle) -> AnyView {
    let AlarmStyle { chosen, templates } = style;
    let error = plain_error::<ChooseAlarmTemplate>();
    let built_in = std::iter::once(Choice::new("", "Built-in"));
    let choices = built_in.chain(templates.into_iter().map(|(id, name)| Choice::new(id, name))).collect();
    view! {
        <section class="panel is-padded" aria-labelledby="style-head">
            <div class="panel__head">
                <h2 id="style-head">"What the mails look like"</h2>
                <p>"For everybody. A template of the category Alarms can take the place of the built-in mail where a run failed, was late, reached only some or waits for a decision, and where a job has paused itself. If it cannot be filled in, the built-in mail goes out and says so."</p>
            </div>
            <ErrorSummary error=error />
            <form class="form" method="post" action=ChooseAlarmTemplate::url()>
                <SelectField
                    label="Template"
                    name="template"
                    choices=choices
                    value=chosen
                    hint="It must be published. What happened stands in run.state, run.reason and run.url; charts are not drawn."
                    error=error
                />
                <div class="form__actions">
                    <button class="btn is-primary" type="submit">"Use this template"</button>
                    <a class="btn" href="/templates">"Templates"</a>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn choice(name: &'static str, is_chosen: bool, label: &'static str, hint: &'static str) -> AnyView {
    view! {
        <label class="choice">
            <input type="checkbox" name=name value="yes" checked=is_chosen />
            <span>{label}<small>{hint}</small></span>
        </label>
    }
    .into_any()
}
