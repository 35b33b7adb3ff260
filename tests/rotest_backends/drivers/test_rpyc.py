"""The RPyC driver, against real servers."""

from __future__ import annotations

import datetime
import ipaddress
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rotest_backends.drivers.rpyc import RpycDriver, RpycOptions, SshOptions, TlsOptions
from rotest_core import DriverError
from rotest_core.testing import DriverContract
from tests.rpyc_servers import rpyc_server


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Give a port where something listens that never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    """Give a port where nothing listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


class TestContract(DriverContract):
    @pytest.fixture
    def driver(self) -> Iterator[RpycDriver]:
        with rpyc_server() as (port, _):
            yield RpycDriver(RpycOptions(host="127.0.0.1", port=port))

    @pytest.fixture
    def unreachable(self, closed_port: int) -> RpycDriver:
        return RpycDriver(RpycOptions(host="127.0.0.1", port=closed_port))


class TestServiceModeContract(DriverContract):
    @pytest.fixture
    def driver(self) -> Iterator[RpycDriver]:
        with rpyc_server("service") as (port, _):
            yield RpycDriver(RpycOptions(host="127.0.0.1", port=port, mode="service"))

    @pytest.fixture
    def unreachable(self, silent_port: int) -> RpycDriver:
        return RpycDriver(
            RpycOptions(host="127.0.0.1", port=silent_port, mode="service", connect_timeout=0.2)
        )


def test_classic_mode_gives_the_far_modules() -> None:
    with rpyc_server() as (port, server):
        driver = RpycDriver(RpycOptions(host="127.0.0.1", port=port))
        driver.open()
        assert driver.modules.os.getpid() == server.pid
        driver.close()


def test_service_mode_gives_the_service_and_nothing_else() -> None:
    with rpyc_server("service") as (port, _):
        driver = RpycDriver(RpycOptions(host="127.0.0.1", port=port, mode="service"))
        driver.open()
        assert driver.root.add(1, 2) == 3
        with pytest.raises(DriverError, match="service mode"):
            _ = driver.modules
        driver.close()


def test_a_remote_call_over_its_limit_is_ended() -> None:
    with rpyc_server() as (port, _):
        driver = RpycDriver(RpycOptions(host="127.0.0.1", port=port, request_timeout=0.2))
        driver.open()
        with pytest.raises(TimeoutError):
            driver.modules.time.sleep(60)
        driver.close()


def test_a_link_whose_server_died_can_be_closed_and_opened_elsewhere() -> None:
    with rpyc_server() as (port, server):
        driver = RpycDriver(RpycOptions(host="127.0.0.1", port=port))
        driver.open()
        server.kill()
        server.wait()
        with pytest.raises(EOFError):
            driver.modules.os.getpid()
        assert not driver.is_open
        driver.close()
        with pytest.raises(DriverError):
            driver.open()


def test_using_a_closed_link_says_what_to_do() -> None:
    with pytest.raises(DriverError, match=r"127\.0\.0\.1:18812 is not open: call open\(\) first"):
        _ = RpycDriver(RpycOptions(host="127.0.0.1")).root


def test_nothing_listens(closed_port: int) -> None:
    with pytest.raises(DriverError, match=rf"127\.0\.0\.1:{closed_port}: nothing listens there"):
        RpycDriver(RpycOptions(host="127.0.0.1", port=closed_port)).open()


def test_no_answer(silent_port: int) -> None:
    with pytest.raises(DriverError, match=r"no answer within 0\.1 s"):
        RpycDriver(RpycOptions(host="127.0.0.1", port=silent_port, connect_timeout=0.1)).open()


def test_unknown_host() -> None:
    with pytest.raises(DriverError, match=r"'nowhere\.invalid' cannot be resolved"):
        RpycDriver(RpycOptions(host="nowhere.invalid")).open()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Make a key and a certificate for 127.0.0.1 that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rotest test")])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_file, certificate_file = tmp_path / "key.pem", tmp_path / "certificate.pem"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate_file.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    return key_file, certificate_file


def test_tls_with_certificates_of_both_sides(certificate: tuple[Path, Path]) -> None:
    key, chain = certificate
    with rpyc_server(tls=[str(key), str(chain), str(chain)]) as (port, server):
        tls = TlsOptions(ca=chain, certificate=chain, key=key)
        driver = RpycDriver(RpycOptions(host="127.0.0.1", port=port, tls=tls))
        driver.open()
        assert driver.modules.os.getpid() == server.pid
        driver.close()


def test_tls_refuses_a_server_that_nobody_vouches_for(certificate: tuple[Path, Path]) -> None:
    key, chain = certificate
    with rpyc_server(tls=[str(key), str(chain)]) as (port, _):
        driver = RpycDriver(RpycOptions(host="127.0.0.1", port=port, tls=TlsOptions()))
        with pytest.raises(DriverError, match="certificate verify failed"):
            driver.open()


def test_tls_with_a_missing_file(closed_port: int, tmp_path: Path) -> None:
    with rpyc_server() as (port, _):
        tls = TlsOptions(ca=tmp_path / "none.pem")
        with pytest.raises(DriverError, match="paths of the certificates"):
            RpycDriver(RpycOptions(host="127.0.0.1", port=port, tls=tls)).open()


@pytest.fixture
def ssh(tmp_path: Path) -> Iterator[SshOptions]:
    """Run an SSH server that lets one key in."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(str(tmp_path / "key"))
    key.write_public_key(str(tmp_path / "key.pub"))
    (tmp_path / "key").chmod(0o600)
    program = Path(__file__).parents[2] / "ssh_server.py"
    with subprocess.Popen(
        [sys.executable, str(program), str(tmp_path / "key.pub")], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        options = (
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "BatchMode=yes",
        )
        yield SshOptions(port=int(server.stdout.readline()), key=tmp_path / "key", options=options)
        server.kill()


needs_ssh = pytest.mark.skipif(shutil.which("ssh") is None, reason="this host has no ssh client")


@needs_ssh
def test_a_tunnel_through_ssh(ssh: SshOptions) -> None:
    with rpyc_server() as (port, server):
        driver = RpycDriver(RpycOptions(host="127.0.0.1", port=port, ssh=ssh))
        driver.open()
        assert driver.modules.os.getpid() == server.pid
        driver.close()
        assert not driver.is_open


@needs_ssh
def test_no_ssh_server(closed_port: int) -> None:
    ssh = SshOptions(port=closed_port, options=("-o", "BatchMode=yes"))
    with pytest.raises(DriverError, match=f"SSH to port {closed_port} failed: .*Connection refused"):
        RpycDriver(RpycOptions(host="127.0.0.1", ssh=ssh)).open()
