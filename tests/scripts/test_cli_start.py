"""What starting any command costs."""

import subprocess
import sys


def test_a_command_that_computes_nothing_does_not_load_what_computes():
    told = "import sys, scripts.cli; print([name for name in ('numpy', 'pandas', 'pvlib') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
