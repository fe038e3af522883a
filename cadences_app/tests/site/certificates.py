"""A certificate that nobody but its maker has signed, for servers on loopback."""

import ssl
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def self_made() -> ssl.SSLContext:
	"""What a server needs to speak TLS."""
	key = ec.generate_private_key(ec.SECP256R1())
	name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
	now = datetime.now(timezone.utc)
	certificate = (
		x509.CertificateBuilder()
		.subject_name(name)
		.issuer_name(name)
		.public_key(key.public_key())
		.serial_number(x509.random_serial_number())
		.not_valid_before(now - timedelta(days=1))
		.not_valid_after(now + timedelta(days=1))
		.sign(key, hashes.SHA256())
	)
	private = key.private_bytes(
		serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
	)
	context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	with tempfile.TemporaryDirectory() as folder:
		path = Path(folder) / "server.pem"
		path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
		context.load_cert_chain(path)
	return context
