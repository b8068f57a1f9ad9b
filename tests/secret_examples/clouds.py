from support.around import setting, token
from support.fakes import Examples

EXAMPLES = {
    "aws-key-id": token(
        "AKIA{b32:15}7", "AKIA{b32:12}", "AKIA" + "X" * 16, "TODAYINASIA{letter:12}", "akia{b32low:16}"
    ),
    "aws-session-token": token("IQoJb3JpZ2lu{alnum:300}", "IQoJb3JpZ2lu{alnum:40}", "FwoGZXIvYXdz"),
    "aws-bedrock-key": token(
        "ABSKQmVkcm9ja0FQSUtleS1{alnum:108}=", "ABSKQmVkcm9ja0FQSUtleS1", "BSKQ{alnum:108}"
    ),
    "aws-bedrock-short-key": token(
        "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t{alnum:200}",
        "bedrock-api-key-",
        "bedrock-api-key-{alnum:20}",
    ),
    "aws-mws-token": token("amzn.mws.{uuid}", "amzn.mws.{hex:8}", "amzn.mws.seller"),
    "amazon-login-secret": token("amzn1.oa2-cs.v1.{hex:64}", "amzn1.oa2-cs.v1.{hex:20}", "amzn1.application"),
    "ibm-cos-secret": setting("COS_HMAC_SECRET_KEY", "{hex:48}", "secret_key: $COS_SECRET\n"),
    "aws-secret-key": setting(
        "AWS_SECRET_ACCESS_KEY",
        "{b64:38}/7",
        '"secretAccessKey": credentials.secretAccessKey,',
        "aws_key_hash: {alnum:40}\n",
    ),
    "google-api-key": token(
        "AIzaSy{alnum:33}",
        "AIzaSy{alnum:20}",
        "AIza" + "a" * 35,
        "AIZASY{upper:33}",
        "{alnum:30}AIzaSy{alnum:33}",
    ),
    "google-client-secret": token("GOCSPX-{alnum:28}", "GOCSPX-{alnum:20}", "GOCSPX-" + "x" * 28),
    "google-refresh-token": Examples(
        positive=(
            '{ "refresh_token": "«1//0{alnum:1}{url:97}7»" }',
            "FIREBASE_TOKEN=«1//0{alnum:1}{url:97}7»\n",
            "const refresh = '«1//0{alnum:1}{url:97}7»';",
        ),
        negative=("x = 1//0 and more", "https://a.example/1//0{lower:99}", "1//0" + "x" * 90),
    ),
    "google-access-token": token("ya29.{url:150}", "ya29.a0", "aya29.{url:150}"),
    "google-service-account": Examples(
        positive=(
            (
                '{\n  "type": "service_account",\n  "private_key_id": "{hex:40}",\n'
                '  "private_key": "«-----BEGIN PRIVATE KEY-----\\n{b64:64}\\n{b64:64}\\n{b64:40}\\n-----END»'
                ' PRIVATE KEY-----\\n"\n}'
            ),
            (
                '"private_key_id":"{hex:40}","private_key":"«-----BEGIN PRIVATE KEY-----\\n'
                '{b64:64}\\n{b64:64}\\n{b64:40}\\n-----END» PRIVATE KEY-----\\n"'
            ),
        ),
        negative=(
            '{\n  "private_key_id": "DUMMY",\n  "private_key": "DUMMY"\n}',
            '"private_key_id": "{hex:40}", "private_key": "$KEY"',
        ),
    ),
    "google-hmac-id": token("GOOG1E{b32:55}", "GOOG1E{b32:40}", "GOOG1E{b32:60}"),
    "firebase-server-key": token(
        "AAAA{url:7}:APA91b{url:134}", "AAAA{url:7}:APA91b{url:20}", "BAAAA{url:7}:APA91b{url:134}"
    ),
    "firebase-secret": setting("FIREBASE_SECRET", "{alnum:38}7a", "firebase_auth_sha1: {hex:40}\n"),
    "alibaba-key-id": token("LTAI5t{alnum:17}7", "LTAI5t", "LTAI{letter:6}", "SALTAI{alnum:20}"),
    "alibaba-secret-key": setting(
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "{alnum:28}7a", "oss_access: {alnum:12}\n"
    ),
    "tencent-secret-id": token("AKID{alnum:31}7", "AKID{alnum:20}", "AKID{alnum:40}"),
    "tencent-secret-key": setting("TENCENT_SECRET_KEY", "{alnum:30}7a", "qcloud_key_md5: {hex:32}\n"),
    "yandex-api-key": token("AQVN{url:35}7", "AQVN{url:20}", "AQVN{letter:50}"),
    "yandex-iam-token": token("t1.{url:90}.{url:86}", "t1.{url:90}", "t1.{alnum:6}.{url:40}"),
    "yandex-oauth-token": token("y0_{url:58}", "y0_{url:20}", "my0_{url:58}"),
    "yandex-secret-key": setting("YANDEX_SECRET_KEY", "YC{url:36}7a", "yandex_metrika: YC{digit:8}\n"),
    "ibm-cloud-key": setting("IBM_CLOUD_API_KEY", "{url:42}7a", "ibm_cloud_region: eu-de\n"),
    "cloudant-password": setting("CLOUDANT_PASSWORD", "{hex:64}", "cloudant_sha256: {hex:64}\n"),
    "cloudant-url": Examples(
        positive=(
            "url = https://acme-bluemix:«{hex:64}»@acme-bluemix.cloudant.com\n",
            'const db = nano("https://acme:«{hex:64}»@acme.cloudant.com/orders");',
        ),
        negative=("https://acme.cloudant.com/orders", "https://acme:$PASSWORD@acme.cloudant.com"),
    ),
    "softlayer-key": setting("SOFTLAYER_API_KEY", "{hex:64}", "sl_key_sha256: {hex:64}\n"),
    "softlayer-url": Examples(
        positive=(
            "endpoint: https://api.softlayer.com/soap/v3/«{hex:64}»\n",
            'client("http://api.softlayer.com/xmlrpc/v3.1/«{hex:64}»")',
        ),
        negative=(
            "http://api.softlayer.com/soap/v3/SoftLayer_Account",
            "api.softlayer.com/rest/v3.1/{hex:20}",
        ),
    ),
    "oci-auth-token": setting("OCI_AUTH_TOKEN", "{alnum:9}7{alnum:10}", "oci_region: eu-frankfurt-1\n"),
    "digitalocean-token": token(
        "dop_v1_{hex:64}", "dop_v1_{hex:40}", "dop_v2_{hex:64}", "dop_v1_" + "0" * 64
    ),
    "digitalocean-spaces-id": token("DO00{upper:16}", "DO00{upper:10}", "TODO00{upper:16}"),
    "digitalocean-spaces-secret": setting("SPACES_SECRET_KEY", "{b64:41}7a", "do_key: {alnum:10}\n"),
    "scaleway-key-id": token("SCW{upper:16}7", "SCW{upper:10}", "SCW" + "X" * 17),
    "scaleway-secret-key": setting("SCW_SECRET_KEY", "{uuid}", "SCW_DEFAULT_PROJECT_ID={uuid}\n"),
    "linode-token": setting("LINODE_TOKEN", "{hex:64}", "linode_sha256: {hex:64}\n"),
    "vultr-key": setting("VULTR_API_KEY", "{upper:34}7A", "vultr_region: ewr\n"),
    "hetzner-token": setting("HCLOUD_TOKEN", "{alnum:62}7a", "hcloud_sha256: {hex:64}\n"),
    "exoscale-key-id": token("EXO{hex:24}", "EXO{hex:20}", "EXO{hex:30}"),
    "upcloud-token": token("ucat_{upper:26}", "ucat_{upper:20}", "ducat_{upper:26}"),
    "backblaze-key": setting("B2_APPLICATION_KEY", "K005{b64:27}", "b2_bucket: acme-{lower:6}\n"),
}
