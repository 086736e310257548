"""``python -m twitchkg``."""

from twitchkg.cli import main

raise SystemExit(main())
