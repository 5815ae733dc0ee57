//! What operators and clients' makers ask of a server: jobs, metadata, how it speaks.
mod jobs;
mod mail;
mod objects;
mod settings;
mod wire;
