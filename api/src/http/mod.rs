//! How the API is spoken, the same for every record: requests in, problems out, the contract.
pub mod app;
pub mod body;
pub mod caller;
pub mod contract;
pub mod crud;
pub mod edge;
pub mod expand;
pub mod headers;
pub mod health;
pub mod limits;
pub mod operation;
pub mod problem;
pub mod query;
pub mod reading;
pub mod resource;
pub mod texts;
pub mod writing;
