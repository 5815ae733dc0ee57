//! Every table, with columns in types of our own that both databases have. A test compares it with the migrations of both.


diesel::table! {
    use diesel::sql_types::*;
    use crate::core::columns::{InstantSql, JsonSql, UuidSql};

    custom_fields (id) {
        id -> UuidSql,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        created_by -> Nullable<UuidSql>,
        updated_by -> Nullable<UuidSql>,
        owner_id -> Nullable<UuidSql>,
        unit_id -> Nullable<UuidSql>,
        object -> Text,
        name -> Text,
        label_en -> Text,
        label_fa -> Text,
        kind -> Text,
        choices -> JsonSql,
        required -> Bool,
        external_ids -> JsonSql,
        custom -> JsonSql,
        search -> Text,
        deleted_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::core::columns::{InstantSql, JsonSql, UuidSql};

    units (id) {
        id -> UuidSql,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        created_by -> Nullable<UuidSql>,
        updated_by -> Nullable<UuidSql>,
        owner_id -> Nullable<UuidSql>,
        unit_id -> Nullable<UuidSql>,
        name -> Text,
        parent_id -> Nullable<UuidSql>,
        external_ids -> JsonSql,
        custom -> JsonSql,
        search -> Text,
        deleted_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::core::columns::{InstantSql, JsonSql, UuidSql};

    users (id) {
        id -> UuidSql,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        created_by -> Nullable<UuidSql>,
        updated_by -> Nullable<UuidSql>,
        owner_id -> Nullable<UuidSql>,
        unit_id -> Nullable<UuidSql>,
        name -> Text,
        email -> Text,
        works_in_id -> Nullable<UuidSql>,
        role_ids -> JsonSql,
        locale -> Text,
        active -> Bool,
        external_ids -> JsonSql,
        custom -> JsonSql,
        search -> Text,
        deleted_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::core::columns::{InstantSql, JsonSql, UuidSql};

    teams (id) {
        id -> UuidSql,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        created_by -> Nullable<UuidSql>,
        updated_by -> Nullable<UuidSql>,
        owner_id -> Nullable<UuidSql>,
        unit_id -> Nullable<UuidSql>,
        name -> Text,
        member_ids -> JsonSql,
        external_ids -> JsonSql,
        custom -> JsonSql,
        search -> Text,
        deleted_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::core::columns::{InstantSql, JsonSql, UuidSql};

    roles (id) {
        id -> UuidSql,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        created_by -> Nullable<UuidSql>,
        updated_by -> Nullable<UuidSql>,
        owner_id -> Nullable<UuidSql>,
        unit_id -> Nullable<UuidSql>,
        name -> Text,
        description -> Nullable<Text>,
        permissions -> JsonSql,
        external_ids -> JsonSql,
        custom -> JsonSql,
        search -> Text,
        deleted_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::core::columns::{InstantSql, JsonSql, UuidSql};

    shares (id) {
        id -> UuidSql,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        created_by -> Nullable<UuidSql>,
        updated_by -> Nullable<UuidSql>,
        owner_id -> Nullable<UuidSql>,
        unit_id -> Nullable<UuidSql>,
        object -> Text,
        record_id -> UuidSql,
        grantee_kind -> Text,
        grantee_id -> UuidSql,
        action -> Text,
        external_ids -> JsonSql,
        custom -> JsonSql,
        deleted_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::core::columns::{InstantSql, JsonSql, UuidSql};

    api_keys (id) {
        id -> UuidSql,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        created_by -> Nullable<UuidSql>,
        updated_by -> Nullable<UuidSql>,
        owner_id -> Nullable<UuidSql>,
        unit_id -> Nullable<UuidSql>,
        name -> Text,
        user_id -> UuidSql,
        permissions -> JsonSql,
        allowed_ips -> JsonSql,
        expires_at -> Nullable<InstantSql>,
        prefix -> Text,
        last_used_at -> Nullable<InstantSql>,
        revoked_at -> Nullable<InstantSql>,
        external_ids -> JsonSql,
        custom -> JsonSql,
        deleted_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::core::columns::{InstantSql, JsonSql, UuidSql};

    customers (id) {
        id -> UuidSql,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        created_by -> Nullable<UuidSql>,
        updated_by -> Nullable<UuidSql>,
        owner_id -> Nullable<UuidSql>,
        unit_id -> Nullable<UuidSql>,
        kind -> Text,
        given_name -> Nullable<Text>,
        family_name -> Nullable<Text>,
        organization_name -> Nullable<Text>,
        display_name -> Text,
        national_id -> Nullable<Text>,
        legal_id -> Nullable<Text>,
        birth_date -> Nullable<Date>,
        gender -> Nullable<Text>,
        identifying_features -> Nullable<Text>,
        lifecycle_stage -> Text,
        province -> Nullable<Text>,
        city -> Nullable<Text>,
        district -> Nullable<Text>,
        country -> Nullable<Text>,
        interests -> JsonSql,
        tastes -> Nullable<Text>,
        tendencies -> Nullable<Text>,
        buying_habits -> Nullable<Text>,
        field_of_work -> Nullable<Text>,
        job_class -> Nullable<Text>,
        job_title -> Nullable<Text>,
        credit_class -> Nullable<Text>,
        access_class -> Nullable<Text>,
        customer_group -> Nullable<Text>,
        language -> Text,
        notes -> Nullable<Text>,
        marketer_id -> Nullable<UuidSql>,
        referrer_id -> Nullable<UuidSql>,
        liaison_id -> Nullable<UuidSql>,
        contact_points -> JsonSql,
        addresses -> JsonSql,
        bank_accounts -> JsonSql,
        external_ids -> JsonSql,
        custom -> JsonSql,
        search -> Text,
        deleted_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::core::columns::{InstantSql, JsonSql, UuidSql};

    relationships (id) {
        id -> UuidSql,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        created_by -> Nullable<UuidSql>,
        updated_by -> Nullable<UuidSql>,
        owner_id -> Nullable<UuidSql>,
        unit_id -> Nullable<UuidSql>,
        from_id -> UuidSql,
        to_id -> UuidSql,
        kind -> Text,
        from_date -> Nullable<Date>,
        to_date -> Nullable<Date>,
        notes -> Nullable<Text>,
        external_ids -> JsonSql,
        custom -> JsonSql,
        deleted_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::core::columns::{InstantSql, JsonSql, UuidSql};

    groups (id) {
        id -> UuidSql,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        created_by -> Nullable<UuidSql>,
        updated_by -> Nullable<UuidSql>,
        owner_id -> Nullable<UuidSql>,
        unit_id -> Nullable<UuidSql>,
        name -> Text,
        description -> Nullable<Text>,
        external_ids -> JsonSql,
        custom -> JsonSql,
        search -> Text,
        deleted_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::core::columns::{InstantSql, JsonSql, UuidSql};

    group_members (id) {
        id -> UuidSql,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        created_by -> Nullable<UuidSql>,
        updated_by -> Nullable<UuidSql>,
        owner_id -> Nullable<UuidSql>,
        unit_id -> Nullable<UuidSql>,
        group_id -> UuidSql,
        customer_id -> UuidSql,
        external_ids -> JsonSql,
        custom -> JsonSql,
        deleted_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::core::columns::{InstantSql, JsonSql, UuidSql};

    imports (id) {
        id -> UuidSql,
        version -> BigInt,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        created_by -> Nullable<UuidSql>,
        updated_by -> Nullable<UuidSql>,
        owner_id -> Nullable<UuidSql>,
        unit_id -> Nullable<UuidSql>,
        object -> Text,
        format -> Text,
        mode -> Text,
        match_on -> Text,
        dry_run -> Bool,
        mapping -> JsonSql,
        file_name -> Nullable<Text>,
        state -> Text,
        columns -> JsonSql,
        counts -> JsonSql,
        size_bytes -> Nullable<BigInt>,
        digest -> Nullable<Text>,
        failure -> Nullable<Text>,
        started_at -> Nullable<InstantSql>,
        finished_at -> Nullable<InstantSql>,
        external_ids -> JsonSql,
        custom -> JsonSql,
        deleted_at -> Nullable<InstantSql>,
    }
}
