"""The command line: reads options, calls the pipeline, writes. No logic."""
