"""Reading arguments: ``argparse``, and a quick reader of the plainest command lines.

Importing ``argparse`` and building a parser takes about half as long as Python itself takes to
start. Most command lines at a prompt hold nothing but words and options in full; these are read
here, from the same declarations. Everything else, help and faults above all, is left to
``argparse``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    _How = tuple[str, Callable[[str], object], tuple[object, ...] | None]


class NotPlainError(Exception):
    """Declarations that only ``argparse`` understands."""


class Options:
    """The values of the options, as attributes."""

    def __init__(self, values: dict[str, object]) -> None:
        self.__dict__.update(values)


class Quick:
    """Takes the declarations of a command as ``argparse.ArgumentParser`` does, as far as it can."""

    def __init__(self) -> None:
        self.epilog = ""
        self._defaults: dict[str, object] = {}
        self._options: dict[str, tuple[str, _How]] = {}
        self._positional: tuple[str, object] | None = None

    def __getattr__(self, name: str) -> object:
        raise NotPlainError(name)

    def add_argument(
        self,
        *names: str,
        nargs: str | None = None,
        action: str = "store",
        default: object = None,
        metavar: str | None = None,
        help: str | None = None,
        type: Callable[[str], object] = str,
        choices: tuple[object, ...] | None = None,
    ) -> None:
        """Note one argument.

        :raises NotPlainError: if it is of a kind that is left to ``argparse``.
        """
        if names[0][0] == "-":
            long = [name for name in names if name.startswith("--")]
            if not long or nargs or action not in ("store", "append", "store_true"):
                raise NotPlainError(names[0])
            key = long[0][2:].replace("-", "_")
            for name in names:
                self._options[name] = key, (action, type, choices)
            self._defaults[key] = False if action == "store_true" else default
        else:
            if (
                type is not str
                or choices
                or self._positional
                or nargs not in ("+", "?")
                or action != "store"
            ):
                raise NotPlainError(names[0])
            self._positional = names[0], nargs
            self._defaults[names[0]] = default

    def read(self, arguments: list[str]) -> Options | None:
        """The values of the arguments, or ``None`` where ``argparse`` has to look at them."""
        words: list[str] = []
        ended = False
        values = dict(self._defaults)
        left = iter(arguments)
        for argument in left:
            if argument[:1] != "-" or argument == "-":
                if ended:  # words on both sides of an option
                    return None
                words.append(argument)
                continue
            ended = bool(words)
            if argument not in self._options:
                return None
            key, how = self._options[argument]
            try:
                values[key] = _value(values[key], left, *how)
            except Exception:
                return None
        if self._positional is None:
            return None if words else Options(values)
        name, nargs = self._positional
        if nargs == "+":
            values[name] = words
            return Options(values) if words else None
        if words:
            values[name] = words[0]
        return Options(values) if len(arguments) == len(words) <= 1 else None


def _value(
    before: object,
    left: Iterator[str],
    action: str,
    type: Callable[[str], object],
    choices: tuple[object, ...] | None,
) -> object:
    """What an option's value becomes with the next of the arguments that are left."""
    if action == "store_true":
        return True
    text = next(left)
    value = type(text)
    if text[:1] == "-" or (choices is not None and value not in choices):
        raise NotPlainError(text)
    if action == "append":
        assert isinstance(before, list)
        return [*before, value]
    return value


def parser(
    prog: str, description: str, usage: str | None = None, epilog: str | None = None
) -> argparse.ArgumentParser:
    """A parser of ``argparse`` whose errors are one line that says what to try."""
    import argparse
    from typing import Any, NoReturn

    from twitchkg.cli import fail

    class Formatter(argparse.RawDescriptionHelpFormatter):
        """Help of a fixed width, whatever the terminal."""

        def __init__(self, prog: str) -> None:
            super().__init__(prog, width=96)

        def _get_help_string(self, action: argparse.Action) -> str | None:
            """Tell the default of an option that takes a value, where its text does not."""
            told = action.help
            silent = action.nargs == 0 or not action.option_strings or action.required
            if not told or silent or "default" in told:
                return told
            return f"{told} (default: {'%(default)s' if action.default else 'none'})"

    class Parser(argparse.ArgumentParser):
        def __init__(self, formatter_class: Any = Formatter, **more: Any) -> None:
            super().__init__(formatter_class=formatter_class, **more)

        def format_help(self) -> str:
            """The help, with what the manual tells beyond the options."""
            from twitchkg.cli import manual

            manual.complete(self)
            return super().format_help()

        def error(self, message: str) -> NoReturn:
            """Say what is wrong with the arguments, and exit 2."""
            fail(f"{message[0].upper()}{message[1:]}. Try '{self.prog} --help'.")
            raise SystemExit(2)

    return Parser(prog=prog, usage=usage, description=description, epilog=epilog)
