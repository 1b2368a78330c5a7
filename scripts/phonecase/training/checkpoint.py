"""Checkpoints: a training killed at any moment goes on where it was, and ends with the same weights."""

import hashlib
import io
import logging
import re
import time
from pathlib import Path

import torch

from phonecase.files import atomic
from phonecase.training.loop import Training

log = logging.getLogger(__name__)

_KEPT = 2  # should the last be torn, there is the one before


class Checkpoints:
    """The checkpoints of one training, in a folder where nobody else cleans up.

    A file is the SHA-256 of its payload and the payload, and its name has a hash of the training's key (which
    see) and of what says which program it is, and the step. So one that is torn, or of another recipe, text
    or program, is told from the right one.
    """

    def __init__(
        self, folder: Path, training: Training, every_seconds: float = 60, *, program: str = ""
    ) -> None:
        self.folder = folder
        self.training = training
        self.every_seconds = every_seconds
        self._key = hashlib.sha256(f"{training.key} {program}".encode()).hexdigest()
        self._saved = time.monotonic()

    def restore(self) -> None:
        """Set the training to the newest good checkpoint, if there is one."""
        for path in self.folder.glob(f".{self._key[:16]}-*"):
            path.unlink()  # half-written when a job was killed
        for path in reversed(self._paths()):
            content = path.read_bytes()
            payload = content[64:]
            if content[:64] != _digest(payload):
                log.warning("%s: this checkpoint is torn; looking for the one before", path)
                continue
            # Wherever it was saved: that GPU may not be here, and the training moves to its own.
            state = torch.load(io.BytesIO(payload), map_location="cpu", weights_only=True)
            self.training.load_state_dict(state)
            log.info("going on after step %d, from %s", self.training.step, path)
            return
        others = [path for path in self.folder.glob("*.checkpoint") if path not in self._paths()]
        if others:
            log.info(
                "%s: %d checkpoints of another recipe, text or program, not used", self.folder, len(others)
            )

    def save_when_due(self) -> None:
        """Save if the last time is `every_seconds` ago; a full disk is a warning, and training goes on."""
        if time.monotonic() - self._saved < self.every_seconds:
            return
        try:
            self.save()
        except OSError as error:
            log.warning("no checkpoint at step %d: %s", self.training.step, error)
        self._saved = time.monotonic()

    def save(self) -> Path:
        """Save now, atomically, and drop all but the last two."""
        buffer = io.BytesIO()
        torch.save(self.training.state_dict(), buffer)
        path = self.folder / f"{self._key[:16]}-{self.training.step:09d}.checkpoint"
        with atomic(path) as temporary:
            temporary.write_bytes(_digest(buffer.getvalue()) + buffer.getvalue())
        for old in self._paths()[:-_KEPT]:
            old.unlink()
        return path

    def remove(self) -> None:
        """Remove this training's checkpoints, as it has ended well, and the folder if it is empty now."""
        for path in self._paths():
            path.unlink()
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _paths(self) -> list[Path]:
        """This training's checkpoints, oldest first."""
        name = re.compile(rf"{self._key[:16]}-\d+\.checkpoint")
        return sorted(path for path in self.folder.glob("*.checkpoint") if name.fullmatch(path.name))


def _digest(payload: bytes) -> bytes:
    return hashlib.sha256(payload).hexdigest().encode()
