"""Names with passwords in addresses, connection strings and HTTP headers."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from npmguard.secrets.noise import (
    by_chance,
    documented,
    example_file,
    filler,
    monotonous,
    stands_for_one,
    wordy,
)
from npmguard.secrets.shape import Candidate, Detector

_EXAMPLE_HOST = re.compile(
    rb"(?i)(?:^|\.)(?:example|sample|test|invalid|domain|mydomain|yourdomain|host(?:name)?|your-?host|my-?host"
    rb"|server|my-?server|foo|bar|acme|company|site|website|mysite|yoursite|proxy|proxyserver|url|address)"
    rb"(?:\.(?:com|org|net|io|test|example))?$|^localhost$|\.local(?:host|domain)?$|^127\.|^0\.0\.0\.0$"
    rb"|^\[?::1|^(?:[\d.]+\.)?\d{1,3}$|^(?:1\.2\.3\.4|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)|[{}<>$%*]"
)


def real_login(candidate: Candidate) -> bool | None:
    """Are the password and the host in an address real ones? On example hosts and at home, with a doubt."""
    user = candidate.match["user"] or b""
    host = candidate.match["host"]
    password = unquote_to_bytes(candidate.secret)
    if filler(password) or password.lower() == unquote_to_bytes(user).lower() or stands_for_one(user):
        return False
    if re.match(
        rb"(?i)(?:your|my|the|some)?[_-]?(?:user|db)?[_-]?(?:pass|pwd|secret|token)[a-z_-]*$", password
    ):
        return False
    doubts = (bool(_EXAMPLE_HOST.search(host)), example_file(candidate.path))
    return not all(doubts) and (None if any(doubts) else True)


def told_by_chance(candidate: Candidate) -> bool | None:
    """Is it a token that chance made? What is shorter or made of words leaves a doubt, or is none."""
    secret = candidate.secret
    if by_chance(secret):
        return None if example_file(candidate.path) else True
    return None if not wordy(secret) and re.search(rb"\d", secret) else False


def basic_login(candidate: Candidate) -> bool | None:
    """Does it decode to `name:password` (RFC 7617), and to a password that is none of the usual fillers?"""
    try:
        login = base64.b64decode(candidate.secret + b"=" * (-len(candidate.secret) % 4))
    except binascii.Error:
        return False
    name, colon, password = login.partition(b":")
    if not colon or not re.fullmatch(rb"[^{][ -~]+", login):
        return False
    if stands_for_one(login) or (filler(password) and (password or filler(name))):
        return False
    return None if example_file(candidate.path) else True


def curl_login(candidate: Candidate) -> bool | None:
    """Is what stands behind curl's --user a name with a password?"""
    name, _, password = (part.strip(b"\"'{}") for part in candidate.secret.partition(b":"))
    if stands_for_one(name) or stands_for_one(password) or b"$" in name or password.startswith(b"$"):
        return False
    if filler(password or name):
        return False
    return None if example_file(candidate.path) else True


def server_beside(candidate: Candidate) -> bool | None:
    """Does the connection string name a server and a user as well?"""
    line = candidate.line()
    if filler(candidate.secret) or not re.search(rb"(?i)(?:server|data source|host|addr(?:ess)?)\s?=", line):
        return False
    if re.search(rb"(?i)(?:server|data source|host)\s?=\s?(?:tcp:)?(?:localhost|127\.|\.|\(local)", line):
        return None
    return None if example_file(candidate.path) else True


def plain_password(candidate: Candidate) -> bool | None:
    """Is it a password that is none of the usual fillers?"""
    if filler(candidate.secret) or monotonous(candidate.secret) or re.search(rb"^%.*%$", candidate.secret):
        return False
    return None if example_file(candidate.path) else True


def user_token(candidate: Candidate) -> bool | None:
    """Is the only name in an address a token? What Sentry's clients send errors to is public."""
    return (
        b"sentry" not in candidate.match[0]
        and by_chance(candidate.secret)
        and not documented(candidate.secret)
    )


_LOGIN = (
    r"://(?P<user>[^\s:@/\"'`<>{}\\,;|()]{0,64}):(?P<secret>[^\s/\"'`<>\\|?#]{3,128})"
    r"@(?P<host>[A-Za-z0-9_.\-\[\]:]{1,128})"
)


def _database(id: str, issuer: str, schemes: str, *keywords: str) -> Detector:
    return Detector(
        id,
        issuer,
        "connection string with a password",
        rf"(?i:{schemes}){_LOGIN}",
        keywords,
        checks=(real_login,),
        after="",
    )


DETECTORS = (
    _database(
        "postgres-url",
        "PostgreSQL",
        r"postgres(?:ql)?(?:\+\w{1,16})?|cockroachdb|timescaledb",
        "postgres",
        "cockroachdb:",
        "timescaledb:",
    ),
    _database(
        "mysql-url",
        "MySQL",
        r"(?:mysql2?|mariadb|singlestore|tidb)(?:\+\w{1,16})?",
        "mysql",
        "mariadb",
        "singlestore:",
        "tidb:",
    ),
    _database("mongodb-url", "MongoDB", r"mongodb(?:\+srv)?", "mongodb:", "mongodb+srv:"),
    _database(
        "redis-url",
        "Redis",
        r"rediss?|valkeys?|redis-sentinel",
        "redis:",
        "rediss:",
        "valkey:",
        "valkeys:",
        "redis-sentinel:",
    ),
    _database("amqp-url", "AMQP", r"amqps?", "amqp:", "amqps:"),
    _database("sqlserver-url", "SQL Server", r"(?:mssql|sqlserver)(?:\+\w{1,16})?", "mssql", "sqlserver"),
    _database(
        "database-url",
        "Database",
        r"clickhouse(?:s|db)?|oracle|db2|couchbases?|couchdb|neo4j(?:\+s{1,3}c?)?|bolt(?:\+s{1,3}c?)?|cassandra|nats|mqtts?|kafka|snowflake|influxdb|elasticsearch|libsql|surrealdb|trino|presto|vertica|firebird|hdb|etcd|memcached",
        "clickhouse",
        "oracle:",
        "db2:",
        "couchbase",
        "couchdb:",
        "neo4j",
        "bolt:",
        "bolt+s",
        "cassandra:",
        "nats:",
        "mqtt",
        "kafka:",
        "snowflake:",
        "influxdb:",
        "elasticsearch:",
        "libsql:",
        "surrealdb:",
        "trino:",
        "presto:",
        "vertica:",
        "firebird:",
        "hdb:",
        "etcd:",
        "memcached:",
    ),
    _database(
        "mail-url",
        "Mail server",
        r"(?:smtps?|imaps?|pop3s?)(?:\+\w{1,16})?",
        "smtp:",
        "smtps:",
        "smtp+",
        "imap:",
        "imaps:",
        "pop3:",
        "pop3s:",
    ),
    _database("ldap-url", "LDAP", r"ldaps?", "ldap:", "ldaps:"),
    _database(
        "file-server-url",
        "File server",
        r"ftps?|ftpes|sftp|scp|ssh|smb|rsync|webdavs?|davs?",
        "ftp:",
        "ftps:",
        "ftpes:",
        "scp:",
        "ssh:",
        "smb:",
        "rsync:",
        "webdav:",
        "webdavs:",
        "dav:",
        "davs:",
    ),
    Detector(
        "jdbc-password",
        "JDBC",
        "connection string with a password",
        r"jdbc:[a-z0-9:]{2,40}[^\s\"'`<>]{4,300}[?;&](?i:password|pwd)=(?P<secret>[^\s\"'`<>;&]{3,100})",
        ("jdbc:",),
        checks=(plain_password,),
        after="",
    ),
    Detector(
        "dotnet-connection-password",
        "ADO.NET",
        "connection string with a password",
        r"[;\"'`][ \t]?(?i:password|pwd)[ \t]?=[ \t]?(?P<secret>[^\s;\"'`<>{}]{4,100})[;\"'`\s\\]",
        ("password", "pwd"),
        "medium",
        checks=(server_beside,),
        before="",
        after="",
    ),
    Detector(
        "basic-auth-url",
        "Basic authentication",
        "address with a password",
        rf"(?i:https?|wss?|git(?:\+https?)?|svn(?:\+https?)?|docker|registry|socks[45]?h?){_LOGIN}",
        ("http:", "https:", "ws:/", "wss:", "git:", "svn:", "docker:", "registry:", "socks"),
        "medium",
        checks=(real_login,),
        after="",
    ),
    Detector(
        "git-remote-token",
        "Git",
        "address with a token",
        r"https?://(?P<secret>[A-Za-z0-9_\-.~]{20,255})(?::(?:x-oauth-basic)?)?@[A-Za-z0-9.\-]{3,100}[/:]",
        ("http:", "https:"),
        "medium",
        checks=(user_token,),
        after="",
    ),
    Detector(
        "basic-auth-header",
        "Basic authentication",
        "header with a password",
        r"(?i:basic)[ \t]{1,4}(?P<secret>[A-Za-z0-9+/]{8,300}={0,2})",
        ("basic ", "basic\t"),
        "medium",
        checks=(basic_login,),
        after="A-Za-z0-9+/=",
    ),
    Detector(
        "bearer-header",
        "Bearer authentication",
        "header with a token",
        r"(?i:authorization\\?[\"'`]?\s{0,4}[:=,\]]{1,2}\s{0,4}(?:=\s{0,4})?\\?[\"'`]?(?:bearer|token)"
        r"[ \t]{1,4}|authorization:\s{0,4})(?P<secret>[A-Za-z0-9_\-.~+/=]{16,2000})",
        ("authorization",),
        "medium",
        checks=(told_by_chance,),
        before="",
        after="",
    ),
    Detector(
        "curl-user",
        "curl",
        "call with a password",
        r"curl(?:[ \t](?:[^\n|;]|\\\n){0,300})?[ \t](?:-u|--user|--proxy-user|-U)[ \t=]{0,2}[\"']?"
        r"(?P<secret>[^\s\"'`:$<]{0,80}[\"']?:[\"']?[^\s\"'`<]{0,100})",
        ("curl ", "curl\t"),
        "medium",
        checks=(curl_login,),
        after="",
    ),
    Detector(
        "curl-header",
        "curl",
        "call with a token",
        r"(?:-H|--header)[ \t=]{0,2}[\"']"
        r"(?i:[\w\-]{0,30}(?:authorization|token|api-?key|secret|private-key)[\w\-]{0,12}):"
        r"[ \t]{0,4}(?i:basic |bearer |token |apikey )?(?P<secret>[A-Za-z0-9_\-.~+/=]{10,2000})[\"']",
        ("-h ", "-h=", '-h"', "-h'", "--header"),
        "medium",
        checks=(told_by_chance,),
        before="",
        after="",
    ),
    Detector(
        "nuget-source-password",
        "NuGet",
        "password of a package source",
        r"<add[ \t]{1,8}key=[\"'](?i:(?:cleartext)?password)[\"'][ \t]{1,8}value=[\"']"
        r"(?P<secret>[^\"'<>]{4,200})[\"']",
        ('key="cleartextpassword', "key='cleartextpassword", 'key="password', "key='password"),
        checks=(plain_password,),
        before="",
        after="",
    ),
)
