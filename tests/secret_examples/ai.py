from support.fakes import Examples
from support.surroundings import setting, token

X = "x" * 100

EXAMPLES = {
    "openai-api-key": Examples(
        positive=(
            'const openai = new OpenAI({ apiKey: "«sk-{alnum:20}T3BlbkFJ{alnum:20}»" });',
            "OPENAI_API_KEY=«sk-proj-{url:73}aT3BlbkFJ{url:73}a»\n",
            'OPENAI_ADMIN_KEY="«sk-admin-{url:57}aT3BlbkFJ{url:57}a»"',
            "-H 'Authorization: Bearer «sk-svcacct-{url:57}aT3BlbkFJ{url:57}a»'",
        ),
        negative=(
            "OPENAI_API_KEY=sk-...\n",
            'const openai = new OpenAI({ apiKey: process.env["OPENAI_API_KEY"] });',
            "sk-proj-" + X[:48],
            "T3BlbkFJ is what every key holds",
        ),
    ),
    "anthropic-api-key": token(
        "sk-ant-api03-{url:93}AA", "sk-ant-api03-" + X[:93] + "AA", "sk-ant-api03-..."
    ),
    "anthropic-admin-key": token("sk-ant-admin01-{url:93}AA", "sk-ant-admin01-" + X[:93] + "AA"),
    "anthropic-oauth-token": token("sk-ant-oat01-{url:92}AAA", "sk-ant-oat01-" + X[:93] + "AA"),
    "huggingface-access-token": token(
        "hf_{letter:34}",
        "hf_" + X[:34],
        "hf_requiredCharacteristicTypesForDisplayMetadata",
        "hf_thisisonewordinsmalllettersanditisl",
        "hf_{letter:33}",
        "hf_{letter:35}",
    ),
    "huggingface-organization-token": token(
        "api_org_{letter:34}",
        "api_org_" + X[:34],
        "api_org_{letter:30}",
        "const api_org_controller = require('./orgs')",
    ),
    "groq-api-key": token("gsk_{alnum:20}WGdyb3FY{alnum:24}", "gsk_" + X[:52], "gsk_{alnum:40}"),
    "perplexity-api-key": token("pplx-{alnum:48}", "pplx-" + X[:48], "model: pplx-70b-online"),
    "replicate-api-token": token("r8_{alnum:36}a", "r8_" + X[:37], "r8_{alnum:30}", "r8_unorm"),
    "xai-api-key": token("xai-{alnum:80}", "xai-" + X[:80], "xai-{alnum:40}"),
    "cerebras-api-key": token("csk-{lower:48}", "csk-" + X[:48], "csk-{lower:40}"),
    "openrouter-api-key": token("sk-or-v1-{hex:64}", "sk-or-v1-" + X[:64], "sk-or-v1-..."),
    "langfuse-secret-key": token("sk-lf-{uuid}", "sk-lf-...", "sk-lf-1234"),
    "helicone-api-key": token(
        "sk-helicone-{lower:7}-{lower:7}-{lower:7}-{lower:7}",
        "sk-helicone-" + X[:31],
        "sk-helicone-{lower:7}",
    ),
    "elevenlabs-api-key": token("sk_{hex:48}", "sk_" + X[:48], "sk_{hex:40}"),
    "pinecone-api-key": token("pcsk_{alnum:6}_{alnum:63}", "pcsk_" + X[:6] + "_" + X[:63], "pcsk_{alnum:6}_"),
    "pinecone-legacy-key": setting("PINECONE_API_KEY", "{uuid}", "pinecone index {uuid}"),
    "langsmith-api-key": token(
        "lsv2_pt_{hex:32}_{hex:10}", "lsv2_pt_" + X[:32] + "_" + X[:10], "lsv2_pt_{hex:32}"
    ),
    "wandb-api-key": token("wandb_v1_{alnum:76}", "wandb_v1_" + X[:76], "wandb_v1_{alnum:10}"),
    "wandb-legacy-key": setting("WANDB_API_KEY", "{hex:40}"),
    "fireworks-api-key": token(
        "fw_{alnum:20}aB1", "fw_" + X[:24], "fw_update_available_versions", "fw_getFirmwareVersionTable"
    ),
    "voyage-api-key": setting("VOYAGE_API_KEY", "pa-{url:42}a"),
    "together-api-key": token("tgp_v1_{url:42}a", "tgp_v1_" + X[:43], "tgp_v1_{url:20}"),
    "nvidia-api-key": token("nvapi-{url:63}a", "nvapi-" + X[:64], "nvapi-{alnum:20}"),
    "tavily-api-key": token("tvly-dev-{alnum:32}", "tvly-" + X[:32], "tvly-{alnum:16}"),
    "jina-api-key": token("jina_{hex:32}{alnum:28}", "jina_" + X[:60], "jina_embeddings_v3"),
    "firecrawl-api-key": token("fc-{hex:32}", "fc-" + X[:32], "fc-toolbar-chunk", "fc-{hex:20}"),
    "e2b-api-key": token("e2b_{hex:40}", "e2b_" + X[:40], "e2b_{hex:20}"),
    "apify-api-token": token("apify_api_{alnum:36}", "apify_api_" + X[:36], "apify_api_client"),
    "cursor-api-key": token("crsr_{hex:64}", "crsr_" + X[:64], "key_{hex:40}"),
    "llamacloud-api-key": token("llx-{alnum:48}", "llx-" + X[:48], "llx-{alnum:20}"),
    "runpod-api-key": token("rpa_{upper:40}{lower:6}", "rpa_" + "X" * 40 + X[:6], "rpa_{upper:20}"),
    "deepseek-api-key": setting("DEEPSEEK_API_KEY", "sk-{hex:32}", "deepseek sk-"),
    "stability-api-key": setting("STABILITY_API_KEY", "sk-{alnum:48}"),
    "moonshot-api-key": setting("MOONSHOT_API_KEY", "sk-{alnum:48}"),
    "dashscope-api-key": setting("DASHSCOPE_API_KEY", "sk-{hex:32}"),
    "cohere-api-key": setting("COHERE_API_KEY", "{alnum:40}", "CO_API_KEY=" + X[:40]),
    "mistral-api-key": setting(
        "MISTRAL_API_KEY", "{alnum:32}", "_toMistralCompatible, convertLangChainToolCallToOpenAI;"
    ),
    "private-ai-api-key": setting("PRIVATEAI_API_TOKEN", "{lower:32}", 'privateaiToken = "' + "a" * 32 + '"'),
    "deepgram-api-key": setting("DEEPGRAM_API_KEY", "{hex:40}"),
    "assemblyai-api-key": setting("ASSEMBLYAI_API_KEY", "{hex:32}"),
    "zhipu-api-key": setting("ZHIPU_API_KEY", "{hex:32}.{alnum:16}"),
    "serpapi-api-key": setting("SERPAPI_API_KEY", "{hex:64}"),
}
