"""The reference has every public object of the packages that it lists, and no inherited clutter."""

import importlib
import re

from sphinx.ext.autosummary import Autosummary
from sphinx.util import logging

__all__ = ["setup"]

logger = logging.getLogger(__name__)


class Summaries(Autosummary):
    """Table of objects whose first sentences lose their marks of papers, which lie elsewhere."""

    def get_items(self, names):
        """Return name, signature, first sentence and full name of each object."""
        return [
            (name, signature, re.sub(r"\s*\[[\w-]+\]_", "", summary), full)
            for name, signature, summary, full in super().get_items(names)
        ]


def _skip(app, what, name, obj, skip, options):
    """Leave out members that scikit-learn or Python define; their own pages have them."""
    if name.endswith("_request") or name == "get_metadata_routing":
        return True
    module = getattr(obj, "__module__", None) or getattr(
        getattr(obj, "fget", None), "__module__", None
    )
    return True if module and not module.startswith("lsm") else None


def _missing(app, env):
    """Warn of objects in `__all__` of a documented module that have no entry."""
    objects = env.get_domain("py").objects
    modules = [name for name, entry in objects.items() if entry.objtype == "module"]
    for module in modules:
        for name in getattr(importlib.import_module(module), "__all__", ()):
            if f"{module}.{name}" not in objects and f"{module}.{name}" not in modules:
                logger.warning("the reference has no %s.%s", module, name)


def setup(app):
    """Choose the members of a class, and check the reference when all pages are read."""
    app.add_directive("autosummary", Summaries, override=True)
    app.connect("autodoc-skip-member", _skip)
    app.connect("env-check-consistency", _missing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
