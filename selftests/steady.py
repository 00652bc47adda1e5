#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""UDP packets at a steady rate, each with an answer, and which of them got lost when:
steady.py answer ADDRESS           sends back what comes to port 7
steady.py ask ADDRESS MS FILE      sends one each MS milliseconds, until it is ended; writes a
                                   line for each: when it left, and when its answer came or -
steady.py flows FILE SINCE         succeeds if of late, and after SINCE, all were answered
steady.py report FILE EVENTS       what each kind of event has cost; EVENTS has lines with
                                   the time an event began, and its kind
steady.py lost FILE EVENTS KIND    how many packets that kind of event has cost
Times are seconds since 1970."""
import bisect
import select
import socket
import statistics
import struct
import sys
import time

PORT = 7
PATIENCE = 1.0      # seconds after which a packet without an answer is lost
RECENT = 10         # answers in a row that show that packets flow


def answer(address):
    """For ever."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, PORT))
        print("listening", flush=True)
        while True:
            data, sender = sock.recvfrom(2048)
            try:
                sock.sendto(data, sender)
            except OSError:
                pass


def receive(sock, waiting, out):
    """One answer, if it is one that is waited for."""
    try:
        number = struct.unpack_from("!Q", sock.recv(2048))[0]
    except OSError:
        return      # ICMP says that one got lost
    if number in waiting:
        out.write(f"{waiting.pop(number):.4f} {time.time():.4f}\n")


def give_up(waiting, out):
    """On those that wait too long; they were sent in order."""
    for number, sent in list(waiting.items()):
        if time.time() - sent < PATIENCE:
            return
        out.write(f"{sent:.4f} -\n")
        del waiting[number]


def ask(address, interval, path):
    """For ever."""
    waiting, number, due = {}, 0, time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, \
            open(path, "w", buffering=1, encoding="ascii") as out:
        while True:
            if select.select([sock], [], [], max(0, due - time.monotonic()))[0]:
                receive(sock, waiting, out)
            give_up(waiting, out)
            if time.monotonic() < due:
                continue
            due = max(due + interval, time.monotonic())
            number += 1
            waiting[number] = time.time()
            try:
                sock.sendto(struct.pack("!Q", number) + bytes(number * 37 % 400),
                            (address, PORT))
            except OSError:
                pass        # it is as lost as others


def flows(path, since):
    """Whether the last few answers are of packets sent lately, with none lost between."""
    with open(path, "rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 4096))
        lines = file.read().decode().split("\n")[1:-1][-RECENT:]
    first = max(since, time.time() - 2 * PATIENCE)
    return len(lines) == RECENT and all(
        not line.endswith("-") and float(line.split()[0]) >= first for line in lines)


def losses(path, events):
    """For each event its kind, how many were lost and how long after it the last one was."""
    with open(events, encoding="ascii") as file:
        begun = [(float(when), kind) for when, kind in
                 (line.rstrip("\n").split(" ", 1) for line in file)]
    found = [[kind, 0, 0.0] for _, kind in begun]
    times = [when for when, _ in begun]
    with open(path, encoding="ascii") as file:
        for line in file:
            if not line.endswith("-\n"):
                continue
            sent = float(line.split()[0])
            event = bisect.bisect_right(times, sent) - 1
            if event >= 0:
                found[event][1] += 1
                found[event][2] = max(found[event][2], sent - times[event])
    return found


def report(path, events):
    """A line a kind, in the order in which they first happened."""
    kinds = {}
    for kind, lost, back in losses(path, events):
        kinds.setdefault(kind, []).append((lost, back))
    for kind, costs in kinds.items():
        lost = [cost[0] for cost in costs]
        back = [cost[1] for cost in costs]
        print(f"# {kind}: {len(costs)} times, packets lost: {sum(lost)} (median "
              f"{statistics.median(lost):.0f}, most {max(lost)}); traffic back after "
              f"{statistics.median(back):.2f} s, at most {max(back):.2f} s")


def main():
    """Does what the first word says."""
    words = sys.argv[1:]
    if words[0] == "answer":
        answer(words[1])
    elif words[0] == "ask":
        ask(words[1], float(words[2]) / 1000, words[3])
    elif words[0] == "flows":
        sys.exit(not flows(words[1], float(words[2])))
    elif words[0] == "report":
        report(words[1], words[2])
    else:
        lost = [n for kind, n, _ in losses(words[1], words[2]) if kind == words[3]]
        if not lost:
            sys.exit(f"there was no {words[3]}")
        print(sum(lost))


main()
