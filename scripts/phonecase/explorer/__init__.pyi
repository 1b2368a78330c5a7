from .data import about as about
from .network import Sizes as Sizes
from .network import numbers as numbers
from .page import page as page
