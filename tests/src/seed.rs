//! What stands in the template: the units, the roles, and the people with their credentials and open sessions. Written through the same
//! pipeline as everything else, by the server itself; only the credentials, which no record shows, are written as rows.
use crate::people::{PASSWORD, People, Who, roles};
use api::http::app::SystemIds;
use domain::access::role::Role;
use domain::access::unit::Unit;
use domain::access::user::User;
use domain::core::actor::{Actor, Via};
use domain::core::id::Ids;
use domain::core::instant::Instant;
use domain::core::pipeline::Context;
use domain::core::resource::Setting;
use domain::sales::pipeline::Pipeline;
use persistence::core::columns::JsonText;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use persistence::sql;
use serde_json::{Value, json};
use uuid::Uuid;

/// Fills an empty database.
pub fn fill(conn: &mut Conn) -> People {
    // One hash for all: it is made slow on purpose, and each has the same password.
    let hash = api::access::password::hash(PASSWORD, &mut rand::rng()).expect("a hash");
    let now = Instant::new(chrono::Utc::now());
    let mut people = People::default();
    let (head, a, b) = (
        create(conn, &Of::<Unit>::NEW, json!({"name": "Head office"})),
        json!({"name": "Unit A"}),
        json!({"name": "Unit B"}),
    );
    people.units.insert("head".to_owned(), head);
    for (name, mut unit) in [("A", a), ("B", b)] {
        unit["parent_id"] = json!(head);
        people.units.insert(name.to_owned(), create(conn, &Of::<Unit>::NEW, unit));
    }
    for (name, permissions) in roles() {
        let role = create(conn, &Of::<Role>::NEW, json!({"name": name, "permissions": permissions}));
        people.roles.insert(name.to_owned(), role);
    }
    // As every organization has one.
    create(
        conn,
        &Of::<Pipeline>::NEW,
        json!({"name": "فروش عمومی", "template": "general_sales", "is_default": true}),
    );
    for who in Who::ALL {
        let user = json!({
            "name": who.name(), "email": who.email(), "locale": "en", "active": true, "works_in_id": people.units[who.unit()],
            "role_ids": who.role().map(|r| people.roles[r]).into_iter().collect::<Vec<_>>(),
        });
        let user = create(conn, &Of::<User>::NEW, user);
        people.users.insert(who, user);
        people.sessions.insert(who, sign_in(conn, user, &hash, now));
    }
    people
}

fn create(conn: &mut Conn, object: &dyn Object, body: Value) -> Uuid {
    let now = Instant::new(chrono::Utc::now());
    let actor = Actor::server(Via::Console, now);
    let setting = Setting {
        now,
        default_region: "IR".to_owned(),
    };
    let context = Context {
        actor: &actor,
        setting: &setting,
        ids: &SystemIds,
        origin: SystemIds.next(),
    };
    let Value::Object(members) = body else {
        panic!("a record is an object")
    };
    object.create(conn, &context, None, members).expect("a record of the template").id
}

/// Gives a user their password and a session that is open; the session's id.
fn sign_in(conn: &mut Conn, user: Uuid, hash: &str, now: Instant) -> Uuid {
    let none = JsonText("[]".to_owned());
    // Whoever made the user may have made this row with it.
    conn.execute(&sql!("DELETE FROM credentials WHERE user_id = ?", user))
        .expect("no credentials");
    conn.execute(&sql!(
        "INSERT INTO credentials (user_id, password_hash, totp_confirmed, recovery_hashes, session_version, updated_at) \
         VALUES (?, ?, ?, ?, ?, ?)",
        user,
        hash,
        false,
        none,
        1_i64,
        now
    ))
    .expect("credentials");
    let session = SystemIds.next();
    let expires = Instant::new(now.utc() + chrono::TimeDelta::days(1));
    conn.execute(&sql!(
        "INSERT INTO sessions (id, user_id, refresh_hash, created_at, used_at, expires_at, ip, user_agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        session,
        user,
        session.as_bytes().to_vec(),
        now,
        now,
        expires,
        "127.0.0.1",
        "tests"
    ))
    .expect("a session");
    session
}
