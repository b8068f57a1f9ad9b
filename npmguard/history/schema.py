"""The tables of the history file, and how an older file becomes a newer one.

A file's version is its `user_version`: how many of the steps it has taken. Each step is one transaction, so
that a run that ends in the middle of one leaves the file as it was. Steps that were released are not changed.
"""

from __future__ import annotations

APPLICATION = 0x6E706D67  # "npmg": whose file it is

STEPS = (
    """
CREATE TABLE projects (id INTEGER PRIMARY KEY, identity TEXT UNIQUE NOT NULL);
CREATE TABLE snapshots (
  id INTEGER PRIMARY KEY AUTOINCREMENT, project INTEGER NOT NULL REFERENCES projects,
  time REAL NOT NULL, npmguard TEXT NOT NULL, packages INTEGER NOT NULL, score INTEGER NOT NULL,
  severities TEXT NOT NULL, incomplete INTEGER NOT NULL, health TEXT NOT NULL);
CREATE INDEX snapshots_of ON snapshots (project, id);
""",
    # since when what was found is open; `open` is how many were at each snapshot, as a check on both
    """
ALTER TABLE snapshots ADD COLUMN open INTEGER NOT NULL DEFAULT 0;
CREATE TABLE issues (
  id INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES projects, matter TEXT NOT NULL,
  fingerprint TEXT NOT NULL, rule TEXT NOT NULL, severity INTEGER NOT NULL, title TEXT NOT NULL,
  package TEXT, version TEXT, since INTEGER NOT NULL REFERENCES snapshots,
  until INTEGER REFERENCES snapshots, mended INTEGER NOT NULL DEFAULT 0);
CREATE INDEX issues_of ON issues (project, until);
""",
)
