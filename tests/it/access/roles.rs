//! The matrix of roles: which operations each of the people gets past the permission of, as a text that is read and committed.
use std::fmt::Write;
use std::path::Path;
use tests::probe::{ONES_OWN, address, call};
use tests::{Who, both};
use uuid::Uuid;

/// Where the matrix is kept.
fn kept() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("it/access/roles.txt")
}

both! {
    fn the_matrix_of_roles_is_as_committed(app: &App) {
        let people = [Who::Owner, Who::Branch, Who::Seller, Who::Viewer, Who::Powerless];
        let mut matrix = String::from("# + gets past the permission, . is refused with 403. UPDATE_SNAPSHOTS=1 writes this file anew.\n");
        write!(matrix, "{:<36}", "operation").unwrap();
        people.iter().for_each(|who| write!(matrix, " {:<9}", who.name()).unwrap());
        let mut operations = app.contract().operations();
        operations.sort_by_key(|o| o.id().to_owned());
        for operation in operations.iter().filter(|o| !o.is_open() && !ONES_OWN.contains(&o.id())) {
            write!(matrix, "\n{:<36}", operation.id()).unwrap();
            for who in people {
                let at = address(operation, &Uuid::now_v7().to_string(), &[]);
                let answer = call(&app.be(who), operation, &at);
                assert_ne!(answer.status, 401, "{answer:?}");
                write!(matrix, " {:<9}", if answer.status == 403 { "." } else { "+" }).unwrap();
            }
        }
        let matrix: String = matrix.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(kept(), &matrix).unwrap();
        }
        let committed = std::fs::read_to_string(kept()).unwrap_or_default();
        for (line, (now, before)) in matrix.lines().zip(committed.lines().chain(std::iter::repeat(""))).enumerate() {
            assert_eq!(now, before, "line {} of {}", line + 1, kept().display());
        }
        assert_eq!(matrix.lines().count(), committed.lines().count(), "{}", kept().display());
    }
}
