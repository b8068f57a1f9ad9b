"""Where a secret is revoked, by who issued it, in words: pages move, and menus do so less often."""

from __future__ import annotations

# The first word of the issuer, in lower case. A sentence each, without its full stop.
_WHERE = {
    "npm": "delete the token under Access Tokens of your npm account, or with `npm token revoke`",
    "github": "delete it on GitHub under Settings, Developer settings, then look at its security log",
    "gitlab": "revoke it on GitLab under Preferences, Access tokens, or in the project's settings",
    "bitbucket": "revoke it under Personal settings or in the repository's settings on Bitbucket",
    "atlassian": "revoke it under Security, API tokens, of the Atlassian account",
    "aws": "deactivate the key in IAM, look at what it did in CloudTrail, then delete it",
    "amazon": "deactivate the key in IAM, look at what it did in CloudTrail, then delete it",
    "google": "delete the key in the Google Cloud console under APIs & Services, or IAM, Service accounts",
    "gcp": "delete the key in the Google Cloud console under IAM, Service accounts",
    "firebase": "delete the key in the Google Cloud console under APIs & Services",
    "azure": "rotate the key of that resource, or remove the secret under App registrations, in Azure",
    "microsoft": "remove the secret under App registrations in the Entra admin centre",
    "slack": "revoke it in the settings of the Slack app, or remove the webhook there",
    "stripe": "roll the key under Developers, API keys, in the Stripe dashboard",
    "openai": "delete the key under API keys of the OpenAI platform",
    "anthropic": "delete the key under API keys of the Anthropic console",
    "twilio": "delete the key, or make the secondary auth token the primary one, in the Twilio console",
    "sendgrid": "delete the key under Settings, API Keys, in SendGrid",
    "mailgun": "delete the key under API security in Mailgun",
    "mailchimp": "revoke the key under Extras, API keys, in Mailchimp",
    "discord": "reset the token in Discord's developer portal, or delete the webhook in its channel",
    "telegram": "tell BotFather to /revoke the bot's token",
    "shopify": "uninstall the custom app or rotate its credentials in the Shopify admin",
    "databricks": "delete the token under Settings, Developer, Access tokens, in the workspace",
    "hashicorp": "revoke it with `vault token revoke`, or under API tokens in HCP",
    "vercel": "delete it under Account settings, Tokens, in Vercel",
    "netlify": "delete it under User settings, Applications, in Netlify",
    "cloudflare": "roll it under My Profile, API Tokens, in Cloudflare",
    "digitalocean": "delete it under API, Tokens, in DigitalOcean's control panel",
    "heroku": "regenerate it under Account settings in Heroku, or with `heroku authorizations:revoke`",
    "pypi": "remove it under Account settings, API tokens, on PyPI",
    "rubygems": "delete it under Settings, API keys, on RubyGems",
    "docker": "delete it under Account settings, Personal access tokens, on Docker Hub",
    "hugging": "invalidate it under Settings, Access Tokens, on Hugging Face",
    "datadog": "revoke it under Organization settings, API keys, in Datadog",
    "sentry": "revoke it under User settings or Organization settings, Auth tokens, in Sentry",
    "linear": "revoke it under Settings, API, in Linear",
    "notion": "refresh the secret under My integrations in Notion",
    "figma": "revoke it under Settings, Security, in Figma",
    "grafana": "delete the token of that service account in Grafana",
    "square": "replace it in the Square developer dashboard",
    "paypal": "generate a new secret in the PayPal developer dashboard, then disable the old one",
}
_KEY = "make a new key pair, take the old public key off wherever it is trusted, and revoke its certificates"
_CHANGE = "change that password wherever it is in use"


def how(issuer: str, what: str) -> str:
    """What to do first about a secret of that issuer and kind."""
    found = _WHERE.get(issuer.lower().partition(" ")[0])
    if found is not None:
        return found
    kind = f"{issuer} {what}".lower()
    if "private key" in kind:
        return _KEY
    if "password" in kind:
        return _CHANGE
    return "revoke it where it was issued, and look there at what was done with it"
