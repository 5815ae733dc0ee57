//! What no version has goes, and nothing else.
use super::{filled, stored};
use persistence::sql;
use std::time::{Duration, Instant, SystemTime};
use tests::{Who, everywhere};
use uuid::{NoContext, Timestamp, Uuid};

everywhere! {
    fn what_no_version_has_is_removed_after_a_day(app: &App) {
        let owner = app.be(Who::Owner);
        let document = filled(&owner, "a.txt", "text/plain", b"text");
        let kept = stored(app).remove(0);
        let shelf = kept.parent().unwrap();
        let place = |id: Uuid| {
            let shelf = app.contents().join(format!("{:02x}", id.as_bytes()[15]));
            std::fs::create_dir_all(&shelf).unwrap();
            shelf.join(id.to_string())
        };
        let days_ago = |days: u64| {
            let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap() - Duration::from_secs(days * 86_400);
            Uuid::new_v7(Timestamp::from_unix(NoContext, at.as_secs(), 0))
        };
        let [old, young] = [days_ago(2), days_ago(0)].map(place);
        let (foreign, incoming) = (shelf.join("notes.txt"), app.data().join("documents/incoming"));
        let part = incoming.join("x.part");
        std::fs::create_dir_all(&incoming).unwrap();
        for file in [&old, &young, &foreign, &part] {
            std::fs::write(file, b"left behind").unwrap();
        }
        std::fs::File::options().write(true).open(&part).unwrap().set_modified(SystemTime::now() - Duration::from_secs(2 * 86_400)).unwrap();
        // As old as those, but a version's.
        let named = days_ago(3);
        std::fs::rename(&kept, place(named)).unwrap();
        app.write(move |conn| {
            conn.execute(&sql!("UPDATE document_versions SET content_id = ?", named))?;
            conn.execute(&sql!("UPDATE jobs SET run_at = created_at WHERE kind = 'sweep_contents' AND state = 'queued'"))
        });
        let end = Instant::now() + Duration::from_secs(60);
        while old.exists() || part.exists() {
            assert!(Instant::now() < end, "{:?}", stored(app));
            std::thread::yield_now();
        }
        assert!(young.exists() && foreign.exists());
        assert_eq!(owner.get(&format!("{document}/content")).is(200).text(), "text");
    }
}
