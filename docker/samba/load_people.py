"""Fills a new domain that is not running: load_people.py SAM_LDB SMB_CONF."""

import sys

from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

GIVEN_NAMES = "Ada Ben Carla David Elif Farid Grace Hugo Ines Jonas Kira Liam Mona Nils Olga Paul Rosa Sven Tara Yusuf"
SURNAMES = "Adler Brandt Costa"
TEAMS = ["Engineering", "Finance", "Sales"]


def main(sam_ldb, smb_conf):
    parameters = LoadParm()
    parameters.load(smb_conf)
    samdb = SamDB(url=sam_ldb, session_info=system_session(), lp=parameters)
    base = samdb.domain_dn()
    samdb.transaction_start()
    samdb.create_ou(f"OU=Company,{base}")
    for team, surname in zip(TEAMS, SURNAMES.split()):
        add_team(samdb, f"OU=Company,{base}", team, surname)
    samdb.newgroup("Everyone at Company", groupou="OU=Company")
    samdb.add_remove_group_members("Everyone at Company", TEAMS)
    samdb.transaction_commit()


def add_team(samdb, company, team, surname):
    samdb.create_ou(f"OU={team},{company}")
    members = [add_person(samdb, team, given_name, surname) for given_name in GIVEN_NAMES.split()]
    manager, *others = members
    for other in others:
        samdb.modify_ldif(f"dn: {dn_of(samdb, other)}\nchangetype: modify\nadd: manager\nmanager: {dn_of(samdb, manager)}\n")
    samdb.newgroup(team, groupou=f"OU={team},OU=Company")
    samdb.add_remove_group_members(team, members)


def add_person(samdb, team, given_name, surname):
    account = f"{given_name}.{surname}".lower()
    samdb.newuser(
        account,
        None,
        setpassword=False,
        userou=f"OU={team},OU=Company",
        givenname=given_name,
        surname=surname,
        department=team,
        company="Example Company",
        mailaddress=f"{account}@corp.example.test",
    )
    return account


def dn_of(samdb, account):
    (found,) = samdb.search(samdb.domain_dn(), expression=f"(sAMAccountName={account})", attrs=["distinguishedName"])
    return found.dn


main(*sys.argv[1:])
