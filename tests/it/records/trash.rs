//! Deleting and restoring.
use persistence::sql;
use tests::records::{made, writable};
use tests::{Who, both};
use uuid::Uuid;

both! {
    fn what_is_deleted_is_gone_until_it_is_restored(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let before = made(app, spec);
            let id = before.id();
            let (address, deleted) = (format!("{}/{id}", spec.path), [("include_deleted", "true")]);
            let listed = |query: &[(&str, &str)]| owner.all(spec.path, query).iter().any(|r| r["id"] == id.as_str());
            assert!(listed(&[]));
            let gone = owner.delete(&address, &before.etag()).is(204);
            assert!(gone.bytes.is_empty());
            owner.get(&address).refuses(404, "not_found");
            owner.patch(&address, "*", serde_json::json!({})).refuses(404, "not_found");
            owner.delete(&address, "*").refuses(404, "not_found");
            assert!(!listed(&[]) && listed(&deleted), "{}", spec.object);
            let kept = owner.list(&address, &deleted).is(200);
            assert_eq!(kept.etag(), "\"2\"");
            let restore = format!("{address}/restore");
            owner.call("POST", &restore).refuses(428, "precondition_required");
            owner.act(&restore, "\"1\"").refuses(412, "stale");
            let back = owner.act(&restore, "\"2\"").is(200);
            assert_eq!((back.id(), back.etag().as_str()), (id.clone(), "\"3\""));
            assert_eq!(owner.get(&address).is(200).text(), back.text());
            owner.act(&restore, "*").refuses(409, "not_in_trash");
            assert!(listed(&[]));
            let record: Uuid = id.parse().unwrap();
            let log = sql!("SELECT op FROM changes WHERE object = ? AND record_id = ? ORDER BY version", spec.object, record);
            let ops = app.rows(log, |row| Ok(row.text(0)?.unwrap_or_default()));
            assert_eq!(ops, ["created", "deleted", "restored"], "{}", spec.object);
        }
    }

    fn only_those_who_may_delete_see_the_trash(app: &App) {
        for spec in writable(app) {
            app.be(Who::Viewer).list(spec.path, &[("include_deleted", "true")]).refuses(403, "forbidden");
        }
    }
}
