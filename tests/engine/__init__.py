"""The program under the real Pulumi engine, deployed to an emulator: ``make test-engine``."""
