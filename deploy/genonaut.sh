#!/bin/sh
# Runs a command of Genonaut as systemd runs its parts: as the user genonaut, with the settings of
# /etc/genonaut. With ROLE=owner (or counting, or read) it uses that role in the database.
set -eu
exec systemd-run --quiet --wait --pty --pipe --uid=genonaut \
  --property=EnvironmentFile=/etc/genonaut/genonaut.env \
  ${ROLE:+"--property=EnvironmentFile=/etc/genonaut/$ROLE.env"} \
  --property=Environment=GENONAUT_HOME=/var/lib/genonaut \
  /opt/genonaut/bin/genonaut "$@"
