"""Names of columns that tell who somebody is: never read as they are, at most made pseudonyms of."""

from __future__ import annotations

_NUMBERS = """
    ssn ss ssno ssnum ssnumber socialsecurity socialsecuritynumber socialsecurityno socialsecuritynum socialsec socsec
    socsecno socsecnum taxid taxpayerid ssntin ssnein ssnitin
"""
PERSONAL_KEYS = frozenset(_NUMBERS.split())
PERSONAL_FULL = ("name", "fullname", "legalname", "participantname", "workername", "preferredname", "displayname")
PERSONAL_PARTS = (
    "lastname",
    "surname",
    "familyname",
    "firstname",
    "givenname",
    "forename",
    "middlename",
    "initials",
    "lname",
    "fname",
)
_OTHERS = """
    tin itin nationalid passport maidenname mname nickname
    email emailaddress workemail personalemail address homeaddress streetaddress mailingaddress address1
    address2 street phone phonenumber homephone workphone cellphone mobile mobilephone telephone bankaccount iban
    middleinitial middleinit mi spousename beneficiaryname emergencycontact
"""
PERSONAL = frozenset([*PERSONAL_KEYS, *PERSONAL_FULL, *PERSONAL_PARTS, *_OTHERS.split()])
"""Names of columns that are never read as they are."""
