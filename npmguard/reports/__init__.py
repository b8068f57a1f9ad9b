"""How a report is written: one module per format, each `render(report) -> str`.

To add a format is to add a module here, named as the format with _ for -, and its name to the table.
"""

FORMATS = ("console", "json", "sarif", "junit", "github", "gitlab", "gitlab-quality", "markdown")
"""What `--format` takes: the names of the modules, in the order in which they are offered."""
