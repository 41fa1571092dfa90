"""An S3 server for the tests: moto, in memory, on a free port of the loopback address.

Prints the server's address, and ends when its standard input does: with the test process,
however that ends.
"""

import io
import logging
import os
import sys
import threading

from moto.moto_server.werkzeug_app import MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

ANY_PORT = 0
LOCK = threading.Lock()
MOTO = create_backend_app("s3")


def one_at_a_time(environ, start_response):
    """moto looks whether an object is there and then puts it, and threads could pass each
    other between the two. S3 promises that of two create-only puts one fails. In a bucket
    whose name begins with `overwriting-` none does, as in older stores.
    """
    if environ["PATH_INFO"].startswith("/overwriting-"):
        environ.pop("HTTP_IF_NONE_MATCH", None)
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if environ.get("HTTP_TRANSFER_ENCODING") != "chunked":
        # Read before the lock is taken: a slow sender holds up nobody else.
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(length))
    with LOCK:
        return list(MOTO(environ, start_response))


def end_with_standard_input():
    sys.stdin.buffer.read()
    os._exit(0)


logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server(
    "127.0.0.1", ANY_PORT, one_at_a_time, threaded=True, request_handler=MotoRequestHandler
)
threading.Thread(target=end_with_standard_input, daemon=True).start()
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
