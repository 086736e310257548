"""Bundle the third-party scripts of the pages, where Node and npm are at hand.

The wheel's build runs this; ``python hatch_build.py`` does the same for a source tree. Without npm
nothing is built, and the pages say what is missing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, without the build's own environment
    BuildHookInterface = object

ROOT = Path(__file__).parent
STATIC = ROOT / "src" / "twitchkg" / "server" / "static"
BUNDLES = ("picture", "editor")


def bundle() -> list[Path]:
    """The bundles, made anew; none where npm is missing or cannot install.

    A bundle is written beside its place first, so that a build that fails leaves the old ones.
    """
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        print("Node and npm are missing: the pages go without picture and editor.", file=sys.stderr)
        return []
    install = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    made = ROOT / "node_modules" / ".twitchkg"
    pack = [
        *(node, str(ROOT / "node_modules" / "esbuild" / "bin" / "esbuild")),
        *(str(ROOT / "web" / f"{name}.js") for name in BUNDLES),
        *("--bundle", "--minify", "--format=iife", "--target=es2020", "--legal-comments=eof"),
        *("--loader:.svg=dataurl", "--loader:.woff2=dataurl", "--loader:.woff=empty"),
        *("--loader:.ttf=empty", "--loader:.eot=empty", "--define:global=window"),
        *('--define:process.env.NODE_ENV="production"', f"--outdir={made}", "--log-level=warning"),
    ]
    for command in (install, pack):
        try:
            subprocess.run(command, cwd=ROOT, check=True, timeout=900)
        except (subprocess.SubprocessError, OSError) as error:
            print(f"The pages go without picture and editor: {error}", file=sys.stderr)
            return []
    STATIC.mkdir(exist_ok=True)
    return [Path(shutil.copy(path, STATIC / path.name)) for path in sorted(made.iterdir())]


class CustomBuildHook(BuildHookInterface):  # type: ignore[misc]
    """Puts the bundles into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build them, unless it is an editable installation, which must stay quick."""
        if self.target_name != "wheel" or version == "editable":
            return
        for path in bundle():
            build_data["force_include"][str(path)] = f"twitchkg/server/static/{path.name}"


if __name__ == "__main__":
    built = bundle()
    print("\n".join(str(path.relative_to(ROOT)) for path in built))
    sys.exit(0 if built else 1)
