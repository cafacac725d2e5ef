"""Two readers of one edition, each in their own language."""

import re

from claimwatch.pipeline import build, deliver, subscribe
from tests.pipeline.bench import MONDAY, NEWS, WEEK, Bench, body_of


def test_each_reader_gets_the_edition_in_their_language(bench: Bench) -> None:
    bench.serve_list(items=[{"key": "one", "text": NEWS, "on": "2026-11-03"}])
    bench.poll()
    with bench.watch() as watch:
        subscribe(watch, "english@example.org")
        subscribe(watch, "norsk@example.org", language="nb")
        edition = build(watch)
        deliver(watch)
    assert edition is not None
    mails = {mail["to"].addresses[0].addr_spec: mail for mail in bench.mails()}
    norwegian, english = mails["norsk@example.org"], mails["english@example.org"]
    assert (norwegian["content-language"], english["content-language"]) == ("nb", "en")
    assert str(norwegian["subject"]).startswith("Claimwatch uke 45: status i dag – 1 ny")
    text = " ".join(body_of(norwegian).split())
    assert "Du får dette fordi du abonnerer på det ukentlige brevet om Hikvision og Dahua." in text
    assert "3. november 2026" in text
    assert "opened a museum of clocks" in re.sub(r"> ", "", text), "a quote stays as it stands"
    assert "You get this because you subscribe" in " ".join(body_of(english).split())


def test_the_archive_is_in_the_language_of_the_house_and_greets_who_joins_in_it(bench: Bench) -> None:
    bench.serve_list(items=[{"key": "one", "text": NEWS, "on": "2026-11-03"}])
    bench.poll()
    with bench.watch(language="nb") as watch:
        build(watch)
        joined = subscribe(watch, "late@example.org")
        deliver(watch)
    assert joined.language == "nb"
    (mail,) = bench.mails()
    assert mail["content-language"] == "nb"
    assert "Dette er fra det ukentlige brevet" in " ".join(body_of(mail).split())
    with bench.watch(MONDAY + WEEK, language="nb") as watch:
        subscribe(watch, "english@example.org", language="en")
        deliver(watch)
    languages = {str(mail["to"].addresses[0].addr_spec): mail["content-language"] for mail in bench.mails()}
    assert languages["english@example.org"] == "nb", "the header says what the words are"
