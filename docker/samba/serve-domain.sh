#!/usr/bin/env bash
# First start: makes the domain and its people. Each start: serves it in the foreground.
set -euo pipefail
umask 022

here=$(dirname "$0")
state=/var/lib/samba
smb_conf=$state/smb.conf
ca=$state/private/tls/ca.pem

provision() {
  : "${ADMINISTRATOR_PASSWORD:?is missing: the password of the domain administrator}"
  rm -rf "${state:?}"/*
  mkdir -p "$state"/{private,state,cache,lock,ncalrpc,pid}
  cat >"$state/smb.conf.new" <<CONF
[global]
  realm = CORP.EXAMPLE.TEST
  workgroup = CORP
  netbios name = DC1
  server role = active directory domain controller
  server services = ldap, cldap, kdc, rpc, drepl
  private dir = $state/private
  state directory = $state/state
  cache directory = $state/cache
  lock directory = $state/lock
  pid directory = $state/pid
  ncalrpc dir = $state/ncalrpc
  # An unprivileged container may write neither security.* nor trusted.* attributes of files.
  acl_xattr:security_acl_name = user.NTACL
[sysvol]
  path = $state/state/sysvol
[netlogon]
  path = $state/state/sysvol/corp.example.test/scripts
CONF
  samba-tool domain provision --configfile="$state/smb.conf.new" --realm=CORP.EXAMPLE.TEST --domain=CORP \
    --host-name=dc1 --server-role=dc --dns-backend=NONE --adminpass="$ADMINISTRATOR_PASSWORD" --quiet
  python3 "$here/load_people.py" "$state/private/sam.ldb" "$state/smb.conf.new"
  # The last step, so that a first start that was interrupted begins anew.
  mv "$state/smb.conf.new" "$smb_conf"
}

publish_ca() {
  until [[ -s $ca ]]; do sleep 0.2; done
  install -m 0644 "$ca" /etc/opendirsync/certificates/samba-ca.pem
}

[[ -f $smb_conf ]] || provision
publish_ca &
exec samba --foreground --no-process-group --model=single --debug-stdout --debuglevel=1 --configfile="$smb_conf"
