"""A report that has everything in it, and reports of any size, for the tests of every format."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256, sha512

from npmguard.model import (
    Confidence,
    Dependency,
    DependencyGraph,
    DependencyKind,
    Edges,
    Finding,
    Fix,
    Gap,
    Location,
    Package,
    ProjectReport,
    Report,
    Severity,
    Source,
    Suppressed,
)

WEB = "apps/web/package-lock.json"
API = "apps/api/pnpm-lock.yaml"


def sample() -> Report:
    """Three projects: every severity, hidden findings, gaps, fixes, and findings that lack what they may."""
    return report(_web(), _api(), _bare())


def many(count: int) -> Report:
    """One project with this many findings, two or three for a package, each with its place and paths."""
    findings = [_nth(number) for number in range(count)]
    names = [f"package-{number}" for number in range(max(1, count // 2))]
    graph = graphed(dict.fromkeys(names, "1.0.0"), {"": names})
    return report(
        ProjectReport(
            path=".",
            name="large",
            version="1.0.0",
            manager="npm",
            lockfile="package-lock.json",
            lockfile_format="npm-3",
            packages=len(names),
            findings=ordered(findings),
            incomplete=(),
            sources=("registry: all answered, just now",),
            graph=graph,
            licences={f"{name}@1.0.0": "MIT" for name in names},
        )
    )


def report(*projects: ProjectReport, fail_on: Severity | None = Severity.HIGH) -> Report:
    """The report on these projects, counted."""
    found = [finding for project in projects for finding in project.findings]
    shown = [finding for finding in found if finding.suppressed is None]
    counts = dict.fromkeys(sorted(Severity, reverse=True), 0)
    for finding in shown:
        counts[finding.severity] += 1
    incomplete = sum(len(project.incomplete) for project in projects)
    failing = fail_on is not None and any(finding.severity >= fail_on for finding in shown)
    return Report(
        command="check",
        started_at="2026-01-02T03:04:05Z",
        duration_ms=812,
        projects=projects,
        packages=sum(project.packages for project in projects),
        counts=counts,
        suppressed=len(found) - len(shown),
        incomplete=incomplete,
        fail_on=fail_on,
        exit_code=1 if failing else 3 if incomplete else 0,
    )


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings with fingerprints, worst first."""
    marked = [
        f._replace(
            fingerprint=sha256(repr((f.rule, f.package, f.version, f.ids, f.title)).encode()).hexdigest()[:20]
        )
        for f in findings
    ]
    return tuple(sorted(marked, key=lambda f: (-f.severity, f.rule, f.package or "", f.version or "", f.ids)))


def graphed(
    versions: Mapping[str, str], asks: Mapping[str, Iterable[str]], dev: Iterable[str] = ()
) -> DependencyGraph:
    """A graph of npm's form: each name with its version, and who asks for whom ("" for the project)."""
    keys = {name: f"node_modules/{name}" for name in versions}
    nodes = {"": Package("", "project", "1.0.0", Source.PROJECT)}
    for name, version in versions.items():
        base = name.rpartition("/")[2]
        nodes[keys[name]] = Package(
            key=keys[name],
            name=name,
            version=version,
            source=Source.REGISTRY,
            resolved=f"https://registry.example.test/{name}/-/{base}-{version}.tgz",
            integrity=f"sha512-{b64encode(sha512(f'{name}@{version}'.encode()).digest()).decode()}",
            dev=name in dev,
            pointer=f"/packages/node_modules~1{name.replace('/', '~1')}",
        )
    edges = {
        keys.get(asker, asker): tuple(
            Dependency(
                keys.get(asker, asker),
                name,
                f"^{versions[name]}",
                DependencyKind.DEV if name in dev and not asker else DependencyKind.PROD,
                keys[name],
            )
            for name in names
        )
        for asker, names in asks.items()
    }

    def link(names: frozenset[str] | None) -> Edges:
        return edges

    return DependencyGraph(nodes, link, format="npm-3")


def _web() -> ProjectReport:
    """A project of npm's with every severity, several advisories in one package, and gaps."""
    minimist = Finding(
        "advisory",
        Severity.CRITICAL,
        "minimist@1.2.0: Prototype pollution by constructor keys (GHSA-xvch-5gv4-984h)",
        "Vulnerable: <0.2.4 || >=1.0.0 <1.2.6. Also CVE-2021-44906. Fixed in 1.2.6. A direct upgrade does "
        'not get there: held back by mkdirp@0.5.1 (asks for 1.2.0). Put "overrides": {"minimist": "1.2.6"} '
        "into apps/web/package.json.",
        package="minimist",
        version="1.2.0",
        fix=Fix("override", "1.2.6"),
        location=Location(WEB, "/packages/node_modules~1minimist", 2433),
        ids=("GHSA-xvch-5gv4-984h", "CVE-2021-44906"),
        url="https://github.com/advisories/GHSA-xvch-5gv4-984h",
        paths=(
            ("web", "mkdirp@0.5.1", "minimist@1.2.0"),
            ("web", "mocha@7.1.0", "mkdirp@0.5.1", "minimist@1.2.0"),
        ),
        path_count=17,
    )
    findings = [
        Finding(
            "malware",
            Severity.CRITICAL,
            "crossenv@6.1.1: Malware in crossenv: it sends the environment away (GHSA-c2m4-w5hm-vqjw)",
            "Malicious: *. Also CVE-2017-16074. Remove it.",
            package="crossenv",
            version="6.1.1",
            direct=True,
            fix=Fix("remove", None, "npm uninstall crossenv"),
            location=Location(WEB, "/packages/node_modules~1crossenv", 862),
            ids=("GHSA-c2m4-w5hm-vqjw", "CVE-2017-16074"),
            url="https://github.com/advisories/GHSA-c2m4-w5hm-vqjw",
            paths=(("web", "crossenv@6.1.1"),),
            path_count=1,
        ),
        Finding(
            "resolved-mismatch",
            Severity.CRITICAL,
            "wrappy@1.0.2: the lockfile downloads left-pad in its place",
            "The entry node_modules/wrappy takes https://registry.example.test/left-pad/-/left-pad-1.3.0.tgz.",
            package="wrappy",
            version="1.0.2",
            fix=Fix("review", None, f"git log -p -- {WEB}"),
            location=Location(WEB, "/packages/node_modules~1wrappy", 3600),
            paths=(("web", "once@1.4.0", "wrappy@1.0.2"),),
            path_count=4,
        ),
        *(
            Finding(
                "advisory",
                severity,
                f"lodash@4.17.15: {title} (GHSA-{id})",
                f"Vulnerable: <{fixed}. Fixed in {fixed}. A direct upgrade gets there.",
                package="lodash",
                version="4.17.15",
                direct=True,
                fix=Fix("upgrade", fixed, "npm install lodash@4.17.21"),
                location=Location(WEB, "/packages/node_modules~1lodash", 41),
                ids=(f"GHSA-{id}", *((cve,) if cve else ())),
                url=f"https://github.com/advisories/GHSA-{id}",
                paths=(("web", "lodash@4.17.15"),),
                path_count=1,
            )
            for severity, title, id, cve, fixed in (
                (Severity.HIGH, "Prototype pollution", "p6mc-m468-83gw", "CVE-2020-8203", "4.17.19"),
                (Severity.HIGH, "Command injection", "35jh-r3h4-6jhm", "CVE-2021-23337", "4.17.21"),
                (Severity.MODERATE, "Slow regular expression", "29mw-wpgm-hmr9", "CVE-2020-28500", "4.17.21"),
                (Severity.LOW, "Pollution by zipObjectDeep", "1111-2222-3333", None, "4.17.20"),
            )
        ),
        minimist,
        minimist._replace(
            severity=Severity.MODERATE,
            title="minimist@1.2.0: Prototype pollution (GHSA-vh95-rmgr-6w4m)",
            detail="Vulnerable: <0.2.1 || >=1.0.0 <1.2.3. Also CVE-2020-7598. Fixed in 1.2.3.",
            fix=Fix("override", "1.2.3"),
            ids=("GHSA-vh95-rmgr-6w4m", "CVE-2020-7598"),
            url="https://github.com/advisories/GHSA-vh95-rmgr-6w4m",
            suppressed=Suppressed("config", "only used by the build", "2026-12-31"),
        ),
        Finding(
            "install-script",
            Severity.MODERATE,
            "esbuild@0.21.5 runs a script when it is installed",
            "postinstall: node install.js",
            package="esbuild",
            version="0.21.5",
            dev=True,
            location=Location(WEB, "/packages/node_modules~1esbuild", 1201),
            paths=(("web", "vite@5.4.0", "esbuild@0.21.5"),),
            path_count=1,
            fix=Fix("review"),
            suppressed=Suppressed("baseline", "known since 2025-11-02"),
        ),
        Finding(
            "typosquat",
            Severity.HIGH,
            "lodahs@1.0.0: nearly the name of lodash",
            "One swap of neighbours away from lodash, which is among the 100 most used packages.",
            confidence=Confidence.MEDIUM,
            package="lodahs",
            version="1.0.0",
            dev=True,
            direct=True,
            fix=Fix("replace", "lodash", "npm uninstall lodahs"),
            location=Location("apps/web/package.json", "/devDependencies/lodahs", 21),
            paths=(("web", "lodahs@1.0.0"),),
            path_count=1,
        ),
        Finding(
            "outdated",
            Severity.LOW,
            "@scope/tool@1.0.0: 2.0.0 is the latest",
            "Published 2025-11-02; 14 releases behind.",
            package="@scope/tool",
            version="1.0.0",
            dev=True,
            direct=True,
            fix=Fix("upgrade", "2.0.0", "npm install --save-dev @scope/tool@2.0.0"),
            location=Location("apps/web/package.json", "/devDependencies/@scope~1tool", 19),
            paths=(("web", "@scope/tool@1.0.0"),),
            path_count=1,
        ),
        Finding(
            "deprecated",
            Severity.INFO,
            "request@2.88.2 is deprecated",
            "The publisher says: request has been deprecated",
            confidence=Confidence.HIGH,
            package="request",
            version="2.88.2",
            paths=(("web", "request@2.88.2"),),
            path_count=1,
            direct=True,
        ),
        Finding(
            "lockfile-drift",
            Severity.HIGH,
            "left-pad: package.json asks for ^1.3.0, the lockfile gives 1.1.0",
            "npm ci refuses this.",
            fix=Fix("regenerate", None, "npm install"),
            location=Location(WEB),
        ),
    ]
    versions = {
        "crossenv": "6.1.1",
        "wrappy": "1.0.2",
        "once": "1.4.0",
        "lodash": "4.17.15",
        "mkdirp": "0.5.1",
        "mocha": "7.1.0",
        "minimist": "1.2.0",
        "vite": "5.4.0",
        "esbuild": "0.21.5",
        "lodahs": "1.0.0",
        "@scope/tool": "1.0.0",
        "request": "2.88.2",
    }
    dev = ("mocha", "vite", "esbuild", "lodahs", "@scope/tool")
    asks = {
        "": ["crossenv", "once", "lodash", "mkdirp", "mocha", "vite", "lodahs", "@scope/tool", "request"],
        "once": ["wrappy"],
        "mkdirp": ["minimist"],
        "mocha": ["mkdirp"],
        "vite": ["esbuild"],
    }
    return ProjectReport(
        path="apps/web",
        name="web",
        version="1.0.0",
        manager="npm",
        lockfile=WEB,
        lockfile_format="npm-3",
        packages=len(versions),
        findings=ordered(findings),
        incomplete=(
            Gap(
                "advisories", "the registry answered 405 to POST /-/npm/v1/security", ("advisory", "malware")
            ),
            Gap("registry", "no answer about once in 30 s", ("outdated",)),
        ),
        sources=("registry https://registry.example.test/: 11 of 12 packages, just now",),
        graph=graphed(versions, asks, dev),
        licences={
            **{f"{name}@{version}": "MIT" for name, version in versions.items() if name != "wrappy"},
            "wrappy@1.0.2": "ISC",
            "@scope/tool@1.0.0": "(MIT OR Apache-2.0)",
            "lodahs@1.0.0": "SEE LICENSE IN LICENSE.txt",
        },
    )


def _api() -> ProjectReport:
    """A project of pnpm's with one finding of the whole project and one package in two versions."""
    findings = [
        Finding(
            "multiple-lockfiles",
            Severity.MODERATE,
            "Two lockfiles: pnpm-lock.yaml, package-lock.json",
            "pnpm reads pnpm-lock.yaml; the other grows stale.",
            fix=Fix("remove"),
        ),
        *(
            Finding(
                "advisory",
                Severity.HIGH,
                f"ws@{version}: Denial of service by many headers (GHSA-3h5v-q93c-6h6q)",
                f"Vulnerable: >=2.1.0 <8.17.1. Also CVE-2024-37890. Fixed in {fixed}.",
                package="ws",
                version=version,
                fix=Fix("upgrade", fixed, "pnpm update ws"),
                location=Location(API, f"/packages/ws@{version}", line),
                ids=("GHSA-3h5v-q93c-6h6q", "CVE-2024-37890"),
                url="https://github.com/advisories/GHSA-3h5v-q93c-6h6q",
                paths=(("api", "engine.io@6.0.0", f"ws@{version}"),),
                path_count=1,
            )
            for version, fixed, line in (("7.5.9", "7.5.10", 310), ("8.16.0", "8.17.1", 330))
        ),
    ]
    return ProjectReport(
        path="apps/api",
        name="@acme/api",
        version="2.1.0",
        manager="pnpm",
        lockfile=API,
        lockfile_format="pnpm-9.0",
        packages=3,
        findings=ordered(findings),
        incomplete=(),
        sources=("advisories: 3 packages asked for, just now",),
    )


def _bare() -> ProjectReport:
    """A project without a name, a version, a lockfile, or anything wrong."""
    return ProjectReport(
        path="tools",
        name=None,
        version=None,
        manager="npm",
        lockfile=None,
        lockfile_format=None,
        packages=0,
        findings=(),
        incomplete=(),
    )


def _nth(number: int) -> Finding:
    """One of many: nine in ten are advisories, the rest are of other rules, some of them hidden."""
    name = f"package-{number // 2}"
    severity = Severity(number % 5)
    hidden = Suppressed("config", "not reached", "2026-12-31") if number % 40 == 39 else None
    place = Location("package-lock.json", f"/packages/node_modules~1{name}", 10 + number * 7)
    paths = tuple(("large", f"parent-{step}@1.0.0", f"{name}@1.0.0") for step in range(number % 5 + 1))
    if number % 10 == 9:
        return Finding(
            ("outdated", "deprecated", "install-script", "typosquat")[number // 10 % 4],
            severity,
            f"{name}@1.0.0: finding number {number}",
            "What was seen, with the evidence, in a sentence or two that are about as long as most are.",
            package=name,
            version="1.0.0",
            dev=number % 3 == 0,
            direct=True,
            fix=Fix("upgrade", "2.0.0", f"npm install {name}@2.0.0"),
            location=place,
            paths=paths,
            path_count=len(paths),
            suppressed=hidden,
        )
    id = f"GHSA-{number:04d}-aaaa-bbbb"
    return Finding(
        "advisory",
        severity,
        f"{name}@1.0.0: Vulnerability number {number} & what it lets a stranger do ({id})",
        f"Vulnerable: <1.{number}.0. Also CVE-2025-{number:05d}. Fixed in 1.{number}.0.",
        package=name,
        version="1.0.0",
        dev=number % 3 == 0,
        direct=number % 2 == 0,
        fix=Fix("upgrade", f"1.{number}.0", f"npm install {name}@1.{number}.0"),
        location=place,
        ids=(id, f"CVE-2025-{number:05d}"),
        url=f"https://github.com/advisories/{id}",
        paths=paths,
        path_count=len(paths),
        suppressed=hidden,
    )
