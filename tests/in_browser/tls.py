"""A certificate of a moment for the two sites of the tests, so that a browser visits them over https."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate and its key, as files."""

    chain: Path
    key: Path


def certificate_for(folder: Path, *hosts: str) -> Certificate:
    """Write a certificate that vouches for these hosts for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
    today = datetime.now(UTC)
    this_machine = x509.IPAddress(ip_address("127.0.0.1"))
    names = x509.SubjectAlternativeName([this_machine, *(x509.DNSName(host) for host in hosts)])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(hours=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    found = Certificate(folder / "shop.pem", folder / "shop.key")
    found.chain.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    found.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return found
