"""Writes wallets as bittensor-wallet, the tool of SDK 8 to 11, writes them.

    python wallets.py --path DIR

  plain/default      a hotkey without a password          (//Bob)
  phrase/default     a hotkey from a fixed mnemonic
  locked/default     a hotkey encrypted with a password   (//Charlie)
  ed25519/default    an ed25519 hotkey

Prints {"plain" | "phrase" | "locked" | "ed25519": its ss58 address, "password", "environment": the variable that the tool
keeps it in}.
"""
import argparse
import json
import sys

sys.argv, arguments = sys.argv[:1], sys.argv[1:]
import bittensor_wallet as wallets  # noqa: E402

PHRASE = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"
PASSWORD = "correct horse battery"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--path", required=True)
    path = parser.parse_args(arguments).path
    # The tool tells of its work on stdout.
    result, sys.stdout = sys.stdout, sys.stderr

    def write(name, pair, password=None):
        wallet = wallets.Wallet(name=name, hotkey="default", path=path)
        wallet.set_hotkey(pair, encrypt=password is not None, overwrite=True, hotkey_password=password)
        made[name] = pair.ss58_address
        return wallet.hotkey_file

    made = {"password": PASSWORD}
    write("plain", wallets.Keypair.create_from_uri("//Bob"))
    write("phrase", wallets.Keypair.create_from_mnemonic(PHRASE))
    write("ed25519", wallets.Keypair.create_from_uri("//Bob", crypto_type=wallets.CRYPTO_ED25519))
    locked = write("locked", wallets.Keypair.create_from_uri("//Charlie"), PASSWORD)
    made["environment"] = {locked.env_var_name(): locked.save_password_to_env(PASSWORD)}
    print(json.dumps(made), file=result)


if __name__ == "__main__":
    main()
