"""What registries offer, and what is wrong with it: which versions may be recommended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set

from npmguard import upgrades, versions
from npmguard.brought import Answer, chosen
from npmguard.model import Advisory, Offer, Offers
from npmguard.specs import Spec

DEPRECATED = "deprecated"
YOUNG = "too young"


class Market:
    """The versions of packages, as far as they are known. Names that nobody has looked up are in `wanted`.

    `ignored` are (package, advisory) that the project's settings hide; `young` tells of a version that it is
    younger than they allow, `patient` whether the package manager knows that too and passes it over.
    """

    def __init__(
        self,
        known: Mapping[str, Answer],
        advisories: Iterable[Advisory] = (),
        *,
        ignored: Set[tuple[str, str]] = frozenset(),
        young: Callable[[str, str], bool] = lambda name, version: False,
        patient: bool = False,
    ) -> None:
        self.wanted: set[str] = set()
        self._known = known
        self._about: dict[str, list[Advisory]] = {}
        for advisory in advisories:
            if not advisory.withdrawn and (advisory.package, advisory.id) not in ignored:
                self._about.setdefault(advisory.package, []).append(advisory)
        self._young = young
        self._patient = patient
        self._picked: dict[tuple[str, str, str | None], str | None] = {}
        self._faults: dict[tuple[str, str], frozenset[str]] = {}
        self._sorted: dict[str, Sequence[str]] = {}

    def offers(self, name: str) -> Mapping[str, Offer]:
        """All versions of that name; none where it is not known (yet)."""
        answer = self._known.get(name)
        if answer is None:
            self.wanted.add(name)
        return answer.versions if isinstance(answer, Offers) else {}

    def offer(self, name: str, version: str | None) -> Offer | None:
        """What is known of one version."""
        return self.offers(name).get(version or "")

    def faults(self, name: str, version: str) -> frozenset[str]:
        """What is wrong with a version: the ids of advisories, DEPRECATED, YOUNG."""
        found = self._faults.get((name, version))
        if found is None:
            ids = {a.id for a in self._about.get(name, ()) if upgrades.matches(a, version)}
            answer = self._known.get(name)  # who asks for the faults of a whole tree asks nobody for more
            offer = answer.versions.get(version) if isinstance(answer, Offers) else None
            if offer is not None and offer.deprecated is not None:
                ids.add(DEPRECATED)
            if self._young(name, version):
                ids.add(YOUNG)
            found = self._faults[name, version] = frozenset(ids)
        return found

    def pick(self, spec: Spec) -> str | None:
        """The version that an install takes for this, where nothing is locked."""
        if not spec.registry:
            return None
        asked = (spec.name, spec.kind, spec.range)
        if asked not in self._picked:
            answer = self._known.get(spec.name)
            if not isinstance(answer, Offers):
                self.offers(spec.name)
                return None
            if self._patient and spec.kind != "version":
                old = {n: o for n, o in answer.versions.items() if not self._young(spec.name, n)}
                answer = answer._replace(versions=old or answer.versions)
            self._picked[asked] = chosen(answer, spec)
        return self._picked[asked]

    def above(self, name: str, current: str | None) -> Sequence[str]:
        """The versions above `current`, the lowest first; prereleases only of `current`'s own number."""
        now = versions.key(current or "", loose=True)
        if now is None:
            return ()
        found = []
        for version in self._in_order(name):
            key = versions.key(version, loose=True)
            if key is not None and key > now and (key[3] == 1 or (now[3] == 0 and key[:3] == now[:3])):
                found.append(version)
        return found

    def below(self, name: str, current: str | None) -> Sequence[str]:
        """The releases below `current`, the highest first."""
        now = versions.key(current or "", loose=True)
        if now is None:
            return ()
        found = []
        for version in reversed(self._in_order(name)):
            key = versions.key(version, loose=True)
            if key is not None and key < now and key[3] == 1:
                found.append(version)
        return found

    def _in_order(self, name: str) -> Sequence[str]:
        if name not in self._sorted:
            keyed = ((versions.key(v, loose=True), v) for v in self.offers(name))
            order = sorted(pair for pair in keyed if pair[0] is not None)
            if not order:
                return ()
            self._sorted[name] = [version for _, version in order]
        return self._sorted[name]
