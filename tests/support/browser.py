"""The Chromium that browser tests drive."""

import os
import shutil

import pytest
from playwright.async_api import Browser, Playwright

# Quiet: no calls home, nothing that a machine without a display or a graphics card would miss.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Return the path of a Chromium: FRONTDESK_CHROMIUM or one on the PATH; None if none."""
    return os.environ.get("FRONTDESK_CHROMIUM") or next(
        (path for path in map(shutil.which, _NAMES) if path), None
    )


async def launch(playwright: Playwright) -> Browser:
    """Start a headless Chromium; skip the test where there is none.

    A machine without Chromium can still run every other test. In continuous integration
    (the variable CI is set) a missing browser is a failure, not a skip.
    """
    path = chromium()
    if path is None:
        reason = "no Chromium found: install one or set FRONTDESK_CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
