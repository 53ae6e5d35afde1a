"""make bench: run every row of every `*_bench` module here, print a table, write build/bench.json.

A row is {"name", "value", "unit", "ratio", "baseline"}; a ratio is measured against its baseline in the same run. Nothing is
judged here: machines are noisy, and a figure is for reading. Words on the command line choose rows by a part of their name.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OUT = Path("build/bench.json")
Row = dict[str, Any]


def rows(words: list[str]) -> Iterator[Row]:
    """Every row, module by module in the order of their names."""
    for path in sorted(HERE.glob("*_bench.py")):
        module = importlib.import_module(f"tests.bench.{path.stem}")
        measures: tuple[Callable[[], Row], ...] = module.ROWS
        for measure in measures:
            if not words or any(word in measure.__name__ for word in words):
                yield measure()


def line(row: Row) -> str:
    """One line of the table."""
    ratio = "" if row.get("ratio") is None else f"{row['ratio']:.3f}"
    return f"{row['name']:<26}{row['value']:>14,.3f} {row['unit']:<12}{ratio:>8}  {row.get('baseline') or ''}"


def main() -> None:
    """Measure, print, write."""
    print(f"{'name':<26}{'value':>14} {'unit':<12}{'ratio':>8}  baseline")
    found: list[Row] = []
    for row in rows(sys.argv[1:]):
        found.append(row)
        print(line(row), flush=True)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(found, indent=1) + "\n")
    print(f"written: {OUT}")


if __name__ == "__main__":
    main()
