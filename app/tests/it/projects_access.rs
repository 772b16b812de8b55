//! Who sees and may change what: members, groups, the archive.

use app::{
    accounts::service::groups,
    domain::{project::MemberRole, shelf::ShelfQuery},
    error::{AppError, Problem},
    members::service::{
        groups as project_groups, list,
        members::{self, OpenTasks},
    },
    projects::service::{access, life, projects},
    tasks::service::{archive, assign, find, shelf},
    testing::{Cast, each_database, project, task},
};

#[tokio::test]
async fn the_highest_of_own_role_and_groups_counts_and_ends_with_the_group() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let (mina, ravi, alex) = (app.as_person(&cast.mina), app.as_person(&cast.ravi), app.as_person(&cast.alex));
        let crew = groups::create(&mina, "Crew").await.unwrap();
        groups::add(&mina, crew, cast.ravi.id).await.unwrap();
        groups::add(&mina, crew, cast.alex.id).await.unwrap();
        let owning = || async { access::by_id(&mina, app.reader(), made.id).await.unwrap().owning().unwrap() };
        project_groups::add(&mina, &owning().await, crew, MemberRole::Editor).await.unwrap();

        let role = |ctx: app::platform::ctx::Ctx| {
            let app = app.app.clone();
            async move { access::by_id(&ctx, app.reader(), made.id).await.map(|viewing| viewing.role()) }
        };
        assert_eq!(role(ravi.clone()).await, Ok(MemberRole::Editor), "only through the group");
        assert_eq!(role(alex.clone()).await, Ok(MemberRole::Editor), "a viewer alone, an editor in the group");
        assert_eq!(projects::list(&ravi).await.unwrap().len(), 1);
        let people = projects::people(app.reader(), made.id).await.unwrap();
        assert!(people.iter().any(|person| person.id == cast.ravi.id), "who is in a group can be assigned");

        groups::remove(&mina, crew, cast.ravi.id).await.unwrap();
        assert_eq!(role(ravi.clone()).await, Err(AppError::NotFound));
        assert!(projects::list(&ravi).await.unwrap().is_empty());
        project_groups::remove(&mina, &owning().await, crew).await.unwrap();
        assert_eq!(role(alex).await, Ok(MemberRole::Viewer));
    })
    .await;
}

#[tokio::test]
async fn a_project_never_loses_its_last_owner_who_can_sign_in() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let owning = || async { access::by_id(&mina, app.reader(), made.id).await.unwrap().owning().unwrap() };
        let refused = |field: &str| AppError::field(field, Problem::LastOwner);
        let viewing = access::by_id(&mina, app.reader(), made.id).await.unwrap();
        assert_eq!(members::leave(&mina, &viewing).await, Err(refused("member")));
        assert_eq!(
            members::set_role(&mina, &owning().await, cast.mina.id, MemberRole::Editor).await,
            Err(refused("role"))
        );
        assert_eq!(
            members::remove(&mina, &owning().await, cast.mina.id, OpenTasks::Keep).await,
            Err(refused("member"))
        );
        members::set_role(&mina, &owning().await, cast.jonas.id, MemberRole::Owner).await.unwrap();
        members::leave(&mina, &viewing).await.unwrap();
        let after = access::by_id(&mina, app.reader(), made.id).await;
        assert_eq!(after.unwrap_err(), AppError::NotFound, "an administrator sees no more than others");
    })
    .await;
}

#[tokio::test]
async fn two_owners_who_leave_at_once_leave_one_behind() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let (mina, jonas) = (app.as_person(&cast.mina), app.as_person(&cast.jonas));
        let owning = access::by_id(&mina, app.reader(), made.id).await.unwrap().owning().unwrap();
        members::set_role(&mina, &owning, cast.jonas.id, MemberRole::Owner).await.unwrap();
        let of_mina = access::by_id(&mina, app.reader(), made.id).await.unwrap();
        let of_jonas = access::by_id(&jonas, app.reader(), made.id).await.unwrap();
        let (left, right) = tokio::join!(members::leave(&mina, &of_mina), members::leave(&jonas, &of_jonas));
        assert_eq!(usize::from(left.is_ok()) + usize::from(right.is_ok()), 1, "{left:?} {right:?}");
    })
    .await;
}

#[tokio::test]
async fn people_are_added_by_name_or_address_and_only_when_it_is_clear_who_is_meant() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, _) = project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let owning = access::by_id(&mina, app.reader(), made.id).await.unwrap().owning().unwrap();
        let add = |who: &'static str| members::add(&mina, &owning, who, MemberRole::Viewer);
        assert_eq!(add("Nobody Here").await, Err(AppError::field("who", Problem::NoSuchPerson)));
        assert_eq!(add(" ").await, Err(AppError::field("who", Problem::Required)));
        assert_eq!(add("RAVI@example.org").await, Ok(cast.ravi.id));
        assert_eq!(add("Ravi Sen").await, Ok(cast.ravi.id), "twice is the same as once");
    })
    .await;
}

#[tokio::test]
async fn who_is_removed_keeps_tasks_unless_asked_and_the_history_tells() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let owning = || async { access::by_id(&mina, app.reader(), made.id).await.unwrap().owning().unwrap() };
        let a = task(&mina, &made, columns[0], "a").await;
        assign::set(&mina, a.id, &[cast.jonas.id]).await.unwrap();
        members::remove(&mina, &owning().await, cast.jonas.id, OpenTasks::Keep).await.unwrap();
        let gone = access::by_id(&app.as_person(&cast.jonas), app.reader(), made.id).await;
        assert_eq!(gone.unwrap_err(), AppError::NotFound);
        let people = || async {
            let viewing = access::by_id(&mina, app.reader(), made.id).await.unwrap();
            archive::archive(&mina, a.id, None).await.unwrap();
            let cards = shelf::read(&mina, &viewing, shelf::Place::Archive, ShelfQuery::default()).await.unwrap().rows;
            archive::restore(&mina, a.id, None).await.unwrap();
            cards[0].card.people.clone()
        };
        assert_eq!(people().await, ["Jonas Ortiz"], "the name stays on the task");
        members::add(&mina, &owning().await, "jonas@example.org", MemberRole::Editor).await.unwrap();
        members::remove(&mina, &owning().await, cast.jonas.id, OpenTasks::Unassign).await.unwrap();
        assert!(people().await.is_empty());
        let (viewing, row) = find::by_reference(&mina, app.reader(), "T-1").await.unwrap();
        let read = app::tasks::service::detail::read(&mina, &viewing, row).await.unwrap();
        assert!(read.history.iter().any(|line| line.what == "took Jonas Ortiz off"), "{:?}", read.history);
    })
    .await;
}

#[tokio::test]
async fn the_list_of_members_says_through_what_and_with_how_much_work() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let crew = groups::create(&mina, "Crew").await.unwrap();
        groups::add(&mina, crew, cast.ravi.id).await.unwrap();
        let owning = access::by_id(&mina, app.reader(), made.id).await.unwrap().owning().unwrap();
        project_groups::add(&mina, &owning, crew, MemberRole::Viewer).await.unwrap();
        let a = task(&mina, &made, columns[0], "a").await;
        assign::set(&mina, a.id, &[cast.jonas.id, cast.ravi.id]).await.unwrap();
        let read = list::read(&mina, &owning).await.unwrap();
        let of = |id| read.people.iter().find(|person| person.id == id).unwrap();
        assert_eq!((of(cast.jonas.id).role, of(cast.jonas.id).open_tasks), (Some(MemberRole::Editor), 1));
        assert_eq!((of(cast.ravi.id).role, of(cast.ravi.id).groups.clone()), (None, vec!["Crew".to_owned()]));
        assert!(read.others.is_empty(), "nobody is left to be added: {:?}", read.others);
        let as_viewer = access::by_id(&app.as_person(&cast.alex), app.reader(), made.id).await.unwrap();
        let seen = list::read(&app.as_person(&cast.alex), &as_viewer).await.unwrap();
        assert!(seen.other_groups.is_empty() && seen.others.is_empty(), "only owners see whom else there is");
    })
    .await;
}

#[tokio::test]
async fn an_archived_project_is_read_by_its_members_and_changed_by_nobody() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made, columns) = project(&app, &cast).await;
        let mina = app.as_person(&cast.mina);
        let a = task(&mina, &made, columns[0], "a").await;
        let viewing = || async { access::by_id(&mina, app.reader(), made.id).await.unwrap() };
        life::archive(&mina, &viewing().await.holding().unwrap()).await.unwrap();
        assert!(!viewing().await.can_edit());
        assert_eq!(viewing().await.editing().unwrap_err(), AppError::ArchivedProject);
        assert_eq!(viewing().await.owning().unwrap_err(), AppError::ArchivedProject);
        assert_eq!(archive::archive(&mina, a.id, None).await, Err(AppError::ArchivedProject));
        assert!(projects::list(&mina).await.unwrap().is_empty());
        assert_eq!(projects::archived(&mina).await.unwrap().len(), 1);
        let of_jonas = access::by_id(&app.as_person(&cast.jonas), app.reader(), made.id).await.unwrap();
        assert_eq!(of_jonas.clone().editing().unwrap_err(), AppError::ArchivedProject);
        assert_eq!(of_jonas.holding().unwrap_err(), AppError::Forbidden, "only owners bring it back");
        life::restore(&mina, &viewing().await.holding().unwrap()).await.unwrap();
        archive::archive(&mina, a.id, None).await.unwrap();
    })
    .await;
}
