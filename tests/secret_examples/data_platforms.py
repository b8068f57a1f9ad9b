from support.around import setting, token

EXAMPLES = {
    "databricks-token": token(
        "dapi{hex:32}", "dapi{hex:4}", "dapi{hex:34}", "mydapi{hex:32}", "dapi{hex:27}defgh"
    ),
    "snowflake-token": setting("SNOWFLAKE_TOKEN", "{jwt}", "snowflake_account: acme-{digit:5}\n"),
    "planetscale-token": token("pscale_tkn_{url:43}", "pscale_tkn_{url:20}", "pscale_pw_" + "x" * 43),
    "neon-key": token("napi_{lower:63}7", "napi_{lower:30}", "npg_config", "npg_" + "x" * 12),
    "mongodb-atlas-secret": token("mdb_sa_sk_{url:40}", "mdb_sa_id_{hex:24}", "mdb_sa_sk_{url:20}"),
    "mongodb-atlas-key": setting("MONGODB_ATLAS_PRIVATE_KEY", "{uuid}", "atlas_project: {uuid}\n"),
    "confluent-secret": token("cflt{alnum:59}7", "cflt{alnum:30}", "cflt{letter:70}"),
    "confluent-key": setting("CONFLUENT_API_KEY", "{upper:14}7A", "confluent_version: 7.5.0\n"),
    "clickhouse-key": token("4b1d{alnum:38}", "4b1d{alnum:20}", "adf4b1d{alnum:38}", "4b1d" + "a" * 38),
    "upstash-token": setting("UPSTASH_REDIS_REST_TOKEN", "AX{url:53}7=", "upstash_region: eu\n"),
    "aiven-password": token("AVNS_{url:19}", "AVNS_{url:10}", "AVNS_" + "x" * 19),
    "cockroach-key": token("CCDB1_{alnum:22}_{alnum:40}", "CCDB1_{alnum:22}", "CCDB1_" + "x" * 22),
    "elastic-key": token("essu_{b64:80}==", "essu_{b64:20}", "essu_" + "x" * 80),
    "elastic-named-key": setting("ELASTIC_API_KEY", "{b64:58}==", "elastic_version: 8.12.0\n"),
    "influxdb-token": setting("INFLUX_TOKEN", "{b64:86}==", "influx_bucket: acme-{lower:6}\n"),
    "prefect-key": token("pnu_{lower:35}7", "pnu_{lower:20}", "spnu_{lower:36}"),
    "redis-cloud-key": setting("REDIS_CLOUD_API_KEY", "{lower:48}7a", "redis_cloud: {lower:8}\n"),
}
