"""What a run did, in a few lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from claimwatch.errors import ClaimwatchError
from claimwatch.models import Edition, Outcome, Read, ReadStatus
from claimwatch.pipeline.mailing.deliver import DeliveryReport
from claimwatch.pipeline.watch import Watch
from claimwatch.store import editions, findings, subscribers


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run as told on a terminal. `subjects` are those of the editions it built, `held` how many of them wait for
    approval; `findings` counts all that are stored; `broke` is what nobody foresaw, a line each."""

    reads: tuple[Read, ...]
    findings: tuple[tuple[str, int], ...]
    subjects: tuple[str, ...]
    held: int
    subscribers: int
    delivery: DeliveryReport
    where: tuple[str, ...]
    broke: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """At least one due source was read (or none was due), every due message was accepted, and nothing broke."""
        return (self._was_read or not self.reads) and self.delivery.ok and not self.broke

    @property
    def _was_read(self) -> bool:
        return any(read.status.good for read in self.reads)

    def lines(self) -> list[str]:
        """For a terminal, without colour."""
        lines = []
        if self.reads:
            lines.append(f"{'source':<20}{'read':<9}{'requests':>9}{'items':>7}{'kept':>7}{'skipped':>9}{'new':>7}")
        for read in self.reads:
            skipped = sum(count for _, count in read.skipped)
            lines.append(
                f"{read.source:<20}{read.status.value:<9}{read.requests:>9}{read.containers:>7}{read.kept:>7}"
                f"{skipped:>9}{read.new:>7}"
            )
            lines += [f"{'':<20}{count} skipped: {reason}" for reason, count in read.skipped]
            if read.status is not ReadStatus.GOOD:
                lines.append(f"{'':<20}{read.reason}")
                lines += [f"{'':<20}not read: {failure}" for failure in read.failures if str(failure) != read.reason]
        lines += [f"broke: {what}" for what in self.broke]
        if not (self.reads or self.broke):
            lines.append("No source was due.")
        lines.append("findings: " + (", ".join(f"{count} {name}" for name, count in self.findings) or "none"))
        nobody_looked = (self.reads or self.broke) and not self._was_read
        none = "none while no source is read" if nobody_looked else "none is due"
        lines += [f"digest: {subject}" for subject in self.subjects or (none,)]
        if self.held:
            lines.append(f"        {self.held} held: claimwatch digest list")
        if self.subjects and self.subscribers == 0:
            lines.append("        nobody subscribes yet: claimwatch subscribers add ADDRESS")
        sent = (
            f"mail: {self.delivery.accepted} accepted, {self.delivery.failed} failed, {self.delivery.waiting} waiting"
        )
        lines.append(sent)
        lines += [f"      {error}" for error in self.delivery.errors]
        lines += [f"      paused: {pause.reason}" for pause in self.delivery.pauses]
        return lines + list(self.where)


def summarize(
    watch: Watch,
    reads: Sequence[Read],
    built: Sequence[Edition],
    delivery: DeliveryReport,
    broke: Sequence[ClaimwatchError] = (),
) -> RunSummary:
    """What to show after a run that froze the editions `built`; `broke` is what its reading
    and freezing raised, if anything."""
    with watch.store.read() as connection:
        found = findings.count_outcomes(connection)
        rows = [editions.find_edition(connection, edition.series, edition.period) for edition in built]
        frozen = [row for row in rows if row is not None]
        readers = len(subscribers.list_subscribers(connection, active_only=True))
    url = watch.settings.smtp_url.get_secret_value()
    where = [f"state: {watch.settings.home}"]
    if url.startswith("maildir:"):
        where.append(f"mail:  {url.removeprefix('maildir:')}")
    return RunSummary(
        reads=tuple(reads),
        findings=tuple((one.value, found[one.value]) for one in Outcome if one.value in found),
        subjects=tuple(row.subject for row in frozen),
        held=sum(row.state == "held" for row in frozen),
        subscribers=readers,
        delivery=delivery,
        where=tuple(where),
        broke=tuple(line for error in broke for line in str(error).splitlines()),
    )
