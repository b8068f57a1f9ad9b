"""Keys of services that send mail and keep addresses."""

from __future__ import annotations

from npmguard.secrets.named import UUID, hexadecimal, named
from npmguard.secrets.shape import Candidate, Detector
from npmguard.secrets.structures import random_both_cases, random_text


def _sendgrid_parts(candidate: Candidate) -> bool | None:
    return [len(part) for part in candidate.secret.split(b".")] == [2, 22, 43] or None


DETECTORS = (
    Detector(
        "sendgrid-api-key",
        "SendGrid",
        "API key",
        r"SG\.[A-Za-z0-9_=.-]{66}",
        ("sg.",),
        checks=(random_text, _sendgrid_parts),
        after="A-Za-z0-9_=-",
    ),
    Detector("mailgun-private-key", "Mailgun", "private API key", r"key-[0-9a-f]{32}", ("key-",)),
    Detector(
        "mailgun-public-key", "Mailgun", "validation key", r"pubkey-[0-9a-f]{32}", ("pubkey-",), "medium"
    ),
    named(
        "mailgun-sending-key",
        "Mailgun",
        "API or webhook signing key",
        "mailgun",
        r"[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}",
        confidence="high",
    ),
    Detector("mailchimp-api-key", "Mailchimp", "API key", r"[0-9a-f]{32}-us[0-9]{1,2}", ("-us",)),
    Detector(
        "mandrill-api-key",
        "Mandrill",
        "API key",
        r"md-[A-Za-z0-9_-]{22}",
        ("md-",),
        "medium",
        (random_both_cases,),
        before="A-Za-z0-9_-",
        after="A-Za-z0-9_-",
    ),
    named("mandrill-legacy-key", "Mandrill", "API key of the old form", "mandrill", "[A-Za-z0-9_-]{22}"),
    Detector("brevo-api-key", "Brevo", "API key", r"xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}", ("xkeysib-",)),
    Detector("brevo-smtp-key", "Brevo", "SMTP key", r"xsmtpsib-[0-9a-f]{64}-[A-Za-z0-9]{16}", ("xsmtpsib-",)),
    named("postmark-server-token", "Postmark", "server token", "postmark", UUID),
    Detector(
        "resend-api-key",
        "Resend",
        "API key",
        r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}",
        ("re_",),
        checks=(random_both_cases,),
    ),
    named("sparkpost-api-key", "SparkPost", "API key", "sparkpost", hexadecimal(40)),
    named(
        "mailjet-api-secret",
        "Mailjet",
        "API key or secret",
        "mailjet|mj_apikey",
        hexadecimal(32),
        "mailjet",
        "mj_apikey",
    ),
    Detector("mailersend-api-token", "MailerSend", "API token", r"mlsn\.[0-9a-f]{64}", ("mlsn.",)),
    Detector("klaviyo-private-key", "Klaviyo", "private API key", r"pk_[0-9a-f]{34}", ("pk_",)),
    Detector(
        "hubspot-access-token",
        "HubSpot",
        "private app token",
        rf"pat-(?:na|eu|ap)[0-9]-{UUID}",
        ("pat-na", "pat-eu", "pat-ap"),
    ),
    named(
        "hubspot-api-key", "HubSpot", "API key of the old form", "hubspot|hapikey", UUID, "hubspot", "hapikey"
    ),
    named("mailtrap-api-token", "Mailtrap", "API token", "mailtrap", hexadecimal(32)),
    Detector("nylas-api-key", "Nylas", "API key", r"nyk_v0_[A-Za-z0-9]{60,70}", ("nyk_v0_",)),
)
