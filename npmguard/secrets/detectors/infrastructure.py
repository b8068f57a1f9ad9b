"""Credentials of what runs services: secret stores, clusters, networks, deployments."""

from __future__ import annotations

import re

from npmguard.secrets.checks import no_filling, no_hash, varied, with_digit
from npmguard.secrets.named import UUID, named
from npmguard.secrets.payloads import bech32, json_with
from npmguard.secrets.shape import Candidate, Detector


def _random_word(candidate: Candidate) -> bool | None:
    """Are letters and digits mixed as chance does? A name in code has its digits at its end."""
    text = candidate.secret.partition(b".")[2]
    changes = len(re.findall(rb"[A-Za-z](?=[0-9])|[0-9](?=[A-Za-z])", text))
    kinds = (re.search(kind, text) for kind in (rb"[a-z]", rb"[A-Z]", rb"[0-9]"))
    return all(kinds) and changes >= 3


DETECTORS = (
    Detector(
        "vault-token",
        "HashiCorp Vault",
        "service, batch or recovery token",
        r"hv[bsr]\.[A-Za-z0-9_\-]{24,400}",
        ("hvb.", "hvs.", "hvr."),
        checks=(varied(3.2), with_digit),
        after=r"A-Za-z0-9_\-",
    ),
    Detector(
        "vault-old-token",
        "HashiCorp Vault",
        "service token of the old format",
        r"""(?i:vault|token)[\w.\-]{0,16}["']?[ \t]{0,4}[:= ][ \t]{0,4}["']?"""
        r"(?P<secret>[sb]\.[A-Za-z0-9]{24})",
        ("vault", "token"),
        "medium",
        (_random_word,),
        before="",
        after=r"A-Za-z0-9_.(=\-",
    ),
    named(
        "vault-id",
        "HashiCorp Vault",
        "secret id of an AppRole",
        r"vault[\w.\-]{0,12}(?:token|secret[_.\-]?id)",
        UUID,
        "vault",
        checks=(varied(2.8),),
    ),
    Detector(
        "terraform-token",
        "HashiCorp Terraform",
        "API token",
        r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=\-]{60,70}",
        (".atlasv1.",),
        checks=(no_filling,),
        after=r"A-Za-z0-9_\-",
    ),
    named(
        "consul-token",
        "HashiCorp Consul or Nomad",
        "ACL token",
        r"(?:consul|nomad)[\w.\-]{0,16}(?:token|secret)|x-(?:consul|nomad)-token",
        UUID,
        "consul",
        "nomad",
        checks=(varied(2.8),),
    ),
    named(
        "hashicorp-cloud-secret",
        "HashiCorp Cloud Platform",
        "client secret",
        r"hcp[_.\-]?client[_.\-]?secret",
        r"[A-Za-z0-9_\-]{64}",
        "hcp",
        checks=(varied(4.0),),
    ),
    Detector(
        "pulumi-token",
        "Pulumi",
        "access token",
        r"pul-[0-9a-f]{40}",
        ("pul-",),
        checks=(varied(3.0),),
        before=r"A-Za-z0-9_\-",
        after=r"A-Za-z0-9_\-",
    ),
    Detector(
        "doppler-token",
        "Doppler",
        "token",
        r"dp\.(?:audit|ct|pt|sa|said|scim|scrt|st)\.(?:[a-z0-9_\-]{2,35}\.)?[A-Za-z0-9]{40,44}",
        tuple(f"dp.{kind}." for kind in ("audit", "ct", "pt", "sa", "said", "scim", "scrt", "st")),
        checks=(varied(3.0), no_filling),
        before=r"A-Za-z0-9_.\-",
    ),
    Detector(
        "infisical-token",
        "Infisical",
        "service token",
        r"st\.[0-9a-f]{24}\.[0-9a-f]{32}\.[0-9a-f]{32}",
        ("st.",),
        checks=(varied(3.0),),
    ),
    Detector(
        "1password-secret-key",
        "1Password",
        "secret key of an account",
        r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}",
        ("a3-",),
        checks=(varied(3.4), with_digit, no_filling),
        before=r"A-Za-z0-9_\-",
        after=r"A-Za-z0-9_\-",
    ),
    Detector(
        "1password-service-token",
        "1Password",
        "service account's token",
        r"ops_eyJ[A-Za-z0-9+/_\-]{200,4000}={0,3}",
        ("ops_eyj",),
        checks=(varied(3.0), json_with("secretKey")),
        after=r"A-Za-z0-9_+/\-",
    ),
    Detector(
        "kubernetes-service-token",
        "Kubernetes",
        "service account's token",
        r"eyJhbGciOi[A-Za-z0-9_\-]{10,200}\.eyJpc3MiOiJrdWJlcm5ldGVzL3NlcnZpY2VhY2NvdW50[A-Za-z0-9_\-]{20,2000}"
        r"\.[A-Za-z0-9_\-]{40,700}",
        ("l3nlcnzpy2vhy2nvdw50",),
        after=r"A-Za-z0-9_\-",
    ),
    Detector(
        "kubernetes-client-key",
        "Kubernetes",
        "client's private key in a kubeconfig",
        r"""client-key-data["']?[ \t]{0,4}:\s{1,12}["']?"""
        r"(?P<secret>LS0tLS1CRUdJTi[A-Za-z0-9+/]{100,8000}={0,2})",
        ("client-key-data",),
        before="",
        after="A-Za-z0-9+/=",
    ),
    Detector(
        "openshift-token",
        "OpenShift",
        "user token",
        r"sha256~[A-Za-z0-9_\-]{43}",
        ("sha256~",),
        checks=(varied(3.8),),
        after=r"A-Za-z0-9_\-",
    ),
    Detector(
        "tailscale-key",
        "Tailscale",
        "key",
        r"tskey-(?:[a-z]{2,12}-)?[A-Za-z0-9]{8,24}-[A-Za-z0-9]{20,40}",
        ("tskey-",),
        checks=(no_filling,),
        before="A-Za-z",
        after=r"A-Za-z0-9_\-",
        plain=True,
    ),
    Detector(
        "age-secret-key",
        "age",
        "secret key",
        r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
        ("age-secret-key-1",),
        checks=(bech32,),
        after="A-Z0-9",
        plain=True,
    ),
    named(
        "meraki-key",
        "Cisco Meraki",
        "API key",
        r"(?:\b|_|cisco)meraki",
        r"[0-9a-f]{40}",
        "meraki",
        checks=(varied(3.0), no_hash),
    ),
    named(
        "teleport-token",
        "Teleport",
        "join token",
        r"teleport[\w.\-]{0,16}token",
        r"[0-9a-f]{32}",
        "teleport",
        checks=(varied(3.0),),
    ),
    named(
        "ngrok-token",
        "ngrok",
        "authtoken or API key",
        r"ngrok",
        r"[A-Za-z0-9]{27}_[A-Za-z0-9]{17,21}",
        "ngrok",
        confidence="high",
        checks=(varied(4.0),),
    ),
)
