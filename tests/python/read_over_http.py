"""Has DuckDB read one municipality from a Parquet file over HTTP, and compares with the file.

    python read_over_http.py data.example/latest/by_province/province=14/observations.parquet FILE

Prints how many rows there are; exits with 1 if the two differ, with 3 if this environment
has no fsspec. Whoever serves the file can see how much of it was asked for.

DuckDB's own extension for HTTP is fetched from its makers' server when it is first used,
which a test must not need. So DuckDB gets its bytes through fsspec, which adds no cache and
no reading ahead here: what is fetched is what DuckDB's Parquet reader asks for.
"""

import sys
import urllib.request
from datetime import UTC, datetime

try:
    import fsspec
except ImportError:
    sys.exit(3)
import duckdb

# Ähtäri, the last municipality of its province.
QUERY = """
    SELECT year, sex, value FROM read_parquet('{file}')
    WHERE region_id = 'KU989' AND indicator_id = 'sotkanet:127'
    ORDER BY year, sex
"""


def ask(path, method="GET", **headers):
    """The server's answer about a path that begins with its host."""
    request = urllib.request.Request(f"http://{path}", method=method, headers=headers)
    return urllib.request.urlopen(request)


class RemoteFile(fsspec.spec.AbstractBufferedFile):
    """A file on a server, read in ranges."""

    def _fetch_range(self, start, end):
        # If-Match: a newer release must not be mixed in.
        headers = {"Range": f"bytes={start}-{end - 1}", "If-Match": self.details["tag"]}
        with ask(self.path, **headers) as answer:
            assert answer.status == 206, answer.status
            return answer.read()


class Remote(fsspec.AbstractFileSystem):
    """Servers as a file system."""

    protocol = "remote"

    def info(self, path, **_):
        path = self._strip_protocol(path)
        with ask(path, method="HEAD") as answer:
            assert answer.headers["Accept-Ranges"] == "bytes"
            length, tag = int(answer.headers["Content-Length"]), answer.headers["ETag"]
        return {"name": path, "type": "file", "size": length, "tag": tag}

    def modified(self, path):
        # DuckDB asks; the entity tag is what tells.
        return datetime.fromtimestamp(0, UTC)

    def _open(self, path, mode="rb", **_):
        return RemoteFile(self, path, mode, cache_type="none")


def main():
    path, file = sys.argv[1:]
    connection = duckdb.connect()
    connection.register_filesystem(Remote())
    expected = connection.sql(QUERY.format(file=file)).fetchall()
    found = connection.sql(QUERY.format(file=f"remote://{path}")).fetchall()
    if not expected or found != expected:
        sys.exit(f"{len(found)} rows were read, the file has {len(expected)}")
    print(f"{len(found)} rows", end="")


main()
