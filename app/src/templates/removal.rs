//! Taking a template out of the library: the form, or which jobs stand in its way.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{api::RemoveTemplate, view::TemplateJobs};
use crate::{domain::ids::TemplateId, ui::Icon};

/// What is said before a template is deleted, with the button that does it; where jobs or alarms use it, which.
pub fn form(id: TemplateId, jobs: &TemplateJobs) -> AnyView {
    if jobs.count() > 0 {
        let names = jobs.names.iter().map(|name| view! { <li dir="auto">{name.clone()}</li> }).collect_view();
        let hidden = match jobs.hidden {
            0 => None,
            1 => Some("One in a project that you do not see".to_owned()),
            many => Some(format!("{many} in projects that you do not see")),
        };
        return view! {
            <p>"It cannot be deleted while jobs write their reports with it. Choose another template in them first:"</p>
            <ul>{names}{hidden.map(|words| view! { <li>{words}</li> })}</ul>
        }
        .into_any();
    }
    if jobs.alarms {
        return view! {
            <p>"It cannot be deleted while the mails of alarms are written with it. An administrator can choose another one under "<a href="/settings/alarms">"Alarms"</a>"."</p>
        }
        .into_any();
    }
    view! {
        <form method="post" action=RemoveTemplate::url()>
            <input type="hidden" name="id" value=id.to_string() />
            <p>"No job uses it. It leaves the library; its versions stay in the archive, and you can take it back."</p>
            <button class="btn is-sm is-danger" type="submit"><Icon name="trash-2" />"Delete the template"</button>
        </form>
    }
    .into_any()
}
