from support.around import setting, token
from support.fakes import Examples

EXAMPLES = {
    "harness-key": token(
        "pat.{url:22}.{hex:24}.{alnum:20}", "pat.{url:22}.{hex:24}", "a.pat.{alnum:22}.{hex:24}.{alnum:20}"
    ),
    "circleci-token": token("CCIPAT_{alnum:22}_{hex:40}", "CCIPAT_{alnum:22}", "CCIPAT_{alnum:22}_{hex:30}"),
    "circleci-old-token": setting(
        "CIRCLECI_TOKEN",
        "{hex:40}",
        "circle_commit: {hex:40}\n",
    ),
    "travis-token": setting("TRAVIS_TOKEN", "{url:20}7a", "https://travis.example.test/acme/open.svg\n"),
    "buildkite-token": token("bkua_{hex:40}", "bkua_{hex:30}", "abkua_{hex:40}", "bkct_{alnum:10}"),
    "buildkite-agent-token": setting("BUILDKITE_AGENT_TOKEN", "{hex:50}", "buildkite_commit: {hex:40}\n"),
    "drone-token": setting("DRONE_TOKEN", "{alnum:30}7a", "drone_md5: {hex:32}\n"),
    "jenkins-token": setting("JENKINS_API_TOKEN", "11{hex:32}", "jenkins_md5: {hex:32}\n"),
    "octopus-key": token("API-{upper:25}7", "API-{upper:12}", "API-" + "X" * 26, "REST-API-{upper:26}"),
    "codecov-token": setting("CODECOV_TOKEN", "{uuid}", "codecov_sha: {hex:32}\n"),
    "coveralls-token": setting("COVERALLS_REPO_TOKEN", "{alnum:31}7a", "coveralls: {alnum:33}\n"),
    "codeclimate-token": setting("CC_TEST_REPORTER_ID", "{hex:64}", "codeclimate_sha256: {hex:64}\n"),
    "codacy-token": setting("CODACY_PROJECT_TOKEN", "{hex:32}", "codacy_md5: {hex:32}\n"),
    "sonar-token": token("sqp_{hex:40}", "sqp_{hex:30}", "ssqp_{hex:40}"),
    "sonar-old-token": setting("SONAR_TOKEN", "{hex:40}", "sonar_sha1: {hex:40}\n"),
    "snyk-access-token": token(
        "snyk_uat.{hex:8}.{url:60}.{url:86}", "snyk_uat.{hex:8}", "snyk_uat.{hex:8}.{url:6}"
    ),
    "snyk-token": setting("SNYK_TOKEN", "{uuid}", "SNYK-JS-LODASH-567746", "ignore: {uuid}\n"),
    "launchdarkly-key": token("sdk-{uuid}", "sdk-{hex:8}", "mob-{uuid}", "aws-sdk-{uuid}"),
    "launchdarkly-token": setting("LAUNCHDARKLY_ACCESS_TOKEN", "{url:38}7a", "launchdarkly_sha1: {hex:40}\n"),
    "percy-token": setting("PERCY_TOKEN", "web_{hex:64}", "percy_sha256: {hex:64}\n"),
    "chromatic-token": setting("CHROMATIC_PROJECT_TOKEN", "chpt_{hex:15}", "chromatic_build: {digit:8}\n"),
    "cypress-key": Examples(
        positive=(
            "CYPRESS_RECORD_KEY=«{uuid}»\n",
            "npx cypress run --record --record-key «{uuid}»\n",
            '"cypressRecordKey": "«{uuid}»"',
        ),
        negative=("CYPRESS_RECORD_KEY=$KEY\n", "npx cypress run --record\n", '"record": "{uuid}"'),
    ),
    "expo-token": Examples(
        positive=("expo_token=«{url:38}7a»\n", 'expoToken: "«{url:38}7a»"'),
        negative=("expo_token=$EXPO_TOKEN\n", 'expoToken: ""'),
    ),
    "nx-cloud-token": Examples(
        positive=('"nxCloudAccessToken": "«{b64:64}»"', "NX_CLOUD_ACCESS_TOKEN=«{b64:64}»\n"),
        negative=(
            '"nxCloudAccessToken": ""',
            "NX_CLOUD_ACCESS_TOKEN=$NX_TOKEN\n",
            "nxCloudAccessToken: null",
        ),
    ),
}
