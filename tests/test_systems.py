import pytest

from npmguard import systems


@pytest.mark.parametrize(
    ("os", "cpu", "libc", "fits"),
    [
        ((), (), (), True),
        (("linux",), ("x64",), ("glibc",), True),
        (("linux", "darwin"), (), (), True),
        (("darwin",), (), (), False),
        (("!win32",), (), (), True),
        (("!linux",), (), (), False),
        (("!win32", "darwin"), (), (), False),
        ((), ("arm64",), (), False),
        ((), ("any",), (), True),
        (("linux",), ("x64",), ("musl",), False),
    ],
)
def test_what_suits_this_system(
    monkeypatch: pytest.MonkeyPatch,
    os: tuple[str, ...],
    cpu: tuple[str, ...],
    libc: tuple[str, ...],
    fits: bool,
) -> None:
    monkeypatch.setattr(systems, "this_system", lambda: "linux")
    monkeypatch.setattr(systems, "this_cpu", lambda: "x64")
    monkeypatch.setattr(systems, "this_libc", lambda: "glibc")
    assert systems.suits(os, cpu, libc) is fits


def test_libc_is_a_matter_of_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systems, "this_system", lambda: "darwin")
    assert systems.suits((), (), ("musl",))


@pytest.mark.parametrize(
    ("python", "node"),
    [("linux", "linux"), ("darwin", "darwin"), ("win32", "win32"), ("freebsd14", "freebsd")],
)
def test_systems_as_node_calls_them(monkeypatch: pytest.MonkeyPatch, python: str, node: str) -> None:
    monkeypatch.setattr("sys.platform", python)
    assert systems.this_system() == node
