"""Whether two sets of triples are the same, told by their number and a digest."""

from __future__ import annotations

import hashlib
from decimal import Decimal, InvalidOperation

from twitchkg.namespaces import PREFIXES
from twitchkg.terms import LITERAL, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twitchkg.results import Triple

_XSD = PREFIXES["xsd"]
_INTEGERS = frozenset(
    _XSD + name
    for name in (
        "integer long int short byte nonNegativeInteger positiveInteger nonPositiveInteger "
        "negativeInteger unsignedLong unsignedInt unsignedShort unsignedByte"
    ).split()
)
_FLOATS = frozenset((_XSD + "double", _XSD + "float"))
_NUMBERS = _INTEGERS | _FLOATS | {_XSD + "decimal"}


class Fingerprint:
    """The number of some triples and a digest of them that does not depend on their order.

    The digest is the sum, modulo 2 to the power of 256, of the SHA-256 digests of the triples. A
    literal counts by the value within its datatype, such as ``1.50`` as ``1.5``, since stores are
    known to keep no more. It finds accidents, not forgeries.

    A second sum goes by numbers alone, whatever their datatypes, for stores in which ``1.5`` and
    ``1.5E0`` of one subject and property are one triple.
    """

    __slots__ = ("_place", "_seen", "_sum", "_sum_of_values", "_values", "triples")

    def __init__(self) -> None:
        self.triples = 0
        self._sum = 0
        self._values = 0
        self._sum_of_values = 0
        self._place: tuple[Term, Term] | None = None
        self._seen: set[str] = set()

    def add(self, triple: Triple) -> None:
        """Count one triple.

        Each must be added once only. :meth:`same_values` needs those of one subject and property
        to follow each other where several numbers are equal.
        """
        canonical = [_by_value(term) for term in triple]
        text = " ".join(term.n3() for term in canonical)
        digest = _digest(text)
        self._sum = (self._sum + digest) % 2**256
        self.triples += 1
        number = _number(canonical[2])
        if number is not None:
            if (place := (triple[0], triple[1])) != self._place:
                self._place, self._seen = place, set()
            if number in self._seen:
                return
            self._seen.add(number)
            digest = _digest(f"{canonical[0].n3()} {canonical[1].n3()} {number}")
        self._values += 1
        self._sum_of_values = (self._sum_of_values + digest) % 2**256

    def __iadd__(self, other: Fingerprint) -> Fingerprint:
        """Count the triples of another, none of which shares subject and property with these."""
        self.triples += other.triples
        self._values += other._values
        self._sum = (self._sum + other._sum) % 2**256
        self._sum_of_values = (self._sum_of_values + other._sum_of_values) % 2**256
        return self

    @property
    def digest(self) -> str:
        """The digest, as 64 hexadecimal figures."""
        return f"{self._sum:064x}"

    @property
    def equal_numbers(self) -> int:
        """How many triples say the same number once more in another datatype."""
        return self.triples - self._values

    def same_values(self, other: Fingerprint) -> bool:
        """Whether both say the same once the datatypes of numbers are left out."""
        return (self._values, self._sum_of_values) == (other._values, other._sum_of_values)

    def __eq__(self, other: object) -> bool:
        """Whether both stand for the same triples."""
        return isinstance(other, Fingerprint) and (self.triples, self._sum) == (
            other.triples,
            other._sum,
        )

    def __hash__(self) -> int:
        return self._sum


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())


def _number(term: Term) -> str | None:
    """The number that a literal stands for, in one spelling, if it stands for one."""
    if term.kind != LITERAL or term.datatype not in _NUMBERS:
        return None
    try:
        number = Decimal(term.value)
        return _plain(number) if number.is_finite() else str(number)
    except InvalidOperation:
        return None


def _plain(number: Decimal) -> str:
    """A number without an exponent or figures that say nothing."""
    if number == 0:
        return "0"
    # Decimal.normalize() would round to the precision of the context.
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _by_value(term: Term) -> Term:
    """The term with its literal's lexical form made canonical."""
    if term.kind != LITERAL:
        return term
    if term.language:
        return Term(LITERAL, term.value, "", term.language.lower())
    value = term.value
    try:
        if term.datatype == _XSD + "boolean":
            value = {"1": "true", "0": "false"}.get(value, value)
        elif term.datatype in _INTEGERS:
            value = str(int(value))
        elif term.datatype == _XSD + "decimal":
            value = _plain(Decimal(value))
        elif term.datatype in _FLOATS:
            value = repr(float(value))
        elif term.datatype == _XSD + "dateTime" and value.endswith("+00:00"):
            value = value.removesuffix("+00:00") + "Z"
    except (InvalidOperation, ValueError):
        pass
    return Term(LITERAL, value, term.datatype)
