"""The base score of a CVSS 3 vector, by the formula of FIRST's specification (3.0 and 3.1, section 7)."""

from __future__ import annotations

_WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
# privileges required weigh less where the scope changes
_PRIVILEGES = {
    "U": {"N": 0.85, "L": 0.62, "H": 0.27},
    "C": {"N": 0.85, "L": 0.68, "H": 0.5},
}


def base_score(vector: str) -> float | None:
    """The score, 0.0 to 10.0, of a `CVSS:3.0/...` or `CVSS:3.1/...` vector; None for anything else."""
    if not vector.startswith(("CVSS:3.0/", "CVSS:3.1/")):
        return None
    parts = dict(part.split(":", 1) for part in vector.split("/")[1:] if ":" in part)
    try:
        weight = {name: table[parts[name]] for name, table in _WEIGHTS.items()}
        changed = parts["S"] == "C"
        privileges = _PRIVILEGES[parts["S"]][parts["PR"]]
    except KeyError:
        return None
    base = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 if changed else 6.42 * base
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * weight["AV"] * weight["AC"] * privileges * weight["UI"]
    return _rounded_up(min((impact + exploitability) * (1.08 if changed else 1), 10))


def _rounded_up(score: float) -> float:
    """To one decimal, in whole numbers as 3.1 has it, lest 4.0000000001 become 4.1."""
    whole = round(score * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10
