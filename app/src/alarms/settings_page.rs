//! Settings → Alarms: what comes by mail; for administrators, the ping of the instance.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::{ChooseAlarmTemplate, SaveAlarmChoices, load_alarm_settings},
    ping_panel::instance_panel,
    view::{AlarmSettings, AlarmStyle},
};
use crate::{
    domain::alarm::Choices,
    ui::{Choice, ErrorPage, ErrorSummary, SelectField, SettingsPage, coming, plain_error, resource},
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
    let AlarmSettings { choices, email, ping, style } = settings;
    let Choices { failure, late, pause, solved } = choices;
    view! {
        <section class="panel is-padded" aria-labelledby="by-mail-head">
            <div class="panel__head">
                <h2 id="by-mail-head">"By mail"</h2>
                <p>{format!("To {email}, at most one an hour about the same job: the next one says what has happened since. A draft that waits for you always comes by mail.")}</p>
            </div>
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
