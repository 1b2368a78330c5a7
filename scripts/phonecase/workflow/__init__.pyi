from .config import Config as Config
from .config import as_json as as_json
from .config import check as check
from .config import check_files as check_files
from .fingerprint import fingerprints as fingerprints
from .reading import read_yaml as read_yaml
