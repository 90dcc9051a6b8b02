"""Labels that hold one number, in the shapes in which scales are written; all other texts want `--label`."""

import re

_NUMBER = "(?P<number>0*(?:10|[0-9]))"
_DASH = "[-−–—]"
# As in "10 - Extremely likely", "0: Not at all", "5. Neutral", "[3] meh" and "10 (Extremely likely)".
_NUMBER_FIRST = re.compile(
    rf"[(\[]?\s*{_NUMBER}\s*(?:[)\]]\s*{_DASH}?|{_DASH}|[:=|]|[.,;](?=\s)|(?=[(\[\"“]))\s*(?P<words>\D+)", re.ASCII
)
# "Extremely likely (10)", "Not at all likely: 0", "Likely - 9"; a dash that touches the number alone is a minus.
_NUMBER_LAST = re.compile(
    rf"(?P<words>\D*\D\s*?)(?:[:=|(\[\"“]|,(?=\s)|{_DASH}(?=\s)|(?<=[^\W_]){_DASH})\s*{_NUMBER}\s*[)\]\"”]*\.?"
)
# As in "10 extremely likely" and "very likely 9": only with a word of such scales, as others make it another thing.
_NUMBER_APART = re.compile(rf"{_NUMBER}\s+(?P<words>\D+)", re.ASCII)
_WORDS_APART = re.compile(rf"(?P<words>\D+)\s+{_NUMBER}")
_SCALE_WORDS = re.compile(
    r"likely|neutral|probab|prov[aá]vel|wahrscheinlich|empfehl|re[ck]om+end|recommand|raccomand|waarschijnlijk|aanbevel"
    r"|sannolik|sannsynlig|sandsynlig|trolig|anbefal|prawdopodob|polec|pravděpodob|doporuč|todennäköi|suosittel"
    r"|вероят|рекоменд|薦め|勧め|すすめ|推荐|推薦|可能|추천|olası|öner",
    re.IGNORECASE,
)
# Another number than it seems: a part, a bound, a fraction, a quantity of something.
_OTHER_NUMBER = re.compile(
    r"[%‰½⅓⅔¼¾<>≤≥≈±~]"
    r"|\b(?:less|more|fewer|lower|higher|greater|better|worse|smaller|larger) than\b|\bat (?:least|most)\b|\bup to\b"
    r"|\b(?:or|and|oder|und|ou|et|o|y|e|of|en|eller) (?:below|above|under|over|less|more|fewer|lower|higher|greater"
    r"|better|worse|up|down|darunter|darüber|weniger|mehr|niedriger|höher|besser|schlechter|moins|plus|menos|más|mais"
    r"|meno|più|minder|meer|lager|hoger|lägre|högre)\b"
    r"|\b(?:mehr|weniger|höher|niedriger|besser|schlechter) als\b|\b(?:plus|moins) (?:de|que)\b"
    r"|\b(?:más|mas|menos|mais) (?:de|que|do que)\b|\b(?:più|meno) di\b|\b(?:meer|minder) dan\b|\b(?:mer|mindre) än\b"
    r"|\b(?:below|above|under|minus|negative|mindestens|höchstens|unter|über|bis zu|about|circa|ca|etwa)\b"
    r"|\b(?:out of|half|halb|halbe|einhalb|demie?|medi[ao]|mezz[ao]|quarter|viertel|third|drittel)\b"
    r"|\b(?:of|von|sur|sobre|su|van|av|af) (?:two|three|four|five|six|seven|eight|nine|ten|eleven|zwei|drei|vier|fünf"
    r"|sechs|sieben|acht|neun|zehn|deux|trois|quatre|cinq|sept|huit|neuf|dix|cinco|siete|ocho|nueve|diez|dez|dieci"
    r"|vijf|tien|fem|tio|ti)\b"
    r"|\b(?:per ?cent|percent|prozent|stars?|sterne?n?|étoiles?|estrellas?|estrelas?|stelle|sterren|points?|punkte?n?"
    r"|pts?|puntos?|pontos?|times|mal|years?|jahre?|months?|monate?|weeks?|wochen?|days?|tage?|hours?|stunden?"
    r"|minutes?|minuten|seconds?|sekunden|euros?|dollars?|persons?|people|stück)\b",
    re.IGNORECASE,
)
# The person did not respond, and the tool wrote a number for that.
_NO_RESPONSE = re.compile(
    r"\b(?:no (?:answer|response|reply|opinion|comment)|not (?:answered|applicable|asked)|unanswered|n/?a|skipped"
    r"|don['’]?t know|do not know|cannot say|can['’]?t say|missing|refused|declined|prefer not|blank|empty|null|none"
    r"|unknown|keine? (?:angabe|antwort|meinung)|k\.\s?a\.?|wei(?:ß|ss) (?:es )?nicht|nicht beantwortet"
    r"|sans (?:réponse|avis)"
    r"|pas de réponse|ne sa(?:it|is) pas|sin (?:respuesta|opinión)|no (?:sabe|sé|contesta)|ns/nc|nessuna risposta"
    r"|non so"
    r"|sem resposta|não (?:sei|sabe)|geen (?:antwoord|mening)|weet (?:ik )?niet|inget svar|intet svar|ved ikke"
    r"|vet (?:ej|inte|ikke)|brak odpowiedzi|nie wiem|bez odpovědi|nevím|ei vastausta|нет ответа|не знаю|cevap yok)\b"
    r"|無回答|未回答|回答なし|わからない|没有回答|不知道|응답 없음|모름",
    re.IGNORECASE,
)
# What a spreadsheet makes of "9-10" when it takes that for a date, in the languages of the mails and a few more.
_MONTHS = frozenset(
    re.findall(
        r"\S+",
        """
        jan jän jänner januar januari january janvier janv gen gennaio ene enero janeiro ocak oca sty styczeń led leden
        feb februar februari february fév févr février febbraio febrero fev fevereiro şub şubat lut luty úno únor hel
        mar march mär märz mrz maart mrt mars marzo março mart marzec bře březen maa maaliskuu
        apr april avr avril aprile abr abril nis nisan kwi kwiecień dub duben huh
        may mai maj mei maggio mag mayo maio mayıs kvě květen tou
        jun june juni juin giu giugno junio junho haz haziran cze czerwiec čvn červen kes
        jul july juli juil juillet lug luglio julio julho tem temmuz lip lipiec čvc červenec hei
        aug august augustus août aou ago agosto ağu ağustos sie sierpień srp srpen elo
        sep sept september septembre settembre set septiembre setembro eyl eylül wrz wrzesień zář září syy
        oct october okt oktober octobre ott ottobre octubre out outubro eki ekim paź październik říj říjen lok
        nov november novembre noviembre novembro kas kasım lis listopad marras
        dec december dez dezember déc décembre dic dicembre diciembre dezembro des desember ara aralık gru grudzień pro
        prosinec joulu янв фев мар апр май мая июн июл авг сен сент окт ноя нояб дек
        """,
    )
)
# As in "9-Okt" and "09. mei": a short word that touches the number may be a month of any language.
_SHORT = 5
_LONGEST = 200


def score_of_label(text: str) -> int | None:
    """Return the one number of a label such as "10 - extremely likely"; None if there is another reading of it."""
    text = text.strip("\"'“”‘’ ")
    if len(text) > _LONGEST:
        return None
    found = _NUMBER_FIRST.fullmatch(text) or _NUMBER_LAST.fullmatch(text)
    if found is None:
        found = _NUMBER_APART.fullmatch(text) or _WORDS_APART.fullmatch(text)
        if found is None or not _SCALE_WORDS.search(found["words"]):
            return None
    if _OTHER_NUMBER.search(text) or _NO_RESPONSE.search(text) or _is_date(text, found["words"]):
        return None
    return int(found["number"])


def _is_date(text: str, around: str) -> bool:
    """Return whether the words are one that a date may have, or none at all."""
    words = "".join(character if character.isalpha() else " " for character in around).split()
    if len(words) != 1:
        return not words
    if words[0].casefold() in _MONTHS or "月" in words[0] or "월" in words[0]:
        return True
    touches = re.search(rf"\d(?:{_DASH}|\.\s?)[^\W\d_]|[^\W\d_]{_DASH}\d", text)
    return bool(touches) and len(words[0]) <= _SHORT
