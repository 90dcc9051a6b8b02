"""What the customers write: sentences put together from parts, in four languages."""

from random import Random

# By language: what is praised, what is so-so and what is wrong, each with endings that fit it.
GOOD = {
    "en": (
        (
            "The morning delivery is always on time",
            "Ordering takes a minute",
            "The driver knows us by name",
        ),
        (".", ", and the fruit is fresh.", ". My colleagues say the same.", ", even on Mondays.", ". Keep it up!"),
    ),
    "de": (
        ("Die Lieferung kommt immer pünktlich", "Bestellen geht in einer Minute", "Der Fahrer ist sehr freundlich"),
        (".", ", und das Obst ist frisch.", ". Gerne weiter so!", ", auch montags.", ". Das spart uns viel Zeit."),
    ),
    "fr": (
        ("La livraison arrive toujours à l’heure", "Commander prend une minute", "Le chauffeur est très aimable"),
        (".", ", et les fruits sont frais.", ". Continuez ainsi !", ", même le lundi.", ". On gagne du temps."),
    ),
    "es": (
        ("El reparto llega siempre a la hora", "Pedir lleva un minuto", "El repartidor es muy amable"),
        (".", ", y la fruta está fresca.", ". ¡Sigan así!", ", incluso los lunes.", ". Nos ahorra tiempo."),
    ),
}
FAIR = {
    "en": (
        ("Good range", "Fair prices", "Works well most days"),
        (", but the app is slow.", ", but I miss a dark chocolate.", ". Invoices could be clearer."),
    ),
    "de": (
        ("Gute Auswahl", "Faire Preise", "Meistens läuft es gut"),
        (", aber die App ist langsam.", ", aber mir fehlt Hafermilch.", ". Die Rechnung könnte klarer sein."),
    ),
    "fr": (
        ("Bon choix", "Prix corrects", "Cela marche bien la plupart du temps"),
        (", mais l’appli est lente.", ", mais il manque du thé vert.", ". Les factures pourraient être plus claires."),
    ),
    "es": (
        ("Buen surtido", "Precios justos", "Casi siempre funciona bien"),
        (", pero la aplicación es lenta.", ", pero falta té verde.", ". Las facturas podrían ser más claras."),
    ),
}
POOR = {
    "en": (
        ("Two crates were missing", "Nobody answered the phone", "The prices went up again"),
        (".", " and nobody told us.", ". That must not happen.", ", for the second time this month."),
    ),
    "de": (
        ("Zwei Kisten fehlten", "Am Telefon war niemand zu erreichen", "Die Preise sind wieder gestiegen"),
        (".", ", ohne ein Wort.", ". Das darf nicht passieren.", ", zum zweiten Mal in diesem Monat."),
    ),
    "fr": (
        ("Il manquait deux caisses", "Personne ne répondait au téléphone", "Les prix ont encore augmenté"),
        (".", ", sans un mot.", ". Cela ne doit pas arriver.", ", pour la deuxième fois ce mois-ci."),
    ),
    "es": (
        ("Faltaban dos cajas", "Nadie contestó al teléfono", "Los precios volvieron a subir"),
        (".", ", sin avisar.", ". No debe pasar.", ", por segunda vez este mes."),
    ),
}
LATE = {
    "en": ("The delivery came at noon", "The van was three hours late", "We opened with empty shelves"),
    "de": ("Die Lieferung kam erst mittags", "Der Wagen kam drei Stunden zu spät", "Wir öffneten mit leeren Regalen"),
    "fr": ("La livraison est arrivée à midi", "Le camion avait trois heures de retard", "Nous avons ouvert sans pain"),
    "es": ("El reparto llegó a mediodía", "El camión llegó tres horas tarde", "Abrimos con los estantes vacíos"),
}


def comment(rng: Random, language: str, score: int, *, late: bool) -> str:
    """Return what a customer writes with a score; `late` while the deliveries are."""
    phrases = GOOD if score > 8 else FAIR if score > 6 else POOR
    openings, endings = phrases[language]
    if late and score <= 6:
        openings = LATE[language]
    return rng.choice(openings) + rng.choice(endings)
