//! The harness itself: what other tests take for granted.
use serde_json::json;
use tests::{Who, both};

both! {
    fn everyone_is_who_they_are(app: &App) {
        app.anyone().get("/health/ready").is(200);
        app.anyone().get("/customers").refuses(401, "unauthorized");
        app.be(Who::Powerless).get("/customers").refuses(403, "forbidden");
        for who in [Who::Owner, Who::Seller, Who::Rival, Who::Viewer, Who::Branch] {
            app.be(who).get("/customers").is(200);
        }
        let made = app.be(Who::Seller).post("/customers", json!({"kind": "person", "family_name": "کریمی"})).is(201);
        let json = made.json();
        assert_eq!(json["owner_id"], json!(app.people.users[&Who::Seller]));
        assert_eq!(json["unit_id"], json!(app.people.units["A"]));
        let address = format!("/customers/{}", made.id());
        app.be(Who::Viewer).get(&address).is(200);
        app.be(Who::Rival).get(&address).refuses(404, "not_found");
        app.be(Who::Branch).get(&address).refuses(404, "not_found");
    }

    fn everyone_signs_in_with_the_password_of_the_template(app: &App) {
        let body = json!({"email": Who::Seller.email(), "password": tests::people::PASSWORD});
        let signed = app.anyone().post("/auth/login", body).is(200).json();
        app.anyone().with_token(signed["access_token"].as_str().unwrap()).get("/customers").is(200);
    }

    fn a_second_node_on_the_same_database_knows_the_same_people(app: &App) {
        let other = app.another(&[]);
        let made = app.be(Who::Owner).post("/customers", json!({"kind": "person", "family_name": "رضایی"})).is(201);
        let address = format!("/customers/{}", made.id());
        assert_eq!(app.be(Who::Owner).at(other.address()).get(&address).is(200).json(), made.json());
        assert!(other.stop());
    }
}
