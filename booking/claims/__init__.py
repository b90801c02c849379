"""Claim forms: what a CMS-1500 (02/12) says of a visit, printed for whoever hands it in; nothing is submitted from here."""
