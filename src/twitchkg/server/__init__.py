"""The endpoint and its pages.

The front speaks HTTP and does nothing else; what costs time is done by child processes that open
the same read-only store and that can be killed. A handler runs in such a child: it takes the graph
and a :class:`~twitchkg.server.messages.Request`, and gives a
:class:`~twitchkg.server.messages.Response`.
"""
