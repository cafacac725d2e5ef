"""The two folders that a command needs which opens no store, found without the settings' checks of all the others; and
why a place of the state cannot be had.

To import what checks the settings takes longer than to screen a text.
"""

import os
import pwd
import tomllib
from pathlib import Path

from claimwatch.errors import ClaimwatchError, SettingsInvalid

PREFIX = "CLAIMWATCH_"
SETTINGS_FILE = "claimwatch.toml"
PROJECT = Path(__file__).resolve().parents[1]
HOME, BASELINES = Path("var"), PROJECT / "baselines"


def home() -> Path:
    """Where the state is (it need not exist)."""
    return _folder("home", HOME)


def baselines() -> Path:
    """Where the files of the baseline are."""
    return _folder("baselines", BASELINES)


def _folder(key: str, default: Path) -> Path:
    chosen = os.environ.get(PREFIX + key.upper()) or read_settings_file().get(key) or default
    return absolute(Path(str(chosen)))


def absolute(path: Path) -> Path:
    """As the settings take a path: `~` is the user's folder, and what is relative is so to the working directory."""
    return path.expanduser().absolute()


def read_settings_file() -> dict[str, object]:
    """What the settings file in the working directory holds, unchecked. Raises `SettingsInvalid`."""
    path = Path(SETTINGS_FILE)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsInvalid(f"{path}: cannot be read: {error}") from error


def make_folder(path: Path, setting: str) -> None:
    """Make a folder of the state, for its owner alone, with those above it. `setting` is the variable that names it.

    Raises `ClaimwatchError` with what is in the way and what to do.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        why = trouble_at(path / "a file in it", setting) or error.strerror
        raise ClaimwatchError(f"cannot make the folder {path}: {why}") from error


def trouble_at(path: Path, setting: str) -> str | None:
    """Why this process cannot read and write what is, or would be, at `path`, and what to do; None where it can, as far
    as can be seen. `setting` is the variable that names the place."""
    there = next(one for one in (path, *path.parents) if os.path.exists(one))  # noqa: PTH110 (a shut folder raises there)
    otherwise = f"or set {setting} to another place"
    if there != path and not there.is_dir():
        return f"{there} is a file where a folder must be: move it away, {otherwise}"
    folder = there if there.is_dir() else there.parent
    for place, needed in ((folder, os.R_OK | os.W_OK | os.X_OK), (there, os.R_OK | os.W_OK)):
        if not os.access(place, needed):
            if os.statvfs(place).f_flag & os.ST_RDONLY:
                allow = "let it be written (in a systemd unit: `ReadWritePaths`)"
                return f"{place} is on a file system that is read-only here: {allow}, {otherwise}"
            user = _user()
            return f"the user {user} may not read and write {place}: let it (`chown`, `chmod u+rwX`), {otherwise}"
    return None


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # as in a container that runs as a number
        return str(os.geteuid())
