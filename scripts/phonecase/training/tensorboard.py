"""A log of a training for TensorBoard: `tensorboard --logdir results/models` shows it while it grows.

tensorboardX brings the format of the event files, without TensorBoard itself, which only a viewer needs. Its
`SummaryWriter` hands events to a thread, which loses the last ones when a job is killed and is stuck on a
full disk; so they are written here, a row of the history at a time, and are in the file at once.
"""

import logging
import time
from collections.abc import Iterable
from pathlib import Path

from tensorboardX.event_file_writer import EventsWriter
from tensorboardX.proto.event_pb2 import Event, SessionLog
from tensorboardX.proto.summary_pb2 import Summary

from phonecase.training.loop import Log

log = logging.getLogger(__name__)


class TensorBoard:
    """The event file of one run of a training.

    It begins with the history so far, in place of what earlier runs have left in the folder: so it is whole
    and each step is in it once, wherever a run before was killed, even one that kept no log.
    """

    def __init__(self, folder: Path, history: Iterable[Log]) -> None:
        rows = list(history)
        folder.mkdir(parents=True, exist_ok=True)
        self._writer = EventsWriter(str(folder / "events"))
        # As if all runs had followed one another without a break: relative time is time spent training.
        self._began = time.time() - (rows[-1]["seconds"] if rows else 0)
        # TensorBoard drops the steps from this one on that it has read in earlier files.
        self._writer.write_event(Event(step=0, session_log=SessionLog(status=SessionLog.START)))
        for row in rows:
            self.write(row)

    def write(self, row: Log) -> None:
        """Add a row of the history; a full disk is a warning, and what is missing follows with the next."""
        values = {  # what is before the slash gathers curves under one heading
            "bits per character/training": row["train_bits"],
            "bits per character/validation": row["validation_bits"],
            "optimiser/learning rate": row["learning_rate"],
            "optimiser/gradient norm": row["gradient_norm"],
            "speed/characters per second": row["characters_per_second"],
        }
        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()])
        try:
            self._writer.write_event(
                Event(wall_time=self._began + row["seconds"], step=row["step"], summary=summary)
            )
            self._writer.flush()
        except OSError as error:
            log.warning("the log for TensorBoard lacks step %d: %s", row["step"], error)
