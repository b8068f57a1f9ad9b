from support.fakes import Examples


def _url(*schemes: str) -> Examples:
    return Examples(
        positive=(
            *(f'url = "{scheme}://app:«{{alnum:16}}»@db.corp.internal:5432/prod"' for scheme in schemes),
            f"DATABASE_URL={schemes[0]}://svc-user:«{{alnum:8}}%40{{alnum:4}}»@10.0.3.7/prod?ssl=true\n",
            f"{schemes[0]}://:«{{alnum:20}}»@cache-1.corp.internal:6379/0",
        ),
        negative=tuple(
            f"{schemes[0]}://{rest}"
            for rest in (
                "user:password@localhost:5432/db",
                "username:password@db.corp.internal/db",
                "root:root@127.0.0.1/test",
                "${USER}:${PASSWORD}@db.corp.internal/db",
                "{user}:{password}@host/db",
                "<user>:<password>@host/db",
                "admin:your_password@db.corp.internal",
                "app:********@db.corp.internal/prod",
                "db.corp.internal:5432/prod",
                "db.corp.internal:8080/@scope/name",
                "u:%s@db.corp.internal",
            )
        ),
    )


EXAMPLES = {
    "postgres-url": _url("postgres", "postgresql", "postgresql+psycopg2"),
    "mysql-url": _url("mysql", "mariadb", "mysql2"),
    "mongodb-url": _url("mongodb", "mongodb+srv"),
    "redis-url": _url("redis", "rediss", "valkey"),
    "amqp-url": _url("amqp", "amqps"),
    "sqlserver-url": _url("mssql", "sqlserver", "jdbc:sqlserver"),
    "database-url": _url("clickhouse", "neo4j+s", "nats", "mqtts", "couchdb"),
    "mail-url": _url("smtp", "smtps", "smtp+tls", "imaps"),
    "ldap-url": _url("ldap", "ldaps"),
    "file-server-url": _url("ftp", "sftp", "ssh"),
    "jdbc-password": Examples(
        positive=(
            "jdbc:postgresql://db.corp.internal/prod?user=app&password=«{alnum:14}»&ssl=true",
            "url=jdbc:sqlserver://db.corp.internal:1433;databaseName=prod;user=app;password=«{alnum:14}»;",
        ),
        negative=(
            "jdbc:postgresql://localhost/db?user=app&password=secret",
            "jdbc:mysql://db/prod?user=app&password=${DB_PASSWORD}",
            "jdbc:mysql://db/prod?user=app",
        ),
    ),
    "dotnet-connection-password": Examples(
        positive=(
            '"Server=tcp:db.corp.internal,1433;User ID=app;Password=«{alnum:16}»;Encrypt=True;"',
            "'Data Source=db.corp.internal;User Id=app;pwd=«{alnum:12}»'",
        ),
        negative=(
            '"Server=db;User Id=app;Password=password;"',
            '"Server=db;User Id=app;Password={0};"',
            '"Server=db;User Id=app;Password=${password};"',
            '";password=;"',
        ),
    ),
    "basic-auth-url": _url("https", "http", "git+https"),
    "git-remote-token": Examples(
        positive=(
            "url = https://«{alnum:40}»@git.corp.internal/team/app.git",
            '"git+https://«{hex:40}»:x-oauth-basic@git.corp.internal/team/app.git#v1"',
        ),
        negative=(
            "https://organisation-name-of-us@git.corp.internal/team/app.git",
            "https://{hex:32}@o123.ingest.sentry.io/42",
            "https://${TOKEN}@git.corp.internal/team/app.git",
        ),
    ),
    "basic-auth-header": Examples(
        positive=(
            'headers: { Authorization: "Basic «{basic}»" }',
            "Authorization: Basic «{basic}»",
        ),
        negative=(
            "Authorization: Basic dXNlcjpwYXNz",
            "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
            "Authorization: Basic ${token}",
            "the basic information of a document",
            "Basic authentication",
        ),
    ),
    "bearer-header": Examples(
        positive=(
            'headers: {{ "Authorization": "Bearer «{alnum:40}»" }}',
            "Authorization: token «{hex:40}»\n",
            "headers['Authorization'] = 'Bearer «{url:43}»'",
        ),
        negative=(
            'Authorization: "Bearer YOUR_ACCESS_TOKEN_HERE"',
            "Authorization: `Bearer ${token}`",
            'Authorization: "Bearer " + accessTokenOfTheUser',
            "Authorization: Bearer xxxxxxxxxxxxxxxxxxxxxxxx",
        ),
    ),
    "curl-user": Examples(
        positive=(
            "curl -u «elastic:{alnum:14}» https://search.corp.internal:9200",
            "curl -s --user '«api:{alnum:14}»' https://api.corp.internal",
            'curl -X POST --user "«svc:{alnum:14}»" https://api.corp.internal',
        ),
        negative=(
            'curl -u "$USER:$PASSWORD" https://api.corp.internal',
            "curl -u user:password https://api.corp.internal",
            "curl --user <user:password> https://api.corp.internal",
            "curl -u username:token https://api.corp.internal",
            'curl -u "${name}:${word}" https://api.corp.internal',
        ),
    ),
    "curl-header": Examples(
        positive=(
            'curl -H "X-Api-Key: «{alnum:32}»" https://api.corp.internal',
            "curl -X POST --header 'Api-Token: «{hex:32}»' https://api.corp.internal",
            'curl -H "Authorization: Basic «{alnum:38}»"',
        ),
        negative=(
            'curl -H "X-Api-Key: $KEY" https://api.corp.internal',
            'curl -H "X-Api-Key: YOUR_API_KEY" https://api.corp.internal',
            'curl -H "Accept: application/vnd.github.v3+json"',
            'curl -H "X-Api-Key: <your api key>"',
        ),
    ),
    "nuget-source-password": Examples(
        positive=(
            '<add key="ClearTextPassword" value="«{alnum:16}»" />',
            '<add key="Password" value="«{alnum:40}»" />',
        ),
        negative=(
            '<add key="ClearTextPassword" value="%NUGET_PASSWORD%" />',
            '<add key="ClearTextPassword" value="XXXXXXXXXXX" />',
            '<add key="Password" value="password" />',
        ),
    ),
}
