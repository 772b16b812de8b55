//! Server functions of alarms. The forms are plain ones: they work without WebAssembly.

use leptos::prelude::*;

use super::view::{AlarmSettings, PingDetail};
use crate::{domain::ids::ScheduleId, error::AppResult};

#[cfg(feature = "ssr")]
use {
    super::service::{
        choices,
        pings::{self, PingInput, Scope},
        styled,
    },
    super::view::AlarmStyle,
    crate::{
        domain::{account::Role, alarm::Choices},
        platform::ctx::Ctx,
    },
};

/// What the signed-in person gets by mail; to administrators also the ping of the instance.
#[server(prefix = "/rpc")]
pub async fn load_alarm_settings() -> AppResult<AlarmSettings> {
    let ctx = Ctx::signed_in()?;
    let me = ctx.me()?;
    let ping = if me.role == Role::Admin { Some(pings::read(&ctx, Scope::Instance).await?) } else { None };
    let style = if me.role == Role::Admin {
        let chosen = styled::chosen(ctx.reader()).await?.map(|id| id.to_string()).unwrap_or_default();
        Some(AlarmStyle { chosen, templates: styled::choices(ctx.reader()).await? })
    } else {
        None
    };
    let choices = choices::of(ctx.reader(), me.id).await?;
    let silence = choices::silence(&ctx, me).await?;
    Ok(AlarmSettings { choices, email: me.email.clone(), silence, ping, style })
}

/// Chooses what mails of alarms are written with: the id of a template, or nothing for the built-in mail.
#[server(prefix = "/rpc")]
pub async fn choose_alarm_template(#[server(default)] template: String) -> AppResult<()> {
    styled::choose(&Ctx::signed_in()?, template.trim()).await?;
    leptos_axum::redirect("/settings/alarms?notice=saved");
    Ok(())
}

/// Chooses what comes by mail: each field is there or not.
#[server(prefix = "/rpc")]
pub async fn save_alarm_choices(
    #[server(default)] failure: Option<String>,
    #[server(default)] late: Option<String>,
    #[server(default)] pause: Option<String>,
    #[server(default)] solved: Option<String>,
) -> AppResult<()> {
    let choices =
        Choices { failure: failure.is_some(), late: late.is_some(), pause: pause.is_some(), solved: solved.is_some() };
    choices::save(&Ctx::signed_in()?, choices).await?;
    leptos_axum::redirect("/settings/alarms?notice=saved");
    Ok(())
}

/// Keeps the address that is pinged while the scheduler plans. What was typed is a secret and is not sent back.
#[server(prefix = "/rpc")]
pub async fn save_instance_ping(#[server(default)] url: String) -> AppResult<()> {
    let input = PingInput { url, tells_start: false, tells_failure: false };
    pings::save(&Ctx::signed_in()?, Scope::Instance, input).await?;
    leptos_axum::redirect("/settings/alarms?notice=saved");
    Ok(())
}

/// Ends the ping of the instance.
#[server(prefix = "/rpc")]
pub async fn remove_instance_ping() -> AppResult<()> {
    pings::remove(&Ctx::signed_in()?, Scope::Instance).await?;
    leptos_axum::redirect("/settings/alarms?notice=deleted");
    Ok(())
}

/// The ping of a job.
#[server(prefix = "/rpc")]
pub async fn load_job_ping(job: ScheduleId) -> AppResult<PingDetail> {
    pings::read(&Ctx::signed_in()?, Scope::Job(job)).await
}

/// Keeps the address that is pinged after the runs of a job; blank keeps the one that is there.
#[server(prefix = "/rpc")]
pub async fn save_job_ping(
    job: ScheduleId,
    #[server(default)] url: String,
    #[server(default)] start: Option<String>,
    #[server(default)] failure: Option<String>,
) -> AppResult<()> {
    let input = PingInput { url, tells_start: start.is_some(), tells_failure: failure.is_some() };
    pings::save(&Ctx::signed_in()?, Scope::Job(job), input).await?;
    leptos_axum::redirect(&format!("/jobs/{job}/edit?notice=saved"));
    Ok(())
}

/// Ends the ping of a job.
#[server(prefix = "/rpc")]
pub async fn remove_job_ping(job: ScheduleId) -> AppResult<()> {
    pings::remove(&Ctx::signed_in()?, Scope::Job(job)).await?;
    leptos_axum::redirect(&format!("/jobs/{job}/edit?notice=deleted"));
    Ok(())
}
