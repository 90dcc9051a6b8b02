"""The templates of mails."""

from earshot.emails.mail_templates import rendered, template_of


def test_a_template_is_compiled_once_a_process() -> None:
    assert template_of("invitation.html") is template_of("invitation.html")


def test_values_are_escaped_in_html_and_as_they_are_in_text() -> None:
    values = {"subject": "<b>", "name": "", "link": "https://earshot.example/app"}
    values |= dict.fromkeys(("language", "direction", "text", "button", "by_hand", "code_text", "code", "note"), "<b>")
    html, text = rendered("sign_in", values)
    assert "<b>" not in html
    assert "<b>" in text
