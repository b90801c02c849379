"""Two kinds of import contract that import-linter does not have: doors to a stranger, and an allow list.

Named in pyproject.toml; `lint-imports` loads them from here.
"""

import sys
from collections.abc import Iterable

import grimp
from importlinter import Contract, ContractCheck, fields, output

Fault = tuple[str, str, int]


def _matching(graph: grimp.ImportGraph, expressions: Iterable[object]) -> set[str]:
    """Every module that one of the expressions names, and everything inside it. A name nobody has yet matches nothing."""
    found: set[str] = set()
    for expression in map(str, expressions):
        tops = graph.find_matching_modules(expression) if "*" in expression else {expression} & graph.modules
        for top in tops:
            found.add(top)
            if not graph.is_module_squashed(top):
                found |= graph.find_descendants(top)
    return found


def _fault(graph: grimp.ImportGraph, importer: str, imported: str) -> Fault:
    details = graph.get_import_details(importer=importer, imported=imported)
    return importer, imported, details[0]["line_number"] if details else 0


def _render(faults: list[Fault]) -> None:
    for importer, imported, line in sorted(faults):
        output.print_error(f"- {importer} -> {imported} (l.{line})", bold=False)
    output.new_line()


class DoorsContract(Contract):
    """The guarded modules (external ones too) are imported by their doors and by nobody else."""

    type_name = "doors"
    guarded = fields.ListField(subfield=fields.ModuleExpressionField())
    doors = fields.ListField(subfield=fields.ModuleExpressionField(), required=False)

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        guarded = _matching(graph, self.guarded)
        allowed = _matching(graph, self.doors or ()) | guarded
        faults = [
            _fault(graph, importer, imported)
            for imported in guarded
            for importer in graph.find_modules_that_directly_import(imported) - allowed
        ]
        return ContractCheck(kept=not faults, metadata={"faults": faults})

    def render_broken_contract(self, check: ContractCheck) -> None:
        output.print_error("Imported elsewhere than through the door:")
        _render(check.metadata["faults"])


class OnlyContract(Contract):
    """The modules import the standard library (without `never`) and `may_import`; everything else is a fault."""

    type_name = "only"
    modules = fields.ListField(subfield=fields.ModuleExpressionField())
    may_import = fields.ListField(subfield=fields.ModuleExpressionField())
    never = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        allowed = _matching(graph, self.may_import) | (sys.stdlib_module_names - set(self.never or ()))
        faults = [
            _fault(graph, importer, imported)
            for importer in _matching(graph, self.modules)
            for imported in graph.find_modules_directly_imported_by(importer)
            if imported not in allowed
        ]
        return ContractCheck(kept=not faults, metadata={"faults": faults})

    def render_broken_contract(self, check: ContractCheck) -> None:
        output.print_error("Imports outside the allow list:")
        _render(check.metadata["faults"])
