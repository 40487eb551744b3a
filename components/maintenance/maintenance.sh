#!/bin/sh
# Placeholder: the tasks of maintenance.
echo "not there yet"
exit 1
