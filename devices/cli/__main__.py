"""python -m devices.cli"""

from devices.cli import main

raise SystemExit(main())
