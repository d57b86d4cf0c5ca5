"""People with passwords, and accounts that may replicate: replication_domain.py SAM_LDB SMB_CONF INPUT_JSON.

For a domain whose controller is not running. Input: {"people": [[name, password, classes...]], "readers": [[name, password,
right GUIDs...]]}. A password that is 32 hexadecimal digits in a list of its own is taken as the NT hash, which is faster:
no Kerberos keys are made for it.
"""

import json
import sys
import time

import ldb
from samba import unix2nttime
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB
from samba.sd_utils import SDUtils

# Samba's own control: values of password attributes are stored as they are.
BYPASS = "local_oid:1.3.6.1.4.1.7165.4.3.12:0"
OPTIONS = ["batch_mode:1", "transaction_index_cache_size:500000"]


def add_user(samdb, parent, name, password):
    message = {
        "dn": f"CN={name},{parent}",
        "objectClass": "user",
        "sAMAccountName": name,
        "userPrincipalName": f"{name}@corp.example.test",
        "userAccountControl": "512",
    }
    if isinstance(password, list):
        message["unicodePwd"] = bytes.fromhex(password[0])
        # Beside a value that is stored as it is Samba notes no time, which would mean "must change at next logon".
        message["pwdLastSet"] = str(unix2nttime(int(time.time())))
        samdb.add(message, controls=[BYPASS])
    else:
        message["unicodePwd"] = f'"{password}"'.encode("utf-16-le")
        samdb.add(message)


def grant(samdb, name, rights):
    found = samdb.search(samdb.domain_dn(), expression=f"(sAMAccountName={name})", attrs=["objectSid"])
    sid = ndr_unpack(security.dom_sid, found[0]["objectSid"][0])
    for right in rights:
        SDUtils(samdb).dacl_add_ace(samdb.domain_dn(), f"(OA;;CR;{right};;{sid})")


def main(sam_ldb, smb_conf, input_file):
    with open(input_file, encoding="utf-8") as file:
        wanted = json.load(file)
    parameters = LoadParm()
    parameters.load(smb_conf)
    samdb = SamDB(url=sam_ldb, session_info=system_session(), lp=parameters, options=OPTIONS)
    samdb.transaction_start()
    staff = f"OU=Staff,{samdb.domain_dn()}"
    samdb.add({"dn": staff, "objectClass": "organizationalUnit"})
    for name, password in wanted["people"]:
        add_user(samdb, staff, name, password)
    for name, password, *_ in wanted["readers"]:
        add_user(samdb, f"CN=Users,{samdb.domain_dn()}", name, password)
    samdb.transaction_commit()
    for name, _, *rights in wanted["readers"]:
        grant(samdb, name, rights)


main(*sys.argv[1:])
