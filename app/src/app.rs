//! The route table.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    lazy::*,
    shell::{Shell, provide_session},
    tasks::BoardHomePage,
    ui::{NotFoundPage, page_title, provide_sprite, provide_url_error},
};

/// The whole of the pages, on both sides.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_sprite();
    let session = provide_session();
    view! {
        <Title formatter=|title: String| page_title(&title) />
        <Router>
            {provide_url_error()}
            <Shell session=session>
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/") view=DashboardPage />
                    <Route path=path!("/reports") view=ReportsPage />
                    <Route path=path!("/reports/:id") view=ReportPage />
                    <Route path=path!("/reports/:id/compare") view=CompareReportsPage />
                    <Route path=path!("/reports/:id/history") view=ReportHistoryPage />
                    <Route path=path!("/sign-in") view=SignInPage />
                    <Route path=path!("/sign-up") view=SignUpPage />
                    <Route path=path!("/more") view=MorePage />
                    <Route path=path!("/keys") view=KeysPage />
                    <Route path=path!("/notifications") view=NotificationsPage />
                    <Route path=path!("/projects") view=ProjectsPage />
                    <Route path=path!("/import") view=UploadPage />
                    <Route path=path!("/import/:id") view=ImportPage />
                    <Route path=path!("/projects/new") view=NewProjectPage />
                    <Route path=path!("/projects/:project") view=ProjectPage />
                    <Route path=path!("/projects/:project/members") view=MembersPage />
                    <Route path=path!("/projects/:project/rules") view=RulesPage />
                    <Route path=path!("/projects/:project/rules/new") view=NewRulePage />
                    <Route path=path!("/projects/:project/rules/:id") view=RulePage />
                    <Route path=path!("/projects/:project/copy") view=CopyProjectPage />
                    <Route path=path!("/board") view=BoardHomePage />
                    <Route path=path!("/board/:project/list") view=ListPage />
                    <Route path=path!("/board/:project/calendar") view=CalendarPage />
                    <Route path=path!("/board/:project/notes") view=NotesPage />
                    <Route path=path!("/board/:project/trash") view=TrashPage />
                    <Route path=path!("/board/:project/archive") view=ArchivePage />
                    <Route path=path!("/board/:project/columns") view=ColumnsPage />
                    <Route path=path!("/board/:project/columns/:column") view=ColumnPage />
                    <Route path=path!("/board/:project/labels") view=LabelsPage />
                    <Route path=path!("/board/:project/labels/:label") view=LabelPage />
                    <Route path=path!("/board/:project/views") view=SavedViewsPage />
                    <ParentRoute path=path!("/board/:project") view=BoardPage>
                        <Route path=path!("") view=|| () />
                        <Route path=path!("tasks/:number") view=TaskDrawer />
                    </ParentRoute>
                    <Route path=path!("/my-work") view=MyWorkPage />
                    <Route path=path!("/search") view=SearchPage />
                    <Route path=path!("/tasks/new") view=NewTaskPage />
                    <Route path=path!("/tasks/:task") view=TaskPage />
                    <Route path=path!("/tasks/:task/actions") view=ActionsPage />
                    <Route path=path!("/jobs") view=JobsPage />
                    <Route path=path!("/jobs/new") view=NewJobPage />
                    <Route path=path!("/jobs/runs/:id") view=RunPage />
                    <Route path=path!("/jobs/bounces") view=BouncesPage />
                    <Route path=path!("/jobs/bounces/:id") view=BouncePage />
                    <Route path=path!("/jobs/:id") view=JobPage />
                    <Route path=path!("/jobs/:id/edit") view=EditJobPage />
                    <Route path=path!("/jobs/:id/backfill") view=BackfillPage />
                    <Route path=path!("/jobs/:id/dry-run") view=DryRunPage />
                    <Route path=path!("/templates") view=TemplatesPage />
                    <Route path=path!("/templates/:id") view=DesignerPage />
                    <Route path=path!("/templates/:id/versions") view=VersionsPage />
                    <Route path=path!("/settings") view=ProfilePage />
                    <Route path=path!("/settings/profile") view=ProfilePage />
                    <Route path=path!("/settings/security") view=SecurityPage />
                    <Route path=path!("/settings/alarms") view=AlarmsPage />
                    <Route path=path!("/set-password") view=SetPasswordPage />
                    <Route path=path!("/settings/people") view=PeoplePage />
                    <Route path=path!("/settings/people/new") view=NewPersonPage />
                    <Route path=path!("/settings/people/:id") view=PersonPage />
                    <Route path=path!("/settings/groups") view=GroupsPage />
                    <Route path=path!("/settings/groups/:id") view=GroupPage />
                    <Route path=path!("/settings/mail") view=MailAccountsPage />
                    <Route path=path!("/settings/mail/new") view=NewMailAccountPage />
                    <Route path=path!("/settings/mail/:id") view=MailAccountPage />
                    <Route path=path!("/settings/git") view=GitArchivePage />
                    <Route path=path!("/settings/suppressions") view=SuppressionsPage />
                    <Route path=path!("/settings/retention") view=RetentionPage />
                    <Route path=path!("/unsubscribe/:token") view=UnsubscribePage />
                    <Route path=path!("/outbox") view=OutboxPage />
                    <Route path=path!("/outbox/:id") view=MailPage />
                </Routes>
            </Shell>
        </Router>
    }
}
