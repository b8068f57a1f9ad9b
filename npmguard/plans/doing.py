"""What to do about a plan: what `npmguard fix --write` writes, and what is to be run then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from npmguard import commands
from npmguard.model import Edit, Step


def chosen(steps: Iterable[Step], *, everything: bool) -> list[Step]:
    """The steps to take: the urgent ones, or all. Of two that move one thing the later takes its place."""
    found: dict[tuple[str, str | None, bool], Step] = {}
    for step in steps:
        if step.kind != "none" and (step.urgent or everything):
            found[step.package, step.before, step.kind == "override"] = step
    return list(found.values())


def edits(steps: Iterable[Step]) -> list[Edit]:
    """What the steps write, each place once."""
    found = {(edit.file, edit.keys): edit for step in steps for edit in step.edits}
    return list(found.values())


def following(steps: Sequence[Step], manager: str) -> list[str]:
    """The commands to run once the edits of these steps are written, in order.

    What has to go goes first: the lockfile could not be made anew with a package that nobody has any more.
    """
    own = commands.of(manager)
    found = [step.command for step in steps if step.kind == "remove" and step.command is not None]
    found += [own.relock] if any(step.edits for step in steps) else []
    rest = (step for step in steps if step.kind != "remove" and not step.edits)
    found += [step.command for step in rest if step.command is not None]
    return commands.joined(found)


def by_hand(steps: Iterable[Step]) -> list[Step]:
    """The steps that neither an edit nor a command takes."""
    return [step for step in steps if step.kind == "none" or not (step.edits or step.command)]
