"""Keys of services that run language models and the like."""

from __future__ import annotations

from npmguard.secrets.named import UUID, hexadecimal, named
from npmguard.secrets.shape import Candidate, Detector
from npmguard.secrets.structures import random_both_cases, random_text


def _groq_mark(candidate: Candidate) -> bool | None:
    return b"WGdyb3FY" in candidate.secret or None  # "Xgroq" in base 64


DETECTORS = (
    Detector(
        "openai-api-key",
        "OpenAI",
        "API key",
        # "OpenAI" in base 64 stands in the middle of every key
        r"sk-(?:(?:proj|svcacct|service|admin)-)?[A-Za-z0-9_-]{20,100}T3BlbkFJ[A-Za-z0-9_-]{20,100}",
        ("t3blbkfj",),
    ),
    Detector(
        "anthropic-api-key",
        "Anthropic",
        "API key",
        r"sk-ant-api[0-9]{2}-[A-Za-z0-9_-]{93}AA",
        ("sk-ant-api",),
    ),
    Detector(
        "anthropic-admin-key",
        "Anthropic",
        "admin API key",
        r"sk-ant-admin[0-9]{2}-[A-Za-z0-9_-]{93}AA",
        ("sk-ant-admin",),
    ),
    Detector(
        "anthropic-oauth-token",
        "Anthropic",
        "OAuth or session token",
        r"sk-ant-(?:oat|ort|sid)[0-9]{2}-[A-Za-z0-9_-]{80,120}",
        ("sk-ant-oat", "sk-ant-ort", "sk-ant-sid"),
    ),
    Detector(
        "huggingface-access-token",
        "Hugging Face",
        "user access token",
        r"hf_[A-Za-z]{34}",
        ("hf_",),
        checks=(lambda candidate: not candidate.secret[3:].islower(),),
    ),
    Detector(
        "huggingface-organization-token",
        "Hugging Face",
        "organization API token",
        r"api_org_[A-Za-z]{34}",
        ("api_org_",),
        checks=(lambda candidate: not candidate.secret[8:].islower(),),
    ),
    Detector("groq-api-key", "Groq", "API key", r"gsk_[A-Za-z0-9]{52}", ("gsk_",), checks=(_groq_mark,)),
    Detector("perplexity-api-key", "Perplexity", "API key", r"pplx-[A-Za-z0-9]{48}", ("pplx-",)),
    Detector(
        "replicate-api-token",
        "Replicate",
        "API token",
        r"r8_[A-Za-z0-9]{37}",
        ("r8_",),
        checks=(random_both_cases,),
    ),
    Detector("xai-api-key", "xAI", "API key", r"xai-[A-Za-z0-9]{80}", ("xai-",)),
    Detector("cerebras-api-key", "Cerebras", "API key", r"csk-[a-z0-9]{48}", ("csk-",)),
    Detector("openrouter-api-key", "OpenRouter", "API key", r"sk-or-v1-[0-9a-f]{64}", ("sk-or-v1-",)),
    Detector("langfuse-secret-key", "Langfuse", "secret key", rf"sk-lf-{UUID}", ("sk-lf-",)),
    Detector(
        "helicone-api-key",
        "Helicone",
        "API key",
        r"sk-helicone-(?:[a-z0-9]{2}-)?[a-z0-9-]{31}",
        ("sk-helicone-",),
    ),
    Detector("elevenlabs-api-key", "ElevenLabs", "API key", r"sk_[0-9a-f]{48}", ("sk_",)),
    Detector(
        "pinecone-api-key", "Pinecone", "API key", r"pcsk_[A-Za-z0-9]{4,8}_[A-Za-z0-9]{50,80}", ("pcsk_",)
    ),
    named("pinecone-legacy-key", "Pinecone", "API key of the old form", "pinecone", UUID),
    Detector(
        "langsmith-api-key",
        "LangSmith",
        "API key",
        r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
        ("lsv2_",),
    ),
    Detector("wandb-api-key", "Weights & Biases", "API key", r"wandb_v1_[A-Za-z0-9_]{60,90}", ("wandb_v1_",)),
    named(
        "wandb-legacy-key",
        "Weights & Biases",
        "API key of the old form",
        "wandb|weights.{0,5}biases",
        hexadecimal(40),
        "wandb",
        "biases",
    ),
    Detector(
        "fireworks-api-key",
        "Fireworks AI",
        "API key",
        r"fw_[A-Za-z0-9]{22,24}",
        ("fw_",),
        "medium",
        (random_both_cases,),
    ),
    named("voyage-api-key", "Voyage AI", "API key", "voyage", r"(?:pa|al)-[A-Za-z0-9_-]{43}"),
    Detector("together-api-key", "Together AI", "API key", r"tgp_v1_[A-Za-z0-9_-]{43}", ("tgp_v1_",)),
    Detector("nvidia-api-key", "NVIDIA", "API key", r"nvapi-[A-Za-z0-9_-]{60,70}", ("nvapi-",)),
    Detector(
        "tavily-api-key", "Tavily", "API key", r"tvly-(?:(?:dev|prod)-)?[A-Za-z0-9_-]{32,60}", ("tvly-",)
    ),
    Detector("jina-api-key", "Jina AI", "API key", r"jina_[0-9a-f]{32}[A-Za-z0-9_-]{28}", ("jina_",)),
    Detector(
        "firecrawl-api-key", "Firecrawl", "API key", r"fc-[0-9a-f]{32}", ("fc-",), "medium", (random_text,)
    ),
    Detector("e2b-api-key", "E2B", "API key", r"e2b_[0-9a-f]{40}", ("e2b_",)),
    Detector("apify-api-token", "Apify", "API token", r"apify_api_[A-Za-z0-9]{34,36}", ("apify_api_",)),
    Detector("cursor-api-key", "Cursor", "API key", r"(?:crsr|key)_[0-9a-f]{64}", ("crsr_", "key_")),
    Detector("llamacloud-api-key", "LlamaCloud", "API key", r"llx-[A-Za-z0-9]{48}", ("llx-",)),
    Detector(
        "runpod-api-key",
        "RunPod",
        "API key",
        r"rpa_[A-Z0-9]{40}[a-z0-9]{6}",
        ("rpa_",),
    ),
    named("deepseek-api-key", "DeepSeek", "API key", "deepseek", rf"sk-{hexadecimal(32)}"),
    named(
        "stability-api-key",
        "Stability AI",
        "API key",
        "stability|dreamstudio",
        "sk-[A-Za-z0-9]{48}",
        "stability",
        "dreamstudio",
    ),
    named(
        "moonshot-api-key",
        "Moonshot AI",
        "API key",
        "moonshot|kimi",
        "sk-[A-Za-z0-9]{48}",
        "moonshot",
        "kimi",
    ),
    named(
        "dashscope-api-key",
        "Alibaba Model Studio",
        "API key",
        "dashscope|qwen|bailian",
        rf"sk-{hexadecimal(32)}",
        "dashscope",
        "qwen",
        "bailian",
    ),
    named(
        "cohere-api-key",
        "Cohere",
        "API key",
        "cohere|co_api_key",
        "[A-Za-z0-9]{40}",
        "cohere",
        "co_api_key",
    ),
    named("mistral-api-key", "Mistral AI", "API key", "mistral", "[A-Za-z0-9]{32}"),
    named(
        "private-ai-api-key",
        "Private AI",
        "API key",
        r"private[_-]?ai",
        "[a-z0-9]{32}",
        "privateai",
        "private_ai",
        "private-ai",
    ),
    named("deepgram-api-key", "Deepgram", "API key", "deepgram", hexadecimal(40)),
    named("assemblyai-api-key", "AssemblyAI", "API key", r"assembly[_-]?ai", hexadecimal(32), "assembly"),
    named(
        "zhipu-api-key",
        "Zhipu AI",
        "API key",
        "zhipu|bigmodel",
        r"[0-9a-f]{32}\.[A-Za-z0-9]{16}",
        "zhipu",
        "bigmodel",
    ),
    named("serpapi-api-key", "SerpApi", "API key", r"serp[_-]?api", hexadecimal(64), "serp"),
)
