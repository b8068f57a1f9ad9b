from support.around import base64_of, setting, token
from support.fakes import Examples

_CLOUD = base64_of('{"o":"{digit:6}","n":"stack-{digit:6}-reader","k":"{alnum:24}","m":{"r":"eu"}}')
_KEY = base64_of('{"k":"{alnum:32}","n":"reader","id":1}')
_ORG = base64_of(
    '{"iat":1700000000.123456,"url":"https://errors.example.test","region_url":null,"org":"acme"}'
)

EXAMPLES = {
    "grafana-cloud-token": token(f"glc_{_CLOUD}", "glc_{alnum:20}", "glc_" + "x" * 60, "GLC_{alnum:30}"),
    "grafana-service-token": token(
        "glsa_{alnum:32}_{hex:8}", "glsa_{alnum:32}", "glsa_" + "X" * 32 + "_AAAAAAAA"
    ),
    "grafana-key": token(_KEY, "eyJrIjoi{alnum:20}", "eyJrIjoi" + "x" * 80),
    "sentry-org-token": token(f"sntrys_{_ORG}_{{b64:43}}", f"sntrys_{_ORG}_{{b64:40}}", "sntrys_{alnum:40}"),
    "sentry-user-token": token("sntryu_{hex:64}", "sntryu_{hex:60}", "sntryu_" + "a" * 64),
    "sentry-old-token": setting("SENTRY_AUTH_TOKEN", "{hex:64}", "sentry_sha256: {hex:64}\n"),
    "new-relic-key": token("NRAK-{upper:26}7", "NRAK-{upper:10}", "NRAK-" + "X" * 27),
    "new-relic-browser-key": token("NRJS-{hex:19}", "NRJS-{hex:10}", "NRJS-{hex:24}"),
    "new-relic-licence-key": token("{hex:32}FFFFNRAL", "{hex:30}NRAL", "{hex:36}FFFF"),
    "new-relic-id": setting("NEW_RELIC_LICENSE_KEY", "{hex:40}", "new_relic_sha1: {hex:40}\n"),
    "datadog-application-key": token("ddapp_{alnum:34}", "ddapp_{alnum:20}", "addapp_{alnum:34}"),
    "datadog-key": setting("DATADOG_API_KEY", "{hex:32}", "datadog_md5: {hex:32}\n", "dd_trace: {hex:8}\n"),
    "dynatrace-token": token("dt0c01.{b32:24}.{b32:64}", "dt0c01.{b32:24}", "dt0c01.{b32:24}.{b32:40}"),
    "honeycomb-key": token("hcaik_{lower:57}7", "hcaik_{lower:12}", "hcxyz_{lower:58}"),
    "honeycomb-old-key": setting("HONEYCOMB_API_KEY", "{hex:32}", "honeycomb_md5: {hex:32}\n"),
    "pagerduty-key": setting("PAGERDUTY_TOKEN", "u+{url:16}7a", "pagerduty_service: P{upper:6}\n"),
    "opsgenie-key": setting("OPSGENIE_API_KEY", "{uuid}", "opsgenie_digest: {uuid}\n"),
    "rollbar-token": setting("ROLLBAR_ACCESS_TOKEN", "{hex:32}", "rollbar_revision: {hex:32}\n"),
    "bugsnag-key": setting("BUGSNAG_API_KEY", "{hex:32}", "bugsnag_revision: {hex:32}\n"),
    "airbrake-key": setting("AIRBRAKE_PROJECT_KEY", "{hex:32}", "airbrake_revision: {hex:32}\n"),
    "sumologic-key": setting("SUMO_ACCESS_KEY", "{alnum:62}7a", "SUMO_ACCESS_KEY: AbCeFG123\n"),
    "sumologic-id": setting(
        "SUMO_ACCESS_ID", "su{alnum:10}7a", "sumObj = su{alnum:11}7\n", "sumOfProperty: text\n"
    ),
    "loggly-token": setting("LOGGLY_TOKEN", "{uuid}", "loggly_hash: {uuid}\n"),
    "loggly-url": Examples(
        positive=(
            "url: https://logs-01.loggly.com/inputs/«{uuid}»/tag/http/\n",
            'fetch("https://logs-01.loggly.com/bulk/«{uuid}»/tag/bulk/")',
        ),
        negative=("https://logs-01.loggly.com/inputs/$TOKEN/tag/http/", "https://acme.loggly.com/search"),
    ),
    "splunk-token": setting("SPLUNK_HEC_TOKEN", "{uuid}", "splunk_hash: {uuid}\n"),
    "splunk-header": Examples(
        positive=(
            'curl -H "Authorization: Splunk «{uuid}»" https://splunk.example.test:8088/services/collector',
            "headers: { Authorization: 'Splunk «{uuid}»' },",
        ),
        negative=('curl -H "Authorization: Splunk $TOKEN"', "Splunk 9.1.2 and later"),
    ),
    "papertrail-token": setting("PAPERTRAIL_API_TOKEN", "{alnum:18}7a", "papertrail_host: logs.example\n"),
    "logdna-key": setting("LOGDNA_INGESTION_KEY", "{hex:32}", "logdna_md5: {hex:32}\n"),
    "better-stack-token": setting("LOGTAIL_SOURCE_TOKEN", "{alnum:22}7a", "better_stack: yes\n"),
    "statuspage-key": setting("STATUSPAGE_API_KEY", "{uuid}", "statuspage_page: {lower:12}\n"),
}
