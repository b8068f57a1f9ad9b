"""How a report is written: one module per format, each `render(report) -> str`.

To add a format is to add a module here and a line to the table.
"""

FORMATS = ("console", "json", "markdown")
