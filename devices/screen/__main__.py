"""python -m devices.screen"""

from devices.screen.keeper import main

raise SystemExit(main())
