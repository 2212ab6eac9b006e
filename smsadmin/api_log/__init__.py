"""The API access log: every request to a provider and its reply, masked, while somebody has switched it on."""
