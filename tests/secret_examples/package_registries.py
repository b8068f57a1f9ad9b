from support.around import base64_of, setting, token
from support.fakes import Examples

_LOGIN = base64_of("deploy:{alnum:20}")
_PASSWORD = base64_of("{alnum:20}")

EXAMPLES = {
    "npm-token": token("npm_{alnum:30}{crc}", "npm_{alnum:35}", "npm_" + "x" * 36, "my_npm_{alnum:36}"),
    "npmrc-auth-token": Examples(
        positive=(
            "//registry.example.test/:_authToken=«{uuid}»\n",
            "@acme:registry=https://npm.example.test/\n//npm.example.test:4873/repo/npm/:_authToken=«{alnum:40}»",
            'RUN echo "//npm.example.test/:_authToken=«{b64:64}»" > .npmrc',
            "_authToken=«{uuid}»\n",
        ),
        negative=(
            "//registry.example.test/:_authToken=$NPM_TOKEN_OF_THE_BUILD_SERVER\n",
            "//registry.example.test/:_authToken=your-token-comes-here-please\n",
            "//registry.example.test/:_authToken=" + "x" * 36,
            "registry.example.test/:_authToken={uuid}",
        ),
    ),
    "npmrc-auth": Examples(
        positive=(
            f"//registry.example.test/:_auth=«{_LOGIN}»\n",
            f"_auth = «{_LOGIN}»\nalways-auth=true\n",
            f'{{ "_auth": "«{_LOGIN}»" }}',
        ),
        negative=(
            "_auth=$NPM_AUTH\n",
            "//registry.example.test/:_auth=abcdefgh\n",
            "this._auth = undefined00;",
        ),
    ),
    "npmrc-password": Examples(
        positive=(
            f"//registry.example.test/:_password=«{_PASSWORD}»\n",
            f'//registry.example.test/repo/:_password="«{_PASSWORD}»"\n',
        ),
        negative=(
            "//registry.example.test/:_password=$NPM_PASSWORD\n",
            "//registry.example.test/:username=deploy\n",
        ),
    ),
    "yarnrc-auth-token": Examples(
        positive=("npmAuthToken: «{uuid}»\n", 'npmScopes:\n  acme:\n    npmAuthToken: "«{alnum:40}»"\n'),
        negative=("npmAuthToken: $NPM_TOKEN\n", "npmAlwaysAuth: true\n", "npmAuthToken: " + "x" * 30 + "\n"),
    ),
    "pypi-token": token(
        "pypi-AgEMcmVwby5leGFtcGxl{url:130}", "pypi-AgEMcmVwby5leGFtcGxl", "pypi-{url:30}", "pypi-AgE"
    ),
    "rubygems-token": token("rubygems_{hex:48}", "rubygems_{hex:40}", "rubygems_{hex:50}"),
    "nuget-key": token("oy2{b32low:41}4q", "oy2{b32low:40}", "oy2{b32low:60}", "oy2" + "a" * 43),
    "crates-token": token("cio{alnum:30}9z", "cio{alnum:20}", "pricio{alnum:32}", "cio{letter:40}"),
    "clojars-token": token("CLOJARS_{hex:60}", "CLOJARS_{hex:50}", "CLOJARS_USERNAME"),
    "jfrog-api-key": token(
        "AKCp8{alnum:67}7", "AKCp8{alnum:40}", "AKCp" + "X" * 69, "{alnum:9}AKCp8{alnum:68}"
    ),
    "jfrog-reference-token": token("cmVmdGtuOjAx{alnum:51}7", "cmVmdGtu{alnum:40}", "cmVmd" + "X" * 59),
    "jfrog-token": setting("JFROG_API_KEY", "{lower:72}7", "artifactory_sha1: {hex:40}\n"),
    "jfrog-encrypted-password": Examples(
        positive=(
            "X-JFrog-Art-Api: «AP5{alnum:40}»\n",
            "artifactory.acme:_password=«AKC{alnum:30}»\n",
        ),
        negative=("X-JFrog-Art-Api: $API_KEY\n", "artifactory:_password=AP6xxxxxx"),
    ),
    "docker-token": token(
        "dckr_pat_{url:27}", "dckr_pat_tooshort", "dckr_pat_" + "x" * 27, "dckr_oat_{url:20}"
    ),
    "docker-config-auth": Examples(
        positive=(
            f'{{"auths": {{"images.example.test": {{"auth": "«{_LOGIN}»"}}}}}}',
            f'"{{\\"auths\\":{{\\"https://images.example.test/v1/\\":{{\\"auth\\":\\"«{_LOGIN}»\\"}}}}}}"',
        ),
        negative=('{"auth": "required"}', '"auth": "{alnum:12}"', '{"auths": {"a.example": {"auth": ""}}}'),
    ),
    "packagist-token": token("packagist_out_{hex:68}", "packagist_out_{hex:60}", "packagist_{hex:68}"),
    "cloudsmith-key": setting("CLOUDSMITH_API_KEY", "{hex:40}", "cloudsmith_commit: {hex:40}\n"),
    "nexus-token": setting("NEXUS_API_KEY", "{uuid}", "nexus_repository: releases-{digit:4}\n"),
    "hex-key": setting("HEX_API_KEY", "{hex:32}", "color_hex_api: {hex:6}\n"),
    "quay-robot-token": setting("QUAY_TOKEN", "{upper:63}7", "quay_image: acme/image\n"),
    "jsr-token": token("jsrp_{alnum:62}", "jsrp_{alnum:20}", "jsr_{alnum:62}"),
}
