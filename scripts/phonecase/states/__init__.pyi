from .extraction import extract as extract
from .file import States as States
from .file import read_states as read_states
from .file import write_states as write_states
from .own import OwnStates as OwnStates
from .own import read_own_states as read_own_states
