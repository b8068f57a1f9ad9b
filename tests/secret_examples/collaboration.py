from support.fakes import Examples
from support.surroundings import setting, token

X = "x" * 200

EXAMPLES = {
    "atlassian-api-token": token(
        "ATATT3xFfGF0{alnum:170}={HEX:8}", f"ATATT3{X[:180]}={X[:8]}", "ATATT3xFfGF0...", "ATATT3{alnum:20}"
    ),
    "atlassian-legacy-token": setting(
        "JIRA_API_TOKEN",
        "{alnum:23}7",
        "getPagesInConfluenceSpace,searchConfluenceUsingCql",
        "PROJ-1234 in jira",
    ),
    "trello-token": token("ATTA{hex:72}", f"ATTA{X[:72]}", "ATTA{hex:40}"),
    "trello-api-key": setting("TRELLO_API_KEY", "{hex:32}"),
    "asana-client-secret": setting("ASANA_CLIENT_SECRET", "{hex:32}", "asanaWorkspace = 1{digit:15}"),
    "asana-access-token": setting("ASANA_ACCESS_TOKEN", "1/1{digit:15}:{hex:32}"),
    "notion-token": token(
        "ntn_{digit:11}{alnum:35}", f"ntn_{X[:46]}", "ntn_12345678901", "ntn_{digit:10}a{alnum:34}"
    ),
    "notion-legacy-token": token(
        "secret_{alnum:40}aB7", f"secret_{X[:43]}", "secret_access_key_of_the_bucket", "secret_abc123"
    ),
    "linear-api-key": token("lin_api_{alnum:40}", f"lin_api_{X[:40]}", "lin_api_{alnum:20}"),
    "linear-oauth-token": token("lin_oauth_{hex:64}", f"lin_oauth_{X[:64]}", "lin_oauth_{hex:20}"),
    "linear-client-secret": setting(
        "LINEAR_CLIENT_SECRET", "{hex:32}", "linear-gradient(to right, #1a2b3c, #4d5e6f)"
    ),
    "airtable-access-token": token(
        "pat{alnum:14}.{hex:64}", f"pat{X[:14]}.{X[:64]}", "pat{alnum:14}.{hex:20}", "path.resolve"
    ),
    "airtable-api-key": setting("AIRTABLE_API_KEY", "key{alnum:13}7", 'airtable.base("appointments")'),
    "figma-access-token": token("figd_{url:39}a", f"figd_{X[:40]}", "figd_{alnum:20}", "figo_bar"),
    "contentful-management-token": token("CFPAT-{alnum:43}", f"CFPAT-{X[:43]}", "CFPAT-{alnum:20}"),
    "contentful-delivery-token": setting("CONTENTFUL_ACCESS_TOKEN", "{alnum:43}"),
    "dropbox-access-token": token(
        "sl.B{url:135}a7B", f"sl.{X[:140]}", "sl.{alnum:40}", "sl.prototype.render"
    ),
    "dropbox-long-lived-token": token(
        "{alnum:11}AAAAAAAAAA{alnum:40}aB7", f"{X[:11]}AAAAAAAAAA{X[:43]}", "AAAAAAAAAAAAAAAA"
    ),
    "dropbox-app-secret": setting("DROPBOX_APP_SECRET", "{lower:14}7"),
    "typeform-access-token": token("tfp_{alnum:44}_{alnum:14}", f"tfp_{X[:59]}", "tfp_{alnum:20}"),
    "zendesk-api-token": setting("ZENDESK_API_TOKEN", "{alnum:40}"),
    "clickup-access-token": token("pk_{digit:8}_{upper:32}", f"pk_12345678_{'X' * 32}", "pk_{digit:8}"),
    "frameio-token": token("fio-u-{url:63}a", f"fio-u-{X[:64]}", "fio-u-{alnum:20}"),
    "shortcut-api-token": setting("SHORTCUT_API_TOKEN", "{uuid}", 'aria-keyshortcuts="Control+S"'),
    "todoist-api-token": setting("TODOIST_API_TOKEN", "{hex:40}"),
    "zapier-webhook": Examples(
        positive=(
            'fetch("https://hooks.zapier.com/hooks/catch/{digit:7}/«{lower:6}7»/")',
            "ZAPIER_URL=https://hooks.zapier.com/hooks/catch/{digit:7}/«{lower:6}7»\n",
        ),
        negative=(
            "https://hooks.zapier.com/hooks/catch/<account>/<hook>",
            "https://hooks.zapier.com/hooks/catch/123456/xxxxxxx/",
        ),
    ),
    "beamer-api-key": setting(
        "BEAMER_API_KEY", "b_{alnum:43}=", "R24A-B_250K-Release-OTA-97B6C6C59241976086FABDC41472150C.bfu"
    ),
    "adobe-client-id": setting("ADOBE_CLIENT_ID", "{hex:32}"),
    "adobe-client-secret": token("p8e-{alnum:31}7", f"p8e-{X[:32]}", "p8e-{alnum:10}"),
}
