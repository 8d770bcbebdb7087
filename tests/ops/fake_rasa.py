"""Stands in for `rasa train` in a project's folder: quick, and says what Rasa would say.

What it does is decided by the text of data/nlu.yml: `contradiction` fails as Rasa's RulePolicy
does, `crash` with a traceback, `wait` goes on until it is ended.
"""

import sys
import time
from pathlib import Path

assert sys.argv.pop() == "--skip-validation"  # checked by ourselves, in seconds
arguments = dict(zip(sys.argv[2::2], sys.argv[3::2], strict=True))
data = Path("data/nlu.yml").read_text(encoding="utf-8")
with Path("trainings").open("a", encoding="utf-8") as count:
    count.write("one\n")
print("2026-01-01 00:00:00 INFO     rasa.engine.training.hooks  - Starting to train component 'X'.")
if "contradiction" in data:
    print("\x1b[91mInvalidRule: \nContradicting rules or stories found\n\n- greet and bye\n\x1b[0m")
    sys.exit(1)
if "crash" in data:
    raise RuntimeError("the featurizer fell over")
while "wait" in data:
    time.sleep(1)
out = Path(arguments["--out"])
out.mkdir(parents=True)
(out / f"{arguments['--fixed-model-name']}.tar.gz").write_bytes(b"a model")
