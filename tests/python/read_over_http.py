"""Reads one municipality from a Parquet file over HTTP, and compares with the file itself.

    python read_over_http.py duckdb http://…/latest/by_province/province=14/observations.parquet FILE

Prints how many rows there are; exits with 1 if the two differ. Whoever serves the file can
see how much of it was asked for.
"""

import sys
import urllib.request

MUNICIPALITY = "KU743"
INDICATOR = "sotkanet:127"
QUERY = f"""
    SELECT year, sex, value FROM {{source}}
    WHERE region_id = '{MUNICIPALITY}' AND indicator_id = '{INDICATOR}'
    ORDER BY year, sex
"""


class RemoteFile:
    """A file on a server, read in ranges: what DuckDB's httpfs does, where that extension
    cannot be installed because there is no network."""

    closed = False

    def __init__(self, url):
        self.url = url
        self.position = 0
        head = urllib.request.urlopen(urllib.request.Request(url, method="HEAD"))
        assert head.headers["Accept-Ranges"] == "bytes"
        self.length = int(head.headers["Content-Length"])
        self.tag = head.headers["ETag"]

    def readable(self):
        return True

    def seekable(self):
        return True

    def writable(self):
        return False

    def seek(self, offset, whence=0):
        self.position = offset + (0, self.position, self.length)[whence]
        return self.position

    def tell(self):
        return self.position

    def read(self, count=-1):
        end = self.length if count is None or count < 0 else self.position + count
        end = min(end, self.length)
        if end <= self.position:
            return b""
        # If-Match: a newer release must not be mixed in.
        headers = {"Range": f"bytes={self.position}-{end - 1}", "If-Match": self.tag}
        with urllib.request.urlopen(urllib.request.Request(self.url, headers=headers)) as answer:
            assert answer.status == 206, answer.status
            content = answer.read()
        assert len(content) == end - self.position
        self.position = end
        return content

    def close(self):
        self.closed = True


def with_duckdb(url):
    import duckdb
    import pyarrow.dataset

    import pyarrow.fs

    class Remote(pyarrow.fs.FileSystemHandler):
        """One remote file as a file system."""

        def get_type_name(self):
            return "remote"

        def get_file_info(self, paths):
            return [pyarrow.fs.FileInfo(path, pyarrow.fs.FileType.File) for path in paths]

        def open_input_file(self, path):
            return pyarrow.PythonFile(RemoteFile(path), mode="r")

        open_input_stream = open_input_file

        def normalize_path(self, path):
            return path

        def unsupported(self, *arguments, **named):
            raise NotImplementedError

        get_file_info_selector = create_dir = delete_dir = delete_dir_contents = unsupported
        delete_root_dir_contents = delete_file = move = copy_file = unsupported
        open_output_stream = open_append_stream = unsupported

    observations = pyarrow.dataset.dataset(
        [url], format="parquet", filesystem=pyarrow.fs.PyFileSystem(Remote())
    )
    connection = duckdb.connect()
    connection.register("observations", observations)
    return connection.sql(QUERY.format(source="observations")).fetchall()


def with_polars(url):
    import polars

    rows = (
        polars.scan_parquet(url)
        .filter(polars.col("region_id") == MUNICIPALITY)
        .filter(polars.col("indicator_id") == INDICATOR)
        .select("year", polars.col("sex").cast(polars.String), "value")
        .sort("year", "sex")
        .collect()
    )
    return rows.rows()


def main():
    reader, url, path = sys.argv[1:]
    import duckdb

    expected = duckdb.sql(QUERY.format(source=f"read_parquet('{path}')")).fetchall()
    found = {"duckdb": with_duckdb, "polars": with_polars}[reader](url)
    if not expected or found != expected:
        sys.exit(f"{reader} read {len(found)} rows, the file has {len(expected)}")
    print(f"{len(found)} rows", end="")


main()
