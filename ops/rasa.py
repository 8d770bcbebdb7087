"""Rasa's server for this installation: ``python -m ops.rasa``.

It does what ``rasa run`` does, without two things: telemetry, and customers' words in the logs.
Rasa logs an exception with the local variables of every frame, the customer's message among them,
and some errors with the message itself. The HTTP API, by which our own processes send replies and
events, asks for FRONTDESK_RASA_TOKEN.
"""

from __future__ import annotations

import logging
import os
import sys
import tarfile
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from ops.entities import ensure_pipeline
from ops.environment import prepare
from ops.light_rasa import import_rasa, stored_components
from ops.problem import Problem, report
from ops.train import newest
from ops.trainer import QUIET
from ops.workers import check_workers, end_also_at_start, tell_rasa
from ops.yaml_files import CREDENTIALS, ENDPOINTS, check_files

# The keys under which Rasa 3.6 logs what customers and the assistant said, or what was read out
# of it: those that rasa.utils.log_utils._anonymizer hands to a paid anonymiser.
WORDS = frozenset(
    [
        "text",
        "response_text",
        "user_text",
        "slot_values",
        "parse_data_text",
        "parse_data_entities",
        "prediction_events",
        "tracker_latest_message",
        "prefilled_slots",
        "message",
        "response",
        "slot_candidates",
        "rasa_event",
        "rasa_events",
        "tracker_states",
        "current_states",
        "old_states",
        "successes",
        "current_entity",
        "next_entity",
        "states",
        "entity",
        "token_text",
        "user_message",
        "json_message",
    ]
)


def hide_words(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace what people said in a log entry (a structlog processor)."""
    for key in WORDS & event.keys():
        event[key] = "(hidden)"
    return event


def configure_logs(level: int) -> None:
    """Set Rasa's logging up at `level` (of `logging`), then take people's words out of it.

    At DEBUG the words stay: whoever chooses it asks for them.
    """
    import structlog
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import FORCE_JSON_LOGGING, configure_structlog

    # Rasa's own configure_structlog makes the root logger print the bare message.
    logging.basicConfig(
        format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", stream=sys.stdout, level=level
    )
    configure_logging_and_warnings(level)
    configure_structlog(level)
    processors = [
        step
        for step in structlog.get_config()["processors"]
        if step is not structlog.processors.dict_tracebacks
        and not isinstance(step, structlog.dev.ConsoleRenderer | structlog.processors.JSONRenderer)
    ]
    if level > logging.DEBUG:
        processors.append(hide_words)
    if FORCE_JSON_LOGGING:
        transform = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        processors.append(structlog.processors.ExceptionRenderer(transform))
        processors.append(structlog.processors.JSONRenderer())
    else:
        processors.append(
            structlog.dev.ConsoleRenderer(
                colors=False, pad_event=0, exception_formatter=structlog.dev.plain_traceback
            )
        )
    structlog.configure(processors=processors)


def main() -> int:
    """Serve the model until told to end. Gives the exit status; raises Problem."""
    environ = {**prepare(), **QUIET}
    check_workers(environ)
    tell_rasa(environ, Path(environ["FRONTDESK_VAR"]))
    os.environ.update(environ)
    check_files((ENDPOINTS, CREDENTIALS), environ)
    named = environ.get("FRONTDESK_MODEL")
    model = Path(named) if named else newest()
    if model is None or not model.exists():
        raise Problem(
            f"there is no model{f' {model}' if model else ''}. Train one with make train, and "
            "start again.",
        )
    ensure_pipeline()
    level = logging.getLevelName(environ["FRONTDESK_LOG_LEVEL"])
    try:
        components = stored_components(model)
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError) as error:
        raise Problem(
            f"{model} is no model, or is damaged ({error}). Take it away, train with make train, "
            "and start again."
        ) from error
    import_rasa(components)
    configure_logs(level)
    import rasa
    from rasa.shared.exceptions import RasaException

    # these import Rasa, which must not happen before
    from components.rasa_speed import speed_up

    speed_up()
    end_also_at_start()
    try:
        rasa.run(
            model=str(model),
            endpoints=str(ENDPOINTS),
            credentials=str(CREDENTIALS),
            interface=environ["FRONTDESK_HOST"],
            port=int(environ["FRONTDESK_RASA_PORT"]),
            enable_api=True,
            auth_token=environ["FRONTDESK_RASA_TOKEN"],
        )
    except RasaException as error:
        raise Problem(f"Rasa cannot start: {' '.join(str(error).split())}") from error
    return 0


if __name__ == "__main__":
    # Sanic handles the signals itself and lets the turns that have begun finish.
    exit_status = report(main)
    # All is closed by now. Taking TensorFlow's modules apart at the usual exit costs seconds of
    # computing, in which an operator waits.
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_status)
