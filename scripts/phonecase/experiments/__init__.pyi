from .page import page as page
from .sweep import Experiment as Experiment
from .sweep import experiments as experiments
from .sweep import members as members
from .table import About as About
from .table import compare as compare
