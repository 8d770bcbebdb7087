"""Stands in for uv: writes down how it was called, and does what FAKE_UV says (JSON).

Keys: `found` (what `python find` gives), `installed` (what it gives after `python install`),
`sync` (exit status of `pip sync`), `wait` (a file that `pip sync` waits for).
"""

import json
import os
import stat
import sys
import time
from pathlib import Path

arguments = sys.argv[1:]
how = json.loads(os.environ.get("FAKE_UV", "{}"))
with Path(os.environ["FAKE_UV_CALLS"]).open("a") as calls:
    settings = {name: value for name, value in os.environ.items() if name.startswith("UV_")}
    calls.write(json.dumps({"arguments": arguments, "settings": settings}) + "\n")
if arguments == ["--version"]:
    print(how.get("version", "uv 0.13.9 (abc)"))
elif arguments[:2] == ["python", "find"]:
    found = how.get("installed") if "--managed-python" in arguments else how.get("found")
    if not found:
        sys.exit("error: No interpreter found")
    print(found)
elif arguments[:2] == ["python", "install"]:
    if "installed" not in how:
        sys.exit("error: Failed to install cpython\n  cause: dns error")
elif arguments[0] == "venv":
    python = Path(arguments[-1]) / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {arguments[arguments.index("-p") + 1]} "$@"\n')
    python.chmod(python.stat().st_mode | stat.S_IEXEC)
elif arguments[:2] == ["pip", "sync"]:
    while "wait" in how and not Path(how["wait"]).exists():
        time.sleep(0.05)
    if how.get("sync"):
        print("error: Hash mismatch for `requests==2.33.0`", file=sys.stderr)
    sys.exit(how.get("sync", 0))
else:
    sys.exit(f"fake uv does not know {arguments}")
