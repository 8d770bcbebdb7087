"""One server that is measured: `python -m benchmarks.runtime.server SYSTEM MODEL PORT FOLDER`.

`stock` is what `rasa run` starts; `frontdesk` is what `ops.rasa` starts, with Rasa's REST channel
in place of ours so that both are spoken to alike. FOLDER holds endpoints.yml and credentials.yml.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path


def main(system: str, model: str, port: str, folder: str) -> None:
    """Serve the model until told to end."""
    level = logging.INFO
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


if __name__ == "__main__":
    main(*sys.argv[1:])
