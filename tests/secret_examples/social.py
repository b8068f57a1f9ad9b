from support.fakes import Examples
from support.surroundings import setting, token

X = "x" * 200
A = "A" * 22

EXAMPLES = {
    "meta-access-token": token(
        "EAAC{alnum:100}ZAb7", f"EAAC{X[:110]}", "EAAC{alnum:20}", "checksum: eaac{hex:124}"
    ),
    "instagram-access-token": token("IGQVJ{alnum:120}Ab7", f"IGQVJ{X[:120]}", "IGQV{alnum:20}"),
    "facebook-app-token": Examples(
        positive=(
            "FACEBOOK_TOKEN=«1{digit:14}|{alnum:27}»\n",
            "https://graph.example.test/me?access_token=«1{digit:15}|{alnum:27}»",
            '{"access_token": "«1{digit:15}|{alnum:27}»", "token_type": "bearer"}',
        ),
        negative=(
            "FACEBOOK_TOKEN=app-id|app-secret\n",
            "access_token: string | undefined",
            "access_token=123|" + X[:27],
        ),
    ),
    "facebook-app-secret": setting("FACEBOOK_APP_SECRET", "{hex:32}", 'class="fb-share-button"'),
    "twitter-bearer-token": token(
        f"{A}{{alnum:40}}%2F{{alnum:44}}%3Db7",
        f"{A}{X[:90]}",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        f"{A}{{alnum:80}}",
    ),
    "twitter-access-token": setting("TWITTER_ACCESS_TOKEN", "1{digit:17}-{alnum:30}"),
    "twitter-api-key": setting(
        "TWITTER_CONSUMER_KEY", "{alnum:25}", '<meta name="twitter:card" content="summary">'
    ),
    "twitter-api-secret": setting("TWITTER_CONSUMER_SECRET", "{alnum:50}"),
    "twitter-access-secret": setting("TWITTER_ACCESS_SECRET", "{alnum:45}"),
    "linkedin-client-id": setting("LINKEDIN_CLIENT_ID", "{lower:13}7"),
    "linkedin-client-secret": token(
        "WPL_AP1.{alnum:16}.{alnum:6}==", f"WPL_AP1.{X[:16]}.{X[:6]}==", "WPL_AP1.{alnum:9}"
    ),
    "linkedin-legacy-secret": setting("LINKEDIN_CLIENT_SECRET", "{alnum:15}7"),
    "twitch-access-token": setting("TWITCH_CLIENT_SECRET", "{lower:30}"),
    "spotify-client-secret": setting("SPOTIFY_CLIENT_SECRET", "{hex:32}", "spotify:track:{alnum:22}"),
    "flickr-api-key": setting("FLICKR_API_KEY", "{hex:32}"),
    "nytimes-api-key": setting("NYTIMES_API_KEY", "{alnum:32}"),
    "tmdb-api-key": setting("TMDB_API_KEY", "{hex:32}"),
}
