from support.fakes import Examples
from support.surroundings import setting, token

X = "x" * 100

EXAMPLES = {
    "paystack-secret-key": token("sk_live_{hex:40}", f"sk_live_{X[:40]}", "pk_live_{hex:40}"),
    "stripe-secret-key": Examples(
        positive=(
            "const stripe = require('stripe')('«sk_live_51{alnum:97}»');",
            "STRIPE_SECRET_KEY=«sk_test_{alnum:24}»\n",
            'stripe:\n  key: "«rk_live_{alnum:24}»"\n',
            "curl https://api.example.test/v1/charges -u «sk_live_{alnum:24}»:",
            'Stripe::$apiKey = "«rk_test_51{alnum:97}»";',
        ),
        negative=(
            "const stripe = Stripe('pk_live_{alnum:24}');",
            "STRIPE_SECRET_KEY=sk_live_...\n",
            "sk_live_" + X[:24],
            "sk_test_your_key",
            "function task_live_reloadingOfEverything() { }",
        ),
    ),
    "stripe-webhook-secret": token("whsec_{alnum:32}", f"whsec_{X[:32]}", "whsec_..."),
    "square-access-token": token("sq0atp-{alnum:22}", f"sq0atp-{X[:22]}", "sq0atp-{alnum:10}"),
    "square-oauth-secret": token("sq0csp-{alnum:43}", f"sq0csp-{X[:43]}", "sq0csp-{alnum:20}"),
    "square-personal-token": token(
        "EAAAl{url:56}aB7", f"EAAA{X[:60]}", "AAAA,EAAA,CAAC;EAAA,SAASA", "EAAA{alnum:20}"
    ),
    "braintree-access-token": token(
        "access_token$production${lower:16}${hex:32}",
        f"access_token$production${X[:16]}${X[:32]}",
        "access_token$sandbox$",
    ),
    "paypal-client-secret": setting("PAYPAL_CLIENT_SECRET", "E{url:78}7"),
    "adyen-api-key": setting("ADYEN_API_KEY", "AQE{alnum:80}-{alnum:44}=-{alnum:16}"),
    "razorpay-key-id": token("rzp_live_{alnum:14}", f"rzp_live_{X[:14]}", "rzp_live_{alnum:5}"),
    "razorpay-key-secret": setting("RAZORPAY_KEY_SECRET", "{alnum:23}7"),
    "flutterwave-secret-key": token("FLWSECK_TEST-{hex:32}-X", f"FLWSECK-{X[:32]}-X", "FLWSECK-..."),
    "flutterwave-encryption-key": token(
        "FLWSECK_TEST{hex:12}", f"FLWSECK_TEST{X[:12]}", "FLWSECK_TEST{hex:5}"
    ),
    "flutterwave-public-key": token("FLWPUBK-{hex:32}-X", f"FLWPUBK-{X[:32]}-X", "FLWPUBK-{hex:12}"),
    "gocardless-access-token": setting("GOCARDLESS_ACCESS_TOKEN", "live_{alnum:39}7"),
    "plaid-secret": setting("PLAID_SECRET", "{lower:30}"),
    "plaid-client-id": setting("PLAID_CLIENT_ID", "{hex:24}", "PlaidInfo: payByBankPlaidUpdateInfo"),
    "plaid-access-token": token("access-sandbox-{uuid}", "access-sandbox-...", "access-sandbox-{hex:8}"),
    "mollie-api-key": token(
        "live_{alnum:27}aB7", f"live_{X[:30]}", "live_reload_server_connection_x", "test_{alnum:20}"
    ),
    "mercadopago-access-token": token(
        "APP_USR-{digit:16}-{digit:6}-{hex:32}-{digit:9}", "APP_USR-...", "APP_USR-{digit:16}-{digit:6}"
    ),
    "xendit-secret-key": token(
        "xnd_production_{alnum:58}", f"xnd_production_{X[:58]}", "xnd_production_{alnum:9}"
    ),
    "paddle-api-key": token(
        "pdl_live_apikey_01{lower:24}_{alnum:22}_{alnum:3}",
        f"pdl_live_apikey_{X[:26]}",
        "pdl_live_apikey_...",
    ),
    "finicity-app-key": setting("FINICITY_APP_KEY", "{hex:32}"),
    "finicity-client-secret": setting("FINICITY_PARTNER_SECRET", "{lower:20}"),
    "finnhub-api-key": setting("FINNHUB_API_KEY", "{lower:20}"),
    "freshbooks-access-token": setting("FRESHBOOKS_ACCESS_TOKEN", "{lower:64}"),
    "coinbase-access-token": setting("COINBASE_ACCESS_TOKEN", "{lower:64}"),
    "kraken-api-secret": setting("KRAKEN_API_SECRET", "K{b64:85}=="),
    "kraken-api-key": setting("KRAKEN_API_KEY", "{b64:56}"),
    "kucoin-api-key": setting("KUCOIN_API_KEY", "{hex:24}"),
    "kucoin-api-secret": setting("KUCOIN_API_SECRET", "{uuid}"),
    "bittrex-api-key": setting("BITTREX_API_KEY", "{hex:32}"),
    "binance-api-key": setting("BINANCE_API_SECRET", "{alnum:64}"),
    "shopify-access-token": token("shpat_{hex:32}", f"shpat_{X[:32]}", "shpat_{hex:20}"),
    "shopify-shared-secret": token("shpss_{hex:32}", f"shpss_{X[:32]}", "shpssSSSSS_SSSS_sssss is no key"),
    "etsy-api-key": setting(
        "ETSY_API_KEY",
        "{lower:24}",
        "if err := sysctl.SetSysctl(sysctlBridgeCallIPTables); err != nil {",
        "setSystemInfo: {lower:24}",
    ),
    "bigcommerce-access-token": setting("BIGCOMMERCE_ACCESS_TOKEN", "{lower:31}"),
    "woocommerce-api-key": token("ck_{hex:40}", f"cs_{X[:40]}", "cs_{hex:20}", "ck_editor_instance"),
    "squarespace-api-key": setting("SQUARESPACE_API_KEY", "{uuid}"),
    "shippo-api-token": token("shippo_live_{hex:40}", f"shippo_test_{X[:40]}", "shippo_test_{hex:20}"),
    "easypost-api-key": token(
        "EZAK{alnum:54}", f"EZAK{X[:54]}", "fUa/rYqRvfQ+EZAK{alnum:54}/VmWq", "EZAK{alnum:20}"
    ),
    "easypost-test-key": token(
        "EZTK{alnum:54}", f"EZTK{X[:54]}", "fUa/rYqRvfQ+EZTK{alnum:54}/VmWq", "EZTK{alnum:20}"
    ),
    "lob-api-key": token("live_{hex:35}", f"test_{X[:35]}", "test_{hex:20}"),
    "lob-publishable-key": token("live_pub_{hex:31}", f"test_pub_{X[:31]}", "test_pub_{hex:20}"),
    "duffel-access-token": token("duffel_live_{alnum:43}", f"duffel_test_{X[:43]}", "duffel_test_{alnum:20}"),
    "freemius-secret-key": Examples(
        positive=(
            """$config = array( "secret_key" => "«sk_{alnum:29}»", );""",
            """array( 'secret_key'  => '«sk_{alnum:29}»' )""",
        ),
        negative=(
            """$config = array( "secret_key" => FREEMIUS_SECRET_KEY, );""",
            """array( 'secret_key' => 'sk_xxxxxxxxxxxxxxxxxxxxxxxxxxxxx' )""",
        ),
    ),
    "settlemint-access-token": token("sm_pat_{alnum:16}", f"sm_pat_{X[:16]}", "sm_pat_{alnum:10}"),
    "onfido-api-token": token(
        "api_live.{alnum:11}.{alnum:32}", f"api_live.{X[:11]}.{X[:32]}", "api_live.call"
    ),
}
