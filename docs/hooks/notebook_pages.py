"""The notebooks as pages: run anew for each build of the site, so that what they show holds."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from twitchkg.graph import NOTICE

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
SECONDS = 300
"""How long a cell may take."""


def pages(folder: Path = FOLDER) -> dict[str, str]:
    """A page in Markdown for each notebook, with what its cells print, by the path in the site.

    :raises nbclient.exceptions.CellExecutionError: if a cell fails.
    """
    return {f"notebooks/{path.stem}.md": _page(path) for path in sorted(folder.glob("*.ipynb"))}


def _page(path: Path) -> str:
    import nbformat
    from nbconvert import MarkdownExporter
    from nbconvert.preprocessors import ExecutePreprocessor

    notebook = nbformat.reads(path.read_text("utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    with tempfile.TemporaryDirectory() as elsewhere:
        runner = ExecutePreprocessor(timeout=SECONDS, kernel_name="python3")  # type: ignore[no-untyped-call]
        runner.preprocess(notebook, {"metadata": {"path": elsewhere}})
    text, _ = MarkdownExporter().from_notebook_node(notebook)  # type: ignore[no-untyped-call]
    title, _, rest = _unstyled(text).partition("\n")
    link = f"[This notebook as a file]({path.name}), to be opened in Jupyter."
    return f"{title}\n\n{NOTICE}\n\n{link}\n\n{rest.strip()}\n"


def _unstyled(text: str) -> str:
    """Without the looks that pandas gives each table: the site has its own."""
    text = re.sub(r"^<style scoped>.*?</style>\n", "", text, flags=re.M | re.S)
    text = text.replace('<table border="1" class="dataframe">', "<table>")
    return text.replace('<tr style="text-align: right;">', "<tr>").strip()
