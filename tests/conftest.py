"""For the whole suite: no test touches the keyring of whoever runs it, nor one that another test has made up."""

from __future__ import annotations

import os

os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
