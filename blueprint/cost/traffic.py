"""The traffic that an estimate is made for."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """A stack's traffic in a month.

    Attributes:
        requests: requests to the API.
        writes: share of the requests that write, each of which creates a user.
        emails: notifications, in addition to one welcome for each user.
        uploads: files uploaded.
        upload_mb: size of one file.
        stored_gb: data in the bucket.
        table_gb: data in the tables.
    """

    requests: float
    writes: float = 0.1
    emails: float = 0
    uploads: float = 0
    upload_mb: float = 2
    stored_gb: float = 0
    table_gb: float = 1

    @property
    def users(self) -> float:
        """Users created."""
        return self.requests * self.writes

    @property
    def entries(self) -> float:
        """Entries of the ledger that count in a figure: users, their e-mails, files."""
        return 2 * self.users + self.uploads

    @property
    def sent(self) -> float:
        """E-mails sent: welcomes and notifications."""
        return self.users + self.emails
