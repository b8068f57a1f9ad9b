from support.fakes import Examples

EXAMPLES = {
    "env-file-secret": Examples(
        positive=("SESSION_SECRET=«{alnum:8}-kq7»\n", 'DB_PASS="«{alnum:6}x9Q!»"\n'),
        negative=(
            "SESSION_SECRET=\n",
            "SESSION_SECRET=changeme\n",
            "DB_PASSWORD=${OTHER}\n",
            "API_KEY=<your key>\n",
        ),
        path=".env.production",
    ),
    "kubernetes-secret": Examples(
        positive=(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  word: «{b64:24}»\n",
            'apiVersion: v1\ndata:\n  # the word\n  word: "«{b64:32}»"\nkind: Secret\n',
        ),
        negative=(
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  word: {b64:24}\n",
            "kind: Secret\ndata:\n  word: {{ .Values.word }}\n",
            "kind: ExternalSecret\ndata:\n  word: {b64:24}\n",
            "kind: Secret\n---\nkind: ConfigMap\ndata:\n  word: {b64:24}\n",
        ),
    ),
    "assigned-secret": Examples(
        positive=(
            "const apiKey = '«{alnum:32}»';",
            '{"access_token": "«{url:43}»"}',
            "my_secret: «{hex:48}»\n",
            "export SERVICE_TOKEN=«{alnum:40}»\n",
            "<apiKey>«{alnum:32}»</apiKey>",
            "passwd = «{alnum:24}_w»\n",
        ),
        negative=(
            "tokenType: 'urn:ietf:params:oauth:token-type:jwt'",
            "const tokenName = 'xsrf{alnum:20}';",
            "getToken('resetPasswordConfirmation2')",
            "token: this.props.session.user1.accessToken2",
            "secret = '{uuid}'",
            "secretHash: '{hex:64}'",
            "csrf_token = '{alnum:32}'",
            "integrity checked, token: 'sha512-{b64:86}=='",
            "const tokens = {a:1,b:2}",
            "publicToken = '{alnum:43}'",
            'password: "Bitte geben Sie Ihr Passwort ein"',
            "accessToken: 'YOUR_ACCESS_TOKEN_1234'",
            "credentialsProvider = '/etc/app/credentials/2024/prod1'",
            "password: 'forgot-password-page-title'",
        ),
    ),
    "assigned-password": Examples(
        positive=(
            'password: "«xK7!{letter:4}»"',
            "const dbPassword = '«{letter:4}#9{letter:4}Q»';",
            'passwd => "«{letter:4}$7{letter:3}zZ»"',
        ),
        negative=(
            'password: "password"',
            'password: "Password1"',
            'password: "correcthorse"',
            'passwordField: "inputPassword#9x"',
            "password: '$ref/Pass9'",
            'placeholder="Enter password", password="Your Password 1!"',
            'password: "#/definitions/Password1"',
        ),
    ),
}
