"""Tests of smsadmin/providers: over real sockets, against answers written by hand."""
