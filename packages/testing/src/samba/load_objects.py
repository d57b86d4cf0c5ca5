"""Loads objects into a domain whose controller is not running: load_objects.py SAM_LDB SMB_CONF OBJECTS_JSON.

Names in the file are relative to the domain. Through SamDB's batch mode in one transaction the time grows with the
number of objects; without it, with its square.
"""

import json
import sys

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

OPTIONS = ["batch_mode:1", "transaction_index_cache_size:500000"]


def absolute(samdb, relative):
    return f"{relative},{samdb.domain_dn()}"


def add(samdb, described):
    message = {"dn": absolute(samdb, described["dn"]), "objectClass": described["kind"]}
    message.update(described["attributes"])
    if "manager" in described:
        message["manager"] = absolute(samdb, described["manager"])
    samdb.add(message)


def add_members(samdb, described):
    message = ldb.Message(ldb.Dn(samdb, absolute(samdb, described["dn"])))
    members = [absolute(samdb, member) for member in described["members"]]
    message["member"] = ldb.MessageElement(members, ldb.FLAG_MOD_ADD, "member")
    samdb.modify(message)


def each(objects, action, samdb):
    for described in objects:
        try:
            action(samdb, described)
        except ldb.LdbError as error:
            raise SystemExit(f"{described['dn']}: {error.args[1]}") from error


def main(sam_ldb, smb_conf, objects_file):
    with open(objects_file, encoding="utf-8") as file:
        objects = json.load(file)
    parameters = LoadParm()
    parameters.load(smb_conf)
    samdb = SamDB(url=sam_ldb, session_info=system_session(), lp=parameters, options=OPTIONS)
    samdb.transaction_start()
    each(objects, add, samdb)
    # Every member exists by now, groups within groups included.
    each([described for described in objects if described.get("members")], add_members, samdb)
    samdb.transaction_commit()


main(*sys.argv[1:])
