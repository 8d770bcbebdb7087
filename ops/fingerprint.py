"""What a model was trained from, as one short text: equal text, equal model."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from ops.yaml_files import DATA, domain_path

LENGTH = 12  # hexadecimal digits: 48 bits, enough to tell a few models apart


def _is_ours(path: Path) -> bool:
    """Leave out what editors and Python leave beside the files that people write.

    Articles of the knowledge base are in no model: a running assistant reads them when they change.
    """
    hidden = any(part.startswith(".") or part == "__pycache__" for part in path.parts)
    return path.is_file() and not hidden and not path.name.endswith(("~", ".swp", ".pyc", ".md"))


def inputs() -> list[Path]:
    """List the files that a model depends on, sorted. Raises Problem when there is no domain."""
    domain = domain_path()
    files = {Path("config.yml"), Path("requirements.lock")}
    for folder, pattern in ((domain, "*"), (DATA, "*"), (Path("components"), "*.py")):
        files.update([folder] if folder.is_file() else filter(_is_ours, folder.rglob(pattern)))
    return sorted(path for path in files if path.exists())


def fingerprint() -> str:
    """Hash configuration, domain, data, our components, Rasa's version and the locked packages."""
    digest = hashlib.sha256(f"rasa {version('rasa')}\n".encode())
    for path in inputs():
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.as_posix()} {content}\n".encode())
    return digest.hexdigest()[:LENGTH]
