"""Formulas as MathML, which browsers draw themselves: no script, no LaTeX, no network."""

from docutils.nodes import SkipNode
from docutils.utils.math.latex2mathml import tex2mathml

__all__ = ["setup"]


def _inline(writer, node):
    writer.body.append(tex2mathml(node.astext()))
    raise SkipNode


def _block(writer, node):
    writer.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>\n')
    raise SkipNode


def setup(app):
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
