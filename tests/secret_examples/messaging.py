from support.fakes import Examples
from support.surroundings import setting, token

X = "x" * 200
N = "{digit:11}"
BASE32 = "k3v7qz5m2wxh4rjt6ypbdnfga"
SNOWFLAKE = "MTAxMjM0NTY3ODkwMTIzNDU2"  # 101234567890123456 in base 64

EXAMPLES = {
    "slack-bot-token": token(
        "xoxb-1{digit:11}-2{digit:12}-{alnum:24}",
        f"xoxb-{X[:12]}-{X[:12]}-{X[:24]}",
        "xoxb-12345-abcd234",
        "xoxb-my-bot-token",
        "xoxb-...",
    ),
    "slack-user-token": token(
        f"xoxp-{N}-{N}-{N}-{{hex:32}}",
        f"xoxp-{X[:11]}-{X[:11]}",
        "xoxp-1234567890",
        f"xoxp-{N}-{N}-{N}-####",
        "2018-250-xoxo-indieweb-1.jpg",
    ),
    "slack-workspace-token": token(
        "xoxa-2-{digit:9}-{digit:11}-{hex:18}", f"xoxa-2-{X[:12]}", "xoxa-your-token"
    ),
    "slack-app-token": token(
        "xapp-1-A{upper:10}-{digit:13}-{hex:64}", f"xapp-1-A000-{X[:64]}", "xapp-1-A{upper:10}"
    ),
    "slack-configuration-token": token(
        "xoxe.xoxp-1-{alnum:164}", f"xoxe.xoxp-1-{X[:164]}", "xoxe.xoxp-1-initial"
    ),
    "slack-refresh-token": token("xoxe-1-{alnum:146}", f"xoxe-1-{X[:146]}", "xoxe-1-xxx"),
    "slack-session-token": token(f"xoxc-{N}-{N}-{N}-{{hex:64}}", f"xoxd-{X[:80]}", "xoxd-{alnum:20}"),
    "slack-webhook": Examples(
        positive=(
            'const url = "https://hooks.slack.com/services/«T{upper:8}/B{upper:8}/{alnum:24}»";',
            "SLACK_WEBHOOK_URL=https://hooks.slack.com/services/«T{upper:10}/B{upper:10}/{alnum:24}»\n",
            "curl -X POST https://hooks.slack.com/workflows/«T{upper:8}/A{upper:10}/{digit:18}/{alnum:24}»",
        ),
        negative=(
            "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
            "https://hooks.slack.com/services/YOUR/WEBHOOK/URL",
            "new URL('https://hooks.slack.com/services/' + process.env.SLACK_PATH)",
        ),
    ),
    "discord-webhook": Examples(
        positive=(
            'fetch("https://discord.com/api/webhooks/1{digit:17}/«{url:67}a»", { method: "POST" })',
            "DISCORD_WEBHOOK=https://discordapp.com/api/webhooks/1{digit:17}/«{url:67}a»\n",
            '{ "webhook": "https://discord.com/api/v10/webhooks/1{digit:17}/«{url:67}a»" }',
        ),
        negative=(
            "https://discord.com/api/webhooks/123456789012345678/" + X[:68],
            "https://discord.com/api/webhooks/<id>/<token>",
            "`https://discord.com/api/webhooks/${ id }/${ token }`",
        ),
    ),
    "discord-bot-token": Examples(
        positive=(
            f'client.login("«{SNOWFLAKE}.G{{alnum:5}}.{{alnum:37}}9»");',
            f"DISCORD_TOKEN=«{SNOWFLAKE}.G{{alnum:5}}.{{alnum:26}}9»\n",
            f'  "token": "«{SNOWFLAKE}.{{alnum:6}}.{{alnum:37}}1»",',
            f"headers: {{ Authorization: 'Bot «{SNOWFLAKE}.{{alnum:6}}.{{alnum:37}}1»' }}",
        ),
        negative=(
            "client.login(process.env.DISCORD_TOKEN);",
            "token = Module.someVeryLongIdentifier.method.anotherVeryLongIdentifierName",
            "DISCORD_TOKEN=your.token.here\n",
            f"{SNOWFLAKE}.short.{{alnum:10}}",
        ),
    ),
    "discord-client-secret": setting("DISCORD_CLIENT_SECRET", "{alnum:31}_"),
    "discord-public-key": setting("DISCORD_PUBLIC_KEY", "{hex:64}", "https://discord.gg/{alnum:10}"),
    "telegram-bot-token": Examples(
        positive=(
            "const bot = new Telegraf('«1{digit:9}:AA{url:32}9»');",
            "TELEGRAM_BOT_TOKEN=«{digit:8}1:AA{url:32}9»\n",
            "https://api.telegram.org/bot«1{digit:9}:AA{url:32}9»/sendMessage",
            '{"bot": {"token": "«1{digit:9}:AA{url:32}9»"}}',
        ),
        negative=(
            "TELEGRAM_BOT_TOKEN=123456789:your-token-here\n",
            "https://api.telegram.org/bot<token>/getMe",
            'type="clm54669708:AgencyIdentificationCodeContentType"',
            "1234567890:AA" + X[:33],
        ),
    ),
    "telegram-named-token": setting(
        "TELEGRAM_TOKEN", "1{digit:10}:Ab{url:32}9", "telegram: 9537:Az{alnum:33}"
    ),
    "twilio-api-key": token("SK{hex:32}", "SK" + X[:32], "SK{hex:31}", "SKeleton"),
    "twilio-auth-token": Examples(
        positive=(
            "TWILIO_AUTH_TOKEN=«{hex:32}»\n",
            "const client = require('twilio')('AC{hex:32}', '«{hex:32}»');",
            "const accountSid = 'AC{hex:32}';\nconst authToken = '«{hex:32}»';",
            '{\n  "twilioAuthToken": "«{hex:32}»"\n}',
        ),
        negative=(
            "TWILIO_AUTH_TOKEN=your_auth_token\n",
            "const client = twilio(process.env.TWILIO_SID, process.env.TWILIO_TOKEN);",
            "TWILIO_ACCOUNT_SID=AC{hex:32}\n",
        ),
    ),
    "twilio-url": Examples(
        positive=(
            "curl https://AC{hex:32}:«{hex:32}»@api.twilio.com/2010-04-01/Accounts.json",
            'const url = "https://AC{hex:32}:«{hex:32}»@api.twilio.com/";',
        ),
        negative=(
            "https://api.twilio.com/2010-04-01/Accounts.json",
            "https://AC" + X[:32] + ":" + X[:32] + "@api.twilio.com/",
        ),
    ),
    "vonage-api-secret": setting("VONAGE_API_SECRET", "{alnum:15}7", "nexmo secret"),
    "messagebird-api-key": setting("MESSAGEBIRD_API_KEY", "{alnum:25}"),
    "messagebird-client-id": setting("MESSAGEBIRD_CLIENT_ID", "{uuid}"),
    "mattermost-access-token": setting("MATTERMOST_TOKEN", "{lower:26}"),
    "teams-webhook": Examples(
        positive=(
            'const hook = "https://corp.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/«{hex:32}/{uuid}»";',
            "TEAMS_URL=https://outlook.office.com/webhook/{uuid}@{uuid}/IncomingWebhook/«{hex:32}/{uuid}»\n",
        ),
        negative=(
            "https://outlook.office.com/webhook/...",
            "https://corp.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/",
        ),
    ),
    "google-chat-webhook": Examples(
        positive=(
            "https://chat.googleapis.com/v1/spaces/AAAA{alnum:7}/messages?key=KEY{alnum:36}&token=«{url:42}a»",
            'post("https://chat.googleapis.com/v1/spaces/AAAA{alnum:7}/messages?key=KEY{alnum:36}&token=«{url:42}a»")',
        ),
        negative=(
            "https://chat.googleapis.com/v1/spaces/SPACE/messages?key=KEY&token=TOKEN",
            "fetch(`https://chat.googleapis.com/v1/${ space }/messages`)",
        ),
    ),
    "zoom-client-secret": setting(
        "ZOOM_CLIENT_SECRET", "{alnum:31}a", "zoomKeyboardShortcutsEnabledByDefault: 1"
    ),
    "webex-access-token": setting("WEBEX_ACCESS_TOKEN", "{alnum:64}_PF84_{uuid}"),
    "intercom-access-token": token("dG9rO{alnum:54}=", "dG9rO" + X[:54] + "=", "dG9rOg=="),
    "intercom-named-token": setting("INTERCOM_TOKEN", "{url:58}9a"),
    "gitter-access-token": setting("GITTER_TOKEN", "{hex:40}"),
    "line-channel-token": token("{b64:150}dB04t89/1O/w1cDnyilFU=", X[:150] + "dB04t89/1O/w1cDnyilFU="),
    "pushover-token": setting("PUSHOVER_TOKEN", "{lower:30}"),
    "onesignal-api-key": token("os_v2_app_" + BASE32 * 4 + "abc", "os_v2_app_" + X[:103], "os_v2_app_abc"),
    "sendbird-api-token": setting("SENDBIRD_API_TOKEN", "{hex:40}"),
    "sendbird-app-id": setting("SENDBIRD_APP_ID", "{uuid}"),
    "plivo-auth-token": setting("PLIVO_AUTH_TOKEN", "{alnum:40}"),
    "matrix-access-token": Examples(
        positive=(
            'accessToken: "«syt_Ym90_{letter:20}_0a1B2c»",',
            "MATRIX_TOKEN=«syt_YWxpY2U_{letter:20}_Zz9Yy8»\n",
        ),
        negative=("syt_Ym90_{letter:10}_0a1B2c", "syt_" + X[:6] + "_" + X[:20] + "_" + X[:6]),
    ),
}
