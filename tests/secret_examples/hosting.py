from support.around import base64_of, setting, token
from support.fakes import Examples

_TUNNEL = base64_of('{"a":"{hex:32}","t":"{uuid}","s":"{alnum:48}"}')
_SERVICE = base64_of(
    '{"iss":"supabase","ref":"{lower:20}","role":"service_role","iat":1700000000,"exp":2015575000}'
)

EXAMPLES = {
    "heroku-token": token("HRKU-AA{url:58}", "HRKU-AA{url:10}", "HRKU-" + "x" * 60),
    "heroku-key": setting("HEROKU_API_KEY", "{uuid}", "release: {uuid}\n", "heroku_hash: {uuid}\n"),
    "cloudflare-token": token(
        "cfut_{alnum:40}{hex:8}", "cfut_{alnum:30}", "cf_{alnum:40}{hex:8}", "xcfat_{alnum:48}"
    ),
    "cloudflare-origin-key": token("v1.0-{hex:24}-{hex:146}", "v1.0-{hex:24}", "v1.0-{hex:24}-{hex:40}"),
    "cloudflare-tunnel-token": token(_TUNNEL.rstrip("="), "eyJhIjoi", "eyJhIjoiMSJ9"),
    "cloudflare-turnstile-secret": token("0x4AAAAAAA{url:25}", "0x4AAAAAAA{url:14}", "0x4AAAAAAA"),
    "cloudflare-key": setting(
        "CLOUDFLARE_API_TOKEN", "{url:38}7a", "cloudflare_commit: {hex:40}\n", '"cloudflare": "^4.2.0"'
    ),
    "flyio-token": token("fo1_{url:43}", "fo1_{url:20}", "fo1_" + "x" * 43, "fm2_{alnum:40}"),
    "vercel-token": token("vcp_{alnum:39}7", "vcp_{alnum:12}", "vcp_abc", "svcp_{alnum:40}"),
    "vercel-blob-token": token(
        "vercel_blob_rw_{alnum:16}_{alnum:30}", "vercel_blob_rw_{alnum:8}", "vercel_blob_rw_" + "x" * 16
    ),
    "vercel-old-token": setting("VERCEL_TOKEN", "{alnum:22}7a", "vercel_sha_key: {alnum:24}\n"),
    "netlify-token": token("nfp_{alnum:36}", "nfp_{alnum:30}", "nfp_" + "x" * 36),
    "netlify-old-token": setting("NETLIFY_AUTH_TOKEN", "{url:41}7a", "netlify-redirects: yes\n"),
    "render-key": token("rnd_{alnum:27}7", "rnd_{alnum:12}", "brnd_{alnum:28}"),
    "railway-token": setting("RAILWAY_TOKEN", "{uuid}", "railway_project: {uuid}\n"),
    "supabase-token": token("sbp_{hex:40}", "sbp_{hex:30}", "sb_publishable_{url:22}_{url:8}"),
    "supabase-service-key": token(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + _SERVICE.rstrip("=") + ".{url:43}",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + _SERVICE.rstrip("="),
        _SERVICE,
    ),
    "fastly-token": setting("FASTLY_API_TOKEN", "{url:30}7a", "fastly_md5: {hex:32}\n"),
    "akamai-token": token(
        "akab-{lower:16}-{lower:16}", "akab-{lower:10}-{lower:16}", "takab-{lower:16}-{lower:16}"
    ),
    "akamai-secret": Examples(
        positive=(
            "[default]\nclient_secret = «{alnum:43}=»\nhost = akab.luna.example.test\n",
            "AKAMAI_CLIENT_SECRET=«{alnum:43}=»\n",
        ),
        negative=(
            "client_secret = $AKAMAI_CLIENT_SECRET\n",
            "AKAMAI_CLIENT_SECRET=\n",
            "client_secret: null",
        ),
    ),
    "deno-token": token("ddp_{alnum:36}", "ddp_{alnum:30}", "addp_{alnum:36}"),
}
