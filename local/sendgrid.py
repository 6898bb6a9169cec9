"""Where SendGrid's API is, and where the local cloud has it instead."""

API = "https://api.sendgrid.com"
"""The URL that the program gives functions."""

PREFIX = "/_sendgrid"
"""The path in front of the API's own; ``local/server/sendgrid.py`` answers there."""

SEND = f"{PREFIX}/v3/mail/send"
