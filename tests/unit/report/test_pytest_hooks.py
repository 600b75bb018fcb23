"""The hooks of a run that writes a report, asked one by one; whole runs are tested elsewhere."""

from types import SimpleNamespace

import pytest

from aiointercept.report.pytest_hooks import TrafficReport


@pytest.fixture
def config(tmp_path):
    """Of a run that is started in an empty folder."""
    params = SimpleNamespace(dir=tmp_path)
    return SimpleNamespace(invocation_params=params, rootpath=tmp_path)


@pytest.mark.parametrize("path", ["traffic", "traffic.txt", "traffic.yaml", ""])
def test_the_name_must_say_what_to_write(config, path):
    """Its suffix does."""
    with pytest.raises(pytest.UsageError, match="must name a file that ends with .html or .har"):
        TrafficReport(config, path, lambda: None)


def test_a_folder_is_no_file(config, tmp_path):
    """Even if its name ends as it should."""
    (tmp_path / "a.har").mkdir()
    with pytest.raises(pytest.UsageError, match="must name a file"):
        TrafficReport(config, "a.har", lambda: None)


def test_workers_get_the_folder_and_write_no_report(config, tmp_path):
    """They leave that to the process that started them."""
    controller = TrafficReport(config, "traffic.har", lambda: None)
    node = SimpleNamespace(workerinput={})
    controller.pytest_configure_node(node)
    config.workerinput = node.workerinput
    worker = TrafficReport(config, "traffic.har", lambda: None)
    worker.pytest_sessionfinish()
    worker.pytest_unconfigure()
    assert not (tmp_path / "traffic.har").exists()
    controller.pytest_sessionfinish()
    controller.pytest_unconfigure()
    assert (tmp_path / "traffic.har").exists()


def test_a_worker_that_was_told_no_folder_collects_nothing(config):
    """It may be on another machine."""
    config.workerinput = {}
    worker = TrafficReport(config, "traffic.har", lambda: None)
    worker.pytest_runtest_logfinish("test_it.py::test")
    worker.pytest_sessionfinish()
