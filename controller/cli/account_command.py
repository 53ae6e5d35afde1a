"""gatecast-controller account: who may sign in, for the administrator at the machine itself."""

from __future__ import annotations

import argparse
import getpass
import os
import sys

from controller.cli.settings import opened, settings_from
from controller.domain.people import Agency, Role
from controller.errors import ControllerError
from controller.services import account
from controller.services.context import Deps

BY = "setup"  # whoever can write the database may


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and with whose account."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    deeds.add_parser("list", help="every account, its role and agency")
    add = deeds.add_parser("add", help="a new account")
    add.add_argument("username")
    add.add_argument("--name", default="", help='as pages show it, such as "Nguyễn Văn A"')
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    add.add_argument("--agency", choices=[agency.value for agency in Agency], help="of an approver, and of nobody else")
    password = deeds.add_parser("password", help="another password; its sessions end")
    end = deeds.add_parser("end", help="it signs in no more; its sessions end")
    for each in (password, end):
        each.add_argument("username")
    for each in (add, password):
        each.add_argument(
            "--password-stdin", action="store_true", help="read the password from the first line of input"
        )


def run(args: argparse.Namespace) -> int:
    """Do it; 1 with one sentence if it cannot be."""
    try:
        with opened(settings_from(os.environ)) as deps:
            return _do(deps, args)
    except ControllerError as exc:
        print(f"gatecast-controller: {exc}", file=sys.stderr)
        return 1


def _do(deps: Deps, args: argparse.Namespace) -> int:
    if args.deed == "list":
        for one in account.all_accounts(deps):
            state = "" if one.active else "  ended"
            print(
                f"{one.username:<20}{one.role.value:<15}{one.agency.value if one.agency else '':<14}{one.name}{state}"
            )
    elif args.deed == "end":
        account.end_account(deps, BY, args.username)
    else:
        password = _password(args.password_stdin)
        if password is None:
            print("gatecast-controller: the two passwords differ", file=sys.stderr)
            return 1
        if args.deed == "password":
            account.change_password(deps, BY, args.username, password)
        else:
            agency = Agency(args.agency) if args.agency else None
            account.new_account(deps, BY, args.username, args.name, Role(args.role), agency, password)
    return 0


def _password(from_input: bool) -> str | None:
    """Typed twice without being seen, or one line of input; None if the two differ."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("password: ")
    return first if getpass.getpass("once more: ") == first else None
