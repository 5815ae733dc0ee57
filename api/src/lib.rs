//! How a CRM is spoken: routes, the contract, sign-in, workers and the command line.
pub mod access;
pub mod activities;
pub mod catalog;
pub mod changes;
pub mod cli;
pub mod customers;
pub mod customize;
pub mod demo;
pub mod documents;
pub mod http;
pub mod integration;
pub mod jobs;
pub mod mail;
pub mod orders;
pub mod privacy;
pub mod quality;
pub mod sales;
pub mod server;
pub mod templates;
#[cfg(test)]
mod testing;
