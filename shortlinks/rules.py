"""The rules by which people are told from robots, and kinds of device from each other: tables, with a version.

They lean to one side: a robot that is counted as a person spoils a figure a little, a person who is called a robot is
lost. So nobody is a robot for his address, and no browser that people have today is ever rare.
"""

import re
from datetime import timedelta

RULES = 2
"""Stored with every click. Raise it whenever anything here changes; `flask shortlinks reclassify` judges old clicks."""

PREFETCH_HEADERS = {
    "Sec-Purpose": ("prefetch", "prerender"),
    "Purpose": ("prefetch", "preview"),
    "X-Purpose": ("preview",),
    "X-Moz": ("prefetch",),
}
"""What browsers send when they load a page that nobody has asked to see yet."""

PREVIEW_AGENTS = (
    "telegrambot",
    "facebookexternalhit",
    "facebot",
    "twitterbot",
    "vkshare",
    "slackbot",
    "discordbot",
    "skypeuripreview",
    "linkedinbot",
    "google-pagerenderer",
    "odklbot",
    "mattermost",
)
"""Messengers that draw a picture of the link before anybody opens it."""

APP_NAMES = ("whatsapp", "viber")
"""Messengers that put the same name into the agent of their previews and of the browser inside the app."""

IN_APP = re.compile(
    r"mozilla/5\.0 \((?:linux; (?:u; )?android.*applewebkit/|i(?:phone|pad|pod).*applewebkit/(?!.*safari/))"
)
"""How the browser inside an app on a phone names itself (in lower case): a person sits before it.

On an iPhone it never says Safari; what adds an app's name to that is no browser.
"""

BROWSER_BEGINNINGS = ("mozilla/", "opera/", "dalvik/", "ucweb/", "nokia", "blackberry")
"""How the agents of programs with a person before them begin."""

SOONEST = timedelta(seconds=1)
"""No person opens a link sooner after its SMS was claimed for handing over: the network, the sound, a look, a tap.

It is reckoned from before the call to the provider, which may take long and come through early, and by the database's
clock. A click before that moment only says that two clocks differ, and nothing of who clicked.
"""

BURST_WITHIN = timedelta(seconds=10)
BURST_RECIPIENTS = 20
"""So many recipients of one owner, by the same agent to the letter within that time, are a burst."""

RARE_BELOW = 0.005
"""An agent is rare that has less than this share of people's other clicks, those of its own bursts left out.

At such a share people make a burst only at 400 clicks a second on one broadcast.
"""
LOOKED_AT = 20_000
"""How many of the newest clicks tell how common an agent is."""

EVERYDAY = (
    (re.compile(r"\((?:iPhone|iPad|iPod)"), re.compile(r"\bOS (\d+)_"), 12),
    (re.compile(r"\bAndroid\b"), re.compile(r"\bChrome/(\d+)"), 80),
    (re.compile(r"\bAndroid\b"), re.compile(r"\bFirefox/(\d+)"), 100),
    (re.compile(r"\((?:Windows NT|Macintosh|X11; CrOS)"), re.compile(r"\bChrome/(\d+)\.0\.0\.0 "), 109),
    (re.compile(r"\((?:Windows NT|Macintosh)"), re.compile(r"\bFirefox/(\d+)"), 102),
    (re.compile(r"\bOpera Mini/"), re.compile(r"\bOpera Mini/(\d+)"), 7),
    (re.compile(r"\(Macintosh"), re.compile(r"\bVersion/(\d+)"), 14),
)
"""Browsers that people have today: system, engine, and its oldest version still about. These are never rare.

A phone's browser today names no model (Chrome, Safari), so a thousand people come by one and the same agent; a shop's
first broadcast has no history that could tell so. On computers Chrome says no more than "131.0.0.0"; what says more
only plays one. Newer versions need no change here.
"""

EVERYDAY_NAMES = frozenset(
    (
        *(
            "Mozilla",
            "AppleWebKit",
            "Gecko",
            "Version",
            "Chrome",
            "Mobile",
            "Safari",
            "Firefox",
            "CriOS",
            "FxiOS",
        ),
        *(
            "Edg",
            "EdgA",
            "EdgiOS",
            "OPR",
            "OPT",
            "OPX",
            "SamsungBrowser",
            "YaBrowser",
            "YaApp_iOS",
            "YaApp_Android",
        ),
        *(
            "YaSearchBrowser",
            "BroPP",
            "SA",
            "Yowser",
            "yandex",
            "GSA",
            "MiuiBrowser",
            "HuaweiBrowser",
            "HMSCore",
        ),
        *(
            "VivoBrowser",
            "HeyTapBrowser",
            "UCBrowser",
            "DuckDuckGo",
            "Ddg",
            "Atom",
            "Vivaldi",
            "Brave",
            "Focus",
        ),
        *(
            "Klar",
            "Viber",
            "WhatsApp",
            "Instagram",
            "Telegram-Android",
            "Telegram",
            "VKAndroidApp",
            "VKiOSApp",
        ),
        *(
            "FBAN",
            "FBAV",
            "OkApp",
            "MAX",
            "MailRu",
            "Line",
            "MicroMessenger",
            "Snapchat",
            "Pinterest",
            "musical_ly",
        ),
        *(
            "BytedanceWebview",
            "Opera",
            "Presto",
            "TikTok",
            "AlohaBrowser",
            "PHX",
            "Puffin",
            "Maxthon",
            "XiaoMi",
            "Build",
            "Silk",
        ),
    )
)
"""What stands before a slash in the agents of these browsers; another name makes it somebody's own program."""

TELEVISIONS = (
    "smart-tv",
    "smarttv",
    "bravia",
    "android tv",
    "googletv",
    "google tv",
    "tv safari",
    "aftm",
    "crkey",
)
"""In lower case: what watches, though its system may be a tablet's."""

TABLETS = ("ipad", "tablet", "kindle", "silk/")
PHONE_SYSTEMS = frozenset(
    ("iOS", "Android", "Windows Phone", "KaiOS", "BlackBerry OS", "Symbian OS", "HarmonyOS", "Bada", "MeeGo")
)
PHONE_DEVICES = frozenset(("iPhone", "Generic Smartphone", "Generic Feature Phone"))
PHONE_BEGINNINGS = ("nokia", "blackberry")
COMPUTER_SYSTEMS = frozenset(
    (
        "Windows",
        "Mac OS X",
        "Linux",
        "Ubuntu",
        "Debian",
        "Fedora",
        "Chrome OS",
        "FreeBSD",
        "OpenBSD",
        "Solaris",
    )
)
TABLET_BRAND = "Generic_Android_Tablet"
"""What ua-parser calls an Android whose browser does not say "Mobile"."""
