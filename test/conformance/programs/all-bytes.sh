#!/bin/sh
# Prints each of the 256 byte values.
high=0
while [ $high -lt 4 ]; do
  for middle in 0 1 2 3 4 5 6 7; do
    for low in 0 1 2 3 4 5 6 7; do printf "\\$high$middle$low"; done
  done
  high=$((high + 1))
done
