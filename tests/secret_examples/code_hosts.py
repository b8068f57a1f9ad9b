from support.around import setting, token
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
    "github-oauth-token": token("gho_{alnum:30}{crc}", "gho_{alnum:35}", "rgho_{alnum:36}"),
    "github-app-user-token": token("ghu_{alnum:30}{crc}", "ghu_{alnum:37}", "ghu_" + "x" * 36),
    "github-app-token": token("ghs_{alnum:30}{crc}", "ghs_{alnum:20}", "ughs_{alnum:36}"),
    "github-app-jwt": token("ghs_123456_{jwt}", "ghs_123456_eyJhbGciOiJSUzI1NiJ9", "ghs_ab_{alnum:40}"),
    "github-refresh-token": token("ghr_{alnum:76}", "ghr_{alnum:60}", "eghr_{alnum:36}"),
    "github-fine-grained-token": token(
        "github_pat_{alnum:22}_{alnum:59}",
        "github_pat_{alnum:22}",
        "github_pat_" + "x" * 22 + "_" + "x" * 59,
        "my_github_pat_{alnum:22}_{alnum:59}",
    ),
    "github-token-in-url": Examples(
        positive=(
            '"private": "git+https://«{hex:40}»:x-oauth-basic@github.com/acme/private.git#v1.0.0"',
            "git clone https://x-access-token:«{hex:40}»@github.com/acme/private.git",
            "origin\thttps://«{hex:40}»@github.com/acme/private (fetch)",
        ),
        negative=(
            "git+https://git@github.com/acme/open.git",
            "https://x-access-token:$GITHUB_TOKEN@github.com/acme/private.git",
            "https://github.com/acme/open#{hex:40}",
        ),
    ),
    "github-old-token": setting(
        "GITHUB_TOKEN",
        "{hex:40}",
        '"resolved": "git+ssh://git@github.com/acme/open.git#{hex:40}"',
        "github_sha: {hex:40}\n",
        '"github": "acme/open#{hex:40}"',
    ),
    "gitlab-personal-token": token(
        "glpat-{url:20}", "glpat-{url:12}", "glpat-" + "X" * 20, "aglpat-{url:20}"
    ),
    "gitlab-deploy-token": token("gldt-{url:20}", "gldt-{url:10}", "agldt-{url:20}"),
    "gitlab-runner-token": token("glrt-t1_{url:24}.{lower:9}", "glrt-{url:9}", "glrt-" + "x" * 20),
    "gitlab-runner-registration-token": token(
        "GR1348941{url:20}", "GR1348941{alnum:10}", "gr1348941{alnum:20}"
    ),
    "gitlab-job-token": token("glcbt-64_{url:20}", "glcbt-64_{url:10}", "glcbt-{alnum:19}"),
    "gitlab-trigger-token": token("glptt-{hex:40}", "glptt-{hex:39}", "glptt-{hex:44}"),
    "gitlab-feed-token": token("glft-{url:20}", "glft-{url:9}", "glft-" + "x" * 20),
    "gitlab-mail-token": token("glimt-{lower:25}", "glimt-{lower:24}", "glimt-{lower:27}"),
    "gitlab-agent-token": token("glagent-{url:50}", "glagent-{url:30}", "glagent-" + "X" * 50),
    "gitlab-oauth-secret": token("gloas-{hex:64}", "gloas-{hex:63}", "gloas-{hex:70}"),
    "gitlab-scim-token": token("glsoat-{url:20}", "glsoat-{url:19}", "glsoat-{url:51}"),
    "gitlab-feature-flag-token": token("glffct-{url:20}", "glffct-{url:19}", "eglffct-{url:20}"),
    "gitlab-session-cookie": Examples(
        positive=(
            "Cookie: _gitlab_session=«{lower:32}»; path=/",
            "await page.setCookie('_gitlab_session=«{lower:32}»')",
        ),
        negative=(
            "_gitlab_session=abc",
            "res.clearCookie('_gitlab_session=');",
            "_gitlab_session={lower:40}",
        ),
    ),
    "gitlab-old-token": setting(
        "GITLAB_TOKEN", "{url:14}x7Qa9Z", "gitlab_runner: {alnum:8}\n", "private-token: <your_access_token>"
    ),
    "bitbucket-token": token("ATBB{alnum:32}", "ATBB{alnum:20}", "BATBB{alnum:32}"),
    "bitbucket-client-secret": setting(
        "BITBUCKET_CLIENT_SECRET", "{lower:32}", "bitbucket: acme/open#master"
    ),
    "gitea-token": setting("GITEA_TOKEN", "{hex:40}", "forgejo_commit: {hex:40}\n"),
    "sourcegraph-token": token(
        "sgp_{hex:16}_{hex:40}", "sgp_{hex:16}_{hex:38}", "sgp_local_{hex:20}", "sgp_" + "5d" * 20
    ),
    "sourcegraph-gateway-token": token("sgd_{hex:64}", "sgd_{hex:60}", "slk_{hex:70}"),
    "azure-devops-token": token(
        "{alnum:76}AZDO{alnum:4}", "{alnum:70}AZDO{alnum:4}", "{alnum:76}AZDO{alnum:9}"
    ),
    "azure-devops-old-token": setting(
        "AZURE_DEVOPS_PAT", "abc2{b32low:48}", "azure-devops-extension: {lower:12}\n"
    ),
}
