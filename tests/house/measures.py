"""Sizes of the house, printed for people to look at: `python -m tests.house.measures`. Nothing fails by them."""

import ast
from pathlib import Path
from statistics import median, quantiles

PACKAGES = ("marketplace", "providers", "booking")
FILE_GOAL, FUNCTION_GOAL = 300, 40


def lines_of_code(path: Path) -> int:
    """Lines that are neither blank nor comment."""
    return sum(1 for line in path.read_text().splitlines() if line.strip() and not line.strip().startswith("#"))


def functions_of(path: Path) -> list[tuple[int, str]]:
    """Each function's length and place."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [((node.end_lineno or node.lineno) - node.lineno + 1, f"{path}:{node.lineno} {node.name}") for node in nodes]


def spread(name: str, sizes: list[int], goal: int) -> str:
    """Median, 95th percentile, largest, and how many pass the goal."""
    if len(sizes) < 2:
        return f"{name}: too few to say"
    return f"{name}: median {median(sizes):.0f}, p95 {quantiles(sizes, n=20)[-1]:.0f}, largest {max(sizes)}, over {goal}: {sum(size > goal for size in sizes)}"


def main() -> None:
    """Print the figures."""
    files = [path for package in PACKAGES for path in Path(package).rglob("*.py") if path.stat().st_size]
    functions = [entry for path in files for entry in functions_of(path)]
    rules = [path for path in files if {"rules", "kernel"} & {*path.parts, path.stem}]
    tests = list(Path("tests").rglob("*.py"))
    rule_tests = [path for path in tests if {"rules", "kernel"} & set(path.parts)]
    print(spread("files", [len(path.read_text().splitlines()) for path in files], FILE_GOAL))
    print(spread("functions", [size for size, _ in functions], FUNCTION_GOAL))
    for size, place in sorted(functions, reverse=True)[:5]:
        print(f"  {size:4} {place}")
    code, proof = sum(map(lines_of_code, files)), sum(map(lines_of_code, tests))
    rule_code, rule_proof = sum(map(lines_of_code, rules)), sum(map(lines_of_code, rule_tests))
    print(
        f"tests to code: {proof} / {code} = {proof / max(code, 1):.2f}; rules: {rule_proof} / {rule_code} = {rule_proof / max(rule_code, 1):.2f}"
    )


if __name__ == "__main__":
    main()
