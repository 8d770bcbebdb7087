"""What one provider's channel keeps: its tables, in one database, and the parts that use them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Column, MetaData, Text

from channels.addresses import Addresses, address_table
from channels.choices import Choices, choice_table
from channels.database import Database
from channels.inbox import Inbox, inbox_table
from channels.outgoing import Outgoing, outgoing_table
from channels.settings import ProviderSettings

Tables = Callable[[MetaData, str], None]


class Store:
    """The tables of one channel; all begin with its name, so that channels may share a database."""

    def __init__(self, channel: str, settings: ProviderSettings, tables: Tables | None):
        """Declare the tables; nothing is opened yet.

        Args:
            channel: the channel's name.
            settings: the channel's.
            tables: declares further tables, given the metadata and the prefix of their names.
        """
        metadata, prefix = MetaData(), f"{channel}_"
        self.database = Database(settings.database, metadata)
        self.inbox = Inbox(self.database, inbox_table(metadata, prefix, Column("address", Text)))
        self.addresses = Addresses(channel, self.database, address_table(metadata, prefix))
        self.choices = Choices(choice_table(metadata, prefix), settings.choice_hours)
        self.outgoing = Outgoing(self.database, outgoing_table(metadata, prefix))
        if tables is not None:
            tables(metadata, prefix)
