//! Pipelines and stages: templates, the default, what a stage may say, what can go.
use super::{course, customer, deal, pipeline, stages};
use serde_json::{Value, json};
use tests::{Who, both};

both! {
    fn a_first_deal_has_a_way_to_go(app: &App) {
        let owner = app.be(Who::Owner);
        let all = owner.all("/pipelines", &[]);
        assert_eq!(all.len(), 1, "{all:?}");
        assert_eq!((&all[0]["is_default"], &all[0]["template"]), (&json!(true), &json!("general_sales")));
        let made = deal(&owner, json!({}));
        assert_eq!((&made["pipeline_id"], &made["status"]), (&all[0]["id"], &json!("open")));
        let stages = owner.all("/stages", &[("filter", &format!("pipeline_id = {}", all[0]["id"])), ("sort", "position")]);
        assert_eq!(made["stage_id"], stages[0]["id"]);
        assert_eq!((&made["probability"], &made["forecast_category"]), (&stages[0]["probability"], &json!("pipeline")));
        assert!(made["stage_due_at"].is_string() && made["started_on"].is_string());
    }

    fn each_template_makes_a_pipeline_that_deals_can_be_won_in(app: &App) {
        let owner = app.be(Who::Owner);
        for template in ["general_sales", "insurance_policy", "retail", "after_sales"] {
            let id = pipeline(&owner, json!({"template": template}));
            let stages = owner.all("/stages", &[("filter", &format!("pipeline_id = \"{id}\"")), ("sort", "position")]);
            let kinds: Vec<&str> = stages.iter().map(|s| s["kind"].as_str().unwrap()).collect();
            assert!(kinds.len() >= 5 && kinds[0] == "open" && kinds.contains(&"won") && kinds.contains(&"lost"), "{template} {kinds:?}");
            let made = deal(&owner, json!({"pipeline_id": id}));
            let guidance = owner.get(&format!("{}/guidance", super::at(&made))).is(200).json();
            assert!(guidance["guidance"].is_string(), "{template}");
        }
    }

    fn the_mark_of_the_default_is_one_pipelines(app: &App) {
        let owner = app.be(Who::Owner);
        let old = owner.all("/pipelines", &[])[0]["id"].clone();
        let new = pipeline(&owner, json!({"template": "retail", "is_default": true}));
        assert_eq!(owner.get(&format!("/pipelines/{}", old.as_str().unwrap())).is(200).json()["is_default"], false);
        assert_eq!(deal(&owner, json!({}))["pipeline_id"], json!(new));
        // None is the default: the oldest is meant.
        owner.patch(&format!("/pipelines/{new}"), "*", json!({"is_default": false})).is(200);
        assert_eq!(deal(&owner, json!({}))["pipeline_id"], old);
    }

    fn a_stage_says_only_what_can_be_asked(app: &App) {
        let owner = app.be(Who::Owner);
        let (id, made) = course(&owner);
        let other = course(&owner).1;
        let body = |more: Value| {
            let mut body = json!({"pipeline_id": id, "name": "x", "position": 15});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        for (more, at, code) in [
            (json!({"exit_condition": "amount.amount >"}), "/exit_condition", "syntax"),
            (json!({"exit_condition": "colour = \"red\""}), "/exit_condition", "unknown_field"),
            (json!({"exit_condition": "custom.gone = 1"}), "/exit_condition", "unknown_field"),
            (json!({"required_fields": ["colour"]}), "/required_fields/0", "unknown_field"),
            (json!({"required_fields": ["amount", "custom.gone"]}), "/required_fields/1", "unknown_field"),
            (json!({"required_fields": ["version"]}), "/required_fields/0", "unknown_field"),
            (json!({"allowed_next_ids": [made[1], other[1]]}), "/allowed_next_ids/1", "conflict"),
            (json!({"probability": 101}), "/probability", "out_of_range"),
            (json!({"kind": "won"}), "/kind", "duplicate"),
            (json!({"forecast_category": "closed"}), "/forecast_category", "conflict"),
            (json!({"checklist": [{"key": "a b", "text_en": "x"}]}), "/checklist/0/key", "format"),
            (json!({"checklist": [{"key": "a", "text_en": "x"}, {"key": "a", "text_en": "y"}]}), "/checklist/1/key", "duplicate"),
        ] {
            owner.post("/stages", body(more)).refuses(422, "invalid").blames(at, code);
        }
        let field = json!({"object": "opportunities", "name": "size", "kind": "number", "label_en": "Size", "label_fa": "اندازه"});
        owner.post("/custom-fields", field).is(201);
        owner.post("/stages", body(json!({"required_fields": ["custom.size"], "exit_condition": "custom.size > 3"}))).is(201);
    }

    fn what_deals_are_in_stays(app: &App) {
        let owner = app.be(Who::Owner);
        let (id, made) = course(&owner);
        let held = deal(&owner, json!({"pipeline_id": id}));
        owner.delete(&format!("/pipelines/{id}"), "*").refuses(409, "in_use");
        owner.delete(&format!("/stages/{}", made[0]), "*").refuses(409, "in_use");
        owner.delete(&format!("/stages/{}", made[1]), "*").is(204);
        owner.delete(&super::at(&held), "*").is(204);
        owner.delete(&format!("/pipelines/{id}"), "*").is(204);
        owner.get(&format!("/stages/{}", made[0])).refuses(404, "not_found");
        owner.act(&format!("/stages/{}/restore", made[0]), "*").refuses(409, "parent_deleted");
        let with_template = pipeline(&owner, json!({"template": "retail"}));
        owner.delete(&format!("/pipelines/{with_template}"), "*").is(204);
        owner.act(&format!("/pipelines/{with_template}/restore"), "*").is(200);
        let back = owner.all("/stages", &[("filter", &format!("pipeline_id = \"{with_template}\""))]);
        assert_eq!(back.len(), 5, "its stages came back with it");
    }

    fn a_deal_needs_a_stage_to_begin_in(app: &App) {
        let owner = app.be(Who::Owner);
        let empty = pipeline(&owner, json!({}));
        let body = json!({"name": "x", "customer_id": customer(&owner), "pipeline_id": empty});
        owner.post("/opportunities", body.clone()).refuses(409, "pipeline_without_stage");
        stages(&owner, &empty, &[("New", json!({}))]);
        let made = owner.post("/opportunities", body).is(201).json();
        // There is nowhere to go to.
        owner.act(&format!("{}/advance", super::at(&made)), "*").refuses(409, "stage_not_next");
        owner.act(&format!("{}/win", super::at(&made)), "*").refuses(409, "stage_not_next");
    }
}
