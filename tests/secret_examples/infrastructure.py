from support.around import base64_of, setting, token
from support.fakes import Examples

_PASSWORD = base64_of("{alnum:20}")
_KEY = base64_of("-----BEGIN RSA PRIVATE KEY-----\n{b64:64}\n{b64:64}\n-----END RSA PRIVATE KEY-----\n")
_ACCOUNT = base64_of('{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"default"}')
_SERVICE = base64_of(
    '{"email":"{lower:12}@1passwordserviceaccounts.example","secretKey":"A3-{upper:30}"}'
) + (base64_of('{"muk":"{alnum:150}"}'))

EXAMPLES = {
    "vault-token": token("hvs.{url:94}7", "hvs.abc", "hvb.tooshortxxx", "xhvs.{url:94}", "hvx.{url:94}"),
    "vault-old-token": Examples(
        positive=(
            "VAULT_TOKEN=«s.{alnum:6}7Xa4{alnum:6}2Zb9{alnum:4}»\n",
            "vault_token: «s.{alnum:6}7Xa4{alnum:6}2Zb9{alnum:4}»\n",
            '{ "token": "«s.{alnum:6}7Xa4{alnum:6}2Zb9{alnum:4}»" }',
        ),
        negative=(
            "token = s.acceptanceTimeoutSeconds;",
            "token: s.makeKubeConfigControllers,",
            "vault_token: s." + "x" * 24,
            "s.{alnum:6}7Xa4{alnum:6}2Zb9{alnum:4}",
        ),
    ),
    "vault-id": setting("VAULT_SECRET_ID", "{uuid}", "vault_role: {uuid}\n"),
    "terraform-token": token(
        "{alnum:14}.atlasv1.{alnum:67}", "{alnum:14}.atlasv1.{alnum:20}", "x" * 14 + ".atlasv1." + "x" * 67
    ),
    "consul-token": setting("CONSUL_HTTP_TOKEN", "{uuid}", "nomad_job: {uuid}\n"),
    "hashicorp-cloud-secret": setting("HCP_CLIENT_SECRET", "{url:64}", "HCP_CLIENT_ID={alnum:32}\n"),
    "pulumi-token": token("pul-{hex:40}", "pul-{hex:39}", "vipul-{hex:40}", "pul-{hex:64}"),
    "doppler-token": token(
        "dp.pt.{alnum:43}", "dp.pt.{alnum:20}", "dp.st.prd." + "x" * 43, "a.dp.pt.{alnum:43}"
    ),
    "infisical-token": token(
        "st.{hex:24}.{hex:32}.{hex:32}", "st.{hex:24}.{hex:32}", "last.{hex:24}.{hex:32}.{hex:32}"
    ),
    "1password-secret-key": token(
        "A3-{upper:6}-{upper:6}-{upper:5}-{upper:5}-{upper:5}-{upper:4}7",
        "A3-XXXXXX-XXXXXX-XXXXX-XXXXX-XXXXX-XXXXX",
        "A3-{upper:6}-{upper:6}",
    ),
    "1password-service-token": Examples(
        positive=(
            f"export OP_SERVICE_ACCOUNT_TOKEN=«ops_{_SERVICE}»\n",
            f'{{ "OP_SERVICE_ACCOUNT_TOKEN": "«ops_{_SERVICE}»" }}',
        ),
        negative=("fn::secret: ops_eyJzaWduSW5B..[Redacted]", "ops_eyJ" + "x" * 300, "ops_DUMMY{alnum:300}"),
    ),
    "kubernetes-service-token": token(
        "eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9." + _ACCOUNT.rstrip("=") + ".{url:342}",
        "eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9.",
        _ACCOUNT,
    ),
    "kubernetes-client-key": Examples(
        positive=(
            f"users:\n- name: admin\n  user:\n    client-key-data: «{_KEY}»\n",
            f'"client-key-data": "«{_KEY}»"',
        ),
        negative=(
            "client-key-data: REDACTED\n",
            "client-key-data: LS0tLS1CRUdJTi\n",
            "client-key: /home/me/key.pem\n",
        ),
    ),
    "openshift-token": token("sha256~{url:43}", "sha256~{url:40}", "sha256~" + "x" * 43, "sha256-{url:43}"),
    "tailscale-key": token(
        "tskey-auth-{alnum:12}CNTRL-{alnum:32}",
        "tskey-foo",
        "xtskey-api-{alnum:12}-{alnum:24}",
        "tskey-auth-{alnum:6}",
    ),
    "age-secret-key": token(
        "AGE-SECRET-KEY-1{bech32:58}", "AGE-SECRET-KEY-1{bech32:40}", "age1{lower:58}", "AGE-SECRET-KEY-1"
    ),
    "meraki-key": setting("MERAKI_API_KEY", "{hex:40}", "ReactNativeCameraKit: {hex:40}\n"),
    "teleport-token": setting("TELEPORT_JOIN_TOKEN", "{hex:32}", "teleport_cluster: {hex:32}\n"),
    "ngrok-token": setting(
        "NGROK_AUTHTOKEN", "{alnum:27}_{alnum:20}", "ngrok_url: https://a.ngrok.example\n"
    ),
}
