"""Words are found in any language, however they are written."""

import pytest

from earshot.domain.comment_words import contains_word


@pytest.mark.parametrize(
    ("comment", "word"),
    [
        ("I want a REFUND!", "refund"),
        ("Ich möchte eine Rückgabe.", "rückgabe"),
        ("Ich möchte eine Rueckgabe, nein: RU\u0308CKGABE", "Rückgabe"),
        ("Je suis deçu", "décu"),
        ("Straße gesperrt", "STRASSE"),
        ("I cancelled it", "cancel*"),
        ("cancel", "cancel*"),
        ("no way, never   again", "never again"),
        ("返金してください", "返金"),
        ("我要退款。", "退款"),
        ("ขอเงินคืนด้วย", "คืน"),
        ("환불 해주세요", "환불"),
        ("أريد اِسْتِرْدَاد المال", "استرداد"),
        ("אני רוצה הֶחְזֵר", "החזר"),
        ("Ｒｅｆｕｎｄ please", "refund"),
        ("хочу Возврат", "возврат"),
        ("मुझे मत बताओ", "मत"),
        ("यह कीमत।", "कीमत"),
        ("I don’t like it", "don't"),
        ("I don't like it", "don’t"),
        ("soft\u00adware", "software"),
        ("re\u200bfund", "refund"),
        ("نمی\u200cخواهم", "نمیخواهم"),
    ],
)
def test_a_word_is_found_without_regard_to_case_accents_and_width(comment: str, word: str) -> None:
    assert contains_word(comment, [word])
    assert contains_word(comment, ["nothing of this", word])


@pytest.mark.parametrize(
    ("comment", "word"),
    [
        ("unrefundable", "refund"),
        ("refunds", "refund"),
        ("cancelled", "cancel"),
        ("the scancel tool", "cancel*"),
        ("", "refund"),
        ("a.b", "aXb"),
        ("aab", "a*b"),
        ("нет возвратов", "возврат"),
        ("कीमत बहुत ज्यादा है", "मत"),
        ("कमी है", "कम"),
        ("দামটা", "দাম"),
    ],
)
def test_a_part_of_another_word_is_not_found(comment: str, word: str) -> None:
    assert not contains_word(comment, [word])
