"""The browser that the tests use, if it is there."""

import os
import shutil
from typing import Final

# The first is the same browser without its windows, and takes a third of the time.
CHROMIUM: Final = shutil.which("chromium-headless-shell") or shutil.which("chromium")
MISSING: Final = "Chromium is not on this machine (apt-get install chromium-headless-shell)"
# Chromium does not sandbox itself for root. The pages under test are our own.
ARGUMENTS: Final = ["--no-sandbox"] if os.geteuid() == 0 else []
