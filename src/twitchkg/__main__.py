"""``python -m twitchkg``."""

from twitchkg.cli import process

process()
