"""The embedded cloud: the same Pulumi program, deployed to an AWS emulator on this machine."""
