#!/bin/sh
# Tells what each standard stream is, and the size of those that are terminals.
look() {
  if [ -t "$1" ]; then kind="terminal $(stty size <&"$1")"
  elif [ -p "/dev/fd/$1" ]; then kind=pipe
  elif [ -S "/dev/fd/$1" ]; then kind=socket
  else kind=other; fi
}
look 0; first=$kind
look 1; second=$kind
look 2; third=$kind
printf '0 %s\n1 %s\n2 %s\n' "$first" "$second" "$third" | tee "$HOME/streams"
cat "$HOME/streams" >&2
