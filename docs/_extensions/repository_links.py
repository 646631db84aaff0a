"""Links between files of the repository, as links between pages of the site.

The pages link to files, so that they are read on a forge too. Some of these files lie outside
docs/: those of PAGES are pages of the site as well, whose text is taken from the file, and an
example is a page of the gallery. Any other file, such as a source, becomes a download.
"""

import os
import re
from pathlib import Path

__all__ = ["setup"]

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# The file and the page of the site that shows it.
PAGES = {
    "README.md": "project/readme.md",
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "RELEASING.md": "project/releasing.md",
    "benchmarks/README.md": "project/benchmarks.md",
    "benchmarks/RESULTS.md": "project/results.md",
    "docs/search.md": "howto/search.md",  # search.html is the page on which one searches the site
}
FILES = {page.removesuffix(".md"): file for file, page in PAGES.items()}
LINK = re.compile(r"(\]\()([^)\s#]+)(#[^)\s]*)?\)")
CODE = re.compile(r"(^```.*?^```|`[^`\n]+`)", re.DOTALL | re.MULTILINE)


def _place(target):
    """Return where the site has a file of the repository, relative to docs/."""
    name = target.relative_to(ROOT).as_posix()
    if name == "docs/README.md":
        return "index.md"
    if name.startswith("examples/") and name.endswith(".py"):
        return name.removesuffix(".py") + ".rst"
    return PAGES.get(name) or os.path.relpath(target, DOCS)


def _rewritten(text, folder, page_folder):
    """Return text with the links of a file in `folder` as those of a page in `page_folder`."""

    def link(match):
        start, target, anchor = match.groups(default="")
        if re.match(r"[a-z]+:", target):
            return match[0]
        place = _place(Path(os.path.normpath(folder / target)))
        return f"{start}{os.path.relpath(DOCS / place, page_folder)}{anchor})"

    parts = CODE.split(text)
    parts[::2] = [LINK.sub(link, part) for part in parts[::2]]
    return "".join(parts)


def _read(app, docname, source):
    path = Path(app.env.doc2path(docname))
    if path.suffix != ".md":
        return
    file = path
    if docname in FILES:
        file = ROOT / FILES[docname]
        app.env.note_dependency(str(file))
        source[0] = file.read_text(encoding="utf-8")
    source[0] = _rewritten(source[0], file.parent, path.parent)


def setup(app):
    """Rewrite each page before it is parsed."""
    app.connect("source-read", _read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
