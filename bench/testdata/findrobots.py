"""Prints how many hosts asked for /robots.txt in the gzip-compressed access logs of a directory:
file after file, a line split at blanks, one set of hosts a file, and their union."""

import glob
import gzip
import os
import sys


def robots_in(path):
    hosts = set()
    with gzip.open(path, "rt", encoding="ascii") as log:
        for line in log:
            words = line.split()
            if words[6] == "/robots.txt":
                hosts.add(words[0])
    return hosts


def main(directory):
    everybody = set()
    for hosts in map(robots_in, glob.glob(os.path.join(directory, "*.log.gz"))):
        everybody |= hosts
    print(len(everybody))


main(sys.argv[1])
