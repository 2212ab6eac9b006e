"""User agents as phones and computers really send them."""
# ruff: noqa: E501 - an agent is as long as it is

ANDROID = "Mozilla/5.0 (Linux; Android 13; {}) AppleWebKit/537.36 (KHTML, like Gecko) "
WEBVIEW = (
    ANDROID.format("SM-A536E Build/TP1A.220624.014; wv")
    + "Version/4.0 Chrome/111.0.5563.116 Mobile Safari/537.36"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "

IN_APPS = (
    f"{WEBVIEW} Viber/20.5.0.3",
    ANDROID.format("M2101K6G") + "Chrome/119.0.0.0 Mobile Safari/537.36 Viber/20.5",
    f"{IPHONE}Mobile/15E148 Viber/21.0.0",
    f"{IPHONE}Mobile/20F66 Instagram 300.0.0.15.103 (iPhone14,5; iOS 16_5; ru_RU; ru; scale=3.00; 1170x2532; 486741830)",
    f"{WEBVIEW} Instagram 300.0.0.29.110 Android (31/12; 480dpi; 1080x2176; samsung; SM-G991B; o1s; exynos2100; ru_RU)",
    ANDROID.format("M2101K6G")
    + "Chrome/119.0.0.0 Mobile Safari/537.36 Telegram-Android/10.2.6 (Xiaomi M2101K6G; Android 13; SDK 33; HIGH)",
    f"{WEBVIEW} Telegram-Android/10.2",
    f"{IPHONE}Mobile/15E148 [FBAN/FBIOS;FBAV/450.0.0.38.108;FBDV/iPhone13,2;FBMD/iPhone;FBSN/iOS;FBSV/17.5;FBLC/ru_RU]",
    f"{WEBVIEW} [FB_IAB/FB4A;FBAV/412.0.0.22.115;]",
    f"{WEBVIEW} VKAndroidApp/8.11-14953 (Android 12; SDK 31; arm64-v8a; realme RMX3085; ru; 2400x1080)",
    f"{IPHONE}Mobile/15E148 VKiOSApp/8.30",
    f"{WEBVIEW} WhatsApp/2.23.20.76",
    f"{IPHONE}Mobile/15E148 WhatsApp/2.24.10",
)
"""The browser inside an app: a person has tapped a link in a chat."""

PEOPLE = (
    (f"{IPHONE}Version/17.5 Mobile/15E148 Safari/604.1", "phone"),
    (f"{IPHONE}CriOS/126.0.6478.35 Mobile/15E148 Safari/604.1", "phone"),
    (f"{IPHONE}GSA/250.0 Mobile/15E148 Safari/604.1", "phone"),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 Version/26.0 Mobile/15E148 Safari/604.1",
        "phone",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 Version/12.1.2 Mobile/15E148 Safari/604.1",
        "phone",
    ),
    (ANDROID.format("K") + "Chrome/131.0.0.0 Mobile Safari/537.36", "phone"),
    (ANDROID.format("SM-S911B") + "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36", "phone"),
    (ANDROID.format("CUBOT NOTE 20") + "Chrome/119.0.0.0 Mobile Safari/537.36", "phone"),
    (
        ANDROID.format("M2101K6G") + "Chrome/120.0.6099.283 YaBrowser/24.1.7.58.00 SA/3 Mobile Safari/537.36",
        "phone",
    ),
    (
        ANDROID.format("Redmi Note 10 Build/SKQ1")
        + "Version/4.0 Chrome/112.0 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.7.1-gn",
        "phone",
    ),
    (
        ANDROID.format("ELS-NX9")
        + "Chrome/99.0.4844.88 HuaweiBrowser/14.0.5.302 HMSCore/6.12 Mobile Safari/537.36",
        "phone",
    ),
    ("Mozilla/5.0 (Android 13; Mobile; rv:121.0) Gecko/121.0 Firefox/121.0", "phone"),
    ("Opera/9.80 (Android; Opera Mini/36.1609/191.249; U; ru) Presto/2.12.423 Version/12.16", "phone"),
    (
        "Mozilla/5.0 (iPad; CPU OS 15_6 like Mac OS X) AppleWebKit/605.1.15 Version/15.6 Mobile/15E148 Safari/604.1",
        "tablet",
    ),
    (ANDROID.format("SM-T500") + "Chrome/119.0.0.0 Safari/537.36", "tablet"),
    ("Mozilla/5.0 (Android 13; Tablet; rv:121.0) Gecko/121.0 Firefox/121.0", "tablet"),
    (WINDOWS, "computer"),
    (f"{WINDOWS} Edg/131.0.0.0", "computer"),
    (f"{MAC}Version/17.5 Safari/605.1.15", "computer"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:128.0) Gecko/20100101 Firefox/128.0", "computer"),
    (
        "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "computer",
    ),
)
"""Browsers of today, and what they run on."""

HARDLY_ANYBODYS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.6778.33 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 9_1 like Mac OS X) AppleWebKit/601.1.46 Version/9.0 Mobile/13B143 Safari/601.1",
    "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)",
)
"""Browsers of long ago, or that nobody reads his SMS with: what a scanner calls itself."""

TELEVISIONS = (
    "Mozilla/5.0 (Linux; Android 9; BRAVIA 4K UR2) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0 Safari/537.36",
    "Mozilla/5.0 (SMART-TV; Linux; Tizen 5.0) AppleWebKit/537.36 SamsungBrowser/2.2 Chrome/63.0 TV Safari/537.36",
)
