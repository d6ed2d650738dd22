"""The words that demo prompts, titles and usernames are made of.

Styles are schools and techniques; no living artist is named.
"""

SUBJECTS = (
    "lighthouse keeper", "clockwork owl", "sleeping dragon", "tea house", "desert caravan",
    "astronaut gardener", "paper boat", "glass cathedral", "mountain monastery", "street musician",
    "fox spirit", "abandoned observatory", "coral city", "old fisherman", "floating market",
    "knight in rusted armour", "greenhouse", "night train", "whale", "beekeeper",
    "robot librarian", "stone giant", "harbour town", "violin maker", "snow leopard",
    "hot air balloon", "cartographer", "moth queen", "tram stop", "bonsai forest",
    "deep-sea diver", "windmill", "raven", "puppet theatre", "solar sailship", "mushroom village",
    "steam locomotive", "jazz quartet", "alchemist's workshop", "stag with crystal antlers",
    "rooftop garden", "weathered samurai", "carousel", "tide pool", "ramen stall", "orrery",
    "polar explorer", "hedge maze", "tortoise carrying a village", "mechanical heart", "bookshop",
    "sandstone canyon", "cellist", "aurora hunter", "koi pond", "ghost ship", "marble statue",
    "cat in a space suit", "spice merchant", "orchard", "suspension bridge", "glassblower",
    "wolf pack", "planetary rings", "ballet dancer", "vintage motorcycle", "river delta",
    "dollhouse", "storm chaser", "antique globe", "owl courier", "corner bakery", "jellyfish",
    "volcano temple", "radio tower", "field of sunflowers", "chess players", "subway musician",
    "ice palace", "botanist", "hummingbird", "moon base",
)  # fmt: skip
PLACES = (
    "at the edge of a frozen lake", "above the clouds", "in a flooded street", "under a red moon",
    "beside a quiet canal", "in an overgrown ruin", "on a distant moon", "inside a giant tree",
    "after the rain", "in the first snow", "on a cliff above the sea", "at the end of the world",
    "in a crowded bazaar", "between two storms", "in a field of lavender", "beneath the city",
    "along an endless railway", "in a forgotten valley", "on a rooftop at midnight", "in deep fog",
    "among drifting lanterns", "inside a snow globe", "on the banks of the Neva", "near Kyoto",
    "in the old town of Lisbon", "over the dunes of the Sahara", "in a Nordic fjord",
    "in the shadow of a volcano", "at the bottom of the ocean", "in a cathedral of ice",
    "on a terraced hillside", "in a mirror world", "during the blue hour", "in a salt desert",
)  # fmt: skip
STYLES = (
    "Impressionist oil painting", "ukiyo-e woodblock print", "Art Nouveau poster",
    "Bauhaus composition", "Dutch Golden Age still life", "Baroque chiaroscuro", "gouache sketch",
    "Pre-Raphaelite painting", "Soviet constructivist poster", "Art Deco illustration",
    "pixel art", "Hudson River School landscape", "Surrealist dreamscape", "Cubist study",
    "linocut print", "watercolour on rough paper", "ink wash painting", "Byzantine mosaic",
    "low-poly render", "Flemish Renaissance panel", "charcoal drawing", "Pointillist canvas",
    "stained glass window", "Romantic seascape", "Fauvist painting", "Vienna Secession ornament",
    "isometric diorama", "paper-cut illustration", "risograph print", "Mughal miniature",
    "claymation still", "Expressionist woodcut", "photorealistic render", "vaporwave collage",
    "matte painting", "botanical plate", "blueprint drawing", "Mexican muralism", "Rococo pastel",
    "glitch art",
)  # fmt: skip
LIGHTS = (
    "golden hour light", "soft window light", "volumetric god rays", "neon rim light",
    "candlelight", "overcast diffuse light", "moonlight", "harsh noon sun", "bioluminescent glow",
    "backlit silhouette", "northern lights", "lantern light", "studio softbox", "dappled shade",
    "firelight", "twilight gradient", "lightning flash", "low winter sun", "underwater caustics",
)  # fmt: skip
CAMERAS = (
    "35mm film, f/1.8", "85mm portrait lens", "wide angle, 14mm", "macro lens", "tilt-shift",
    "medium format, Kodak Portra 400", "drone shot", "long exposure", "Polaroid SX-70",
    "anamorphic lens flare", "pinhole camera", "telephoto compression", "fisheye", "infrared film",
    "daguerreotype", "double exposure", "Dutch angle", "over-the-shoulder view", "bird's-eye view",
)  # fmt: skip
PALETTES = (
    "teal and orange", "muted earth tones", "pastel", "monochrome blue", "crimson and gold",
    "sepia", "emerald and brass", "lavender and grey", "high-contrast black and white",
    "autumn ochre", "ice white", "coral and turquoise", "midnight indigo",
    "faded postcard colours", "jewel tones", "sage and cream", "burnt sienna", "cyan and magenta",
    "rose and ash",
)  # fmt: skip
MOODS = (
    "serene", "melancholic", "whimsical", "ominous", "nostalgic", "triumphant", "dreamlike",
    "solitary", "festive", "mysterious", "tender", "feverish", "contemplative", "playful",
    "haunting", "hopeful", "restless", "majestic", "cosy", "uncanny",
)  # fmt: skip
FINISHES = (
    "highly detailed", "intricate linework", "grainy texture", "sharp focus",
    "shallow depth of field", "loose brushwork", "clean composition", "rule of thirds", "8k",
    "negative space", "dust motes", "subtle film grain", "symmetrical framing", "cinematic",
    "hand-drawn feel", "award-winning",
)  # fmt: skip
MODELS = (
    "sd-1.5", "sd-2.1", "sdxl-1.0", "sd-3.5-large", "flux-dev", "flux-schnell", "pixart-sigma",
    "kandinsky-3", "playground-2.5", "auraflow-0.3",
)  # fmt: skip
SAMPLERS = ("Euler a", "Euler", "DPM++ 2M Karras", "DPM++ SDE", "DDIM", "UniPC", "Heun")
SIZES = ((512, 512), (512, 768), (768, 512), (768, 768), (1024, 1024), (832, 1216), (1216, 832))

# Broader words for a subject, a style and a place: what people look for first.
THEMES = {
    "people": (
        "lighthouse keeper", "old fisherman", "beekeeper", "cartographer", "deep-sea diver",
        "weathered samurai", "polar explorer", "aurora hunter", "spice merchant", "glassblower",
        "ballet dancer", "storm chaser", "chess players", "botanist",
    ),
    "animals": (
        "clockwork owl", "whale", "snow leopard", "raven", "stag with crystal antlers",
        "wolf pack", "owl courier", "jellyfish", "hummingbird", "koi pond",
    ),
    "fantasy": (
        "sleeping dragon", "fox spirit", "knight in rusted armour", "stone giant", "moth queen",
        "mushroom village", "alchemist's workshop", "tortoise carrying a village", "ghost ship",
        "ice palace", "volcano temple", "coral city",
    ),
    "architecture": (
        "tea house", "glass cathedral", "mountain monastery", "abandoned observatory",
        "harbour town", "windmill", "suspension bridge", "radio tower",
    ),
    "nature": (
        "greenhouse", "bonsai forest", "tide pool", "rooftop garden", "hedge maze",
        "sandstone canyon", "orchard", "river delta", "field of sunflowers",
    ),
    "science fiction": (
        "astronaut gardener", "robot librarian", "solar sailship", "cat in a space suit",
        "planetary rings", "moon base",
    ),
    "travel": (
        "desert caravan", "paper boat", "night train", "hot air balloon", "steam locomotive",
        "vintage motorcycle",
    ),
    "city life": (
        "floating market", "tram stop", "puppet theatre", "carousel", "ramen stall", "bookshop",
        "corner bakery",
    ),
    "music": ("street musician", "violin maker", "jazz quartet", "cellist", "subway musician"),
    "still life": ("orrery", "mechanical heart", "marble statue", "dollhouse", "antique globe"),
}  # fmt: skip
MEDIA = {
    "painting": (
        "Impressionist oil painting", "Dutch Golden Age still life", "Baroque chiaroscuro",
        "gouache sketch", "Pre-Raphaelite painting", "Hudson River School landscape",
        "Surrealist dreamscape", "Cubist study", "watercolour on rough paper",
        "ink wash painting", "Flemish Renaissance panel", "Pointillist canvas",
        "Romantic seascape", "Fauvist painting", "Mughal miniature", "Mexican muralism",
    ),
    "digital art": (
        "pixel art", "low-poly render", "isometric diorama", "photorealistic render",
        "vaporwave collage", "matte painting", "glitch art",
    ),
    "prints": (
        "ukiyo-e woodblock print", "linocut print", "risograph print", "Expressionist woodcut",
        "botanical plate",
    ),
    "posters": (
        "Art Nouveau poster", "Soviet constructivist poster", "Art Deco illustration",
        "Bauhaus composition", "Vienna Secession ornament",
    ),
    "crafts": (
        "Byzantine mosaic", "stained glass window", "paper-cut illustration", "claymation still",
    ),
    "drawing": ("charcoal drawing", "blueprint drawing", "Rococo pastel"),
}  # fmt: skip
SETTINGS = {
    "winter": (
        "at the edge of a frozen lake", "in the first snow", "inside a snow globe",
        "in a cathedral of ice",
    ),
    "night": ("under a red moon", "on a rooftop at midnight", "among drifting lanterns"),
    "seaside": ("on a cliff above the sea", "in a Nordic fjord"),
    "desert": ("over the dunes of the Sahara", "in a salt desert"),
    "weather": ("in deep fog", "after the rain", "between two storms"),
    "ruins": ("in an overgrown ruin", "at the end of the world"),
    "mountains": (
        "on a terraced hillside", "in a forgotten valley", "in the shadow of a volcano",
    ),
    "old town": (
        "in the old town of Lisbon", "beside a quiet canal", "in a flooded street",
        "on the banks of the Neva", "in a crowded bazaar",
    ),
    "japan": ("near Kyoto",),
    "forest": ("inside a giant tree",),
    "underwater": ("at the bottom of the ocean",),
    "underground": ("beneath the city",),
    "sky": ("above the clouds", "during the blue hour"),
    "space": ("on a distant moon",),
    "flowers": ("in a field of lavender",),
    "railway": ("along an endless railway",),
    "surreal": ("in a mirror world",),
}  # fmt: skip
# Tags that people add independently of what the image shows; the commonest first.
HABITS = (
    "favourite", "series", "wallpaper", "experiment", "study", "wip", "portfolio", "daily",
    "concept art", "cover art", "remix", "commission", "upscaled", "inspiration", "reference",
    "character design", "background", "challenge", "print ready", "sketchbook", "moodboard",
    "postcard", "book cover", "album cover", "avatar", "first try", "variation", "practice",
    "tileable", "best of", "collab", "gift", "storyboard", "sticker", "archive", "unfinished",
    "contest entry", "tarot", "zine", "calendar", "phone wallpaper", "tattoo idea", "embroidery",
    "bookmark", "greeting card", "board game", "school project", "jigsaw",
)  # fmt: skip

FIRST_NAMES = (
    "amara", "anneke", "arjun", "astrid", "bao", "beatriz", "bruno", "camille", "chidi", "dalia",
    "dmitri", "elif", "emeka", "esther", "farid", "freya", "giulia", "hana", "henrik", "ines",
    "ivo", "jana", "jonas", "kaito", "kemal", "lena", "leila", "luca", "maren", "mateo", "mina",
    "nadia", "niko", "noor", "olga", "omar", "paula", "petra", "quinn", "rafael", "rosa", "sana",
    "selma", "tariq", "tomas", "uma", "vera", "viktor", "wanda", "yara", "yusuf", "zofia",
)  # fmt: skip
LAST_NAMES = (
    "almeida", "berg", "castillo", "dahl", "eriksen", "fischer", "garcia", "haddad", "ivanova",
    "jensen", "kowalski", "lindqvist", "moreau", "nakamura", "okafor", "petrov", "quiroga",
    "rossi", "sato", "tanaka", "ueda", "varga", "weiss", "yilmaz", "zhang", "osei", "novak",
    "marsh",
)  # fmt: skip
HANDLE_ADJECTIVES = (
    "quiet", "amber", "velvet", "lunar", "salty", "mossy", "copper", "hollow", "electric", "paper",
    "wild", "sleepy", "neon", "crooked", "silver", "distant", "tiny", "foggy", "gilded", "rusty",
)  # fmt: skip
HANDLE_NOUNS = (
    "heron", "pixel", "brush", "comet", "fern", "otter", "lantern", "prism", "sparrow", "canvas",
    "badger", "nebula", "pencil", "willow", "falcon", "teapot", "orbit", "moth", "quartz", "fjord",
)  # fmt: skip
