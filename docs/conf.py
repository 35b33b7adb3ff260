"""How Sphinx builds this documentation: `python3 dev.py docs`."""

from rotest_core import __version__

project = "Rotest"
author = "The Rotest authors"
copyright = "The Rotest authors"  # noqa: A001 - Sphinx reads this very name
release = __version__

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = f"Rotest {release}"
html_show_sphinx = False

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
# A page may be linked to down to its third headings: [text](page.md#the-heading).
myst_heading_anchors = 3
