"""Tables for notebooks."""

import html
from collections.abc import Iterable, Sequence

__all__ = ["table"]


def table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], above: str = "", below: str = ""
) -> str:
    """Return a table in HTML, with a text above and one below; all texts are escaped."""

    def line(tag, cells):
        return f"<tr>{''.join(f'<{tag}>{html.escape(cell)}</{tag}>' for cell in cells)}</tr>"

    top, bottom = (f"<p>{html.escape(text)}</p>" if text else "" for text in (above, below))
    body = "".join(line("td", row) for row in rows)
    return f"{top}<table><thead>{line('th', heads)}</thead><tbody>{body}</tbody></table>{bottom}"
