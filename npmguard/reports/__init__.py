"""How a report is written: one module per format, each `render(report) -> str`.

To add a format is to add a module here, named as the format with _ for -, and its name to the table.
"""

FORMATS = (
    *("console", "json", "markdown", "html"),
    *("sarif", "junit", "github", "gitlab", "gitlab-quality"),
    *("cyclonedx", "spdx", "csv"),
)
"""What `--format` takes: the names of the modules, in the order in which they are offered."""

LICENSED = frozenset(("cyclonedx", "spdx"))
"""Those that tell the packages' licences, which are gathered for them alone."""
