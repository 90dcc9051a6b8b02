"""What can be made wrong in a source file, one small fault at a time, and how the file reads with it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}
# Statements without which a function still runs. A dropped plain assignment would only raise a NameError.
DROPPED = (ast.Expr, ast.AugAssign, ast.Raise, ast.Delete)
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: what stands from `start` to `end` (byte offsets) reads `text` instead.

    `scope` is the function or class it is in, "" for the module; `statement` is the statement around it, as
    `ast.unparse` writes it.
    """

    operator: str
    scope: str
    line: int
    start: int
    end: int
    original: str
    text: str
    statement: str

    def applied(self, source: str) -> str:
        """Return the source with the fault in it."""
        raw = source.encode()
        return (raw[: self.start] + self.text.encode() + raw[self.end :]).decode()


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the tree: where it stands, and in which scope and statement."""

    node: ast.AST
    scope: str
    statement: ast.stmt


def mutants(source: str) -> list[Mutant]:
    """Return every fault that can be made in a module, in the order of the source."""
    offsets = _line_offsets(source)
    found = [
        _mutant(source, offsets, place, operator, changed)
        for place in _places(ast.parse(source))
        for operator, changed in _changes(place.node)
    ]
    return sorted(found, key=lambda each: (each.start, each.end, each.operator))


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield each operator that applies to a node, with the node that replaces it."""
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=others):
            yield "comparison", ast.Compare(left, [COMPARED[type(operator)]()], others)
        case ast.BoolOp(op=operator, values=values):
            yield "and/or", ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "boolean", operand
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in COMPUTED:
            if not (_is_text(left) or _is_text(right)):
                yield "arithmetic", ast.BinOp(left, COMPUTED[type(operator)](), right)
        case ast.Constant(value=bool(value)):
            yield "boolean", ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield "constant", ast.Constant(value + 1)
            yield "constant", ast.Constant(value - 1)
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield "return None", ast.Return(ast.Constant(None))
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "drop", ast.Pass()
        case _ if isinstance(node, DROPPED):
            yield "drop", ast.Pass()


def _places(tree: ast.Module) -> Iterator[Place]:
    """Walk through what is executed: no annotation, docstring, f-string's inside or block for type checkers."""
    for statement in tree.body:
        yield from _within(statement, "", statement)


def _within(node: ast.AST, scope: str, statement: ast.stmt) -> Iterator[Place]:
    if isinstance(node, ast.stmt):
        statement = node
    if _is_skipped(node):
        return
    yield Place(node, scope, statement)
    inner = f"{scope}.{node.name}".strip(".") if isinstance(node, Scope) else scope
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_comment"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _within(child, inner, statement)


def _is_skipped(node: ast.AST) -> bool:
    match node:
        case ast.JoinedStr():  # positions within it are not to be relied on in Python 3.11
            return True
        case ast.Expr(value=ast.Constant()):  # a docstring, or `...`
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
    return False


def _is_text(node: ast.expr) -> bool:
    """Whether it is a text for sure: `-` between two texts is no fault that a test would have to find."""
    match node:
        case ast.JoinedStr() | ast.Constant(value=str() | bytes()) | ast.List() | ast.ListComp() | ast.Tuple():
            return True
        case ast.BinOp(left=left, right=right):
            return _is_text(left) or _is_text(right)
    return False


def _mutant(source: str, offsets: list[int], place: Place, operator: str, changed: ast.AST) -> Mutant:
    node = place.node
    assert isinstance(node, (ast.expr, ast.stmt))
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    start, end = offsets[node.lineno - 1] + node.col_offset, offsets[node.end_lineno - 1] + node.end_col_offset
    text = ast.unparse(ast.fix_missing_locations(changed))
    return Mutant(
        operator=operator,
        scope=place.scope,
        line=node.lineno,
        start=start,
        end=end,
        original=source.encode()[start:end].decode(),
        text=f"({text})" if isinstance(changed, ast.expr) and not isinstance(changed, ast.Constant) else text,
        statement=_first_line(place.statement),
    )


def _first_line(statement: ast.stmt) -> str:
    """Return a statement as one text; of one with a body, its head."""
    text = ast.unparse(statement)
    return text.partition("\n")[0] if hasattr(statement, "body") else text


def _line_offsets(source: str) -> list[int]:
    offsets = [0]
    for line in source.encode().splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    return offsets
