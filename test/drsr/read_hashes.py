"""Reads NT hashes with Samba's own DRSUAPI client, object by object: read_hashes.py SMB_CONF INPUT_JSON.

Input: {"host", "user", "domain", "password", "guids"}. Output: {"hashes": {guid: hex}, "seconds"}, the time without connecting.
"""

import json
import sys
import time

from samba.credentials import DONT_USE_KERBEROS, Credentials
from samba.dcerpc import drsuapi, misc
from samba.drs_utils import drs_DsBind
from samba.net import Net
from samba.param import LoadParm

NT_HASH = drsuapi.DRSUAPI_ATTID_unicodePwd


def request_for(guid):
    request = drsuapi.DsGetNCChangesRequest8()
    request.destination_dsa_guid = misc.GUID()
    request.source_dsa_invocation_id = misc.GUID()
    request.naming_context = drsuapi.DsReplicaObjectIdentifier()
    request.naming_context.guid = misc.GUID(guid)
    request.naming_context.dn = ""
    request.highwatermark = drsuapi.DsReplicaHighWaterMark()
    request.highwatermark.tmp_highest_usn = 0
    request.highwatermark.reserved_usn = 0
    request.highwatermark.highest_usn = 0
    request.uptodateness_vector = None
    request.replica_flags = drsuapi.DRSUAPI_DRS_WRIT_REP | drsuapi.DRSUAPI_DRS_INIT_SYNC
    request.max_object_count = 1
    request.extended_op = drsuapi.DRSUAPI_EXOP_REPL_OBJ
    attributes = drsuapi.DsPartialAttributeSet()
    attributes.version = 1
    attributes.attids = [NT_HASH]
    attributes.num_attids = 1
    request.partial_attribute_set = attributes
    request.partial_attribute_set_ex = None
    request.mapping_ctr.num_mappings = 0
    request.mapping_ctr.mappings = None
    return request


def main(smb_conf, input_file):
    with open(input_file, encoding="utf-8") as file:
        wanted = json.load(file)
    parameters = LoadParm()
    parameters.load(smb_conf)
    credentials = Credentials()
    credentials.guess(parameters)
    credentials.set_username(wanted["user"])
    credentials.set_domain(wanted["domain"])
    credentials.set_password(wanted["password"])
    credentials.set_kerberos_state(DONT_USE_KERBEROS)
    drs = drsuapi.drsuapi(f"ncacn_ip_tcp:{wanted['host']}[seal]", parameters, credentials)
    handle = drs_DsBind(drs)[0]
    net = Net(credentials, parameters)
    hashes = {}
    started = time.monotonic()
    for guid in wanted["guids"]:
        _, reply = drs.DsGetNCChanges(handle, 8, request_for(guid))
        found = reply.first_object.object
        rid = int(str(found.identifier.sid).rsplit("-", 1)[1])
        for attribute in found.attribute_ctr.attributes:
            if attribute.attid == NT_HASH and attribute.value_ctr.num_values == 1:
                net.replicate_decrypt(drs, attribute, rid)
                hashes[guid] = attribute.value_ctr.values[0].blob.hex()
    print(json.dumps({"hashes": hashes, "seconds": time.monotonic() - started}))


main(*sys.argv[1:])
