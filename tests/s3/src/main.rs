//! A server that speaks S3, for the tests: the files of its buckets lie in a folder. It is a program of its own so that a test can kill it
//! as a machine that fails would, and so that what it is made of is compiled once and linked into nothing else.
//!
//! `peyvand-test-s3 FOLDER ADDRESS KEY SECRET`; it says where it listens on its standard output.
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use std::error::Error;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |name: &str| arguments.next().ok_or_else(|| format!("{name} is missing"));
    let (folder, address, key, secret) = (next("FOLDER")?, next("ADDRESS")?, next("KEY")?, next("SECRET")?);
    let files = s3s_fs::FileSystem::new(folder).map_err(|e| format!("{e:?}"))?;
    let mut service = S3ServiceBuilder::new(files);
    service.set_auth(SimpleAuth::from_single(key, secret));
    let service = service.build();
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let service = service.clone();
        tokio::spawn(async move {
            // A connection that breaks is the caller's to notice.
            let _ = Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}
