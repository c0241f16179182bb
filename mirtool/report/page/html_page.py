"""Pages of HTML that hold everything they need: how data, style and program become one file.

A page holds its data, its style and its program, and its content security policy lets it neither load nor run
anything else. Texts are in it as JSON in which no character can end the element around it; the program writes them
as text only. The program is made of templates, one per task, which share one scope.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any
from urllib.parse import quote

SHARED_STYLES = ("page.css",)
SHARED_SCRIPTS = ("pens.js", "elements.js", "tables.js", "search.js", "export.js")
"""What any page can use: text, tables, search, pictures as files; each template says what it has at its top."""


def html_page(
    title: str,
    *,
    body: str,
    styles: Sequence[str],
    scripts: Sequence[str],
    data: object,
    shown: Mapping[str, Any] | None = None,
) -> bytes:
    """Return a page, UTF-8.

    Parameters
    ----------
    title
        The title of the document.
    body
        Name of the template of what is on the page.
    styles, scripts
        Names of the templates of its style and its program, in order.
    data
        What the program reads, as JSON, from the element ``data``.
    shown
        What the body shows without the program, by the names that its template has; every text is escaped. None
        where the body is not a template.
    """
    import jinja2
    from markupsafe import Markup

    style = _compact("".join(map(_template, styles)))
    program = f'\n"use strict";\n(() => {{\n{_compact_script("".join(map(_template, scripts)))}}})();\n'
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    environment.filters["link"] = _link
    page = environment.from_string(_template("page.html")).render(
        title=title,
        body=Markup(
            _template(body) if shown is None else environment.from_string(_template(body)).render(**shown)
        ),
        style=Markup(style),
        program=Markup(program),
        data=Markup(json_for_script(data)),
        style_hash=_csp_hash(style),
        program_hash=_csp_hash(program),
    )
    return page.encode()


def json_for_script(data: object) -> str:
    r"""Write JSON that may be in a ``<script>`` element, whatever its texts are.

    Examples
    --------
    >>> json_for_script({"name": "</script><b>"})
    '{"name":"\\u003c/script\\u003e\\u003cb\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _link(file: str) -> str:
    """Return the address of a file of the study, as seen from the page in its ``results``."""
    return quote(f"../{file}")


def _compact(text: str) -> str:
    """Leave out comments that fill whole lines, indentation and empty lines: a tenth of a page without data."""
    text = re.sub(r"^ */\*.*?\*/\n", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"^\s+", "", re.sub(r"^ *//.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)


_TOKEN = re.compile(
    r"""
    (?P<kept> "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'  # a text
      | (?: (?<=[(=,:!&|?]) | (?<=[(=,:!&|?][ ]) )  # a pattern after one of these
        /(?![/*]) (?: \\. | \[(?:\\.|[^\]\\\n])*\] | [^/\\\n[] )+ / )
    | [ ]?(?P<mark> [=<>!&|?:,;{}()]+ )[ ]?
    """,
    re.VERBOSE,
)


def _compact_script(text: str) -> str:
    r"""Leave out the blanks beside marks and the line ends after them too; texts and patterns stay as they are.

    Examples
    --------
    >>> _compact_script('const f = (a) => {\n  // text\n  g(a, /[, ] "/, "b , c");\n};\n')
    'const f=(a)=>{g(a,/[, ] "/,"b , c");};'
    """
    marks = _TOKEN.sub(lambda found: found["kept"] or found["mark"], _compact(text))
    return re.sub(r"(?<=[{(,;])\n", "", marks)


def _template(name: str) -> str:
    return resources.files("mirtool.report.page").joinpath("templates", name).read_text(encoding="utf-8")


def _csp_hash(text: str) -> str:
    """Return the hash by which a content security policy knows an element's text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
