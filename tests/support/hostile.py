"""Texts that a stranger may put into a name, a version, a title, a path: one table, for every format."""

from __future__ import annotations

from collections.abc import Callable

from npmguard.model import (
    Change,
    Finding,
    Fix,
    Gap,
    Location,
    ProjectReport,
    Report,
    Suppressed,
)

HOSTILE: tuple[str, ...] = (
    # terminals: colours, titles, links, the cursor, the clipboard
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;https://evil.example.test\x1b\\link\x1b]8;;\x1b\\",
    "\x1b[2J\x1b[H\x1b[?25l",
    "\x9b31mred",
    "\x1b]52;c;ZXZpbA==\x07",
    "back\b\b\bspace",
    "over\rwritten",
    "nul\x00byte",
    "\x7f\x80\x85\x9f",
    # lines: every character that some reader takes for the end of one
    "two\nlines",
    "two\r\nlines",
    "two\u2028lines\u2029more",
    "tab\tvt\x0bff\x0cfs\x1crs\x1eus\x1f",
    # what reorders, and what is not seen
    "\u202egpj.exe",
    "\u2066a\u2067b\u2068c\u2069",
    "zero\u200bwidth\u200d\ufeff",
    "soft\u00adhyphen\u2060joiner",
    "\U000e0041\U000e0042tags",
    "\u3164\u115f\uffa0",
    "combining" + "\u0301" * 50,
    "p\u0430ypal",
    # what is no text at all
    "\ud800",
    "lone\udc80surrogate\udfff",
    "\ufffe\uffff\U0001ffff",
    # workflow commands, at the start of a line and inside one
    "::error::pwned",
    "::set-output name=a::b",
    "::add-mask::x",
    "##[command]pwned",
    "##vso[task.setvariable variable=a]b",
    "a\n::stop-commands::end\n::warning file=a,line=1::b",
    "a\r::error file=x,line=1,title=y::z",
    "100%0A::error::pwned",
    "a,b:c%d",
    "title=a,line=2::b",
    # HTML and XML
    "<script>globalThis.pwned=1</script>",
    "</script><script>globalThis.pwned=1</script>",
    "<img src=x onerror=globalThis.pwned=1>",
    "<svg/onload=globalThis.pwned=1>",
    '" onmouseover="globalThis.pwned=1" x="',
    "' onfocus='globalThis.pwned=1' autofocus='",
    "<!--",
    "-->",
    "]]>",
    "<![CDATA[x]]>",
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
    "&lt;b&gt; &amp;#x3c; &nbsp; &b;",
    "</style><style>*{display:none}",
    "</details></summary><h1>",
    "<base href=https://evil.example.test/>",
    "<meta http-equiv=refresh content=0;url=https://evil.example.test>",
    "javascript:globalThis.pwned=1",
    "data:text/html,<script>globalThis.pwned=1</script>",
    "vbscript:msgbox(1)",
    "{{constructor.constructor('globalThis.pwned=1')()}}",
    "${globalThis.pwned=1}",
    # Markdown
    "@everyone @org/team",
    "#123 GH-456 owner/repo#7",
    "[click](https://evil.example.test)",
    "[click][1]\n\n[1]: https://evil.example.test",
    "![pixel](https://evil.example.test/p.png)",
    "https://evil.example.test www.evil.example.test a@evil.example.test",
    "<https://evil.example.test>",
    "**bold** _it_ ~~gone~~ `code`",
    "```\nfence\n```",
    "` `` ``` ````",
    "| a | b |",
    "a | b \\| c",
    "# heading",
    "- item\n1. item\n> quote\n---\n***",
    "- [ ] task",
    "\\*not bold\\* \\",
    "$a$ $$b$$ :tada: :+1:",
    "[^1] [^1]: note",
    # spreadsheets
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\uff1d1+1",
    '=HYPERLINK("https://evil.example.test","x")',
    'a,"b";c\nd',
    # JSON, TOML, URLs, shells, formats, paths
    '"}],"x":[{"',
    "\\u0000\\",
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\windows\\system32",
    "file:///etc/passwd",
    "a b/c?d#e%20f%zz",
    "//evil.example.test/x",
    "$(touch pwned) `touch pwned` ; touch pwned",
    "%s %n {0} {name}",
    "__proto__",
    # nothing, spaces, and very much
    "",
    " ",
    "  around  ",
    "x" * 70_000,
    "\u00e9\u4e2d\U0001f600" * 400,
)
"""Every one must come through every format as text: nothing of it acts, and the format stays whole."""


def spoilt(report: Report, text: str) -> Report:
    """The report with this text in the place of, or inside of, every text that comes from outside."""
    return report._replace(projects=tuple(_project(project, text) for project in report.projects))


def _project(project: ProjectReport, text: str) -> ProjectReport:
    put = _put(text)
    return project._replace(
        path=text,
        name=put(project.name),
        version=put(project.version),
        lockfile=put(project.lockfile),
        findings=tuple(_finding(finding, text) for finding in project.findings),
        incomplete=tuple(Gap(text, text, gap.affects) for gap in project.incomplete),
        sources=tuple(text for _ in project.sources),
        changes=project.changes
        and tuple(
            Change(text, put(change.before), put(change.after), change.kind, change.direct, change.script)
            for change in project.changes
        ),
        licences={f"{label}{text}": text for label in project.licences}
        | dict.fromkeys(project.licences, text),
    )


def _finding(finding: Finding, text: str) -> Finding:
    put = _put(text)
    fix, place, hidden = finding.fix, finding.location, finding.suppressed
    return finding._replace(
        title=f"{text}{finding.title}{text}",
        detail=f"{text} {finding.detail} {text}",
        package=put(finding.package),
        version=put(finding.version),
        fix=fix and Fix(fix.kind, text, text),
        location=place and Location(text, text, place.line),
        ids=tuple(text for _ in finding.ids),
        url=put(finding.url),
        paths=tuple(tuple(text for _ in path) for path in finding.paths),
        suppressed=hidden and Suppressed(hidden.by, text, hidden.until),
    )


def _put(text: str) -> Callable[[str | None], str | None]:
    """Takes the place of a text that is there."""
    return lambda found: None if found is None else text
