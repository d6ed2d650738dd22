"""The browser that the tests use, if it is there."""

import os
import shutil
from typing import Final

CHROMIUM: Final = shutil.which("chromium")
MISSING: Final = "Chromium is not on this machine (apt-get install chromium)"
# Chromium does not sandbox itself for root. The pages under test are our own.
ARGUMENTS: Final = ["--no-sandbox"] if os.geteuid() == 0 else []
