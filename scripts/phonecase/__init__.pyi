from . import art as art
from . import corpus as corpus
from . import experiments as experiments
from . import model as model
from . import ordering as ordering
from . import states as states
from . import training as training
from . import workflow as workflow
