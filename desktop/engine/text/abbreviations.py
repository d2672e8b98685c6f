"""What is written with a full stop that ends no sentence. Pure data."""

# Only those that are no words of the language: "mar." ends more sentences than it abbreviates.
_ABBREVIATIONS = {
    "en": """
mr mrs ms dr prof st sr jr vs etc e.g i.e approx dept inc ltd corp gen capt col lt sgt rev hon gov sen rep jan
feb apr aug sep sept oct nov dec mt ft u.s u.k ph.d messrs ave blvd rd
""",
    "es": """
sr sra srta sres dr dra d dña ud uds vd av avda p.ej tel dpto ee.uu gral lic ing arq excmo
""",
    "fr": """
mme mmes mlle mlles mgr dr pr ste cf p.ex av bd tél env janv févr juil sept oct nov déc
""",
    "de": """
hr fr dr prof st str bzw usw z.b d.h u.a o.ä v.a evtl ggf inkl vgl jh mio mrd ca bspw dipl ing med chr hrsg geb
gest jan feb aug sept okt nov dez z d u o i v s m.e
""",
    "it": """
sig sigg dott prof ing avv n.b gen col arch geom ecc es
""",
    "pt": """
sr sra srta dr dra d prof profa av ltda exmo eng gen
""",
    "nl": """
dhr mevr mw dr prof drs ir ing st bijv enz o.a d.w.z z.o.z m.b.t ca jl
""",
    "sv": """
dr prof kl ca t.ex bl.a d.v.s m.m s.k
""",
    "da": """
dr prof kl ca f.eks bl.a dvs hr fr
""",
    "no": """
dr prof kl ca f.eks bl.a dvs hr fr
""",
    "fi": """
esim mm ym jne klo dos prof
""",
    "pl": """
dr prof np tzn tj itd itp m.in ul al św godz ok inż mgr hab płk gen pan ks im
""",
    "cs": """
dr prof např tj tzv ul atd apod mj ing mgr sv mil
""",
    "sk": """
dr prof napr t.j tzv ul atď apod ing mgr sv
""",
    "hu": """
dr prof pl stb kb ill ún özv id ifj
""",
    "ro": """
dl dna d-na dr prof ing str bd ex
""",
    "tr": """
dr prof doç av sn örn vb cad sok mah alb
""",
    "el": """
κ κα κκ δρ π.χ κ.λπ βλ αρ καθ
""",
    "ru": """
ул пр им т.е т.д т.п проф акад доц см ср др гр тыс млн млрд руб г гг г-н г-жа обл р-н д кв корп
""",
    "uk": """
вул пр ім т.зв проф акад доц див др тис млн млрд грн м обл буд кв
""",
}
ABBREVIATIONS: dict[str, frozenset[str]] = {code: frozenset(words.split()) for code, words in _ABBREVIATIONS.items()}
"""by language, in lower case"""

_BEFORE_NUMBERS = """
no nos nr nro núm n nº fig figs abb afb obr rys art sec ch chap cap kap hfst eq vol bd p pp pg pag pág págs page
s seite blz str para par § abs ref ver v tab ziff anm ex č рис табл гл ст стр с п т № №№
"""
BEFORE_NUMBERS = frozenset(_BEFORE_NUMBERS.split())
"""in any language, but before a number only: "No. 5", "Abb. 3", "págs. 7" """

ORDINALS = frozenset({"de", "lb"})
"""languages that write ordinals with a full stop and nouns with a capital"""
_SENTENCE_STARTS = """
der die das den dem des ein eine einen einem einer ich du er sie es wir ihr man wer was wo wann wie warum und
aber oder doch denn dann da dort hier heute gestern morgen jetzt nun so also auch nur noch schon danach dabei
dafür daher deshalb trotzdem wenn als weil ob in im am an auf aus bei mit nach seit von vom zu zum zur für durch
ohne um über ja nein bitte danke dieser diese dieses mein meine dein sein seine ihre unser alle viele kein keine
"""
SENTENCE_STARTS = frozenset(_SENTENCE_STARTS.split())
"""how their sentences begin behind a number"""
