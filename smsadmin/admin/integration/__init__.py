"""The integration screen: the providers, their credentials and checks, and the settings of all SMS."""
