"""Tools for language models, by the Model Context Protocol.

``answers`` says what an answer holds, ``ask`` runs queries that may take long in child processes,
``behind`` finds the claims behind the rows of an answer, ``tools`` answers, ``app`` describes the
tools to clients, and ``run`` starts the server.
"""
