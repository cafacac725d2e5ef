"""Where returned mail lies: read once, put away, and read on after what is new."""

from pathlib import Path

import pytest

from claimwatch.delivery import open_box
from claimwatch.errors import ClaimwatchError, SettingsInvalid


def maildir(path: Path, **mails: bytes) -> Path:
    for folder in ("tmp", "new", "cur"):
        (path / folder).mkdir(parents=True, exist_ok=True)
    for name, raw in mails.items():
        (path / "new" / name).write_bytes(raw)
    return path


def test_a_maildir_is_emptied_into_cur(tmp_path: Path) -> None:
    path = maildir(tmp_path / "box", b=b"two", a=b"one")
    box = open_box(f"maildir:{path}")
    found = list(box.waiting(None))
    assert [one.raw for one in found] == [b"one", b"two"]
    box.put_away(found[0])
    box.put_away(found[0])  # somebody else may have been faster
    assert [one.raw for one in box.waiting(None)] == [b"two"]
    assert [path.name for path in (path / "cur").iterdir()] == ["a:2,S"]


def test_an_mbox_is_read_on_and_never_changed(tmp_path: Path) -> None:
    path = tmp_path / "box"
    first = b"From a Mon\nSubject: 1\n\n>From here on text\n\nFrom b Tue\nSubject: 2\n\nx\n"
    path.write_bytes(first)
    box = open_box(f"mbox:{path}")
    one, two = box.waiting(None)
    assert one.raw == b"Subject: 1\n\n>From here on text\n\n"
    assert two.raw == b"Subject: 2\n\nx\n"
    assert list(box.waiting(two.position)) == []
    assert list(box.waiting(one.position)) == [two]
    path.write_bytes(first + b"\nFrom c Wed\nSubject: 3\n\ny\n")
    (three,) = box.waiting(two.position)
    assert three.raw == b"Subject: 3\n\ny\n"
    path.write_bytes(b"From z Thu\nSubject: 4\n\n" + b"z\n" * 200)  # rotated: another file under the name
    (four,) = box.waiting(three.position)
    assert four.raw.startswith(b"Subject: 4")


def test_an_empty_mbox_is_an_empty_mbox(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(b"")
    assert list(open_box(f"mbox:{tmp_path / 'box'}").waiting(None)) == []


def test_a_huge_mail_is_cut_and_not_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(b"From a Mon\nSubject: 1\n\n" + b"y" * 3_000_000 + b"\n\nFrom b Tue\n\nz\n")
    one, two = open_box(f"mbox:{path}").waiting(None)
    assert len(one.raw) < 2_200_000
    assert two.raw == b"\nz\n"


@pytest.mark.parametrize("kind", ["maildir", "mbox"])
def test_a_box_that_is_not_there_is_named(kind: str, tmp_path: Path) -> None:
    with pytest.raises(ClaimwatchError, match="CLAIMWATCH_BOUNCES_BOX"):
        list(open_box(f"{kind}:{tmp_path / 'none'}").waiting(None))


def test_another_kind_of_box_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="maildir:PATH or mbox:PATH"):
        open_box("imap:host")
