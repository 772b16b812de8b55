//! The table. Bodies are those of a good call; words in braces are filled in by `fixture.rs`.

/// Who is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    Anybody,
    /// Closed on this instance.
    Nobody,
    /// Everybody who is signed in: about themselves, or filtered to what they see.
    SignedIn,
    /// A role in the project, or a higher one; others do not find it.
    Viewer,
    Editor,
    Owner,
    /// Only whoever made the thing (in the fixtures the owner); others do not find it.
    Maker,
    MakerOrAdmin,
    /// Administrators of the instance.
    Admin,
}

pub struct Row {
    pub function: &'static str,
    pub wants: Wants,
    pub body: &'static str,
}

const fn row(function: &'static str, wants: Wants, body: &'static str) -> Row {
    Row { function, wants, body }
}

use Wants::*;

pub const ROWS: &[Row] = &[
    // accounts
    row("sign_up", Nobody, "name=A&email=a@example.org&password=grey pebble under&zone=UTC"),
    row("sign_in", Anybody, "email=nobody@example.org&password=wrong"),
    row("sign_out", Anybody, ""),
    row("save_profile", SignedIn, "name=Somebody&zone=UTC&theme=system"),
    row("set_theme", Anybody, "theme=dark&next=/"),
    row("list_zones", Anybody, ""),
    row("read_sign_up_kind", Anybody, ""),
    // people and groups
    row("list_people", Admin, ""),
    row("load_person", Admin, "id={editor}"),
    row("invite_person", Admin, "name=New&email={op}@example.org&zone=UTC&role=member"),
    row("make_password_link", Admin, "id={editor}"),
    row("set_person_role", Admin, "id={editor}&role=member"),
    row("disable_person", Admin, "id={other}"),
    row("enable_person", Admin, "id={other}"),
    row("merge_person", Admin, "id={placeholder}&into={other}"),
    row("read_password_link", Anybody, "token={token}"),
    row("set_password", Anybody, "token={token}&password=short"),
    row("list_groups", Admin, ""),
    row("load_group", Admin, "id={group}"),
    row("create_group", Admin, "name=Group {op}"),
    row("rename_group", Admin, "id={group}&name=Crew"),
    row("delete_group", Admin, "id={group_inside}"),
    row("add_to_group", Admin, "id={group}&person={other}"),
    row("remove_from_group", Admin, "id={group}&person={other}"),
    // projects
    row("list_projects", SignedIn, ""),
    row("list_all_projects", SignedIn, ""),
    row("load_project", Viewer, "key={key}"),
    row("create_project", SignedIn, "name=Another&zone=UTC"),
    row("save_project", Owner, "project={project}&name=New name&key={key}&zone=UTC&archive_after_days=30"),
    row("duplicate_project", Viewer, "project={project}&name=Twin&tasks=yes&people=yes"),
    row("archive_project", Owner, "project={project}"),
    row("restore_project", Owner, "project={project}"),
    row("delete_project", Owner, "project={project}&confirm={name}"),
    // members
    row("load_members", Viewer, "key={key}"),
    row("add_member", Owner, "project={project}&who=stranger@example.org&role=viewer"),
    row("set_member_role", Owner, "project={project}&person={editor}&role=viewer"),
    row("remove_member", Owner, "project={project}&person={editor}&unassign=yes"),
    row("leave_project", Viewer, "project={project}"),
    row("add_project_group", Owner, "project={project}&group={group}&role=viewer"),
    row("set_project_group_role", Owner, "project={project}&group={group_inside}&role=editor"),
    row("remove_project_group", Owner, "project={project}&group={group_inside}"),
    // rules
    row("list_rules", Viewer, "key={key}"),
    row("load_rule", Viewer, "key={key}"),
    row("save_rule", Owner, "project={project}&name=Escalate&when=overdue&priority=urgent"),
    row("switch_rule", Owner, "id={rule}&on=yes"),
    row("shift_rule", Owner, "id={rule}&way=up"),
    row("delete_rule", Owner, "id={rule}"),
    // tasks
    row("find_board", SignedIn, ""),
    row("load_board", Viewer, r#"{"key":"{key}","filter":{filter},"longer":null}"#),
    row("load_more", Viewer, r#"{"key":"{key}","column":"{column}","filter":{filter},"cursor":"a0"}"#),
    row("load_task", Viewer, "reference={key}-1"),
    row("load_archive", Viewer, "key={key}"),
    row("load_new_task", Editor, "key={key}"),
    row("show_open_task", Viewer, r#"{"key":"{key}","tab":"{op}","task":null}"#),
    row("move_task", Editor, r#"{"card":"{task}","column":"{column2}","after":null,"before":null,"op":"{op}"}"#),
    row("place_task", Editor, "task={task}&column={column2}&place=end"),
    row("archive_task", Editor, "task={task}"),
    row("restore_task", Editor, "task={task}"),
    row("add_tasks", Editor, "project={key}&column={column}&title=New&at=top"),
    row("create_task", Editor, "project={key}&column={column}&title=New&priority=low"),
    row("save_title", Editor, "task={task}&version=1&title=Other"),
    row("save_description", Editor, "task={task}&version=1&description=Other"),
    row("save_priority", Editor, "task={task}&version=1&priority=urgent"),
    row("save_category", Editor, "task={task}&version=1&category=highlight"),
    row("save_due", Editor, "task={task}&version=1&due_on=2026-12-01"),
    row("save_people", Editor, "task={task}"),
    row("add_comment", Editor, "task={task}&body=Hello"),
    row("add_item", Editor, "task={task}&text=One more"),
    row("tick_item", Editor, "item={item}&is_done=true"),
    row("remove_item", Editor, "item={item}"),
    row("change_tasks", Editor, r#"{"edits":[{"task":"{task}","edit":{"priority":"urgent"}}],"op":"{op}"}"#),
    row("load_choices", Viewer, "project={key}"),
    row("load_list", Viewer, "key={key}"),
    row("save_cell", Editor, "task={task}&field=priority&value=urgent"),
    // one task in full
    row("add_note", Editor, "task={task}&kind=issue&body=It broke"),
    row("edit_note", Owner, "note={note}&version=0&kind=issue&body=Other"),
    row("remove_note", Owner, "note={note}"),
    row("edit_comment", Owner, "comment={comment}&version=0&body=Other"),
    row("remove_comment", Owner, "comment={comment}"),
    row("preview_text", SignedIn, "text=Hello"),
    row("watch_task", Viewer, "task={task}&is_watching=true"),
    row("read_news", SignedIn, "task={task}"),
    row("rename_item", Editor, "item={item}&text=Other"),
    row("place_item", Editor, "item={item}&place=up"),
    row("convert_item", Editor, "item={item}"),
    row("rename_list", Editor, "task={task}&from=&to=Other"),
    row("remove_list", Editor, "task={task}&list="),
    row("remove_file", Editor, "file={file}"),
    row("add_label", Editor, "task={task}&label=New"),
    row("remove_label", Editor, "task={task}&label=New"),
    row("save_start", Editor, "task={task}&version=1&start_on=2026-12-01"),
    row("save_estimate", Editor, "task={task}&version=1&estimate=2h"),
    row("find_tasks", SignedIn, "task={task}&text=task"),
    row("link_task", Editor, "task={task}&direction=blocked_by&other={key}-2"),
    row("unlink_task", Editor, "blocked={task}&blocker={task2}"),
    row("save_series", Editor, "task={task}&kind=weekdays"),
    row("delete_task", Editor, "task={task}"),
    row("undelete_task", Editor, "task={task}"),
    row("purge_task", Owner, "task={trashed}"),
    row("copy_task", Editor, "task={task}&checklist=true"),
    row("transfer_task", Editor, "task={task}&project={elsewhere}"),
    // notifications
    row("count_unread", SignedIn, ""),
    row("load_notifications", SignedIn, "unread_only=false"),
    row("mark_notification_read", SignedIn, "id={op}"),
    row("mark_all_notifications_read", SignedIn, ""),
    // search
    row("load_search", SignedIn, "query=q%3Dtask"),
    row("search_tasks", SignedIn, "q=task&limit=5"),
    // imports
    row("get_import", Maker, "id={import}"),
    row("list_imports", SignedIn, ""),
    row("map_columns", Maker, "id={import}&date_order=dmy"),
    row("confirm_import", Maker, "id={import}&target=new&name=Brought"),
    row("cancel_import", Maker, "id={import}"),
    row("revive_import", Maker, "id={dead_import}"),
    // mail
    row("list_accounts", Admin, ""),
    row("read_account", Admin, "id={account}"),
    row(
        "save_account",
        Admin,
        "name=Office&host=smtp.example.org&port=587&tls=start_tls&auth=automatic&sender_name=A&sender_address=a@example.org",
    ),
    row("save_outbox_sender", Admin, "version=1&sender_name=A&sender_address=a@example.org"),
    row("test_account", Admin, "id={account}"),
    row("make_account_default", Admin, "id={account}"),
    row("delete_account", Admin, "id={account}&confirm=not its name"),
    row("list_outbox", SignedIn, ""),
    row("read_mail", MakerOrAdmin, "id={mail}"),
    // reports and jobs
    row("list_reports", SignedIn, ""),
    row("read_report", Viewer, "id={run}"),
    row("list_jobs", SignedIn, ""),
    row("list_next_runs", SignedIn, "limit=5"),
    row("load_job", Viewer, "id={job}"),
    row("load_run", Viewer, "id={run}"),
    row("load_job_editor", Editor, "id={job}"),
    row("preview_job", SignedIn, "form[name]=x"),
    row(
        "save_job",
        Editor,
        "id={job}&version=1&name=Weekly&mode=simple&mon=on&at=07:00&zone=UTC&recipients=a@example.org",
    ),
    row("start_run", Editor, "id={job}"),
    row("pause_job", Editor, "id={job}"),
    row("resume_job", Editor, "id={job}"),
    row("delete_job", Editor, "id={job}"),
    row("decide_delivery", Editor, "id={delivery}&decision=give-up"),
    // dashboard
    row("read_dashboard", SignedIn, ""),
];
