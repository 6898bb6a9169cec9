"""What ``process`` works on, in memory."""

from handlers.process_upload import keys
from handlers.process_upload.events import Upload
from handlers.process_upload.limits import Limits
from handlers.process_upload.processing import Result, process
from handlers.process_upload.records import Records
from handlers.process_upload.storage import Storage
from tests.functions.process_upload.fakes import BUCKET, FakeLedger, FakeS3
from tests.support.fakes import FakeDynamoDB

LIMITS = Limits(max_bytes=200_000, memory_bytes=512 * 2**20, image_max_side=60, thumbnail_side=15)


class World:
    """A bucket, a ledger, and uploads whose events come when the test says."""

    def __init__(self) -> None:
        self.s3 = FakeS3()
        self.ledger = FakeLedger()
        self.dynamodb = FakeDynamoDB()
        self.records = Records(self.dynamodb, "uploads")
        self._sequence = 0

    def upload(
        self, name: str, content: bytes, content_type: str = "x/y", **headers: str
    ) -> Upload:
        self._sequence += 1
        key = keys.UPLOADS + name
        version = self.s3.upload(key, content, ContentType=content_type, **headers)
        return Upload(
            bucket=BUCKET,
            key=key,
            version=version,
            sequence=f"{self._sequence:032}",
            size=len(content),
        )

    def process(self, upload: Upload, *, owner: str = "r1", seconds: float = 100) -> Result:
        return process(
            upload,
            storage=Storage(self.s3, BUCKET),
            ledger=self.ledger,  # type: ignore[arg-type]
            records=self.records,
            limits=LIMITS,
            owner=owner,
            seconds_left=lambda: seconds,
        )

    def output_keys(self) -> list[str]:
        return self.s3.keys(keys.PROCESSED) + self.s3.keys(keys.REJECTED)
