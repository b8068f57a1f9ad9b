from support.fakes import Examples
from support.surroundings import setting, token

X = "x" * 200
USER = "eyJ1Ijoic29tZWJvZHkiLCJhIjoiY2tq"  # {"u":"somebody","a":"ckj in base 64

EXAMPLES = {
    "algolia-api-key": setting("ALGOLIA_ADMIN_KEY", "{hex:32}", "algoliasearch('APPID', process.env.KEY)"),
    "mapbox-secret-token": token(
        f"sk.{USER}{{alnum:40}}.{{alnum:22}}", f"sk.eyJ{X[:60]}.{X[:22]}", "sk.eyJ{alnum:10}"
    ),
    "mapbox-public-token": setting("MAPBOX_TOKEN", f"pk.{USER}{{alnum:40}}.{{alnum:22}}"),
    "maxmind-license-key": token(
        "{alnum:6}_{alnum:29}_mmk", f"{X[:6]}_{X[:29]}_mmk", "{alnum:6}_{alnum:9}_mmk"
    ),
    "postman-api-key": token("PMAK-{hex:24}-{hex:34}", f"PMAK-{X[:24]}-{X[:34]}", "PMAK-{hex:24}"),
    "postman-collection-key": token("PMAT-{upper:26}", "PMAT-" + "X" * 26, "PMAT-{upper:10}"),
    "readme-api-key": token("rdme_{lower:70}", f"rdme_{X[:70]}", "rdme_{lower:20}"),
    "rapidapi-key": token(
        "{hex:10}msh{hex:15}p1{hex:6}jsn{hex:12}", "your-rapidapi-key", "{hex:10}msh{hex:5}jsn"
    ),
    "rapidapi-named-key": setting("RAPIDAPI_KEY", "{lower:50}"),
    "looker-client-secret": setting("LOOKER_CLIENT_SECRET", "{lower:24}"),
    "looker-client-id": setting("LOOKER_CLIENT_ID", "{lower:20}"),
    "okta-api-token": setting("OKTA_API_TOKEN", "00{alnum:40}", "rookTable = 00{alnum:40}"),
    "okta-client-secret": setting("OKTA_CLIENT_SECRET", "{alnum:64}"),
    "auth0-client-secret": setting("AUTH0_CLIENT_SECRET", "{url:63}a"),
    "stytch-secret": token("secret-live-{alnum:36}=", f"secret-test-{X[:36]}", "secret-test-{alnum:10}"),
    "authress-access-key": token(
        "sc_{lower:10}.{lower:5}.acc_{lower:12}.{alnum:44}",
        "sc_client.key1.acc_account.secret",
        "ext_{lower:10}.acc_",
    ),
    "posthog-personal-key": token("phx_{alnum:43}", f"phx_{X[:43]}", "phc_{alnum:43}"),
    "pusher-app-secret": setting("PUSHER_APP_SECRET", "{hex:20}"),
    "ably-api-key": setting("ABLY_API_KEY", "{alnum:6}.{alnum:6}:{alnum:43}"),
    "mixpanel-api-secret": setting("MIXPANEL_API_SECRET", "{hex:32}", "mixpanel.init('{hex:32}')"),
    "amplitude-secret-key": setting("AMPLITUDE_SECRET_KEY", "{hex:32}", "amplitude.init('{hex:32}')"),
    "adafruit-io-key": token("aio_{alnum:25}aB7", f"aio_{X[:28]}", "aio_{alnum:10}"),
    "adafruit-legacy-key": setting("ADAFRUIT_IO_KEY", "{hex:32}"),
    "infracost-api-key": token(
        "ico-{alnum:29}aB7", f"ico-{'X' * 32}", "video_box.ico-{hex:32}.png", "ico-{alnum:20}"
    ),
    "intra42-client-secret": token("s-s4t2ud-{hex:64}", f"s-s4t2ud-{X[:64]}", "s-s4t2ud-{hex:20}"),
    "defined-networking-api-key": token(
        "dnkey-{upper:26}-{upper:52}", f"dnkey-{X[:26]}-{X[:52]}", "dnkey-{upper:26}"
    ),
    "sidekiq-credentials": Examples(
        positive=(
            "BUNDLE_ENTERPRISE__CONTRIBSYS__COM=«{hex:8}:{hex:8}»\n",
            'export BUNDLE_GEMS__CONTRIBSYS__COM="«{hex:8}:{hex:8}»"',
            "BUNDLE_GEMS__CONTRIBSYS__COM: «{hex:8}:{hex:8}»\n",
        ),
        negative=("BUNDLE_GEMS__CONTRIBSYS__COM=user:password\n", "BUNDLE_GEMS__CONTRIBSYS__COM: $KEY\n"),
    ),
    "sidekiq-url": Examples(
        positive=(
            'source "https://«{hex:8}:{hex:8}»@gems.contribsys.com/"',
            "http://«{hex:8}:{hex:8}»@enterprise.contribsys.com:80?x=1",
        ),
        negative=('source "https://gems.contribsys.com/"', "https://user:password@gems.contribsys.com/path"),
    ),
    "scalingo-api-token": token("tk-us-{alnum:48}", f"tk-us-{X[:48]}", "tk-us-{alnum:20}"),
    "openweather-api-key": setting("OPENWEATHER_API_KEY", "{hex:32}"),
}
