from .cell import BinaryHighway as BinaryHighway
from .cell import sign as sign
from .charlm import CharLM as CharLM
from .charlm import signs as signs
from .cores import CORES as CORES
from .cores import make_core as make_core
from .weights import Weights as Weights
from .weights import read_weights as read_weights
