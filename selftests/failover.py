#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Breaks the path of tunnel1 again and again and measures what happens.

Usage: failover.py ROUNDS WINDOW HOST_PID ADDRESS MULTIPATH CUT

Runs in the namespaces of a gateway with tunnel1 and tunnel2.  Each round puts the nft
table "inet cut" of file CUT in force until tunnel1 has lost its carrier and the routes
to ADDRESS and to the network MULTIPATH (10.3.0.) are those over tunnel2; then deletes
it and waits until all is as before.  Meanwhile a host, known by a PID in its
namespaces, pings ADDRESS every 50 ms.  Prints a line a round and the medians; fails
where the carrier took longer than WINDOW seconds, the route a second more, or the ping
lost more than WINDOW.  By as much as the machine, busy with something else, let this
program wait at a time, a round may be longer.
"""
import re
import signal
import statistics
import subprocess
import sys
import time

PACE = 0.05
PATIENCE = 60
ROUTES = 1.0


def run(*command):
    return subprocess.run(command, check=True, text=True, capture_output=True).stdout


def carrier():
    with open('/sys/class/net/tunnel1/carrier', encoding='ascii') as file:
        return file.read().strip() == '1'


def device(address):
    return re.search(r'dev (\S+)', run('ip', 'route', 'get', address)).group(1)


def spread(network):
    """The interfaces that traffic to some addresses of the network takes."""
    return {device(f'{network}{i}') for i in range(1, 33)}


class Lateness:
    """The longest time that a look at something took, or was late."""
    worst = 0.0


def until(condition, what):
    """When it became true, by the clock."""
    end = time.monotonic() + PATIENCE
    while True:
        begun = time.monotonic()
        met = condition()
        if met:
            return time.monotonic()
        if begun > end:
            sys.exit(f'{what}: not within {PATIENCE} s')
        time.sleep(0.01)
        Lateness.worst = max(Lateness.worst, time.monotonic() - begun - 0.01)


class Ping:
    """A ping that goes on until its end is asked for."""

    def __init__(self, pid, address):
        self.file = open('/tmp/failover.ping', 'w+', encoding='ascii')
        self.process = subprocess.Popen(
            ['nsenter', '--net', '--mount', '-t', pid, '--',
             'ping', '-n', '-i', str(PACE), address],
            stdout=self.file, stderr=subprocess.STDOUT)

    def replies(self):
        with open('/tmp/failover.ping', encoding='ascii') as file:
            return file.read().count('bytes from')

    def answered(self):
        """Waits for answers to packets that are sent from now on."""
        before = self.replies()
        until(lambda: self.replies() >= before + 3, 'ping is answered')

    def end(self):
        """How many packets were lost."""
        time.sleep(PACE)
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.file.seek(0)
        counts = re.search(r'(\d+) packets transmitted, (\d+) received', self.file.read())
        self.file.close()
        return int(counts.group(1)) - int(counts.group(2))


def one_round(pid, address, network, cut):
    until(lambda: carrier() and device(address) == 'tunnel1', 'tunnel1 carries')
    until(lambda: spread(network) == {'tunnel1', 'tunnel2'}, 'both of the multipath route')
    ping = Ping(pid, address)
    ping.answered()
    Lateness.worst = 0.0
    run('nft', '-f', cut)
    begun = time.monotonic()
    down = until(lambda: not carrier(), 'carrier is lost') - begun
    routed = until(lambda: device(address) == 'tunnel2', 'route moves') - begun
    until(lambda: spread(network) == {'tunnel2'}, 'multipath route moves')
    ping.answered()
    run('nft', 'delete', 'table', 'inet', 'cut')
    begun = time.monotonic()
    until(carrier, 'carrier is back')
    back = until(lambda: device(address) == 'tunnel1', 'route moves back') - begun
    ping.answered()
    return down, routed, back, ping.end() * PACE, Lateness.worst


def main():
    rounds, window, pid = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
    address, network, cut = sys.argv[4:7]
    names = ('carrier lost after', 'route moved after', 'back after', 'ping lost',
             'machine late by')
    results = []
    slow = []
    for i in range(rounds):
        results.append(one_round(pid, address, network, cut))
        print(f'round {i + 1}: ' + ', '.join(
            f'{name} {value:.2f} s' for name, value in zip(names, results[-1])), flush=True)
        down, routed, _, lost, late = results[-1]
        if max(down, lost) > window + late or routed > down + ROUTES + late:
            slow.append(str(i + 1))
    columns = dict(zip(names, zip(*results)))
    for name, column in columns.items():
        print(f'{name}: min {min(column):.2f} median {statistics.median(column):.2f} '
              f'max {max(column):.2f} s')
    if slow:
        sys.exit('too slow in round ' + ', '.join(slow))


main()
