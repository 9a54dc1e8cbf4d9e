"""`python -m guiding_painter`: the same as `guiding-painter`."""

import sys

from .terminal.command import main

if __name__ == "__main__":
    sys.exit(main())
