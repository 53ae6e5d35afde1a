"""python -m devices.sound"""

from devices.sound.process import main

raise SystemExit(main())
