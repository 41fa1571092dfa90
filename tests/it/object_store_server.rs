//! A real S3 server for the tests: started once per test process, and gone when that
//! process is. What it stores is in its memory.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::left_out::leave_out;

/// A bucket, and what a client needs to reach it by path-style addresses.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// The server's address, `http://127.0.0.1:<port>`.
    pub(crate) endpoint: String,
    pub(crate) name: String,
    pub(crate) key: &'static str,
    pub(crate) secret: &'static str,
}

/// A new, empty bucket. Where no server can be had, says so and gives none.
pub(crate) fn bucket() -> Option<Bucket> {
    server().map(|server| server.new_bucket("bucket"))
}

/// The same, but it overwrites where it should only create, as older stores do.
pub(crate) fn overwriting_bucket() -> Option<Bucket> {
    server().map(|server| server.new_bucket("overwriting"))
}

fn server() -> Option<&'static Server> {
    static SERVER: LazyLock<Result<Server, String>> = LazyLock::new(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        Server::start(&root.join("target/python/bin/python"))
    });
    SERVER
        .as_ref()
        .map_err(|reason| leave_out("a test with an S3 server", reason))
        .ok()
}

struct Server {
    /// Host and port.
    address: String,
    /// Its standard input, open as long as this process lives, keeps it up.
    process: Child,
}

impl Server {
    fn start(python: &Path) -> Result<Self, String> {
        if !python.is_file() {
            return Err(format!(
                "{} is absent: run `make test`, which prepares it",
                python.display()
            ));
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/object_store.py");
        let mut process = Command::new(python)
            .arg("-B")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C is for the tests; the server ends with them by itself.
            .process_group(0)
            .spawn()
            .map_err(|error| format!("start {}: {error}", python.display()))?;
        let mut stderr = process.stderr.take().expect("piped");
        let mut line = String::new();
        // An error here ends as no line does.
        let _read = BufReader::new(process.stdout.take().expect("piped")).read_line(&mut line);
        if let Some(address) = line.trim().strip_prefix("http://") {
            // Read on, or the server would stop at a full pipe.
            std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
            return Ok(Self {
                address: address.to_owned(),
                process,
            });
        }
        drop(process.stdin.take());
        let mut said = String::new();
        let _read = stderr.read_to_string(&mut said);
        // Its outcome says nothing that it has not said.
        let _ended = process.wait();
        Err(format!(
            "the S3 server of {} does not start: {}",
            python.display(),
            said.trim().replace('\n', " | ")
        ))
    }

    fn new_bucket(&self, kind: &str) -> Bucket {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let name = format!("{kind}-{}", MADE.fetch_add(1, Ordering::Relaxed));
        // By hand: no client at hand makes buckets.
        let mut connection = TcpStream::connect(&self.address).expect("the server listens");
        write!(
            connection,
            "PUT /{name} HTTP/1.0\r\nHost: {}\r\nContent-Length: 0\r\n\r\n",
            self.address
        )
        .expect("ask for a bucket");
        let mut answer = String::new();
        connection
            .read_to_string(&mut answer)
            .expect("the server answers");
        assert!(answer.contains(" 200 OK"), "{answer}");
        Bucket {
            endpoint: format!("http://{}", self.address),
            name,
            key: "key",
            secret: "secret",
        }
    }
}

mod tests {
    use futures::StreamExt as _;
    use futures::stream::FuturesUnordered;
    use object_store::aws::{AmazonS3, AmazonS3Builder};
    use object_store::path::Path as Key;
    use object_store::{Error, ObjectStore as _, ObjectStoreExt as _, PutMode};

    use super::{Bucket, Path, Server, TcpStream, bucket};

    fn open(bucket: &Bucket) -> AmazonS3 {
        // Another test may have been quicker.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        AmazonS3Builder::new()
            .with_endpoint(&bucket.endpoint)
            .with_bucket_name(&bucket.name)
            .with_region("eu-north-1")
            .with_access_key_id(bucket.key)
            .with_secret_access_key(bucket.secret)
            .with_allow_http(true)
            .build()
            .expect("a store")
    }

    #[tokio::test]
    async fn of_many_creations_of_one_object_one_succeeds() {
        let Some(bucket) = bucket() else { return };
        let store = open(&bucket);
        let key = Key::from("published/_log/1.json");
        let mut creations: FuturesUnordered<_> = (0..16)
            .map(|writer| {
                let (store, key) = (&store, &key);
                async move {
                    let bytes = format!("written by {writer}");
                    let created = store
                        .put_opts(key, bytes.clone().into(), PutMode::Create.into())
                        .await;
                    (bytes, created)
                }
            })
            .collect();
        let mut created = Vec::new();
        while let Some((bytes, outcome)) = creations.next().await {
            match outcome {
                Ok(_) => created.push(bytes),
                Err(Error::AlreadyExists { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(created.len(), 1, "{created:?}");
        let stored = store.get(&key).await.unwrap().bytes().await.unwrap();
        assert_eq!(stored, created[0].as_bytes());
    }

    #[tokio::test]
    async fn two_buckets_share_nothing() {
        let (Some(one), Some(other)) = (bucket(), bucket()) else {
            return;
        };
        let key = Key::from("object");
        open(&one).put(&key, "bytes".into()).await.unwrap();
        let missing = open(&other).get(&key).await.map(|_| ());
        assert!(matches!(missing, Err(Error::NotFound { .. })));
    }

    #[test]
    fn without_its_program_a_reason_is_given_and_no_server() {
        let empty = tempfile::tempdir().unwrap();
        let reason = Server::start(&empty.path().join("python")).err().unwrap();
        assert!(reason.contains("is absent"), "{reason}");
        // Any program that is no Python with that server in it.
        let reason = Server::start(Path::new("/bin/sh")).err().unwrap();
        assert!(reason.contains("does not start"), "{reason}");
    }

    #[test]
    fn the_server_goes_when_its_owner_lets_go() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let Ok(mut server) = Server::start(&root.join("target/python/bin/python")) else {
            // Said by the tests that would have used it.
            return;
        };
        drop(server.process.stdin.take());
        server.process.wait().unwrap();
        TcpStream::connect(&server.address).expect_err("no server");
    }
}
