"""python -m devices.screen"""

from devices.screen.process import main

raise SystemExit(main())
