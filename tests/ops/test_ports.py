import os
import socket

import pytest

from ops.ports import check_ports
from ops.problem import Problem
from ops.services import Service
from tests.support.shop import free_port

HOST = "127.0.0.1"


def service(name: str, port: int) -> Service:
    return Service(name, "true", HOST, port, f"FRONTDESK_{name.upper()}_PORT", "/health")


def problem(host: str, *services: Service) -> str:
    with pytest.raises(Problem) as raised:
        check_ports(services, host)
    assert raised.value.status == 2
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_free_ports_pass_and_stay_free() -> None:
    services = [service("shop", free_port()), service("rasa", free_port())]
    check_ports(services, HOST)
    check_ports(services, HOST)


def test_a_taken_port_names_holder_and_setting() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        said = problem(HOST, service("shop", free_port()), service("rasa", port))
    assert said.startswith(f"port {port} for rasa is taken by process {os.getpid()} (")
    assert "set FRONTDESK_RASA_PORT to another port in .env" in said


def test_a_port_taken_on_every_address_counts() -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        assert "is taken" in problem(HOST, service("rasa", taken.getsockname()[1]))


def test_a_connection_that_has_just_ended_is_no_obstacle() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection((HOST, port)):
            server.accept()[0].close()  # this side closes first: its port lingers in TIME_WAIT
    check_ports([service("rasa", port)], HOST)


def test_the_same_port_twice_names_both_settings() -> None:
    port = free_port()
    said = problem(HOST, service("shop", port), service("rasa", port))
    assert f"FRONTDESK_SHOP_PORT and FRONTDESK_RASA_PORT are both {port}" in said


def test_an_address_of_another_machine_is_named() -> None:
    # 192.0.2.0/24 is reserved for documentation: no machine has it.
    assert "cannot listen on FRONTDESK_HOST=192.0.2.1" in problem(
        "192.0.2.1", service("rasa", free_port())
    )


def test_a_process_without_a_port_is_not_checked() -> None:
    check_ports([Service("worker", "true", HOST)], HOST)
