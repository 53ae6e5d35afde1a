"""House rules that no linter knows: sizes, tests that assert, weak names, dead links. Exit 1, a line each."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

MAX_FILE, MAX_FUNCTION, MAX_CODEC = 450, 50, 250
WEAK_NAMES = re.compile(r"(^|_)(manager|helper|helpers|util|utils|misc|common)(_|$|\.)")
# A place of one machine, or a registry's host, has no business in the project.
PLACES = re.compile(r"/home/[a-z]|/root/|pypi\.org|files\.pythonhosted|registry\.npmjs|deb\.debian\.org")
PROSE = {".md", ".py", ".toml", ".html", ".js", ".css", ".sh", ".txt"}


def tracked() -> list[Path]:
    """Every file that git knows."""
    out = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout
    return [path for path in map(Path, out.splitlines()) if path.is_file()]


def python_faults(path: Path, text: str) -> list[str]:
    """Files and functions that are too long, and tests in which nothing is asserted."""
    faults: list[str] = []
    lines = text.count("\n")
    limit = MAX_CODEC if path.name == "codec.py" else MAX_FILE
    if lines > limit:
        faults.append(f"{path}: {lines} lines, at most {limit}")
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        size = (node.end_lineno or node.lineno) - node.lineno + 1
        if size > MAX_FUNCTION:
            faults.append(f"{path}:{node.lineno}: {node.name} has {size} lines, at most {MAX_FUNCTION}")
        if path.parts[0] == "tests" and node.name.startswith("test_") and not asserts(node):
            faults.append(f"{path}:{node.lineno}: {node.name} asserts nothing")
    return faults


def asserts(node: ast.AST) -> bool:
    """Whether a test asserts, expects an error, or calls something named like an assertion."""
    words = ast.dump(node).lower()
    return "assert" in words or "raises" in words


def text_faults(path: Path, text: str) -> list[str]:
    """Machine places, registry hosts and trailing white space in what people read."""
    faults = [f"{path}: names a place or host: {found.group()}" for found in PLACES.finditer(text)]
    if path.suffix == ".md":
        faults += [f"{path}: links to {link}, which is not there" for link in dead_links(path, text)]
    return faults


def dead_links(path: Path, text: str) -> list[str]:
    """Relative links of a document that lead nowhere."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    return [
        link
        for link in links
        if "://" not in link and not link.startswith("mailto:") and not (path.parent / link).exists()
    ]


def main() -> int:
    """Print every fault; the exit code says whether there was one."""
    faults: list[str] = []
    for path in tracked():
        if WEAK_NAMES.search(path.name):
            faults.append(f"{path}: a weak name; say what it is in the gate's words")
        if (
            path.suffix not in PROSE or path == Path("scripts/check_house.py") or "versions" in path.parts
        ):  # migrations are history
            continue
        text = path.read_text(encoding="utf-8")
        faults += text_faults(path, text)
        if path.suffix == ".py":
            faults += python_faults(path, text)
    print("\n".join(faults) or "house: in order")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
