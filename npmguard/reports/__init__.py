"""How a report is written: one module per format, each `render(report) -> str`.

To add a format is to add a module here and its name to the table.
"""

FORMATS = ("console", "json", "markdown", "cyclonedx", "spdx", "csv")
"""What `--format` takes: the names of the modules, in the order in which they are offered."""

LICENSED = frozenset(("cyclonedx", "spdx"))
"""Those that tell the packages' licences, which are gathered for them alone."""
