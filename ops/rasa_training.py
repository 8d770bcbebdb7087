"""The process that trains: ``python -m ops.rasa_training``, what to train on standard input.

It imports Rasa while its starter still checks the files, then reads one line, a JSON object with
`domain`, `name` and `out` (the model becomes `out`/`name`.tar.gz), trains and ends. When standard
input ends without a line, so does it. What Rasa says goes to standard output and error.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import warnings
from contextlib import suppress

from ops.light_rasa import configured_components, import_rasa
from ops.yaml_files import CONFIG, DATA


def main() -> int:
    """Import Rasa, wait for what to train, train. Gives the exit status."""
    components = configured_components(CONFIG)
    import_rasa(components)
    # Rasa would import ours once the training has begun: a second that somebody waits for.
    for name in components:
        if "." in name:
            with suppress(Exception):  # Rasa says it better, when the training comes to it
                importlib.import_module(name.rpartition(".")[0])
    from rasa.model_training import train
    from rasa.shared.exceptions import RasaException
    from rasa.shared.utils.cli import print_error
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    logging.basicConfig(
        format="%(asctime)s %(levelname)-8s %(name)s  - %(message)s", stream=sys.stdout
    )
    configure_logging_and_warnings(logging.INFO)
    configure_structlog(logging.INFO)
    warnings.simplefilter("once")
    line = sys.stdin.readline()
    if not line:
        return 0
    task = json.loads(line)
    try:
        result = train(
            domain=task["domain"],
            config=str(CONFIG),
            training_files=str(DATA),
            output=task["out"],
            fixed_model_name=task["name"],
        )
    except RasaException as error:
        print_error(f"{type(error).__name__}: {error}")
        return 1
    return int(result.code)


if __name__ == "__main__":
    exit_status = main()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_status)  # taking all modules apart at the usual exit takes a second
