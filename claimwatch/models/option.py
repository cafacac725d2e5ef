"""What sources.yaml tells a shared parser about one source."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParserOption:
    """One option that a parser takes. `many`: a list of texts, else one text. `about` is for people."""

    name: str
    about: str
    many: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a source, in the order of the file. The parser's own list (`OPTIONS`) says which there may be."""

    values: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def one(self, name: str, default: str = "") -> str:
        """The text of an option that takes one, or `default` where it is not set."""
        return next((texts[0] for key, texts in self.values if key == name), default)

    def many(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The texts of an option that takes a list, or `default` where it is not set."""
        return next((texts for key, texts in self.values if key == name), default)


NO_OPTIONS = Options()
