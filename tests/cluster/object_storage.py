"""An S3 on this machine: moto's, which takes any key and forgets all when it stops."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

BUCKET = "bucket"
KEYS = dict.fromkeys(("SNAKEMAKE_STORAGE_S3_ACCESS_KEY", "SNAKEMAKE_STORAGE_S3_SECRET_KEY"), "any")


def missing() -> list[str]:
    """What has to be installed for it."""
    needs = ("snakemake_storage_plugin_s3", "moto", "flask", "flask_cors")
    return [name.replace("_", "-") for name in needs if find_spec(name) is None]


class Storage:
    """A running S3 with one bucket."""

    def __init__(self, address: str) -> None:
        import boto3

        self.address = address
        self.client = boto3.client(
            "s3",
            endpoint_url=address,
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",
        )
        self.client.create_bucket(Bucket=BUCKET)

    def options(self) -> tuple[str, ...]:
        """What Snakemake is told, to keep its results here."""
        return (
            "--default-storage-provider=s3",
            f"--default-storage-prefix=s3://{BUCKET}/phonecase",
            f"--storage-s3-endpoint-url={self.address}",
        )

    def fetch(self, folder: Path) -> Path:
        """Everything that is kept here, as files in a folder."""
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
            for item in page.get("Contents", []):
                path = folder / item["Key"].removeprefix("phonecase/")
                path.parent.mkdir(parents=True, exist_ok=True)
                self.client.download_file(BUCKET, item["Key"], str(path))
        return folder


@contextmanager
def object_storage() -> Iterator[Storage]:
    """Start one, and stop it at the end."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        _, port = server.get_host_and_port()
        yield Storage(f"http://127.0.0.1:{port}")
    finally:
        server.stop()
