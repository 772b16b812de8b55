//! The designer without JavaScript: steps of plain forms, and what two versions differ in.

use std::collections::BTreeMap;

use app::{
    domain::{
        ids::TemplateId,
        template::{
            BlockKind, Document, TemplateCategory,
            edit::{Crossing, Shelf},
        },
    },
    error::AppError,
    platform::ctx::Ctx,
    projects::service::access,
    tasks::service::labels,
    templates::{
        service::{
            compare, drafts,
            forms::{self, Step},
            library, versions,
        },
        view::TemplateDesk,
    },
    testing::{Cast, each_database, project},
};

async fn made(ctx: &Ctx) -> TemplateId {
    drafts::create(ctx, "Weekly", TemplateCategory::Status, &Document::blank()).await.unwrap()
}

async fn step(ctx: &Ctx, id: TemplateId, step: Step) -> Option<u32> {
    let version = library::desk(ctx, id).await.unwrap().draft_version;
    forms::take(ctx, id, version, step).await.unwrap()
}

fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn words(ctx: &Ctx, id: TemplateId) -> Vec<&'static str> {
    let draft = library::desk(ctx, id).await.unwrap().draft;
    draft.every_block().iter().map(|block| block.kind.word()).collect()
}

#[tokio::test]
async fn blocks_are_added_moved_copied_filled_in_and_deleted_step_by_step() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        let id = made(&jonas).await;
        let add = |kind: &str, after| Step::Add { kind: kind.into(), after };
        let heading = step(&jonas, id, add("heading", None)).await.unwrap();
        let divider = step(&jonas, id, add("divider", Some(heading))).await.unwrap();
        step(&jonas, id, Step::Up(divider)).await;
        step(&jonas, id, Step::Copy(heading)).await;
        assert_eq!(words(&jonas, id).await, ["divider", "heading", "heading"]);
        let columns = step(&jonas, id, add("columns", None)).await.unwrap();
        let into_the_left = || Step::read("to_left", Some(divider), String::new(), fields(&[])).unwrap();
        assert_eq!(step(&jonas, id, into_the_left()).await, Some(divider), "it is open where it stands now");
        let left = |desk: TemplateDesk| desk.draft.shelf(Shelf::Left(columns)).map(|left| left[0].id);
        assert_eq!(left(library::desk(&jonas, id).await.unwrap()), Some(divider));
        assert_eq!(step(&jonas, id, Step::Cross(divider, Crossing::Out)).await, Some(divider));
        assert_eq!(words(&jonas, id).await, ["heading", "heading", "columns", "divider"]);
        step(&jonas, id, Step::Delete(columns)).await;
        step(&jonas, id, Step::Delete(divider)).await;
        assert_eq!(
            step(&jonas, id, Step::Block(heading, fields(&[("text", "Hello"), ("level", "2")]))).await,
            Some(heading)
        );
        step(&jonas, id, Step::Mail(fields(&[("name", "Other"), ("category", "digest"), ("subject", "All well")])))
            .await;
        let desk = library::desk(&jonas, id).await.unwrap();
        assert_eq!(
            (desk.name.as_str(), desk.category, desk.draft.subject.as_str()),
            ("Other", TemplateCategory::Digest, "All well")
        );
        let said = desk.draft.block(heading).unwrap().kind.clone();
        assert_eq!(said, BlockKind::Heading { text: "Hello".into(), level: 2 });
    })
    .await;
}

#[tokio::test]
async fn a_list_is_narrowed_to_names_of_ones_own_projects_and_keeps_one_that_is_not_among_them() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (made_project, _) = project(&app, &cast).await;
        let (jonas, ravi) = (app.as_person(&cast.jonas), app.as_person(&cast.ravi));
        let viewing = access::by_id(&jonas, jonas.reader(), made_project.id).await.unwrap();
        let editing = viewing.editing().unwrap();
        for name in ["Ops", "Design"] {
            labels::create(&jonas, &editing, name, None).await.unwrap();
        }
        let id = made(&jonas).await;
        let desk = library::desk(&jonas, id).await.unwrap();
        assert_eq!(
            (desk.names.labels, desk.names.projects),
            (vec!["Design".into(), "Ops".into()], vec!["Tasks".into()])
        );
        let strangers = library::desk(&ravi, id).await.unwrap().names;
        assert!(strangers.labels.is_empty() && strangers.projects.is_empty(), "{strangers:?}");

        let list = step(&jonas, id, Step::Add { kind: "task_list".into(), after: None }).await.unwrap();
        step(&jonas, id, Step::Block(list, fields(&[("label", "Gone"), ("project", "Tasks"), ("limit", "3")]))).await;
        let kind = library::desk(&jonas, id).await.unwrap().draft.block(list).unwrap().kind.clone();
        let BlockKind::TaskList { filter, limit, .. } = kind else { panic!("{kind:?}") };
        assert_eq!((filter.label.as_str(), filter.project.as_str(), limit), ("Gone", "Tasks", 3));
    })
    .await;
}

#[tokio::test]
async fn a_form_of_an_older_draft_and_one_that_breaks_a_rule_change_nothing() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let (jonas, ravi) = (app.as_person(&cast.jonas), app.as_person(&cast.ravi));
        let id = made(&jonas).await;
        let notes = step(&jonas, id, Step::Add { kind: "notes".into(), after: None }).await.unwrap();
        let divider = || Step::Add { kind: "divider".into(), after: None };
        assert!(matches!(forms::take(&jonas, id, 1, divider()).await, Err(AppError::Conflict(_))));
        assert_eq!(forms::take(&ravi, id, 2, divider()).await, Err(AppError::Forbidden));
        let bad = Step::Block(notes, fields(&[("limit", "many")]));
        let Err(AppError::Invalid(invalid)) = forms::take(&jonas, id, 2, bad).await else { panic!("it was kept") };
        assert_eq!(invalid.fields[0].field, format!("block-{notes}-limit"));
        assert_eq!(forms::take(&jonas, id, 2, Step::Up(99)).await, Ok(None), "a block that is not there moves nowhere");
        assert_eq!(words(&jonas, id).await, ["notes"]);
    })
    .await;
}

#[tokio::test]
async fn versions_differ_in_what_they_say_and_in_their_source() {
    each_database(async |app| {
        let cast = Cast::new(&app).await;
        let jonas = app.as_person(&cast.jonas);
        let id = made(&jonas).await;
        assert_eq!(compare::view(&jonas, id, "", "").await.unwrap().compared, None);
        versions::publish(&jonas, id, 1, "First").await.unwrap();
        step(&jonas, id, Step::Add { kind: "divider".into(), after: None }).await;
        // One version alone is compared with the draft.
        let compared = compare::view(&jonas, id, "", "").await.unwrap().compared.unwrap();
        assert_eq!((compared.from.as_str(), compared.to.as_str()), ("1", "draft"));
        assert_eq!((compared.outline.added, compared.outline.removed), (1, 0));
        assert!(compared.source.added > 0);
        // Then the last two.
        step(&jonas, id, Step::ToHtml).await;
        versions::publish(&jonas, id, 3, "").await.unwrap();
        let compared = compare::view(&jonas, id, "", "").await.unwrap().compared.unwrap();
        assert_eq!((compared.from.as_str(), compared.to.as_str()), ("1", "2"));
        let same = compare::view(&jonas, id, "2", "draft").await.unwrap().compared.unwrap();
        assert_eq!((same.outline.added, same.source.added), (0, 0));
        assert_eq!(compare::view(&jonas, id, "7", "").await.unwrap_err(), AppError::NotFound);
    })
    .await;
}
