"""Keys of social networks and of those who publish pictures, music and news."""

from __future__ import annotations

from npmguard.secrets.named import hexadecimal, named
from npmguard.secrets.shape import Candidate, Detector
from npmguard.secrets.structures import meta_escapes, random_both_cases


def _percent_sign(candidate: Candidate) -> bool | None:
    """Twitter's bearer tokens hold %2B, %2F or %3D; without, the name of the issuer must be near."""
    return b"%" in candidate.secret or (None if b"twitter" in candidate.line().lower() else False)


DETECTORS = (
    Detector(
        "meta-access-token",
        "Meta",
        "access token",
        r"EAA[A-Za-z0-9]{80,400}",
        ("eaa",),
        checks=(random_both_cases, meta_escapes),
        before="A-Za-z0-9_+/-",
        after="A-Za-z0-9_+/=-",
    ),
    Detector(
        "instagram-access-token",
        "Instagram",
        "access token",
        r"IG(?:QV|QW|AA)[A-Za-z0-9_-]{100,300}",
        ("igqv", "igqw", "igaa"),
        checks=(random_both_cases,),
        before="A-Za-z0-9_+/-",
        after="A-Za-z0-9_+/=-",
    ),
    Detector(
        "facebook-app-token",
        "Facebook",
        "app access token",
        r"(?i:facebook|fb_|access_token|graph\.)[^\n|]{0,40}?[^0-9\n|](?P<secret>[0-9]{15,16}(?:\||%7C)[A-Za-z0-9_-]{27})",
        ("facebook", "fb_", "access_token", "graph."),
        before="",
        after="A-Za-z0-9_-",
    ),
    named(
        "facebook-app-secret",
        "Facebook",
        "app secret",
        r"facebook|fb[_-]?(?:app|client|secret)|instagram",
        hexadecimal(32),
        "facebook",
        "fb_",
        "fb-",
        "fbapp",
        "fbclient",
        "fbsecret",
        "instagram",
    ),
    Detector(
        "twitter-bearer-token",
        "Twitter",
        "bearer token",
        r"A{20,24}[A-Za-z0-9%]{75,120}",
        ("aaaaaaaaaaaaaaaaaaaa",),
        checks=(random_both_cases, _percent_sign),
        before="A-Za-z0-9_+/-",
        after="A-Za-z0-9_+/=-",
    ),
    named(
        "twitter-access-token",
        "Twitter",
        "access token",
        "twitter",
        "[0-9]{15,25}-[A-Za-z0-9]{20,40}",
        confidence="high",
    ),
    named("twitter-api-key", "Twitter", "API key", "twitter", "[A-Za-z0-9]{25}"),
    named("twitter-api-secret", "Twitter", "API secret", "twitter", "[A-Za-z0-9]{50}"),
    named("twitter-access-secret", "Twitter", "access token secret", "twitter", "[A-Za-z0-9]{45}"),
    named(
        "linkedin-client-id",
        "LinkedIn",
        "client ID",
        "linked[_-]?in",
        "[a-z0-9]{14}",
        "linked",
        confidence="low",
    ),
    Detector(
        "linkedin-client-secret",
        "LinkedIn",
        "client secret",
        r"WPL_AP[01]\.[A-Za-z0-9]{16}\.[A-Za-z0-9+/]{6,8}={0,2}",
        ("wpl_ap",),
        after="",
    ),
    named(
        "linkedin-legacy-secret",
        "LinkedIn",
        "client secret of the old form",
        "linked[_-]?in",
        "[A-Za-z0-9]{16}",
        "linked",
    ),
    named(
        "twitch-access-token", "Twitch", "access token or client secret", "twitch", "(?:oauth:)?[a-z0-9]{30}"
    ),
    named("spotify-client-secret", "Spotify", "client secret", "spotify", hexadecimal(32)),
    named("flickr-api-key", "Flickr", "API key", "flickr", "[a-z0-9]{32}"),
    named(
        "nytimes-api-key",
        "New York Times",
        "API key",
        r"nytimes|ny[_-]times|new[_-]?york[_-]?times",
        "[A-Za-z0-9=_-]{32}",
        "times",
    ),
    named("tmdb-api-key", "TMDB", "API key", r"tmdb|themoviedb", hexadecimal(32), "tmdb", "moviedb"),
)
