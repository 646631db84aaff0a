"""The models that a folder of the package exports."""

import inspect

from lsm._checked import Checked

__all__ = ["models_of"]


def models_of(folder):
    """Return the classes of parts that a folder exports, without its base classes."""
    classes = [getattr(folder, name) for name in folder.__all__]
    parts = [cls for cls in classes if inspect.isclass(cls) and issubclass(cls, Checked)]
    return [cls for cls in parts if not _is_abstract(cls)]


def _is_abstract(cls):
    methods = (getattr(cls, name, None) for name in dir(cls))
    return any(getattr(method, "__isabstractmethod__", False) for method in methods)
