"""Reads a table of a release from an S3 server with pyarrow, as a notebook would.

Arguments: the address of the server, key, secret, and `bucket/path` of the table. Prints how
many rows it has and the release that its metadata name.
"""

import sys

import pyarrow.parquet
from pyarrow.fs import S3FileSystem

endpoint, key, secret, path = sys.argv[1:]
scheme, address = endpoint.split("://")
store = S3FileSystem(
    access_key=key, secret_key=secret, endpoint_override=address, scheme=scheme, region="eu-north-1"
)
table = pyarrow.parquet.read_table(path, filesystem=store)
metadata = pyarrow.parquet.read_metadata(path, filesystem=store).metadata
print(f"{table.num_rows} rows of release {metadata[b'botnia.release'].decode()}")
