"""One server that is measured: `python -m benchmarks.runtime.server SYSTEM MODEL PORT FOLDER`.

`stock` is what `rasa run` starts; `frontdesk` is what `ops.rasa` starts, with Rasa's REST channel
in place of ours so that both are spoken to alike. What FLOORS names answers
the same requests without dialogue. FOLDER holds endpoints.yml and credentials.yml.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

# Nothing more is imported here: it would be in the memory and the start of what is measured.
FLOORS = ("bare Sanic", "Sanic and understanding")


def main(system: str, model: str, port: str, folder: str) -> None:
    """Serve the model until told to end."""
    level = logging.INFO
    if system in FLOORS:
        _serve_floor(Path(model) if system == FLOORS[1] else None, int(port))
        return
    if system == "frontdesk":
        from ops.light_rasa import import_rasa, stored_components
        from ops.rasa import configure_logs

        import_rasa(stored_components(Path(model)))
        configure_logs(level)

        from components.rasa_speed import speed_up

        speed_up()
    else:
        from rasa.utils.common import configure_logging_and_warnings
        from rasa.utils.log_utils import configure_structlog

        configure_logging_and_warnings(level)
        configure_structlog(level)
    import rasa

    rasa.run(
        model=model,
        endpoints=f"{folder}/endpoints.yml",
        credentials=f"{folder}/credentials.yml",
        interface="127.0.0.1",
        port=int(port),
        enable_api=True,
    )


def _serve_floor(model: Path | None, port: int) -> None:
    """Answer each message alike, and understand it before if there is a model."""
    agent: Any = None
    if model is not None:
        from ops.light_rasa import import_rasa, stored_components

        import_rasa(stored_components(model))
        from components.rasa_speed import speed_up

        speed_up()
        from rasa.core.agent import Agent

        agent = Agent.load(model)
    from sanic import Sanic, json
    from sanic.request import Request
    from sanic.response import HTTPResponse

    app = Sanic("floor", configure_logging=False)

    @app.post("/webhooks/rest/webhook")
    async def answer(request: Request) -> HTTPResponse:
        text = request.json["message"]
        if agent is not None:
            await agent.parse_message(text)
        return json([{"recipient_id": request.json["sender"], "text": text}])

    app.run(host="127.0.0.1", port=port, access_log=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
