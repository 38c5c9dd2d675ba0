#!/bin/sh
# Draws like a full-screen program, and waits in its alternate screen to be killed.
echo $$ > "$HOME/pid"
stty -icanon -echo 2> /dev/null
printf '\033[?1049h\033[?1000h\033[?1004h\033[?1006h\033[?2004h\033[>5u\033[?25l\033[2J\033[HWorking'
exec cat
