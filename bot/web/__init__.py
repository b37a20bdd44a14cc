"""The built-in chat: pages, sessions, live updates, uploads and downloads over HTTP."""
