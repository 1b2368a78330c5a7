from .config import Config as Config
from .config import as_json as as_json
from .config import check as check
from .config import check_yaml as check_yaml
from .fingerprint import fingerprints as fingerprints
