#!/bin/sh
# Asks for a password on the terminal, whatever stdin and stdout are.
stty -echo < /dev/tty
printf 'Password: ' > /dev/tty
read -r password < /dev/tty
stty echo < /dev/tty
echo > /dev/tty
echo "the password is <$password>"
[ -t 0 ] || cat
