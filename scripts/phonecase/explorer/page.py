"""The page as one file: template, style, programs and data in it, and a policy that lets nothing else in.

The programs are JavaScript modules that import one another. Here they become one: each after those that it
imports, without the words `import` and `export`, so that all their names are one another's. Those of the
worker are a text in the page, which it starts as a program of its own.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from phonecase.explorer.look import digest, sheet
from phonecase.pages import filled, in_script

FOLDER = Path(__file__).with_suffix("")
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export ", re.MULTILINE)


def page(data: Mapping[str, Any], corpus: str, summary: list[str]) -> str:
    """The page of a model.

    Args:
        data: what it shows, of `about`.
        corpus: what the network read, in a word or two.
        summary: sentences about the network.
    """
    style = sheet(FOLDER / "style.css")
    program = joined("main")
    return filled(
        FOLDER / "page.html",
        title=f"What {data['units']} bits remember: {data['passages'][0]['reference']}",
        policy=f"default-src 'none'; script-src '{digest(program)}'; style-src '{digest(style)}'; "
        "worker-src blob:; base-uri 'none'; form-action 'none'",
        style=Markup(style),
        program=Markup(program),
        worker=Markup(joined("worker")),
        data=Markup(in_script(data)),
        model=data["model"],
        units=data["units"],
        corpus=corpus,
        summary=summary,
    )


def joined(name: str, folder: Path = FOLDER) -> str:
    """A module and all that it imports, at any depth, as one program; ValueError for a circle of them."""
    programs: dict[str, str] = {}
    open_: list[str] = []

    def add(module: str) -> None:
        if module in open_:
            raise ValueError(f"{' imports '.join([*open_, module])}")
        if module not in programs:
            open_.append(module)
            text = (folder / f"{module}.js").read_text(encoding="utf-8")
            for needed in IMPORT.findall(text):
                add(needed)
            open_.pop()
            programs[module] = EXPORT.sub("", IMPORT.sub("", text)).strip()

    add(name)
    program = "\n\n".join(programs.values()) + "\n"
    if "</script" in program.lower() or "<!--" in program:
        raise ValueError("a program in a page can't have its end in it")
    return program
