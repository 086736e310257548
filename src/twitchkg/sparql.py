"""SPARQL as text: its tokens, its form, the prefixes it needs and where parameters go.

Nothing here understands queries; that is the engine's job. This is what has to be known about a
query's text whichever engine answers it.
"""

from __future__ import annotations

from twitchkg.namespaces import BASE, PREFIXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping

    from twitchkg.terms import Term

_TOKEN = r"""
    (?P<comment>\#[^\n\r]*)
  | (?P<iri><[^<>"{}|^`\\\s]*>)
  | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
              | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*')
  | (?P<variable>[?$]\w+)
  | (?P<name>(?:[^\W\d_](?:[\w.-]*[\w-])?)?:(?:[\w:%-]|\\.|\.(?=[\w:%\\-]))*)
  | (?P<word>@?[^\W\d]\w*)
  | (?P<mark>[^\s\w])
"""
_compiled: list[re.Pattern[str]] = []
_MARKS = str.maketrans(dict.fromkeys("{}()[],;|/^*+?!=<>&\"'$#@", " "))
_CLAUSES = frozenset(("UNION", "FILTER", "BIND", "OPTIONAL", "MINUS", "GRAPH", "EXISTS"))
_DEPTH, _OPERATORS = 500, 2000
QUERY_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATE_FORMS = (
    *("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE"),
    *("DROP", "COPY", "MOVE", "ADD", "WITH"),
)
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OPENINGS = frozenset((*QUERY_FORMS, *UPDATE_FORMS, "PREFIX", "BASE"))


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """The tokens of a query that are not comments: kind, text and position.

    Kinds are ``iri``, ``string``, ``variable``, ``name`` (with a prefix), ``word`` and ``mark``.
    """
    if not _compiled:
        # Importing re takes a tenth of the time that a query takes from a cold prompt, so that what
        # a plain query needs is found without it.
        import re

        _compiled.append(re.compile(_TOKEN, re.VERBOSE | re.DOTALL))
    for match in _compiled[0].finditer(text):
        if match.lastgroup and match.lastgroup != "comment":
            yield match.lastgroup, match.group(), match.start()


def form(text: str) -> str | None:
    """The query or update form of a text, or ``None`` if it does not look like SPARQL.

    >>> form("PREFIX a: <b:> SELECT ?s WHERE { ?s ?p ?o }")
    'SELECT'
    >>> form("eyelid twitching") is None
    True
    """
    rest = _without_prologue(text)
    first = rest.split(None, 1)[:1]
    if first and first[0].isascii() and first[0].isalpha():
        # A word that stands by itself: no name, no comment.
        word = first[0].upper()
        if word in QUERY_FORMS or word in UPDATE_FORMS:
            return word
    if rest == text.lstrip():
        # The first token begins with these letters, so that it is no word of the language.
        opening = rest[: len(rest) - len(rest.lstrip(_LETTERS))].upper()
        if opening and opening not in _OPENINGS:
            return None
    prologue = False
    previous = ""
    for kind, token, _ in tokens(text):
        if kind == "word":
            word = token.upper()
            if word in ("PREFIX", "BASE"):
                prologue = True
            elif word in QUERY_FORMS or word in UPDATE_FORMS:
                return word
            else:
                return "UNKNOWN" if prologue else None
        elif not (kind in ("iri", "name") and (prologue or previous == "PREFIX")):
            return "UNKNOWN" if prologue else None
        previous = token.upper()
    return "UNKNOWN" if prologue else None


def _without_prologue(text: str) -> str:
    """The text without the comments and prefixes at its top, as far as they stand on plain lines.

    The answer is the same with them; without them, no tokens have to be told apart.
    """
    while True:
        text = text.lstrip()
        line, _, rest = text.partition("\n")
        if line.startswith("#"):
            if "\r" in line[:-1]:  # where the comment ends, too
                return text
        else:
            words = line.split()
            if len(words) != 3 or words[0].upper() != "PREFIX" or words[1][-1] != ":":
                return text
            if words[2][0] + words[2][-1] != "<>" or words[2].count("<") + words[2].count(">") > 2:
                return text
        text = rest


def looks_like_sparql(text: str) -> bool:
    """Whether somebody who wrote this text meant SPARQL rather than words.

    >>> looks_like_sparql("ask your doctor"), looks_like_sparql("ask { ?s ?p ?o }")
    (False, True)
    """
    found = form(text)
    if found is None or found == "UNKNOWN":
        return found is not None
    if found == "DESCRIBE" and any(prefix in PREFIXES for prefix, _, _ in names(text)):
        return True
    return any(mark in text for mark in "{}?<$")


def declared_prefixes(text: str) -> dict[str, str]:
    """The prefixes that a query declares itself."""
    found = {}
    before: tuple[str, str] = ("", "")
    for kind, token, _ in tokens(text):
        if kind == "iri" and before[0] == "PREFIX" and before[1].endswith(":"):
            found[before[1][:-1]] = token[1:-1]
        before = (before[1].upper() if before[1].upper() == "PREFIX" else before[0], token)
        if kind == "iri":
            before = ("", "")
    return found


def names(text: str) -> list[tuple[str, str, int]]:
    """The prefixed names that a query uses: prefix, local part, position."""
    found = []
    previous = ""
    for kind, token, position in tokens(text):
        if kind == "name" and previous != "PREFIX":
            prefix, _, local = token.partition(":")
            found.append((prefix, local.replace("\\", ""), position))
        previous = token.upper()
    return found


def iris(text: str) -> list[str]:
    """Every IRI that a query uses, written in full or with a known or declared prefix."""
    bases = {**PREFIXES, **declared_prefixes(text)}
    found = [bases[prefix] + local for prefix, local, _ in names(text) if prefix in bases]
    previous = ""
    for kind, token, _ in tokens(text):
        if kind == "iri" and not previous.endswith(":"):
            found.append(token[1:-1])
        previous = token
    return found


def own_iris(text: str) -> list[str]:
    """The IRIs in the namespaces of twitchkg that a query uses, sorted.

    In a plain query they are found by cutting it at its marks. That finds too many where a name
    stands in a comment or a string, for which :func:`iris` is exact.
    """
    upper = text.upper()
    if "\\" in text or "PREFIX" in upper or "BASE" in upper:
        return sorted({iri for iri in iris(text) if iri.startswith(BASE)})
    found = {BASE + part.partition(">")[0] for part in text.split("<" + BASE)[1:]}
    for word in text.translate(_MARKS).split():
        prefix, colon, local = word.partition(":")
        base = PREFIXES.get(prefix, "") if colon else ""
        if base.startswith(BASE):
            found.add(base + local.rstrip("."))
    return sorted(found)


def with_prefixes(text: str) -> str:
    """The query with the known prefixes declared that it uses without declaring them.

    They go on the first line, so that line numbers stay.
    """
    declared = declared_prefixes(text)
    missing = sorted({prefix for prefix, _, _ in names(text)} & PREFIXES.keys() - declared.keys())
    return "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}> " for prefix in missing) + text


def too_nested(text: str) -> str | None:
    """Why a query is too much for an engine that takes a query apart by recursion, or ``None``.

    Such an engine does not refuse it: it takes the process down with it.

    >>> too_nested("ASK { ?s ?p ?o }") is None, too_nested("ASK " + "{" * 4000)
    (True, 'its brackets are nested more than 500 deep')
    """
    if len(text) < 4000:  # too short for what would be too deep
        return None
    depth = operators = 0
    for kind, token, _ in tokens(text):
        if kind == "word":
            operators += token.upper() in _CLAUSES
        elif kind == "mark":
            depth += token in "{([" or -(token in "})]")
            operators += token in "!|&+-*/^="
            if depth > _DEPTH:
                return f"its brackets are nested more than {_DEPTH} deep"
        if operators > _OPERATORS:
            return f"it has more than {_OPERATORS} clauses and operators"
    return None


def bind(text: str, values: Mapping[str, Term]) -> str:
    """The query with variables bound by one ``VALUES`` block, first in the outermost ``WHERE``.

    :param text: a query whose outermost pattern is opened with the word ``WHERE``.
    :param values: RDF terms by variable name, without the question mark.
    :raises ValueError: if there is no such ``WHERE``.

    >>> from twitchkg.terms import Term
    >>> bind("SELECT ?a WHERE { ?a ?b ?c }", {"c": Term.integer(1)})
    'SELECT ?a WHERE { VALUES (?c) { ("1"^^<http://www.w3.org/2001/XMLSchema#integer>) } ?a ?b ?c }'
    """
    if not values:
        return text
    variables = " ".join(f"?{name}" for name in values)
    row = " ".join(term.n3() for term in values.values())
    block = f" VALUES ({variables}) {{ ({row}) }}"
    depth, where = 0, False
    for kind, token, position in tokens(text):
        if token == "{":
            if where and depth == 0:
                return text[: position + 1] + block + text[position + 1 :]
            depth += 1
        elif token == "}":
            depth -= 1
        where = kind == "word" and token.upper() == "WHERE"
    raise ValueError("the query has no outermost WHERE { ... }")


def prebound(text: str, values: Mapping[str, Term]) -> str:
    """The query with variables replaced by terms, which is what SHACL means by pre-binding.

    Unlike the block of :func:`bind`, this reaches into subselects, ``UNION`` and ``FILTER``. The
    terms are columns of the answer still, where the outermost ``SELECT`` names their variables.

    :param text: a ``SELECT`` query.
    :param values: IRIs or literals by variable name, without the question mark.

    >>> from twitchkg.terms import Term
    >>> prebound("SELECT $this ?a WHERE { ?a ?b $this }", {"this": Term.iri("x:y")})
    'SELECT (<x:y> AS ?this) ?a WHERE { ?a ?b <x:y> }'
    >>> prebound("{ SELECT $this ?a WHERE { } GROUP BY $this ?a }", {"this": Term.iri("x:y")})
    '{ SELECT  ?a WHERE { } GROUP BY (<x:y> AS ?_this) ?a }'
    """
    parts: list[str] = []
    start = braces = parens = 0
    clause = previous = ""
    for kind, token, position in tokens(text):
        word = token.upper() if kind == "word" else ""
        if word in ("SELECT", "WHERE", "HAVING", "LIMIT", "OFFSET"):
            clause, parens = word, 0
        elif word == "BY":
            clause, parens = previous, 0
        elif token in ("{", "}"):
            clause = ""
            braces += 1 if token == "{" else -1
        elif token in ("(", ")"):
            parens += 1 if token == "(" else -1
        elif kind == "variable" and token[1:] in values:
            name, term = token[1:], values[token[1:]].n3()
            if parens == 0:  # listed by itself, where only some forms of a term are allowed
                if clause == "SELECT":
                    term = "" if braces else f"({term} AS ?{name})"
                elif clause == "GROUP":
                    term = f"({term} AS ?_{name})"
                elif clause == "ORDER":
                    term = f"({term})"
            parts += (text[start:position], term)
            start = position + len(token)
        previous = word
    return "".join(parts) + text[start:]
