"""Which connectors a new source can name."""

import pytest

from lectern.errors import Invalid
from lectern.sources.connectors import chosen_connector


def test_a_connector_that_is_not_installed_cannot_be_chosen():
    with pytest.raises(Invalid, match=r"no connector 'ftp' here. Choose one of folder, s3"):
        chosen_connector("ftp")
