from support.fakes import Examples

EXAMPLES = {
    "json-web-token": Examples(
        positive=("const token = '«{jwt}»';", "TOKEN=«{jwt}»\n", "Cookie: session=«{jwt}»; Path=/"),
        negative=(
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0.{url:43}",
            "eyJhbGciOiJub25lIn0xx.eyJzdWIiOiJhYmMifQ.{url:43}",
            "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiI0NTYifQ.{url:43}",
            "eyJ{url:40}.eyJ{url:40}.{url:43}",
        ),
    ),
    "laravel-app-key": Examples(
        positive=("APP_KEY=«base64:{b64:43}=»\n", "'APP_KEY' => '«base64:{b64:43}=»'"),
        negative=("APP_KEY=\n", "APP_KEY=base64:your-key-here", "APP_KEY={b64:43}"),
    ),
    "django-secret-key": Examples(
        positive=(
            "SECRET_KEY = '«django-insecure-{lower:34}»'",
            'SECRET_KEY = os.environ.get("DJANGO_KEY", "«{lower:24}+(x)#{lower:21}»")',
        ),
        negative=(
            "SECRET_KEY = os.environ['SECRET_KEY']",
            "SECRET_KEY = 'your-secret-key-goes-here-please-do-not-commit-it!'",
        ),
    ),
    "rails-secret-key-base": Examples(
        positive=("  secret_key_base: «{hex:128}»\n", "config.secret_token = '«{hex:64}»'"),
        negative=('  secret_key_base: <%= ENV["SECRET_KEY_BASE"] %>\n', "secret_key_base: " + "a" * 64),
    ),
    "rails-master-key": Examples(
        positive=("RAILS_MASTER_KEY=«{hex:32}»\n", "RAILS_MASTER_KEY: '«{hex:32}»'"),
        negative=("RAILS_MASTER_KEY=$KEY\n", "RAILS_MASTER_KEY=00000000000000000000000000000000"),
    ),
    "oauth-client-secret": Examples(
        positive=(
            "clientSecret: '«{alnum:32}»',",
            '"client_secret": "«{url:40}»"',
            "OAUTH_SECRET=«{hex:40}»\n",
            "consumer_secret = '«{alnum:44}»'",
        ),
        negative=(
            "clientSecret: process.env.CLIENT_SECRET",
            "client_secret=your-client-secret-goes-here",
            "clientSecretProvider: 'azureKeyVaultProvider'",
            "clientSecret: config.oauth.clientSecretValue1",
            "client_secret: '<the secret of your application>'",
        ),
    ),
}
