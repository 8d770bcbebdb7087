"""Each kind of event as Twilio documents it, read into what the customer did."""

import pytest

from channels.sms.inbound import NotAMessage, Report, read_message, read_report
from tests.providers import twilio_shapes as shapes

ACCOUNT = "AC" + "0123456789abcdef" * 2
CUSTOMER, SHOP = "+447700900123", "+441632960000"
WHATSAPP = (f"whatsapp:{CUSTOMER}", f"whatsapp:{SHOP}")


def test_a_text_message() -> None:
    params = shapes.incoming_sms(ACCOUNT, CUSTOMER, SHOP, "Where is it?")
    arrived = read_message(params, ACCOUNT)
    assert arrived.message_sid == params["MessageSid"]
    assert (arrived.text, arrived.media, arrived.whatsapp) == ("Where is it?", "", False)
    assert arrived.key == f"{CUSTOMER}|{SHOP}"
    assert arrived.address == {"to": CUSTOMER, "from": SHOP, "service": ""}


def test_a_messaging_service_is_remembered() -> None:
    service = shapes.new_sid("MG")
    params = shapes.incoming_sms(ACCOUNT, CUSTOMER, SHOP, "Hi", MessagingServiceSid=service)
    assert read_message(params, ACCOUNT).address["service"] == service


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("image/jpeg", "image"),
        ("video/mp4", "video"),
        ("audio/amr", "audio"),
        ("text/vcard", "contact"),
        ("text/x-vcard; charset=utf-8", "contact"),
        ("application/pdf", "file"),
        ("", "file"),
    ],
)
def test_media_by_mms(content_type: str, kind: str) -> None:
    params = shapes.incoming_mms(ACCOUNT, CUSTOMER, SHOP, "look", content_type)
    arrived = read_message(params, ACCOUNT)
    assert (arrived.media, arrived.text) == (kind, "look")


@pytest.mark.parametrize(
    ("further", "kind"),
    [
        ({"NumMedia": "1", "MediaContentType0": "image/jpeg", "MessageType": "image"}, "image"),
        ({"NumMedia": "1", "MediaContentType0": "image/webp", "MessageType": "sticker"}, "sticker"),
        ({"NumMedia": "1", "MediaContentType0": "audio/ogg", "MessageType": "audio"}, "voice"),
        (
            {"NumMedia": "1", "MediaContentType0": "text/vcard", "MessageType": "contacts"},
            "contact",
        ),
    ],
)
def test_media_by_whatsapp(further: dict[str, str], kind: str) -> None:
    params = shapes.incoming_whatsapp(ACCOUNT, *WHATSAPP, "", **further)
    assert read_message(params, ACCOUNT).media == kind


def test_a_place_shared_by_whatsapp() -> None:
    arrived = read_message(shapes.whatsapp_location(ACCOUNT, *WHATSAPP), ACCOUNT)
    assert (arrived.media, arrived.whatsapp) == ("location", True)


def test_a_button_of_a_whatsapp_template_says_its_title() -> None:
    params = shapes.whatsapp_button(ACCOUNT, *WHATSAPP, "Track my order", "/cancel_order")
    assert read_message(params, ACCOUNT).text == "Track my order"


@pytest.mark.parametrize(
    "text",
    [
        "Liked “Which order do you mean?”",
        'Loved "Thank you."',
        "Laughed at an image",
        "Emphasized “Hello”",
        "Reacted \U0001f64f to “Thank you”",
        "Removed a heart from “Thank you”",
        "\U0001f44d to “Thank you”",
    ],
)
def test_a_reaction_is_not_answered(text: str) -> None:
    with pytest.raises(NotAMessage, match="reaction"):
        read_message(shapes.incoming_sms(ACCOUNT, CUSTOMER, SHOP, text), ACCOUNT)


@pytest.mark.parametrize("text", ["I liked it", "Loved the mug", "Reply to my mail", "to “X”"])
def test_words_that_are_no_reaction(text: str) -> None:
    assert read_message(shapes.incoming_sms(ACCOUNT, CUSTOMER, SHOP, text), ACCOUNT).text == text


@pytest.mark.parametrize("sender", ["", "Royal Mail", "60777", SHOP, "+44 7700 900123", "client:a"])
def test_nobody_to_answer(sender: str) -> None:
    with pytest.raises(NotAMessage, match="nobody"):
        read_message(shapes.incoming_sms(ACCOUNT, sender, SHOP, "Hi"), ACCOUNT)


def test_what_twilio_has_handled_itself_is_known() -> None:
    params = shapes.incoming_sms(ACCOUNT, CUSTOMER, SHOP, "ARRET", OptOutType="STOP")
    assert read_message(params, ACCOUNT).handled == "STOP"


@pytest.mark.parametrize(
    ("status", "failed"),
    [
        ("queued", False),
        ("sent", False),
        ("delivered", False),
        ("read", False),
        ("undelivered", True),
        ("failed", True),
    ],
)
def test_a_delivery_report(status: str, failed: bool) -> None:
    message = {"sid": shapes.new_sid(), "to": CUSTOMER, "from": SHOP, "account_sid": ACCOUNT}
    message["messaging_service_sid"] = ""
    report = read_report(shapes.status_callback(message, status, 30003 if failed else None))
    assert report == Report(message["sid"], status, 30003 if failed else 0)
    assert report.failed is failed


def test_a_message_is_no_report() -> None:
    assert read_report(shapes.incoming_sms(ACCOUNT, CUSTOMER, SHOP, "Hi")) is None
