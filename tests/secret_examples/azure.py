from support.around import setting, token
from support.fakes import Examples

EXAMPLES = {
    "azure-client-secret": Examples(
        positive=(
            '"CLIENT_SECRET": "«{alnum:3}8Q~{alnum:34}»"',
            "AZURE_CLIENT_SECRET=«{alnum:3}7Q~{alnum:20}_{alnum:4}.{alnum:8}»\n",
            "az login --service-principal -u acme -p '«{alnum:3}8Q~{alnum:34}»'",
        ),
        negative=(
            "client_secret=bP88Q~" + "x" * 34,
            "{alnum:3}8Q~{alnum:20}",
            "USK@{alnum:30}~{alnum:3}8Q~{alnum:34}",
            ".a.b~.c{transform:translate3d(0,0,0)}",
        ),
    ),
    "azure-annotated-key": token(
        "{alnum:52}JQQJ99BCACYeBjFXJ3w3AAAAACOG{alnum:4}",
        "{alnum:30}JQQJ99BCACYeBjFXJ3w3AAAAACOG{alnum:4}",
        "{alnum:52}JQQJ99BC",
    ),
    "azure-storage-key": token(
        "{alnum:76}+ASt{alnum:6}==", "{alnum:60}+ASt{alnum:6}==", "{alnum:76}+ASt{alnum:3}"
    ),
    "azure-cosmos-key": token(
        "{alnum:76}ACDb{alnum:6}==", "{alnum:60}ACDb{alnum:6}==", "{alnum:76}ACDb{alnum:3}"
    ),
    "azure-messaging-key": token(
        "{alnum:33}+AEh{alnum:6}=", "{alnum:20}+AEh{alnum:6}=", "{alnum:33}+AEh{alnum:3}"
    ),
    "azure-redis-key": token(
        "{alnum:33}AzCa{alnum:6}=", "{alnum:20}AzCa{alnum:6}=", "{alnum:33}AzCa{alnum:3}"
    ),
    "azure-search-key": token(
        "{alnum:42}AzSeA{alnum:5}", "{alnum:42}AzSeZ{alnum:5}", "{alnum:42}AzSeA{alnum:9}"
    ),
    "azure-container-registry-key": token(
        "{alnum:42}+ACRA{alnum:5}", "{alnum:30}+ACRA{alnum:5}", "{alnum:42}+ACRZ{alnum:5}"
    ),
    "azure-function-key": token(
        "{alnum:44}AzFu{alnum:5}g==", "{alnum:30}AzFu{alnum:5}g==", "{alnum:44}AzFu{alnum:5}"
    ),
    "azure-function-url": Examples(
        positive=(
            'fetch("https://acme.azurewebsites.net/api/orders?code=«{alnum:54}==»")',
            "url: https://acme.azurewebsites.net/api/orders?id=7&code=«{alnum:53}%3D%3D»&x=1\n",
        ),
        negative=(
            "https://acme.azurewebsites.net/api/orders?code=$CODE",
            "https://acme.azurewebsites.net/api/orders?code=404",
        ),
    ),
    "azure-account-key": Examples(
        positive=(
            (
                "AZURE_STORAGE_CONNECTION_STRING=DefaultEndpointsProtocol=https;AccountName=acme;"
                "AccountKey=«{alnum:86}==»;EndpointSuffix=core.windows.net\n"
            ),
            '"cosmos": "AccountEndpoint=https://acme.documents.example.test:443/;AccountKey=«{alnum:86}==»;"',
        ),
        negative=(
            "AccountName=acme;AccountKey=$KEY;",
            "AccountKey=;",
            "AccountKey=" + "x" * 86 + "==",
        ),
    ),
    "azure-shared-access-key": Examples(
        positive=(
            (
                'const bus = "Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=Root;'
                'SharedAccessKey=«{alnum:43}=»";'
            ),
            "HostName=acme.azure-devices.net;DeviceId=one;SharedAccessKey=«{alnum:43}=»\n",
        ),
        negative=("SharedAccessKeyName=Root;SharedAccessKey=$KEY", "SharedAccessKey="),
    ),
    "azure-connection-secret": Examples(
        positive=(
            'connect("Endpoint=https://acme.azconfig.io;Id=abcd-l0-s0:aa;Secret=«{alnum:43}=»")',
            "SIGNALR=Endpoint=https://acme.service.signalr.net;AccessKey=«{alnum:43}=»;Version=1.0;\n",
        ),
        negative=(
            "Endpoint=https://acme.azconfig.io;Id=abcd-l0-s0:aa;Secret=$SECRET",
            "Endpoint=https://acme.service.signalr.net;AuthType=azure.msi;Version=1.0;",
        ),
    ),
    "azure-sas-signature": Examples(
        positive=(
            (
                "https://acme.blob.core.windows.net/box/file.zip?sv=2023-11-03&st=2025-01-01T00%3A00%3A00Z"
                "&se=2026-01-01T00%3A00%3A00Z&sr=b&sp=r&sig=«{alnum:43}%3D»\n"
            ),
            (
                '"SharedAccessSignature sr=https%3a%2f%2facme.example%2f&sig=«{alnum:43}%3d»&se=1700000000'
                '&skn=Root"'
            ),
            (
                "<a href='https://acme.file.core.windows.net/box?sp=rl&amp;se=2026-01-01&amp;sv=2022-11-02&amp;sr=c&amp;"
                "sig=«{alnum:43}%3D»'>"
            ),
        ),
        negative=(
            "https://acme.blob.core.windows.net/box/file.zip?sv=2023-11-03&sr=b&sp=r&sig=$SIG",
            "https://example.test/?a=1&sig={alnum:12}",
        ),
    ),
    "azure-publish-password": Examples(
        positive=(
            '<publishProfile userName="$acme" userPWD="«{alnum:60}»" />',
            '"<publishProfile userName=\\"$acme\\" userPWD=\\"«{alnum:60}»\\" />"',
        ),
        negative=('userPWD="$PASSWORD"', 'userPWD=""'),
    ),
    "azure-key": setting(
        "AZURE_STORAGE_KEY", "{b64:86}==", '"integrity": "sha512-{b64:86}=="', "azure_sha512: {b64:86}==\n"
    ),
    "azure-subscription-key": Examples(
        positive=(
            "headers: { 'Ocp-Apim-Subscription-Key': '«{hex:32}»' }",
            "AZURE_SPEECH_KEY=«{hex:32}»\n",
            'curl -H "Ocp-Apim-Subscription-Key: «{hex:32}»" https://api.example.test/',
        ),
        negative=("'Ocp-Apim-Subscription-Key': key", "AZURE_SPEECH_KEY=$KEY", "azure_md5: {hex:32}"),
    ),
    "azure-old-client-secret": setting(
        "ARM_CLIENT_SECRET", "{alnum:15}~{alnum:18}7", "AZURE_CLIENT_ID={uuid}\n"
    ),
}
