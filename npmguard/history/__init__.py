"""The history of projects' health: one SQLite file with a snapshot for each run, and what was open in it."""

from npmguard.history.file import HistoryError, HistoryFile, default_path

__all__ = ["HistoryError", "HistoryFile", "default_path"]
