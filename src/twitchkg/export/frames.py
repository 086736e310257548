"""Tables for pandas and Parquet, and the network for NetworkX and GraphML.

Each engine belongs to an extra and is imported when first used.
"""

from __future__ import annotations

from io import BytesIO

from twitchkg.claims import NOTICE
from twitchkg.errors import MissingExtraError
from twitchkg.export.about import head
from twitchkg.terms import for_xml

TYPE_CHECKING = False
if TYPE_CHECKING:
    import networkx
    import pandas

    from twitchkg.export.tables import Table

_PANDAS = {"string": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}


def missing(package: str, extra: str, what: str) -> MissingExtraError:
    """The error of an engine that is not installed."""
    return MissingExtraError(
        f"{what} needs {package}, which is not installed. Run: pip install 'twitchkg[{extra}]'"
    )


def frame(table: Table) -> pandas.DataFrame:
    """A table as a data frame, with nullable types; ``attrs`` hold notice and meanings.

    :raises MissingExtraError: if pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise missing("pandas", "pandas", "A data frame") from error

    made = pandas.DataFrame(
        {
            column.name: pandas.array([row[place] for row in table.rows], _PANDAS[column.type])
            for place, column in enumerate(table.columns)
        }
    )
    made.attrs["notice"] = NOTICE
    made.attrs["columns"] = {column.name: column.meaning for column in table.columns}
    return made


def parquet(table: Table) -> bytes:
    """A table as a Parquet file; the notice and the columns' meanings stand in its schema.

    :raises MissingExtraError: if pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise missing("pyarrow", "tables", "Parquet") from error

    types = {
        "string": pyarrow.string(),
        "integer": pyarrow.int64(),
        "number": pyarrow.float64(),
        "boolean": pyarrow.bool_(),
    }
    fields = [
        pyarrow.field(column.name, types[column.type], metadata={"meaning": column.meaning})
        for column in table.columns
    ]
    schema = pyarrow.schema(fields, metadata=head())
    cells = [
        pyarrow.array([row[place] for row in table.rows], field.type)
        for place, field in enumerate(fields)
    ]
    target = BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(cells, schema=schema), target)
    return target.getvalue()


def network(nodes: Table, edges: Table) -> networkx.MultiDiGraph[str]:
    """Entities and what relates them, as a directed graph with parallel edges.

    An edge's key is its id in the table of edges; its ``weight`` is the number of independent
    documents that affirm it. Empty cells are left out. Statements about plain values are no edges.

    :raises MissingExtraError: if NetworkX is not installed.
    """
    try:
        import networkx
    except ImportError as error:
        raise missing("networkx", "networkx", "The network") from error

    made: networkx.MultiDiGraph[str] = networkx.MultiDiGraph(**head())
    for row in nodes.dicts():
        made.add_node(row["id"], **{k: v for k, v in row.items() if v is not None and k != "id"})
    for row in edges.dicts():
        if row["object"] is None:
            continue
        facts = {k: v for k, v in row.items() if v is not None}
        for end in ("subject", "object"):
            if facts[end] not in made:
                made.add_node(facts[end], label=facts.get(f"{end}_label", facts[end]))
        key, subject, object_ = (facts.pop(name) for name in ("id", "subject", "object"))
        made.add_edge(subject, object_, key=key, weight=facts["sources_for"], **facts)
    return made


def _of_edges(made: networkx.MultiDiGraph[str]) -> list[dict[str, object]]:
    return [facts for _, _, facts in made.edges(data=True)]


def graphml(nodes: Table, edges: Table) -> bytes:
    """The network as GraphML.

    :raises MissingExtraError: if NetworkX is not installed.
    """
    made = network(nodes, edges)
    for facts in (*(facts for _, facts in made.nodes(data=True)), *_of_edges(made)):
        facts.update({k: for_xml(v) for k, v in facts.items() if isinstance(v, str)})
    # NetworkX takes lxml where it is installed, whose bytes differ: name the plain writer.
    from networkx.readwrite.graphml import write_graphml_xml

    target = BytesIO()
    write_graphml_xml(made, target)
    return target.getvalue() + b"\n"
