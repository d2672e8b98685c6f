"""Words that stand in the middle of sentences and are no names, by language: articles, pronouns, conjunctions and
their like. Data only."""

SMALL_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "a about after all also although an and are as at because been before but by can could did do does "
        "for from had has have he her here his how if in into is it it's its just like more my no not of on "
        "or our out over she should so some than that that's the their them then there there's these they "
        "they're they've this those though to under until up was we we're we've were what when where which "
        "while who whose why with without would yes you you're you've your",
        "es": "a al ante antes aunque como con cuando de del desde donde el ella ellas ellos en entre era es esa "
        "ese eso esta este esto está están fue ha hasta hay la las le les lo los mi muy más nada ni no nos "
        "nosotros o para pero por porque pues que quien se ser si sin sobre solo son su sus también tan tiene "
        "todo tu un una uno y ya yo",
        "fr": "alors après au aussi aux avant avec car ce cela ces cet cette chez comme dans de depuis des donc du "
        "elle elles en encore est et il ils je la le les leur lui mais mon même ne nos notre nous on ou où "
        "par parce pas pour puis quand que qui sa sans se ses si son sont sous sur ton tous tout très tu un "
        "une vos votre vous ça",
        "it": "a al alla anche che chi ci come con cosa da dal dalla dei del della delle di dove e era gli ha ho i "
        "il in io la le lei lo loro lui ma mi mio molto ne nel nella no noi non o per perché più poi quando "
        "questa questo se sei si sono su sua suo tu tutto un una uno voi è",
        "pt": "a ao aos as até com como da das de depois do dos e ela elas ele eles em entre era essa esse esta "
        "este está eu foi há isso já mais mas me meu muito na nas no nos não nós o os ou para pela pelo por "
        "porque quando que quem se sem ser seu sua só também tem tudo um uma você é",
        "nl": "aan al als bij dan dat de deze die dit door een en er had heb hebben heeft het hij ik in is je kan "
        "maar met mijn na naar niet nog nu of om omdat onder ons ook op over te tot u uit van voor waar want "
        "waren was wat we wij wordt ze zij zijn zo",
        "de": "aber als am an auch auf aus bei bis da damit dann das dass dem den denn der des die dies diese doch "
        "du durch ein eine einem einen einer er es für gegen hat hier ich im in ist ja jetzt kann mein mit "
        "nach nicht noch nur ob oder ohne schon sein sich sind so um und uns unter vom von vor war warum was "
        "wenn wer wie wir wird wo zu zum zur über",
        "ru": "а без бы был была были было в во вот все вы где да для до его ее если есть еще же за и из или их как "
        "когда кто ли мне можно мы на не нет ни но о об он она они от по под потом потому при с со так такой "
        "там то тоже только ты у уже что чтобы эта эти это этот я",
    }.items()
}
