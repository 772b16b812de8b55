//! How the archive stands: its last commit, its last push, what waits, and what git said when it refused.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::PushGitArchive,
    view::{GitArchiveView, PushView, short},
};
use crate::ui::{ErrorSummary, Icon, plain_error};

#[component]
pub fn PushPanel(archive: GitArchiveView) -> impl IntoView {
    let GitArchiveView { last, fault, remote, push, .. } = archive;
    let has_remote = remote.is_some();
    view! {
        <section class="panel is-padded" id="push" aria-labelledby="push-title">
            <div class="panel__head"><h2 id="push-title">"How it stands"</h2></div>
            {fault.map(|words| view! {
                <div class="banner" data-tone="bad" role="status">
                    <Icon name="circle-x" />
                    <div><strong>"The repository cannot be read."</strong><p dir="auto">{words}</p></div>
                </div>
            })}
            <dl class="facts">
                <div><dt>"Last commit"</dt><dd>{match last {
                    Some(commit) => view! {
                        <code>{short(&commit.id)}</code>" "<span dir="auto">{commit.subject}</span><br />
                        <span class="muted">{commit.author}", "<time datetime=commit.at.machine>{commit.at.words}</time></span>
                    }.into_any(),
                    None => view! { <span class="muted">"No commit yet"</span> }.into_any(),
                }}</dd></div>
                {has_remote.then(|| pushes(&push))}
            </dl>
            {if has_remote { view! { <Pushing push=push /> }.into_any() } else { ().into_any() }}
        </section>
    }
    .into_any()
}

fn pushes(push: &PushView) -> AnyView {
    let waiting = match push.waiting {
        0 => "none".to_owned(),
        1 => "1 commit".to_owned(),
        count => format!("{count} commits"),
    };
    view! {
        <div><dt>"Last push"</dt><dd>{match push.pushed.clone() {
            Some((commit, at)) => view! { <code>{short(&commit)}</code>", "<time datetime=at.machine>{at.words}</time> }.into_any(),
            None => view! { <span class="muted">"Nothing was pushed yet"</span> }.into_any(),
        }}</dd></div>
        <div><dt>"Waiting"</dt><dd>{waiting}</dd></div>
    }
    .into_any()
}

#[component]
fn Pushing(push: PushView) -> impl IntoView {
    let refused = plain_error::<PushGitArchive>();
    let PushView { is_under_way, attempts, next_try, error, .. } = push;
    let tries = if attempts == 1 { "1 try".to_owned() } else { format!("{attempts} tries in a row") };
    view! {
        {error.map(|(words, at)| view! {
            <div class="banner" data-tone="bad" role="status">
                <Icon name="circle-x" />
                <div>
                    <p><strong>"The last push failed."</strong>" "<span class="muted"><time datetime=at.machine>{at.words}</time>", "{tries}</span></p>
                    {next_try.map(|at| view! { <p class="small muted">"Next try "<time datetime=at.machine>{at.words}</time>"; nothing is lost until then."</p> })}
                </div>
            </div>
            <pre class="log is-wrapped" role="log" aria-label="What git said" tabindex="0"><span data-level="error">{words}</span></pre>
        })}
        <ErrorSummary error=refused />
        <form class="cluster" method="post" action=PushGitArchive::url()>
            <button class="btn" type="submit"><Icon name="upload" />"Push now"</button>
            {is_under_way.then(|| view! { <span class="state" data-tone="busy">"A push is under way"</span> })}
        </form>
    }
    .into_any()
}
