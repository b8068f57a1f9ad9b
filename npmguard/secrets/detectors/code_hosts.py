"""Tokens of code hosts: GitHub, GitLab, Bitbucket, Azure DevOps, Gitea, Sourcegraph."""

from __future__ import annotations

from npmguard.secrets.checks import crc32_base62, no_filling, no_hash, varied, with_digit
from npmguard.secrets.named import named
from npmguard.secrets.shape import Detector


def _github(id: str, what: str, prefix: str, length: str = "36") -> Detector:
    pattern = rf"{prefix}[A-Za-z0-9]{{{length}}}"
    return Detector(f"github-{id}", "GitHub", what, pattern, (prefix,), checks=(crc32_base62,))


def _gitlab(id: str, what: str, prefix: str, rest: str) -> Detector:
    return Detector(
        f"gitlab-{id}",
        "GitLab",
        what,
        prefix + rest,
        (prefix.lower(),),
        checks=(varied(2.5), no_filling),
        before="A-Za-z0-9_",
        after=r"A-Za-z0-9_\-",
    )


# Since 2025 a token may say where it leads: its payload, then the payload's length and a checksum.
_ROUTABLE = r"[A-Za-z0-9_\-]{27,300}\.(?:[0-9a-z]{2}\.)?[0-9a-z]{9}"

DETECTORS = (
    _github("personal-token", "personal access token", "ghp_"),
    _github("oauth-token", "OAuth access token", "gho_"),
    _github("app-user-token", "app's user token", "ghu_"),
    _github("app-token", "app's installation token", "ghs_"),
    Detector(
        "github-app-jwt",
        "GitHub",
        "app's installation token",
        r"ghs_[0-9]{1,12}_eyJ[\w\-]{10,400}\.eyJ[\w\-]{10,1500}\.[\w\-]{20,700}",
        ("ghs_",),
        after=r"A-Za-z0-9_\-",
    ),
    Detector(
        "github-refresh-token",
        "GitHub",
        "refresh token",
        r"ghr_(?:[A-Za-z0-9]{76}|[A-Za-z0-9]{36})",
        ("ghr_",),
        checks=(crc32_base62,),
    ),
    Detector(
        "github-fine-grained-token",
        "GitHub",
        "fine-grained personal access token",
        r"github_pat_[A-Za-z0-9]{11}[A-Za-z0-9_]{71}",
        ("github_pat_",),
        checks=(varied(3.5),),
    ),
    Detector(
        "github-token-in-url",
        "GitHub",
        "token in a git URL",
        r"://(?:[\w.\-]{1,40}:)?(?P<secret>[A-Za-z0-9_]{30,255})(?::x-oauth-basic)?@github\.com",
        ("@github.com",),
        checks=(with_digit,),
        before="",
        after="",
    ),
    named(
        "github-old-token",
        "GitHub",
        "token or client secret of the old format",
        r"github[\w.\- ]{0,20}(?:token|secret|key|pat\b|auth|pass)|gh[_\-]?(?:token|pat\b)",
        r"[0-9a-f]{40}",
        "github",
        "ghtoken",
        "gh_token",
        "gh-token",
        "ghpat",
        "gh_pat",
        "gh-pat",
        checks=(varied(3.0), no_hash),
    ),
    Detector(
        "gitlab-personal-token",
        "GitLab",
        "personal, project or group access token",
        rf"glpat-(?:{_ROUTABLE}|[A-Za-z0-9_\-]{{20,22}})",
        ("glpat-",),
        checks=(varied(2.5), no_filling),
        after=r"A-Za-z0-9_\-",
    ),
    _gitlab("deploy-token", "deploy token", "gldt-", r"[A-Za-z0-9_\-]{20,50}"),
    _gitlab(
        "runner-token", "runner authentication token", "glrt-", rf"(?:{_ROUTABLE}|[A-Za-z0-9_\-]{{20,50}})"
    ),
    _gitlab("runner-registration-token", "runner registration token", "GR1348941", r"[A-Za-z0-9_\-]{20,50}"),
    _gitlab("job-token", "CI/CD job token", "glcbt-", r"[A-Za-z0-9]{1,5}_[A-Za-z0-9_\-]{20}"),
    _gitlab("trigger-token", "pipeline trigger token", "glptt-", r"[A-Za-z0-9_\-]{40}"),
    _gitlab("feed-token", "feed token", "glft-", r"(?:[0-9a-f]{64}-[0-9]{1,12}|[A-Za-z0-9_\-]{20})"),
    _gitlab("mail-token", "incoming mail token", "glimt-", r"[A-Za-z0-9_\-]{25}"),
    _gitlab("agent-token", "Kubernetes agent token", "glagent-", r"[A-Za-z0-9_\-]{50,1024}"),
    _gitlab("oauth-secret", "OAuth application secret", "gloas-", r"[A-Za-z0-9_\-]{64}"),
    _gitlab("scim-token", "SCIM token", "glsoat-", r"[A-Za-z0-9_\-]{20,50}"),
    _gitlab("feature-flag-token", "feature flag client token", "glffct-", r"[A-Za-z0-9_\-]{20,50}"),
    Detector(
        "gitlab-session-cookie",
        "GitLab",
        "session cookie",
        r"_gitlab_session=(?P<secret>[0-9a-z]{32})",
        ("_gitlab_session=",),
        before="",
    ),
    named(
        "gitlab-old-token",
        "GitLab",
        "token of the old format",
        r"(?:gitlab|gl)[_.\-]?(?:private|access|api|personal|ci|job|deploy)?[_.\-]?token|private-token",
        r"[A-Za-z0-9_\-]{20}",
        "gitlab",
        "gl_",
        "gl-",
        "gl.",
        "gltoken",
        "private-token",
        checks=(varied(3.4), with_digit, no_hash),
    ),
    Detector(
        "bitbucket-token",
        "Bitbucket",
        "app password or access token",
        r"AT(?:BB[A-Za-z0-9]{32}|CTT3xFfG[A-Za-z0-9_\-]{100,300}=[0-9A-F]{8})",
        ("atbb", "atctt3xffg"),
    ),
    named(
        "bitbucket-client-secret",
        "Bitbucket",
        "OAuth consumer's key or secret",
        r"bitbucket",
        r"[A-Za-z0-9_=\-]{64}|[A-Za-z0-9]{32}",
        "bitbucket",
        checks=(varied(3.3), with_digit, no_hash),
    ),
    named(
        "gitea-token",
        "Gitea or Forgejo",
        "access token",
        r"(?:gitea|forgejo|codeberg)",
        r"[0-9a-f]{40}",
        "gitea",
        "forgejo",
        "codeberg",
        checks=(varied(3.0), no_hash),
    ),
    Detector(
        "sourcegraph-token",
        "Sourcegraph",
        "access token",
        r"sgp_(?:(?:[0-9A-Fa-f]{16}|local)_)?[0-9A-Fa-f]{40}",
        ("sgp_",),
        checks=(varied(3.1),),
    ),
    Detector(
        "sourcegraph-gateway-token",
        "Sourcegraph",
        "user gateway or subscription token",
        r"(?:sgd|slk)_[0-9a-f]{64}",
        ("sgd_", "slk_"),
        checks=(varied(3.0),),
    ),
    Detector(
        "azure-devops-token",
        "Azure DevOps",
        "personal access token",
        r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}",
        ("azdo",),
    ),
    named(
        "azure-devops-old-token",
        "Azure DevOps",
        "personal access token",
        r"azure[_.\-]?devops|system_accesstoken|vsts|ado[_\-](?:pat|token)|vsce_pat",
        r"[a-z2-7]{52}",
        "devops",
        "system_accesstoken",
        "vsts",
        "ado_",
        "ado-",
        "vsce_pat",
        checks=(varied(3.5), with_digit, no_hash),
    ),
)
