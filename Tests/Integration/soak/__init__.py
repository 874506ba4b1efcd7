"""A mixed crowd of clients against a daemon for minutes, and an oracle that knows what every task must become.

Run by scripts/soak. `oracle` says what is right, `audit` looks at every task, `good` and `rude` are the clients, `crowd`
has many of them come and go, `tight` is a second daemon whose limits are always reached, and `watch` observes both.
"""
