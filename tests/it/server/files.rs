//! Files of releases: what is there, in parts, compressed, only if new, and what is not.

use std::io::Read as _;
use std::os::unix::fs::symlink;

use botnia_model::ContentHash;

use super::{Served, published, untouched, upstream};

const PROVINCE: &str = "by_province/province=14/observations.parquet";
const CSV: &str = "municipalities/743-seinajoki/observations.csv";

#[test]
fn a_file_comes_whole_in_part_and_only_if_it_is_new() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let served = Served::on(&workspace);
    let bytes = std::fs::read(workspace.release().join(PROVINCE)).expect("a file");
    let length = bytes.len();
    let tag = format!("\"{}\"", ContentHash::of(&bytes));

    for (path, cache) in [
        (
            format!("/releases/000001/{PROVINCE}"),
            "public, max-age=31536000, immutable",
        ),
        (
            format!("/latest/{PROVINCE}"),
            "public, max-age=60, must-revalidate",
        ),
        (
            "/by_province/province%3D14/observations.parquet".to_owned(),
            "public, max-age=60, must-revalidate",
        ),
    ] {
        let whole = served
            .ask("GET", &path, &["Accept-Encoding: gzip"])
            .expect(200);
        assert_eq!(whole.body, bytes, "{path}");
        for (name, value) in [
            ("content-type", "application/vnd.apache.parquet"),
            ("content-length", length.to_string().as_str()),
            ("etag", tag.as_str()),
            ("cache-control", cache),
            ("accept-ranges", "bytes"),
            ("botnia-release", "1"),
            ("botnia-synthetic", "true"),
            (
                "content-location",
                format!("/releases/000001/{PROVINCE}").as_str(),
            ),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(whole.header(name), Some(value), "{name} of {path}");
        }
        assert_eq!(whole.header("content-encoding"), None);
        assert!(
            whole
                .header("content-security-policy")
                .is_some_and(|policy| policy.contains("default-src 'none'"))
        );
        let head = served.ask("HEAD", &path, &[]).expect(200);
        assert_eq!(
            head.header("content-length"),
            Some(length.to_string().as_str())
        );
        assert_eq!(head.header("etag"), Some(tag.as_str()));
    }

    let path = format!("/latest/{PROVINCE}");
    let part = |headers: &[&str]| served.ask("GET", &path, headers);
    let footer = part(&["Range: bytes=-8"]).expect(206);
    assert_eq!(footer.body, bytes[length - 8..]);
    assert!(footer.body.ends_with(b"PAR1"));
    let middle = part(&["Range: bytes=1000-1999", &format!("If-Range: {tag}")]).expect(206);
    assert_eq!(middle.body, bytes[1000..2000]);
    assert_eq!(
        middle.header("content-range"),
        Some(format!("bytes 1000-1999/{length}").as_str())
    );
    assert_eq!(middle.header("etag"), Some(tag.as_str()));
    // Another version's range would make a mixture.
    let other = part(&["Range: bytes=1000-1999", "If-Range: \"other\""]).expect(200);
    assert_eq!(other.body, bytes);
    part(&["Range: bytes=1000-1999", "If-Match: \"other\""]).expect(412);
    part(&["Range: bytes=1000-1999", &format!("If-Match: {tag}")]).expect(206);
    let beyond = part(&[&format!("Range: bytes={length}-")]).expect(416);
    assert_eq!(
        beyond.header("content-range"),
        Some(format!("bytes */{length}").as_str())
    );
    let known = part(&[&format!("If-None-Match: \"x\", {tag}")]).expect(304);
    assert_eq!(known.header("etag"), Some(tag.as_str()));
    part(&["If-None-Match: \"x\""]).expect(200);
    served
        .ask("POST", &path, &["Content-Length: 0"])
        .expect(405);
}

#[test]
fn text_is_compressed_unless_a_part_is_wanted() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let served = Served::on(&workspace);
    let bytes = std::fs::read(workspace.release().join(CSV)).expect("a file");
    let path = format!("/latest/{CSV}");
    let small = served
        .ask("GET", &path, &["Accept-Encoding: br, gzip"])
        .expect(200);
    assert_eq!(small.header("content-encoding"), Some("gzip"));
    assert_eq!(small.header("vary"), Some("accept-encoding"));
    assert_eq!(
        small.header("content-type"),
        Some("text/csv; charset=utf-8")
    );
    assert!(small.body.len() * 4 < bytes.len(), "{}", small.body.len());
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(small.body.as_slice())
        .read_to_end(&mut unpacked)
        .expect("gzip");
    assert_eq!(unpacked, bytes);

    let plain = served.get(&path).expect(200);
    assert_eq!(plain.body, bytes);
    assert_eq!(plain.header("vary"), Some("accept-encoding"));
    let (small_tag, plain_tag) = (small.header("etag"), plain.header("etag"));
    assert_ne!(small_tag, plain_tag);
    for tag in [small_tag, plain_tag] {
        let tag = tag.expect("a tag");
        let asked = format!("If-None-Match: {tag}");
        let known = served
            .ask("GET", &path, &["Accept-Encoding: gzip", &asked])
            .expect(304);
        assert_eq!(known.header("etag"), Some(tag));
    }
    let part = served
        .ask("GET", &path, &["Accept-Encoding: gzip", "Range: bytes=3-9"])
        .expect(206);
    assert_eq!(part.body, bytes[3..10]);
    assert_eq!(part.header("content-encoding"), None);
}

#[test]
fn every_file_has_its_type_and_its_bytes() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let served = Served::on(&workspace);
    for (path, content_type) in [
        ("README.md", "text/markdown; charset=utf-8"),
        ("CITATION.cff", "text/yaml; charset=utf-8"),
        ("catalog.jsonld", "application/ld+json"),
        ("croissant.json", "application/json"),
        ("manifest.json", "application/json"),
        ("SHA256SUMS", "text/plain; charset=utf-8"),
        ("indicators.parquet", "application/vnd.apache.parquet"),
    ] {
        let received = served.get(&format!("/latest/{path}")).expect(200);
        let bytes = std::fs::read(workspace.release().join(path)).expect("a file");
        assert_eq!(
            received.header("content-type"),
            Some(content_type),
            "{path}"
        );
        assert_eq!(received.body, bytes, "{path}");
        let tag = format!("\"{}\"", ContentHash::of(&bytes));
        assert_eq!(received.header("etag"), Some(tag.as_str()), "{path}");
    }
}

#[test]
fn other_spellings_lead_to_the_right_one() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let served = Served::on(&workspace);
    for (path, place) in [
        ("/releases/1/README.md", "/releases/000001/README.md"),
        ("/releases/000001", "/releases/000001/"),
        ("/latest", "/latest/"),
        ("/sv", "/sv/"),
    ] {
        let received = served.get(path).expect(308);
        assert_eq!(received.header("location"), Some(place), "{path}");
    }
}

#[test]
fn what_no_manifest_lists_is_not_there() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let served = Served::on(&workspace);
    let data = workspace.data();
    let release = workspace.release();
    assert!(data.join("state.db").is_file());
    symlink(data.join("state.db"), release.join("link.db")).expect("a symlink");
    std::fs::write(release.join("stray.txt"), "stray").expect("a file");
    for path in [
        "/latest/../../../state.db",
        "/latest/..%2f..%2f..%2fstate.db",
        "/latest/%2e%2e/%2e%2e/%2e%2e/state.db",
        "/latest/%252e%252e/state.db",
        "/latest/..\\..\\state.db",
        "/latest//etc/passwd",
        "/latest/%2fetc%2fpasswd",
        "/latest/README.md%00.csv",
        "/latest/%ff%fe",
        "/latest/./README.md",
        "/latest/by_province/../README.md",
        "/latest/link.db",
        "/latest/stray.txt",
        "/latest/by_province",
        "/releases/../_log/00000000000000000001.json",
        "/releases/%2e%2e/_log/00000000000000000001.json",
        "/releases/000001/../../_log/00000000000000000001.json",
        "/releases/+1/README.md/../x",
        "/releases/0/README.md",
        "/releases/1000000/README.md",
        "/releases/",
        "/state.db",
        "/../state.db",
        "//etc/passwd",
        "/lock",
        "/status/x",
    ] {
        let received = served.get(path);
        // A number in another spelling is first put right; what it leads to is not there.
        let received = match received.header("location") {
            Some(place) => served.get(place),
            None => received,
        };
        let received = received.expect(404);
        assert!(received.text().contains("/api/v1/releases"), "{path}");
        assert_eq!(received.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn a_release_is_there_when_its_record_is_and_not_before() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let served = Served::on(&workspace);
    let first = workspace.release();
    let second = first.with_file_name("000002");
    std::fs::create_dir(&second).expect("a folder");
    for file in ["manifest.json", "README.md", "SHA256SUMS"] {
        std::fs::copy(first.join(file), second.join(file)).expect("a file");
    }
    served.get("/releases/000002/README.md").expect(404);
    served.get("/api/v1/releases/2").expect(404);
    let latest = served.get("/latest/README.md").expect(200);
    assert_eq!(latest.header("botnia-release"), Some("1"));
    std::fs::remove_dir_all(&second).expect("removed");

    upstream.sandbox().advance();
    workspace.botnia(&["run", "--quiet"]).expect_code(0);
    let latest = served.get("/latest/README.md").expect(200);
    assert_eq!(latest.header("botnia-release"), Some("2"));
    let earlier = served.get("/releases/000001/README.md").expect(200);
    assert_eq!(earlier.header("botnia-release"), Some("1"));

    // A newest release that cannot be read takes the one before it from nobody.
    let record = workspace
        .data()
        .join("published/_log/00000000000000000003.json");
    std::fs::write(record, "{").expect("a broken record");
    let latest = served.get("/latest/README.md").expect(200);
    assert_eq!(latest.header("botnia-release"), Some("2"));
    served.get("/readyz").expect(503);
}

#[test]
fn a_file_that_was_cut_short_is_not_served() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let served = Served::on(&workspace);
    let file = workspace.release().join("regions.parquet");
    let bytes = std::fs::read(&file).expect("a file");
    std::fs::write(&file, &bytes[..bytes.len() - 1]).expect("cut short");
    let received = served.get("/latest/regions.parquet").expect(500);
    assert!(received.header("x-request-id").is_some());
    assert!(!received.text().contains("regions"), "{}", received.text());
    served.get("/latest/indicators.parquet").expect(200);
}

#[test]
fn pages_of_other_origins_may_read_what_is_published_and_nothing_else() {
    let workspace = untouched();
    let served = Served::on(&workspace);
    let origin = "Origin: https://shell.duckdb.example";
    let preflight = [
        origin,
        "Access-Control-Request-Method: GET",
        "Access-Control-Request-Headers: range",
    ];
    let allowed = |path: &str| {
        served
            .ask("GET", path, &[origin])
            .header("access-control-allow-origin")
            .map(str::to_owned)
    };
    for path in ["/latest/observations.parquet", "/api/v1/status", "/"] {
        assert_eq!(allowed(path).as_deref(), Some("*"), "{path}");
    }
    for path in ["/status", "/metrics", "/healthz"] {
        assert_eq!(allowed(path), None, "{path}");
    }
    let answer = served
        .ask("OPTIONS", "/latest/observations.parquet", &preflight)
        .expect(200);
    assert!(
        answer
            .header("access-control-allow-headers")
            .is_some_and(|headers| headers.contains("range"))
    );
}
