"""Keys of services that hold, search, show and measure data, and of those that know who somebody is."""

from __future__ import annotations

from npmguard.secrets.named import hexadecimal, named
from npmguard.secrets.shape import Candidate, Detector
from npmguard.secrets.structures import live, names_its_user, random_both_cases, random_text


def _admin(candidate: Candidate) -> bool | None:
    """Algolia's keys for search only are public, and look like all others."""
    return b"admin" in candidate.line().lower() or b"write" in candidate.line().lower() or None


DETECTORS = (
    named(
        "algolia-api-key",
        "Algolia",
        "API key",
        r"algolia(?:search)?(?:\(\s{0,8}[\"'`][A-Z0-9]{10}[\"'`])?",
        hexadecimal(32),
        "algolia",
        checks=(random_text, _admin),
    ),
    Detector(
        "mapbox-secret-token",
        "Mapbox",
        "secret or temporary token",
        r"(?:sk|tk)\.eyJ[A-Za-z0-9_-]{30,400}\.[A-Za-z0-9_-]{22,43}",
        ("sk.eyj", "tk.eyj"),
        checks=(names_its_user,),
    ),
    # pk.… is made to stand in web pages; still the account pays for what others do with it
    named(
        "mapbox-public-token",
        "Mapbox",
        "public token",
        r"map[_-]?box[\w.\-]{0,32}",
        r"pk\.[A-Za-z0-9_-]{40,400}\.[A-Za-z0-9_-]{22}",
        "box",
        confidence="low",
    ),
    Detector(
        "maxmind-license-key",
        "MaxMind",
        "licence key",
        r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk",
        ("_mmk",),
    ),
    Detector("postman-api-key", "Postman", "API key", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}", ("pmak-",)),
    Detector("postman-collection-key", "Postman", "collection access key", r"PMAT-[0-9A-Z]{26}", ("pmat-",)),
    Detector("readme-api-key", "ReadMe", "API key", r"rdme_[a-z0-9]{70,73}", ("rdme_",)),
    Detector(
        "rapidapi-key",
        "RapidAPI",
        "API key",
        r"[0-9a-z]{10}msh[0-9a-z]{15}p1[0-9a-z]{5,6}jsn[0-9a-z]{11,12}",
        ("jsn",),
    ),
    named("rapidapi-named-key", "RapidAPI", "API key", r"rapid[_-]?api", "[A-Za-z0-9_-]{50}", "rapid"),
    named("looker-client-secret", "Looker", "client secret", "looker", "[a-z0-9]{24}"),
    named("looker-client-id", "Looker", "client ID", "looker", "[a-z0-9]{20}", confidence="low"),
    named(
        "okta-api-token",
        "Okta",
        "API token",
        "(?-i:okta|Okta|OKTA)",  # not the middle of rookTable
        "00[A-Za-z0-9_=-]{40}",
        "okta",
    ),
    named(
        "okta-client-secret",
        "Okta",
        "client secret",
        r"(?-i:okta|Okta|OKTA)[\w.\-]{0,16}secret",
        "[A-Za-z0-9_-]{64}|[A-Za-z0-9_-]{40}",
        "okta",
    ),
    named("auth0-client-secret", "Auth0", "client secret", "auth0", "[A-Za-z0-9_-]{64}"),
    Detector(
        "stytch-secret",
        "Stytch",
        "secret",
        r"secret-(?:live|test)-[A-Za-z0-9_-]{36}=?",
        ("secret-live-", "secret-test-"),
        checks=(live,),
    ),
    Detector(
        "authress-access-key",
        "Authress",
        "service client access key",
        r"(?:scauth|sc|ext|authress)_[a-z0-9]{5,30}\.[a-z0-9]{4,6}\.acc[_-][a-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120}",
        (".acc_", ".acc-"),
        after="A-Za-z0-9+/_=-",
    ),
    Detector("posthog-personal-key", "PostHog", "personal API key", r"phx_[A-Za-z0-9]{43,48}", ("phx_",)),
    named(
        "pusher-app-secret", "Pusher", "app secret", r"pusher[\w.\-]{0,16}secret", hexadecimal(20), "pusher"
    ),
    named(
        "ably-api-key",
        "Ably",
        "API key",
        "ably",
        r"[A-Za-z0-9_-]{6,10}\.[A-Za-z0-9_-]{6}:[A-Za-z0-9_-]{20,50}",
        confidence="high",
    ),
    named(
        "mixpanel-api-secret",
        "Mixpanel",
        "API secret",
        r"mixpanel[\w.\-]{0,24}(?:secret|password)",
        "[A-Za-z0-9]{32}",
        "mixpanel",
    ),
    named(
        "amplitude-secret-key",
        "Amplitude",
        "secret key",
        r"amplitude[\w.\-]{0,24}secret",
        hexadecimal(32),
        "amplitude",
    ),
    Detector(
        "adafruit-io-key",
        "Adafruit IO",
        "key",
        r"aio_[A-Za-z0-9]{28}",
        ("aio_",),
        checks=(random_both_cases,),
    ),
    named("adafruit-legacy-key", "Adafruit IO", "key of the old form", "adafruit", "[a-z0-9_-]{32}"),
    Detector(
        "infracost-api-key",
        "Infracost",
        "API key",
        r"ico-[A-Za-z0-9]{32}",
        ("ico-",),
        checks=(random_both_cases,),
        before="A-Za-z0-9_.-",
        after="A-Za-z0-9_.-",
    ),
    Detector(
        "intra42-client-secret",
        "42 Intra",
        "client secret",
        r"s-s4t2(?:ud|af)-[0-9a-f]{64}",
        ("s-s4t2",),
    ),
    Detector(
        "defined-networking-api-key",
        "Defined Networking",
        "API key",
        r"dnkey-[A-Za-z0-9_=-]{26}-[A-Za-z0-9_=-]{52}",
        ("dnkey-",),
        checks=(random_text,),
    ),
    named(
        "sidekiq-credentials",
        "Sidekiq",
        "gem server credentials",
        r"bundle_(?:enterprise|gems)__contribsys__com",
        "[0-9a-f]{8}:[0-9a-f]{8}",
        "contribsys",
        confidence="high",
        checks=(),
    ),
    Detector(
        "sidekiq-url",
        "Sidekiq",
        "gem server credentials in a URL",
        r"(?P<secret>[0-9a-f]{8}:[0-9a-f]{8})@(?:gems|enterprise)\.contribsys\.com",
        (".contribsys.com",),
    ),
    Detector(
        "scalingo-api-token", "Scalingo", "API token", r"tk-(?:us|eu)-[A-Za-z0-9_-]{48}", ("tk-us-", "tk-eu-")
    ),
    named(
        "openweather-api-key",
        "OpenWeather",
        "API key",
        r"open[_-]?weather(?:[_-]?map)?",
        hexadecimal(32),
        "weather",
    ),
)
