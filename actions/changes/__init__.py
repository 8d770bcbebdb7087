"""Changes to orders and profiles: collected, previewed, agreed to, made once, and told.

`task` starts one, `draft` holds what is known of it, `form` asks for the rest and for the yes,
`make` calls the shop. One module a kind of change says what that kind needs; those of a
customer's profile are in `profile`.
"""
