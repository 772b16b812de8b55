//! Pages whose WebAssembly the browser fetches when they are first opened, so that the first page
//! does not carry all others. The server renders them like any other.

// The split points are generated; they cross from one module into another.
#![allow(unsafe_code, reason = "generated at the split points between WebAssembly modules")]

use leptos::prelude::*;
use leptos_router::ChooseView;

use crate::ui::{on_the_way, preload_module};

/// Declares pages by the module they come in; what several modules share, the build puts beside them.
macro_rules! lazy_pages {
    ($($module:ident { $($page:ident: $open:ident = $folder:ident),+ $(,)? })+) => {$($(
        /// The split point. Called without opening the page, it only fetches the module.
        #[lazy($module)]
        fn $open(is_opened: bool) -> Option<AnyView> {
            is_opened.then(|| view! { <crate::$folder::$page /> }.into_any())
        }

        #[doc = concat!("[`", stringify!($page), "`](crate::", stringify!($folder), "::", stringify!($page), "), fetched when it is opened.")]
        #[derive(Clone, Copy, Debug)]
        pub struct $page;

        impl ChooseView for $page {
            async fn choose(self) -> AnyView {
                preload_module(stringify!($module));
                $open(true).await.unwrap_or_else(|| ().into_any())
            }

            async fn preload(&self) {
                let program = on_the_way();
                $open(false).await;
                drop(program);
            }
        }
    )+)+};
}

lazy_pages!(
    board {
        BoardPage: open_board = tasks,
    }
    task {
        TaskDrawer: open_drawer = tasks,
        TaskPage: open_task = tasks,
        NewTaskPage: open_new_task = tasks,
        ActionsPage: open_actions = tasks,
    }
    views {
        ListPage: open_list = tasks,
        CalendarPage: open_calendar = tasks,
        NotesPage: open_notes = tasks,
        MyWorkPage: open_my_work = tasks,
        ArchivePage: open_archive = tasks,
        TrashPage: open_trash = tasks,
        SearchPage: open_search = search,
        ColumnsPage: open_columns = tasks,
        ColumnPage: open_column = tasks,
        LabelsPage: open_labels = tasks,
        LabelPage: open_label = tasks,
        SavedViewsPage: open_saved_views = tasks,
    }
    palette {
        KeysPage: open_keys = shell,
        MorePage: open_more = shell,
    }
    notifications {
        NotificationsPage: open_notifications = notifications,
        AlarmsPage: open_alarms = alarms,
    }
    dashboard {
        DashboardPage: open_dashboard = dashboard,
    }
    projects {
        ProjectsPage: open_projects = projects,
        NewProjectPage: open_new_project = projects,
        ProjectPage: open_project = projects,
        CopyProjectPage: open_copy_project = projects,
        MembersPage: open_members = members,
        RulesPage: open_rules = automation,
        NewRulePage: open_new_rule = automation,
        RulePage: open_rule = automation,
    }
    imports {
        UploadPage: open_upload = imports,
        ImportPage: open_import = imports,
    }
    jobs {
        JobsPage: open_jobs = jobs,
        JobPage: open_job = jobs,
        NewJobPage: open_new_job = jobs,
        EditJobPage: open_edit_job = jobs,
        BackfillPage: open_backfill = jobs,
        DryRunPage: open_dry_run = jobs,
        RunPage: open_run = jobs,
        BouncesPage: open_bounces = jobs,
        BouncePage: open_bounce = jobs,
    }
    reports {
        ReportsPage: open_reports = archive,
        ReportPage: open_report = archive,
        CompareReportsPage: open_compare_reports = archive,
        RetentionPage: open_retention = archive,
        ReportHistoryPage: open_report_history = reports,
        GitArchivePage: open_git_archive = reports,
    }
    templates {
        TemplatesPage: open_templates = templates,
        VersionsPage: open_versions = templates,
    }
    designer {
        DesignerPage: open_designer = templates,
    }
    mail {
        MailAccountsPage: open_mail_accounts = mail,
        MailAccountPage: open_mail_account = mail,
        NewMailAccountPage: open_new_mail_account = mail,
        OutboxPage: open_outbox = mail,
        MailPage: open_mail = mail,
        SuppressionsPage: open_suppressions = mail,
        UnsubscribePage: open_unsubscribe = mail,
    }
    accounts {
        ProfilePage: open_profile = accounts,
        SecurityPage: open_security = accounts,
        SignInPage: open_sign_in = accounts,
        SignUpPage: open_sign_up = accounts,
        SetPasswordPage: open_set_password = accounts,
    }
    people {
        PeoplePage: open_people = accounts,
        NewPersonPage: open_new_person = accounts,
        PersonPage: open_person = accounts,
        GroupsPage: open_groups = accounts,
        GroupPage: open_group = accounts,
    }
);
