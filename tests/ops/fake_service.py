"""A process as the Procfile has them: answers its health check, and can be told to misbehave.

Usage: ``python fake_service.py NAME``. The variable FAKE_NAME holds words, separated by spaces:
dies (at once, with an error), deaf (to SIGTERM), parent (has a child of its own), forks (is three
processes), slow (answers only when a file NAME.go is there), refuses (a model: it is given one by
PUT, as Rasa is, and writes which into the file `put`). Its port is in FRONTDESK_NAME_PORT; without
one it only runs.
"""

import http.server
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

name = sys.argv[1]
manner = os.environ.get(f"FAKE_{name.upper()}", "").split()
print(f"{name} begins", flush=True)
if "deaf" in manner:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "dies" in manner:
    sys.exit(f"{name} cannot start: no paper in the tray")
if "forks" in manner:  # two processes that would share its port
    for _ in range(2):
        if os.fork() == 0:
            time.sleep(600)
if "parent" in manner:
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        ready = "slow" not in manner or Path(f"{name}.go").exists()
        known = self.path in ("/health", "/webhooks/web/health", "/who")
        self.send_response(200 if ready and known else 503)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())

    def do_PUT(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(400 if "refuses" in manner else 204)
        self.end_headers()
        with Path("put").open("a") as given:
            given.write(f"{asked['model_file']}\n")


port = os.environ.get(f"FRONTDESK_{name.upper()}_PORT")
if port:
    http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Health).serve_forever()
while True:
    time.sleep(60)
