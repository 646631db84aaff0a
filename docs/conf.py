"""Settings of the site, which `make docs` builds by Sphinx: without the network, and no warning."""

import sys
from pathlib import Path

import lsm

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))

project = "lsm"
author = "The lsm developers"
copyright = "the lsm developers, BSD 3-Clause"
version = release = lsm.__version__
html_title = f"lsm {release}"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_parser",
    "sphinx_gallery.gen_gallery",
    "mathml",
    "public_objects",
    "repository_links",
]
root_doc = "index"
templates_path = ["_templates"]
# README.md is the list of pages for a reader of the folder; index.md is that of the site.
exclude_patterns = ["README.md", "search.md", "_extensions", "_templates", "**/*.ipynb"]
show_warning_types = True
suppress_warnings = [
    "config.cache",  # the order of the gallery is a function, which Sphinx does not store
]

# Pages are Markdown. Headings have the anchors that a forge gives them.
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 6

# The reference: every name in `__all__` of the packages in reference/index.md.
autosummary_generate = True
autosummary_ignore_module_all = False
autosummary_imported_members = True
default_role = "code"  # docstrings and examples have `names` in single backticks
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say more
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

sphinx_gallery_conf = {
    "examples_dirs": ["../examples"],
    "gallery_dirs": ["examples"],
    "filename_pattern": r"\.py$",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": False,
    "download_all_examples": False,
    "show_signature": False,
    "write_computation_times": False,
    "capture_repr": (),
    "image_srcset": ["2x"],
    "plot_gallery": "True",
}

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_math_renderer = "mathml"
pygments_style = "friendly"
pygments_dark_style = "monokai"

# `make links` asks the addresses of other sites; links within the site are checked by every build.
linkcheck_timeout = 20
linkcheck_retries = 2
