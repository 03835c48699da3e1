"""`python -m tpa.embedded COMMAND …`: what ./run hands over to."""

import sys

from tpa.embedded.commands import main

sys.exit(main(sys.argv[1:]))
