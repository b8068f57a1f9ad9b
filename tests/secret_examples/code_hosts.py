from support.fakes import Examples

EXAMPLES = {
    "github-personal-token": Examples(
        positive=('const token = "«ghp_{alnum:30}{crc}»";', "GITHUB_TOKEN=«ghp_{alnum:30}{crc}»\n"),
        negative=(
            "ghp_{alnum:35}",
            "ghp_{alnum:40}",
            'token = "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"',
            "xghp_{alnum:30}{crc}",
        ),
    ),
}
