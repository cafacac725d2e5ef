"""The two folders that a command needs which opens no store, found without the settings' checks of all the others.

To import what checks the settings takes longer than to screen a text.
"""

import os
import tomllib
from pathlib import Path

from claimwatch.errors import SettingsInvalid

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
