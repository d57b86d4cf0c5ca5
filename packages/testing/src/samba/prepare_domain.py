"""Settings of a new domain, made before its controller starts: prepare_domain.py SAM_LDB SMB_CONF OPTIONS_JSON."""

import json
import sys

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

# MS-ADTS 3.1.1.9.1.1: the GUID by which the optional feature "Recycle Bin" is enabled.
RECYCLE_BIN = "766ddcd8-acd0-445e-f3b9-a7f9b6744f2a"


def relax_passwords(samdb):
    domain = ldb.Message(ldb.Dn(samdb, samdb.domain_dn()))
    settings = {"pwdProperties": "0", "minPwdLength": "1", "minPwdAge": "0", "maxPwdAge": "0", "pwdHistoryLength": "0"}
    for name, value in settings.items():
        domain[name] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, name)
    samdb.modify(domain)


def enable_recycle_bin(samdb):
    root = ldb.Message(ldb.Dn(samdb, ""))
    feature = f"CN=Partitions,{samdb.get_config_basedn()}:{RECYCLE_BIN}"
    root["enableOptionalFeature"] = ldb.MessageElement(feature, ldb.FLAG_MOD_REPLACE, "enableOptionalFeature")
    samdb.modify(root)


def main(sam_ldb, smb_conf, options_file):
    with open(options_file, encoding="utf-8") as file:
        options = json.load(file)
    parameters = LoadParm()
    parameters.load(smb_conf)
    samdb = SamDB(url=sam_ldb, session_info=system_session(), lp=parameters)
    relax_passwords(samdb)
    samdb.setpassword("(sAMAccountName=Administrator)", options["password"])
    if options["recycleBin"]:
        enable_recycle_bin(samdb)


main(*sys.argv[1:])
