"""Gives a domain that is not running attributes of Exchange: exchange_schema.py SAM_LDB SMB_CONF DNS_NAME.

As Exchange's own setup does: attributes in the schema, allowed for users. Names and syntaxes are Microsoft's; the
object identifiers are not, and nobody asks for them.
"""

import sys

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

# MS-ADTS 3.1.1.2.2.2: attributeSyntax and oMSyntax.
TEXT = ("2.5.5.12", 64)
SID = ("2.5.5.17", 4)
LARGE_INTEGER = ("2.5.5.16", 65)

# Any arc serves for a domain that lives for minutes.
ARC = "1.3.6.1.4.1.55555.1"

ATTRIBUTES = {
    "mailNickname": TEXT,
    "msExchMasterAccountSid": SID,
    "msExchRecipientTypeDetails": LARGE_INTEGER,
    "msExchUsageLocation": TEXT,
    "extensionAttribute1": TEXT,
}


def add_attribute(samdb, number, name, syntax, om_syntax):
    samdb.add(
        {
            "dn": f"CN={name},{samdb.get_schema_basedn()}",
            "objectClass": "attributeSchema",
            "lDAPDisplayName": name,
            "attributeID": f"{ARC}.{number}",
            "attributeSyntax": syntax,
            "oMSyntax": str(om_syntax),
            "isSingleValued": "TRUE",
            "searchFlags": "0",
        }
    )


def main(sam_ldb, smb_conf):
    parameters = LoadParm()
    parameters.load(smb_conf)
    parameters.set("dsdb:schema update allowed", "yes")
    samdb = SamDB(url=sam_ldb, session_info=system_session(), lp=parameters)
    for number, (name, (syntax, om_syntax)) in enumerate(ATTRIBUTES.items(), start=1):
        add_attribute(samdb, number, name, syntax, om_syntax)
    samdb.set_schema_update_now()
    user = ldb.Message(ldb.Dn(samdb, f"CN=User,{samdb.get_schema_basedn()}"))
    user["mayContain"] = ldb.MessageElement(list(ATTRIBUTES), ldb.FLAG_MOD_ADD, "mayContain")
    samdb.modify(user)
    samdb.set_schema_update_now()


main(*sys.argv[1:3])
