from support.surroundings import setting, token

X = "x" * 100

EXAMPLES = {
    "sendgrid-api-key": token(
        "SG.{alnum:22}.{alnum:42}9",
        f"SG.{X[:22]}.{X[:43]}",
        "SG.{alnum:22}.",
        "SG.{alnum:22}..{alnum:43}",
        "SG.Module.exports.something.anotherThing.oneMoreThing.andTheLastThing",
    ),
    "mailgun-private-key": token("key-{hex:32}", f"key-{X[:32]}", "key-{hex:30}", "primary-key-column"),
    "mailgun-public-key": token("pubkey-{hex:32}", f"pubkey-{X[:32]}", "pubkey-{hex:30}"),
    "mailgun-sending-key": setting("MAILGUN_SIGNING_KEY", "{hex:32}-{hex:8}-{hex:8}"),
    "mailchimp-api-key": token(
        "{hex:32}-us12", f"{X[:32]}-us1", "{hex:32}-2", "{hex:32}-al32", "{hex:15}-us2"
    ),
    "mandrill-api-key": token(
        "md-{alnum:19}aB7", f"md-{X[:22]}", "md-toolbar-tools-container", "md-{alnum:15}"
    ),
    "mandrill-legacy-key": setting("MANDRILL_API_KEY", "{alnum:20}a7"),
    "brevo-api-key": token("xkeysib-{hex:64}-{alnum:16}", f"xkeysib-{X[:64]}-{X[:16]}", "xkeysib-{hex:40}"),
    "brevo-smtp-key": token(
        "xsmtpsib-{hex:64}-{alnum:16}", f"xsmtpsib-{X[:64]}-{X[:16]}", "xsmtpsib-{hex:40}"
    ),
    "postmark-server-token": setting("POSTMARK_SERVER_TOKEN", "{uuid}"),
    "resend-api-key": token(
        "re_{alnum:8}_{alnum:21}aB7", f"re_{X[:8]}_{X[:24]}", "re_123", "re_exported_{letter:24}"
    ),
    "sparkpost-api-key": setting("SPARKPOST_API_KEY", "{hex:40}"),
    "mailjet-api-secret": setting("MAILJET_SECRET_KEY", "{hex:32}"),
    "mailersend-api-token": token("mlsn.{hex:64}", f"mlsn.{X[:64]}", "mlsn.{hex:32}"),
    "klaviyo-private-key": token("pk_{hex:34}", f"pk_{X[:34]}", "pk_{hex:20}", "pk_user_id"),
    "hubspot-access-token": token("pat-na1-{uuid}", "pat-na1-...", "pat-na1-{hex:8}"),
    "hubspot-api-key": setting("HUBSPOT_API_KEY", "{uuid}"),
    "mailtrap-api-token": setting("MAILTRAP_API_TOKEN", "{hex:32}"),
    "nylas-api-key": token("nyk_v0_{alnum:64}", f"nyk_v0_{X[:64]}", "nyk_v0_{alnum:20}"),
}
