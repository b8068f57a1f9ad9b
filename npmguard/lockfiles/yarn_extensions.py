"""Dependencies that yarn berry adds to published packages which forgot them.

What yarn's own list (`@yarnpkg/extensions`) names: the dependency stands in the lockfile, though no entry in
it says so. Which releases of a package are meant changes from yarn to yarn, so such a dependency is looked
for, and never missed.
"""

from __future__ import annotations

# those that lack them, and what they lack, as descriptors
_ADDED = """
jest-vue-preprocessor: @babel/core@7.8.7 @babel/template@7.8.6
@vue/cli-plugin-typescript: @babel/core@^7.12.16 babel-loader@^8.1.0
babel-preset-react-app: @babel/plugin-proposal-private-property-in-object@^7.16.7
testcafe: @babel/plugin-transform-for-of@^7.12.1 @babel/runtime@^7.12.5
material-table: @babel/runtime@^7.11.2
babel-preset-gatsby-package create-gatsby gatsby-admin gatsby-cli: @babel/runtime@^7.14.8
gatsby-design-tokens gatsby-legacy-polyfills gatsby-plugin-benchmark-reporting: @babel/runtime@^7.14.8
gatsby-plugin-graphql-config gatsby-plugin-image gatsby-plugin-netlify-cms: @babel/runtime@^7.14.8
gatsby-plugin-no-sourcemaps gatsby-plugin-preact gatsby-plugin-preload-fonts: @babel/runtime@^7.14.8
gatsby-plugin-schema-snapshot gatsby-plugin-styletron gatsby-plugin-subfont: @babel/runtime@^7.14.8
gatsby-recipes gatsby-source-shopify gatsby-source-wikipedia: @babel/runtime@^7.14.8
gatsby-transformer-screenshot gatsby-worker: @babel/runtime@^7.14.8
babel-plugin-remove-graphql-queries: @babel/runtime@^7.14.8 @babel/types@^7.15.4
babel-plugin-remove-graphql-queries: gatsby-core-utils@^2.8.0-next.1
gatsby-plugin-utils: @babel/runtime@^7.14.8 fastq@^1.13.0
gatsby-plugin-page-creator: @babel/runtime@^7.14.8 fs-extra@^10.1.0
gatsby-core-utils: @babel/runtime@^7.14.8 got@8.3.2
gatsby-plugin-mdx: @babel/runtime@^7.14.8 mkdirp@^1.0.4
@babel/parser: @babel/types@^7.8.3
@rebass/forms: @styled-system/should-forward-prop@^5.0.0
cacheable-lookup: @types/keyv@^3.1.1
got: @types/keyv@^3.1.1 @types/responselike@^1.0.0
unified: @types/unist@^2.0.0
terser: acorn@^8.5.0
gatsby-source-apiserver: babel-polyfill@^6.26.0
react-bootstrap-table2-paginator: classnames@^2.2.6
@webpack-cli/package-utils: cross-spawn@^7.0.3
notistack: csstype@^3.0.10
@pm2/agent: debug@*
@cypress/snapshot: debug@^3.2.7
gatsby-plugin-sharp: debug@^4.3.1
eslint-import-resolver-vite: debug@^4.3.4 resolve@^1.22.8
mqtt: duplexify@^4.1.1
gatsby-plugin-gatsby-cloud gatsby-plugin-netlify: gatsby-core-utils@^2.13.0-next.0
@playwright/test: jest-matcher-utils@^26.4.2
@npmcli/metavuln-calculator: json-parse-even-better-errors@^2.3.1
gatsby-remark-prismjs: lodash@^4
query-ast scss-parser: lodash@^4.17.21
winston-transport: logform@^2.2.0
snowpack: magic-string@^0.25.7 node-gyp@^7.1.0
bin-links: mkdirp-infer-owner@^1.0.2
sodium: node-gyp@^3.8.0
vue-cli-plugin-vuetify: null-loader@^3.0.0 semver@^6.3.0
gatsby-react-router-scroll: prop-types@^15.7.2
@google-cloud/firestore: protobufjs@^6.8.6
gatsby-plugin-i18n: ramda@^0.24.1
react-instantsearch-dom: react-fast-compare@^3.0.0
testcafe-legacy-api: read-file-relative@^1.2.0 testcafe-hammerhead@^17.0.1
useragent: request@^2.88.0 semver@5.5.x yamlparser@0.0.x
@vuetify/cli-plugin-utils: semver@^6.3.0
focus-trap-react: tabbable@^5.3.2
skypack: tar@^6.1.0
elm-webpack-loader: temp@^0.9.4
jss-plugin-rule-value-function: tiny-warning@^1.0.2
cordova-ios cordova-lib: underscore@^1.9.2
typescript-language-server: vscode-jsonrpc@^5.0.1 vscode-languageserver-protocol@^3.15.0
"""
ADDED: dict[str, tuple[str, ...]] = {}
for _line in _ADDED.strip().splitlines():
    _names, _, _lacking = _line.partition(": ")
    for _name in _names.split():
        ADDED[_name] = (*ADDED.get(_name, ()), *_lacking.split())
